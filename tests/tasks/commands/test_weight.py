"""What a command imports: nothing heavy before there is work for it."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HEAVY = ("pandas", "numpy", "xgboost", "great_expectations", "prefect", "boto3", "pyarrow", "scipy", "dvc")


def imported(*arguments: object) -> tuple[dict[str, Any], set[str]]:
    """`evergreen` in a process of its own: what it said as JSON, if it did, and what heavy it imported."""
    script = (
        "import sys\nfrom tasks.__main__ import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print(' '.join(sorted({name.split('.')[0] for name in sys.modules})), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    document = json.loads(done.stdout) if "--json" in arguments else {}
    return document, set(done.stderr.split()) & set(HEAVY)


class TestWeight:
    """Heavy packages are imported inside the step that needs them."""

    def test_of_help_is_none(self) -> None:
        """`evergreen --help` imports none of them."""
        assert imported("--help") == ({}, set())

    @pytest.mark.parametrize("arguments", [("run",), ("status",), ("intake",), ("history",)], ids=" ".join)
    def test_of_nothing_new_is_none(self, folder: Path, arguments: tuple[str, ...]) -> None:
        """With nothing to do, a run needs the listing and the ledger, and neither DVC, frames nor trees."""
        document, heavy = imported(*arguments, "-C", folder, "--json")
        assert document["schema_version"] == 1
        assert heavy == set()
