"""A book's deals, orders, trades and equity as data frames, in the units people read.

The index is `time` (UTC): of deals and trades the moment inside the bar that the terminal modelled, as the tester's
report has it, of orders and equity the book's time. Lots and money are floats made from the book's whole numbers by one
division, prices as they stand in the log, absent values NaN or NaT. `seq` is the record in the log: `result.why(seq)`
says how it came to be.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tallystick.market.instrument import LOT
from tallystick.platform.report.payload import RETCODES
from tallystick.platform.report.story import OrderStory

if TYPE_CHECKING:
    import pandas as pd

    from tallystick.platform.report.summary import Book

DEALS = (
    "deal", "order", "position", "strategy", "symbol", "type", "entry", "reason", "lots", "price", "profit", "swap",
    "commission", "net", "balance", "comment", "seq",
)  # fmt: skip
ORDERS = (
    "order", "strategy", "symbol", "purpose", "side", "kind", "lots", "price", "stop_loss", "take_profit", "outcome",
    "rule", "detail", "retcode", "fill_price", "seq",
)  # fmt: skip
TRADES = (
    "position", "strategy", "symbol", "direction", "lots", "opened", "price_open", "price_close", "profit", "swap",
    "commission", "net", "mfe", "mae", "duration", "reason", "deal", "seq",
)  # fmt: skip
EQUITY = ("balance", "equity", "drawdown", "positions", "buy_and_hold")


def deals_table(book: "Book") -> "pd.DataFrame":
    """One row for each deal, the deposit among them (type balance); a stop's strategy is that of its position."""
    unit = 10**book.summary.digits
    strategy = {number: _strategy(order) for number, order in book.story.orders.items()}
    opened_by: dict[int, str] = {}
    rows = []
    for told in book.story.deals:
        deal = told.event
        asked_by = strategy.get(deal.order, "")
        opener = opened_by.setdefault(deal.position, asked_by)
        rows.append(
            (
                deal.deal,
                deal.order,
                deal.position,
                asked_by or opener,
                deal.symbol,
                deal.type,
                deal.entry,
                deal.reason,
                deal.volume / LOT,
                deal.price,
                deal.profit / unit,
                deal.swap / unit,
                deal.commission / unit,
                (deal.profit + deal.swap + deal.commission) / unit,
                deal.balance / unit,
                deal.comment,
                told.seq,
            )
        )
    return _frame([told.event.moment or told.time for told in book.story.deals], DEALS, rows)


def orders_table(book: "Book") -> "pd.DataFrame":
    """One row for each order that was requested, with what became of it and why."""
    times, rows = [], []
    for number, order in book.story.orders.items():
        if order.requested is None:
            continue
        asked, answer = order.requested.event, order.answer.event if order.answer is not None else None
        denied = order.denied
        times.append(order.requested.time)
        rows.append(
            (
                number,
                asked.strategy,
                asked.symbol,
                asked.purpose,
                asked.side,
                asked.kind,
                asked.volume / LOT,
                asked.price,
                asked.stop_loss or float("nan"),
                asked.take_profit or float("nan"),
                outcome_of(order),
                denied.rule if denied is not None else "",
                denied.detail if denied is not None else answer.comment if answer is not None else "",
                answer.retcode if answer is not None else 0,
                answer.price if answer is not None and answer.price else float("nan"),
                order.requested.seq,
            )
        )
    return _frame(times, ORDERS, rows)


def trades_table(book: "Book") -> "pd.DataFrame":
    """One row for each closing deal, by the moment it closed; `direction` +1 long, -1 short.

    `mfe` and `mae` are the furthest that the price went for and against it, in money.
    """
    import pandas as pd

    from tallystick.platform.report.tester_own import own_excursions

    unit = 10**book.summary.digits
    trades, moved = book.positions.trades, own_excursions(book)
    rows = [
        (
            one.position,
            one.strategy,
            one.symbol,
            one.direction,
            one.volume / LOT,
            pd.Timestamp(one.entry_moment, tz="UTC"),
            one.price_open,
            one.price_close,
            one.profit / unit,
            one.swap / unit,
            one.commission / unit,
            one.result / unit,
            favour / unit,
            against / unit,
            pd.Timedelta(one.exit_moment - one.entry_moment, unit="ns"),
            one.reason,
            one.deal,
            one.seq,
        )
        for one, favour, against in zip(trades, moved.mfe.tolist(), moved.mae.tolist(), strict=True)
    ]
    return _frame([one.exit_moment for one in trades], TRADES, rows)


def equity_table(book: "Book") -> "pd.DataFrame":
    """Balance and equity at every row and deal; `drawdown` is below the highest equity so far."""
    import numpy as np
    import pandas as pd

    unit, curve = 10**book.summary.digits, book.curve
    peak = np.maximum.accumulate(np.maximum(curve.equity, book.summary.deposit)) if len(curve) else curve.equity
    columns = {
        "balance": curve.balance / unit,
        "equity": curve.equity / unit,
        "drawdown": (curve.equity - peak) / unit,
        "positions": curve.held,
        "buy_and_hold": book.held.equity / unit,
    }
    index = pd.DatetimeIndex(curve.time.astype("datetime64[ns]"), tz="UTC", name="time")
    return pd.DataFrame(columns, index=index)[list(EQUITY)]


def outcome_of(order: OrderStory) -> str:
    """What became of an order in a word: denied, done, placed, filled, rejected, unanswered, ..."""
    if order.denied is not None:
        return "denied"
    if order.ended is not None:
        return str(getattr(order.ended.event, "state", "abandoned"))
    if order.answer is not None:
        return RETCODES.get(order.answer.event.retcode, "rejected")
    return "unanswered" if order.sent is not None else "unsent"


def _strategy(order: OrderStory) -> str:
    return order.requested.event.strategy if order.requested is not None else ""


def _frame(times: Sequence[int], names: Sequence[str], rows: Sequence[Sequence[Any]]) -> "pd.DataFrame":
    import numpy as np
    import pandas as pd

    index = pd.DatetimeIndex(np.array(times, dtype="datetime64[ns]"), tz="UTC", name="time")
    columns: Mapping[str, list[Any]] = {
        name: list(values) for name, values in zip(names, zip(*rows, strict=True), strict=True)
    } if rows else {name: [] for name in names}  # fmt: skip
    return pd.DataFrame(columns, index=index)
