"""A model with a past of every kind of decision, made quickly: DVC on paper."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from data_factories import on_paper
from factories import PARAMS, deliver, small_batch, small_folder

from tasks.ledger import Ledger
from tasks.opening import open_ledger
from tasks.promote import rollback_in
from tasks.run import Outcome, retrain
from tasks.store import open_store


@dataclass(frozen=True)
class Past:
    """A folder, and the entry of each decision by what it is known for."""

    folder: Path
    decisions: dict[str, int]

    @property
    def ledger(self) -> Ledger:
        """Its ledger, read anew."""
        return open_ledger(self.folder)[1]

    def copied(self, target: Path) -> Ledger:
        """The ledger in a copy of the store, to do harm to."""
        shutil.copytree(self.folder / "store", target)
        return Ledger(open_store(str(target)), self.ledger.model)


def judged_once(parent: Path, *, looks: int = 1) -> Past:
    """Two months and one decision, to promote; with more than one of `looks` it is sealed."""
    params = PARAMS.replace("looks_per_holdout: 1", f"looks_per_holdout: {looks}")
    folder = small_folder(parent, params=params)
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        for period in ("2024-01", "2024-02"):
            deliver(folder, period)
        entry = retrain(folder).entry
    assert entry
    return Past(folder, {"promote": entry})


def lived(parent: Path) -> Past:
    """Promoted, undecided, kept, a drill, promoted, rolled back, and one after a revised batch."""
    folder = small_folder(parent)
    made: dict[str, Outcome] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("EVERGREEN_STORE", raising=False)
        on_paper(patch)
        for period in ("2024-01", "2024-02"):
            deliver(folder, period)
        made["promote"] = retrain(folder)
        deliver(folder, "2024-03")
        made["undecided"] = retrain(folder)
        made["drill"] = retrain(folder, drill=True)
        deliver(folder, "2024-04", small_batch("2024-04", signal=-1, rows=2000))
        made["keep"] = retrain(folder)
        deliver(folder, "2024-05", small_batch("2024-05", signal=-1, rows=2000))
        made["second"] = retrain(folder)
        rollback_in(folder, reason="a test")
        deliver(folder, "2024-03", small_batch("2024-03", seed=3))
        deliver(folder, "2024-06")
        made["revised"] = retrain(folder)
    verdicts = [made[name].verdict for name in ("promote", "undecided", "keep", "drill", "second")]
    assert verdicts == ["promote", "undecided", "keep", "keep", "promote"]
    return Past(folder, {name: one.entry for name, one in made.items() if one.entry})
