"""Columns are checked apart unless they are asked for together, and what comes back is in order."""

import time

import pytest

from tasks.validate.parts import in_order, parts

ASKED = [["a"], ["b"], ["c"]]


class TestParts:
    @pytest.mark.parametrize(
        ("columns", "together", "found"),
        [("abc", [], ["a", "b", "c"]), ("abcd", ["ca"], ["ac", "b", "d"]),
         ("abcd", ["ab", "bd"], ["abd", "c"]),
         ("abcde", ["ab", "cd", "bc"], ["abcd", "e"]), ("aab", [], ["a", "b"]), ("", [], [])],
    )  # fmt: skip
    def test_join_what_is_asked_for_together(self, columns, together, found):
        """Also what is together with one that is together with it."""
        assert parts(columns, together) == [list(one) for one in found]


class TestInOrder:
    @pytest.mark.parametrize("threads", [1, 2, 5])
    def test_answers_stand_as_they_were_asked(self, threads: int):
        """Whichever is ready first."""

        def ask(part: list[str]) -> str:
            time.sleep(0.02 if part == ["a"] else 0)
            return part[0]

        assert in_order(ask, ASKED, threads, lambda _: False) == ["a", "b", "c"]

    def test_what_takes_long_begins_first(self):
        """So that the other threads have something left to do beside it."""
        begun: list[str] = []
        in_order(begun.extend, ASKED, 1, lambda part: part == ["c"])
        assert begun == ["c", "a", "b"]

    def test_the_first_that_fails_is_told(self):
        """Not the one that failed earliest."""

        def ask(part: list[str]) -> None:
            time.sleep(0.02 if part == ["b"] else 0)
            if part != ["a"]:
                raise ValueError(part[0])

        with pytest.raises(ValueError, match=r"^b$"):
            in_order(ask, ASKED, 3, lambda part: part == ["c"])
