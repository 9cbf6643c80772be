"""Of a clause that asks about several things every one has to pass, and all have to be there."""

import math
from dataclasses import replace

import pytest
from data_factories import declared, part_of
from hypothesis import given
from hypothesis import strategies as st
from judgements import CONTRACT, MIN_CLUSTERS, NO_BOUNDS, SAID, judged, parts

from tasks.decide.needed import needed
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import Part, Serial

verdicts = st.lists(st.sampled_from(sorted(SAID)), min_size=1, max_size=5)


class TestParts:
    """Of several parts every one has to pass, and the one that decided it is named."""

    @given(verdicts)
    def test_all_have_to_pass(self, said):
        """Pass if and only if all pass, fail if and only if one fails, in any order."""
        found = judged(parts(*(SAID[one] for one in said)))
        wanted = "pass" if set(said) == {"pass"} else "fail" if "fail" in said else "undecided"
        assert (found.verdict, found.parts) == (wanted, len(said))
        assert found.part == f"part {said.index(wanted)}"

    @pytest.mark.parametrize(
        ("bounds", "part", "words"),
        [
            ([(0.3, 0.4), (0.1, 0.9), (0.2, 0.3)], "part 1", "lies above -0.05 (the closest of 3)"),
            ([(0.3, 0.4), (-0.2, -0.1), (-0.9, -0.8)], "part 2", "lies below -0.05 (2 of 3 fail)"),
            (
                [(-0.2, 0.2), (-0.3, 0.2), (0.1, 0.2)],
                "part 1",
                "the evidence does not tell (2 of 3 undecided)",
            ),
        ],
    )
    def test_the_one_with_least_room_is_named(self, bounds, part, words):
        """Of those that decided it, the one whose lower bound is lowest, and how many went its way."""
        found = judged(parts(*bounds))
        low, high = bounds[int(part[-1])]
        assert found.part == part
        assert (found.interval.low, found.interval.high) == (low, high)
        assert f": {part}: " in found.words
        assert found.words.endswith(words)

    def test_one_that_could_not_be_checked_is_named_before_one_that_is_open(self):
        """No bounds is less than any bounds: its note is what the reader sees."""
        told = parts((-0.9, 0.9), (-0.2, 0.2))
        told[1] = told[1].model_copy(update={"interval": NO_BOUNDS})
        found = judged(told)
        assert (found.verdict, found.part) == ("undecided", "part 1")
        assert "could not be checked: no variation between clusters (2 of 2 undecided)" in found.words

    def test_a_failure_is_told_though_others_could_not_be_checked(self):
        """What is surely broken fails, whatever else is unknown."""
        told = parts((-0.9, 0.9), (-0.5, -0.2))
        told[0] = told[0].model_copy(update={"interval": NO_BOUNDS})
        assert (judged(told).verdict, judged(told).part) == ("fail", "part 1")

    def test_a_part_alone_is_not_counted(self):
        """With one part the words are the part's, without a count."""
        found = judged(parts((0.1, 0.2)))
        assert found.words == "log loss against the champion: +0.0000 [+0.1000, +0.2000] lies above -0.05"

    def test_boundaries_do_not_pass(self):
        """A part whose lower bound is the requirement itself leaves the clause open."""
        assert judged(parts((0.1, 0.2), (-0.05, 0.2))).verdict == "undecided"
        assert judged(parts((0.1, 0.2), (math.nextafter(-0.05, 0), 0.2))).verdict == "pass"

    def test_too_few_clusters_of_one_part(self):
        """Each part has to rest on as many clusters as the contract asks for."""
        told = parts((0.1, 0.2), (0.1, 0.2))
        short = replace(told[1].interval, clusters=MIN_CLUSTERS - 1)
        told[1] = told[1].model_copy(update={"interval": short})
        assert (judged(told).verdict, judged(told).part) == ("undecided", "part 1")

    def test_what_evidence_says_is_passed_on(self):
        """Pooled values, and how clusters follow each other."""
        found = judged(parts((0.1, 0.2)), pooled=("blue",), serial=Serial(lag_one=0.3, widening=1.2))
        assert (found.pooled, found.serial) == (("blue",), Serial(lag_one=0.3, widening=1.2))


class TestIncomplete:
    """Evidence that is not all there decides nothing, unless there is nothing to ask."""

    def test_missing(self):
        """A required part that could not be formed leaves the clause open, though all others pass or fail."""
        for bounds in SAID.values():
            found = judged(parts(bounds), missing="too few rows of colour red")
            assert (found.verdict, found.part, found.interval, found.needed) == ("undecided", "", None, None)
            assert found.words.endswith("could not be checked: too few rows of colour red")

    def test_no_parts(self):
        """Nothing was checked, so nothing is passed."""
        found = judged([])
        assert (found.verdict, found.parts) == ("undecided", 0)
        assert "there is no part to check" in found.words

    def test_nothing_to_ask(self):
        """A clause that has nothing to judge passes, and says why."""
        churn = declared(kind="churn", threshold=0.1)
        found = judged([], churn, nothing_to_ask="there is no champion yet")
        assert (found.verdict, found.interval, found.needed) == ("pass", None, None)
        assert found.words == "churn against the champion: there is no champion yet"


class TestNeeded:
    """How much more would decide an open clause: enough for its hardest part, or no answer."""

    def open(self, estimate: float) -> Part:
        """An open part whose distance from the requirement of -0.05 is `estimate` + 0.05."""
        wide = Interval(estimate, 0.5, 19.0, -1.0, 1.0, 0.05, 400, 20, 20.0, 0.05, "m")
        return part_of(wide, of=f"at {estimate}")

    def test_is_the_largest_of_the_open_parts(self):
        """The hardest part decides, wherever it stands; parts that are decided take nothing."""
        hard, easy = self.open(0.05), self.open(0.4)
        for told in ([hard, easy], [easy, *parts((0.1, 0.2)), hard]):
            found = judged(told, batches=2).needed
            assert found == needed(hard, -0.05, CONTRACT.power, 2, MIN_CLUSTERS)
            assert found.times > 2 * needed(easy, -0.05, CONTRACT.power, 2, MIN_CLUSTERS).times

    def test_is_none_if_one_part_cannot_be_told(self):
        """An estimate at the requirement itself is never told from it, nor is one without an error."""
        assert judged([self.open(0.4), self.open(-0.05)]).needed is None
        blank = part_of(NO_BOUNDS, of="blank")
        assert judged([self.open(0.4), blank]).needed is None

    @pytest.mark.parametrize("verdict", ["pass", "fail"])
    def test_is_none_of_what_is_decided(self, verdict):
        """A clause that passed, or failed, asks for nothing more."""
        assert judged(parts(SAID[verdict])).needed is None

    def test_is_none_of_a_clause_that_failed_in_another_part(self):
        """More evidence on the open part would not decide what is decided."""
        assert judged([self.open(0.4), *parts(SAID["fail"])]).needed is None

    def test_takes_the_contracts_clusters(self):
        """A part that is open for want of clusters needs as many as the contract asks for."""
        short = replace(self.open(9.0).interval, low=8.0, high=10.0, clusters=MIN_CLUSTERS - 5)
        found = judged([part_of(short)])
        assert (found.verdict, found.needed.clusters) == ("undecided", MIN_CLUSTERS)
