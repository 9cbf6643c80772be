"""What others' sample sizes come from: ease.ml/ci's, to be compared with.

Renggli et al., "Continuous integration of machine learning models with ease.ml/ci" (MLSys 2019).
"""

from math import log, log1p


def easeml_ci(
    *, disagreement: float, tolerance: float, unreliability: float, looks: int, adaptive: bool
) -> float:
    """Labels for n - o, new less old accuracy, to within `tolerance` where at most `disagreement` differ.

    Bennett's inequality for numbers in {-1, 0, 1} whose variance is at most p = `disagreement`,

        n = (ln m + ln(4 / unreliability)) / (p h(tolerance / p)),   h(u) = (1 + u) ln(1 + u) - u,

    both sides for each of two tests, the one that the disagreement is so small and the one on n - o. m is
    the number of looks; or, if who writes the next model is told whether the last one passed, 2^looks: as
    many histories of answers can be.
    """
    ratio = tolerance / disagreement
    bennett = (1 + ratio) * log1p(ratio) - ratio
    events = looks * log(2) if adaptive else log(looks)
    return (events + log(4 / unreliability)) / (disagreement * bennett)
