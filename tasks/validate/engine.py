"""Expectations executed on Arrow record batches: the same results as Great Expectations, in one scan.

Great Expectations stays what a suite is written in and what its results look like. What this module
does not know (`tasks.validate.known`), Great Expectations itself is asked.
"""

from collections.abc import Iterator, Sequence

from tasks.validate.aside import Aside
from tasks.validate.counting import Counting
from tasks.validate.found import Expectation, Found, of_values, rows_between, without_nulls
from tasks.validate.known import NOT_NULL
from tasks.validate.names import OF_NAMES
from tasks.validate.parts import in_order, parts
from tasks.validate.tallies import Scan


def run(
    scan: Scan,
    suite: list[Expectation],
    aside: Aside | None = None,
    names: Sequence[str] = (),
    threads: int | None = None,
) -> Iterator[Found]:
    """The result of each expectation, in the suite's order; columns are read once, repeated ids twice.

    `aside` is told which rows break an expectation, by its number in the suite. `names` are all columns of
    the file, for expectations on which there are. With `threads` each column is read and checked by itself,
    so many at a time, and `scan` has to allow that; what is found depends on neither.
    """
    check = Counting(scan, suite, aside)
    if threads is None:
        counted = [check.count(check.columns)]
    else:
        apart = parts(check.columns, [one.columns for one in check.watches.values()]) or [[]]
        counted = in_order(check.count, apart, threads, check.takes_long)
    rows = counted[0][0]
    nulls = {column: count for _, found in counted for column, count in found.items()}
    for number, expectation in enumerate(suite):
        kind, arguments = expectation
        if kind in OF_NAMES:
            yield OF_NAMES[kind](expectation, names)
        elif number in check.watches:
            yield check.watches[number].found()
        elif number in check.tallies:
            tally = check.tallies[number]
            yield of_values(expectation, rows, nulls[arguments["column"]], tally.count, tally.examples)
        elif kind == NOT_NULL:
            yield without_nulls(expectation, rows, nulls[arguments["column"]])
        else:
            yield rows_between(expectation, rows)
