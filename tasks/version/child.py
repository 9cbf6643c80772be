"""The process behind `KeptDvc`: a dvc command in, its exit status and what it printed out."""

import os
import sys
from typing import Any

from tasks.companion import Answer, serve


def begin() -> Answer:
    """Import DVC, and what it needs for a store in S3."""
    import dvc.repo  # type: ignore[import-untyped]  # noqa: F401 - imported for its time
    from dvc.cli import main  # type: ignore[import-untyped]

    def answer(question: dict[str, Any]) -> dict[str, Any]:
        os.chdir(question["folder"])
        # Standard error is a file that the parent made: what this command adds to it is its output.
        start = os.lseek(sys.stderr.fileno(), 0, os.SEEK_END)
        code = main(list(question["arguments"]))
        sys.stdout.flush()
        sys.stderr.flush()
        end = os.lseek(sys.stderr.fileno(), 0, os.SEEK_END)
        said = os.pread(sys.stderr.fileno(), end - start, start)
        return {"code": code, "output": said.decode(errors="replace")}

    return answer


if __name__ == "__main__":
    serve(begin)
