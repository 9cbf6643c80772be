"""The look comes before the evidence, a leak comes before the look, and equal files give equal bytes."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from data_factories import (
    changed,
    contender,
    in_office,
    months,
    small_params,
    told_card,
    versioned,
    with_linear,
)
from factories import PARAMS, small_frame
from number_factories import NUMBER_PARAMS, QUANTILE_PARAMS
from scipy.special import expit, logit

import tasks.prepare.step as prepare_step
from tasks.documents import digest
from tasks.errors import BadInput, Corrupt, Leak, Refused
from tasks.evaluate.fits import refuse_other_classes, refuse_other_objective
from tasks.evaluate.look import HoldoutExhausted
from tasks.evaluate.step import compare, contenders, evaluate, refuse_leak
from tasks.ledger import ArtifactRef, Champion, Ledger, Looked
from tasks.params import parse_params
from tasks.pins import ChampionPin, fetch, read_pin
from tasks.prepare.features import encode
from tasks.prepare.split import HOLDOUT, TRAIN, split
from tasks.prepare.step import prepare, read_part
from tasks.store import open_store
from tasks.train.card import ModelCard
from tasks.train.step import train
from tasks.train.uncertainty import Calibration, Sets
from tasks.workspace import Workspace

JANUARY, FEBRUARY = "2024-01", "2024-02"


def ready(
    parent: Path, *, frames: dict[str, pd.DataFrame] | None = None, params: str = PARAMS
) -> tuple[Workspace, Ledger]:
    """A workspace in which everything before `evaluate` has run, and its ledger."""
    workspace = versioned(parent, frames or months(JANUARY, FEBRUARY, rows=200), params=params)
    ledger = Ledger(open_store(str(parent / "store")), workspace.params.model)
    prepare(workspace)
    fetch(workspace, ledger)
    train(workspace)
    return workspace, ledger


def looks(ledger: Ledger) -> list[Looked]:
    return [entry.body for entry, _ in ledger.entries() if isinstance(entry.body, Looked)]


class TestTheLook:
    """It is in the ledger before there is any evidence, and once."""

    def test_again_is_the_same_look(self, tmp_path):
        """A second evaluation of the same files appends nothing and writes the same bytes."""
        workspace, ledger = ready(tmp_path)
        evaluate(workspace, ledger)
        first = (workspace.evidence.read_bytes(), workspace.look.read_bytes(), ledger.state().number)
        evaluate(workspace, ledger)
        assert (workspace.evidence.read_bytes(), workspace.look.read_bytes(), ledger.state().number) == first
        assert len(looks(ledger)) == 1

    def test_a_crash_after_the_look(self, tmp_path, monkeypatch):
        """When evaluation dies after the look, the look is in the ledger, and no evidence is anywhere."""
        workspace, ledger = ready(tmp_path)
        monkeypatch.setattr(
            "tasks.evaluate.step.compare", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            evaluate(workspace, ledger)
        assert len(looks(ledger)) == 1
        assert not workspace.evidence.exists()

    def test_another_challenger_finds_the_holdout_exhausted(self, tmp_path):
        """With one look allowed, a second challenger is not told anything about this holdout."""
        workspace, ledger = ready(tmp_path)
        evaluate(workspace, ledger)
        workspace.evidence.unlink()
        workspace.params_file.write_text(
            changed(("seed: 7", "seed: 8"), ("learning_rate: 0.3", "learning_rate: 0.2"))
        )
        other = Workspace(workspace.root)
        train(other)
        with pytest.raises(HoldoutExhausted, match="1 of 1 times"):
            evaluate(other, ledger)
        assert not workspace.evidence.exists()

    def test_a_drill_spends_nothing(self, tmp_path):
        """A drill's look is recorded as one, and the real challenger still has its look."""
        workspace, ledger = ready(tmp_path)
        train(workspace, drill=True)
        assert evaluate(workspace, ledger).drill
        train(workspace)
        assert not evaluate(workspace, ledger).drill
        assert [look.drill for look in looks(ledger)] == [True, False]


class TestLinearBaseline:
    """It is asked on the holdout like any model."""

    def test_is_compared_by_its_own_answers(self, tmp_path):
        """The clause's lead and the metric are those of the card's linear model on the holdout's rows."""
        workspace, ledger = ready(tmp_path, params=with_linear())
        evidence = evaluate(workspace, ledger)
        challenger, _ = contenders(workspace, read_pin(workspace))
        rows = read_part(workspace, HOLDOUT)
        labels = rows["label"].to_numpy("float64")
        told = challenger.card.linear.answers(encode(rows, challenger.card.features)[0])
        loss = -np.log(np.where(labels == 1, told, 1 - told)).mean()
        metric, found = evidence.metrics["log_loss"], evidence.clauses["beats-a-line"]
        assert metric.linear == pytest.approx(loss)
        assert found.against == "the linear model"
        assert found.parts[0].interval.estimate == pytest.approx(loss - metric.challenger)
        assert evidence.clauses["beats-base-rate"].against == "the base rate"
        # The small world is a line: trees of so few rounds cannot be better than it.
        assert found.parts[0].interval.high < 0 < evidence.clauses["beats-base-rate"].parts[0].interval.low

    def test_is_not_named_where_nobody_asks(self, tmp_path):
        """Evidence of another contract has the bytes that it always had."""
        workspace, ledger = ready(tmp_path)
        evaluate(workspace, ledger)
        assert b"linear" not in workspace.evidence.read_bytes()


class TestCalibrated:
    """A calibrated model's answers are the calibrated ones, whatever is asked of them."""

    SETS = Sets(coverage=0.9, most_doubt=0.4)

    @pytest.mark.parametrize("slope", [0.25, 4.0])
    def test_answers_are_the_cards(self, slope):
        """Log odds by the card's slope and intercept; threshold and sets are the card's."""
        rows = pd.DataFrame({"x": [0.0, 0.0, 0.0]})
        card = {"calibration": Calibration(slope=slope, intercept=1.0), "sets": self.SETS, "threshold": 0.3}
        found, _ = contender("a", [0.2, 0.5, 0.9], **card).answers(rows)
        assert logit(found.probabilities) == pytest.approx(slope * logit([0.2, 0.5, 0.9]) + 1.0)
        assert (found.threshold, found.sets) == (0.3, self.SETS)

    def test_evidence_is_of_the_calibrated_answers(self):
        """Log loss and reliability change with the calibration, and AUC does not."""
        rows = small_frame(FEBRUARY, rows=400).query("label == label").reset_index(drop=True)
        rows["label"] = rows["label"].astype("int8")
        told = np.linspace(0.05, 0.95, len(rows))[rows["x"].rank(method="first").astype(int) - 1].tolist()
        params = small_params()
        plain, scaled = (
            compare(rows.assign(x=0.0), contender("a", told, calibration=one), None, params, (FEBRUARY,))
            for one in (None, Calibration(slope=0.5, intercept=0.7))
        )
        wanted = expit(0.5 * logit(np.array(told)) + 0.7)
        loss = -np.log(np.where(rows["label"] == 1, wanted, 1 - wanted)).mean()
        assert scaled.metrics["log_loss"].challenger == pytest.approx(loss)
        assert scaled.metrics["log_loss"].challenger != pytest.approx(plain.metrics["log_loss"].challenger)
        assert scaled.metrics["auc"] == plain.metrics["auc"]
        assert scaled.reliability["challenger"][0].predicted == pytest.approx(
            wanted[np.argsort(told)][: scaled.reliability["challenger"][0].rows].mean()
        )

    def test_each_by_its_own_card(self):
        """The champion's calibration is the champion's: the challenger's answers are not moved by it."""
        rows = pd.DataFrame({"x": [0.0]})
        champion = contender("b", 0.5, calibration=Calibration(slope=1.0, intercept=2.0))
        assert champion.answers(rows)[0].probabilities == pytest.approx(expit(2.0))
        assert contender("a", 0.5).answers(rows)[0].probabilities == 0.5


class TestLeaks:
    """A model that has seen the holdout is refused before the holdout is looked at."""

    @pytest.mark.parametrize("part", [TRAIN, "selection"])
    def test_a_holdout_row_in_training(self, tmp_path, monkeypatch, part):
        """One planted row of the holdout among those trained or selected on: `Leak`, and no look."""

        def leaking(rows, settings, times, *label):
            parts, excluded = split(rows, settings, times, *label)
            moved = parts[HOLDOUT].tail(1)
            parts[part] = pd.concat([moved, parts[part]], ignore_index=True)
            parts[HOLDOUT] = parts[HOLDOUT].iloc[:-1]
            return parts, excluded

        monkeypatch.setattr(prepare_step, "split", leaking)
        workspace = versioned(tmp_path, months(JANUARY, FEBRUARY, rows=200))
        prepare(workspace)
        ledger = Ledger(open_store(str(tmp_path / "store")), "small")
        fetch(workspace, ledger)
        train(workspace)
        with pytest.raises(
            Leak, match=r"the challenger .* has seen rows until 2024-02-2.*holdout begins at 2024-02-0"
        ):
            evaluate(workspace, ledger)
        assert looks(ledger) == []
        assert not workspace.evidence.exists()

    def test_the_same_instant_is_a_leak(self):
        """The holdout begins after the last row seen, not with it."""
        last = datetime(2024, 1, 31, tzinfo=UTC)
        refuse_leak("champion", told_card("a"), last + timedelta(microseconds=1))
        with pytest.raises(Leak, match="the champion"):
            refuse_leak("champion", told_card("a"), last)

    def test_a_champion_that_has_seen_the_holdout(self, tmp_path):
        """A champion that is later than the holdout is refused too: no comparison beats an unfair one."""
        workspace, ledger = ready(tmp_path)
        pin = ChampionPin.model_validate_json(workspace.champion_pin.read_bytes())
        seen = told_card("later").model_copy(
            update={
                "trained_until": "2024-02-10T00:00:00+00:00",
                "model_sha256": pin_file(workspace, "model.ubj"),
            }
        )
        pinned = pinned_with(workspace, pin, seen.to_bytes())
        workspace.champion_pin.write_bytes(pinned.to_bytes())
        with pytest.raises(Leak, match=r"the champion .* has seen rows until 2024-02-10"):
            evaluate(workspace, ledger)
        assert looks(ledger) == []


def pin_file(workspace: Workspace, name: str) -> str:
    """Put the workspace's own model among the pinned files; its hash."""
    data = (workspace.model / name).read_bytes()
    workspace.champion.mkdir(parents=True, exist_ok=True)
    (workspace.champion / digest(data)).write_bytes(data)
    return digest(data)


def pinned_with(workspace: Workspace, pin: ChampionPin, card: bytes) -> ChampionPin:
    """The pin of a champion with this card and the workspace's own model."""
    (workspace.champion / digest(card)).write_bytes(card)
    model = pin_file(workspace, "model.ubj")
    return pin.model_copy(
        update={
            "champion": Champion(number=1, registered=1, candidate=digest(card)),
            "card": ArtifactRef(sha256=digest(card), size=len(card)),
            "model_bytes": ArtifactRef(sha256=model, size=1),
        }
    )


class TestStrangers:
    """Files are what their hashes say, or nothing is evaluated."""

    def test_other_model_bytes(self, tmp_path):
        """A model that is not the one its card names is not loaded."""
        workspace, ledger = ready(tmp_path)
        workspace.model_bytes.write_bytes(workspace.model_bytes.read_bytes() + b"}")
        with pytest.raises(Corrupt, match="not loaded"):
            evaluate(workspace, ledger)
        assert looks(ledger) == []

    def test_without_a_pin(self, tmp_path):
        """Without a pinned champion the message says what to run."""
        workspace, ledger = ready(tmp_path)
        workspace.champion_pin.unlink()
        with pytest.raises(BadInput, match="run `evergreen fetch`"):
            evaluate(workspace, ledger)

    def test_without_a_model(self, tmp_path):
        """Without a trained model the message says which step to run."""
        workspace, ledger = ready(tmp_path)
        workspace.model_card.unlink()
        with pytest.raises(BadInput, match="train has not run here yet"):
            evaluate(workspace, ledger)


class TestUnseenCategories:
    """A colour that training never saw is counted, and nothing stops."""

    def test_they_are_counted(self, tmp_path):
        """The evidence says how many rows of the holdout had it."""
        frames = months(JANUARY, FEBRUARY, rows=200)
        frame = frames[FEBRUARY]
        frame["colour"] = frame["colour"].mask(frame["label"].notna() & (frame.index < 9), "mauve")
        expected = int((frame["colour"] == "mauve").sum())
        workspace, ledger = ready(
            tmp_path, frames=frames, params=changed((", values: [red, green, blue]", ""))
        )
        found = evaluate(workspace, ledger)
        assert found.unseen_categories == {"challenger": {"colour": expected}, "champion": {}}

    def test_counts(self, tmp_path):
        """Rows, positives and clusters are the holdout's."""
        workspace, ledger = ready(tmp_path)
        found = evaluate(workspace, ledger)
        frame = small_frame(FEBRUARY, rows=200)
        kept = frame[frame["label"].notna()]
        assert (found.rows, found.positives) == (len(kept), int(kept["label"].sum()))
        assert found.clusters == kept["day"].nunique()


class TestAnotherQuestion:
    """A champion that answers yes or no is not compared with a challenger that answers with a number."""

    def test_another_quantile_is_refused(self):
        """At 0.5 a median is asked for, and one at 0.8 has another loss; the same one is not refused."""
        card = told_card("a").model_copy(update={"objective": "quantile", "alpha": 0.8})
        refuse_other_objective("champion", card, parse_params(QUANTILE_PARAMS))
        params = parse_params(QUANTILE_PARAMS.replace("alpha: 0.8", "alpha: 0.5"))
        with pytest.raises(
            Refused, match=r"champion \w{12} predicts the quantile at 0.8, and train.alpha is 0.5"
        ):
            refuse_other_objective("champion", card, params)

    def test_is_refused_before_the_look(self, tmp_path):
        """One line that says what to do; only the look that made the champion was ever taken."""
        workspace, ledger = in_office(tmp_path)
        workspace.params_file.write_text(NUMBER_PARAMS)
        anew = Workspace(workspace.root)
        prepare(anew)
        fetch(anew, ledger)
        train(anew)
        with pytest.raises(Refused, match=r"champion \w{12} is a binary model, and train.objective"):
            evaluate(anew, ledger)
        assert len(looks(ledger)) == 1


class TestClasses:
    """Models that tell other classes apart are not compared."""

    def card(self, *classes: str | int) -> ModelCard:
        """A multiclass card with these classes."""
        shares = tuple(1 / len(classes) for _ in classes)
        return told_card("a").model_copy(
            update={"objective": "multiclass", "classes": classes, "class_shares": shares}
        )

    def test_the_same_may_meet(self):
        """Nothing is said of two that tell the same apart, in the same order."""
        refuse_other_classes("champion", self.card("a", "b", "c"), ("a", "b", "c"))

    @pytest.mark.parametrize(
        "theirs", [("a", "b"), ("a", "b", "d"), ("c", "b", "a"), ("a", "b", "c", "d"), (1, 2, 3)]
    )
    def test_others_are_refused(self, theirs):
        """Fewer, more, another, or the same in another order: one line names both."""
        with pytest.raises(
            Refused, match=r"tells the classes .* apart, and the challenger a, b, c: "
        ) as caught:
            refuse_other_classes("champion", self.card(*theirs), ("a", "b", "c"))
        assert "\n" not in str(caught.value)
