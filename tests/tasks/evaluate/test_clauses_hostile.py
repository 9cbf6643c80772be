"""Evidence on rows that tell nothing, or on a handful of a kind: clauses stay open, with the reason."""

import numpy as np
import pandas as pd
import pytest
from data_factories import declared
from easy_clauses import CONTRACT, DAYS, EASY, ROWS, SAME, SETS, found, world

from tasks.decide.contract import judge
from tasks.evaluate.answers import NO_ALARM, Answers
from tasks.params import Clause

FLAT = Answers(np.full(ROWS, 0.4), 0.5, SETS)
NO_VARIATION = "no variation between clusters"
WITHIN_A_MARGIN = [name for name in EASY if name.split()[0] in ("not_worse", "slice")]
OPEN = ["not_worse auc", "not_worse precision", "beats_champion log_loss"]
"""Of two models that answer alike: what has no worst that a row could be at, and what asks for more."""
CERTAIN: list[tuple[str, dict[str, object], list[str]]] = [
    ("ones", {"labels": np.ones(ROWS)}, ["floor precision"]),
    ("flat", {"challenger": FLAT}, ["coverage"]),
    ("equal", {"champion": SAME}, [*(one for one in WITHIN_A_MARGIN if one not in OPEN), "churn"]),
]
"""Nothing varies, and nothing could be so bad."""
HOSTILE: list[tuple[str, dict[str, object], list[str], str]] = [
    ("ones", {"labels": np.ones(ROWS)}, ["floor auc", "not_worse auc", "beats_baseline auc"], "both classes"),
    ("ones", {"labels": np.ones(ROWS)}, ["not_worse precision"], NO_VARIATION),
    ("ones", {"labels": np.ones(ROWS)}, ["fairness false_positive_rate"], "no row with label 0 of"),
    ("zeros", {"labels": np.zeros(ROWS)}, ["floor auc", "beats_baseline auc"], "both classes"),
    ("zeros", {"labels": np.zeros(ROWS)}, ["floor recall", "not_worse recall"], "no row with label 1"),
    ("zeros", {"labels": np.zeros(ROWS)}, ["fairness true_positive_rate"], "no row with label 1 of"),
    ("flat", {"challenger": FLAT}, ["floor precision", "not_worse precision"], "no alarm on these rows"),
    ("flat", {"challenger": FLAT}, ["floor auc", "beats_baseline auc", "floor recall"], NO_VARIATION),
    ("flat", {"challenger": FLAT}, ["fairness selection_rate"], "selection rate of b does not vary"),
    ("flat", {"challenger": FLAT}, ["fairness true_positive_rate"], "of b does not vary"),
    ("flat", {"challenger": FLAT}, ["abstention"], "the model is sure of none of these rows"),
    ("no sets", {"challenger": Answers(SAME.probabilities)}, ["abstention", "coverage"], "without sets"),
    ("equal", {"champion": SAME}, [*OPEN, "net_value"], NO_VARIATION),
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

    @pytest.mark.parametrize(
        ("name", "changes"),
        [
            pytest.param(name, changes, id=f"{what}: {name}")
            for what, changes, names in CERTAIN
            for name in names
        ],
    )
    def test_what_holds_at_worst_passes_without_an_interval(self, name, changes):
        """And says that nothing varied; asked for more than there is, it is open."""
        told = judge(EASY[name], CONTRACT, found(EASY[name], world(**changes)))
        assert (told.verdict, told.interval.low) == ("pass", None)
        assert "even at worst above" in told.words
        assert NO_VARIATION in told.words

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
