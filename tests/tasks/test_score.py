"""The champion's answers: a batch's are its rows' one by one, and bytes are hashed before they are read."""

import io
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from data_factories import in_office
from factories import parquet, small_folder, small_frame
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit

import tasks.score
from tasks.errors import BadInput, Corrupt, Refused
from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifact_key, artifacts_of
from tasks.score import champion_card, champion_scorer, score, score_object
from tasks.store import open_store
from tasks.train.card import ModelCard
from tasks.train.uncertainty import Calibration
from tasks.workspace import Workspace

FRAME = small_frame("2024-03", rows=60)


@pytest.fixture(scope="module")
def office(tmp_path_factory) -> tuple[Workspace, Ledger]:
    """A model folder with a champion; nothing changes it."""
    return in_office(tmp_path_factory.mktemp("office"))


@pytest.fixture
def ledger(office, monkeypatch) -> Ledger:
    """The champion's ledger."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    return office[1]


def scored(ledger: Ledger, frame: pd.DataFrame) -> pd.DataFrame:
    data, rows, _ = score(ledger, parquet(frame), name="tomorrow.parquet", key="row_id")
    found = pq.read_table(io.BytesIO(data)).to_pandas()
    assert len(found) == rows == len(frame)
    return found


rows_of_anything = st.fixed_dictionaries(
    {
        "x": st.one_of(st.none(), st.floats()),
        "z": st.one_of(st.none(), st.floats(-10, 10)),
        "colour": st.one_of(st.none(), st.sampled_from(["red", "green", "blue", "mauve", ""])),
    }
)


class TestBatchAndRow:
    """One model, one encoding, one answer."""

    @settings(max_examples=30)
    @given(drawn=st.lists(rows_of_anything, min_size=1, max_size=6))
    def test_equal_to_the_bit(self, office, drawn):
        """Missing, infinite and unseen values included, a row's probability is the batch's."""
        scorer = champion_scorer(office[1])
        frame = pd.DataFrame(drawn, columns=["x", "z", "colour"]).astype({"x": "float64", "z": "float64"})
        frame["colour"] = frame["colour"].astype("str").mask(frame["colour"].isna())
        batch, unseen = scorer.batch(frame)
        assert [scorer.one(row) for row in drawn] == batch["probability"].tolist()
        assert unseen.get("colour", 0) == sum(row["colour"] in ("mauve", "") for row in drawn)

    def test_columns(self, ledger):
        """Key, probability, alarm by the model's own threshold, and who said it; in the order of the rows."""
        found = scored(ledger, FRAME)
        scorer = champion_scorer(ledger)
        assert list(found.columns) == ["row_id", "probability", "alarm", "champion", "possible_labels"]
        assert found["row_id"].tolist() == FRAME["row_id"].tolist()
        assert found["alarm"].tolist() == [p >= scorer.card.threshold for p in found["probability"]]
        assert set(found["champion"]) == {scorer.number}

    def test_no_label_is_needed(self, ledger):
        """Rows without label, times and id are scored as the same rows with them."""
        bare = scored(ledger, FRAME[["colour", "z", "x"]])
        assert list(bare.columns) == ["probability", "alarm", "champion", "possible_labels"]
        assert bare["probability"].tolist() == scored(ledger, FRAME)["probability"].tolist()

    def test_no_row_is_dropped(self, ledger):
        """Void rows are scored too: that they will be void is unknown when the question is asked."""
        assert len(scored(ledger, FRAME.assign(state="void"))) == 60

    def test_no_rows(self, ledger):
        """An empty file has an empty answer."""
        assert scored(ledger, FRAME.head(0)).empty

    def test_same_bytes_again(self, ledger):
        """Scoring the same file again gives the same bytes."""
        first, second = (score(ledger, parquet(FRAME), name="n", key="row_id")[0] for _ in range(2))
        assert first == second

    def test_columns_that_were_an_index(self, ledger):
        """pandas writes which columns were its index; a feature and the key are columns all the same."""
        sink = io.BytesIO()
        FRAME.set_index(["row_id", "x"]).to_parquet(sink)
        found = pq.read_table(io.BytesIO(score(ledger, sink.getvalue(), name="n", key="row_id")[0]))
        assert found.to_pandas().equals(scored(ledger, FRAME))

    def test_features_by_name(self, ledger):
        """A row need not name every feature: the others are missing; a stranger is refused."""
        scorer = champion_scorer(ledger)
        whole = scorer.complete({"x": 1.0})
        assert whole == {"x": 1.0, "z": None, "colour": None}
        assert 0 < scorer.one(whole) < 1
        with pytest.raises(
            BadInput, match=r"expected features among \['x', 'z', 'colour'\], found \['label'\]"
        ):
            scorer.complete({"label": 1})


class TestUncertainty:
    """The champion's own card says how its trees' answers are to be read."""

    CALIBRATION = Calibration(slope=0.5, intercept=-1.0)

    def test_possible_labels_are_the_sets_of_its_card(self, ledger):
        """A row's are the batch's, and one label is possible where the other is ruled out."""
        scorer = champion_scorer(ledger)
        found = scored(ledger, FRAME)
        told = found["probability"].to_numpy()
        rows = FRAME[["x", "z", "colour"]].astype(object)
        rows = rows.where(rows.notna(), None).to_dict("records")
        assert found["possible_labels"].tolist() == [scorer.answer(row)["possible_labels"] for row in rows]
        assert set(found["possible_labels"]) == {"0", "1", "0 or 1"}
        assert (told[found["possible_labels"] == "1"] > 0.5).all()
        assert (told[found["possible_labels"] == "0"] < 0.5).all()

    def test_a_champion_without_sets_says_nothing_of_them(self, ledger):
        """Its answers have the columns that they had before there were sets."""
        scorer = champion_scorer(ledger)
        plain = replace(scorer, card=scorer.card.model_copy(update={"sets": None}))
        assert list(plain.batch(FRAME)[0].columns) == ["probability", "alarm", "champion"]
        assert "possible_labels" not in plain.answer({"x": 1.0, "z": 0.5, "colour": None})

    def test_a_calibrated_champion_says_calibrated_probabilities(self, ledger):
        """In batch and row by row, equal to the bit, and by another scale than its trees'."""
        scorer = champion_scorer(ledger)
        calibrated = replace(scorer, card=scorer.card.model_copy(update={"calibration": self.CALIBRATION}))
        told = calibrated.batch(FRAME)[0]["probability"].to_numpy()
        plain = scorer.batch(FRAME)[0]["probability"].to_numpy()
        assert np.allclose(logit(told), 0.5 * logit(plain) - 1.0)
        rows = FRAME[["x", "z", "colour"]].astype(object)
        rows = rows.where(rows.notna(), None).to_dict("records")
        assert [calibrated.one(row) for row in rows] == told.tolist()


class TestBadInput:
    """One clear error that names the file; nothing is written."""

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (lambda f: f.drop(columns="z"), "feature z is missing"),
            (lambda f: f.assign(x="far"), "feature x: expected numbers, found str"),
            (lambda f: f.assign(x="1.5"), "feature x: expected numbers, found str"),
            (lambda f: f.assign(colour=3), "feature colour: expected text, found int64"),
            (lambda f: f.assign(x=f["event_time"]), "feature x: expected numbers, found datetime64"),
        ],
    )
    def test_columns(self, ledger, change, words):
        """A missing column, text for numbers, numbers for text: file, feature and what was found."""
        with pytest.raises(BadInput) as raised:
            score(ledger, parquet(change(FRAME)), name="tomorrow.parquet", key="row_id")
        assert str(raised.value).startswith(f"tomorrow.parquet: {words}")

    @pytest.mark.parametrize("data", [b"", b"<html>no</html>", parquet(FRAME)[:-9], b"PAR1\0\0\0\0PAR1"])
    def test_files(self, ledger, data):
        """What is no Parquet file is said to be none."""
        with pytest.raises(BadInput, match=r"tomorrow.parquet: not a readable Parquet file"):
            score(ledger, data, name="tomorrow.parquet", key="row_id")

    def test_lists_for_numbers(self, ledger):
        """A column of lists is no column of numbers."""
        sink = io.BytesIO()
        table = pa.Table.from_pandas(FRAME[["z", "colour"]], preserve_index=False)
        pq.write_table(table.append_column("x", pa.array([[1.0]] * 60)), sink)
        with pytest.raises(BadInput, match="feature x: expected numbers"):
            score(ledger, sink.getvalue(), name="lists.parquet", key="row_id")

    @pytest.mark.parametrize("value", ["far", [1.0], {}, "1.5"])
    def test_one_row(self, ledger, value):
        """A row's wrong value is refused with its feature."""
        scorer = champion_scorer(ledger)
        with pytest.raises(BadInput, match="feature x: expected a number"):
            scorer.one(scorer.complete({"x": value}))

    @pytest.mark.parametrize("value", [math.nan, math.inf, 10**400, -(10**400)])
    def test_numbers_beyond_all_measure(self, ledger, value):
        """What no float32 holds counts as missing, as it did in training."""
        scorer = champion_scorer(ledger)
        assert scorer.one(scorer.complete({"x": value})) == scorer.one(scorer.complete({}))


class TestObjects:
    """From a key of the store to a key of the store."""

    def test_an_object(self, ledger, office):
        """The scores lie at the target, as many as there were rows."""
        ledger.store.put("arrived/tomorrow.parquet", parquet(FRAME.assign(colour="mauve")))
        told = score_object(office[0].root, "arrived/tomorrow.parquet", "scores/tomorrow.parquet")
        assert (told.rows, told.unseen_categories) == (60, {"colour": 60})
        found = ledger.store.get("scores/tomorrow.parquet")
        assert found is not None
        assert pq.read_table(io.BytesIO(found[0])).num_rows == 60

    def test_a_missing_object(self, ledger, office):
        """A key where nothing lies is named, and so is the store."""
        with pytest.raises(BadInput, match=r"arrived/never.parquet: expected a Parquet object in"):
            score_object(office[0].root, "arrived/never.parquet", "scores/never.parquet")
        assert ledger.store.get("scores/never.parquet") is None


class TestTheChampion:
    """Its bytes are what the ledger says, or nothing is parsed."""

    def test_none_yet(self, tmp_path):
        """Without a champion nothing is scored."""
        empty = Ledger(open_store(str(small_folder(tmp_path) / "store")), "small")
        with pytest.raises(Refused, match="has no champion yet"):
            champion_scorer(empty)
        with pytest.raises(Refused, match="has no champion yet"):
            score(empty, parquet(FRAME), name="n", key="row_id")

    @pytest.mark.parametrize("name", ["model.ubj", "model.json"])
    @pytest.mark.parametrize("damage", [b"garbage", None])
    def test_damaged_in_the_store(self, tmp_path, monkeypatch, name, damage):
        """A champion whose bytes were changed or lost is `Corrupt`, and is never given to XGBoost."""
        _, ledger = in_office(tmp_path)
        champion, _ = champion_card(ledger)
        key = artifact_key("small", artifacts_of(ledger.entry(champion.registered))[name].sha256)
        if damage is None:
            ledger.store.delete(key)
        else:
            ledger.store.put(key, damage)
        monkeypatch.setattr(
            tasks.score, "load_model", lambda *_, **__: pytest.fail("parsed before its hash matched")
        )
        with pytest.raises(Corrupt, match=key):
            champion_scorer(ledger)

    def test_a_card_of_another_model(self, ledger):
        """Bytes are checked against the card that names them too."""
        scorer = champion_scorer(ledger)
        card: ModelCard = scorer.card.model_copy(update={"model_sha256": "0" * 64})
        with pytest.raises(Corrupt, match="not loaded"):
            tasks.score.Scorer.load(card, b"{L}")

    def test_it_ranks(self, ledger):
        """The champion knows the small world: late rows score higher, by far."""
        frame = FRAME[FRAME["label"].notna()]
        told = scored(ledger, frame)["probability"].to_numpy()
        label = frame["label"].to_numpy(dtype="int8")
        assert np.mean(told[label == 1]) > np.mean(told[label == 0]) + 0.2
