"""Series and feeds for the tests of a bot's feed: the demo's bars, made minutes, quotes at stated moments."""

from collections.abc import Sequence

import numpy as np

from tallystick.platform.data.feed import Feed
from tallystick.platform.data.series import Series, series_from
from tallystick.platform.data.source import SourceRows, typed
from tests.unit.mt5.prices.made_bars import MAY_5, MINUTE, random_bars


def rows_of(kind: str, period_ns: int, columns: dict[str, np.ndarray], digits: int) -> SourceRows:
    """Source rows of one invented file."""
    count = len(columns["time_msc"])
    made = {name: typed(name, values) for name, values in columns.items()}
    return SourceRows(kind, period_ns, digits, made, ("made.csv",), np.zeros(count, np.int64), np.arange(count))


def quote_series(symbol: str, seconds: Sequence[float], bids: Sequence[float], rule: str = "utc") -> Series:
    """Quotes at seconds after 2014-05-05, with asks 0.02 above."""
    time = (MAY_5 // 1_000_000 + np.array(seconds) * 1_000).astype(np.int64)
    bid = np.array(bids)
    columns = {"time_msc": time, "bid": bid, "ask": bid + 0.02, "flags": np.full(len(time), 6)}
    return series_from(rows_of("quote", 0, columns, 2), symbol=symbol, time_rule=rule, source="made", digits=2)


def bar_series(
    symbol: str, count: int, seed: int, period_ns: int = MINUTE, rule: str = "utc", first: str = "2014-05-05"
) -> Series:
    """Random bars one after another from a day on, in the source's own clock."""
    made = random_bars(count, seed, period_ns=period_ns)
    names = [f"{side}_{point}" for side in ("bid", "ask") for point in ("open", "high", "low", "close")]
    columns = {name: getattr(made, name) for name in names}
    columns |= {
        "time_msc": (made.opened - MAY_5) // 1_000_000 + int(np.datetime64(first, "ms").astype(np.int64)),
        "volume": made.volume,
    }
    rows = rows_of("bar", period_ns, columns, 2)
    return series_from(rows, symbol=symbol, time_rule=rule, source=f"{symbol}.csv", digits=2)


def feed_of(*series: Series) -> Feed:
    """A feed of some series."""
    return Feed(series)
