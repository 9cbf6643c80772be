"""A reason is one printable line of a sentence or two."""

import pytest

from tasks.errors import BadInput
from tasks.ledger.reason import LONGEST, actor, reason_of


class TestReason:
    """What goes into the ledger for good, and into every reader's history."""

    def test_is_one_line(self) -> None:
        """Line ends and double blanks become one blank."""
        assert reason_of("  incident 42:\n  wrong   prices ") == "incident 42: wrong prices"

    def test_may_hold_what_people_write(self) -> None:
        """Brackets, quotes and other alphabets."""
        assert reason_of('[bold] "Größe" 価格') == '[bold] "Größe" 価格'

    def test_may_be_as_long_as_it_may_be(self) -> None:
        """The limit itself is allowed."""
        assert len(reason_of("x" * LONGEST)) == LONGEST

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "found nothing"),
            (" \n\t", "found nothing"),
            ("x" * (LONGEST + 1), "at most 1,000 characters, found 1,001"),
            ("x" * 100_000, "at most 1,000 characters, found 100,000"),
            ("\x1b[31mred", r"can be printed, found '\\x1b'"),
            ("a\x00b", "can be printed"),
            ("\u202ereversed", r"found '\\u202e'"),
            ("\ud800", r"found '\\ud800'"),
        ],
        ids=["empty", "blank", "one too many", "100 kB", "escape", "nul", "right to left", "surrogate"],
    )
    def test_that_is_none_is_refused(self, text: str, message: str) -> None:
        """In one line, which does not repeat 100 kB."""
        with pytest.raises(BadInput, match=message) as caught:
            reason_of(text)
        assert len(str(caught.value)) < 200
        assert "\n" not in str(caught.value)


class TestActor:
    """Who acts is in every entry, and printed by every history."""

    def test_is_whom_the_environment_names(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """`EVERGREEN_ACTOR`, else the user, else a number."""
        monkeypatch.setenv("USER", "user")
        monkeypatch.setenv("EVERGREEN_ACTOR", "Größe, on call")
        assert actor() == "Größe, on call"
        monkeypatch.delenv("EVERGREEN_ACTOR")
        assert actor() == "user"
        monkeypatch.delenv("USER")
        assert actor().startswith("uid ")

    @pytest.mark.parametrize("name", ["a\x1b[31m", "two\nlines", "\udcff", "x" * 1001], ids=ascii)
    def test_can_be_printed(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        """What would move a terminal's cursor, or fill the ledger, is refused by name."""
        monkeypatch.setenv("EVERGREEN_ACTOR", name)
        with pytest.raises(BadInput, match="EVERGREEN_ACTOR: expected "):
            actor()
