"""What was delivered is what lies there, or else what intake took in; an erasure is not undone."""

import pytest
from commands import evergreen
from table_factories import added, begun, csv_file, person_table, settings

from tasks.add import Wishes, add
from tasks.add.delivered import delivered
from tasks.errors import BadInput
from tasks.intake import incoming_prefix, intake, read_catalogue
from tasks.store import open_store
from tasks.store.directory import DirectoryStore


@pytest.fixture
def made(tmp_path, monkeypatch):
    """A folder of three months that intake has taken in, of which a table has four."""
    monkeypatch.delenv("EVERGREEN_STORE", raising=False)
    folder = begun(tmp_path, person_table("yes/no", months=4)[:450])
    intake(settings(folder), store_of(folder))
    return folder


def store_of(folder):
    """The folder's store."""
    return open_store(str(folder.folder / "store"))


def known(folder):
    """What was delivered, by period."""
    params, store = settings(folder), store_of(folder)
    return delivered(store, params, read_catalogue(store, params.model))


def became(found):
    """What became of each period, in order."""
    return [one.became for one in found.periods]


class TestWhatLiesThere:
    """By its listing, and by the catalogue."""

    def test_is_not_read_where_its_hash_is_known(self, made, monkeypatch):
        """The whole history again costs a listing."""
        path = csv_file(made.folder.parent / "more.csv", person_table("yes/no", months=4))
        read = []
        get = DirectoryStore.get

        def watched(store, key, *, etag=None):
            read.append(key)
            return get(store, key, etag=etag)

        monkeypatch.setattr(DirectoryStore, "get", watched)
        assert (
            became(add([path], made.folder, Wishes(), lambda _: None, dry_run=False))[:3] == ["already"] * 3
        )
        assert [one for one in read if one.startswith("incoming/")] == []

    def test_is_what_counts_where_intake_has_not_seen_it(self, made):
        """A file that was put there since is compared, and not what was taken in before."""
        place = made.folder / "store" / incoming_prefix("left")
        (place / "2024-01.parquet").write_bytes((place / "2024-02.parquet").read_bytes())
        assert known(made)["2024-01"].sha256 is None
        with pytest.raises(BadInput, match="2024-01: 150 rows added, 150 rows of before not in the table"):
            added(made, person_table("yes/no", months=4))

    def test_may_have_been_taken_away(self, made):
        """What intake took in is delivered; a correction is put where nothing lies any more."""
        for one in (made.folder / "store" / incoming_prefix("left")).iterdir():
            one.unlink()
        table = person_table("yes/no", months=4)
        assert became(added(made, table, dry_run=True)) == ["already"] * 3 + ["new"]
        table.loc[3, "spend"] += 1
        assert became(added(made, table, replace=True)) == ["replaced", "already", "already", "new"]
        arrivals = intake(settings(made), store_of(made))
        assert [(one.period, one.revision) for one in arrivals.new] == [("2024-01", 2), ("2024-04", 1)]

    def test_may_be_csv_that_was_taken_in_and_away(self, made):
        """It was read by other rules, and is left alone."""
        place = made.folder / "store" / incoming_prefix("left")
        text = (place / "2024-03.parquet").with_suffix(".csv")
        text.write_text("row_id\nx\n")
        (place / "2024-03.parquet").unlink()
        intake(settings(made), store_of(made))
        text.unlink()
        assert became(added(made, person_table("yes/no", months=4)))[2] == "left alone"


class TestErasures:
    """Whose rows a full history still has."""

    def test_are_not_undone(self, made):
        """Neither as a correction nor as a further row; without them the history is there already."""
        said = evergreen("erase", "--key", "2024-02-0000007", "--reason", "asked", "-C", made.folder)
        assert said.status == 0, said.err
        table = person_table("yes/no", months=4)
        for wishes in ({}, {"replace": True}, {"append": True}):
            with pytest.raises(BadInput, match="2024-02: an erasure has taken rows out of it"):
                added(made, table, **wishes)
        assert became(added(made, table.drop(index=156))) == ["already"] * 3 + ["new"]

    def test_of_a_whole_period_are_not_undone(self, made, tmp_path):
        """What is left is a batch without rows."""
        keys = tmp_path / "keys"
        keys.write_text("".join(f"2024-03-{one:07d}\n" for one in range(1, 151)))
        assert evergreen("erase", "--key-file", keys, "--reason", "asked", "-C", made.folder).status == 0
        with pytest.raises(BadInput, match="2024-03: an erasure has taken rows out of it"):
            added(made, person_table("yes/no", months=4))
