"""What the repository's own files must not say: an index, a machine's paths, a secret."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Put together here, so that this file does not say them itself.
INDEXES = ("pypi" + ".org", "pythonhosted" + ".org", "--index" + "-url", "--extra-index" + "-url")
MACHINE = re.compile(r"(?<![\w./-])/(?:home|root|work|Users)/\w")
SECRETS = re.compile("AK" + r"IA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIV" + "ATE KEY")


def tracked() -> list[Path]:
    """Every file that is, or could be, committed."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    found = [ROOT / name for name in listed if (ROOT / name).is_file()]
    assert len(found) > 100
    return found


def wrong(text: str) -> list[str]:
    """What a file may not say, as far as this text says it."""
    found = [index for index in INDEXES if index in text]
    return found + MACHINE.findall(text) + SECRETS.findall(text)


class TestFiles:
    """The same for every user, on every machine."""

    def test_no_index_no_path_no_secret(self):
        """No file names a package index, a path of somebody's machine, or holds a key."""
        found = {}
        for path in tracked():
            text = path.read_bytes().decode("utf-8", errors="replace")
            if said := wrong(text):
                found[str(path.relative_to(ROOT))] = said
        assert found == {}

    @pytest.mark.parametrize(
        "text",
        [
            "see pypi" + ".org/simple",
            "cd /ho" + "me/somebody/x",
            "open('/ro" + "ot/x')",
            "AK" + "IA" + "A" * 16,
        ],
    )
    def test_it_would_be_found(self, text):
        """Each of them, planted, is found."""
        assert wrong(text)

    @pytest.mark.parametrize("text", ["tasks/work/x", "./root/x", "a homework/", "https://host/workspace"])
    def test_what_only_looks_alike(self, text):
        """A relative path or a word is not taken for one."""
        assert wrong(text) == []

    def test_no_package_among_the_tests(self):
        """No `__init__.py` below tests/: it would shadow the packages that are tested."""
        assert [path for path in tracked() if path.name == "__init__.py" and "tests" in path.parts] == []
