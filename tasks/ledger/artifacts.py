"""Artifacts: immutable bytes under their hash, named by a registration before they are uploaded."""

from pathlib import Path

from tasks.documents import digest, digest_file
from tasks.errors import Corrupt
from tasks.ledger.entries import ArtifactRef, Entry, Registered
from tasks.store import Store

_WAY_OUT = "Bring that object back from a backup or an earlier version of it; `evergreen rollback` needs none"


def artifact_key(model: str, sha256: str, after: int | None = None) -> str:
    """Where an artifact lies that was registered after abandonment `after`, the newest, if there was one."""
    return f"artifacts/{model}/{sha256}" if after is None else f"artifacts/{model}/{after}/{sha256}"


def reference(path: Path) -> ArtifactRef:
    """How the ledger names the file's bytes."""
    return ArtifactRef(sha256=digest_file(path), size=path.stat().st_size)


def upload_artifact(store: Store, model: str, path: Path, ref: ArtifactRef) -> None:
    """Put a file under its hash, unless it is there unharmed; raises `Corrupt` if the file has changed."""
    data = path.read_bytes()
    if digest(data) != ref.sha256:
        raise Corrupt(f"{path}: changed after it was registered; nothing was promoted, run again")
    key = artifact_key(model, ref.sha256, ref.after)
    found = store.get(key)
    # What is there but damaged is put right: the bytes under a hash can only be these.
    if found is None or digest(found[0]) != ref.sha256:
        store.put(key, data)


def fetch_artifact(store: Store, model: str, ref: ArtifactRef) -> bytes:
    """An artifact's bytes, hashed again; raises `Corrupt` if they are missing or others."""
    key = artifact_key(model, ref.sha256, ref.after)
    found = store.get(key)
    if found is None:
        raise Corrupt(f"{key}: expected {ref.size:,} bytes that the ledger names, found nothing. {_WAY_OUT}")
    if digest(found[0]) != ref.sha256:
        raise Corrupt(
            f"{key}: its bytes hash to {digest(found[0])[:12]}…, not to its name; not used. {_WAY_OUT}"
        )
    return found[0]


def artifacts_of(entry: Entry) -> dict[str, ArtifactRef]:
    """What a registration names; raises `Corrupt` for any other entry."""
    if not isinstance(entry.body, Registered):
        raise Corrupt(
            f"ledger of {entry.model}: expected a registration at {entry.number}, found {entry.body.kind}"
        )
    return entry.body.artifacts
