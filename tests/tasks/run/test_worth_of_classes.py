"""A model folder of three classes that says what decisions are worth: the same cycle, in money."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from class_factories import CLASSES, OUTCOMES, WORTH_PARAMS, class_batch, class_frame
from click.testing import CliRunner
from played import Played, two_cycles

from tasks.__main__ import evergreen
from tasks.evaluate.findings import Evidence
from tasks.ledger.artifacts import fetch_artifact
from tasks.opening import open_ledger
from tasks.plan import plan
from tasks.score import champion_card, champion_scorer
from tasks.show import show
from tasks.workspace import Workspace

MONEY = ("worth-it", "beats-one-decision", "worth-no-less", "worth-no-less-anywhere", "pays")
TABLE = np.array([[OUTCOMES[came][decided] for decided in CLASSES] for came in CLASSES])


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Two cycles of it."""
    return two_cycles(tmp_path_factory.mktemp("worth"), WORTH_PARAMS, class_batch)


def evidence_of(played: Played, entry: int) -> Evidence:
    ledger = open_ledger(played[0])[1]
    named = show(ledger, entry).artifacts
    return Evidence.parse(fetch_artifact(ledger.store, ledger.model, named["evidence.json"]))


class TestTheCycle:
    """Decisions are judged by what they are worth, and by group; marked long: two cycles."""

    pytestmark = pytest.mark.long

    def test_the_first_challenger_pays(self, played):
        """It is promoted by clauses about money, too: each in the declared currency."""
        folder, (first, _) = played
        assert first.verdict == "promote"
        found = {clause.name: clause for clause in show(open_ledger(folder)[1], first.entry).decision.clauses}
        assert {found[name].verdict for name in MONEY} == {"pass"}
        assert "EUR on 1,000 predictions" in found["pays"].asks
        assert found["finds-alike"].asks.startswith("true positive rate of class high of any two groups")
        assert "error rate against each other group of colour" in found["errs-alike"].words

    def test_the_next_is_compared_with_the_champion(self, played):
        """In value beside the other metrics, in the decision's worth, and by what either decided."""
        folder, (_, second) = played
        evidence, decision = (
            evidence_of(played, second.entry),
            show(open_ledger(folder)[1], second.entry).decision,
        )
        assert set(evidence.metrics) == {"log_loss", "accuracy", "brier", "value"}
        assert (evidence.currency, decision.worth.currency, decision.worth.against) == (
            "EUR",
            "EUR",
            "champion",
        )
        found = evidence.value_by_class
        assert (found.classes, found.outcomes) == (CLASSES, tuple(map(tuple, TABLE.tolist())))
        for name in ("champion", "challenger"):
            counts = np.array(found.models[name].counts)
            assert counts.sum() == decision.rows
            value = getattr(evidence.metrics["value"], name)
            assert (counts * TABLE).sum() / decision.rows == pytest.approx(value)

    def test_show_and_plan_speak_of_it(self, played):
        """The plan tells the lead in value from the decision, in the currency's unit."""
        folder, (_, second) = played
        ledger = open_ledger(folder)[1]
        found = {one.clause: one for one in plan(ledger, Workspace(folder).params).clauses}
        assert found["beats-one-decision"].unit == "money per row"
        assert found["beats-one-decision"].detectable[0].lead > 0
        text = CliRunner().invoke(evergreen, ["show", str(second.entry), "-C", str(folder)]).output
        assert "worth-it" in text

    def test_the_page_shows_both_models_decisions(self, played, tmp_path):
        """A table for each and the declared one, without words about alarms."""
        folder, (_, second) = played
        show(open_ledger(folder)[1], second.entry, tmp_path / "page.html")
        page = (tmp_path / "page.html").read_text(encoding="utf-8")
        text = " ".join(
            re.sub(r"<[^>]+>", " ", re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)).split()
        )
        assert "What was decided" in text
        for told in ("The challenger: ", "The champion: ", "The outcomes of params.yaml", "decided middle"):
            assert told in text
        for other in ("larm", "threshold", "base rate", "None"):
            assert other not in text

    def test_scores_tell_the_decision(self, played):
        """Beside the probabilities, by the champion's own table; alike for a row alone."""
        scorer = champion_scorer(open_ledger(played[0])[1])
        rows = class_frame("2024-05", rows=60)
        scores, _ = scorer.batch(rows)
        told = scores[[f"probability_{one}" for one in CLASSES]].to_numpy()
        assert scores["decision"].tolist() == [CLASSES[one] for one in (told @ TABLE).argmax(axis=1)]
        assert (scores["decision"] != scores["prediction"]).any()
        features = [one.name for one in scorer.card.features.features]
        row = {name: None if pd.isna(rows[name][0]) else rows[name].tolist()[0] for name in features}
        assert scorer.answer(row)["decision"] == scores["decision"][0]
        command = ["score", "--row", json.dumps(row), "-C", str(played[0])]
        assert f"decides {scores['decision'][0]}" in CliRunner().invoke(evergreen, command).output

    def test_the_card_holds_the_table(self, played):
        """The candidate's hash covers what it decides by."""
        _, card = champion_card(open_ledger(played[0])[1])
        assert card.outcomes == tuple(map(tuple, TABLE.tolist()))
        assert card.model_copy(update={"outcomes": ()}).candidate != card.candidate
