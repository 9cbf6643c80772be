"""The step explains the pair that was judged, the same each time, and decides nothing."""

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from data_factories import accept, in_office, months, put_batch, versioned
from factories import parquet, small_frame
from scipy.special import logit

from tasks.code import _closure
from tasks.decide.step import decide
from tasks.documents import digest
from tasks.errors import BadInput
from tasks.evaluate.answers import Answers, alarms_of
from tasks.evaluate.step import Contender, contenders, evaluate
from tasks.explain.explanation import Explanation
from tasks.explain.step import SEED, explain, explained, read_explanation
from tasks.ledger import Ledger
from tasks.measure import measure
from tasks.pins import fetch, read_pin
from tasks.prepare.features import Schema, encode
from tasks.prepare.split import HOLDOUT, SELECTION, TRAIN
from tasks.prepare.step import prepare, read_part, read_preparation
from tasks.store import open_store
from tasks.train.booster import fit
from tasks.train.step import train
from tasks.train.uncertainty import Calibration
from tasks.version import manifest
from tasks.version.remote import store_url
from tasks.workspace import Workspace

ROOT = Path(__file__).parents[3]

ALL = 2_000


@pytest.fixture(scope="module")
def judged(tmp_path_factory) -> tuple[Workspace, Ledger]:
    """A third month, in which a challenger met the champion of the second; left as it is."""
    workspace, ledger = in_office(tmp_path_factory.mktemp("judged"))
    frame = small_frame("2024-03", signal=0.6)
    accept(workspace, put_batch(workspace, "2024-03", parquet(frame)), len(frame))
    manifest(workspace)
    prepare(workspace)
    fetch(workspace, ledger)
    train(workspace)
    evaluate(workspace, ledger)
    measure(workspace)
    decide(workspace)
    return workspace, ledger


@pytest.fixture(scope="module")
def alone(tmp_path_factory) -> Workspace:
    """A first challenger, with no champion to compare with."""
    workspace = versioned(tmp_path_factory.mktemp("alone"), months("2024-01", "2024-02", rows=200))
    prepare(workspace)
    fetch(workspace, Ledger(open_store(store_url(workspace)), workspace.params.model))
    train(workspace)
    return workspace


def pair(workspace: Workspace) -> tuple[Contender, Contender | None]:
    return contenders(workspace, read_pin(workspace))


def explained_on(workspace: Workspace, holdout: pd.DataFrame, **settings: int) -> Explanation:
    return explained(holdout, pair(workspace), workspace.params, ("2024-03",), **{"most": ALL, **settings})


def trained_on(workspace: Workspace, features: tuple[str, ...]) -> Contender:
    """A model of some of the features only."""
    known = {one.name: one for one in read_preparation(workspace).features.features}
    schema = Schema(features=tuple(known[name] for name in features))
    parts = [read_part(workspace, name) for name in (TRAIN, SELECTION)]
    matrices = [(encode(part, schema)[0], part["label"].to_numpy("float64")) for part in parts]
    made = fit(*matrices, schema.types, workspace.params.train)
    card = pair(workspace)[0].card
    changed = {"features": schema, "model_sha256": digest(made.data), "threshold": 0.4}
    return Contender(card.model_copy(update=changed), made.model)


class TestTheSamePair:
    """What is explained is what was judged."""

    def test_the_models_of_the_evidence(self, judged):
        """Challenger, champion, holdout, rows and clusters are those of the evidence."""
        workspace, ledger = judged
        found, evidence = explain(workspace, rows=ALL), evaluate(workspace, ledger)
        assert (found.challenger, found.champion, found.holdout) == (
            evidence.challenger, evidence.champion, evidence.holdout
        )  # fmt: skip
        assert found.champion not in (None, found.challenger)
        assert (found.holdout_rows, found.rows, found.clusters) == (
            evidence.rows, evidence.rows, evidence.clusters
        )  # fmt: skip
        assert [(one.column, one.value) for one in found.slices] == [
            (one.column, one.value) for one in evidence.slices
        ]

    def test_what_is_added_up_is_what_the_models_say(self, judged):
        """Start and attributions give the mean log odds of each model's own predictions, within 1e-4."""
        workspace, _ = judged
        holdout, found = read_part(workspace, HOLDOUT), explain(workspace, rows=ALL)
        for role, contender in zip(("challenger", "champion"), pair(workspace), strict=True):
            told = contender.answers(holdout)[0].probabilities
            expected = np.log(told / (1 - told)).mean()
            assert found.models[role].log_odds.estimate == pytest.approx(expected, abs=1e-4)
            assert found.models[role].threshold == contender.card.threshold

    def test_of_a_calibrated_model_too(self, judged):
        """Its log odds are the calibrated ones, and so are the attributions that add up to them."""
        workspace, _ = judged
        challenger, champion = pair(workspace)
        card = challenger.card.model_copy(update={"calibration": Calibration(slope=0.5, intercept=-0.7)})
        calibrated = dataclasses.replace(challenger, card=card)
        holdout = read_part(workspace, HOLDOUT)
        found, plain = (
            explained(holdout, (one, champion), workspace.params, ("2024-03",), most=ALL)
            for one in (calibrated, challenger)
        )
        told = calibrated.answers(holdout)[0]
        after, before = (one.models["challenger"] for one in (found, plain))
        assert after.log_odds.estimate == pytest.approx(logit(told.probabilities).mean(), abs=1e-4)
        assert after.features[0].size.estimate == pytest.approx(0.5 * before.features[0].size.estimate)
        new = (alarms_of(told) > alarms_of(champion.answers(holdout)[0])).sum()
        assert found.changes[1].log_odds.rows == new

    def test_changed_alarms_are_those_that_evaluation_counts(self, judged):
        """New and dropped alarms are as many as the two models' answers to the holdout say."""
        workspace, _ = judged
        holdout = read_part(workspace, HOLDOUT)
        challenger, champion = (alarms_of(one.answers(holdout)[0]) for one in pair(workspace))
        counts = [(challenger > champion).sum(), (champion > challenger).sum()]
        assert sum(counts) > 5
        assert [one.log_odds.rows for one in explain(workspace, rows=ALL).changes] == [len(holdout), *counts]

    def test_the_slices_do_not_depend_on_the_sample(self, judged):
        """With 20 rows the slices are still those of the whole holdout, each with its sampled rows."""
        workspace, _ = judged
        few, all_rows = explain(workspace, rows=20), explain(workspace, rows=ALL)
        assert [one.value for one in few.slices] == [one.value for one in all_rows.slices]
        assert sum(one.rows for one in few.slices) == few.rows == 20
        assert (few.holdout_rows, few.seed) == (all_rows.holdout_rows, SEED)
        first, last = few.models["challenger"].features[0], all_rows.models["challenger"].features[0]
        assert first.size.standard_error > last.size.standard_error


class TestSameInputsSameBytes:
    """An explanation is a function of the models and the sampled rows."""

    def test_again(self, judged):
        """A second run writes the same bytes, and they read back as the document."""
        workspace, _ = judged
        found = explain(workspace, rows=100)
        first = workspace.explanation.read_bytes()
        explain(workspace, rows=100)
        assert workspace.explanation.read_bytes() == first == found.to_bytes()
        assert Explanation.model_validate_json(first) == found

    def test_labels_play_no_part(self, judged):
        """With every label turned round not a byte changes: to explain is no look at the holdout."""
        workspace, _ = judged
        holdout = read_part(workspace, HOLDOUT)
        turned = holdout.assign(label=1 - holdout["label"])
        assert (turned["label"] != holdout["label"]).all()
        assert explained_on(workspace, turned).to_bytes() == explained_on(workspace, holdout).to_bytes()


class TestNothingThatDecidesReadsIt:
    """It is for people."""

    def test_the_decision_is_the_same_with_and_without(self, judged):
        """Deciding again beside an explanation, or beside nonsense in its place, gives the same bytes."""
        workspace, _ = judged
        without = workspace.decision.read_bytes()
        explain(workspace, rows=ALL)
        assert decide(workspace).to_bytes() == without
        workspace.explanation.write_bytes(b"nonsense")
        assert decide(workspace).to_bytes() == without

    @pytest.mark.parametrize("step", ["evaluate", "measure", "decide", "promote"])
    def test_no_deciding_step_can_import_it(self, step):
        """None of their modules, or of those that they import, is one of explain's."""
        closure = _closure(f"tasks.{step}")
        assert len(closure) > 5
        assert [name for name in closure if name.startswith("tasks.explain")] == []

    def test_no_stage_depends_on_it(self):
        """dvc.yaml names it nowhere as what a stage reads."""
        stages = yaml.safe_load((ROOT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
        assert "explanation" not in repr([stage["deps"] for stage in stages.values()])


class TestReading:
    """A page shows the explanation of its own comparison, or none."""

    def test_of_this_comparison(self, judged):
        """What was written is read, as long as the evidence is of the same models and holdout."""
        workspace, ledger = judged
        found, evidence = explain(workspace, rows=ALL), evaluate(workspace, ledger)
        assert read_explanation(workspace, evidence) == found

    @pytest.mark.parametrize(
        "change", [{"challenger": "f" * 64}, {"champion": None}, {"holdout": ("2024-02",)}]
    )
    def test_of_another(self, judged, change):
        """An explanation that a former run left is not this comparison's."""
        workspace, ledger = judged
        explain(workspace, rows=ALL)
        evidence = evaluate(workspace, ledger).model_copy(update=change)
        assert read_explanation(workspace, evidence) is None

    def test_there_is_none(self, judged):
        """Before `explain` has run there is nothing to read."""
        workspace, ledger = judged
        workspace.explanation.unlink(missing_ok=True)
        assert read_explanation(workspace, evaluate(workspace, ledger)) is None


class TestOddPairs:
    """No champion, or one that goes by other features."""

    def test_without_a_champion(self, alone):
        """The challenger is explained, and nothing is said of changes."""
        found = explain(alone, rows=ALL)
        assert set(found.models) == {"challenger"}
        assert (found.champion, found.changes) == (None, ())
        assert {one.feature for one in found.models["challenger"].features} == {"x", "z", "colour"}

    def test_a_champion_with_fewer_features(self, judged):
        """What only the challenger goes by is named so, and the champion has no part of it."""
        workspace, _ = judged
        duo = (pair(workspace)[0], trained_on(workspace, ("colour", "x")))
        holdout = read_part(workspace, HOLDOUT)
        found = explained(holdout, duo, workspace.params, ("2024-03",), most=ALL)
        only = {one.feature: one.only for one in found.changes[0].features}
        assert only == {"x": None, "colour": None, "z": "challenger"}
        assert {one.feature for one in found.models["champion"].features} == {"x", "colour"}
        total = found.changes[0].start + sum(one.difference.estimate for one in found.changes[0].features)
        assert total == pytest.approx(found.changes[0].log_odds.estimate, abs=1e-6)

    def test_a_champion_with_a_feature_that_is_gone(self, judged):
        """As in evaluation, it cannot be asked: the missing column is named."""
        workspace, _ = judged
        duo = (trained_on(workspace, ("x",)), trained_on(workspace, ("x", "z")))
        holdout = read_part(workspace, HOLDOUT).drop(columns="z")
        with pytest.raises(BadInput, match="feature z is missing"):
            explained(holdout, duo, workspace.params, ("2024-03",), most=ALL)

    def test_a_challenger_that_never_raises_an_alarm(self, judged):
        """Then all of the champion's alarms are dropped ones."""
        workspace, _ = judged
        challenger, champion = pair(workspace)
        silent = dataclasses.replace(challenger, card=challenger.card.model_copy(update={"threshold": 1.5}))
        holdout = read_part(workspace, HOLDOUT)
        found = explained(holdout, (silent, champion), workspace.params, ("2024-03",), most=ALL)
        matrix, _ = encode(holdout, champion.card.features)
        answers = Answers(champion.model.predict(matrix), champion.card.threshold)
        assert found.changes[1].log_odds.rows == 0
        assert found.changes[2].log_odds.rows == alarms_of(answers).sum() > 0


class TestHostileRows:
    """Whatever the holdout holds, there is an explanation without a number that is none."""

    def test_one_row(self, judged):
        """One row is explained, with estimates and no errors, and why."""
        workspace, _ = judged
        found = explained_on(workspace, read_part(workspace, HOLDOUT).head(1))
        largest = found.models["challenger"].features[0].size
        assert (found.rows, found.clusters, largest.standard_error) == (1, 1, None)
        assert largest.estimate > 0
        assert "one cluster only" in largest.note
        assert Explanation.model_validate_json(found.to_bytes()) == found

    def test_a_feature_that_is_missing_everywhere(self, judged):
        """A column of nothing is explained as what each model does with nothing."""
        workspace, _ = judged
        found = explained_on(workspace, read_part(workspace, HOLDOUT).assign(z=np.nan))
        sizes = {one.feature: one.size for one in found.models["challenger"].features}
        assert set(sizes) == {"x", "z", "colour"}
        assert all(np.isfinite(one.estimate) for one in sizes.values())

    def test_categories_that_no_model_has_seen(self, judged):
        """A stranger is explained as a missing value, as it is predicted, and is a slice by its name."""
        workspace, _ = judged
        holdout = read_part(workspace, HOLDOUT)
        strange = explained_on(workspace, holdout.assign(colour="mauve"))
        missing = explained_on(workspace, holdout.assign(colour=pd.Series(None, holdout.index, dtype="str")))
        assert strange.models == missing.models
        assert strange.changes == missing.changes
        assert [one.value for one in strange.slices] == ["mauve"]
        assert [one.value for one in missing.slices] == ["(missing)"]
