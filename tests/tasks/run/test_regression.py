"""A model folder that asks for a number: the same cycle, from what has arrived to what a person reads."""

import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from data_factories import changed
from factories import deliver, parquet
from number_factories import NUMBER_PARAMS, number_batch, number_frame
from played import Played, two_cycles

from tasks.__main__ import evergreen
from tasks.evaluate.findings import Evidence
from tasks.explain.explanation import Explanation
from tasks.ledger.artifacts import fetch_artifact
from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.plan import plan
from tasks.report.glossary import OF_NUMBERS
from tasks.run import retrain
from tasks.score import champion_scorer, score
from tasks.show import decision_markdown, show
from tasks.train.intervals import PredictionIntervals
from tasks.workspace import Workspace

COVERED = """
    - name: keeps-its-word
      kind: coverage
      threshold: 0.6
      owner: planning
      reason: The shop plans by the bounds.
"""
PARAMS = changed(
    ("  objective: regression\n", "  objective: regression\n  coverage: 0.8\n"), params=NUMBER_PARAMS
)
PARAMS = PARAMS.rstrip() + COVERED
OF_PROBABILITIES = (
    "threshold",
    "base rate",
    "log loss",
    "log odds",
    "robabilit",
    "larm",
    "AUC",
    "label 1",
    "nats",
    "None",
)


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Two cycles of this kind of label."""
    return two_cycles(tmp_path_factory.mktemp("numbers"), PARAMS, number_batch)


def page_words(folder: Path, number: int, to: Path) -> str:
    """What the report of an entry says, without its markup but with what hovers."""
    show(open_ledger(folder)[1], number, to)
    text = re.sub(r"<style>.*?</style>", "", to.read_text(encoding="utf-8"), flags=re.DOTALL)
    hovering = " ".join(re.findall(r'(?:title|aria-label)="([^"]*)"', text))
    return " ".join(re.sub(r"<[^>]+>", " ", text).split()) + hovering


class TestTheCycle:
    """Arrival, decision, promotion."""

    def test_the_first_challenger_is_promoted(self, played):
        """It beats the training mean, and is below the ceiling of the contract."""
        folder, (first, _) = played
        assert (first.verdict, first.champion) == ("promote", 5)
        decision = show(open_ledger(folder)[1], 4).decision
        assert decision is not None
        found = {clause.name: clause for clause in decision.clauses}
        assert "RMSE against the training mean" in found["beats-the-mean"].words
        assert found["close-enough"].asks == "RMSE below 1.45"
        assert found["keeps-its-word"].verdict == "pass"
        assert "mean absolute error than the training mean (there is no champion yet)" in (
            found["beats-champion"].asks
        )

    def test_the_next_meets_the_champion(self, played):
        """Its evidence is a lead over the champion; nothing speaks of positives or money."""
        folder, (_, second) = played
        assert second.verdict in ("promote", "keep", "undecided")
        ledger = open_ledger(folder)[1]
        named = show(ledger, second.entry).artifacts
        evidence = Evidence.parse(fetch_artifact(ledger.store, ledger.model, named["evidence.json"]))
        assert evidence.objective == "regression"
        assert list(evidence.metrics) == ["mae", "rmse"]
        assert evidence.metrics["rmse"].challenger_over_champion is not None
        assert (evidence.positives, evidence.currency, evidence.reliability) == (None, "", {})
        assert evidence.metrics["rmse"].challenger < 1.45 < evidence.metrics["rmse"].baseline

    @pytest.mark.usefixtures("paper")
    def test_again_is_nothing_new(self, played):
        """The same data and settings are the same cycle."""
        assert retrain(played[0]).verdict == "nothing new"

    def test_the_ledger_holds(self, played):
        """Every entry in one chain, every champion's bytes there."""
        assert audit(open_ledger(played[0])[1]).wrong is None

    @pytest.mark.usefixtures("paper")
    def test_a_drill_is_refused(self, played, tmp_path):
        """A challenger of shuffled labels knows nothing, and is not promoted."""
        folder = tmp_path / "copy"
        shutil.copytree(played[0], folder)
        champion = open_ledger(folder)[1].state().champion
        outcome = retrain(folder, drill=True)
        assert outcome.verdict == "keep"
        assert "shuffled labels" in outcome.headline
        assert open_ledger(folder)[1].state().champion == champion

    @pytest.mark.usefixtures("paper")
    def test_a_worse_world_is_not_promoted(self, played, tmp_path):
        """A month whose labels are noise puts no challenger over the champion."""
        folder = tmp_path / "copy"
        shutil.copytree(played[0], folder)
        deliver(folder, "2024-04", number_batch("2024-04", signal=0.0, noise=5.0))
        assert retrain(folder).verdict != "promote"


class TestWhatAPersonReads:
    """Report, markdown, plan and terminal speak of numbers."""

    @pytest.mark.parametrize("number", [0, 1])
    def test_the_page_has_no_word_of_probabilities(self, played, tmp_path, number):
        """Neither shown nor hovering, for a first challenger and for one that met a champion."""
        folder, outcomes = played
        words = page_words(folder, outcomes[number].entry, tmp_path / "page.html")
        # The bounds of a share: a scale of statistics, and none of the model's.
        words = (
            words.replace("; of log odds", "").replace(OF_NUMBERS["log odds"], "").replace(" log odds  ", "")
        )
        assert [word for word in OF_PROBABILITIES if word in words] == []
        for there in (
            "training mean",
            "RMSE",
            "mean absolute error",
            "units of the label",
            "By slice",
            "Possible labels",
        ):
            assert there in words
        assert "80.0% was aimed at" in words
        assert "Calibration" not in words
        assert "Cost" not in words

    def test_the_markdown(self, played):
        """Its table has the training mean, RMSE and mean absolute error."""
        folder, (_, second) = played
        text, _ = decision_markdown(folder, second.entry)
        assert (
            "| metric | training mean | champion | challenger | over training mean | over champion |" in text
        )
        assert "| RMSE (units of the label, lower is better) |" in text
        assert "base rate" not in text

    def test_the_plan(self, played):
        """Both leads, in the label's unit, and as shares of the incumbent's metric."""
        folder, _ = played
        found = plan(open_ledger(folder)[1], Workspace(folder).params)
        assert [(one.metric, one.unit) for one in found.clauses] == [
            ("rmse", "units of the label"),
            ("mae", "units of the label"),
        ]
        assert all(one.gains for one in found.clauses)

    def test_the_explanation_adds_up_to_the_prediction(self, played):
        """Start and attributions are the mean prediction, near the mean label; no alarms are compared."""
        folder, _ = played
        found = Explanation.parse(Workspace(folder).explanation.read_bytes())
        model = found.models["challenger"]
        assert (model.threshold, model.log_odds) == (None, None)
        assert model.answer.estimate == pytest.approx(20, abs=1)
        assert [one.of for one in found.changes] == ["all rows"]
        told = sum(one.difference.estimate for one in found.changes[0].features) + found.changes[0].start
        assert told == pytest.approx(found.changes[0].answer.estimate, abs=1e-3)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["plan"], "units of the label"),
            (["show", "4", "--explain"], "asked: RMSE below 1.45"),
            (["champion"], "champion"),
            (["score", "--row", '{"x": 1}'], "possible labels: "),
            (["score", "--row", '{"x": 1, "z": 0.5, "colour": "red"}'], "; champion of entry"),
        ],
    )
    def test_commands(self, played, arguments, said):
        """Each answers, with nothing of alarms."""
        done = CliRunner().invoke(evergreen, [*arguments, "--folder", str(played[0])])
        assert done.exit_code == 0, done.output
        assert said in done.output
        assert "alarm" not in done.output


class TestScoring:
    """The champion's predictions."""

    def test_a_batch_has_predictions(self, played):
        """`prediction` in the label's unit, close to the labels that came, its bounds, and no alarm."""
        rows = number_frame("2024-05", rows=200)
        data, count, _ = score(open_ledger(played[0])[1], parquet(rows), name="x", key="row_id")
        scores = pq.read_table(io.BytesIO(data)).to_pandas()
        assert list(scores.columns) == ["row_id", "prediction", "champion", "low", "high"]
        labelled = rows["label"].notna()
        error = scores["prediction"][labelled] - rows["label"][labelled]
        assert count == 200
        assert float(np.sqrt(np.mean(error**2))) < 0.6 * float(rows["label"].std())
        held = rows["label"][labelled].between(scores["low"][labelled], scores["high"][labelled])
        assert 0.65 < held.mean() < 0.95
        assert np.ptp(scores["high"] - scores["low"]) < 1e-9

    def test_bounds_that_were_never_fitted_are_missing(self, played):
        """With too few selection rows every label is possible: null in a batch, and for one row."""
        scorer = champion_scorer(open_ledger(played[0])[1])
        anything = PredictionIntervals(coverage=0.8, half_width=None)
        card = scorer.card.model_copy(update={"intervals": anything})
        scorer = replace(scorer, card=card)
        row = {"x": 1.0, "z": None, "colour": "red"}
        told = scorer.answer(row)
        assert (told["low"], told["high"]) == (None, None)
        assert scorer.batch(pd.DataFrame([row]))[0][["low", "high"]].isna().all(axis=None)

    def test_a_row_is_its_batch(self, played):
        """One row alone gets what it gets in a batch."""
        scorer = champion_scorer(open_ledger(played[0])[1])
        row = {"x": 1.0, "z": None, "colour": "mauve"}
        told = scorer.answer(row)
        batch, _ = scorer.batch(pd.DataFrame([row]))
        assert set(told) == {"prediction", "champion", "low", "high"}
        assert told == batch.iloc[0].to_dict()
