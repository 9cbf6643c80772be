"""Cases that know nothing of each other, on all the cores there are."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar
from unittest.mock import patch

Found = TypeVar("Found")


def spread(
    simulate: Callable[..., Found], cases: Sequence[tuple[object, ...]], tell: Callable[[str], None]
) -> Iterator[Found]:
    """What `simulate(*case)` finds for each of `cases`, in their order, whatever the number of cores.

    Each case brings its own seed. `tell` hears how many are done.
    """
    # One thread each: processes whose threads multiply small matrices would wait for each other.
    with (
        patch.dict(os.environ, {"OPENBLAS_NUM_THREADS": "1"}),
        ProcessPoolExecutor(mp_context=get_context("spawn")) as pool,
    ):
        running = [pool.submit(simulate, *case) for case in cases]
        for done, one in enumerate(running):
            tell(f"{done} of {len(running)} cases")
            yield one.result()
