"""How much memory a piece of work takes at its peak, in a process of its own."""

import subprocess
import sys
from pathlib import Path

_ASKED = """
import sys
sys.path[:0] = {path!r}
{before}

def of(name):
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))

start = of("VmRSS:")
{work}
# Of this process alone: what resource.getrusage tells includes the parent's.
print((of("VmHWM:") - start) * 1024)
"""


def peak_bytes(before: str, work: str, folder: Path) -> int:
    """What `work` takes above what `before` has left: VmHWM of a child that works in `folder`."""
    script = _ASKED.format(path=sys.path, before=before, work=work)
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return int(done.stdout.split()[-1])
