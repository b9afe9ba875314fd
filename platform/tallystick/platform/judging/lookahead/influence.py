"""What each of a strategy's columns depends on, by changing one row of the frame at a time.

A column's value at row a may depend on rows up to a. Every value that moves before the changed row r looks ahead, by
r - a rows. The pattern of these distances over several r tells a shift from a window, and a window from the sample.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tallystick.platform.backtesting.preparation import Prepared

FIELDS = ("open", "high", "low", "close", "volume")
FACTORS = (1.3, 0.7)
EQUAL = 1e-9
"""Relative difference below which two values differ by arithmetic alone: sums of other lengths round otherwise."""
FAR = 300
"""Rows ahead from which a dependence is one on the sample."""
BUDGET_S = 20.0
MORE_PARTS = 160
"""Further parts of the rows that are computed where that is quick: a look ahead on few rows shows in few of them."""


@dataclass(frozen=True, slots=True)
class Reach:
    """One column: by which field of which row which rows before it moved.

    `ahead`: for each changed row, how many rows earlier its influence begins. `sets`: the distances that moved, by
    changed row. `behind`: the furthest row after the changed one that moved. `fields`: those that had an influence.
    `affine`: all values before the change moved as one straight line.
    """

    strategy: str
    column: str
    fields: tuple[str, ...]
    sets: tuple[tuple[int, tuple[int, ...]], ...]
    behind: int
    affine: bool
    first_row: int
    value: float
    other: float
    changed_row: int

    @property
    def furthest(self) -> int:
        """Rows by which it looks ahead at most."""
        return max(max(ahead) for _, ahead in self.sets)


@dataclass(frozen=True, slots=True)
class Unequal:
    """One column whose values over a part of the rows are not those over all; the first row, both values."""

    strategy: str
    column: str
    rows: int
    row: int
    whole: float
    part: float


@dataclass(frozen=True, slots=True)
class Influence:
    """Everything found about columns; `times` are the book times of the frames' rows by strategy."""

    reaches: tuple[Reach, ...] = ()
    unequal: tuple[Unequal, ...] = ()
    times: dict[str, NDArray[np.int64]] | None = None
    computations: int = 0
    rounded: tuple[str, ...] = ()
    """Columns that differ in their last bits alone."""


def influences_of(ready: "Prepared", rows: Sequence[int], seed: int) -> Influence:
    """Ask the columns of each strategy of a run, at some of the frame's rows (shared between strategies)."""
    from tallystick.platform.authoring.columns import computed, frame_of
    from tallystick.platform.authoring.sampled import columns_of

    found = [_Asked(one.fresh(), seed) for one in ready.strategies]
    asked = [one for one in found if getattr(one.strategy, "has_columns", False)]
    series, chunks = ready.feed.series_declared(), list(ready.feed.rows())
    times: dict[str, NDArray[np.int64]] = {}
    for one in asked:
        columns = columns_of(chunks, series, one.strategy.own_series(series))
        times[one.strategy.name] = columns["time"]
        one.ask(frame_of(columns), rows, computed)
    return Influence(
        tuple(reach for one in asked for reach in one.reaches),
        tuple(each for one in asked for each in one.unequal.values()),
        times,
        sum(one.computations for one in asked),
        tuple(dict.fromkeys(name for one in asked for name in one.rounded)),
    )


class _Asked:
    """One strategy being asked."""

    def __init__(self, strategy: Any, seed: int) -> None:
        self.strategy = strategy
        self.reaches: list[Reach] = []
        self.unequal: dict[str, Unequal] = {}
        self.rounded: list[str] = []
        self.computations = 0
        self._drawn = np.random.default_rng(seed)

    def ask(self, frame: Any, rows: Sequence[int], computed: Any) -> None:
        import time

        begun = time.perf_counter()
        whole = self._columns(frame, computed)
        each_s = max(time.perf_counter() - begun, 1e-4)
        affordable = max(int(BUDGET_S / each_s), 12)
        inside = [row for row in rows if 1 < row < len(frame)]
        parts = inside[: max(affordable // 4, 4)]
        for row in (*parts, *self._beside_turns(whole, len(frame))[: affordable // 8]):
            self._part(frame, whole, row, computed)
        self._canaries(frame, whole, parts[: max(affordable // 8, 3)], computed)
        for name in whole:
            self._reach(name, frame, whole, inside[: max(affordable // 16, 3)][:8], computed)

    def _beside_turns(self, whole: dict[str, Any], rows: int) -> list[int]:
        """Where a column leaves its course for a row, and drawn ones, by turns: what is known there is seldom asked."""
        turns = [_turns(values, self._drawn)[: MORE_PARTS // 2] for values in whole.values()]
        after = [int(each[place]) + 1 for place in range(MORE_PARTS // 2) for each in turns if place < len(each)]
        drawn = [int(one) for one in self._drawn.integers(2, max(rows, 3), MORE_PARTS // 2)]
        both = [one for pair in zip(dict.fromkeys(after), drawn, strict=False) for one in pair]
        return [one for one in dict.fromkeys(both) if 1 < one < rows]

    def _columns(self, frame: Any, computed: Any) -> dict[str, NDArray[np.float64]]:
        self.computations += 1
        given: dict[str, NDArray[np.float64]] = computed(self.strategy, frame.copy())
        return given

    def _part(self, frame: Any, whole: dict[str, Any], row: int, computed: Any) -> None:
        """The frame's first `row` rows alone."""
        try:
            part = self._columns(frame.iloc[:row], computed)
        except Exception:  # noqa: BLE001 -- too few rows for this computation say nothing
            return
        self._compare(whole, part, row)

    def _canaries(self, frame: Any, whole: dict[str, Any], rows: Sequence[int], computed: Any) -> None:
        """Everything from a row on turned round, and everything drawn anew."""
        for row in rows:
            for other in (_mirrored(frame, row), _drawn_anew(frame, row, self._drawn)):
                self._compare(whole, self._columns(other, computed), row)

    def _compare(self, whole: dict[str, Any], part: dict[str, Any], row: int) -> None:
        for name, values in whole.items():
            there = part.get(name)
            if there is None:
                continue
            moved = _moved(values[:row], there[:row])
            if moved.any():
                first = int(np.argmax(moved))
                found = Unequal(self.strategy.name, name, row, first, float(values[first]), float(there[first]))
                known = self.unequal.get(name)
                if known is None or found.row < known.row:
                    self.unequal[name] = found
            elif not np.array_equal(values[:row], there[:row], equal_nan=True):
                self.rounded.append(name)

    def _reach(self, name: str, frame: Any, whole: dict[str, Any], rows: Sequence[int], computed: Any) -> None:
        """Only of columns that are known to be unequal: which rows ahead matter, and which fields."""
        if name not in self.unequal:
            return
        sets: dict[int, set[int]] = {}
        fields: dict[str, None] = {}
        behind, affine, example = 0, True, None
        for row, field, other in _with_one_changed(frame, rows):
            values = self._columns(other, computed).get(name)
            if values is None or len(values) != len(frame):
                continue
            moved = _moved(whole[name], values)
            before = np.flatnonzero(moved[:row])
            if not len(before):
                continue
            fields[field] = None
            sets.setdefault(row, set()).update((row - before).tolist()[-FAR * 4 :])
            sets[row].add(row - int(before[0]))
            after = np.flatnonzero(moved[row:])
            behind = max(behind, int(after[-1]) if len(after) else 0)
            affine = affine and _is_line(whole[name][:row], values[:row])
            if example is None:
                at = int(before[0])
                example = (at, float(whole[name][at]), float(values[at]), row)
        if example is not None:
            kept = tuple((row, tuple(sorted(ahead))) for row, ahead in sets.items())
            self.reaches.append(Reach(self.strategy.name, name, tuple(fields), kept, behind, affine, *example))


def _turns(values: NDArray[np.float64], drawn: np.random.Generator) -> NDArray[np.int64]:
    """Rows by how far their value lies from both its neighbours, furthest first, equal ones in a drawn order."""
    known = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    away = np.zeros(len(known))
    away[1:-1] = np.abs(known[:-2] - 2.0 * known[1:-1] + known[2:])
    ordered: NDArray[np.int64] = np.lexsort((drawn.random(len(known)), -away))
    return ordered


def _with_one_changed(frame: Any, rows: Sequence[int]) -> Iterator[tuple[int, str, Any]]:
    for row in rows:
        for field in FIELDS:
            for factor in FACTORS:
                other = frame.copy()
                for name in (field, f"bid_{field}", f"ask_{field}"):
                    if name in other.columns:
                        values = other[name].to_numpy().copy()
                        values[row] = values[row] * factor
                        other[name] = values
                yield row, field, other


def _mirrored(frame: Any, row: int) -> Any:
    other = frame.copy()
    anchor = float(frame["close"].iloc[row - 1])
    swap = {"high": "low", "low": "high"}
    for name in frame.columns:
        side, _, part = name.rpartition("_")
        source = f"{side}_{swap.get(part, part)}" if side else swap.get(name, name)
        if name in {"volume", "open_time"} or source not in frame.columns:
            continue
        values = frame[name].to_numpy().copy()
        values[row:] = anchor * anchor / frame[source].to_numpy()[row:]
        other[name] = values
    return other


def _drawn_anew(frame: Any, row: int, drawn: np.random.Generator) -> Any:
    other = frame.copy()
    prices = [name for name in frame.columns if name not in {"volume", "open_time"}]
    order = row + drawn.permutation(len(frame) - row)
    for name in prices:
        values = frame[name].to_numpy().copy()
        values[row:] = values[order] * 1.5
        other[name] = values
    return other


def _moved(values: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where two columns differ by more than their arithmetic."""
    nan, other_nan = np.isnan(values), np.isnan(others)
    with np.errstate(invalid="ignore"):
        scale = np.maximum(np.abs(values), np.abs(others))
        spread = np.nanstd(values) if not nan.all() else 0.0
        apart = np.abs(values - others) > EQUAL * np.maximum(scale, spread)
        apart |= np.isinf(values) != np.isinf(others)
    found: NDArray[np.bool_] = (nan != other_nan) | (apart & ~nan & ~other_nan)
    return found


def _is_line(values: NDArray[np.float64], others: NDArray[np.float64]) -> bool:
    """Whether the others are the values scaled and shifted: what a scaling by figures of the sample does."""
    good = np.isfinite(values) & np.isfinite(others)
    if good.sum() < 10 or np.ptp(values[good]) == 0:
        return False
    slope, offset = np.polyfit(values[good], others[good], 1)
    return bool(np.allclose(slope * values[good] + offset, others[good], rtol=1e-6, atol=1e-9 * np.ptp(others[good])))
