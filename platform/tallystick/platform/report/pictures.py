"""The pictures of the tester's report: entries and results by hour, weekday and month, and clouds of trades."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tallystick.market.arrays import Ints
from tallystick.market.spans import HOUR_NS
from tallystick.platform.report.drawing import Cloud, bars, cloud
from tallystick.platform.report.excursions import Excursions
from tallystick.platform.report.markup import section
from tallystick.platform.report.summary import Book

HOURS = [str(hour) for hour in range(24)]
WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
FIRST_DAY = 3
"""1 January 1970 was a Thursday; Monday is 0."""


def distributions(book: Book, excursions: Excursions) -> str:
    """Every small picture, in the order of MT5's report."""
    trades = book.positions.trades
    if not trades:
        return section("distributions", "Distributions", "<p>Nothing was traded.</p>")
    entered = np.array(
        [told.event.moment or told.time for told in book.story.deals if told.event.entry in {"in", "inout"}
         and told.event.type != "balance"], dtype=np.int64,
    )  # fmt: skip
    left = np.array([trade.exit_moment or trade.closed for trade in trades], dtype=np.int64)
    unit = 10.0**book.summary.digits
    results = np.array([trade.result for trade in trades], dtype=np.float64) / unit
    kinds = (("hour", HOURS, _hour), ("weekday", WEEKDAYS, _weekday), ("month", MONTHS, _month))
    made = [
        _figure(f"Entries by {name}", bars(names, _counted(group(entered), len(names)), [0.0] * len(names), name))
        for name, names, group in kinds
    ]
    made += [
        _figure(f"Profit and loss by {name}", _by_group(names, group(left), results, f"money by {name}"))
        for name, names, group in kinds
    ]
    made += _clouds(book, excursions, results, unit)
    note = (
        f"Entries are deals that open, add or turn; results are booked at the exit, in {book.summary.currency}. "
        "Times are UTC. A cloud shows each trade once, with the line of least squares through it."
    )
    return section("distributions", "Distributions", f'<div class="pictures">{"".join(made)}</div>', note)


def _clouds(book: Book, excursions: Excursions, results: NDArray[np.float64], unit: float) -> list[str]:
    trades = book.positions.trades
    won = results > 0
    hours = np.array([(trade.exit_moment or trade.closed) - (trade.entry_moment or trade.opened) for trade in trades])
    axes = (
        ("Result over MFE", excursions.mfe / unit, "MFE"),
        ("Result over MAE", excursions.mae / unit, "MAE"),
        ("Result over holding time (hours)", hours / HOUR_NS, "holding time in hours"),
    )
    return [
        _figure(title, cloud(Cloud(np.asarray(x, dtype=np.float64), results, won, name, "result"), title))
        for title, x, name in axes
    ]


def _figure(title: str, picture: str) -> str:
    return f'<figure class="picture"><figcaption>{title}</figcaption>{picture}</figure>'


def _by_group(names: Sequence[str], group: Ints, results: NDArray[np.float64], label: str) -> str:
    gains = np.bincount(group, weights=np.maximum(results, 0.0), minlength=len(names))
    losses = np.bincount(group, weights=np.minimum(results, 0.0), minlength=len(names))
    return bars(names, gains.tolist(), losses.tolist(), label)


def _counted(group: Ints, size: int) -> list[float]:
    counts: list[float] = np.bincount(group, minlength=size).astype(np.float64).tolist()
    return counts


def _hour(moment: Ints) -> Ints:
    return moment // HOUR_NS % 24


def _weekday(moment: Ints) -> Ints:
    return (moment // (24 * HOUR_NS) + FIRST_DAY) % 7


def _month(moment: Ints) -> Ints:
    return moment.astype("datetime64[ns]").astype("datetime64[M]").astype(np.int64) % 12
