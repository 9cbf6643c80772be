"""Artifacts: bytes under their hash, hashed again whenever they are used."""

from pathlib import Path

import pytest
from ledgers import MODEL, Meddled, frozen

from tasks.errors import Corrupt
from tasks.ledger.artifacts import artifact_key, artifacts_of, fetch_artifact, reference, upload_artifact
from tasks.store import Store, open_store


@pytest.fixture
def local(tmp_path: Path) -> Store:
    """A directory store, for what does not depend on the kind of store."""
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Some bytes."""
    path = tmp_path / "model.ubj"
    path.write_bytes(b"the model")
    return path


class TestArtifact:
    """What the ledger names is what comes back."""

    def test_comes_back(self, store: Store, file: Path) -> None:
        """Bytes that were uploaded are fetched by their reference."""
        ref = reference(file)
        upload_artifact(store, MODEL, file, ref)
        assert fetch_artifact(store, MODEL, ref) == b"the model"
        assert ref.size == 9

    def test_is_uploaded_once(self, local: Store, file: Path) -> None:
        """What is there under its hash is not sent again."""
        meddled = Meddled(local)
        for _ in range(2):
            upload_artifact(meddled, MODEL, file, reference(file))
        assert [operation for operation, _ in meddled.calls] == ["get", "put", "get"]

    def test_that_changed_since_its_registration_is_not_uploaded(self, local: Store, file: Path) -> None:
        """The ledger names what the file was; other bytes are not put under that name."""
        ref = reference(file)
        file.write_bytes(b"another model")
        with pytest.raises(Corrupt, match="changed after it was registered"):
            upload_artifact(local, MODEL, file, ref)
        assert not local.exists(artifact_key(MODEL, ref.sha256))

    @pytest.mark.parametrize(
        ("found", "message"), [(None, "expected 9 bytes .* found nothing"), (b"forged", "not to its name")]
    )
    def test_that_is_missing_or_other_is_refused(
        self, local: Store, file: Path, found: bytes | None, message: str
    ) -> None:
        """Bytes that do not hash to their name are not handed out."""
        ref = reference(file)
        if found is not None:
            local.put(artifact_key(MODEL, ref.sha256), found)
        with pytest.raises(Corrupt, match=message):
            fetch_artifact(local, MODEL, ref)

    def test_is_named_by_registrations_alone(self, local: Store) -> None:
        """Any other entry names no artifacts."""
        with pytest.raises(Corrupt, match="expected a registration at 1, found contract"):
            artifacts_of(frozen(local).entry(1))
