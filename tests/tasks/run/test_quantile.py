"""A model folder that asks for a quantile: the same cycle, from what has arrived to what a person reads."""

import io
import re
import shutil

import pyarrow.parquet as pq
import pytest
from factories import deliver, parquet
from number_factories import QUANTILE_PARAMS, number_batch, number_frame
from played import Played, two_cycles

from tasks.errors import Refused
from tasks.evaluate.findings import Evidence
from tasks.ledger.artifacts import fetch_artifact
from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.plan import plan
from tasks.run import retrain
from tasks.score import champion_scorer, score
from tasks.show import decision_markdown, show
from tasks.workspace import Workspace


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Two cycles of this kind of label."""
    return two_cycles(
        tmp_path_factory.mktemp("quantiles"), QUANTILE_PARAMS, lambda period: number_batch(period, rows=600)
    )


class TestTheCycle:
    """Arrival, decision, promotion."""

    def test_the_first_challenger_is_promoted(self, played):
        """It beats the training quantile, and is below the ceiling of the contract."""
        folder, (first, _) = played
        assert (first.verdict, first.champion) == ("promote", 5)
        decision = show(open_ledger(folder)[1], 4).decision
        assert decision is not None
        found = {clause.name: clause for clause in decision.clauses}
        assert "pinball loss against the training quantile" in found["beats-the-quantile"].words
        assert found["close-enough"].asks == "pinball loss below 0.5"

    def test_the_next_meets_the_champion(self, played):
        """Its evidence is a lead in pinball loss, and how often labels did not exceed each answer."""
        folder, (_, second) = played
        ledger = open_ledger(folder)[1]
        named = show(ledger, second.entry).artifacts
        evidence = Evidence.parse(fetch_artifact(ledger.store, ledger.model, named["evidence.json"]))
        assert (evidence.objective, list(evidence.metrics)) == ("quantile", ["pinball"])
        assert evidence.metrics["pinball"].challenger_over_champion is not None
        assert (evidence.positives, evidence.currency) == (None, "")
        assert {name: one.aimed for name, one in evidence.held.items()} == {
            "challenger": 0.8,
            "champion": 0.8,
        }
        assert all(0.6 < one.share.estimate < 0.9 for one in evidence.held.values())

    def test_the_ledger_holds(self, played):
        """Every entry in one chain, every champion's bytes there."""
        assert audit(open_ledger(played[0])[1]).wrong is None

    @pytest.mark.usefixtures("paper")
    def test_a_drill_is_refused(self, played, tmp_path):
        """A challenger of shuffled labels knows nothing, and is not promoted."""
        folder = tmp_path / "copy"
        shutil.copytree(played[0], folder)
        assert retrain(folder, drill=True).verdict == "keep"

    @pytest.mark.usefixtures("paper")
    def test_another_quantile_does_not_meet_this_champion(self, played, tmp_path):
        """A folder that now asks for the median is refused in one line, and the champion stays."""
        folder = tmp_path / "copy"
        shutil.copytree(played[0], folder)
        champion = open_ledger(folder)[1].state().champion
        (folder / "params.yaml").write_text(QUANTILE_PARAMS.replace("alpha: 0.8", "alpha: 0.5"))
        deliver(folder, "2024-04", number_batch("2024-04"))
        with pytest.raises(Refused, match=r"predicts the quantile at 0.8, and train.alpha is 0.5"):
            retrain(folder)
        assert open_ledger(folder)[1].state().champion == champion


class TestWhatAPersonReads:
    """Report, markdown, plan and scores."""

    @pytest.mark.parametrize("number", [0, 1])
    def test_the_page(self, played, tmp_path, number):
        """Pinball loss, the share of labels up to the answer, and no word of probabilities or alarms."""
        folder, outcomes = played
        show(open_ledger(folder)[1], outcomes[number].entry, tmp_path / "page.html")
        html = re.sub(r"<style>.*?</style>", "", (tmp_path / "page.html").read_text("utf-8"), flags=re.DOTALL)
        words = " ".join(re.sub(r"<[^>]+>", " ", html).split())
        for there in ("training quantile", "pinball loss", "Labels up to the answer", "80.0% was aimed at"):
            assert there in words
        assert [
            one for one in ("robabilit", "larm", "training mean", "None", "log odds") if one in words
        ] == []

    def test_the_markdown_and_the_plan(self, played):
        """Both speak of pinball loss in units of the label."""
        folder, (_, second) = played
        text, _ = decision_markdown(folder, second.entry)
        assert "| pinball loss (units of the label, lower is better) |" in text
        found = plan(open_ledger(folder)[1], Workspace(folder).params)
        assert [(one.metric, bool(one.gains)) for one in found.clauses] == [("pinball", True)] * 2

    def test_scores(self, played):
        """About four labels in five of another month do not exceed the prediction; a row is its batch."""
        ledger = open_ledger(played[0])[1]
        rows = number_frame("2024-05", rows=400)
        data, _, _ = score(ledger, parquet(rows), name="x", key="row_id")
        scores = pq.read_table(io.BytesIO(data)).to_pandas()
        assert list(scores.columns) == ["row_id", "prediction", "champion"]
        labelled = rows["label"].notna()
        assert 0.65 < (rows["label"][labelled] <= scores["prediction"][labelled]).mean() < 0.9
        one = rows.iloc[0]
        told = champion_scorer(ledger).answer({"x": one["x"], "z": one["z"], "colour": one["colour"]})
        assert told["prediction"] == scores["prediction"][0]
