"""What an append and a read cost does not grow with the log; what is older is found when it is asked for."""

from functools import cache

import pytest
from ledgers import CONTRACT, MODEL, Meddled, sha
from long_ledgers import Counting, cycle_bodies, laid, long_ledger, look, period

from tasks.errors import BadInput, Corrupt, StoreUnavailable
from tasks.ledger import Body, Champion, ContractFrozen, Decided, Ledger, Registered, RolledBack, State
from tasks.ledger.audit import audit
from tasks.ledger.looks import retired
from tasks.ledger.office import promotion_of, reigns
from tasks.ledger.sealed import sealed
from tasks.ledger.segments import KEPT
from tasks.promote import rollback

SIZES = (1_000, 20_000)


@pytest.fixture(scope="module", params=SIZES)
def long(request: pytest.FixtureRequest) -> tuple[Ledger, Counting]:
    """A ledger in full cycles, of a thousand entries and of several thousand."""
    return _long(request.param)


@pytest.fixture(scope="module")
def cycles() -> dict[int, list[tuple[str, int]]]:
    """Requests and bytes of one whole cycle by somebody who knows nothing yet, by the log's length."""
    return {size: _one_cycle(*_long(size)) for size in SIZES}


@pytest.fixture
def short() -> tuple[Ledger, Counting]:
    """60 cycles: looks in the fold, and in two segments."""
    return long_ledger(240)


@cache
def _made(size: int) -> Counting:
    return long_ledger(size)[1]


def _long(size: int) -> tuple[Ledger, Counting]:
    store = Counting(dict(_made(size).objects))
    return Ledger(store, MODEL), store


def _one_cycle(ledger: Ledger, store: Counting) -> list[tuple[str, int]]:
    state = ledger.state()
    before = state.champion.number if state.champion else None
    for body in cycle_bodies(100_000, state.number + 1, before):
        ledger.append(lambda _, body=body: body)  # type: ignore[misc]
    return [(operation, size) for operation, _, size in store.requests]


class TestCost:
    """Requests and bytes of a cycle: four entries, by somebody who knows nothing yet."""

    def test_in_requests_is_the_same_for_a_log_twenty_times_as_long(
        self, cycles: dict[int, list[tuple[str, int]]]
    ) -> None:
        """The same operations; a segment is one more in so many looks."""
        short, long = ([operation for operation, _ in cycles[size]] for size in SIZES)
        assert abs(len(short) - len(long)) <= 1
        assert len(long) <= 3 + 4 * 4 + 1

    def test_in_bytes_is_the_same(self, cycles: dict[int, list[tuple[str, int]]]) -> None:
        """Up to how many looks there are since the last segment; and never a hundred kilobytes."""
        short, long = (sum(size for _, size in cycles[size]) for size in SIZES)
        assert long < 2 * short
        assert long < 100_000

    def test_of_the_pointer_is_bounded(self, long: tuple[Ledger, Counting]) -> None:
        """It holds the newest looks and no others."""
        ledger, store = long
        assert KEPT <= len(ledger.state().looks) <= 2 * KEPT
        assert len(store.objects[ledger.caches.pointer_key]) < 300 * 2 * KEPT

    def test_of_asking_for_the_newest_holdout_is_no_request(self, long: tuple[Ledger, Counting]) -> None:
        """What a cycle asks before it looks: is this look known, and what was spent on the holdout."""
        ledger, store = long
        state = ledger.state()
        store.requests.clear()
        assert ledger.looks_at(state, (period(99_999),)) == ()
        assert ledger.look(state, sha("new"), (period(99_999),)) is None
        assert [one.look for one in ledger.looks_at(state, state.looks[-1].periods)] == [state.looks[-1].look]
        assert store.requests == []


class TestOldLooks:
    """Budget that was spent is spent, however long ago."""

    @pytest.mark.parametrize("cycle", [0, 1, KEPT - 1, KEPT, 2 * KEPT, 59])
    def test_are_counted_at_their_holdout(self, short: tuple[Ledger, Counting], cycle: int) -> None:
        """Each with its decision, by a reader that has the pointer alone."""
        ledger, _ = short
        found = ledger.looks_at(ledger.state(), (period(cycle),))
        assert [(one.look, one.decision) for one in found] == [
            (sha(f"look {cycle}"), sha(f"decision {cycle}"))
        ]
        assert ledger.look(ledger.state(), sha(f"look {cycle}"), (period(cycle),)) == found[0]

    def test_are_all_of_them(self, short: tuple[Ledger, Counting]) -> None:
        """Over all periods: every look once, in the order in which they were taken."""
        ledger, _ = short
        found = ledger.looks_at(ledger.state(), tuple(period(cycle) for cycle in range(60)))
        assert [one.look for one in found] == [sha(f"look {cycle}") for cycle in range(60)]

    def test_that_are_decided_late_keep_their_place_and_know_it(self) -> None:
        """A look that has moved out without a decision, and gets one."""
        store = Counting()
        ledger = Ledger(store, MODEL)
        state = _laid_all(ledger, store, [ContractFrozen(contract=CONTRACT, text="x"), *_looks(3 * KEPT)])
        assert state.archive is not None
        assert sha("look 0") not in {one.look for one in state.looks}
        late = cycle_bodies(0, state.number, None)[1:3]
        for body in late:
            state = laid(ledger, store, state, body)
        found = ledger.looks_at(state, tuple(period(cycle) for cycle in range(3 * KEPT)))
        assert [one.look for one in found] == [sha(f"look {cycle}") for cycle in range(3 * KEPT)]
        assert [one.decision for one in found][:2] == [sha("decision 0"), None]
        assert audit(ledger).wrong is None

    def test_know_their_share_of_the_level(self) -> None:
        """In a segment as in the fold."""
        store = Counting()
        ledger = Ledger(store, MODEL)
        shares = [
            one.model_copy(update={"shared_by": 2 + place}) for place, one in enumerate(_looks(3 * KEPT))
        ]
        state = _laid_all(ledger, store, [ContractFrozen(contract=CONTRACT, text="x"), *shares])
        found = ledger.looks_at(state, tuple(period(cycle) for cycle in range(3 * KEPT)))
        assert [one.shared_by for one in found] == [2 + cycle for cycle in range(3 * KEPT)]
        assert audit(ledger).wrong is None

    def test_of_drills_at_one_holdout_do_not_hide_a_real_one(self) -> None:
        """However many drills came after it, the budget is spent."""
        store = Counting()
        ledger = Ledger(store, MODEL)
        real = look(0)
        drills = [
            look(cycle, drill=True).model_copy(update={"periods": real.periods})
            for cycle in range(1, 3 * KEPT)
        ]
        state = _laid_all(ledger, store, [ContractFrozen(contract=CONTRACT, text="x"), real, *drills])
        assert [one.look for one in ledger.looks_at(state, real.periods)] == [real.look]

    @pytest.mark.parametrize("cycle", [0, 30, 58, 59])
    def test_tell_which_holdouts_have_retired(self, short: tuple[Ledger, Counting], cycle: int) -> None:
        """All before the latest that was asked."""
        assert retired(short[0].state(), (period(cycle),)) == (cycle < 59)


class TestSegments:
    """Caches of the log: content under its hash, made again where it is of no use."""

    @pytest.mark.parametrize("content", [None, b"", b"{}"], ids=["lost", "empty", "other"])
    def test_that_are_of_no_use_are_read_from_the_log(
        self, short: tuple[Ledger, Counting], content: bytes | None
    ) -> None:
        """The looks are the same ones."""
        ledger, store = short
        segments = [key for key in store.objects if key.startswith("segments/")]
        assert len(segments) == 2
        for key in segments:
            store.objects.pop(key)
            if content is not None:
                store.objects[key] = content
        found = ledger.looks_at(ledger.state(), (period(0),))
        assert [one.look for one in found] == [sha("look 0")]

    def test_come_back_with_the_next_append(self, short: tuple[Ledger, Counting]) -> None:
        """Whoever had to read the log for them writes them."""
        ledger, store = short
        segments = {key: data for key, data in store.objects.items() if key.startswith("segments/")}
        for key in segments:
            del store.objects[key]
        ledger.looks_at(ledger.state(), (period(0),))
        ledger.append(lambda _: look(60))
        assert {key: store.objects[key] for key in segments} == segments

    def test_come_before_the_pointer_that_names_them(self) -> None:
        """Where a segment cannot be written, the pointer stays as it was, and the next writer does both."""
        ledger, store = long_ledger(0)
        for cycle in range(2 * KEPT):
            ledger.append(lambda _, cycle=cycle: look(cycle))  # type: ignore[misc]
        before = store.objects[ledger.caches.pointer_key]

        def down(operation: str, key: str, _: bytes) -> None:
            if operation == "put" and key.startswith("segments/"):
                raise StoreUnavailable(f"{key}: down")

        Ledger(Meddled(store, before=down), MODEL).append(lambda _: look(2 * KEPT))
        assert store.objects[ledger.caches.pointer_key] == before
        Ledger(store, MODEL).append(lambda _: look(2 * KEPT + 1))
        assert len([key for key in store.objects if key.startswith("segments/")]) == 1
        told = ledger.caches.told(ledger.caches.pointer_key)
        assert told == Ledger(store, MODEL).state()

    def test_that_no_log_leads_to_are_refused(self, short: tuple[Ledger, Counting]) -> None:
        """A pointer that names looks which never were: the message says what to delete."""
        ledger, store = short
        state = ledger.state()
        assert state.archive is not None
        forged = state.model_copy(update={"archive": state.archive.model_copy(update={"sha256": sha("x")})})
        store.objects[ledger.caches.pointer_key] = sealed(forged)
        other = Ledger(store, MODEL)
        with pytest.raises(Corrupt, match=rf"Delete {ledger.caches.pointer_key}"):
            other.looks_at(other.state(), (period(0),))
        assert "says otherwise than the log" in str(audit(other).wrong)

    def test_are_the_same_by_whatever_road(self, short: tuple[Ledger, Counting]) -> None:
        """With pointer, or folded from the first entry: one state."""
        ledger, store = short
        with_pointer = ledger.state()
        del store.objects[ledger.caches.pointer_key]
        assert Ledger(store, MODEL).state() == with_pointer


class TestOldChampions:
    """They are found by the entries themselves."""

    def test_return_by_their_entry(self, short: tuple[Ledger, Counting]) -> None:
        """The fold takes a rollback to any of them, and no other."""
        ledger, _ = short
        first = list(reigns(ledger.state(), ledger))[-1]
        assert first == Champion(number=5, registered=3, candidate=sha("0"))
        state = ledger.append(lambda now: _back(now, first))
        assert state.champion is not None
        assert state.champion.candidate == sha("0")
        with pytest.raises(Corrupt, match="put no such champion in office"):
            ledger.append(lambda now: _back(now, first.model_copy(update={"candidate": sha("1")})))
        with pytest.raises(Corrupt, match="put no such champion in office"):
            ledger.append(lambda now: _back(now, first.model_copy(update={"number": 4})))
        with pytest.raises(Corrupt, match="put no such champion in office"):
            ledger.append(lambda now: _back(now, first.model_copy(update={"number": now.number + 1})))
        assert audit(Ledger(ledger.store, MODEL)).entries == state.number

    def test_that_never_were_are_refused_with_the_newest_ones(self, short: tuple[Ledger, Counting]) -> None:
        """Ten by number, and that there are more."""
        with pytest.raises(BadInput, match=r"these did: 205, .*, 241, and earlier ones"):
            rollback(short[0], to=4, reason="x")
        with pytest.raises(BadInput, match="entry 999 put no champion in office"):
            rollback(short[0], to=999, reason="x")

    def test_tell_of_each_decision_what_promoted_it(self, short: tuple[Ledger, Counting]) -> None:
        """The entry after it; of one that was overtaken, none."""
        ledger, store = short
        state = ledger.state()
        assert [promotion_of(state, number, ledger) for number in (4, 120, 240)] == [5, 121, 241]
        kept = [one for one in cycle_bodies(60, state.number, 241) if isinstance(one, Registered | Decided)]
        for body in [*kept, *cycle_bodies(61, state.number + 3, 241)]:
            state = laid(ledger, store, state, body)
        assert promotion_of(state, 243, ledger) is None


def _looks(count: int) -> list[Body]:
    return [look(cycle) for cycle in range(count)]


def _laid_all(ledger: Ledger, store: Counting, bodies: list[Body]) -> State:
    state = State()
    for body in bodies:
        state = laid(ledger, store, state, body)
    return state


def _back(state: State, to: Champion) -> RolledBack:
    before = state.champion.number if state.champion else 0
    named = {"registered": to.registered, "candidate": to.candidate}
    return RolledBack(to=to.number, before=before, reason="a test", **named)
