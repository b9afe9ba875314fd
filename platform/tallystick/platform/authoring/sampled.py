"""Columns of a whole sample, computed before its first row: what makes `columns` quick in backtests and replays.

Without it a strategy computes its columns from the bars so far at every bar, which is the truth that a run row by row
and `lookahead-check` compare with.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from tallystick.events.module import Module
from tallystick.events.types.market import SeriesDeclared
from tallystick.market.rows import Rows
from tallystick.platform.authoring.bars import CHART
from tallystick.platform.authoring.columns import frame_of
from tallystick.platform.authoring.planned import guard_of
from tallystick.platform.authoring.table import FIELDS


class Sampled(Protocol):
    """A strategy whose `columns` somebody wrote."""

    name: str

    def own_series(self, series: Sequence[SeriesDeclared]) -> int:
        """Number of the series it hears; -1 for none."""
        ...

    def prepare(self, frame: Any) -> str:
        """Compute its columns over all its rows; the hash of what came out."""
        ...


def prepare_columns(
    strategies: Sequence[Module], series: Sequence[SeriesDeclared], rows: Callable[[], Iterable[Rows]]
) -> dict[str, str]:
    """Compute the columns of those strategies that have some over their own rows; hashes by `name.columns`.

    `rows` is called once, if anybody has columns. Raises what their `columns` raise.
    """
    sampled: list[Any] = [one for one in strategies if getattr(one, "has_columns", False)]
    if not sampled:
        return {}
    chunks = list(rows())
    with guard_of(sampled) as guard:
        return {f"{one.name}.columns": _prepared(one, series, chunks, guard) for one in sampled}


def _prepared(strategy: Sampled, series: Sequence[SeriesDeclared], chunks: Sequence[Rows], guard: Any) -> str:
    frame = frame_of(columns_of(chunks, series, strategy.own_series(series)))
    if guard is None:
        return strategy.prepare(frame)
    with guard:
        return strategy.prepare(frame)


def columns_of(chunks: Sequence[Rows], series: Sequence[SeriesDeclared], number: int) -> dict[str, NDArray[Any]]:
    """The rows of one series as `Bars.frame` shows them, by name."""
    period = next((one.period_ns for one in series if one.series == number), 0)
    parts = [_part(chunk, number, period) for chunk in chunks]
    names = ("time", *CHART, *FIELDS[1:])
    kinds = {name: np.int64 if name in {"time", "open_time", "volume"} else np.float64 for name in names}
    return {name: np.concatenate([np.zeros(0, kinds[name]), *(part[name] for part in parts)]) for name in names}


def _part(chunk: Rows, number: int, period_ns: int) -> dict[str, NDArray[Any]]:
    chosen = chunk.series == number
    columns = {name: chunk.columns[name][chosen] for name in chunk.columns if name != "series"}
    time = chunk.time[chosen]
    if chunk.kind == "quote":
        prices = {
            f"{side}_{part}": columns[side] for side in ("bid", "ask") for part in ("open", "high", "low", "close")
        }
        prices["volume"] = np.ones(len(time), dtype=np.int64)
        opened = columns["time_msc"] * 0 + time
    else:
        prices = {name: columns[name] for name in FIELDS if name in columns}
        prices["volume"] = prices["volume"].astype(np.int64)
        opened = time - period_ns
    charted = {name: prices[field] for name, field in CHART.items()}
    return {"time": time, "open_time": opened, **charted, **prices}
