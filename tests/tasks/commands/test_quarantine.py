"""`evergreen quarantine list`, `show` and `release`, in words and as documents."""

from pathlib import Path

import pytest
from asides import JANUARY, KEPT_ASIDE, WIDER, waiting
from commands import evergreen
from data_factories import changed
from factories import MODEL, small_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three of January's 400 rows are in quarantine, none of February's."""
    return waiting(tmp_path, monkeypatch)


class TestCommands:
    """What a person reads, and what a script does."""

    def say(self, folder: Path, *arguments: str) -> str:
        """What a person reads."""
        said = evergreen("quarantine", *arguments, "-C", folder)
        assert said.status == 0, said.err
        return said.out

    def test_a_person_s_way(self, folder):
        """The list names the month and the rule, `show` the rows, and after a release the list says who."""
        out = " ".join(self.say(folder, "list").split())
        assert "2024-01: 3 of 400 rows, in quarantine/small/2024-01." in out
        assert "x: must lie between -10 and 10: 3 of 400 rows do not" in out
        shown = self.say(folder, "show", JANUARY)
        assert "row 300 (x be_between): row_id=2024-01-00300" in shown
        said = self.say(folder, "release", JANUARY, "--reason", "a real storm")
        assert said.strip() == "2024-01: 3 rows count again from the next `evergreen run` on"
        assert "a real storm" in self.say(folder, "list")

    def test_as_documents(self, folder):
        """Each with its version; numbers are numbers, values that are no JSON are text."""
        shown = evergreen("quarantine", "show", JANUARY, "-C", folder, "--json").document
        assert (shown["schema_version"], len(shown["first"])) == (1, 3)
        assert shown["first"][0]["event_time"].startswith("2024-01-")
        assert shown["first"][0]["x"] == 9999.0

    def test_a_lost_copy(self, folder):
        """The rows are shown from the batch itself: the file in quarantine is a copy for people."""
        for path in (folder / "store" / "quarantine" / MODEL).iterdir():
            path.unlink()
        assert "row 3 (x be_between)" in self.say(folder, "show", JANUARY)

    def test_nothing_in_quarantine(self, tmp_path, monkeypatch):
        """Said in words."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        assert self.say(small_folder(tmp_path), "list").strip() == "no rows are in quarantine"

    def test_not_checked_yet(self, folder):
        """After the rules have changed, and before a run, the list says what it does not know."""
        (folder / "params.yaml").write_text(changed(WIDER, params=KEPT_ASIDE))
        assert "not checked by today's rules yet: 2024-01, 2024-02" in self.say(folder, "list")

    @pytest.mark.parametrize(
        "arguments",
        [["list", JANUARY], ["show"], ["release", JANUARY], ["show", JANUARY, "--reason", "x"], ["drop"], []],
        ids=" ".join,
    )
    def test_bad_usage(self, tmp_path, arguments):
        """A period where none belongs, none where one does, a reason for what needs none."""
        said = evergreen("quarantine", *arguments, "-C", small_folder(tmp_path))
        assert said.status == 2
        assert "Usage: evergreen quarantine" in said.err
