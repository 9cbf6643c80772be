"""Parts of a batch that are checked each by itself, at the same time: columns that are not asked together."""

from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_Found = TypeVar("_Found")


def parts(columns: Iterable[str], together: Iterable[Collection[str]]) -> list[list[str]]:
    """Each column in one part, and columns that are asked for together in the same, in order of the first."""
    found = [[column] for column in dict.fromkeys(columns)]
    for names in together:
        joined = [part for part in found if not set(part).isdisjoint(names)]
        for part in joined[1:]:
            joined[0].extend(part)
            found.remove(part)
    return found


def in_order(
    ask: Callable[[list[str]], _Found],
    asked: list[list[str]],
    threads: int,
    first: Callable[[list[str]], bool],
) -> list[_Found]:
    """The answers in the order of `asked`; so many threads ask, beginning with those that are `first`.

    Raises what the first of `asked` raised, whichever failed earlier.
    """
    with ThreadPoolExecutor(threads) as pool:
        begun = sorted(range(len(asked)), key=lambda at: not first(asked[at]))
        answers = {at: pool.submit(ask, asked[at]) for at in begun}
        try:
            return [answers[at].result() for at in range(len(asked))]
        finally:
            for answer in answers.values():
                answer.cancel()
