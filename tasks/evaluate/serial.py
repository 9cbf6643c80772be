"""Whether neighbouring clusters move together: days that follow each other share their weather too. Pure."""

import numpy as np

from tasks.evaluate.clusters import numbered
from tasks.evaluate.evidence import Codes, Floats
from tasks.evaluate.findings import Serial

LAGS = 3
_ROUNDING = 1e-14
_FEWEST = 2 * (LAGS + 1)


def serial(values: Floats, clusters: Codes) -> Serial | None:
    """Lag-one correlation of cluster sums, and the widening of an interval that allows for `LAGS` lags.

    `values` (n,), `clusters` (n,) codes in the order of time. With u_g the sum of values less their mean
    over cluster g and rho_l = sum_g u_g u_(g+l) / sum_g u_g^2, the widening is the square root of
    1 + 2 sum_l (1 - l / (LAGS + 1)) rho_l. None for fewer than eight clusters or without variation.
    """
    scale = float(np.abs(values).max(initial=0.0)) or 1.0
    scaled = values / scale
    sums = np.bincount(numbered(clusters)[0], scaled - scaled.mean())
    power = float(np.square(sums).sum())
    # What is left of a constant is rounding.
    if len(sums) < _FEWEST or not np.isfinite(power) or power <= (_ROUNDING * len(values)) ** 2:
        return None
    lagged = [float((sums[lag:] * sums[:-lag]).sum()) / power for lag in range(1, LAGS + 1)]
    weights = [1 - lag / (LAGS + 1) for lag in range(1, LAGS + 1)]
    inflated = 1 + 2 * sum(weight * one for weight, one in zip(weights, lagged, strict=True))
    return Serial(lag_one=lagged[0], widening=float(np.sqrt(max(inflated, 0.0))))
