"""The OR-Library's files of portfolio problems (Chang et al. 2000): means, deviations and correlations, no rows.

A line with the number of assets; for each a line of mean and standard deviation of its weekly returns; then for each
pair a line `i j correlation`, counted from 1.
"""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.data.errors import UnreadableData
from tallystick.platform.data.text import Text

Floats = NDArray[np.float64]
WEEKS = 52.0
REMEDY = "Download it again; each pair of assets stands once, as `i j correlation`."


@dataclass(frozen=True, eq=False, slots=True)
class Port:
    """Means (n,) and covariance (n, n) of weekly returns."""

    title: str
    names: tuple[str, ...]
    mean: Floats
    covariance: Floats


def is_port(text: Text) -> bool:
    """Whether a text begins like one: a whole number alone in its line, then lines of two numbers."""
    lines = text.data[:4096].split(b"\n", 3)
    pair = re.compile(rb"\s*\S+\s+\S+\s*", re.ASCII)
    return len(lines) == 4 and lines[0].strip().isdigit() and all(pair.fullmatch(line) for line in lines[1:3])


def port_of(text: Text) -> Port:
    """The problem in a text that begins like one. Raises `UnreadableData` for one that does not go on like that."""
    words = text.data.split()
    try:
        numbers = np.array([word.decode("ascii") for word in words], dtype=np.float64)
    except ValueError as error:
        raise UnreadableData(f"{text.title}: {error}.", REMEDY) from error
    n = int(numbers[0])
    pairs = numbers[1 + 2 * n :]
    if n < 1 or len(numbers) < 1 + 2 * n or len(pairs) % 3:
        raise UnreadableData(f"{text.title} breaks off: {len(numbers):,} numbers for {n} assets.", REMEDY)
    mean, deviation = numbers[1 : 1 + 2 * n].reshape(n, 2).T
    first, second = (pairs[place::3].astype(np.int64) - 1 for place in (0, 1))
    inside = (first >= 0) & (first < n) & (second >= 0) & (second < n)
    correlation = np.full((n, n), np.nan)
    correlation[first[inside], second[inside]] = correlation[second[inside], first[inside]] = pairs[2::3][inside]
    if not inside.all() or not np.isfinite(numbers).all() or np.isnan(correlation).any():
        missing = int(np.isnan(correlation).sum())
        raise UnreadableData(f"{text.title}: {missing:,} correlations are missing or name no asset.", REMEDY)
    names = tuple(f"asset {place}" for place in range(1, n + 1))
    return Port(text.title, names, mean.copy(), correlation * np.outer(deviation, deviation))
