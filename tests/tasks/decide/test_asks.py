"""What a clause asks for reads as a sentence of its own settings, whatever the kind."""

import pytest
from data_factories import declared

from tasks.decide.asks import asks, metric_words
from tasks.evaluate.metrics import METRICS
from tasks.params.contract import KINDS, Requirement

CHAMPION, UNIT = "the champion", "nats per row"
ALL = [
    (
        {"kind": "beats_baseline", "metric": "log_loss"},
        "better log loss than the champion, by any amount above 0",
    ),
    (
        {"kind": "beats_champion", "metric": "auc", "margin": 0.01},
        "better AUC than the champion, by more than 0.01 nats per row",
    ),
    (
        {"kind": "not_worse", "metric": "brier", "margin": 0.002},
        "Brier score worse than the champion by less than 0.002 nats per row, if at all",
    ),
    ({"kind": "floor", "metric": "precision", "threshold": 0.7}, "precision above 0.7"),
    ({"kind": "floor", "metric": "log_loss", "threshold": 0.5}, "log loss below 0.5"),
    ({"kind": "floor", "metric": "brier", "threshold": 0.2}, "Brier score below 0.2"),
    (
        {"kind": "slice", "metric": "value", "column": "origin", "margin": 0.5},
        "in no slice of origin a value worse than the champion by 0.5 nats per row or more",
    ),
    (
        {"kind": "fairness", "measure": "true_positive_rate", "column": "sex", "margin": 0.1},
        "true positive rate of any two groups of sex differs by less than 0.1",
    ),
    (
        {"kind": "fairness", "measure": "selection_rate", "column": "sex", "ratio": 0.8},
        "selection rate of any group of sex is more than 0.8 times any other's",
    ),
    (
        {"kind": "representation", "column": "origin", "values": ("EWR", "JFK"), "threshold": 0.2},
        "origin EWR, JFK: each more than 0.2 of the rows",
    ),
    (
        {"kind": "calibration", "margin": 0.03, "bins": 4},
        "what is predicted is within 0.03 of what comes, on all rows and in 4 bins",
    ),
    ({"kind": "churn", "threshold": 0.05}, "another answer than the champion in less than 0.05 of the rows"),
    (
        {"kind": "abstention", "risk": 0.05, "answered": 0.6},
        "sure of more than 0.6 of the rows, and wrong in less than 0.05 of those",
    ),
    (
        {"kind": "coverage", "threshold": 0.88},
        "its possible labels hold the label in more than 0.88 of the rows",
    ),
    (
        {"kind": "net_value", "horizon_rows": 1000, "cost": 250.0, "cost_per_row": 0.01, "margin": 40.0},
        (
            "value gained over the champion less 250 for the change and 0.01 for each prediction: "
            "more than 40 nats per row"
        ),
    ),
    (
        {"kind": "latency", "milliseconds": 2.5, "percentile": 50},
        "one prediction in less than 2.5 ms (at the 50th percentile)",
    ),
    ({"kind": "size", "bytes": 1_500_000}, "a model of fewer than 1,500,000 bytes"),
    (
        {"kind": "training_cost", "price_per_hour": 3.5, "currency": "USD", "threshold": 20.0},
        "a training for less than 20 nats per row (at 3.5 an hour)",
    ),
]


class TestSentences:
    """Each kind in words."""

    @pytest.mark.parametrize(("settings", "sentence"), ALL, ids=[str(one["kind"]) for one, _ in ALL])
    def test_of_each_kind(self, settings, sentence):
        """The settings, the direction that is better, and whom it compares with."""
        assert asks(declared(**settings), CHAMPION, UNIT) == sentence

    def test_no_kind_is_forgotten(self):
        """Every kind of the contract's language has its sentence here."""
        assert {settings["kind"] for settings, _ in ALL} == set(KINDS)

    @pytest.mark.parametrize(
        ("kind", "needs"),
        [
            ("beats_champion", {}),
            ("not_worse", {"margin": 0.1}),
            ("slice", {"margin": 0.1, "column": "origin"}),
        ],
    )
    def test_name_whom_the_evidence_compares_with(self, kind, needs):
        """While there is no champion it is not the champion that is named."""
        clause = declared(kind=kind, metric="log_loss", **needs)
        assert "the base rate" in asks(clause, "the base rate", UNIT)
        assert "champion" not in asks(clause, "the base rate", UNIT)

    def test_name_which_baseline(self):
        """The linear one is called so."""
        clause = declared(kind="beats_baseline", baseline="linear", metric="rmse", margin=0.5)
        wanted = "better RMSE than the linear model, by more than 0.5 minutes"
        assert asks(clause, "the linear model", "minutes") == wanted

    def test_a_kind_that_nobody_knows(self):
        """A new kind of clause without its sentence is an error that names the clause."""
        stranger = Requirement.model_construct(name="odd", kind="odd", owner="o", reason="r")
        with pytest.raises(NotImplementedError, match="odd"):
            asks(stranger, CHAMPION, UNIT)


class TestMetricWords:
    """A metric as a reader calls it."""

    @pytest.mark.parametrize(
        ("name", "words"), [("auc", "AUC"), ("brier", "Brier score"), ("log_loss", "log loss")]
    )
    def test_are_a_readers(self, name, words):
        """Short names are spelled as in print."""
        assert metric_words(name) == words

    def test_have_no_underscore(self):
        """No metric is called by its setting's name where that is no word."""
        assert not [name for name in METRICS if "_" in metric_words(name)]
