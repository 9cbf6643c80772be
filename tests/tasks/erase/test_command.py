"""`evergreen erase` as a person calls it."""

from pathlib import Path

from commands import evergreen
from erasures import KEY
from ledgers import MODEL

from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifact_key, artifacts_of


class TestKeyFile:
    """Of keys that nobody who sees this machine's processes is to see."""

    def test_may_begin_with_a_mark_of_its_encoding(self, folder: Path, tmp_path: Path) -> None:
        """The first key counts; how many have no row is told, and not which."""
        keys = tmp_path / "keys"
        keys.write_bytes(f"\ufeff{KEY}\r\nnobody\r\n".encode())
        said = evergreen("erase", "--key-file", keys, "--reason", "asked", "--dry-run", "-C", folder)
        assert said.status == 0
        assert "4 rows of 2024-01, 2024-02 would be erased" in said.out
        assert "1 of the keys that were given have no row in what was searched" in " ".join(said.out.split())
        assert "nobody" not in said.out


class TestWhatNobodyCanTell:
    """Is no yes."""

    def test_is_said_and_is_exit_status_1(self, folder: Path, ledger: Ledger) -> None:
        """Of a decision whose documents are gone, by its entry."""
        for ref in artifacts_of(ledger.entry(3)).values():
            ledger.store.delete(artifact_key(MODEL, ref.sha256, ref.after))
        said = evergreen("erase", "--key", KEY, "--reason", "asked", "--dry-run", "-C", folder)
        assert said.status == 1
        assert "NOT KNOWN: entries 4, 5: which batches they rest on cannot be told" in said.out
