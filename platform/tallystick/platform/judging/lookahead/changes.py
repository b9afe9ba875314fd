"""Other futures: the rows of a feed up to a moment as they are, and everything after it changed.

cut        nothing comes after it
mirror     every price p becomes a * a / p, where a is the price at the moment: what rose now falls
steep      every move from a is three times as large
noise      the moves in a seeded random order, each with a random sign
gaps       a seeded half of the rows is missing
next_*     one field of the next row alone is another, and no row follows that one
beyond     the next row stays, everything after it is mirrored
far        only the last tenth of all rows is mirrored
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.data.feed import Feed
from tallystick.platform.data.series import Series

FIELDS = ("open", "high", "low", "close")
STEEP = 3.0
ALONE = 1.02
"""By what a single field is multiplied, or divided."""
TAILED = frozenset({"mirror", "steep", "noise", "gaps", "beyond"})
TAIL = 400
"""Rows of such another future: all that comes after them is cut away, which saves their time."""
Columns = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of other future, the last moment that stays as it was (ns UTC), and the seed where it is drawn."""

    kind: str
    after_ns: int
    seed: int = 0

    def words(self) -> str:
        """As a report says it."""
        at = np.datetime_as_string(np.datetime64(self.after_ns, "ns"), unit="s").replace("T", " ")
        return f"{SAID.get(self.kind, self.kind)} after {at}"


SAID: Mapping[str, str] = {
    "cut": "the data ended",
    "mirror": "every later move was turned round",
    "steep": "every later move was three times as large",
    "noise": "the later moves were drawn anew",
    "gaps": "half of the later rows were missing",
    "beyond": "all but the next row was turned round",
    "far": "only the last tenth of the sample was turned round",
    **{f"next_{field}": f"the next bar had another {field}" for field in FIELDS},
}


def changed(feed: Feed, change: Change) -> Feed:
    """The feed in another future; series without a row up to the moment are left out when rows are cut away."""
    parts = [_changed(one, change, number) for number, one in enumerate(feed.series)]
    return Feed([one for one in parts if len(one)])


def _changed(series: Series, change: Change, number: int) -> Series:
    stays = int(np.searchsorted(series.time, change.after_ns, side="right"))
    kind, count = change.kind, len(series)
    if kind in TAILED and count > stays + TAIL:
        series, count = _taken(series, np.arange(stays + TAIL)), stays + TAIL
    if kind == "cut":
        return _taken(series, np.arange(stays))
    if kind == "gaps":
        kept = np.random.default_rng([change.seed, number]).random(count) < 0.5
        kept[:stays] = True
        return _taken(series, np.flatnonzero(kept))
    if kind.startswith("next_"):
        return _with(_taken(series, np.arange(min(stays + 1, count))), stays, _one_field(kind[5:]))
    if kind == "beyond":
        return _with(series, stays + 1, _mirrored)
    if kind == "far":
        return _with(series, max(stays, count - count // 10), _mirrored)
    drawn = np.random.default_rng([change.seed, number])
    return _with(series, stays, {"mirror": _mirrored, "steep": _steep, "noise": _noise(drawn)}[kind])


def _taken(series: Series, rows: NDArray[Any]) -> Series:
    return replace(series, rows=series.rows.take(rows), time=series.time[rows], treatments=(), warnings=())


def _with(series: Series, stays: int, other: Any) -> Series:
    """Prices from row `stays` on as `other` gives them of these and of the price before them, on the digits."""
    if not 0 < stays < len(series):
        return series
    close = "bid_close" if series.kind == "bar" else "bid"
    columns = series.rows.columns
    names = [name for name in columns if name.startswith(("bid", "ask"))]
    anchor = float(columns[close][stays - 1])
    later = other(anchor, {name: columns[name][stays:] for name in names})
    digits = series.rows.digits
    prices = {
        name: np.concatenate([columns[name][:stays], np.round(np.maximum(later[name], 10.0**-digits), digits)])
        for name in names
    }
    return replace(series, rows=series.rows.replaced(prices), treatments=(), warnings=())


def _mirrored(anchor: float, later: Columns) -> Columns:
    turned = {name: anchor * anchor / values for name, values in later.items()}
    return {name: turned[_opposite(name)] for name in turned}


def _opposite(name: str) -> str:
    """What a mirror makes of a column: the highest ask becomes the lowest bid."""
    side, _, part = name.partition("_")
    side = {"bid": "ask", "ask": "bid"}[side]
    part = {"high": "low", "low": "high"}.get(part, part)
    return f"{side}_{part}" if part else side


def _steep(anchor: float, later: Columns) -> Columns:
    return {name: anchor * (values / anchor) ** STEEP for name, values in later.items()}


def _noise(drawn: np.random.Generator) -> Any:
    def other(anchor: float, later: Columns) -> Columns:
        close = later.get("bid_close", later.get("bid"))
        assert close is not None
        moves = np.diff(np.log(close), prepend=np.log(anchor))
        moves = drawn.permutation(moves) * drawn.choice([-1.0, 1.0], len(moves))
        ratio = anchor * np.exp(np.cumsum(moves)) / close
        return {name: values * ratio for name, values in later.items()}

    return other


def _one_field(field: str) -> Any:
    """One field of bid and ask: far enough beyond the others that a bar stays possible."""

    def other(_anchor: float, later: Columns) -> Columns:
        found = dict(later)
        for side in ("bid", "ask"):
            if f"{side}_close" not in later:  # a quote has one price
                found[side] = later[side] * ALONE
                continue
            high, low = later[f"{side}_high"], later[f"{side}_low"]
            place = f"{side}_{field}"
            if field == "high":
                found[place] = high * ALONE
            elif field == "low":
                found[place] = low / ALONE
            else:  # to the other end of the bar
                near_high = later[place] - low > high - later[place]
                found[place] = np.where(near_high, low, high)
        return found

    return other
