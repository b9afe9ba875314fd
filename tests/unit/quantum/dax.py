"""The first assets of the DAX (OR-Library): min 0.5 x'Sx - mu'x, scaled as QOKit does."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.quantum.diagonal import quadratic_diagonal
from tallystick.quantum.qaoa import Qaoa
from tallystick.quantum.subspace import Subspace

GOLDEN: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "golden/vectors/quantum/dax20.json").read_text(encoding="utf-8")
)


def dax(n: int, k: int) -> Qaoa:
    """Choose k of the first n assets."""
    mean, deviation = (np.array(GOLDEN[name])[:n] for name in ("mean", "deviation"))
    covariance = 0.5 * np.array(GOLDEN["correlation"])[:n, :n] * np.outer(deviation, deviation)
    field = mean - covariance.sum(axis=1)
    scale = 1.0 / np.sqrt(np.mean(covariance**2) + np.mean(field**2))
    space = Subspace(n, k)
    return Qaoa(space, quadratic_diagonal(space, scale * covariance, -scale * mean))
