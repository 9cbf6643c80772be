"""The step: a batch's profile from the store, or computed and put there."""

import logging
from collections.abc import Iterable

from tasks.documents import canonical, digest
from tasks.errors import Corrupt
from tasks.intake import Revision, batch_bytes
from tasks.params import Params
from tasks.profile.profile import Profile
from tasks.store import Store

_log = logging.getLogger(__name__)
_FORMAT = 1
"""Raised when the same rows and settings give another profile."""


def profile_key(params: Params, sha256: str) -> str:
    """Where the profile of a batch's content lies: beside the batch, by the settings that it depends on."""
    settings = params.prepare.model_dump(
        mode="json", include={"event_time", "cluster", "label", "exclude", "sources"}
    )
    # Classes are counted and not averaged; of another objective the profile says the same whatever its name.
    classes = {"classes": params.classes} if params.classes else {}
    rules = digest(canonical({"format": _FORMAT, **settings, **classes}))
    return f"batches/{params.model}/{sha256}.{rules[:12]}.profile.json"


def profile(store: Store, params: Params, revision: Revision) -> Profile:
    """The profile of a batch's revision; its rows are read only where there is none yet.

    Raises `Corrupt` where the batch's bytes are missing or others, and `BadInput` where they cannot be
    profiled. A stored profile that cannot be read is computed anew.
    """
    key = profile_key(params, revision.sha256)
    found = store.get(key)
    if found is not None:
        try:
            return Profile.parse(found[0], key)
        except Corrupt as error:
            _log.warning("%s; computed anew", error)
    # Reading rows needs pyarrow, which a profile that is there does not.
    from tasks.profile.rows import profile_file

    made = profile_file(batch_bytes(store, params.model, revision), params, f"batch {revision.file}")
    store.put(key, made.to_bytes())
    return made


def profiles(store: Store, params: Params, revisions: Iterable[Revision]) -> dict[str, Profile]:
    """Each revision's profile by its period, in their order."""
    return {one.period: profile(store, params, one) for one in revisions}
