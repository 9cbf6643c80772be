"""Looks: one challenger meets one holdout, counted in the ledger before there is evidence."""

from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from operator import add
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from factories import PARAMS
from ledgers import CONTRACT, MODEL, Meddled, frozen, sha

from tasks.decide.contract import judge
from tasks.errors import Corrupt, StoreUnavailable
from tasks.evaluate.answers import Answers
from tasks.evaluate.clauses import clause_evidence
from tasks.evaluate.compare import cost_matrix, naive
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.findings import Look
from tasks.evaluate.look import HoldoutExhausted, refuse_if_exhausted, take_look
from tasks.ledger import Ledger, Looked
from tasks.params import parse_params
from tasks.store import Store, open_store


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with a contract."""
    return frozen(open_store(str(tmp_path)))


def due(asked: str) -> str:
    """When a fresh holdout is due."""
    return f"after {asked}"


def take(ledger: Ledger, name: str = "a", *periods: str, **changed: Any) -> Look:
    """Look with challenger `name` at `periods` (default: January)."""
    plain: dict[str, Any] = {
        "periods": periods or ("2024-01",),
        "challenger": sha(name),
        "champion": None,
        "contract": CONTRACT,
        "drill": False,
        "budget": 1,
        "due": due,
    }
    return take_look(ledger, **{**plain, **changed})


def looks(ledger: Ledger) -> list[str]:
    """The looks in the ledger, by challenger."""
    return [entry.body.challenger for entry, _ in ledger.entries() if isinstance(entry.body, Looked)]


class TestOneLook:
    """The same model, holdout, challenger, champion and contract, by any road or retry."""

    def test_is_in_the_ledger_before_it_is_returned(self, store: Store) -> None:
        """Whoever holds a look finds it there, undecided."""
        look = take(frozen(store))
        other = Ledger(store, MODEL)
        found = other.look(other.state(), look.look, look.periods)
        assert found is not None
        assert (found.periods, found.decision) == (("2024-01",), None)
        assert (look.ordinal, look.budget) == (1, 1)

    def test_again_is_the_same_one(self, ledger: Ledger) -> None:
        """A retry in another process spends nothing, and gets the very same document."""
        first = take(ledger)
        assert take(Ledger(ledger.store, MODEL)) == first
        assert looks(ledger) == [sha("a")]

    def test_after_a_lost_answer_is_the_same_one(self, ledger: Ledger) -> None:
        """The entry was written, the answer lost: the retry finds it."""

        def lost(operation: str, _: str, _data: bytes) -> None:
            if operation == "create":
                raise StoreUnavailable("no answer")

        with pytest.raises(StoreUnavailable):
            take(Ledger(Meddled(ledger.store, after=lost), MODEL))
        assert take(ledger).ordinal == 1
        assert looks(ledger) == [sha("a")]

    def test_by_two_roads_at_once_is_the_same_one(self, ledger: Ledger) -> None:
        """Eight at once with one challenger: one look, one ordinal."""
        with ThreadPoolExecutor(8) as pool:
            taken = set(pool.map(lambda _: take(Ledger(ledger.store, MODEL)), range(8)))
        assert len(taken) == 1
        assert looks(ledger) == [sha("a")]

    def test_does_not_depend_on_the_order_of_periods(self, ledger: Ledger) -> None:
        """A holdout is a set of periods."""
        one = take(ledger, "a", "2024-01", "2024-02")
        assert take(ledger, "a", "2024-02", "2024-01").look == one.look

    @pytest.mark.parametrize(
        "changed",
        [{"challenger": sha("b")}, {"champion": sha("c")}, {"contract": sha("d")}, {"periods": ("2024-02",)}],
        ids=lambda changed: next(iter(changed)),
    )
    def test_is_another_where_any_of_it_is(self, ledger: Ledger, changed: dict[str, Any]) -> None:
        """Each part of the tuple makes it another look."""
        assert take(ledger, budget=2).look != take(ledger, **{"budget": 2, **changed}).look
        assert len(looks(ledger)) == 2


class TestBudget:
    """A holdout that is asked too often lies."""

    def test_of_one_refuses_a_second_challenger(self, ledger: Ledger) -> None:
        """The message says which holdout, how often, and what comes next; nothing is appended."""
        take(ledger, "a")
        with pytest.raises(
            HoldoutExhausted, match="holdout 2024-01 has been looked at 1 of 1 times; a fresh"
        ):
            take(ledger, "b")
        assert looks(ledger) == [sha("a")]

    def test_of_one_still_lets_the_first_finish(self, ledger: Ledger) -> None:
        """The look that spent it may be taken up again at any time."""
        first = take(ledger, "a")
        with pytest.raises(HoldoutExhausted):
            take(ledger, "b")
        assert take(ledger, "a") == first

    def test_of_one_is_spent_by_one_of_two_at_once(self, ledger: Ledger) -> None:
        """Two challengers in a race for the last look: one has it, the other is refused."""

        def asked(name: str) -> str:
            try:
                take(Ledger(ledger.store, MODEL), name)
            except HoldoutExhausted:
                return "refused"
            return "taken"

        with ThreadPoolExecutor(6) as pool:
            told = list(pool.map(asked, "abcdef"))
        assert sorted(told) == ["refused"] * 5 + ["taken"]
        assert len(looks(ledger)) == 1

    def test_of_one_is_asked_again_at_each_retry(self, ledger: Ledger) -> None:
        """Budget that somebody else spent between the read and the entry is spent."""
        other = Ledger(ledger.store, MODEL)

        def overtaken(operation: str, _: str, _data: bytes) -> None:
            if operation == "create":
                take(other, "faster")

        with pytest.raises(HoldoutExhausted):
            take(Ledger(Meddled(ledger.store, before=overtaken), MODEL), "slower")
        assert looks(ledger) == [sha("faster")]

    def test_is_shared_by_holdouts_that_overlap(self, ledger: Ledger) -> None:
        """One common period is enough; revisions of it are still that period."""
        take(ledger, "a", "2024-01", "2024-02")
        for periods in (("2024-02",), ("2024-02", "2024-03"), ("2024-01", "2024-02")):
            with pytest.raises(HoldoutExhausted):
                take(ledger, "b", *periods)
        assert take(ledger, "b", "2024-03").ordinal == 1

    def test_is_not_renewed_by_another_contract_or_champion(self, ledger: Ledger) -> None:
        """What the holdout has told stays told, whatever is asked of it next."""
        take(ledger, "a")
        with pytest.raises(HoldoutExhausted):
            take(ledger, "a", contract=sha("another"))
        with pytest.raises(HoldoutExhausted):
            take(ledger, "a", champion=sha("another"))
        with pytest.raises(HoldoutExhausted):
            take(ledger, "a", contract=sha("another"), budget=2)

    def test_is_counted_by_ordinal(self, ledger: Ledger) -> None:
        """The first and the second of two; the third is refused."""
        assert [take(ledger, name, budget=2).ordinal for name in "ab"] == [1, 2]
        assert take(ledger, "a", budget=2).ordinal == 1
        with pytest.raises(HoldoutExhausted, match="2 of 2 times"):
            take(ledger, "c", budget=2)

    def test_says_when_a_fresh_one_is_due(self, ledger: Ledger) -> None:
        """After the newest period that was asked, not after the one that is wanted now."""
        take(ledger, "a", "2024-02", "2024-03")
        with pytest.raises(HoldoutExhausted, match=r"1 of 1 times; a fresh one is due after 2024-03"):
            take(ledger, "b", "2024-01", "2024-02")

    def test_can_be_asked_for_before_training(self, ledger: Ledger) -> None:
        """Whether another look would be allowed, without taking one."""

        def ask(period: str) -> None:
            state = ledger.state()
            refuse_if_exhausted(state, ledger.looks_at(state, (period,)), (period,), 1, due)

        ask("2024-01")
        take(ledger)
        with pytest.raises(HoldoutExhausted):
            ask("2024-01")
        ask("2024-02")


class TestOtherBudget:
    """A contract with another budget gives a holdout no more than it had: the shares of all looks add up."""

    @pytest.mark.parametrize("budget", [2, 3, 500])
    def test_that_is_larger_renews_nothing(self, ledger: Ledger, budget: int) -> None:
        """One look at the whole level, its numbers open, has spent the holdout for every contract."""
        take(ledger, "a")
        with pytest.raises(
            HoldoutExhausted,
            match=rf"^holdout 2024-01 has been looked at 1 time, which spent all of its level, and a look "
            rf"under this contract takes 1/{budget} of it; a fresh one is due after 2024-01$",
        ):
            take(ledger, "b", contract=sha("more looks"), budget=budget)
        assert looks(ledger) == [sha("a")]

    def test_that_is_smaller_takes_more_than_is_left(self, ledger: Ledger) -> None:
        """One look at a quarter of the level leaves three quarters, and one at the whole asks for more."""
        take(ledger, "a", budget=4)
        with pytest.raises(
            HoldoutExhausted, match=r"at 1 time, which spent 1/4 of its level, .* takes all of it; a fresh"
        ):
            take(ledger, "b", contract=sha("one look"))
        assert looks(ledger) == [sha("a")]

    def test_takes_what_is_left(self, ledger: Ledger) -> None:
        """Two looks at a quarter leave one at a half: it is the third of three, and there is no fourth."""
        assert [take(ledger, name, budget=4).allowed for name in "ab"] == [4, 4]
        third = take(ledger, "c", contract=sha("two looks"), budget=2)
        assert (third.ordinal, third.budget, third.allowed) == (3, 2, 3)
        for budget in (1, 2, 4, 500):
            with pytest.raises(HoldoutExhausted, match="3 times, which spent all of its level"):
                take(ledger, "d", contract=sha(str(budget)), budget=budget)

    def test_adds_up_exactly(self, ledger: Ledger) -> None:
        """Shares that are one whole, and more than that in floating point, are all to be had."""
        budgets = (2, 9, 9, 9, 6)
        # Not `sum`, which corrects its rounding from Python 3.12 on.
        assert reduce(add, (1 / one for one in budgets)) > 1
        for place, budget in enumerate(budgets):
            take(ledger, str(place), contract=sha(str(budget)), budget=budget)
        assert len(looks(ledger)) == 5

    def test_counts_where_holdouts_overlap(self, ledger: Ledger) -> None:
        """A period that was asked at the whole level spends every holdout that it is a part of."""
        take(ledger, "a", "2024-02")
        with pytest.raises(HoldoutExhausted):
            take(ledger, "b", "2024-01", "2024-02", budget=2)
        assert take(ledger, "b", "2024-01", budget=2).ordinal == 1

    def test_leaves_a_look_that_was_taken_as_it_was(self, ledger: Ledger) -> None:
        """Taken up again after others, a look is the same document."""
        first = take(ledger, "a", budget=4)
        second = take(ledger, "b", contract=sha("two looks"), budget=2)
        assert (second.ordinal, second.allowed) == (2, 2)
        assert take(ledger, "a", budget=4) == first
        assert take(ledger, "b", contract=sha("two looks"), budget=2) == second

    def test_keeps_a_drill_as_closed_as_the_looks_beside_it(self, ledger: Ledger) -> None:
        """A drill under a contract of one look opens no numbers of a holdout that may be asked again."""
        take(ledger, "a", budget=2)
        assert take(ledger, "drill", contract=sha("one look"), drill=True).budget == 2
        assert take(ledger, "drill", "2024-02", contract=sha("one look"), drill=True).budget == 1
        assert take(ledger, "b", budget=2).ordinal == 2


class TestRetired:
    """A holdout before the latest that was asked: its numbers are shown, so it is not asked again."""

    @pytest.mark.parametrize("again", [("2024-01",), ("2024-01", "2024-02")], ids=["alone", "with a later"])
    def test_is_refused_whatever_is_left(self, ledger: Ledger, again: tuple[str, ...]) -> None:
        """With four looks allowed and one or two taken; a fresh one is due after the latest."""
        for name, period in (("a", "2024-01"), ("b", "2024-02")):
            take(ledger, name, period, budget=4)
        with pytest.raises(
            HoldoutExhausted,
            match=rf"looked at {len(again)} of 4 times, and what was found is shown since a later one was "
            r"asked; a fresh one is due after 2024-02$",
        ):
            take(ledger, "c", *again, budget=4)
        assert take(ledger, "c", "2024-02", budget=4).ordinal == 2

    def test_is_so_by_no_drill(self, ledger: Ledger) -> None:
        """A drill at a later holdout retires none."""
        take(ledger, "a", budget=4)
        take(ledger, "drill", "2024-02", drill=True, budget=4)
        assert take(ledger, "b", budget=4).ordinal == 2

    def test_lets_a_look_that_was_taken_finish(self, ledger: Ledger) -> None:
        """What a crash left is found, and is the same document."""
        first = take(ledger, "a", budget=4)
        take(ledger, "b", "2024-02", budget=4)
        assert take(ledger, "a", budget=4) == first

    def test_that_was_never_asked_may_be(self, ledger: Ledger) -> None:
        """Nothing was found on it."""
        take(ledger, "a", "2024-02", budget=4)
        assert take(ledger, "b", budget=4).ordinal == 1


class TestDrill:
    """A challenger with shuffled labels can never be promoted, so it learns nothing that counts."""

    def test_spends_nothing(self, ledger: Ledger) -> None:
        """Before and after the budget is spent; it is in the ledger all the same."""
        assert take(ledger, "drill", drill=True).ordinal == 0
        assert take(ledger, "a").ordinal == 1
        assert take(ledger, "drill 2", drill=True).ordinal == 0
        assert looks(ledger) == [sha("drill"), sha("a"), sha("drill 2")]

    def test_does_not_become_a_look_that_counts(self, ledger: Ledger) -> None:
        """The same tuple once as a drill is a drill for ever: it cannot be turned into a decision."""
        take(ledger, "a", drill=True)
        with pytest.raises(Corrupt, match="was taken as a drill"):
            take(ledger, "a")


class TestLevel:
    """Each of two looks is at half the level (Bonferroni), in the evidence and in the verdict."""

    @pytest.mark.parametrize("budget", [1, 2])
    @pytest.mark.parametrize("clause", [0, 1, 2], ids=["baseline", "floor", "champion"])
    def test_is_divided_by_the_looks_that_are_allowed(self, budget: int, clause: int) -> None:
        """A clause of level 5% is judged at 5% / budget, and its interval is as wide as that asks."""
        contract = parse_params(PARAMS).contract.model_copy(update={"looks_per_holdout": budget})
        one = contract.clauses[clause]
        draw = np.random.default_rng(1)
        labels = (draw.random(600) < 0.4).astype(float)
        costs = cost_matrix(parse_params(PARAMS).evaluate.costs)
        seen = Comparison(
            labels=labels,
            clusters=np.repeat(np.arange(30), 20),
            costs=costs,
            challenger=Answers(np.clip(0.4 + 0.3 * (labels - 0.4) + draw.normal(0, 0.1, 600), 0.01, 0.99)),
            champion=Answers(np.full(600, 0.45)),
            baseline=naive(0.4, 600, costs),
            columns={},
            settings=parse_params(PARAMS).evaluate,
        )
        evidence = clause_evidence(one, contract, seen)
        assert evidence is not None
        asked = evidence.parts[0].interval
        assert asked.level == judge(one, contract, evidence).level == pytest.approx(0.05 / budget)
        single = clause_evidence(one, contract.model_copy(update={"looks_per_holdout": 1}), seen)
        assert single is not None
        plain = single.parts[0].interval
        assert plain.low is not None
        assert asked.low is not None
        assert (asked.low < plain.low) == (budget == 2)
