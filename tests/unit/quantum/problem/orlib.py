"""The OR-Library's portfolios, where they are: `TALLYSTICK_ORLIB`, or ../shared/data/orlib beside the repository."""

import os
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FOLDER = Path(os.environ.get("TALLYSTICK_ORLIB", Path(__file__).parents[5] / "shared/data/orlib"))


def portfolio(number: int) -> tuple[Floats, Floats]:
    """Expected returns (n,) and covariance (n, n) of port1, port2, ..."""
    words = _words(f"port{number}.txt")
    n = int(words[0])
    returns, deviations = np.array(words[1 : 1 + 2 * n], dtype=float).reshape(n, 2).T
    correlation = np.eye(n)
    for row, column, value in np.array(words[1 + 2 * n :], dtype=float).reshape(-1, 3):
        correlation[int(row) - 1, int(column) - 1] = correlation[int(column) - 1, int(row) - 1] = value
    return returns, correlation * np.outer(deviations, deviations)


def frontier(number: int) -> tuple[Floats, Floats]:
    """Returns (2000,) and variances (2000,) of the published unconstrained frontier."""
    returns, variances = np.array(_words(f"portef{number}.txt"), dtype=float).reshape(-1, 2).T
    return returns, variances


def _words(name: str) -> list[str]:
    path = FOLDER / name
    if not path.is_file():
        pytest.skip(f"{path} is not there: set TALLYSTICK_ORLIB to a folder with the OR-Library's files")
    return path.read_text(encoding="ascii").split()
