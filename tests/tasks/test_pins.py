"""What `evergreen fetch` pins: champion, contract and code, as files that every stage depends on."""

import json
from pathlib import Path

import pytest
from factories import PARAMS, small_folder
from ledgers import MODEL, Meddled, enthroned, sha

from tasks.code import STAGES
from tasks.documents import canonical, digest
from tasks.errors import BadInput, Corrupt
from tasks.ledger import ArtifactRef, ContractFrozen, Ledger
from tasks.ledger.artifacts import artifact_key, artifacts_of
from tasks.params import Contract
from tasks.pins import fetch, freeze, pinned_bytes, read_pin
from tasks.store import open_store
from tasks.workspace import Workspace, open_folder


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """An empty ledger."""
    return Ledger(open_store(str(tmp_path / "store")), MODEL)


@pytest.fixture
def home(tmp_path: Path) -> Workspace:
    """A model folder."""
    return open_folder(small_folder(tmp_path))


def stricter(folder: Path) -> Workspace:
    """The folder after somebody asked for more in its contract."""
    (folder / "params.yaml").write_text(PARAMS.replace("threshold: 0.6", "threshold: 0.7"))
    return open_folder(folder)


class TestFreeze:
    """The contract is in the ledger before the challenger exists."""

    def test_writes_the_contract_once(self, ledger: Ledger, home: Workspace) -> None:
        """An entry with hash and text, from which the contract can be read again; then nothing."""
        for _ in range(2):
            assert freeze(home.params.contract, ledger).contract == home.params.contract.hash
        (entry,) = [entry for entry, _ in ledger.entries()]
        assert isinstance(entry.body, ContractFrozen)
        assert Contract.model_validate_json(entry.body.text) == home.params.contract
        assert digest(entry.body.text.encode()) == entry.body.contract

    def test_writes_a_changed_contract(self, ledger: Ledger, home: Workspace) -> None:
        """A change of the contract is an entry of its own; and so is the way back."""
        one, other = home.params.contract, stricter(home.root).params.contract
        for contract in (one, other, one):
            freeze(contract, ledger)
        frozen = [
            entry.body.contract for entry, _ in ledger.entries() if isinstance(entry.body, ContractFrozen)
        ]
        assert frozen == [one.hash, other.hash, one.hash]


class TestFetch:
    """The champion of the moment, read once."""

    def test_without_a_champion_pins_none(self, ledger: Ledger, home: Workspace) -> None:
        """The contract alone, and the code of every stage."""
        pin = fetch(home, ledger)
        assert (pin.champion, pin.model_bytes, pin.card) == (None, None, None)
        assert pin.contract == home.params.contract.hash == ledger.state().contract
        assert read_pin(home) == pin
        assert set(json.loads(home.code_pin.read_bytes())) == set(STAGES)

    def test_pins_the_champion_with_its_bytes(self, ledger: Ledger, home: Workspace, tmp_path: Path) -> None:
        """Who it is, and model and card by their hashes, ready to be read without the store."""
        freeze(home.params.contract, ledger)
        enthroned(tmp_path, ledger, "a")
        pin = fetch(home, ledger)
        assert pin.champion == ledger.state().champion
        assert pin.model_bytes is not None
        assert pin.card is not None
        assert pinned_bytes(home, pin.model_bytes) == b"the bytes of a"
        assert pinned_bytes(home, pin.card) == b"the card of a"

    def test_again_brings_nothing_twice(self, ledger: Ledger, home: Workspace, tmp_path: Path) -> None:
        """Bytes that are pinned are not fetched again; the pin's bytes are the same."""
        freeze(home.params.contract, ledger)
        enthroned(tmp_path, ledger, "a")
        fetch(home, ledger)
        before, meddled = home.champion_pin.read_bytes(), Meddled(ledger.store)
        fetch(home, Ledger(meddled, MODEL))
        assert home.champion_pin.read_bytes() == before
        assert not [key for _, key in meddled.calls if key.startswith("artifacts/")]

    def test_follows_a_new_champion(self, ledger: Ledger, home: Workspace, tmp_path: Path) -> None:
        """What was pinned stays until `fetch`, which takes the champion of then."""
        freeze(home.params.contract, ledger)
        enthroned(tmp_path, ledger, "a")
        old = fetch(home, ledger)
        enthroned(tmp_path, ledger, "b")
        assert read_pin(home) == old
        champion = fetch(home, ledger).champion
        assert champion is not None
        assert champion.candidate == sha("b")

    def test_pins_no_damaged_bytes(self, ledger: Ledger, home: Workspace, tmp_path: Path) -> None:
        """A champion whose bytes are not what the ledger names is not pinned."""
        freeze(home.params.contract, ledger)
        champion = enthroned(tmp_path, ledger, "a").champion
        assert champion is not None
        named = artifacts_of(ledger.entry(champion.registered))
        ledger.store.put(artifact_key(MODEL, named["model.ubj"].sha256), b"forged")
        with pytest.raises(Corrupt, match="not to its name"):
            fetch(home, ledger)
        assert not home.champion_pin.exists()


class TestReadPin:
    """What a stage reads."""

    @pytest.mark.parametrize("found", [None, b"", b"[]", b'{"model": "small"}', canonical({"contract": "x"})])
    def test_that_is_missing_or_no_pin_is_refused(self, home: Workspace, found: bytes | None) -> None:
        """The message names the file and the command that makes it."""
        if found is not None:
            home.champion_pin.write_bytes(found)
        with pytest.raises(
            BadInput, match=r"champion\.json: expected the pinned champion; run `evergreen fetch`"
        ):
            read_pin(home)

    def test_under_another_contract_is_refused(self, ledger: Ledger, home: Workspace) -> None:
        """A contract that changed since is frozen before the next challenger, not after it."""
        fetch(home, ledger)
        with pytest.raises(BadInput, match=r"the contract in params\.yaml has changed since it was pinned"):
            read_pin(stricter(home.root))

    def test_of_bytes_that_are_gone_or_others_is_refused(self, home: Workspace) -> None:
        """No model bytes are parsed before their hash matches the ledger."""
        ref = ArtifactRef(sha256=sha("a"), size=1)
        with pytest.raises(BadInput, match="is missing; run `evergreen fetch`"):
            pinned_bytes(home, ref)
        home.champion.mkdir(parents=True)
        (home.champion / ref.sha256).write_bytes(b"forged")
        with pytest.raises(Corrupt, match="do not match the ledger's hash"):
            pinned_bytes(home, ref)
