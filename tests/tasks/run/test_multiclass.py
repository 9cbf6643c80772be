"""A model folder that asks for one of three classes: the same cycle, from arrival to what is read."""

import io
import re
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from class_factories import CLASS_PARAMS, CLASSES, class_batch, class_frame
from click.testing import CliRunner
from factories import deliver, parquet
from played import Played, two_cycles

from tasks.__main__ import evergreen
from tasks.errors import Refused
from tasks.evaluate.classes import likeliest
from tasks.evaluate.findings import Evidence
from tasks.evaluate.step import Contender
from tasks.explain.explanation import Explanation
from tasks.explain.step import attributed
from tasks.ledger.artifacts import fetch_artifact
from tasks.ledger.audit import audit
from tasks.opening import open_ledger
from tasks.plan import plan
from tasks.run import retrain
from tasks.score import champion_card, champion_scorer, score
from tasks.show import decision_markdown, show
from tasks.train.temperature import Temperature
from tasks.workspace import Workspace

OF_OTHERS = (
    "threshold",
    "base rate",
    "larm",
    "AUC",
    "label 1",
    "training mean",
    "units of the label",
    "None",
)


@pytest.fixture(autouse=True)
def _own_store(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Two cycles of this kind of label."""
    return two_cycles(tmp_path_factory.mktemp("classes"), CLASS_PARAMS, class_batch)


@pytest.fixture
def copied(played: Played, tmp_path: Path) -> Path:
    """A copy of the played folder, to play on in."""
    folder = tmp_path / "copy"
    shutil.copytree(played[0], folder)
    return folder


def evidence_of(folder: Path, entry: int) -> Evidence:
    ledger = open_ledger(folder)[1]
    named = show(ledger, entry).artifacts
    return Evidence.parse(fetch_artifact(ledger.store, ledger.model, named["evidence.json"]))


def page_words(folder: Path, number: int, to: Path) -> str:
    """What the report of an entry says, without its markup but with what hovers."""
    show(open_ledger(folder)[1], number, to)
    text = re.sub(r"<style>.*?</style>", "", to.read_text(encoding="utf-8"), flags=re.DOTALL)
    hovering = " ".join(re.findall(r'(?:title|aria-label)="([^"]*)"', text))
    return " ".join(re.sub(r"<[^>]+>", " ", text).split()) + hovering


class TestTheCycle:
    """Arrival, decision, promotion."""

    def test_the_first_challenger_is_promoted(self, played):
        """It beats the class shares, and is right often enough."""
        folder, (first, _) = played
        assert (first.verdict, first.champion) == ("promote", 5)
        found = {clause.name: clause for clause in show(open_ledger(folder)[1], 4).decision.clauses}
        assert "log loss against the class shares" in found["beats-the-shares"].words
        assert found["right-enough"].asks == "accuracy above 0.5"

    def test_the_next_meets_the_champion_and_does_not_replace_it(self, played):
        """A month more of the same world is no lead that 28 days could show."""
        folder, (_, second) = played
        assert second.verdict == "undecided"
        evidence = evidence_of(folder, second.entry)
        assert evidence.objective == "multiclass"
        assert set(evidence.metrics) == {"log_loss", "accuracy", "brier"}
        assert evidence.metrics["log_loss"].challenger_over_champion is not None
        assert (evidence.positives, evidence.currency, evidence.reliability) == (None, "", {})

    def test_classes_are_kept_in_the_declared_order(self, played):
        """In the card with their shares, and in the evidence; not by the alphabet."""
        folder, (_, second) = played
        _, card = champion_card(open_ledger(folder)[1])
        assert card.classes == CLASSES
        assert sum(card.class_shares) == pytest.approx(1)
        assert card.base_rate == max(card.class_shares)
        confusion = evidence_of(folder, second.entry).confusion
        assert confusion.classes == CLASSES
        assert sum(map(sum, confusion.counts)) == show(open_ledger(folder)[1], second.entry).decision.rows

    @pytest.mark.usefixtures("paper")
    def test_again_is_nothing_new(self, played):
        """The same data and settings are the same cycle."""
        assert retrain(played[0]).verdict == "nothing new"

    def test_the_ledger_holds(self, played):
        """Every entry in one chain, every champion's bytes there."""
        assert audit(open_ledger(played[0])[1]).wrong is None

    @pytest.mark.usefixtures("paper")
    def test_a_drill_is_refused(self, copied):
        """A challenger of shuffled labels knows nothing, and is not promoted."""
        champion = open_ledger(copied)[1].state().champion
        outcome = retrain(copied, drill=True)
        assert outcome.verdict == "keep"
        assert "shuffled labels" in outcome.headline
        assert open_ledger(copied)[1].state().champion == champion

    @pytest.mark.long
    @pytest.mark.usefixtures("paper")
    def test_another_world_promotes_again(self, copied):
        """Once the world has turned round, a challenger that has seen it beats the champion that has not."""
        for period in ("2024-04", "2024-05"):
            deliver(copied, period, class_batch(period, signal=-1.0, rows=2000))
        assert retrain(copied).verdict == "promote"


class TestHostile:
    """Labels that are none of the classes, or too few of them."""

    @pytest.mark.usefixtures("paper")
    def test_an_unknown_class_blocks_its_batch(self, copied):
        """Validation names the column and the classes; the good batches stay."""
        frame = class_frame("2024-04")
        frame.loc[frame.index[:3], "label"] = "huge"
        deliver(copied, "2024-04", parquet(frame))
        outcome = retrain(copied)
        (told,) = outcome.blocked
        assert "label: must be one of low, middle, high: " in told
        assert "such as huge" in told

    @pytest.mark.long
    @pytest.mark.usefixtures("paper")
    def test_a_champion_of_other_classes_is_not_compared(self, copied):
        """A changed set of classes is another question: one line says so, before any look is taken."""
        params = copied / "params.yaml"
        text = params.read_text(encoding="utf-8")
        params.write_text(text.replace("[low, middle, high]", "[high, middle, low]"), encoding="utf-8")
        looks = len(open_ledger(copied)[1].state().looks)
        deliver(copied, "2024-04", class_batch("2024-04"))
        with pytest.raises(
            Refused, match="tells the classes low, middle, high apart, and the challenger high"
        ):
            retrain(copied)
        assert len(open_ledger(copied)[1].state().looks) == looks


class TestWhatAPersonReads:
    """Report, markdown, plan and terminal speak of classes."""

    @pytest.mark.parametrize("number", [0, 1])
    def test_the_page_has_no_word_of_alarms_and_numbers(self, played, tmp_path, number):
        """Neither shown nor hovering, for a first challenger and for one that met a champion."""
        folder, outcomes = played
        words = page_words(folder, outcomes[number].entry, tmp_path / "page.html")
        assert [word for word in OF_OTHERS if word in words] == []
        for there in ("class shares", "accuracy", "Which classes it takes for which", " taken for "):
            assert there in words
        assert "Calibration" not in words
        assert "Cost" not in words

    def test_the_page_tells_the_shares(self, played, tmp_path):
        """Each class with its share of the training rows."""
        folder, outcomes = played
        words = page_words(folder, outcomes[1].entry, tmp_path / "page.html")
        assert re.search(r"low [\d.]+%, middle [\d.]+%, high [\d.]+% of [\d,]+ training rows", words)

    def test_the_markdown(self, played):
        """Its table has the class shares, log loss, accuracy and Brier score."""
        folder, (_, second) = played
        text, _ = decision_markdown(folder, second.entry)
        assert "| metric | class shares | champion | challenger | over class shares | over champion |" in text
        assert "| accuracy (share of rows said right, higher is better) |" in text

    def test_the_plan(self, played):
        """Both leads, in nats, with shares of the incumbent's metric."""
        found = plan(open_ledger(played[0])[1], Workspace(played[0]).params)
        assert [one.metric for one in found.clauses] == ["log_loss", "log_loss"]
        assert all(one.gains for one in found.clauses)

    def test_the_explanation_is_of_the_likeliest_class(self, played):
        """What speaks for it adds up to its log odds, above 0; both models are asked about one class."""
        found = Explanation.parse(Workspace(played[0]).explanation.read_bytes())
        model = found.models["challenger"]
        assert (model.threshold, model.log_odds) == (None, None)
        assert model.answer.estimate > 0
        assert [one.of for one in found.changes] == ["all rows"]
        told = sum(one.difference.estimate for one in found.changes[0].features) + found.changes[0].start
        assert told == pytest.approx(found.changes[0].answer.estimate, abs=1e-3)
        assert found.changes[0].answer.estimate == pytest.approx(
            model.answer.estimate - found.models["champion"].answer.estimate, abs=1e-9
        )

    def test_the_explanation_of_a_calibrated_model(self, played):
        """A temperature of 4 makes a quarter of each part, and of the log odds that they add up to."""
        scorer, rows = champion_scorer(open_ledger(played[0])[1]), class_frame("2024-05", rows=200)
        challenger = Contender(scorer.card, scorer.model)
        card = challenger.card.model_copy(update={"calibration": Temperature(temperature=4)})
        asked = likeliest(challenger.answers(rows)[0].predictions)
        plain, cooled = (attributed(one, rows, asked) for one in (challenger, replace(challenger, card=card)))
        assert cooled.values == pytest.approx(plain.values / 4)
        logs = np.log(replace(challenger, card=card).answers(rows)[0].predictions)
        own = logs[np.arange(len(rows)), asked]
        against = own - (logs.sum(axis=1) - own) / 2
        assert cooled.start + cooled.values.sum(axis=1) == pytest.approx(against, abs=1e-4)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (["plan"], "nats"),
            (["show", "4", "--explain"], "asked: accuracy above 0.5"),
            (["champion"], "champion"),
            (["score", "--row", '{"x": 3, "z": -1, "colour": "red"}'], "high: low 0."),
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

    COLUMNS = ("probability_low", "probability_middle", "probability_high")

    def test_a_batch_has_a_probability_for_each_class_and_the_likeliest(self, played):
        """They add up to 1; the likeliest has the largest, and is right more often than one class for all."""
        rows = class_frame("2024-05", rows=200)
        data, count, _ = score(open_ledger(played[0])[1], parquet(rows), name="x", key="row_id")
        scores = pq.read_table(io.BytesIO(data)).to_pandas()
        assert list(scores.columns) == ["row_id", *self.COLUMNS, "prediction", "champion"]
        each = scores[list(self.COLUMNS)].to_numpy()
        assert each.sum(axis=1) == pytest.approx(np.ones(200), abs=1e-6)
        assert scores["prediction"].tolist() == [CLASSES[place] for place in each.argmax(axis=1)]
        labelled = rows["label"].notna()
        right = (scores["prediction"] == rows["label"])[labelled].mean()
        assert count == 200
        assert right > rows["label"].value_counts(normalize=True).max() + 0.1

    def test_a_row_is_its_batch(self, played):
        """One row alone gets what it gets in a batch."""
        scorer = champion_scorer(open_ledger(played[0])[1])
        row = {"x": 1.0, "z": None, "colour": "mauve"}
        told = scorer.answer(row)
        batch, _ = scorer.batch(pd.DataFrame([row]))
        assert set(told) == {*self.COLUMNS, "prediction", "champion"}
        assert told == {**batch.iloc[0].to_dict(), "champion": scorer.number}
        assert scorer.one(row) == max(told[name] for name in self.COLUMNS)

    def test_no_rows(self, played):
        """An empty file has no scores, and all columns."""
        scorer = champion_scorer(open_ledger(played[0])[1])
        scores, _ = scorer.batch(class_frame("2024-05").head(0))
        assert (len(scores), list(scores.columns)) == (0, [*self.COLUMNS, "prediction", "champion"])
