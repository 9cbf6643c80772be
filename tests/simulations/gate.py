"""From a world's rows to a decision, by the product's own evaluation and contract."""

import numpy as np
import pandas as pd
from data_factories import contender, small_params
from numpy.random import Generator
from simulations.damages import COSTS
from simulations.draws import Draws, Layout
from simulations.worlds import COLUMN, World

from tasks.decide.decision import Decision, decide
from tasks.documents import digest
from tasks.evaluate.comparison import Comparison
from tasks.evaluate.findings import Evidence, Look, Measurements
from tasks.evaluate.step import compare
from tasks.params import Contract, Params

FAST = Measurements(
    one_row_p50_ms=1,
    one_row_p95_ms=2,
    one_row_calls=200,
    batch_rows_per_second=1e6,
    model_bytes=50_000,
    training_seconds=600,
)
PERIODS = ("2024-02",)


def decided(
    world: World, contract: Contract, layout: Layout, rng: Generator, measurements: Measurements = FAST
) -> Decision:
    """The decision on one sample of the world."""
    evidence = evaluated(world, contract, layout, rng)
    return decide(evidence, contract, look_of(evidence, contract), "small", 4, measurements)


def evaluated(world: World, contract: Contract, layout: Layout, rng: Generator) -> Evidence:
    """All evidence on one sample of the world."""
    seen = Draws(world, layout).draw(rng)
    challenger, champion = (
        contender(
            name,
            said.probabilities.tolist(),
            base_rate=world.base_rate,
            threshold=world.threshold,
            sets=said.sets,
        )
        for name, said in (("challenger", seen.challenger), ("champion", seen.champion or seen.baseline))
    )
    return compare(frame_of(seen), challenger, champion, params_of(contract), PERIODS)


def frame_of(seen: Comparison) -> pd.DataFrame:
    """The holdout's rows as `prepare` leaves them: one minute apart, each cluster a day."""
    start = pd.Timestamp("2024-02-01", tz="UTC")
    return pd.DataFrame(
        {
            "event_time": start + pd.to_timedelta(np.arange(len(seen.labels)), unit="min"),
            "day": seen.clusters,
            "label": seen.labels.astype(np.int8),
            COLUMN: seen.columns[COLUMN],
            "x": 0.0,
        }
    )


def params_of(contract: Contract) -> Params:
    """The small model's parameters, with the worlds' money and this contract."""
    params = small_params()
    evaluate = params.evaluate.model_copy(update={"costs": COSTS})
    return params.model_copy(update={"contract": contract, "evaluate": evaluate})


def look_of(evidence: Evidence, contract: Contract) -> Look:
    """The look that this evidence came of."""
    return Look(
        look=digest(b"look"),
        periods=evidence.holdout,
        challenger=evidence.challenger,
        champion=evidence.champion,
        contract=contract.hash,
        drill=evidence.drill,
        ordinal=1,
        budget=contract.looks_per_holdout,
    )
