"""Indices made from a seed by a factor model, and every support of a small one, solved one by one."""

from itertools import combinations
from typing import Any

import numpy as np

from tallystick.quantum.classical.cardinality import CardinalityProblem
from tallystick.quantum.classical.swap import polished


def index(size: int, seed: int, k: int, **more: Any) -> CardinalityProblem:
    """Factors, sectors and noise of 290 weeks; 98 % on the variance, buy-in of 1 %."""
    drawn = np.random.default_rng(seed)
    loads = drawn.normal(0.0, 0.3, (size, 6))
    loads[:, 0] = drawn.uniform(0.5, 1.5, size)
    sector = drawn.integers(0, 12, size)
    weeks = drawn.normal(0.0, 0.02, (290, 6)) @ loads.T + drawn.normal(0.0, 0.015, (290, 12))[:, sector]
    weeks += drawn.normal(size=(290, size)) * drawn.uniform(0.015, 0.05, size) + drawn.normal(0.002, 0.002, size)
    covariance = np.cov(weeks.T)
    parts: dict[str, Any] = {
        "quadratic": 0.98 * (covariance + covariance.T) / 2.0,
        "linear": 0.02 * weeks.mean(axis=0),
        "k": k,
        "lower": np.full(size, 0.01),
        "upper": np.ones(size),
    }
    return CardinalityProblem(**(parts | more))


def least_of_all(problem: CardinalityProblem) -> float:
    """The optimum, by solving every support that the counts allow."""
    best = np.inf
    counts, low, high = problem.counts
    for number in range(max(problem.least, 1), problem.k + 1):
        for support in combinations(range(problem.size), number):
            held = counts[:, support].sum(axis=1)
            found = polished(problem, support) if np.all((held >= low) & (held <= high)) else None
            best = min(best, np.inf if found is None else found.objective)
    return best
