"""The table of objectives: what it names exists, and the default leaves documents as they were."""

from typing import get_args

import pytest
import yaml
from data_factories import told_card
from factories import PARAMS
from pydantic import TypeAdapter

from tasks.evaluate.metrics import METRICS
from tasks.objectives import BINARY, MULTICLASS, OBJECTIVES, QUANTILE, REGRESSION
from tasks.params import parse_params
from tasks.params.contract import KINDS, LOSSES, Compared
from tasks.params.steps import TrainParams


class TestTable:
    """Each row names things that there are."""

    def test_every_metric_belongs_to_an_objective(self):
        """No metric of a clause is left without one."""
        held = {name for one in OBJECTIVES.values() for name in one.metrics}
        assert sorted(held) == sorted(get_args(Compared)) == sorted(METRICS)

    def test_numbers_and_probabilities_share_no_metric(self):
        """A regression's metrics are its own; those of a probability are told of classes, too."""
        assert not REGRESSION.metrics & (BINARY.metrics | MULTICLASS.metrics)
        assert MULTICLASS.metrics - BINARY.metrics == {"accuracy"}

    @pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
    def test_what_is_shown_is_measured(self, objective):
        """The loss and all that is shown are metrics of the objective; the loss is one."""
        assert {objective.loss, *objective.shown} <= objective.metrics
        assert objective.loss in LOSSES

    @pytest.mark.parametrize("objective", [REGRESSION, QUANTILE, MULTICLASS], ids=lambda one: one.name)
    def test_kinds_are_kinds(self, objective):
        """Others than binary allow kinds that the contract has; of numbers none that asks about decisions."""
        assert objective.kinds is not None
        assert set(objective.kinds) <= set(KINDS)
        for kind in ("churn", "calibration", "abstention", "fairness", "net_value"):
            assert (kind in objective.kinds) == objective.classes

    @pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
    def test_coverage_is_asked_where_there_is_something_to_cover_with(self, objective):
        """Sets or intervals, and the clause about them, are there together."""
        kinds = KINDS if objective.kinds is None else objective.kinds
        assert ("coverage" in kinds) == (objective.possible is not None)

    @pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
    def test_probabilities_can_be_calibrated(self, objective):
        """Those of label 1 and those of classes, and nothing else."""
        assert (objective.calibration is not None) == (objective.probabilities or objective.classes)

    def test_directions_agree(self):
        """The contract's losses are the metrics of which less is better."""
        assert {name for name, metric in METRICS.items() if not metric.bigger_is_better} == LOSSES

    @pytest.mark.parametrize("objective", OBJECTIVES.values(), ids=OBJECTIVES)
    def test_metrics_know_their_labels(self, objective):
        """Metrics of numbers are the regression's; those of classes know what each class makes of a row."""
        numbers = not (objective.probabilities or objective.classes)
        assert {METRICS[name].numbers for name in objective.metrics} == {numbers}
        assert not objective.classes or all(METRICS[name].by_class for name in objective.metrics)


class TestDeclared:
    """The default is not written."""

    def test_of_params(self):
        """To name the default changes neither the dumped settings nor the hash."""
        document = yaml.safe_load(PARAMS)
        document["train"]["objective"] = "binary"
        said, silent = parse_params(yaml.safe_dump(document)), parse_params(PARAMS)
        assert said.hash == silent.hash
        assert "objective" not in silent.train.model_dump(mode="json")

    def test_another_is_written_and_read(self):
        """A regression's settings say so, and come back as they went."""
        train = parse_params(PARAMS).train.model_copy(update={"objective": "regression"})
        written = train.model_dump(mode="json")
        assert written["objective"] == "regression"
        assert TypeAdapter(TrainParams).validate_python(written) == train

    def test_of_a_card(self):
        """A card of before, without the field, is a binary model's, and has the same identity."""
        card = told_card("a")
        assert card.objective == BINARY.name
        assert b"objective" not in card.to_bytes()
        assert not [one for one in (b"rmse", b"pinball", b"alpha", b"intervals") if one in card.to_bytes()]
        assert type(card).parse(card.to_bytes()).candidate == card.candidate
