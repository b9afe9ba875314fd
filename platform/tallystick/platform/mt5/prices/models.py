"""The ways of making quotes of bars, each with its name and what a report says of it.

`real-ticks` makes nothing: the quotes of the data are taken as they are. MT5's tester has the same choice under the
names "Every tick based on real ticks", "Every tick", "1 minute OHLC" and "Open prices only"; `path` is ours, for bars
longer than a minute.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tallystick.market.arrays import Ints
from tallystick.market.spans import MINUTE_NS
from tallystick.platform.data.errors import UnfitRequest
from tallystick.platform.data.periods import period_name
from tallystick.platform.mt5.prices.control_points import every_tick, in_turn, tick_counts
from tallystick.platform.mt5.prices.generated import Bars, Quotes
from tallystick.platform.mt5.prices.stepping import step_counts, stepped_at_the_end, stepped_in_thirds

REAL, AUTO = "real-ticks", "auto"


@dataclass(frozen=True, slots=True)
class TickModel:
    """A model: how many quotes each bar gets, and the quotes.

    `quality` is what a report prints. `minutes_only`: it wants one-minute bars.
    """

    name: str
    quality: str
    counts: Callable[[Bars], Ints]
    quotes: Callable[[Bars], Quotes]
    prepared: Callable[[Bars], Bars]
    minutes_only: bool


@dataclass(frozen=True, slots=True)
class Modelling:
    """What a report says of one symbol's prices: the model, what it was made from, and how good that is."""

    symbol: str
    model: str
    source_timeframe: str
    quality: str


def _as_they_are(bars: Bars) -> Bars:
    return bars


MODELS = {
    one.name: one
    for one in (
        TickModel(
            "every-tick",
            "ticks generated from one-minute bars by MT5's published control points, an approximation of its tester",
            tick_counts,
            every_tick,
            in_turn,
            minutes_only=True,
        ),
        TickModel(
            "one-minute-ohlc",
            "four ticks a minute from one-minute bars; the way between them is not known",
            step_counts,
            stepped_in_thirds,
            _as_they_are,
            minutes_only=True,
        ),
        TickModel(
            "open-prices",
            "one price a bar, its open; high, low and close come in its last three milliseconds",
            step_counts,
            stepped_at_the_end,
            _as_they_are,
            minutes_only=False,
        ),
        TickModel(
            "path",
            "four ticks a bar along the path of docs/fills.md; the order of high and low within a bar is assumed",
            step_counts,
            stepped_in_thirds,
            _as_they_are,
            minutes_only=False,
        ),
    )
}
REAL_QUALITY = "ticks as the data hold them"


def model_for(name: str, symbol: str, period_ns: int) -> TickModel | None:
    """The model for bars of a length (0: quotes, which need none, so None).

    `auto` is `every-tick` for one-minute bars, `path` for longer and shorter ones. Raises `UnfitRequest` (E132) for a
    name of none, and where bars are not what the model wants.
    """
    if name not in {AUTO, REAL, *MODELS}:
        raise UnfitRequest(f'tick model "{name}" is not known.', f"Say one of {', '.join([AUTO, REAL, *MODELS])}.")
    if period_ns == 0:
        return None
    if name == AUTO:
        name = "every-tick" if period_ns == MINUTE_NS else "path"
    if name == REAL:
        what = f"{symbol} comes as bars of {period_name(period_ns)}: real ticks are not in them."
        raise UnfitRequest(what, "Give quotes, or leave the tick model to auto.")
    model = MODELS[name]
    if model.minutes_only and period_ns != MINUTE_NS:
        what = f"the tick model {name} wants M1 bars: got {symbol} in {period_name(period_ns)} / expected M1."
        raise UnfitRequest(what, "Give M1 bars, or say path.")
    return model
