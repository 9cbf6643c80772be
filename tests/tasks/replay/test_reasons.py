"""Reasons: what differs from the record, whatever the record is."""

import pytest

from tasks.environment import environment
from tasks.replay.reasons import reasons

HERE = {"train": "a", "decide": "b"}


class TestReasons:
    """In words, and none where nothing differs."""

    def test_are_none_where_all_is_as_it_was(self) -> None:
        """The same version, in the same environment."""
        now = environment()
        assert reasons(("1", "1"), (b"{}", HERE), now, now) == ()

    def test_name_the_steps_whose_code_changed(self) -> None:
        """By code.json."""
        said = reasons(("1", "2"), (b'{"train": "x", "decide": "b"}', HERE), environment(), environment())
        assert said == ("Evergreen: 1 then, 2 now (the code or libraries of train)",)

    @pytest.mark.parametrize("recorded", [None, b"", b"[]", b"\xff", b"[" * 100_000])
    def test_do_without_a_record_of_the_steps(self, recorded: bytes | None) -> None:
        """One that is missing, or is no such document, costs the steps' names alone."""
        said = reasons(("1", "2"), (recorded, HERE), None, environment())
        assert said == (
            "Evergreen: 1 then, 2 now",
            "which Python, libraries and machine it was made with was not registered",
        )
