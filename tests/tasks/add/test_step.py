"""The second month: a table of the first's form is cut as the first was, and delivered where intake looks."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from commands import evergreen
from hypothesis import given, settings
from hypothesis import strategies as st
from table_factories import (
    added,
    batch,
    became,
    begun,
    copied,
    csv_file,
    delivered_bytes,
    four_months,
    person_table,
)

from tasks.add import Wishes, add
from tasks.errors import BadInput, Conflict, StoreUnavailable
from tasks.store.directory import DirectoryStore

HISTORIES = st.fixed_dictionaries(
    {
        "label": st.sampled_from(("0/1", "yes/no", "number", "classes")),
        "first": st.integers(2, 3),
        "more": st.integers(1, 2),
        "seed": st.integers(0, 99),
        "parquet": st.booleans(),
        "period": st.sampled_from(["month", "day"]),
        "known_after": st.sampled_from([0, 20]),
        "zone": st.sampled_from(["UTC", "Europe/Berlin", "America/New_York"]),
    }
)
"""A table of so many months, and how it is cut."""


class Died(BaseException):
    """Ends a command as a kill would."""


def _killed_at(patch, write, *, after):
    """The store's write of this number, from 0, is the last that happens, or the first that does not."""
    done = []

    def dying(call):
        def written(store, key, data, **condition):
            if len(done) == write and not after:
                raise Died
            call(store, key, data, **condition)
            done.append(key)
            if len(done) == write + 1 and after:
                raise Died

        return written

    for name in ("create", "replace"):
        patch.setattr(DirectoryStore, name, dying(getattr(DirectoryStore, name)))


def assert_as_at_once(root, *, label, first, more, seed, parquet, **said):
    """The first months and then all of them give the files of all at once."""
    whole = person_table(label, months=first + more, rows=60, seed=seed)
    said["leave_out"] = ("note",)

    def written(name, frame):
        (root / name).mkdir()
        if not parquet:
            return csv_file(root / name / "data.csv", frame)
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), root / name / "data.parquet")
        return root / name / "data.parquet"

    once = written("once", whole)
    at_once, later = (
        begun(root / "once", once, **said),
        begun(root / "later", written("later", whole[: 60 * first]), **said),
    )
    found = became(added(later, once))
    assert {period: found[period] for period in later.periods} == dict.fromkeys(later.periods, "already")
    assert {found[period] for period in found.keys() - later.periods.keys()} == {"new"}
    assert delivered_bytes(later) == delivered_bytes(at_once)


class TestTheWholeHistoryAgain:
    """A longer table: only what is new goes."""

    @settings(max_examples=4)
    @given(history=HISTORIES)
    def test_gives_the_files_that_a_first_table_would(self, tmp_path_factory, history):
        """Byte by byte: months 1 to n and then all to n + k are like all at once."""
        assert_as_at_once(tmp_path_factory.mktemp("add"), **history)

    @pytest.mark.long
    @settings(max_examples=80)
    @given(history=HISTORIES)
    def test_gives_them_whatever_the_table(self, tmp_path_factory, history):
        """The same, of many more tables."""
        assert_as_at_once(tmp_path_factory.mktemp("add"), **history)

    def test_says_what_is_there_already_in_whatever_order(self, made):
        """Rows without an id of their own are told by what they hold; a second time nothing is written."""
        before = delivered_bytes(made)
        assert became(added(made, four_months().sample(frac=1, random_state=1))) == {
            "2024-01": "already", "2024-02": "already", "2024-03": "already", "2024-04": "new"
        }  # fmt: skip
        after = delivered_bytes(made)
        assert {one: after[one] for one in before} == before
        assert not added(made, four_months()).written
        assert delivered_bytes(made) == after

    def test_may_be_tried(self, made):
        """A dry run says the same and writes nothing."""
        before = delivered_bytes(made)
        assert became(added(made, four_months(), dry_run=True))["2024-04"] == "new"
        assert delivered_bytes(made) == before

    def test_leaves_newest_months_until_a_row_has_a_label(self, made):
        """As the first time; one that is older than what is there goes all the same."""
        four = four_months()
        four.loc[450:, "left"] = None
        assert became(added(made, four))["2024-04"] == "no label yet"
        (made.folder / "store" / "incoming" / "left" / "2024-02.parquet").unlink()
        four.loc[150:299, "left"] = None
        assert became(added(made, four))["2024-02"] == "new"

    def test_says_when_a_month_is_not_over(self, made):
        """It would be judged on as it is; one that has not begun is left alone by runs."""
        today = datetime.now(UTC)
        late = four_months()[450:452].assign(asked=[f"{today:%Y-%m-%d}", f"{today.year + 1}-12-01"])
        first, second = added(made, late).notes
        assert first.startswith(f"{today:%Y-%m} is not over yet, and would be judged on")
        assert second == f"{today.year + 1}-12 has not begun yet: runs leave it alone until it has"

    def test_may_come_as_the_new_month_alone(self, made):
        """Whose labels are all of one kind, and whose numbers a program wrote with a point."""
        assert became(added(made, four_months(left="no")[450:])) == {"2024-04": "new"}
        assert batch(made, "2024-04")["left"].tolist() == [0] * 150

    def test_may_have_whole_numbers_with_a_point(self, tmp_path):
        """A column of 0 and 1 in which some are missing now is written as 1.0 by many programs."""
        whole = person_table("0/1", months=2)
        made = begun(tmp_path, whole[:150])
        whole["left"] = whole["left"].astype(float)
        whole.loc[299, "left"] = None
        assert became(added(made, whole)) == {"2024-01": "already", "2024-02": "new"}
        assert batch(made, "2024-02")["left"].isna().sum() == 1


class TestOthers:
    """Who deliver at the same time, and crashes."""

    def test_of_a_period_that_somebody_else_delivers(self, made):
        """Between the check and the write: nothing of theirs is lost, and the same again goes on."""
        place = made.folder / "store" / "incoming" / "left" / "2024-04.parquet"
        path = csv_file(made.folder.parent / "more.csv", four_months())

        def meanwhile(said):
            if said.startswith("delivering"):
                place.write_bytes(b"theirs")

        with pytest.raises(Conflict, match="somebody else delivered it meanwhile; 0 of 1 periods"):
            add([path], made.folder, Wishes(), meanwhile, dry_run=False)
        assert place.read_bytes() == b"theirs"
        with pytest.raises(BadInput, match="2024-04: what was delivered is no readable Parquet"):
            added(made, four_months())

    def test_leave_what_the_same_command_finishes(self, made):
        """Stopped between two periods: the first is there, and the second goes the next time."""
        (made.folder / "store" / "incoming" / "left" / "2024-02.parquet").unlink()
        path = csv_file(made.folder.parent / "more.csv", four_months())

        def stopped(said):
            if said == "delivering 2024-04":
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            add([path], made.folder, Wishes(), stopped, dry_run=False)
        assert list(became(added(made, path)).values()) == ["already", "already", "already", "new"]

    @pytest.mark.parametrize("after", [False, True])
    @pytest.mark.parametrize("write", [0, 1, 2])
    def test_who_are_killed_at_any_write_lose_nothing(self, made, monkeypatch, write, after):
        """Before it or right after it: the same command finishes, as if nobody had killed it."""
        four = four_months()
        four.loc[[3, 160], "spend"] += 1
        path, whole = csv_file(made.folder.parent / "more.csv", four), copied(made, made.folder.parent / "2")
        added(whole, path, replace=True)
        with monkeypatch.context() as killed:
            _killed_at(killed, write, after=after)
            with pytest.raises(Died):
                added(made, path, replace=True)
        rest = added(made, path, replace=True)
        assert len(rest.written) == 3 - write - after
        assert delivered_bytes(made) == delivered_bytes(whole)

    @pytest.mark.parametrize("lie", ["nothing there", "the version before"])
    def test_of_whom_a_listing_tells_nothing_lose_nothing(self, made, monkeypatch, lie):
        """A listing is a hint: what lies there is told by the condition of the write."""
        four = four_months()
        listed = DirectoryStore.list
        old = list(listed(DirectoryStore(made.folder / "store"), "incoming/"))
        added(made, four[:149].assign(note="theirs"), replace=True, remove=True)
        theirs = delivered_bytes(made)
        late = [] if lie == "nothing there" else old
        monkeypatch.setattr(DirectoryStore, "list", lambda *_: iter(late))
        four.loc[3, "spend"] += 1
        with pytest.raises(Conflict):
            added(made, four, replace=True)
        assert delivered_bytes(made) == theirs

    def test_whose_answer_is_lost_have_delivered(self, made, monkeypatch):
        """The store wrote and could not say so: the same command finds it there."""
        create = DirectoryStore.create

        def silent(store, key, data):
            create(store, key, data)
            raise StoreUnavailable(key)

        with monkeypatch.context() as lost:
            lost.setattr(DirectoryStore, "create", silent)
            with pytest.raises(StoreUnavailable):
                added(made, four_months())
        assert set(became(added(made, four_months())).values()) == {"already"}

    def test_at_once_lose_no_row(self, made):
        """Four that append to one month at once: whoever is late is told, and succeeds when it repeats."""
        four = four_months()
        parts = [csv_file(made.folder.parent / f"{at}.csv", four[450 + at :: 4]) for at in range(4)]

        def deliver(path):
            late = 0
            while True:
                try:
                    add([path], made.folder, Wishes(append=True), lambda _: None, dry_run=False)
                except Conflict:
                    late += 1
                else:
                    return late

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(deliver, parts)) < 4 * 4
        rows = batch(made, "2024-04")
        assert sorted(rows["note"]) == sorted(pd.concat(map(pd.read_csv, parts))["note"])
        assert rows["row_id"].is_unique


class TestTheCommand:
    """What a person sees."""

    def test_tells_each_period_that_is_new_and_what_comes_next(self, made, monkeypatch):
        """Those that are there are told as a range."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        path = csv_file(made.folder.parent / "more.csv", four_months())
        said = evergreen("add", path, "-C", made.folder)
        assert said.status == 0, said.err
        assert "│ 2024-04 │ 150  │ 150      │ new │" in said.out
        assert "3 delivered already: 2024-01 to 2024-03" in said.out
        assert said.out.splitlines()[-1] == "  evergreen run"
        again = evergreen("add", path, "-C", made.folder, "--json").document
        assert {one["became"] for one in again["periods"]} == {"already"}

    @pytest.mark.long
    def test_leads_to_the_next_run(self, tmp_path, monkeypatch):
        """Run, add, run: the new month judges, and what was filled in is a correction that is told."""
        monkeypatch.delenv("EVERGREEN_STORE", raising=False)
        first = person_table("yes/no", months=4, rows=600)
        first.loc[1750:1799, "left"] = None
        made = begun(tmp_path, first[:1800])
        assert evergreen("run", "-C", made.folder, "--json").document["verdict"] == "promote"
        added(made, person_table("yes/no", months=4, rows=600), replace=True)
        said = evergreen("run", "-C", made.folder, "--json")
        assert said.document["verdict"] in ("keep", "undecided", "promote"), said.err
        status = evergreen("status", "-C", made.folder)
        assert "4 accepted, 2024-01 to 2024-04" in status.out
        assert "2024-03 is in revision 2 now" in said.err + said.out + status.out


@pytest.mark.long
@pytest.mark.real
def test_another_store_gets_all_of_it(made, s3_url, monkeypatch):
    """S3, in which nothing lies yet: all periods are new, then there already, then corrected."""
    monkeypatch.setenv("EVERGREEN_STORE", s3_url)
    assert set(became(added(made, four_months())).values()) == {"new"}
    four = four_months()
    four.loc[3, "spend"] += 1
    found = added(made, four, replace=True)
    assert became(found)["2024-01"] == "replaced"
    assert found.place.startswith(s3_url)
    assert set(became(added(made, four)).values()) == {"already"}
