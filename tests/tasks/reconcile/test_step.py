"""What a crash left, but for registrations: promotions, a pointer, workspaces and batches."""

import json
from pathlib import Path

import pytest
from crashes import LATER, promote_until, told
from data_factories import on_paper
from factories import deliver
from ledgers import (
    MODEL,
    decided_workspace,
    sha,
)

from tasks.documents import write_atomically
from tasks.hold import hold
from tasks.intake import intake, read_catalogue
from tasks.ledger import Ledger, Looked
from tasks.ledger.artifacts import artifacts_of
from tasks.opening import open_ledger
from tasks.reconcile import reconcile
from tasks.run.at_work import at_work
from tasks.run.workspaces import open_run
from tasks.validate import rules_hash
from tasks.workspace import open_folder


class TestPromotion:
    """A decision to promote whose run died."""

    @pytest.fixture
    def decided(self, ledger: Ledger, tmp_path: Path) -> Ledger:
        """Challenger `new` is decided on, and not in office."""
        promote_until("promotion", decided_workspace(tmp_path / "made", ledger, "new"), ledger.store)
        return ledger

    def test_is_finished(self, folder: Path, decided: Ledger) -> None:
        """As the next run would."""
        assert told(reconcile(folder, now=LATER)) == [("promotion", "promoted", True)]
        assert decided.state().champion.candidate == sha("new")  # type: ignore[union-attr]
        assert reconcile(folder, now=LATER).found == ()

    @pytest.mark.usefixtures("decided")
    def test_that_is_young_is_left(self, folder: Path) -> None:
        """Its run may be about to."""
        assert reconcile(folder).found == ()

    def test_that_waits_for_people_goes_on_waiting(self, folder: Path, decided: Ledger) -> None:
        """A hold is not for a schedule to end."""
        hold(decided, reason="incident")
        assert reconcile(folder, now=LATER).found == ()

    def test_of_damaged_bytes_is_left_with_the_reason(self, folder: Path, decided: Ledger) -> None:
        """The rest goes on."""
        named = artifacts_of(decided.entry(decided.state().pending.registered))  # type: ignore[union-attr]
        decided.store.put(f"artifacts/{MODEL}/{named['model.ubj'].sha256}", b"forged")
        (one,) = reconcile(folder, now=LATER).found
        assert not one.done
        assert "not to its name" in str(one.left)
        assert decided.state().champion.candidate == sha("old")  # type: ignore[union-attr]


class TestPointer:
    """A cache that lags costs every reader requests."""

    @pytest.mark.parametrize("content", [None, b"garbage", "old"], ids=str)
    def test_is_renewed(self, folder: Path, ledger: Ledger, content: bytes | str | None) -> None:
        """Lost, unreadable or of an earlier entry: afterwards it is the fold of now."""
        key = ledger.caches.pointer_key
        old = ledger.store.get(key)
        assert old is not None
        look = Looked(
            look=sha("x"), periods=("x",), challenger=sha("x"), champion=None, contract=sha("x"), drill=True
        )
        ledger.append(lambda _: look)
        ledger.store.delete(key)
        if content is not None:
            ledger.store.put(key, old[0] if isinstance(content, str) else content)
        assert told(reconcile(folder)) == [("pointer", "renewed", True)]
        assert ledger.caches.told(key) == ledger.state()
        assert reconcile(folder).found == ()


class TestWorkspaces:
    """Of runs that were killed, on this machine."""

    def test_go(self, folder: Path) -> None:
        """The lock tells that no run of this folder lives."""
        run = open_run(open_folder(folder))
        assert told(reconcile(folder, dry_run=True)) == [("workspace", "removed", False)]
        assert run.root.exists()
        assert told(reconcile(folder)) == [("workspace", "removed", True)]
        assert not run.root.exists()

    def test_stay_beside_a_living_run(self, folder: Path) -> None:
        """Any of them may be its own."""
        home = open_folder(folder)
        with at_work(home):
            run = open_run(home)
            assert reconcile(folder, now=LATER).found == ()
            assert run.root.exists()

    def test_that_were_about_to_publish_a_decision_that_is_not_in_go(self, folder: Path) -> None:
        """There is nothing to publish."""
        run = open_run(open_folder(folder))
        write_atomically(run.root / "publish.json", json.dumps({"lock": None}).encode())
        assert told(reconcile(folder)) == [("workspace", "published and removed", True)]
        assert not run.root.exists()


class TestBatches:
    """Taken in by a run that died before it had judged and versioned them."""

    @pytest.fixture
    def arrived(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Two months are in the catalogue and no further."""
        on_paper(monkeypatch)
        for month in ("2024-01", "2024-02"):
            deliver(folder, month)
        home = open_folder(folder)
        intake(home.params, open_ledger(folder)[1].store)
        return folder

    def test_are_judged_and_versioned(self, arrived: Path, ledger: Ledger) -> None:
        """Once, and nothing is trained; the next run goes on from there."""
        assert told(reconcile(arrived, now=LATER)) == [("batch", "judged and versioned", True)]
        catalogue = read_catalogue(ledger.store, MODEL)
        assert {one.status for one in catalogue.revisions} == {"accepted"}
        assert ledger.state().number == 5
        assert reconcile(arrived, now=LATER).found == ()
        assert catalogue.pending(rules_hash(open_folder(arrived).params)) == ()

    def test_that_are_young_are_left(self, arrived: Path) -> None:
        """A run may have taken them in a minute ago."""
        assert reconcile(arrived).found == ()

    def test_are_left_beside_a_living_run(self, arrived: Path) -> None:
        """It may be judging them."""
        home = open_folder(arrived)
        with at_work(home):
            open_run(home)
            assert reconcile(arrived, now=LATER).found == ()

    def test_that_break_a_rule_are_blocked_and_told(self, arrived: Path, ledger: Ledger) -> None:
        """As by a run; the good ones are taken in all the same."""
        deliver(arrived, "2024-03", b"no Parquet")
        intake(open_folder(arrived).params, ledger.store)
        (one,) = reconcile(arrived, now=LATER).found
        assert not one.done
        assert "2024-03" in str(one.left)
        statuses = {one.period: one.status for one in read_catalogue(ledger.store, MODEL).revisions}
        assert statuses == {"2024-01": "accepted", "2024-02": "accepted", "2024-03": "blocked"}
