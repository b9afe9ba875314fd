"""Hierarchical risk parity, a baseline without expected returns or inverses (Lopez de Prado 2016).

Assets are clustered by correlation (single linkage of Euclidean distances between columns of distances), ordered as
the leaves of the tree, and the weight is split by halves, each share inverse to the variance of its half.
"""

import numpy as np
from numpy.typing import ArrayLike

from tallystick.quantum.arrays import Floats
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem import checks


def hierarchical_risk_parity(covariance: ArrayLike) -> Floats:
    """Weights (n,) that sum to 1, none below 0; of two clusters equally near the one of lower positions joins first."""
    matrix = np.asarray(covariance, dtype=np.float64)
    sigma = checks.covariance(matrix, len(matrix))
    variances = np.diag(sigma)
    if not np.all(variances > 0.0):
        message = f"asset {int(np.argmin(variances))} has no variance. Drop it, or hold it outside of the baseline"
        raise ProblemError(message)
    weights = np.ones(len(sigma))
    clusters = [quasi_diagonal(sigma)]
    while clusters:
        halves = [
            half for each in clusters if len(each) > 1 for half in (each[: len(each) // 2], each[len(each) // 2 :])
        ]
        for first, second in zip(halves[::2], halves[1::2], strict=True):
            one, two = _cluster_variance(sigma, first), _cluster_variance(sigma, second)
            share = 1.0 - one / (one + two)
            weights[first] *= share
            weights[second] *= 1.0 - share
        clusters = halves
    return np.asarray(weights / weights.sum())


def quasi_diagonal(covariance: Floats) -> list[int]:
    """The order of the assets as leaves of the tree, similar ones side by side."""
    deviations = np.sqrt(np.diag(covariance))
    correlation = np.clip(covariance / np.outer(deviations, deviations), -1.0, 1.0)
    distance = np.sqrt((1.0 - correlation) / 2.0)
    apart = np.array([np.sqrt(((distance - column) ** 2).sum(axis=1)) for column in distance])
    return _single_linkage(apart)


def _single_linkage(apart: Floats) -> list[int]:
    """Leaves of the single-linkage tree; the joined cluster that is older (a leaf, by position) stands on the left."""
    leaves = {each: [each] for each in range(len(apart))}
    distances = apart.copy()
    np.fill_diagonal(distances, np.inf)
    ages = np.arange(len(apart))
    for joined in range(len(apart), 2 * len(apart) - 1):
        row, column = (int(each) for each in np.unravel_index(int(distances.argmin()), distances.shape))
        left, right = (row, column) if ages[row] < ages[column] else (column, row)
        leaves[row] = leaves.pop(left) + leaves.pop(right)
        distances[row] = distances[:, row] = np.minimum(distances[row], distances[column])
        distances[row, row] = np.inf
        distances[column] = distances[:, column] = np.inf
        ages[row] = joined
    return next(iter(leaves.values()))


def _cluster_variance(covariance: Floats, members: list[int]) -> float:
    """The variance of a cluster held in inverse proportion to variances."""
    part = covariance[np.ix_(members, members)]
    inverse = 1.0 / np.diag(part)
    weights = inverse / inverse.sum()
    return float(weights @ part @ weights)
