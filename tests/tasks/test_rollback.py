"""Rollback: back to an earlier champion and forward again, fenced, and never to damaged bytes."""

from pathlib import Path

import pytest
from ledgers import CONTRACT, MODEL, Meddled, enthroned, frozen, sha
from readers import champion_of

from tasks.errors import BadInput, Corrupt, Refused
from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifact_key, artifacts_of
from tasks.ledger.audit import audit
from tasks.promote import promote, rollback
from tasks.store import open_store
from tasks.workspace import Workspace


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with a contract and no champion, in a directory."""
    return frozen(open_store(str(tmp_path / "store")))


class TestRollback:
    """Back to an earlier champion, without training; every byte is verified first."""

    @pytest.fixture
    def two(self, ledger: Ledger, tmp_path: Path) -> Ledger:
        """Champions `a` (entry 5) and `b` (entry 9)."""
        enthroned(tmp_path, ledger, "a")
        enthroned(tmp_path, ledger, "b")
        return ledger

    def test_returns_to_the_one_before_and_back(self, two: Ledger) -> None:
        """A second rollback undoes the first."""
        assert rollback(two, reason="worse on Mondays").champion.candidate == sha("a")  # type: ignore[union-attr]
        assert champion_of(two.store) == sha("a")
        assert two.entry(10).model_dump()["body"]["reason"] == "worse on Mondays"
        assert rollback(two, reason="no, it was the data").champion.candidate == sha("b")  # type: ignore[union-attr]
        assert audit(two).wrong is None

    def test_returns_to_a_named_one(self, two: Ledger, tmp_path: Path) -> None:
        """To any champion there was, by the entry that put it in office."""
        enthroned(tmp_path, two, "c")
        rollback(two, to=5, reason="the oldest")
        assert champion_of(two.store) == sha("a")

    def test_without_one_to_return_to_is_refused(self, ledger: Ledger, tmp_path: Path) -> None:
        """No champion, or only the first: the message says which."""
        with pytest.raises(Refused, match="nothing has been promoted"):
            rollback(ledger, reason="x")
        enthroned(tmp_path, ledger, "a")
        with pytest.raises(Refused, match="champion 5 is the first"):
            rollback(ledger, reason="x")

    @pytest.mark.parametrize(
        ("to", "message"),
        [(4, "entry 4 put no champion in office; these did: 5, 9"), (9, "is the champion now")],
    )
    def test_to_what_it_cannot_return_to_is_bad_input(self, two: Ledger, to: int, message: str) -> None:
        """An entry that is no promotion, or the champion of now."""
        with pytest.raises(BadInput, match=message):
            rollback(two, to=to, reason="x")

    def test_to_damaged_bytes_is_refused(self, two: Ledger) -> None:
        """A champion whose model was changed does not return."""
        first = two.state().previous
        assert first is not None
        model = artifacts_of(two.entry(first.registered))["model.ubj"]
        two.store.put(artifact_key(MODEL, model.sha256), b"forged")
        with pytest.raises(Corrupt, match="not to its name"):
            rollback(two, reason="x")
        assert champion_of(two.store) == sha("b")

    def test_is_fenced_on_the_champion(self, two: Ledger, tmp_path: Path) -> None:
        """A champion that changes while the rollback is prepared is not rolled back unseen."""
        other, done = Ledger(two.store, MODEL), list[str]()

        def overtaken(operation: str, _: str, data: bytes) -> None:
            if operation == "create" and b'"rollback"' in data and not done:
                done.append("c")
                enthroned(tmp_path, other, "c")

        with pytest.raises(Refused, match="the champion changed"):
            rollback(Ledger(Meddled(two.store, before=overtaken), MODEL), reason="x")
        assert champion_of(two.store) == sha("c")

    def test_is_not_undone_by_the_next_call_with_the_old_decision(self, two: Ledger, tmp_path: Path) -> None:
        """The decision that was rolled back stays history: called again, it is stale."""
        rollback(two, reason="worse")

        with pytest.raises(Refused, match="stale"):
            promote(Workspace(tmp_path / "b"), two, sha("inputs of b"))
        assert champion_of(two.store) == sha("a")
        assert two.state().contract == CONTRACT
