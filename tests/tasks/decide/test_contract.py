"""A clause passes strictly or not at all, and what could not be checked never passes."""

import math
from dataclasses import replace

import pytest
from data_factories import declared, one_part, part_of, small_params
from hypothesis import given
from hypothesis import strategies as st

from tasks.decide.contract import ClauseVerdict, judge
from tasks.decide.needed import needed
from tasks.evaluate.evidence import Interval
from tasks.evaluate.findings import ClauseEvidence, Measurements, Part, Serial
from tasks.params import Clause

CONTRACT = small_params().contract
MIN_CLUSTERS = CONTRACT.min_clusters
NO_BOUNDS = Interval(
    0.1, None, None, None, None, 0.05, 100, 20, 20.0, 0.05, "m", "no variation between clusters"
)

bounds = st.one_of(
    st.none(), st.floats(-1, 1, allow_nan=False), st.sampled_from([0.0, 0.02, -0.02, 0.6, -0.6])
)
clusters = st.integers(0, 3 * MIN_CLUSTERS)
clauses = st.sampled_from(
    [
        declared(kind="beats_champion", metric="log_loss"),
        declared(kind="beats_baseline", metric="value", margin=0.02),
        declared(kind="floor", metric="auc", threshold=0.6),
        declared(kind="floor", metric="log_loss", threshold=0.6),
    ]
)


def interval(
    low: float | None, high: float | None, count: int = 20, estimate: float | None = 0.0
) -> Interval:
    """An interval with these bounds over `count` clusters."""
    return replace(NO_BOUNDS, low=low, high=high, estimate=estimate, clusters=count, note="why")


def required(clause: Clause) -> float:
    """What the clause asks for where more is better, written again from its meaning."""
    if clause.kind != "floor":
        return clause.margin
    assert clause.threshold is not None
    return -clause.threshold if clause.metric == "log_loss" else clause.threshold


class TestRule:
    """Pass above, fail below, undecided in between; total over whatever evidence there is."""

    @given(clauses, bounds, bounds, bounds, clusters)
    def test_the_rule(self, clause, low, high, estimate, count):
        """Pass if and only if there are bounds, clusters enough, and the lower bound is above the bar."""
        found = judge(clause, CONTRACT, one_part(interval(low, high, count, estimate)))
        checked = None not in (low, high, estimate) and count >= MIN_CLUSTERS
        passes = checked and low > required(clause)
        fails = checked and not passes and high < required(clause)
        assert found.verdict == ("pass" if passes else "fail" if fails else "undecided")
        assert found.words
        assert found.required == required(clause)

    @pytest.mark.parametrize(("low", "verdict"), [(0.0, "undecided"), (math.nextafter(0.0, 1.0), "pass")])
    def test_the_boundary_does_not_pass(self, low, verdict):
        """A lower bound exactly at the margin is no proof of being above it."""
        clause = CONTRACT.clauses[-1]
        assert judge(clause, CONTRACT, one_part(interval(low, 1.0))).verdict == verdict

    @pytest.mark.parametrize(("high", "verdict"), [(0.0, "undecided"), (math.nextafter(0.0, -1.0), "fail")])
    def test_the_boundary_does_not_fail(self, high, verdict):
        """An upper bound exactly at the margin is no proof of being below it."""
        assert judge(CONTRACT.clauses[-1], CONTRACT, one_part(interval(-1.0, high))).verdict == verdict

    @pytest.mark.parametrize("bad", [math.nan])
    def test_nan_passes_nothing(self, bad):
        """A bound that is no number is above nothing."""
        assert judge(CONTRACT.clauses[-1], CONTRACT, one_part(interval(bad, bad))).verdict == "undecided"


class TestNoEvidence:
    """Fail closed, with the reason."""

    def test_none(self):
        """A clause without evidence is undecided, compares with nothing and says so."""
        found = judge(CONTRACT.clauses[0], CONTRACT, None)
        assert (found.verdict, found.row_level, found.against) == ("undecided", "undecided", "nothing")
        assert found.interval is None
        assert "there is no evidence for it" in found.words

    def test_no_bounds(self):
        """Where no inference was possible its note is the reason, though there is an estimate."""
        found = judge(CONTRACT.clauses[0], CONTRACT, one_part(NO_BOUNDS))
        assert found.verdict == "undecided"
        assert "could not be checked: no variation between clusters" in found.words

    def test_too_few_clusters(self):
        """One cluster less than the contract asks for decides nothing, however wide the lead."""
        short = interval(0.5, 0.6, MIN_CLUSTERS - 1, 0.55)
        found = judge(CONTRACT.clauses[-1], CONTRACT, one_part(short))
        assert found.verdict == "undecided"
        assert f"rests on {MIN_CLUSTERS - 1} clusters; the contract asks for {MIN_CLUSTERS}" in found.words
        assert (
            judge(CONTRACT.clauses[-1], CONTRACT, one_part(replace(short, clusters=MIN_CLUSTERS))).verdict
            == "pass"
        )


class TestRowLevel:
    """What row-level statistics would have said is told, and decides nothing."""

    def test_beside_it(self):
        """Clustered undecided, independent pass: the verdict is the clustered one."""
        found = judge(CONTRACT.clauses[-1], CONTRACT, one_part(interval(-0.1, 0.3), interval(0.05, 0.15)))
        assert (found.verdict, found.row_level) == ("undecided", "pass")

    @pytest.mark.parametrize(
        ("rows", "verdict"),
        [
            ([(0.1, 0.2)] * 2, "pass"),
            ([(0.1, 0.2), (-0.1, 0.2)], "undecided"),
            ([(-0.1, 0.2), (-2, -1)], "fail"),
        ],
    )
    def test_of_several_parts(self, rows, verdict):
        """By rows too, all parts have to pass, and one that fails fails the clause."""
        open_parts = parts(*[(-0.1, 0.1)] * len(rows))
        told = [
            part.model_copy(update={"independent": interval(*one)})
            for part, one in zip(open_parts, rows, strict=True)
        ]
        assert judged(told).row_level == verdict
        assert judged(told).verdict == "undecided"

    def test_two_rows_are_two_clusters(self):
        """The contract's least number of clusters is not asked of single rows."""
        found = judge(LEAD, CONTRACT, one_part(interval(0.1, 0.2), interval(0.1, 0.2, 2)))
        assert found.row_level == "pass"

    def test_missing_parts_pass_nothing(self):
        """What is missing, or has no parts, is undecided by rows as well; nothing to ask passes."""
        assert judged(parts((0.1, 0.2)), missing="too few").row_level == "undecided"
        assert judged([]).row_level == "undecided"
        assert judged([], nothing_to_ask="nobody").row_level == "pass"


LEAD = declared(kind="beats_champion", metric="log_loss")
SLICE = declared(kind="slice", metric="log_loss", column="colour", margin=0.05, required_values=("red",))
SAID = {"pass": (0.1, 0.3), "fail": (-0.5, -0.2), "undecided": (-0.2, 0.2)}
verdicts = st.lists(st.sampled_from(sorted(SAID)), min_size=1, max_size=5)


def parts(*bounds: tuple[float, float]) -> list[Part]:
    """Parts `part 0`, `part 1`... with these bounds."""
    return [part_of(interval(low, high), of=f"part {n}") for n, (low, high) in enumerate(bounds)]


def judged(told: list[Part], clause: Clause = SLICE, *, batches: int = 1, **words: object) -> ClauseVerdict:
    """The verdict of a clause with these parts."""
    evidence = ClauseEvidence(against="the champion", unit="nats per row", parts=tuple(told), **words)
    return judge(clause, CONTRACT, evidence, batches=batches)


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


class TestOpposition:
    """What nothing speaks against is not believed on its face."""

    def only(self, bounds: tuple[float, float], **found: object) -> ClauseVerdict:
        """The verdict of a clause with one part that found this."""
        (part,) = parts(bounds)
        return judged([part.model_copy(update=found)])

    @pytest.mark.parametrize(("clusters", "verdict"), [(0.0, "undecided"), (4.9, "undecided"), (5.0, "pass")])
    def test_a_pass_takes_five_clusters_that_speak_against_it(self, clusters, verdict):
        """Below that losses are too rare to know how rare, and the words say so."""
        found = self.only((0.1, 0.3), opposing_clusters=clusters)
        assert found.verdict == verdict
        said = f"what speaks against it lies in {clusters:.1f} clusters in effect"
        assert (said in found.words) == (verdict == "undecided")

    def test_unless_the_worst_would_not_matter(self):
        """What holds even if clusters as bad as can be were missed, passes."""
        assert self.only((0.1, 0.3), opposing_clusters=0.0, holds_at_worst=True).verdict == "pass"

    @pytest.mark.parametrize("verdict", ["fail", "undecided"])
    def test_other_verdicts_need_none(self, verdict):
        """A clause fails, or is open, as before."""
        assert self.only(SAID[verdict], opposing_clusters=0.0).verdict == verdict

    def test_by_rows_nobody_asked(self):
        """Row-level statistics would have promoted: that is what is told of them."""
        assert self.only((0.1, 0.3), opposing_clusters=0.0).row_level == "pass"

    def test_says_how_much_more_it_takes(self):
        """Enough to show five clusters that speak against it, most likely."""
        wide = Interval(0.4, 0.05, 19.0, 0.3, 0.5, 0.05, 400, 20, 20.0, 0.05, "m")
        found = judged([part_of(wide, opposing=2.0)])
        assert (found.verdict, found.needed.times, found.needed.clusters) == (
            "undecided",
            pytest.approx(3.380, abs=0.001),
            68,
        )
        assert judged([part_of(wide, opposing=0.0)]).needed.times == pytest.approx(21.911, abs=0.001)


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


TAKEN = Measurements(
    one_row_p50_ms=1.0,
    one_row_p95_ms=3.0,
    one_row_calls=10,
    batch_rows_per_second=1e5,
    model_bytes=2000,
    training_seconds=900.0,
)
COST = {"kind": "training_cost", "price_per_hour": 8.0, "currency": "USD"}


class TestMeasured:
    """Latency, size and cost are met or not, by what was measured once."""

    @pytest.mark.parametrize(
        ("settings", "verdict", "words"),
        [
            ({"kind": "latency", "milliseconds": 3.1}, "pass", "latency: 3 milliseconds, below 3.1"),
            ({"kind": "latency", "milliseconds": 2.9}, "fail", "latency: 3 milliseconds, not below 2.9"),
            ({"kind": "latency", "milliseconds": 3.0}, "fail", "latency: 3 milliseconds, not below 3"),
            (
                {"kind": "latency", "milliseconds": 2.0, "percentile": 50},
                "pass",
                "latency: 1 milliseconds, below 2",
            ),
            (
                {"kind": "latency", "milliseconds": 1.0, "percentile": 50},
                "fail",
                "latency: 1 milliseconds, not below 1",
            ),
            ({"kind": "size", "bytes": 2001}, "pass", "size: 2,000 bytes, below 2,001"),
            ({"kind": "size", "bytes": 2000}, "fail", "size: 2,000 bytes, not below 2,000"),
            # A quarter of an hour, at 8 an hour.
            (COST | {"threshold": 2.01}, "pass", "training cost: 2 USD, below 2.01"),
            (COST | {"threshold": 2.0}, "fail", "training cost: 2 USD, not below 2"),
            (COST | {"threshold": 0.5}, "fail", "training cost: 2 USD, not below 0.5"),
        ],
    )
    def test_below_the_limit(self, settings, verdict, words):
        """Below it passes; the limit itself does not. Rows as such say the same."""
        found = judge(declared(**settings), CONTRACT, None, TAKEN)
        assert (found.verdict, found.row_level, found.words) == (verdict, verdict, words)
        assert found.measured == pytest.approx(float(words.split(": ")[1].split()[0].replace(",", "")))
        assert (found.required < 0, found.level, found.interval, found.parts) == (True, None, None, 0)

    @pytest.mark.parametrize(
        "settings",
        [
            {"kind": "latency", "milliseconds": 99.0},
            {"kind": "size", "bytes": 10**9},
            COST | {"threshold": 1e9},
        ],
    )
    def test_without_a_measurement(self, settings):
        """What was not measured passes nothing, however generous the limit."""
        found = judge(declared(**settings), CONTRACT, None)
        assert (found.verdict, found.row_level, found.measured) == ("undecided", "undecided", None)
        name = settings["kind"].replace("_", " ")
        assert found.words == f"{name}: could not be checked: nothing was measured"

    def test_a_training_whose_time_nobody_knows(self):
        """It cost something and not nothing: undecided, however generous the limit."""
        clause = declared(**COST, threshold=1e9)
        found = judge(clause, CONTRACT, None, TAKEN.model_copy(update={"training_seconds": None}))
        assert (found.verdict, found.row_level, found.measured) == ("undecided", "undecided", None)
        wanted = "could not be checked: how long the training of this model took is not known here"
        assert found.words == f"training cost: {wanted}"

    def test_evidence_of_rows_changes_nothing(self):
        """A size is a size, whatever an interval says."""
        clause = declared(kind="size", bytes=1)
        assert judge(clause, CONTRACT, one_part(interval(0.5, 0.6)), TAKEN).verdict == "fail"


class TestTheVerdict:
    """What a verdict tells beside pass or fail."""

    @pytest.mark.parametrize(
        ("clause", "metric"),
        [
            (LEAD, "log_loss"),
            (
                declared(kind="fairness", measure="selection_rate", column="colour", margin=0.1),
                "selection_rate",
            ),
            (declared(kind="churn", threshold=0.1), "churn"),
            (declared(kind="size", bytes=9), "size"),
        ],
    )
    def test_names_what_it_is_about(self, clause, metric):
        """The metric or the measure, or else the kind."""
        assert judge(clause, CONTRACT, None).metric == metric

    def test_money_has_its_currency(self):
        """What is asked for in money is asked for in the declared currency."""
        clause = declared(kind="beats_champion", metric="value", margin=0.5)
        told = ClauseEvidence(against="the champion", unit="money per row", parts=tuple(parts((1.0, 2.0))))
        assert judge(clause, CONTRACT, told, currency="EUR").asks.endswith("by more than 0.5 EUR per row")
        net = judge(declared(kind="net_value", horizon_rows=1000), CONTRACT, None, currency="EUR")
        assert net.unit == "EUR on 1,000 predictions"

    def test_the_level_is_the_clauses_over_the_looks(self):
        """As the interval's is."""
        contract = CONTRACT.model_copy(update={"looks_per_holdout": 4})
        assert judge(LEAD, contract, None).level == pytest.approx(0.05 / 4)


class TestRequired:
    """The requirement of each kind, where more is better."""

    @pytest.mark.parametrize(
        ("settings", "bar"),
        [
            ({"kind": "beats_baseline", "metric": "auc", "margin": 0.1}, 0.1),
            ({"kind": "not_worse", "metric": "brier", "margin": 0.1}, -0.1),
            ({"kind": "floor", "metric": "precision", "threshold": 0.7}, 0.7),
            ({"kind": "floor", "metric": "brier", "threshold": 0.2}, -0.2),
            ({"kind": "slice", "metric": "brier", "column": "colour", "margin": 0.1}, -0.1),
            ({"kind": "fairness", "measure": "calibration", "column": "colour", "margin": 0.1}, -0.1),
            ({"kind": "representation", "column": "colour", "values": ("red",), "threshold": 0.2}, 0.2),
            ({"kind": "calibration", "margin": 0.1}, -0.1),
            ({"kind": "churn", "threshold": 0.1}, -0.1),
            ({"kind": "abstention", "risk": 0.1, "answered": 0.5}, 0),
            ({"kind": "coverage", "threshold": 0.88}, 0.88),
            ({"kind": "net_value", "horizon_rows": 10, "cost": 5.0, "margin": 3.0}, 3.0),
            ({"kind": "latency", "milliseconds": 2.5}, -2.5),
            ({"kind": "size", "bytes": 1000}, -1000),
            (COST | {"threshold": 2.5}, -2.5),
        ],
        ids=lambda one: one["kind"] if isinstance(one, dict) else "",
    )  # fmt: skip
    def test_of_each_kind(self, settings, bar):
        """A margin that may be lost, a ceiling and a limit are floors under a negative."""
        assert judge(declared(**settings), CONTRACT, None).required == bar
