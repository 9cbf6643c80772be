"""Counts of categories keep to their room, and say the same however their rows were split up."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from tasks.profile.heaps import HEAPS, Heaps, aligned, heaps, joined, number_of

NAMES = st.lists(st.integers(0, 60).map("airport {}".format), max_size=120)


def of(names: list[str]) -> Heaps:
    """The counts of these rows."""
    counts = Counter(names)
    return heaps(
        np.array([number_of(one) for one in counts], np.int64), np.array([*counts.values()], np.int64)
    )


class TestRoom:
    """32 categories, or 32 heaps."""

    def test_of_a_few_each_is_told_apart(self) -> None:
        """By a number that its name alone gives, the same on every machine."""
        assert of(["JFK", "LGA", "JFK"]) == {number_of("JFK"): 2, number_of("LGA"): 1}
        assert number_of("JFK") == 3_311_509_919
        assert len(of([f"{n}" for n in range(HEAPS)])) == HEAPS

    def test_of_many_there_are_heaps(self) -> None:
        """Also of a million of rows; none is lost, and they are about equally large."""
        found = of([f"customer {n}" for n in range(20_000)])
        assert isinstance(found, tuple)
        assert (len(found), sum(found)) == (HEAPS, 20_000)
        assert max(found) < 1.2 * min(found)

    def test_another_number_of_heaps_is_not_read(self) -> None:
        """A damaged document is none."""
        with pytest.raises(ValidationError):
            TypeAdapter(Heaps).validate_json(b"[1, 2]")


class TestJoined:
    """Two sets of rows as one."""

    @settings(max_examples=40)
    @given(NAMES, NAMES, NAMES)
    def test_in_any_order(self, a: list[str], b: list[str], c: list[str]) -> None:
        """Associative and commutative, and what the whole says: told apart, dealt, or becoming so."""
        whole = of(a + b + c)
        assert joined(joined(of(a), of(b)), of(c)) == whole
        assert joined(of(c), joined(of(b), of(a))) == whole

    @settings(max_examples=40)
    @given(NAMES, NAMES)
    def test_are_aligned_category_by_category(self, a: list[str], b: list[str]) -> None:
        """All rows of both, in equal places; heaps beside heaps."""
        first, second = aligned(of(a), of(b))
        assert (first.sum(), second.sum(), len(first)) == (len(a), len(b), len(second))
        assert (first == second).all() == (Counter(a) == Counter(b) or of(a) == of(b))
