"""How alike the labels of one cluster are, and what that costs. Pure."""

import numpy as np

from tasks.evaluate.clusters import numbered
from tasks.evaluate.evidence import Codes, Floats


def label_correlation(labels: Floats, clusters: Codes) -> float:
    """How alike labels (n,) of one cluster are: their intra-cluster correlation, from 0 to 1.

    The estimator of the analysis of variance: with G clusters of n_g of N rows, mean squares B between
    and W within them, and n0 = (N - sum n_g^2 / N) / (G - 1),

        (B - W) / (B + (n0 - 1) W),

    taken for 0 where it is negative, or where no cluster has two rows. Source: Donner, "A review of
    inference procedures for the intraclass correlation coefficient in the one-way random effects model",
    International Statistical Review 54 (1986); of labels, Ridout, Demetrio & Firth, Biometrics 55 (1999).
    """
    codes, sizes = numbered(clusters)
    rows, groups = len(labels), len(sizes)
    if groups < 2 or rows == groups:  # noqa: PLR2004 - neither between nor within is there
        return 0.0
    means = np.bincount(codes, labels) / sizes
    between = float((sizes * np.square(means - labels.mean())).sum()) / (groups - 1)
    within = float(np.square(labels - means[codes]).sum()) / (rows - groups)
    usual = (rows - float(np.square(sizes).sum()) / rows) / (groups - 1)
    whole = between + (usual - 1) * within
    return max((between - within) / whole, 0.0) if whole > 0 else 0.0


def design_effect(sizes: Codes, correlation: float) -> float:
    """By what the variance of a mean grows because rows come in clusters of these sizes (G,).

    sum_g (n_g + n_g (n_g - 1) r) / N = 1 + (sum n_g^2 / N - 1) r: with equal clusters Kish's, Survey
    Sampling (1965), section 5.4.
    """
    return 1 + (float(np.square(sizes).sum()) / float(sizes.sum()) - 1) * correlation
