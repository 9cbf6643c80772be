"""The software bill of materials: CycloneDX 1.6 of what the lock installs here, with its licences.

Offline: versions and hashes are the lock's, licences what each installed package says of itself. The same
lock on the same Python and system gives the same bytes.
"""

import json
import re
import sys
import uuid
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from install import LOCK, ROOT
from packaging.requirements import Requirement

_NAMESPACE = uuid.UUID("5d5d2f0f-6e59-5a0b-a9f3-5a0f4a3d3a10")
TARGET = ROOT / "build" / "sbom.json"


@dataclass(frozen=True)
class Part:
    """A package of the lock that this machine needs, with what it says of its licence."""

    name: str
    version: str
    hashes: tuple[str, ...]
    licence: str


def parts(lock: str) -> tuple[Part, ...]:
    """The packages whose marker holds here, in the lock's order; one that is not installed has no licence."""
    found = []
    for block in re.split(r"\n(?=\S)", lock.strip()):
        first, *rest = block.splitlines()
        requirement = Requirement(first.rstrip("\\ "))
        if requirement.marker is None or requirement.marker.evaluate():
            version = next(iter(requirement.specifier)).version
            hashes = tuple(re.findall(r"sha256:([0-9a-f]{64})", "\n".join(rest)))
            found.append(Part(requirement.name, version, hashes, licence_of(requirement.name)))
    return tuple(found)


def licence_of(package: str) -> str:
    """In one line: the expression, or else what its classifiers say, or else its own words."""
    try:
        said = metadata(package)
    except PackageNotFoundError:
        return ""
    if "License-Expression" in said:
        return said["License-Expression"]
    classes = [one for one in said.get_all("Classifier") or [] if one.startswith("License :: ")]
    named = [one.rpartition(" :: ")[2] for one in classes if one.count(" :: ") > 1]
    words = said["License"].strip().splitlines() if "License" in said else []
    return " OR ".join(named) or (words[0].strip() if words else "")


def bill(lock: str) -> dict[str, Any]:
    """The document. Each file's hash that the lock allows is a property: a component has no one file."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(_NAMESPACE, sha256(lock.encode()).hexdigest())}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "name": "evergreen", "bom-ref": "evergreen"},
            "properties": [{"name": "evergreen:lock-sha256", "value": sha256(lock.encode()).hexdigest()}],
        },
        "components": [_component(part) for part in parts(lock)],
    }


def _component(part: Part) -> dict[str, Any]:
    purl = f"pkg:pypi/{quote(part.name, safe='')}@{quote(part.version, safe='')}"
    licences = {"licenses": [{"license": {"name": part.licence}}]} if part.licence else {}
    return {
        "type": "library",
        "bom-ref": purl,
        "name": part.name,
        "version": part.version,
        "purl": purl,
        **licences,
        "properties": [{"name": "evergreen:file-sha256", "value": one} for one in part.hashes],
    }


def main(target: Path) -> None:
    """Write the document to `target`."""
    document = bill(LOCK.read_text(encoding="utf-8"))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    print(f"{target}: CycloneDX 1.6, {len(document['components'])} components")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else TARGET)
