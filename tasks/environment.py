"""On what a decision was computed: Python, the machine and every installed library, by version.

Registered with each decision, so that a replay can say what is another by now. No host's name is in it.
"""

import os
import platform
import re
import sys
from functools import cache
from pathlib import Path

from tasks.documents import Document

_CPUS = Path("/proc/cpuinfo")
_TOLD = 8


class Environment(Document):
    """Where a process runs. `processor` is its kind, `processors` how many of them there are."""

    python: str
    system: str
    machine: str
    processor: str
    processors: int
    libraries: dict[str, str]


@cache
def environment() -> Environment:
    """This process's own."""
    return Environment(
        python=f"{platform.python_implementation()} {platform.python_version()}",
        system=platform.system(),
        machine=platform.machine(),
        processor=_processor(),
        processors=os.cpu_count() or 1,
        libraries=_libraries(),
    )


def _libraries() -> dict[str, str]:
    """By the names of their `.dist-info` folders: reading their metadata takes twenty times as long."""
    found: dict[str, str] = {}
    for place in sys.path:
        for folder in sorted(Path(place).glob("*.dist-info")):
            name, _, version = folder.name.removesuffix(".dist-info").partition("-")
            # As for imports, the first place counts.
            found.setdefault(_normal(name), version)
    return found


def _normal(name: str) -> str:
    """One spelling of a library's name (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _processor() -> str:
    try:
        lines = _CPUS.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor())


def changes(then: Environment, now: Environment, first: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What differs, in words; of the libraries those named `first` come first, and at most eight."""
    said = [
        f"{what}: {before} then, {after} now"
        for what, before, after in (
            ("Python", then.python, now.python),
            ("system", then.system, now.system),
            ("machine", then.machine, now.machine),
            ("processor", then.processor, now.processor),
            ("processors", then.processors, now.processors),
        )
        if before != after
    ]
    was, are = then.libraries, now.libraries
    names = sorted(name for name in was.keys() | are.keys() if was.get(name) != are.get(name))
    names.sort(key=lambda name: name not in first)
    said += [f"{one}: {was.get(one, 'none')} then, {are.get(one, 'none')} now" for one in names[:_TOLD]]
    return (*said, *([f"and {len(names) - _TOLD} more libraries"] if len(names) > _TOLD else []))
