"""A feature may be removed: the champion that needs it is asked with it, or nothing is spent."""

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from data_factories import accept, changed, in_office, months, put_batch, stage_bytes
from factories import parquet
from ledgers import enthroned

from tasks.errors import Refused
from tasks.evaluate.step import contenders, evaluate
from tasks.ledger import Ledger
from tasks.params import Source
from tasks.pins import fetch, read_pin
from tasks.prepare.features import encode
from tasks.prepare.former import former_features
from tasks.prepare.split import HOLDOUT
from tasks.prepare.step import prepare, read_part
from tasks.promote import rollback
from tasks.store import open_store
from tasks.train.step import train
from tasks.version import manifest
from tasks.version.remote import store_url
from tasks.workspace import Workspace

FEBRUARY, MARCH = "2024-02", "2024-03"
WITHOUT_Z = ("numeric: [x, z]", "numeric: [x]")
UNDECLARED = ("    z: {type: number, max_nulls: 0.2, min: -10, max: 10}\n", "")
AS_TEXT = ("    z: {type: number, max_nulls: 0.2, min: -10, max: 10}\n", "    z: {type: string}\n")


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> Path:
    """A model folder with a champion that needs x, z and colour; nothing changes it."""
    return in_office(tmp_path_factory.mktemp("office"))[0].root


def settled(office: Path, parent: Path, *changes: tuple[str, str]) -> tuple[Workspace, Ledger]:
    """A copy of the folder with these settings, and its ledger."""
    workspace = Workspace(Path(shutil.copytree(office, parent / "model")))
    workspace.params_file.write_text(changed(*changes))
    return workspace, Ledger(open_store(store_url(workspace)), workspace.params.model)


def put(workspace: Workspace, period: str, frame: pd.DataFrame) -> None:
    """This batch for the period; all are accepted under the settings of now."""
    put_batch(workspace, period, parquet(frame))
    for batch in workspace.batch_files():
        accept(workspace, batch, 400)
    manifest(workspace)


def two_champions(office: Path, parent: Path, *changes: tuple[str, str]) -> tuple[Workspace, Ledger]:
    """The same folder with another champion in office, after the one that needs z."""
    workspace, ledger = settled(office, parent, *changes)
    enthroned(parent / "another", ledger, "another")
    return workspace, ledger


def trained(office: Path, parent: Path, *changes: tuple[str, str]) -> tuple[Workspace, Ledger]:
    """The same, with March, and a challenger of these settings that has not met it yet."""
    workspace, ledger = settled(office, parent, *changes)
    put(workspace, MARCH, months(MARCH, rows=400)[MARCH])
    prepare(workspace)
    fetch(workspace, ledger)
    train(workspace)
    return workspace, ledger


class TestChampionThatNeedsMore:
    """It answers with what the batches still have."""

    def test_is_asked_with_the_feature(self, office, tmp_path):
        """The challenger learns without z; the champion's answers are those to the rows with z."""
        workspace, ledger = trained(office, tmp_path, WITHOUT_Z)
        holdout = read_part(workspace, HOLDOUT)
        assert "z" not in holdout
        found = evaluate(workspace, ledger)
        _, champion = contenders(workspace, read_pin(workspace))
        batch = months(MARCH, rows=400)[MARCH].set_index("row_id")
        whole = holdout.assign(z=batch["z"].loc[holdout["row_id"]].to_numpy())
        matrix, _ = encode(whole, champion.card.features)
        told = champion.card.answers(champion.model.predict(matrix))
        assert np.array_equal(champion.answers(holdout)[0].probabilities, told)
        labels = holdout["label"].to_numpy("float64")
        loss = -np.log(np.where(labels == 1, told, 1 - told)).mean()
        assert found.metrics["log_loss"].champion == pytest.approx(loss)

    @pytest.mark.parametrize(
        ("column", "said"), [(UNDECLARED, "does not declare"), (AS_TEXT, "declares it as string")]
    )
    def test_is_not_asked_without_it(self, office, tmp_path, column, said):
        """A feature that no batch brings is named before a look is spent, with the way out."""
        workspace, ledger = trained(office, tmp_path, WITHOUT_Z, column)
        before = ledger.state().number
        with pytest.raises(Refused, match=rf"champion \w{{12}} needs feature z.* {said}.*rollback --to N"):
            evaluate(workspace, ledger)
        assert ledger.state().number == before

    def test_has_no_source_in_the_pin_where_nothing_is_removed(self, office, tmp_path):
        """The pin of a folder that removes no feature has the bytes that it always had."""
        workspace, ledger = settled(office, tmp_path, ("learning_rate: 0.3", "learning_rate: 0.2"))
        fetch(workspace, ledger)
        assert b"sources" not in workspace.champion_pin.read_bytes()

    def test_needs_a_pin_that_knows(self, office, tmp_path):
        """A pin from before the removal does not say when z is known: the message says what to run."""
        workspace, ledger = trained(office, tmp_path, WITHOUT_Z)
        pin = read_pin(workspace).model_copy(update={"sources": ()})
        workspace.champion_pin.write_bytes(pin.to_bytes())
        with pytest.raises(Refused, match="run `evergreen fetch`"):
            evaluate(workspace, ledger)


class TestFormerFeatures:
    """They come as `prepare` would have brought them."""

    SOURCE = Source(name="sensor", available_at="known_at", numeric=("z",))

    def test_nothing_from_later(self, office, tmp_path):
        """A value that became known after its row's event is missing, as it is in training."""
        workspace, _ = settled(office, tmp_path, WITHOUT_Z)
        prepare(workspace)
        before = stage_bytes(workspace.prepared)
        assert former_features(workspace, (self.SOURCE,))["z"].notna().any()
        assert stage_bytes(workspace.prepared) == before
        late = months(FEBRUARY, rows=400)[FEBRUARY]
        at = late.index[late["label"].notna()][0]
        late.loc[at, "known_at"] = late.loc[at, "event_time"] + pd.Timedelta(hours=1)
        put(workspace, FEBRUARY, late)
        prepare(workspace)
        place = read_part(workspace, HOLDOUT)["row_id"].tolist().index(late.loc[at, "row_id"])
        assert np.isnan(former_features(workspace, (self.SOURCE,))["z"].iloc[place])


class TestRollback:
    """It puts no champion in office that the next run could not ask."""

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ((WITHOUT_Z, UNDECLARED), "champion of entry 5, .* needs feature z"),
            ((("known_at: {type: timestamp}\n\nprepare", "seen_at: {type: timestamp}\n\nprepare"),
              ("available_at: known_at", "available_at: seen_at"), WITHOUT_Z), "needs feature z, known at"),
        ],
    )  # fmt: skip
    def test_is_refused_before_the_entry(self, office, tmp_path, changes, said):
        """The feature or the column that says when it is known has gone: no entry is written."""
        workspace, ledger = two_champions(office, tmp_path, *changes)
        before = ledger.state()
        with pytest.raises(Refused, match=said):
            rollback(ledger, reason="back", workspace=workspace)
        assert ledger.state() == before

    def test_is_done_where_the_batches_still_have_the_feature(self, office, tmp_path):
        """Without z among the features, and with z in the batches, the champion that needs z returns."""
        workspace, ledger = two_champions(office, tmp_path, WITHOUT_Z)
        state = rollback(ledger, reason="back", workspace=workspace)
        assert state.champion is not None
        assert state.champion.registered == 3
