"""What could go is listed with its size; what goes is what `retention` keeps no longer."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from crashes import LATER, artifact_files
from factories import deliver
from ledgers import MODEL

from tasks.documents import digest
from tasks.errors import BadInput
from tasks.intake import intake
from tasks.ledger import Ledger
from tasks.ledger.artifacts import artifacts_of
from tasks.ledger.audit import audit
from tasks.reconcile import Collected, collect, reconcile
from tasks.run.workspaces import open_run
from tasks.validate import rules_hash
from tasks.workspace import open_folder

YEARS = datetime.now(UTC) + timedelta(days=1_000)


def keep_for(folder: Path, **days: float) -> None:
    """Declare in params.yaml how long things are kept."""
    lines = "".join(f"  {name}: {value}\n" for name, value in days.items())
    with (folder / "params.yaml").open("a") as file:
        file.write(f"\nretention:\n{lines}")


def told(found: Collected) -> list[tuple[str, str, bool]]:
    """Kind, why, and whether it is gone."""
    return [(one.kind, one.why, one.removed) for one in found.garbage]


@pytest.fixture
def late(folder: Path, ledger: Ledger, left: int) -> str:
    """The key of an artifact that a slow run uploaded after its registration was swept."""
    named = artifacts_of(ledger.entry(left))["model.ubj"]
    reconcile(folder, now=LATER)
    key = f"artifacts/{MODEL}/{named.sha256}"
    ledger.store.put(key, b"the bytes of dead")
    return key


class TestArtifacts:
    """Those that no registration names, under keys that none can name any more."""

    def test_are_listed_and_kept_unless_declared(self, folder: Path, late: str) -> None:
        """By default everything is kept."""
        for dry_run in (True, False):
            found = collect(folder, dry_run=dry_run, now=YEARS)
            (one,) = found.garbage
            assert (one.name, one.size, one.removed) == (late, 17, False)
            assert one.kept == "retention.artifacts_days is not set"
            assert (found.size, found.removed_size) == (17, 0)

    def test_go_when_they_are_old_enough(self, folder: Path, ledger: Ledger, late: str) -> None:
        """Not before; and nothing that the ledger leads to goes with them."""
        keep_for(folder, artifacts_days=30)
        assert collect(folder, now=LATER).removed_size == 0
        assert told(collect(folder, dry_run=True, now=YEARS)) == [
            ("artifact", "no registration names it", False)
        ]
        assert ledger.store.exists(late)
        assert collect(folder, now=YEARS).removed_size == 17
        assert not ledger.store.exists(late)
        assert collect(folder, now=YEARS).garbage == ()
        assert audit(ledger).wrong is None

    def test_that_a_registration_names_are_not_garbage(self, folder: Path, ledger: Ledger, left: int) -> None:
        """Also one without a decision: its run may live."""
        keep_for(folder, artifacts_days=1)
        before = artifact_files(folder)
        assert collect(folder, now=YEARS).garbage == ()
        assert {ref.sha256 for ref in artifacts_of(ledger.entry(left)).values()} <= before
        assert artifact_files(folder) == before

    def test_under_keys_that_can_still_be_named_are_left(
        self, folder: Path, ledger: Ledger, left: int
    ) -> None:
        """Whoever registers them next may upload them before the entry is seen here."""
        keep_for(folder, artifacts_days=1)
        reconcile(folder, now=LATER)
        fresh = f"artifacts/{MODEL}/{left + 1}/{digest(b'fresh')}"
        ledger.store.put(fresh, b"fresh")
        assert collect(folder, now=YEARS).garbage == ()
        assert ledger.store.exists(fresh)


class TestBesideBatches:
    """Reports and profiles: caches, which are made again where they are asked for."""

    @pytest.fixture
    def batch(self, folder: Path, ledger: Ledger) -> str:
        """The hash of a batch in the catalogue."""
        deliver(folder, "2024-01")
        return intake(open_folder(folder).params, ledger.store).new[0].sha256

    def test_of_unknown_content_and_by_other_rules_go(self, folder: Path, ledger: Ledger, batch: str) -> None:
        """Those of today's rules on batches in the catalogue stay, and so do the batches."""
        keep_for(folder, reports_days=1)
        today, unknown, other = rules_hash(open_folder(folder).params), digest(b"x"), digest(b"rules")
        prefix = f"batches/{MODEL}"
        stays = [f"{batch}.{today}.json", f"{batch}.{'0' * 12}.profile.json", f"{unknown}.parquet", "a.json"]
        goes = {
            f"{batch}.{other}.json": ("report", "by rules that have changed"),
            f"{unknown}.{today}.json": ("report", "the catalogue has no such batch"),
            f"{unknown}.{'0' * 12}.profile.json": ("profile", "the catalogue has no such batch"),
        }
        for name in (*stays, *goes):
            ledger.store.put(f"{prefix}/{name}", b"12345")
        found = collect(folder, now=YEARS)
        assert {one.name: (one.kind, one.why) for one in found.garbage} == {
            f"{prefix}/{name}": why for name, why in goes.items()
        }
        assert found.removed_size == 15
        left = {one.key.removeprefix(f"{prefix}/") for one in ledger.store.list(prefix)}
        assert left == {*stays, f"{batch}.parquet", "catalogue.json"}


class TestWorkspaces:
    """Of killed runs: what any next run would remove too."""

    def test_go_with_their_size(self, folder: Path) -> None:
        """Once it is no dry run."""
        run = open_run(open_folder(folder))
        size = sum(path.stat().st_size for path in run.root.rglob("*") if path.is_file())
        assert told(collect(folder, dry_run=True)) == [("workspace", "its run died", False)]
        assert run.root.exists()
        assert collect(folder).removed_size == size > 1_000
        assert not run.root.exists()


class TestSettings:
    """`retention` in params.yaml."""

    def test_are_no_part_of_what_a_model_is_made_from(self, folder: Path) -> None:
        """The settings' hash is the same, so nothing is trained anew."""
        before = open_folder(folder).params.hash
        keep_for(folder, grace_hours=1.0, reports_days=30)
        assert open_folder(folder).params.hash == before

    def test_say_when_a_run_counts_as_dead(self, folder: Path, left: int) -> None:
        """`grace_hours` after what it left; the registration of `left` is minutes old."""
        keep_for(folder, grace_hours=0.5)
        soon = datetime.now(UTC) + timedelta(minutes=40)
        assert [one.kind for one in reconcile(folder, now=soon).found] == ["registration", "artifacts"]
        assert left

    @pytest.mark.parametrize(
        ("name", "value"), [("reports_days", 0), ("artifacts_days", -1), ("grace_hours", 0), ("weeks", 2)]
    )
    def test_that_are_none_are_one_clear_line(self, folder: Path, name: str, value: float) -> None:
        """Which key, and what it may be."""
        keep_for(folder, **{name: value})
        with pytest.raises(BadInput, match=f"retention.{name}") as caught:
            collect(folder)
        assert len(str(caught.value).splitlines()) == 1
