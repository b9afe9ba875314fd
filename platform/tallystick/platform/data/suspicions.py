"""What looks odd in treated rows and may be true: counted and told, never changed.

| fault | when |
|---|---|
| zero_volume | a bar with volume 0 in a series whose median volume is above 0 |
| flat_run | a bar of at least five in a row, each with one bid price, that of the close before it |
| spike | a step of closes above 30 usual ones of which the next takes back at least three quarters |
| far_wick | a high or low of the bid more than 30 usual steps beyond both open and close |
| wide_spread | a spread at the close above 20 times the series' median spread |
| weekend_row | a row on Saturday or Sunday of the FX day (New York time plus seven hours) |

The usual step is the median absolute step of closes in the row's block of 512 rows, at least one point. Medians make
the rules robust: no spike, however large, moves them.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tallystick.market.server_time import weekday_of
from tallystick.market.spans import DAY_MS, MINUTE_NS
from tallystick.platform.data.clock import source_ms_to_utc_ns, utc_ns_to_source_ms
from tallystick.platform.data.faults import Finding
from tallystick.platform.data.source import SourceRows

Mask = NDArray[np.bool_]
BLOCK = 512
SPIKE_STEPS = 30
RETURNED = 0.25
WIDE = 20
FEWEST = 32
FLAT_BARS = 5
SATURDAY = 5
FX_DAY = "new_york+7"


def suspicions(rows: SourceRows, time_rule: str, digits: int) -> tuple[Finding, ...]:
    """What looks odd in treated rows, each with rule `kept`."""
    found = {"weekend_row": _weekend(rows, time_rule), "wide_spread": _wide_spread(rows)}
    if rows.kind == "bar":
        found |= {"zero_volume": _zero_volume(rows), "flat_run": _flat(rows)}
        found |= _jumps(rows, 10.0**-digits)
    return tuple(
        Finding(fault, int(mask.sum()), int(rows.columns["time_msc"][row]), "kept", place=rows.where(row))
        for fault, mask in found.items()
        if mask.any()
        for row in [int(np.argmax(mask))]
    )


def _weekend(rows: SourceRows, time_rule: str) -> Mask:
    utc = source_ms_to_utc_ns(rows.columns["time_msc"], time_rule)
    day: NDArray[np.int64] = utc_ns_to_source_ms(utc, FX_DAY) // DAY_MS
    weekend: Mask = (day + weekday_of(0)) % 7 >= SATURDAY
    return weekend


def _wide_spread(rows: SourceRows) -> Mask:
    side = "_close" if rows.kind == "bar" else ""
    spread = rows.columns[f"ask{side}"] - rows.columns[f"bid{side}"]
    usual = np.median(spread[spread > 0]) if (spread > 0).any() else np.inf
    wide: Mask = spread > WIDE * usual
    return wide


def _zero_volume(rows: SourceRows) -> Mask:
    volume = rows.columns["volume"]
    zero: Mask = (volume == 0) & bool(np.median(volume) > 0)
    return zero


def _flat(rows: SourceRows) -> Mask:
    opened, high, low, closed = (rows.columns[f"bid_{point}"] for point in ("open", "high", "low", "close"))
    flat = (high == low) & (opened == np.roll(closed, 1))
    flat[0] = False
    if rows.period_ns < MINUTE_NS:
        return np.zeros(len(rows), dtype=np.bool_)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flat, [False]])))
    begins, ends = edges[::2], edges[1::2]
    long = ends - begins >= FLAT_BARS
    change = np.zeros(len(rows) + 1, dtype=np.int64)
    change[begins[long]] += 1
    change[ends[long]] -= 1
    runs: Mask = np.cumsum(change)[:-1] > 0
    return runs


def _jumps(rows: SourceRows, size: float) -> dict[str, Mask]:
    """Spikes and far wicks; `size` is that of a point."""
    opened, high, low, closed = (rows.columns[f"bid_{point}"] for point in ("open", "high", "low", "close"))
    step = np.diff(closed, prepend=closed[0])
    limit = SPIKE_STEPS * _usual(np.abs(step), size)
    following = np.append(step[1:], 0.0)
    back = np.abs(step + following) <= RETURNED * np.abs(step)
    beyond = np.maximum(high - np.maximum(opened, closed), np.minimum(opened, closed) - low)
    return {"spike": (np.abs(step) > limit) & back, "far_wick": beyond > limit}


def _usual(steps: NDArray[np.float64], point: float) -> NDArray[np.float64]:
    """The median step of each row's block, at least a point; a short last block joins the one before.

    Of fewer than 32 rows nothing is usual: infinite.
    """
    if len(steps) < FEWEST:
        return np.full(len(steps), np.inf)
    blocks = max(len(steps) // BLOCK, 1)
    edges = [number * BLOCK for number in range(blocks)] + [len(steps)]
    medians = [float(np.median(steps[begin:end])) for begin, end in pairwise(edges)]
    return np.repeat(np.maximum(medians, point), np.diff(edges))
