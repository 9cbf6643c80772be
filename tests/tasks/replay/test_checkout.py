"""A checkout: everything by its hash, into a new folder or none, and what is lacking by name."""

import json
from pathlib import Path

import pytest
from data_factories import on_paper, stage_bytes
from factories import deliver
from ledgers import MODEL, decided_workspace, frozen, sha
from pasts import Past, judged_once

from tasks.decide.step import read_decision
from tasks.documents import canonical, digest, write_atomically
from tasks.errors import BadInput, Corrupt
from tasks.ledger import ArtifactRef, Decided, Registered
from tasks.ledger.artifacts import artifact_key
from tasks.promote import promote
from tasks.replay.checkout import checkout
from tasks.replay.record import record_of
from tasks.replay.words import checkout_text
from tasks.run import retrain
from tasks.store import open_store


@pytest.fixture(scope="module")
def past(tmp_path_factory: pytest.TempPathFactory) -> Past:
    """A decision to promote, and its promotion. No test may write to it."""
    return judged_once(tmp_path_factory.mktemp("past"))


class TestWhatComesBack:
    """The decision's own files, whatever has happened since."""

    def test_has_the_hashes_that_the_ledger_names(self, past: Past, tmp_path: Path) -> None:
        """Every artifact, and every batch of the manifest, in the layout of a model folder."""
        done = checkout(past.ledger, past.decisions["promote"], tmp_path / "back")
        found = {name: digest(data) for name, data in stage_bytes(tmp_path / "back").items()}
        assert done.files.items() <= found.items()
        record = record_of(past.ledger, past.decisions["promote"])
        assert {ref.sha256 for ref in record.named.values()} <= set(done.files.values())
        batches = json.loads((tmp_path / "back" / "data" / "dataset.json").read_bytes())["batches"]
        assert {one["sha256"] for one in batches} <= set(done.files.values())
        assert (done.lacking, done.withheld, done.unknown) == ((), (), ())
        assert json.loads((tmp_path / "back" / "checkout.json").read_bytes()) == done.model_dump(mode="json")

    def test_says_what_a_person_needs(self, past: Past, tmp_path: Path) -> None:
        """The decision, how much came, and the champion; of another version's decision also that."""
        done = checkout(past.ledger, past.decisions["promote"], tmp_path / "back")
        assert checkout_text(done, Path("back")) == (
            f"decision {past.decisions['promote']} in back: 18 files, 2 batches, no champion"
        )
        older = done.model_copy(update={"code": "0.0.1+0"})
        assert "made by Evergreen 0.0.1+0; this is " in checkout_text(older, Path("back"))

    def test_of_an_old_entry_names_what_it_lacks(self, tmp_path: Path) -> None:
        """What was registered comes back; what this version would have registered is named."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        promote(decided_workspace(tmp_path, ledger, "a"), ledger, sha("inputs"))
        done = checkout(ledger, 5, tmp_path / "back")
        assert set(done.lacking) == {
            *("dataset.json", "prepared.json", "look.json", "evidence.json", "measurements.json"),
            *("params.yaml", "dvc.yaml", "dvc.lock", "batches.dvc", "code.json"),
        }
        assert "never registered with this decision: dataset.json" in checkout_text(done, tmp_path)


class TestWhereItMayWrite:
    """Into what is new or empty, all or nothing."""

    def test_an_empty_folder_is_filled(self, past: Past, tmp_path: Path) -> None:
        """And its parents are made."""
        (tmp_path / "empty").mkdir()
        for target in (tmp_path / "empty", tmp_path / "a" / "b"):
            checkout(past.ledger, past.decisions["promote"], target)
            assert (target / "params.yaml").is_file()

    @pytest.mark.parametrize("kind", ["a file in it", "a file", "a link to a full folder"])
    def test_what_has_something_in_it_is_left_alone(self, past: Past, tmp_path: Path, kind: str) -> None:
        """Nothing is written over, and nothing beside it."""
        full = tmp_path / "full"
        full.mkdir()
        (full / "mine.txt").write_text("mine")
        (tmp_path / "link").symlink_to(full)
        target = {"a file in it": full, "a file": full / "mine.txt"}.get(kind, tmp_path / "link")
        with pytest.raises(BadInput, match="expected a new or an empty folder"):
            checkout(past.ledger, past.decisions["promote"], target)
        assert stage_bytes(full) == {"mine.txt": b"mine"}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["full", "link"]

    def test_what_cannot_be_brought_whole_leaves_no_folder(self, past: Past, tmp_path: Path) -> None:
        """A damaged artifact ends it with one line, and nothing half stands there."""
        ledger = past.copied(tmp_path / "store")
        ref = record_of(ledger, past.decisions["promote"]).named["prepared.json"]
        ledger.store.put(artifact_key(MODEL, ref.sha256), b"{}")
        with pytest.raises(Corrupt, match="not to its name; not used"):
            checkout(ledger, past.decisions["promote"], tmp_path / "back")
        assert [path.name for path in tmp_path.iterdir()] == ["store"]


class TestHostileLedgers:
    """What the ledger says is no path."""

    @pytest.mark.parametrize(
        ("period", "file"),
        [
            ("2024-01", "../../evil"),
            ("2024-01", "/tmp/evil"),  # noqa: S108 - no file of ours
            ("../../../2024-01", f"../../../2024-01.{sha('x')[:12]}.parquet"),
            ("2024-01/..", f"2024-01/...{sha('x')[:12]}.parquet"),
        ],
    )
    def test_a_batch_leads_nowhere(self, tmp_path: Path, period: str, file: str) -> None:
        """A manifest that names another file than period and hash make is refused, and nothing is written."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        workspace = decided_workspace(tmp_path, ledger, "a")
        batch = {"period": period, "file": file, "sha256": sha("x"), "rows": 1}
        write_atomically(workspace.dataset, canonical({"batches": [batch]}))
        promote(workspace, ledger, sha("inputs"))
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(Corrupt, match=r"dataset.json: expected a batch <period>"):
            checkout(ledger, 5, tmp_path / "in" / "back")
        assert set(tmp_path.rglob("*")) - set(before) == {tmp_path / "in"}

    def test_a_hash_that_is_none_leads_nowhere(self, tmp_path: Path) -> None:
        """It is refused before it is a key of the store."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        workspace = decided_workspace(tmp_path, ledger, "a")
        batch = {
            "period": "2024-01",
            "file": "2024-01.../../../../..parquet",
            "sha256": "../../../../",
            "rows": 1,
        }
        write_atomically(workspace.dataset, canonical({"batches": [batch]}))
        promote(workspace, ledger, sha("inputs"))
        with pytest.raises((Corrupt, BadInput)):
            checkout(ledger, 5, tmp_path / "back")
        assert not (tmp_path / "back").exists()

    def test_an_artifact_of_any_other_name_is_told_and_left(self, tmp_path: Path) -> None:
        """Names are this version's own: one that climbs is a name that nobody knows."""
        ledger = frozen(open_store(str(tmp_path / "store")))
        decision = read_decision(decided_workspace(tmp_path, ledger, "a", verdict="keep"))
        data = decision.to_bytes()
        ref = ArtifactRef(sha256=digest(data), size=len(data))
        ledger.store.put(artifact_key(MODEL, ref.sha256), data)
        named = {"decision.json": ref, "../../evil": ref, "/etc/passwd": ref}
        ledger.append(lambda _: Registered(candidate=decision.challenger, artifacts=named))
        ledger.append(
            lambda state: Decided(
                decision=ref.sha256, verdict="keep", headline="kept", look=decision.look.look,
                candidate=decision.challenger, registered=state.number, champion=None,
                contract=decision.contract, inputs=sha("inputs"), drill=False,
            )
        )  # fmt: skip
        done = checkout(ledger, 4, tmp_path / "in" / "back")
        assert done.unknown == ("../../evil", "/etc/passwd")
        assert set(stage_bytes(tmp_path / "in" / "back")) == {
            "champion.json",
            "checkout.json",
            "data/decision.json",
        }


class TestSealed:
    """What would tell the numbers of a holdout that may be asked again is withheld."""

    def test_evidence_comes_back_once_its_holdout_has_retired(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Until then its place is empty, and it is named."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(monkeypatch)
        sealed = judged_once(tmp_path, looks=2)
        folder, number = sealed.folder, sealed.decisions["promote"]
        early = checkout(sealed.ledger, number, tmp_path / "early")
        deliver(folder, "2024-03")
        retrain(folder)
        late = checkout(sealed.ledger, number, tmp_path / "late")
        assert (early.withheld, late.withheld) == (("evidence.json",), ())
        assert not (tmp_path / "early" / "data" / "evidence.json").exists()
        assert (tmp_path / "late" / "data" / "evidence.json").exists()
        assert "withheld while its holdout may be asked again: evidence.json" in checkout_text(early, folder)
