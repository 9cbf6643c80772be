"""A clause's evidence: an interval for each thing it asks about, and where there is none, why."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from data_factories import declared, small_params

from tasks.decide.contract import judge
from tasks.evaluate.answers import NO_ALARM, Answers, Costs, constant
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.evidence import as_share, clustered_mean, independent_mean
from tasks.evaluate.findings import ClauseEvidence
from tasks.evaluate.opposition import clusters_at_worst, opposing_clusters
from tasks.evaluate.quantities import quantities
from tasks.evaluate.serial import serial
from tasks.params import Clause
from tasks.params.contract import KINDS
from tasks.train.uncertainty import Sets

PARAMS = small_params()
CONTRACT = PARAMS.contract
ROWS, DAYS = 600, 30
COSTS = Costs(true_positive=10, false_positive=-4, false_negative=-7, true_negative=1)
MEASURED = ("latency", "size", "training_cost")

# One clause of each kind, each so easy that a world in order passes it.
EASY: dict[str, Clause] = {
    f"{one.kind} {getattr(one, 'metric', getattr(one, 'measure', ''))}".strip(): one
    for one in (
        *(
            declared(kind="not_worse", metric=metric, margin=margin)
            for metric, margin in (
                ("log_loss", 10.0),
                ("brier", 10.0),
                ("auc", 0.2),
                ("value", 10.0),
                ("precision", 0.2),
                ("recall", 10.0),
            )
        ),
        *(
            declared(kind="floor", metric=metric, threshold=bar)
            for metric, bar in (
                ("log_loss", 9.0),
                ("brier", 0.9),
                ("auc", 0.1),
                ("value", -90.0),
                ("precision", 0.01),
                ("recall", 0.01),
            )
        ),
        declared(kind="beats_baseline", metric="auc"),
        declared(kind="beats_baseline", baseline="linear", metric="log_loss"),
        declared(kind="beats_champion", metric="log_loss"),
        *(
            declared(kind="slice", metric=metric, column="kind", margin=50.0)
            for metric in ("log_loss", "brier", "value")
        ),
        *(
            declared(kind="fairness", measure=measure, column="kind", margin=0.4)
            for measure in ("selection_rate", "true_positive_rate", "false_positive_rate", "calibration")
        ),
        declared(kind="representation", column="kind", values=("a", "b"), threshold=0.01),
        declared(kind="calibration", margin=0.9),
        declared(kind="churn", threshold=0.99),
        declared(kind="abstention", risk=0.5, answered=0.1),
        declared(kind="coverage", threshold=0.5),
        declared(kind="net_value", horizon_rows=1000),
    )
}
SETS = Sets(coverage=0.9, most_doubt=0.7)


def world(seed: int = 0, **changes: object) -> Comparison:
    """600 rows on 30 days that move together, a good challenger, a champion of chance, two groups."""
    draw = np.random.default_rng(seed)
    days = np.repeat(np.arange(DAYS), ROWS // DAYS)
    signal = draw.normal(size=ROWS) + 0.7 * draw.normal(size=DAYS)[days]
    labels = (draw.random(ROWS) < 1 / (1 + np.exp(-2 * signal))).astype(float)
    plain = {
        "labels": labels,
        "clusters": days,
        "costs": COSTS,
        "challenger": Answers(1 / (1 + np.exp(-2 * signal)), 0.5, SETS),
        "champion": Answers(draw.random(ROWS), 0.5),
        "baseline": constant(0.5, ROWS),
        "linear": Answers(1 / (1 + np.exp(-0.5 * signal)), 0.4),
        "columns": {"kind": pd.Series(draw.choice(["a", "b"], ROWS))},
        "settings": PARAMS.evaluate,
    }
    return Comparison(**{**plain, **changes})


def found(clause: Clause, seen: Comparison) -> ClauseEvidence:
    evidence = clause_evidence(clause, CONTRACT, seen)
    assert evidence is not None
    return evidence


class TestParts:
    """One interval for each quantity, over the clusters of its rows."""

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_are_the_intervals_of_the_quantities(self, clause):
        """Clustered to be judged by, and beside it what independent rows would have said."""
        seen = world()
        wanted = list(quantities(clause, seen))
        parts = found(clause, seen).parts
        assert [part.of for part in parts] == [one.of for one in wanted]
        for part, one in zip(parts, wanted, strict=True):
            clusters = seen.clusters if one.rows is None else seen.clusters[one.rows]
            whole = clustered_mean(one.values(), clusters, level=0.05)
            whole = whole if one.share is None else as_share(whole, one.share)
            counted = [clusters[rows] for rows in one.rests_on()]
            fewest = min((len(np.unique(codes)) for codes in counted), default=whole.clusters)
            assert part.interval == replace(whole, clusters=fewest)
            assert part.independent == independent_mean(one.values(), level=0.05)

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_no_row_fares_worse_than_the_worst(self, clause):
        """Whatever a clause asks: what is taken for the least that a row can be is no more than any is."""
        for one in quantities(clause, world()):
            if one.worst() is not None:
                assert (one.values() >= np.broadcast_to(one.worst(), one.values().shape) - 1e-12).all()
            for mean in one.means():
                assert (mean.values >= mean.worst)[mean.counted].all()
                assert mean.values[mean.counted].mean() == pytest.approx(one.values().mean())

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_the_worst_is_known_without_the_labels(self, clause):
        """With every label turned round no row's worst is another one."""
        seen = world()
        turned = replace(seen, labels=1 - seen.labels)
        for one, other in zip(quantities(clause, seen), quantities(clause, turned), strict=False):
            if one.worst() is not None and one.rows is None:
                assert np.broadcast_to(one.worst(), ROWS) == pytest.approx(
                    np.broadcast_to(other.worst(), ROWS)
                )

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_what_speaks_against_it_is_asked_depth_by_depth(self, clause):
        """The fewest clusters in which rows lie below the bar, or at a depth that could undo the lead."""
        seen = world()
        for part, one in zip(found(clause, seen).parts, quantities(clause, seen), strict=True):
            clusters = seen.clusters if one.rows is None else seen.clusters[one.rows]
            values, worst = one.values(), one.worst()
            lead = part.interval.low - clause.required
            known = [(mean.values, mean.worst, mean.counted) for mean in one.means()]
            if worst is not None and np.ptp(worst):
                known.append((values, np.broadcast_to(worst, len(values)), None))
            deep = [
                clusters_at_worst(told, clusters, clause.required, least, 0.05, lead, counted)
                for told, least, counted in known
            ]
            against = opposing_clusters(values, clusters, clause.required)
            assert part.opposing_clusters == min(against, *deep, np.inf)

    @pytest.mark.parametrize("clause", EASY.values(), ids=EASY)
    def test_a_world_in_order_passes(self, clause):
        """A good challenger passes an easy clause of each kind, so that what follows is not for nothing."""
        assert judge(clause, CONTRACT, found(clause, world(seed=1))).verdict == "pass"

    def test_every_kind_is_here(self):
        """But for those that a measurement decides."""
        assert {one.kind for one in EASY.values()} == set(KINDS) - set(MEASURED)

    @pytest.mark.parametrize("name", ["churn", "calibration", "fairness selection_rate"])
    def test_each_is_at_the_clauses_whole_level(self, name):
        """Divided by the looks, and not by the parts: all of them have to pass."""
        contract = CONTRACT.model_copy(update={"looks_per_holdout": 4})
        clause = EASY[name].model_copy(update={"level": 0.04})
        evidence = clause_evidence(clause, contract, world())
        for part in evidence.parts:
            assert part.interval.level == part.independent.level == pytest.approx(0.01)

    @pytest.mark.parametrize(
        "settings",
        [
            {"kind": "latency", "milliseconds": 5.0},
            {"kind": "size", "bytes": 9},
            {"kind": "training_cost", "price_per_hour": 1.0, "currency": "EUR", "threshold": 9.0},
        ],
    )
    def test_what_is_measured_has_none(self, settings):
        """Rows say nothing about a model's latency or size, or what its training cost."""
        assert clause_evidence(declared(**settings), CONTRACT, world()) is None


class TestWords:
    """What is compared with what, in which unit."""

    @pytest.mark.parametrize(
        ("name", "against", "unit"),
        [
            ("beats_baseline auc", "the base rate", "share of pairs ranked right"),
            ("beats_baseline log_loss", "the linear model", "nats per row"),
            ("beats_champion log_loss", "the champion", "nats per row"),
            ("not_worse brier", "the champion", "squared error per row"),
            ("floor precision", "the floor of 0.01", "share of alarms that were right"),
            ("slice value", "the champion", "money per row"),
            ("fairness selection_rate", "each other group of kind", "difference of shares"),
            ("representation", "a share of 0.01", "share of rows"),
            ("calibration", "what came", "difference of shares"),
            ("churn", "the champion", "share of rows"),
            ("abstention", "what came", "share of rows"),
            ("coverage", "a share of 0.5", "share of rows"),
            ("net_value", "the champion", "EUR on 1,000 predictions"),
        ],
    )
    def test_of_each_kind(self, name, against, unit):
        """Each kind names whom it compares with and what its numbers are."""
        evidence = found(EASY[name], world())
        assert (evidence.against, evidence.unit) == (against, unit)

    @pytest.mark.parametrize(
        "name", ["beats_champion log_loss", "not_worse brier", "slice value", "net_value"]
    )
    def test_without_a_champion(self, name):
        """It is the base rate that is compared with, and that is said."""
        evidence = found(EASY[name], world(champion=None))
        assert evidence.against == "the base rate (there is no champion yet)"

    def test_without_a_linear_baseline(self):
        """A challenger that was trained without one cannot be compared: said, and undecided."""
        clause = EASY["beats_baseline log_loss"]
        evidence = found(clause, world(linear=None))
        verdict = judge(clause, CONTRACT, evidence)
        assert evidence.parts == ()
        assert (verdict.verdict, verdict.row_level) == ("undecided", "undecided")
        assert verdict.words == (
            "log loss against the linear model: could not be checked: "
            "the challenger was trained without a linear baseline beside it"
        )

    def test_nobodys_answers_change(self):
        """Without a champion there is no churn: nothing to ask, which is said and passes."""
        evidence = found(EASY["churn"], world(champion=None))
        assert evidence.parts == ()
        assert evidence.nothing_to_ask == "there is no champion yet whose answers could change"
        assert judge(EASY["churn"], CONTRACT, evidence).verdict == "pass"


class TestSerial:
    """Whether days move together is told where there is one thing to tell it of."""

    def test_of_one_part(self):
        """It is that of the part's numbers."""
        clause, seen = EASY["floor brier"], world()
        (one,) = quantities(clause, seen)
        assert found(clause, seen).serial == serial(one.values(), seen.clusters)

    @pytest.mark.parametrize("name", ["slice value", "calibration"])
    def test_not_of_several(self, name):
        """Nothing is told of many parts at once."""
        assert found(EASY[name], world()).serial is None

    def test_not_of_what_does_not_exist(self):
        """An AUC of one class has no neighbours."""
        assert found(EASY["floor auc"], world(labels=np.ones(ROWS))).serial is None


class TestAbstention:
    """Two bars, and both must be met."""

    @pytest.mark.parametrize(
        ("risk", "answered", "verdict", "words"),
        [
            (0.3, 0.5, "pass", ""),
            (0.02, 0.5, "fail", "room under the risk: "),
            (0.3, 0.95, "fail", "room over the answered: "),
            (0.02, 0.95, "fail", "2 of 2 fail"),
        ],
    )
    def test_is_judged_by_the_worse(self, risk, answered, verdict, words):
        """Too many wrong, or too few answered: the one that fails is named."""
        clause = declared(kind="abstention", risk=risk, answered=answered)
        told = judge(clause, CONTRACT, found(clause, world()))
        assert told.verdict == verdict
        assert words in told.words

    def test_rests_on_the_clusters_of_the_rows_that_it_is_sure_of(self):
        """Sure on 14 days only: the share that is wrong is known from 14 clusters, which are too few."""
        days = world().clusters
        says = np.where(days < 14, SAME.probabilities, 0.5)
        evidence = found(EASY["abstention"], world(challenger=Answers(says, 0.5, SETS)))
        assert [part.interval.clusters for part in evidence.parts] == [14, DAYS]
        told = judge(EASY["abstention"], CONTRACT, evidence)
        assert told.verdict == "undecided"
        assert "room under the risk: " in told.words
        assert "rests on 14 clusters" in told.words


class TestRareGroups:
    """Values without support are pooled and named; where one is required, the clause is open."""

    RARE = pd.Series((["a"] * 14 + ["b"] * 12 + ["c", "d"] * 2) * 20)

    def slices(self, **settings: object) -> ClauseEvidence:
        """Of a column in which two values are rare."""
        clause = declared(kind="slice", metric="brier", column="kind", margin=5.0, **settings)
        return found(clause, world(columns={"kind": self.RARE}))

    def test_are_pooled_by_name(self):
        """Two rare values are one part, and are told."""
        evidence = self.slices()
        assert [part.of for part in evidence.parts] == ["kind a", "kind b", "kind rest"]
        assert (evidence.pooled, evidence.missing) == (("c", "d"), "")

    @pytest.mark.parametrize(
        ("required", "missing"),
        [
            (("a", "b"), ""),
            (("a", "d"), "too few rows or clusters of kind d"),
            (("never", "c"), "too few rows or clusters of kind never, c"),
            (("rest",), "too few rows or clusters of kind rest"),
        ],
    )
    def test_that_are_required_leave_the_clause_open(self, required, missing):
        """Whether rare, absent, or hidden in the rest, a required value without support is named."""
        evidence = self.slices(required_values=required)
        clause = declared(kind="slice", metric="brier", column="kind", margin=5.0, required_values=required)
        assert evidence.missing == missing
        told = judge(clause, CONTRACT, evidence)
        assert (told.verdict == "undecided") is bool(missing)
        assert missing in told.words

    def test_that_nobody_requires_do_not_leave_it_open(self):
        """Invariant 2: it fails closed only for required values; five rows of one day are named, no more."""
        clause = EASY["slice brier"]
        column = world().columns["kind"].where(np.arange(ROWS) >= 5, "new")
        evidence = found(clause, world(columns={"kind": column}))
        assert evidence.pooled == ("new",)
        assert judge(clause, CONTRACT, evidence).verdict == "pass"

    @pytest.mark.parametrize("measure", ["selection_rate", "true_positive_rate"])
    def test_one_group_has_nothing_to_compare(self, measure):
        """A difference takes two groups: undecided, with the column named."""
        clause = EASY[f"fairness {measure}"]
        told = judge(clause, CONTRACT, found(clause, world(columns={"kind": pd.Series(["a"] * ROWS)})))
        assert told.verdict == "undecided"
        assert "kind has no two groups with enough rows to compare" in told.words


FLAT = Answers(np.full(ROWS, 0.4), 0.5, SETS)
SAME = world().challenger
NO_VARIATION, ONE_CLUSTER = "no variation between clusters", "one cluster only"
WITH_CHAMPION = [name for name in EASY if name.split()[0] in ("not_worse", "beats_champion", "slice")]
HOSTILE: list[tuple[str, dict[str, object], list[str], str]] = [
    ("ones", {"labels": np.ones(ROWS)}, ["floor auc", "not_worse auc", "beats_baseline auc"], "both classes"),
    ("ones", {"labels": np.ones(ROWS)}, ["floor precision", "not_worse precision"], NO_VARIATION),
    ("ones", {"labels": np.ones(ROWS)}, ["fairness false_positive_rate"], "no row with label 0 of"),
    ("zeros", {"labels": np.zeros(ROWS)}, ["floor auc", "beats_baseline auc"], "both classes"),
    ("zeros", {"labels": np.zeros(ROWS)}, ["floor recall", "not_worse recall"], "no row with label 1"),
    ("zeros", {"labels": np.zeros(ROWS)}, ["fairness true_positive_rate"], "no row with label 1 of"),
    ("flat", {"challenger": FLAT}, ["floor precision", "not_worse precision"], "no alarm on these rows"),
    ("flat", {"challenger": FLAT}, ["floor auc", "beats_baseline auc", "floor recall"], NO_VARIATION),
    ("flat", {"challenger": FLAT}, ["fairness selection_rate"], "selection rate of b does not vary"),
    ("flat", {"challenger": FLAT}, ["fairness true_positive_rate"], "of b does not vary"),
    ("flat", {"challenger": FLAT}, ["abstention"], "the model is sure of none of these rows"),
    ("flat", {"challenger": FLAT}, ["coverage"], NO_VARIATION),
    ("no sets", {"challenger": Answers(SAME.probabilities)}, ["abstention", "coverage"], "without sets"),
    ("equal", {"champion": SAME}, [*WITH_CHAMPION, "churn", "net_value"], NO_VARIATION),
    ("one day", {"clusters": np.zeros(ROWS, np.int64)}, [*EASY], ""),
    ("all of one", {"columns": {"kind": pd.Series(["a"] * ROWS)}}, ["representation"], NO_VARIATION),
]  # fmt: skip


class TestHostile:
    """On rows that tell nothing, a clause is open with a reason; it does not pass, nor break."""

    @pytest.mark.parametrize(
        ("name", "changes", "reason"),
        [
            pytest.param(name, changes, reason, id=f"{what}: {name}")
            for what, changes, names, reason in HOSTILE
            for name in names
        ],
    )
    def test_is_undecided_with_the_reason(self, name, changes, reason):
        """Undecided by the interval and by rows alone, and the words say why."""
        told = judge(EASY[name], CONTRACT, found(EASY[name], world(**changes)))
        assert told.verdict == "undecided"
        assert "could not be checked: " in told.words
        assert reason in told.words

    @pytest.mark.parametrize("name", EASY)
    def test_one_day_is_no_evidence(self, name):
        """Rows of one cluster decide nothing, however many they are."""
        evidence = found(EASY[name], world(clusters=np.full(ROWS, 3)))
        assert {part.interval.low for part in evidence.parts} <= {None}
        assert judge(EASY[name], CONTRACT, evidence).verdict == "undecided"

    @pytest.mark.parametrize("name", EASY)
    @pytest.mark.parametrize("what", sorted({what for what, _, _, _ in HOSTILE}))
    def test_never_breaks(self, name, what):
        """Every kind has a verdict and words in each of these worlds."""
        changes = next(changes for one, changes, _, _ in HOSTILE if one == what)
        told = judge(EASY[name], CONTRACT, found(EASY[name], world(**changes)))
        assert told.verdict in ("pass", "fail", "undecided")
        assert told.interval is None or told.interval.low is not None or told.interval.note

    @pytest.mark.parametrize("kind", ["slice brier", "fairness selection_rate", "representation"])
    def test_rows_of_no_group_are_one(self, kind):
        """Where a third have no value, the others are judged as before, and those without one beside them."""
        column = world().columns["kind"].mask(np.arange(ROWS) % 3 == 0)
        evidence = found(EASY[kind], world(columns={"kind": column}))
        assert judge(EASY[kind], CONTRACT, evidence).verdict == "pass"
        assert any("(missing)" in part.of for part in evidence.parts) is (kind != "representation")

    def test_ties_are_no_variation_of_their_own(self):
        """With probabilities of one decimal the evidence is there for every kind."""
        rounded = Answers(SAME.probabilities.round(1).clip(0.1, 0.9), 0.5, SETS)
        for name, clause in EASY.items():
            assert judge(clause, CONTRACT, found(clause, world(challenger=rounded))).verdict == "pass", name

    def test_a_bin_of_one_day_leaves_calibration_open(self):
        """However good all other bins are: the bin is named."""
        low = np.where(np.arange(ROWS) < ROWS // DAYS, 0.01, SAME.probabilities.clip(0.2))
        clause = declared(kind="calibration", margin=0.9, bins=20)
        told = judge(clause, CONTRACT, found(clause, world(challenger=Answers(np.sort(low)))))
        assert told.verdict == "undecided"
        assert "predicted " in told.words

    def test_no_alarm_of_a_champion_is_nothing_to_compare_with(self):
        """A champion that never warns has no precision that one could beat."""
        seen = world(champion=Answers(SAME.probabilities, NO_ALARM))
        told = judge(EASY["not_worse precision"], CONTRACT, found(EASY["not_worse precision"], seen))
        assert told.verdict == "undecided"
        assert "there is no alarm on these rows" in told.words


class TestFewOfAKind:
    """A rate that rests on a handful of rows is not known, however many rows there are beside them."""

    def verdict(self, clause: Clause, labels: np.ndarray, alarms: np.ndarray, kind: np.ndarray) -> str:
        """The clause's, on 600 rows of 30 days with these alarms."""
        seen = world(
            labels=labels.astype(float),
            challenger=Answers(np.where(alarms, 0.9, 0.1)),
            columns={"kind": pd.Series(kind)},
        )
        return judge(clause, CONTRACT, found(clause, seen)).verdict

    def test_three_positives_of_a_group(self):
        """Three of three found is no proof that the group's true positive rate is near 95%."""
        draw = np.random.default_rng(4)
        kind = np.where(np.arange(ROWS) % 6 == 0, "few", "many")
        labels = np.where(kind == "many", draw.random(ROWS) < 0.5, np.isin(np.arange(ROWS), [0, 240, 480]))
        alarms = labels & ((kind == "few") | (draw.random(ROWS) < 0.95))
        clause = declared(kind="fairness", measure="true_positive_rate", column="kind", margin=0.1)
        assert self.verdict(clause, labels, alarms, kind) == "undecided"

    def test_one_row_in_the_rest(self):
        """One row without an alarm is no proof that its group is warned as often as the others."""
        draw = np.random.default_rng(4)
        kind = np.where(np.arange(ROWS) == 77, "odd", "many")
        alarms = (draw.random(ROWS) < 0.05) & (kind == "many")
        clause = declared(kind="fairness", measure="selection_rate", column="kind", margin=0.1)
        assert self.verdict(clause, draw.random(ROWS) < 0.5, alarms, kind) == "undecided"

    def test_positives_of_a_few_days(self):
        """A group's true positive rate rests on the days of its positives, not on the holdout's."""
        draw = np.random.default_rng(4)
        kind = np.where(np.arange(ROWS) % 2 == 0, "few", "many")
        early = np.arange(ROWS) < 14 * ROWS // DAYS
        labels = (draw.random(ROWS) < 0.5) & ((kind == "many") | early)
        alarms = draw.random(ROWS) < 0.5
        clause = EASY["fairness true_positive_rate"]
        seen = world(
            labels=labels.astype(float),
            challenger=Answers(np.where(alarms, 0.9, 0.1)),
            columns={"kind": pd.Series(kind)},
        )
        told = judge(clause, CONTRACT, found(clause, seen))
        assert told.verdict == "undecided"
        assert "rests on 14 clusters; the contract asks for 15" in told.words

    def test_a_rest_of_a_few_rows_is_named_and_not_judged(self):
        """With two groups beside it the clause is judged on those; it is pooled by name."""
        column = world().columns["kind"].where(np.arange(ROWS) % 100 != 0, "odd")
        evidence = found(EASY["fairness selection_rate"], world(columns={"kind": column}))
        assert evidence.pooled == ("odd",)
        assert {part.of for part in evidence.parts} == {"a less b", "b less a"}
        assert judge(EASY["fairness selection_rate"], CONTRACT, evidence).verdict == "pass"


class TestBootstrap:
    """The intervals of ratios are those of resampling whole clusters."""

    DAYS, RESAMPLES = 80, 2000

    def parted(self, seed: int = 3) -> tuple[Comparison, np.ndarray]:
        """Days of 5 to 30 rows whose labels and both models' errors move together, in two groups."""
        draw = np.random.default_rng(seed)
        days = np.repeat(np.arange(self.DAYS), draw.integers(5, 31, self.DAYS))
        n, shared = len(days), draw.normal(size=(3, self.DAYS))[:, days]
        signal = draw.normal(size=n) + shared[0]
        labels = (draw.random(n) < 1 / (1 + np.exp(-signal))).astype(float)
        first, second = (1 / (1 + np.exp(-signal - shared[k] - draw.normal(size=n))) for k in (1, 2))
        kind = draw.choice(["a", "b"], n)
        seen = world(
            labels=labels,
            clusters=days,
            challenger=Answers(second, 0.6),
            champion=Answers(first, 0.5),
            baseline=constant(0.5, n),
            columns={"kind": pd.Series(kind)},
        )
        return seen, kind

    def resampled(self, seen: Comparison, *ratios: tuple[np.ndarray, np.ndarray]) -> float:
        """The standard error of the first ratio of sums, less the second, over resampled days."""
        weights = np.random.default_rng(11).multinomial(
            self.DAYS, np.full(self.DAYS, 1 / self.DAYS), self.RESAMPLES
        )
        drawn = [
            (weights @ np.bincount(seen.clusters, above)) / (weights @ np.bincount(seen.clusters, below))
            for above, below in ratios
        ]
        return float(np.std(drawn[0] - (drawn[1] if len(drawn) > 1 else 0), ddof=1))

    @pytest.mark.parametrize("metric", ["precision", "recall"])
    @pytest.mark.parametrize("kind", ["floor", "not_worse"])
    def test_precision_and_recall(self, metric, kind):
        """Within 10% of 2,000 resamples, of one model and of the difference of two; rows alone are not."""
        seen, _ = self.parted()
        alarms = [one.probabilities >= one.threshold for one in (seen.challenger, seen.champion)]
        ratios = [(one * seen.labels, one if metric == "precision" else seen.labels) for one in alarms]
        interval = found(EASY[f"{kind} {metric}"], seen).parts[0]
        wanted = self.resampled(seen, *ratios[: 1 if kind == "floor" else 2])
        assert interval.interval.standard_error == pytest.approx(wanted, rel=0.1)
        assert interval.independent.standard_error < 0.9 * wanted

    @pytest.mark.parametrize("measure", ["selection_rate", "true_positive_rate", "false_positive_rate"])
    def test_fairness(self, measure):
        """So is the difference of two groups' rates, which share their days."""
        seen, kind = self.parted()
        alarms = (seen.challenger.probabilities >= 0.6).astype(float)
        rows = {"selection_rate": 1 + 0 * alarms, "true_positive_rate": seen.labels}.get(
            measure, 1 - seen.labels
        )
        ratios = [(alarms * rows * (kind == one), rows * (kind == one)) for one in ("b", "a")]
        (part,) = (one for one in found(EASY[f"fairness {measure}"], seen).parts if one.of == "a less b")
        assert part.interval.standard_error == pytest.approx(self.resampled(seen, *ratios), rel=0.1)
        assert part.interval.estimate == pytest.approx(
            ratios[0][0].sum() / ratios[0][1].sum() - ratios[1][0].sum() / ratios[1][1].sum()
        )
