"""The OR-Library's files of portfolio problems (Chang et al. 2000): means, deviations and correlations, no rows.

A line with the number of assets; for each a line of mean and standard deviation of its weekly returns; then for each
pair a line `i j correlation`, counted from 1.
"""

import re
from dataclasses import dataclass

import numpy as np

from tallystick.market.arrays import Floats
from tallystick.platform.data.errors import UnreadableData
from tallystick.platform.data.text import Text

WEEKS = 52.0
ROUNDING = 1e-6
"""How far beyond 1 a correlation may be: files have six digits."""
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
    numbers = _numbers(text)
    n = int(numbers[0])
    pairs = numbers[1 + 2 * n :]
    if n < 1 or len(numbers) < 1 + 2 * n or len(pairs) % 3:
        raise UnreadableData(f"{text.title} breaks off: {len(numbers):,} numbers for {n} assets.", REMEDY)
    mean, deviation = numbers[1 : 1 + 2 * n].reshape(n, 2).T
    if (deviation < 0.0).any():
        place = int((deviation < 0.0).argmax())
        raise UnreadableData(f"{text.title}: asset {place + 1} has the deviation {deviation[place]:g}.", REMEDY)
    first, second = (pairs[place::3].astype(np.int64) - 1 for place in (0, 1))
    inside = (first >= 0) & (first < n) & (second >= 0) & (second < n)
    correlation = np.full((n, n), np.nan)
    correlation[first[inside], second[inside]] = correlation[second[inside], first[inside]] = pairs[2::3][inside]
    if not inside.all() or np.isnan(correlation).any():
        missing, strange = int(np.isnan(np.triu(correlation)).sum()), int((~inside).sum())
        what = f"{text.title}: {missing:,} correlations are missing, {strange:,} name no asset."
        raise UnreadableData(what, REMEDY)
    beyond = np.abs(correlation) > 1.0 + ROUNDING
    if beyond.any():
        one, other = np.argwhere(beyond)[0].tolist()
        what = f"{text.title}: the correlation of assets {one + 1} and {other + 1} is {correlation[one, other]:g}."
        raise UnreadableData(what, REMEDY)
    names = tuple(f"asset {place}" for place in range(1, n + 1))
    return Port(text.title, names, mean.copy(), correlation * np.outer(deviation, deviation))


def _numbers(text: Text) -> Floats:
    """Every number in order. Raises `UnreadableData` with the line of a word that is none, or not finite."""
    words = text.data.split()
    try:
        numbers = np.array([word.decode("ascii") for word in words], dtype=np.float64)
    except ValueError:
        numbers = np.array([_number(word) for word in words])
    if not np.isfinite(numbers).all():
        wrong = words[int(np.argmin(np.isfinite(numbers)))]
        line = next(at for at, each in enumerate(text.data.split(b"\n"), 1) if wrong in each.split())
        raise UnreadableData(f'{text.title} line {line}: "{wrong.decode("utf-8")}" is no number.', REMEDY)
    return numbers


def _number(word: bytes) -> float:
    try:
        return float(word.decode("ascii"))
    except ValueError:
        return np.nan
