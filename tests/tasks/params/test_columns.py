"""A column may be called what a line of text can show, and in one form only."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odd_names import ODD_NAMES

from tasks.params.columns import A_COLUMN, LONGEST, listed, quoted, unfit_name


class TestUnfit:
    """Why a name cannot be declared."""

    @pytest.mark.parametrize("name", [*ODD_NAMES, "x", "x" * LONGEST, "_id", "%", "a  b", "\U0001f600"])
    def test_is_nothing_of_what_tables_have(self, name: str) -> None:
        """Spaces, brackets, letters of any script: fit."""
        assert unfit_name(name) is None

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("", "found 0 characters"),
            ("x" * (LONGEST + 1), "found 129 characters"),
            ("a\nb", r"found 'a\nb' with U+000A, which cannot be printed"),
            ("a\x1b[31m", r"found 'a\x1b[31m' with U+001B, which cannot be printed"),
            ("a\u202eb", r"found 'a\u202eb' with U+202E, which cannot be printed"),
            ("a\u00a0b", r"found 'a\xa0b' with U+00A0, which cannot be printed"),
            ("\ud800", r"found '\ud800' with U+D800, which cannot be printed"),
            (" a", "found a space at an end of ' a'"),
            ("   ", "found a space at an end of '   '"),
            ("o\u0308", r"found 'o\u0308', which is '\xf6' in NFC: write it so, in the data too"),
            ("quarantine.rules", "found quarantine.rules, a column of Evergreen's own"),
        ],
    )
    def test_is_told(self, name: str, said: str) -> None:
        """What is wrong, by its number in Unicode where no terminal would show it."""
        assert unfit_name(name) == said

    @given(st.text(max_size=140))
    def test_says_one_line_that_can_be_shown(self, name: str) -> None:
        """Of any text: it is fit and can be shown itself, or the reason can."""
        said = unfit_name(name)
        assert (name if said is None else f"{A_COLUMN}, {said}").isprintable()


class TestLines:
    """Names in a line that is read by its separators."""

    @given(st.lists(st.text()))
    def test_are_told_apart(self, names: list[str]) -> None:
        """Each is plain or a text of JSON, so that a list can be read back."""
        rest, found = listed(names), []
        while rest:
            if rest.startswith('"'):
                one, end = json.JSONDecoder().raw_decode(rest)
            else:
                end = len(rest.partition(",")[0])
                one = rest[:end]
            found.append(one)
            rest = rest[end:].removeprefix(", ")
        assert found == names

    def test_leave_plain_names_as_they_are(self) -> None:
        """What stood in documents before stays."""
        assert [quoted(one) for one in ("row_id", "a-b", "7")] == ["row_id", "a-b", "7"]
