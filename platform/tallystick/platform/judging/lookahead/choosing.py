"""Where the rows are cut: where the strategy decides, where calendars turn, before large moves, and at random."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.market.spans import DAY_NS, HOUR_NS
from tallystick.platform.data.feed import Feed

LENGTHS = (4 * HOUR_NS, 24 * HOUR_NS, 7 * 24 * HOUR_NS)
"""Longer bars whose last rows are tried: four hours, a day, a week."""
SUNDAY_NS = 3 * DAY_NS
"""1970-01-04 was the first Sunday."""
EDGE, LATE_EDGE = 0.05, 0.005
"""Share of the rows at the beginning, where little is known yet, and at the end where nothing is cut."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Moments (ns UTC, the book time of a row) after which the future is exchanged, the most telling first."""

    deciding: tuple[int, ...]
    awkward: tuple[int, ...]
    drawn: tuple[int, ...]

    @property
    def all(self) -> tuple[int, ...]:
        """Each once."""
        return tuple(dict.fromkeys((*self.deciding, *self.awkward, *self.drawn)))


def cuts_of(feed: Feed, decided: Sequence[int], seed: int, count: int) -> Cuts:
    """`count` moments in all; `decided` are the book times of decisions."""
    drawn = np.random.default_rng(seed)
    times = np.unique(np.concatenate([one.time for one in feed.series]))
    first, last = times[int(len(times) * EDGE)], times[max(min(int(len(times) * (1 - LATE_EDGE)), len(times) - 3), 0)]
    inside = times[(times >= first) & (times <= last)]
    spoken = np.unique([time for time in decided if first <= time <= last]).astype(np.int64)
    chosen = _spread(spoken, count // 2, drawn)
    awkward = [*_ends(inside, drawn), *_before_moves(feed, inside)][: max(count // 4, 2)]
    rest = drawn.choice(inside, max(count - len(chosen) - len(awkward), 1))
    return Cuts(tuple(chosen), tuple(awkward), tuple(int(one) for one in rest))


def rows_for_columns(feed: Feed, seed: int, count: int) -> tuple[int, ...]:
    """Rows of a frame at which columns are asked: the last of longer bars, before large moves, and drawn ones."""
    drawn = np.random.default_rng(seed)
    one = max(feed.series, key=len)
    opened = one.time - one.period_ns
    size = len(opened)
    if size < 8:
        return tuple(range(2, size))
    ends = [_last_rows(clock, length) for length in (DAY_NS, *LENGTHS) for clock in (one.time, opened)]
    picked = [int(drawn.choice(rows[(rows > size // 10) & (rows < size - 2)])) for rows in ends if _usable(rows, size)]
    near_end = size - 2 - int(drawn.integers(0, max(size // 20, 1)))
    between = drawn.integers(max(size // 10, 2), size - 1, count)
    return tuple(dict.fromkeys((*picked[:5], near_end, int(between[0]), *picked[5:], *map(int, between[1:]))))


def _usable(rows: NDArray[np.int64], size: int) -> bool:
    return bool(((rows > size // 10) & (rows < size - 2)).any())


def _last_rows(opened: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """Rows after which another longer bar begins."""
    number = (opened - SUNDAY_NS) // length
    return np.flatnonzero(np.diff(number) != 0)


def _spread(values: NDArray[np.int64], count: int, drawn: np.random.Generator) -> list[int]:
    """One value out of each of `count` equal parts, in a drawn order."""
    if len(values) <= count:
        return [int(one) for one in drawn.permutation(values)]
    parts = np.array_split(values, count)
    return [int(drawn.choice(part)) for part in drawn.permutation(np.arange(count)).tolist() for part in [parts[part]]]


def _ends(times: NDArray[np.int64], drawn: np.random.Generator) -> list[int]:
    found = []
    for length in LENGTHS:
        last = _last_rows(times - 1, length)
        if len(last):
            found.append(int(times[int(drawn.choice(last))]))
    return found


def _before_moves(feed: Feed, times: NDArray[np.int64]) -> list[int]:
    """The moments before the largest move up and the largest down."""
    one = max(feed.series, key=len)
    price = one.rows.columns["bid_close" if one.kind == "bar" else "bid"]
    moves = np.diff(np.log(price))
    inside = np.flatnonzero((one.time[:-1] >= times[0]) & (one.time[:-1] <= times[-1]))
    if not len(inside):
        return []
    return [int(one.time[inside[np.argmax(moves[inside])]]), int(one.time[inside[np.argmin(moves[inside])]])]
