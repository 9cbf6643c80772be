"""A replay: the same bytes from what the ledger names, nothing written, and what differs named."""

import json
from pathlib import Path
from typing import Any

import pytest
from data_factories import changed, on_paper, stage_bytes
from factories import SUITE, WITH_SUITE, deliver, own_suite, parquet, small_folder, small_frame
from ledgers import decided_workspace, frozen, sha
from pasts import Past, judged_once, lived

from tasks.card import read_full_card
from tasks.documents import digest
from tasks.environment import environment
from tasks.errors import BadInput, Corrupt
from tasks.ledger.artifacts import artifact_key, fetch_artifact
from tasks.opening import open_ledger
from tasks.pins import ChampionPin
from tasks.promote import promote
from tasks.replay.checkout import checkout
from tasks.replay.record import record_of
from tasks.replay.step import Replay, replay
from tasks.replay.words import replay_text
from tasks.run import retrain
from tasks.store import open_store

DOCUMENTS = ["prepared.json", "model.ubj", "model.json", "look.json", "evidence.json",
             "decision.json", "explanation.json", "report.html"]  # fmt: skip


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Every kind of decision in one ledger. No test may write to it."""
    return lived(tmp_path_factory.mktemp("past"))


def manifest(past: Past, name: str) -> dict[str, Any]:
    """What a decision was made from."""
    ref = record_of(past.ledger, past.decisions[name]).named["dataset.json"]
    told: dict[str, Any] = json.loads(fetch_artifact(past.ledger.store, past.ledger.model, ref))
    return told


def differing(done: Replay) -> list[str]:
    """The names of what came out otherwise."""
    return [one.name for one in done.documents if not one.identical]


class TestEveryDecision:
    """From the ledger and the store alone."""

    @pytest.mark.parametrize("name", ["promote", "undecided", "keep", "drill", "revised"])
    def test_comes_out_with_the_same_bytes(self, past: Past, name: str) -> None:
        """Trained again, judged again, drawn again: also a drill, after a rollback and a revised batch."""
        done = replay(past.ledger, past.decisions[name])
        assert differing(done) == []
        assert [one.name for one in done.documents] == DOCUMENTS
        assert (done.identical, done.retrained, done.changed) == (True, True, ())

    def test_of_before_a_revision_is_made_from_the_batch_of_then(self, past: Past) -> None:
        """The revised month is in the later decision's data and not in the earlier one's."""
        before, after = (
            {one["period"]: one["sha256"] for one in manifest(past, name)["batches"]}
            for name in ("undecided", "revised")
        )
        assert before["2024-03"] != after["2024-03"]
        assert before["2024-02"] == after["2024-02"]

    def test_is_found_from_its_promotion_and_from_the_rollback_to_it(self, past: Past) -> None:
        """A promotion's number and a rollback's lead to the decision that put the champion in office."""
        bodies = {entry.number: entry.body for entry, _ in past.ledger.entries()}
        back = next(number for number, body in bodies.items() if body.kind == "rollback")
        first, second = past.decisions["promote"], past.decisions["second"]
        found = [record_of(past.ledger, number).entry.number for number in (first + 1, second + 1, back)]
        assert found == [first, second, first]

    def test_is_against_the_champion_of_then(self, past: Past, tmp_path: Path) -> None:
        """The pin of a decision after a rollback is the champion that came back, with its bytes."""
        number = past.decisions["revised"]
        champion = record_of(past.ledger, number).body.champion
        checkout(past.ledger, number, tmp_path / "back")
        pin = ChampionPin.model_validate_json((tmp_path / "back" / "champion.json").read_bytes())
        assert pin.champion is not None
        assert pin.model_bytes is not None
        assert past.ledger.entry(pin.champion.number).body.kind == "rollback"
        assert pin.champion.number == champion
        data = (tmp_path / "back" / "data" / "champion" / pin.model_bytes.sha256).read_bytes()
        assert digest(data) == pin.model_bytes.sha256

    def test_leaves_out_the_rows_that_were_kept_aside(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The manifest names them, and nobody has to validate again."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(monkeypatch)
        params = changed(("  rows: {min: 100,", "  quarantine: {max_share: 0.01}\n  rows: {min: 100,"))
        folder = small_folder(tmp_path, params=params)
        deliver(folder, "2024-01")
        rows = small_frame("2024-02")
        rows.loc[[3, 300], "x"] = 99.0
        deliver(folder, "2024-02", parquet(rows))
        number = retrain(folder).entry
        assert number
        ledger = open_ledger(folder)[1]
        assert read_full_card(ledger, number).preparation.excluded["quarantined"] == 2
        assert replay(ledger, number).identical

    def test_brings_a_suite_of_ones_own_back(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Settings that name one cannot be read without it."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(monkeypatch)
        folder = small_folder(tmp_path, params=changed(WITH_SUITE))
        own_suite(folder, [("expect_column_values_to_not_be_null", {"column": "x"})])
        for period in ("2024-01", "2024-02"):
            deliver(folder, period)
        number = retrain(folder).entry
        assert number
        assert replay(open_ledger(folder)[1], number, retrain=False).identical
        done = checkout(open_ledger(folder)[1], number, tmp_path / "back")
        assert done.files[SUITE] == digest((folder / SUITE).read_bytes())

    def test_writes_nothing(self, past: Past) -> None:
        """Not one byte of the store is another, and the ledger is as long as before."""
        before = stage_bytes(past.folder / "store")
        replay(past.ledger, past.decisions["drill"])
        assert stage_bytes(past.folder / "store") == before

    def test_from_the_recorded_model_trains_nothing(
        self, past: Past, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """All but the model's two files is compared."""
        monkeypatch.setattr("tasks.train.step.fit", None)
        done = replay(past.ledger, past.decisions["second"], retrain=False)
        assert done.identical
        assert [one.name for one in done.documents] == [one for one in DOCUMENTS if "model" not in one]


class TestWhatDiffers:
    """Is named, with the likely reason."""

    def test_another_library_makes_another_challenger_which_meets_no_holdout(
        self, past: Past, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It would be another look: the rest is replayed with the recorded model, and is identical."""
        now = environment()
        other = now.model_copy(update={"libraries": {**now.libraries, "xgboost": "9.9.9", "aaa": "1"}})
        monkeypatch.setattr("tasks.replay.step.environment", lambda: other)
        monkeypatch.setattr("tasks.train.step.library_version", lambda: "9.9.9")
        done = replay(past.ledger, past.decisions["second"])
        assert (done.identical, differing(done)) == (False, ["model.json"])
        assert done.changed[0] == f"xgboost: {now.libraries['xgboost']} then, 9.9.9 now"
        said = replay_text(done).splitlines()
        assert said[:2] == [
            f"differs: decision {past.decisions['second']} (promote), trained again",
            "differs: model.json",
        ]
        assert said[2] == "the verdict is the same"
        assert "after the training it was replayed with the recorded model" in said[4]
        assert said[-2:] == [f"likely why: {done.changed[0]}", "likely why: aaa: none then, 1 now"]

    def test_without_a_recorded_reason_is_said_to_be_so(
        self, past: Past, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Same code, libraries and machine, and other bytes: that should not be."""
        monkeypatch.setattr("tasks.evaluate.step.alarms", lambda *_: ("another",))
        done = replay(past.ledger, past.decisions["keep"], retrain=False)
        assert differing(done) == ["evidence.json", "decision.json", "report.html"]
        assert "does not give these bytes" in done.changed[0]
        assert (done.verdict, done.verdict_here) == ("keep", "keep")
        assert "the verdict is the same" in replay_text(done).splitlines()

    def test_another_verdict_is_told(self, past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the same evidence would lead to another answer, that is the first question."""
        monkeypatch.setattr("tasks.decide.decision._verdict", lambda _: "undecided")
        done = replay(past.ledger, past.decisions["second"], retrain=False)
        assert (done.verdict, done.verdict_here) == ("promote", "undecided")
        assert "the verdict is undecided here" in replay_text(done).splitlines()

    def test_code_that_is_another_names_its_steps(self, past: Past, monkeypatch: pytest.MonkeyPatch) -> None:
        """Also where everything is identical all the same."""
        recorded = record_of(past.ledger, past.decisions["keep"]).entry.code
        monkeypatch.setattr("tasks.replay.step.code_version", lambda: "9.9.9+0")
        monkeypatch.setattr("tasks.replay.step.code_hashes", lambda: {"train": "other"})
        done = replay(past.ledger, past.decisions["keep"], retrain=False)
        assert done.identical
        assert done.changed == (f"Evergreen: {recorded} then, 9.9.9+0 now (the code or libraries of train)",)
        assert replay_text(done).splitlines()[-1].startswith("not as then: Evergreen: ")

    def test_a_stage_that_fails_names_its_documents_and_those_after_it(
        self, past: Past, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """They were not made, for the reason that the stage gave."""

        def broken(*_: object, **__: object) -> None:
            raise BadInput("it cannot be read any more")

        monkeypatch.setattr("tasks.evaluate.step.load_model", broken)
        done = replay(past.ledger, past.decisions["second"], retrain=False)
        assert differing(done) == DOCUMENTS[3:]
        assert {one.why for one in done.documents if not one.identical} == {
            "evaluate: it cannot be read any more"
        }

    def test_a_stage_that_raises_what_none_should_is_no_trace_of_a_program(
        self, past: Past, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its kind is told, and not its text, which may hold what is sealed."""

        def broken(*_: object, **__: object) -> None:
            raise ValueError("secret 0.1234")

        monkeypatch.setattr("tasks.evaluate.step.load_model", broken)
        done = replay(past.ledger, past.decisions["second"], retrain=False)
        assert differing(done) == DOCUMENTS[3:]
        assert {one.why for one in done.documents if not one.identical} == {
            "evaluate: ended with ValueError, which a step never should"
        }


class TestWhatIsHarmed:
    """One clear line, and no replay of something else."""

    def test_a_tampered_artifact(self, past: Past, tmp_path: Path) -> None:
        """Any of them, by its key; nothing is computed from it."""
        for name in ("params.yaml", "model.ubj", "measurements.json", "environment.json"):
            sound = past.copied(tmp_path / name)
            ref = record_of(sound, past.decisions["second"]).named[name]
            key = artifact_key(sound.model, ref.sha256)
            sound.store.put(key, b"other bytes")
            with pytest.raises(Corrupt, match=f"{key}: its bytes hash to .*not to its name"):
                replay(sound, past.decisions["second"])

    def test_a_lost_batch(self, past: Past, tmp_path: Path) -> None:
        """The batch is named by its period and where it should lie."""
        ledger = past.copied(tmp_path / "store")
        one = manifest(past, "promote")["batches"][1]
        key = f"batches/{ledger.model}/{one['sha256']}.parquet"
        ledger.store.delete(key)
        with pytest.raises(Corrupt, match=f"{key}: expected the batch of 2024-02, found nothing"):
            replay(ledger, past.decisions["promote"])

    def test_a_changed_batch(self, past: Past, tmp_path: Path) -> None:
        """Bytes under a hash that is not theirs are not used."""
        ledger = past.copied(tmp_path / "store")
        for one in ledger.store.list("batches/"):
            if one.key.endswith(".parquet"):
                ledger.store.put(one.key, b"PAR1")
        with pytest.raises(Corrupt, match="not to its name"):
            replay(ledger, past.decisions["promote"])

    def test_an_entry_that_rests_on_no_decision(self, past: Past) -> None:
        """It is told what it is; a number that is none is told the last."""
        with pytest.raises(BadInput, match=r"entry 1 \(contract\) is no decision, promotion or rollback"):
            replay(past.ledger, 1)
        with pytest.raises(BadInput, match="expected an entry from 1 to "):
            replay(past.ledger, 999)

    def test_a_decision_of_which_too_little_was_registered(self, tmp_path: Path) -> None:
        """What is lacking is named."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        promote(decided_workspace(tmp_path, ledger, "a"), ledger, sha("inputs"))
        with pytest.raises(BadInput, match=r"dataset\.json, params\.yaml, measurements\.json was not"):
            replay(ledger, 4)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A decision whose holdout may be asked once more."""
    return judged_once(tmp_path_factory.mktemp("sealed"), looks=2)


class TestSealed:
    """Numbers that are withheld stay so."""

    def test_is_replayed_by_name_alone(self, sealed: Past, monkeypatch: pytest.MonkeyPatch) -> None:
        """Identical or not, what is told has names and hashes and nothing that was measured."""
        ledger, number = sealed.ledger, sealed.decisions["promote"]
        assert replay(ledger, number, retrain=False).identical
        monkeypatch.setattr("tasks.evaluate.step.alarms", lambda *_: ("secret 0.1234",))
        done = replay(ledger, number, retrain=False)
        assert differing(done) == ["evidence.json", "decision.json", "report.html"]
        told = json.dumps(done.model_dump(mode="json")) + replay_text(done)
        assert "0.1234" not in told
        assert done.verdict_here is None
        fields = {key for one in done.documents for key in one.model_dump()}
        assert fields == {"name", "recorded", "here", "why"}
        assert {one.why for one in done.documents} == {""}
