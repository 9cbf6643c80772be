"""The step: a batch's profile from the store, or computed and put there."""

import logging
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from tasks.documents import canonical, digest
from tasks.errors import Corrupt
from tasks.intake import Revision, batch_bytes
from tasks.params import Params
from tasks.profile.profile import Profile
from tasks.store import Documents

_log = logging.getLogger(__name__)
_FORMAT = 1
"""Raised when the same rows and settings give another profile."""


_NONE: Mapping[str, str] = MappingProxyType({})


def profile_key(params: Params, sha256: str, left_out: str = "") -> str:
    """Where the profile of a batch's content lies: beside the batch, by what it depends on.

    That is settings, and which rows are left out: rules that keep the same rows aside share a profile.
    """
    settings = params.prepare.model_dump(
        mode="json", include={"event_time", "cluster", "label", "exclude", "sources"}
    )
    # Classes are counted and not averaged; of another objective the profile says the same whatever its name.
    classes = {"classes": params.classes} if params.classes else {}
    # Without a slice the profile is what it was before there were any in it.
    slices = {"slices": list(params.prepare.slices)} if params.prepare.slices else {}
    # Profiles from before categories were counted in slices lack them: another name has them made anew.
    if slices and params.prepare.categorical:
        slices["slices_tell"] = ["categories"]
    rows = {"left_out": digest(left_out.encode())} if left_out else {}
    rules = digest(canonical({"format": _FORMAT, **settings, **classes, **slices, **rows}))
    return f"batches/{params.model}/{sha256}.{rules[:12]}.profile.json"


def profile(store: Documents, params: Params, revision: Revision, left_out: str = "") -> Profile:
    """The profile of a batch's revision; its rows are read only where there is none yet.

    `left_out` are the numbers of its rows in quarantine, as `tasks.validate.places` writes them.
    Raises `Corrupt` where the batch's bytes are missing or others, and `BadInput` where they cannot be
    profiled. A stored profile that cannot be read is computed anew.
    """
    key = profile_key(params, revision.sha256, left_out)
    found = store.get(key)
    if found is not None:
        try:
            return Profile.parse(found[0], key)
        except Corrupt as error:
            _log.warning("%s; computed anew", error)
    # Reading rows needs pyarrow, which a profile that is there does not.
    from tasks.profile.rows import profile_file

    data = batch_bytes(store, params.model, revision)
    made = profile_file(data, params, f"batch {revision.file}", left_out)
    store.put(key, made.to_bytes())
    return made


def profiles(
    store: Documents, params: Params, revisions: Iterable[Revision], left_out: Mapping[str, str] = _NONE
) -> dict[str, Profile]:
    """Each revision's profile by its period, in their order; `left_out` has rows to leave out by period."""
    return {one.period: profile(store, params, one, left_out.get(one.period, "")) for one in revisions}
