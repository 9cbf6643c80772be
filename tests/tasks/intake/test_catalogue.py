"""The catalogue: every revision that ever arrived, and what became of it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ledgers import MODEL, Meddled, sha

from tasks.errors import Conflict, Corrupt
from tasks.intake import (
    Catalogue,
    Release,
    Revision,
    batch_bytes,
    bytes_key,
    read_catalogue,
    update_catalogue,
)
from tasks.intake import catalogue as module
from tasks.store import Object, Precondition, Store, open_store

RULES, OTHER = sha("rules"), sha("other rules")


@pytest.fixture
def local(tmp_path: Path) -> Store:
    """A directory store."""
    return open_store(str(tmp_path))


def incoming(period: str = "2024-01", content: str = "a", etag: str | None = None) -> Object:
    """A batch as a listing shows it."""
    key = f"incoming/{MODEL}/{period}.parquet"
    return Object(key, etag or sha(content), len(content), datetime(2024, 1, 1, tzinfo=UTC))


def arrived(*contents: str, period: str = "2024-01") -> Catalogue:
    """A catalogue after these contents of one period arrived, one after the other."""
    catalogue = Catalogue()
    for content in contents:
        catalogue = catalogue.with_arrival(period, sha(content), incoming(period, content), "now")
    return catalogue


def judged(catalogue: Catalogue, good: str = "", bad: str = "", rules: str = RULES) -> Catalogue:
    """After validation accepted the content `good` and blocked the content `bad`."""
    file = {one.sha256: one.file for one in catalogue.revisions}
    accepted = [file[sha(good)]] if good else []
    return catalogue.with_verdicts(accepted, {file[sha(bad)]: "2024-01: bad"} if bad else {}, rules)


def contents(revisions: tuple[Revision, ...]) -> list[str]:
    """What the revisions hold, in the one letter it was made from."""
    return [next(letter for letter in "abc" if sha(letter) == one.sha256) for one in revisions]


class TestArrival:
    """Content makes a revision; names, times and etags do not."""

    def test_of_other_content_is_a_revision(self) -> None:
        """Each content that differs from the newest is one more revision of its period."""
        catalogue = arrived("a", "b", "a")
        assert [one.revision for one in catalogue.revisions] == [1, 2, 3]
        assert contents(catalogue.revisions) == ["a", "b", "a"]

    def test_of_content_that_was_released_is_released(self) -> None:
        """A person's word is about content: it holds where the content comes back after another."""
        word = Release(rules=RULES, rows=3, reason="a real storm", actor="anna", time="now")
        first = arrived("a")
        catalogue = first.with_release(first.revisions[0], word)
        for content in "ba":
            catalogue = catalogue.with_arrival("2024-01", sha(content), incoming(content=content), "now")
        assert [one.release_under(RULES) for one in catalogue.revisions] == [word, None, word]

    def test_of_the_same_content_is_none(self) -> None:
        """The same bytes under another etag are handled, and are no revision."""
        again = incoming(content="a", etag="another")
        catalogue = arrived("a").with_arrival("2024-01", sha("a"), again, "later")
        assert len(catalogue.revisions) == 1
        assert catalogue.unhandled([again]) == []

    @given(st.lists(st.tuples(st.sampled_from(["2024-01", "2024-02"]), st.sampled_from("abc")), max_size=12))
    def test_counts_changes_of_content(self, arrivals: list[tuple[str, str]]) -> None:
        """By period: as many revisions as the content changed, numbered from 1; the newest is the last."""
        catalogue = Catalogue()
        for period, content in arrivals:
            one = incoming(period, content)
            catalogue = catalogue.with_arrival(period, sha(content), one, "now")
            assert catalogue.unhandled([one]) == []
        for period in {period for period, _ in arrivals}:
            of = [content for name, content in arrivals if name == period]
            changes = [content for n, content in enumerate(of) if n == 0 or of[n - 1] != content]
            revisions = tuple(one for one in catalogue.revisions if one.period == period)
            assert contents(revisions) == changes
            assert [one.revision for one in revisions] == list(range(1, len(changes) + 1))


class TestUsable:
    """What a cycle is made from: each period's newest revision that these rules have not blocked."""

    def test_is_the_newest_by_period(self) -> None:
        """In the order of periods, whatever the order of arrival."""
        catalogue = arrived("a", "b", period="2024-02")
        catalogue = catalogue.with_arrival("2024-01", sha("c"), incoming(content="c"), "now")
        assert contents(catalogue.usable(RULES)) == ["c", "b"]

    def test_is_an_earlier_one_where_the_newest_is_blocked(self) -> None:
        """A correction that is worse does not take the good one away."""
        catalogue = judged(judged(arrived("a"), good="a"), good="a").with_arrival(
            "2024-01", sha("b"), incoming(content="b"), "now"
        )
        assert contents(judged(catalogue, bad="b").usable(RULES)) == ["a"]

    def test_is_nothing_where_all_are_blocked(self) -> None:
        """A period whose only revision is blocked is left out."""
        assert judged(arrived("a"), bad="a").usable(RULES) == ()

    def test_is_asked_again_under_other_rules(self) -> None:
        """What other rules blocked is to be judged anew."""
        blocked = judged(arrived("a"), bad="a")
        assert contents(blocked.usable(OTHER)) == contents(blocked.pending(OTHER)) == ["a"]
        assert judged(blocked, good="a", rules=OTHER).revisions[0].reason is None

    def test_is_pending_until_accepted(self) -> None:
        """What is usable and not accepted waits."""
        assert contents(arrived("a").pending(RULES)) == ["a"]
        assert judged(arrived("a"), good="a").pending(RULES) == ()


class TestUpdate:
    """Compare and swap: nobody's change is lost."""

    def test_of_two_at_once_keeps_both(self, store: Store) -> None:
        """The slower one's change is made again, on what the faster one left."""

        def overtaken(operation: str, key: str, _: bytes) -> None:
            if operation in {"create", "replace"} and not meddled.calls.count(("get", key)) > 1:
                update_catalogue(store, MODEL, lambda now: now.with_arrival("2024-02", sha("b"), theirs, "x"))

        meddled, theirs = Meddled(store, before=overtaken), incoming("2024-02", "b")
        update_catalogue(meddled, MODEL, lambda now: now.with_arrival("2024-01", sha("a"), incoming(), "x"))
        assert sorted(contents(read_catalogue(store, MODEL).revisions)) == ["a", "b"]

    def test_that_changes_nothing_writes_nothing(self, local: Store) -> None:
        """A change that was made before costs one read."""
        meddled = Meddled(local)
        update_catalogue(meddled, MODEL, lambda now: now)
        assert [operation for operation, _ in meddled.calls] == ["get"]

    def test_gives_up_after_many_lost_races(self, local: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        """Others who always win are a conflict to be tried later, not an endless loop."""
        monkeypatch.setattr(module, "_ATTEMPTS", 3)

        def lost(operation: str, key: str, _: bytes) -> None:
            if operation == "create":
                raise Precondition(key)

        with pytest.raises(Conflict, match="3 others were faster"):
            update_catalogue(Meddled(local, before=lost), MODEL, lambda _: arrived("a"))

    @pytest.mark.parametrize("garbage", [b"", b"[]", b'{"revisions": 1}', b'{"more": 1}', b"[" * 100_000])
    def test_of_what_is_no_catalogue_is_refused(self, local: Store, garbage: bytes) -> None:
        """A damaged catalogue is named, and not taken for an empty one that would be written over it."""
        local.put(f"batches/{MODEL}/catalogue.json", garbage)
        with pytest.raises(Corrupt, match=r"catalogue\.json: not a document"):
            update_catalogue(local, MODEL, lambda _: arrived("a"))
        found = local.get(f"batches/{MODEL}/catalogue.json")
        assert found is not None
        assert found[0] == garbage


class TestBytes:
    """What the catalogue acknowledges, it can bring back."""

    def test_come_back_as_they_arrived(self, local: Store) -> None:
        """By their hash."""
        local.put(bytes_key(MODEL, sha("a")), b"a")
        assert batch_bytes(local, MODEL, arrived("a").revisions[0]) == b"a"

    @pytest.mark.parametrize(
        ("found", "message"),
        [(None, "expected revision 1 of 2024-01, found nothing"), (b"b", "not to its name")],
    )
    def test_that_are_gone_or_others_are_refused(
        self, local: Store, found: bytes | None, message: str
    ) -> None:
        """They are hashed again before anything is made of them."""
        if found is not None:
            local.put(bytes_key(MODEL, sha("a")), found)
        with pytest.raises(Corrupt, match=message):
            batch_bytes(local, MODEL, arrived("a").revisions[0])
