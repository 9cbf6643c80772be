"""Where a model stands, told without changing anything."""

from io import StringIO
from pathlib import Path

import pytest
from factories import PARAMS, deliver, small_folder
from ledgers import MODEL, Meddled, enthroned, sha
from rich.console import Console

from tasks.intake import intake, read_catalogue, update_catalogue
from tasks.ledger import Ledger
from tasks.pins import freeze
from tasks.status import Status, status, status_text
from tasks.store import open_store
from tasks.validate import rules_hash
from tasks.workspace import Workspace, open_folder


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    """A model folder."""
    return open_folder(small_folder(tmp_path))


@pytest.fixture
def ledger(home: Workspace) -> Ledger:
    """Its ledger."""
    return Ledger(open_store(str(home.root / "store")), MODEL)


def judge(home: Workspace, ledger: Ledger, good: tuple[str, ...] = (), bad: tuple[str, ...] = ()) -> None:
    """As validation does: accept the newest revisions of some periods, block those of others."""
    catalogue = read_catalogue(ledger.store, MODEL)
    file = {one.period: one.file for one in catalogue.revisions}
    blocked = {file[period]: f"{period}: x is missing" for period in bad}
    accepted = [file[period] for period in good]
    rules = rules_hash(home.params)
    update_catalogue(ledger.store, MODEL, lambda now: now.with_verdicts(accepted, blocked, rules))


def words(found: Status) -> str:
    """As a person reads it."""
    console = Console(file=StringIO(), width=200)
    console.print(status_text(found))
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


class TestTakenIn:
    """What is a batch already does not wait to arrive."""

    def test_is_told_apart_from_what_waits(self, home: Workspace, ledger: Ledger) -> None:
        """After `intake` by hand, whatever was decided on it since; a run's acceptance ends it."""
        deliver(home.root, "2024-01")
        intake(home.params, ledger.store)
        deliver(home.root, "2024-02")
        january, february = (f"incoming/{MODEL}/2024-0{month}.parquet" for month in (1, 2))
        found = status(home, ledger)
        assert (found.waiting, found.taken_in) == ((january, february), (january,))
        told = " ".join(words(found).split())
        assert f"waiting {february} taken in {january}: not accepted by a run yet" in told
        judge(home, ledger, good=("2024-01",))
        assert status(home, ledger).taken_in == ()
        assert "taken in" not in words(status(home, ledger))


class TestStatus:
    """Batches, champion, decision and contract as of now."""

    def test_of_a_new_model(self, home: Workspace, ledger: Ledger) -> None:
        """Nothing has arrived and nobody is champion; the contract is the one in params."""
        found = status(home, ledger)
        assert (found.entries, found.accepted, found.blocked, found.waiting) == (0, (), {}, ())
        assert (found.champion, found.decision, found.contract_in_force) == (None, None, None)
        assert found.contract_in_params == home.params.contract.hash
        assert "none yet" in words(found)

    def test_changes_nothing(self, home: Workspace, ledger: Ledger) -> None:
        """It reads, and writes not one object."""
        deliver(home.root, "2024-01", b"a")
        meddled = Meddled(ledger.store)
        status(home, Ledger(meddled, MODEL))
        assert {operation for operation, _ in meddled.calls} <= {"get", "list", "exists"}

    def test_tells_what_waits_was_accepted_and_is_blocked(self, home: Workspace, ledger: Ledger) -> None:
        """By period; what waits by the name of its object, junk left out."""
        for n, period in enumerate(("2024-01", "2024-02", "2024-03")):
            deliver(home.root, period, b"%d" % n)
        intake(home.params, ledger.store)
        judge(home, ledger, good=("2024-01", "2024-02"), bad=("2024-03",))
        deliver(home.root, "2024-04", b"new")
        deliver(home.root, "2024-01", b"corrected")
        deliver(home.root, "readme", b"junk")
        found = status(home, ledger)
        assert found.accepted == ("2024-01", "2024-02")
        assert found.blocked == {"2024-03": "2024-03: x is missing"}
        assert found.waiting == tuple(f"incoming/{MODEL}/2024-0{month}.parquet" for month in (1, 4))
        told = words(found)
        assert "2 accepted, 2024-01 to 2024-02" in told
        assert "2024-03: x is missing" in told

    def test_tells_of_what_a_run_took_in_and_did_not_judge(self, home: Workspace, ledger: Ledger) -> None:
        """A run that died between intake and validation leaves a batch that waits, and is not accepted."""
        deliver(home.root, "2024-01", b"a")
        intake(home.params, ledger.store)
        found = status(home, ledger)
        assert (found.accepted, found.waiting) == ((), (f"incoming/{MODEL}/2024-01.parquet",))

    @pytest.mark.row("another name")
    def test_tells_where_files_go_and_which_are_misnamed(self, home: Workspace, ledger: Ledger) -> None:
        """A file under another name than a period's waits for nobody: it is named, with what is expected."""
        incoming = home.root / "store" / "incoming" / MODEL
        assert f"file://{incoming}" in words(status(home, ledger)).replace("\n", "")
        incoming.mkdir(parents=True)
        for name in ("2024-1.parquet", "readme.txt"):
            (incoming / name).write_bytes(b"a")
        found = status(home, ledger)
        assert found.incoming == f"{found.store}/incoming/{MODEL}/"
        assert found.misnamed == tuple(
            f"incoming/{MODEL}/{name}" for name in ("2024-1.parquet", "readme.txt")
        )
        assert found.waiting == ()
        told = words(found)
        assert "2024-1.parquet, readme.txt: left alone" in told
        assert "more" not in told
        for number in range(5):
            (incoming / f"extra-{number}.txt").write_bytes(b"a")
        assert "and 2 more" in words(status(home, ledger))

    def test_tells_of_a_blocked_correction_beside_the_good_batch(
        self, home: Workspace, ledger: Ledger
    ) -> None:
        """The good revision stays in use, and the blocked one is still told of."""
        deliver(home.root, "2024-01", b"good")
        intake(home.params, ledger.store)
        judge(home, ledger, good=("2024-01",))
        deliver(home.root, "2024-01", b"worse")
        intake(home.params, ledger.store)
        judge(home, ledger, bad=("2024-01",))
        found = status(home, ledger)
        assert (found.accepted, list(found.blocked)) == (("2024-01",), ["2024-01"])

    def test_tells_champion_and_last_decision(self, home: Workspace, ledger: Ledger, tmp_path: Path) -> None:
        """By the entries that made them."""
        freeze(home.params.contract, ledger)
        enthroned(tmp_path, ledger, "a")
        found = status(home, ledger)
        assert found.champion is not None
        assert found.decision is not None
        assert (found.champion.number, found.champion.candidate) == (5, sha("a"))
        assert (found.decision.number, found.decision.verdict) == (4, "promote")
        assert "(changed" not in words(found)

    def test_tells_a_contract_that_changed(self, home: Workspace, ledger: Ledger) -> None:
        """What params ask is not in force until a run freezes it."""
        freeze(home.params.contract, ledger)
        (home.root / "params.yaml").write_text(PARAMS.replace("threshold: 0.6", "threshold: 0.7"))
        found = status(open_folder(home.root), ledger)
        assert found.contract_in_force == home.params.contract.hash != found.contract_in_params
        assert "(changed; frozen at the next run)" in words(found)

    def test_calls_a_rehearsal_a_rehearsal(self, home: Workspace, ledger: Ledger) -> None:
        """A directory is one machine's own, and its decisions are rehearsals."""
        found = status(home, ledger)
        assert found.rehearsal
        assert found.store.startswith("file:///")
        assert "(rehearsal)" in words(found)
