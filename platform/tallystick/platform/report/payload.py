"""The data behind the page's charts and long tables: one JSON value, whole numbers and differences where it can be.

Times are seconds since 1970 UTC, prices whole points, money minor units. Curves longer than `CURVE_POINTS` keep the
least, the greatest and the last value of each of their stretches; prices are candles of the shortest period that gives
at most `CANDLES`. Statistics never come from here: they are computed from every row.
"""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.trading import OrderRequested
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.spans import MINUTE_NS, SECOND_NS
from tallystick.platform.mt5.retcodes import DONE, DONE_PARTIAL, PLACED
from tallystick.platform.quantities import BY_RULE, UNITS, quantity
from tallystick.platform.report.excursions import Excursions
from tallystick.platform.report.load import Load
from tallystick.platform.report.prices import Prices
from tallystick.platform.report.rates import Rates
from tallystick.platform.report.story import OrderStory, Story, Told
from tallystick.platform.report.summary import Book
from tallystick.platform.report.trades import Trade
from tallystick.platform.report.whys import why

CURVE_POINTS = 9_000
CANDLES = 8_000
TABLE_ROWS = 10_000
"""Rows of a table that the page holds; a longer log names the command that exports all of them."""
WHYS, LATEST_WHYS = 1_000, 200
"""A page of at most `WHYS` trades tells why each came to be; a longer one of the latest few, with the command."""
CANDLE_PERIODS = {
    "M1": MINUTE_NS, "M5": 5 * MINUTE_NS, "M15": 15 * MINUTE_NS, "M30": 30 * MINUTE_NS, "H1": 60 * MINUTE_NS,
    "H4": 240 * MINUTE_NS, "D1": 1440 * MINUTE_NS, "W1": 10080 * MINUTE_NS,
}  # fmt: skip


def payload(book: Book, excursions: Excursions, load: Load, place: str) -> str:
    """The JSON text, safe inside an HTML script element; `place` is the book as commands name it."""
    value = {
        "currency": book.summary.currency,
        "digits": book.summary.digits,
        "deposit": book.summary.deposit,
        "book": place,
        "curve": _curve(book, load),
        "symbols": [_candles(one, book.story, book.prices) for one in book.prices],
        "trades": _columns(_trades(book, excursions), differences=(1, 2, 6)),
        "whys": _whys(book),
        "stops": _columns(_stops(book), differences=(1, 2)),
        "deals": _columns(_deals(book.story), differences=(0, 1, 2, 9, 10, 14)),
        "orders": _columns(_orders(book.story), differences=(0, 1, 2)),
    }
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).replace("<", "\\u003c")


def _curve(book: Book, load: Load) -> dict[str, Any]:
    chosen = _telling_points(book.curve.equity)
    return {
        "time": _differences(book.curve.time[chosen] // SECOND_NS),
        "balance": _differences(book.curve.balance[chosen]),
        "equity": _differences(book.curve.equity[chosen]),
        "hold": _differences(book.held.equity[chosen]),
        "load": _differences(np.rint(load.share(book.curve)[chosen] * 1_000).astype(np.int64)),
        "held": _differences(book.curve.held[chosen]),
    }


def _telling_points(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Positions of the points to draw."""
    if len(values) <= CURVE_POINTS:
        return np.arange(len(values))
    edges = np.linspace(0, len(values), CURVE_POINTS // 3 + 1).astype(np.int64)
    stretches = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    kept = [
        position
        for first, stop in stretches
        for position in (
            first + int(values[first:stop].argmin()),
            first + int(values[first:stop].argmax()),
            stop - 1,
        )
    ]
    return np.unique(np.array(kept, dtype=np.int64))


def _candles(one: Prices, story: Story, prices: list[Prices]) -> dict[str, Any]:
    instrument = story.instruments.get(one.symbol)
    digits = instrument.digits if instrument else 5
    opened = one.time - one.period_ns
    name, period = _period_for(opened, one.period_ns)
    bucket = opened // period
    first = np.flatnonzero(np.concatenate([[True], np.diff(bucket) != 0]))
    last = np.append(first[1:], len(bucket)) - 1
    scale = 10**digits
    high, low = np.maximum.reduceat(one.bid_high, first), np.minimum.reduceat(one.bid_low, first)
    spread = np.rint((one.ask - one.bid)[last] * scale).astype(np.int64)
    points = {"high": high, "low": low, "close": one.bid[last]}
    opens, closes = (np.rint(values * scale).astype(np.int64) for values in (one.bid_open[first], one.bid[last]))
    return {
        "symbol": one.symbol,
        "digits": digits,
        "period": name,
        "worth": _worth(story, prices, instrument, one) if instrument else 0,
        "time": _differences((bucket[first] * period + period) // SECOND_NS),
        "spread": spread.tolist(),
        "gap": (opens - np.concatenate([[0], closes[:-1]])).tolist(),
        **{key: _differences(np.rint(values * scale).astype(np.int64)) for key, values in points.items()},
    }


def _worth(story: Story, prices: list[Prices], instrument: Instrument, one: Prices) -> float:
    """Minor units of a point on a lot, at the rate of the last row where another currency is converted."""
    own = float(instrument.money_per_point_step(story.digits) * LOT / instrument.volume_step)
    rate = Rates(story.instruments, prices, story.currency).of(one.symbol, one.time[-1:])
    return own if rate is None else own * float(rate.gain[0])


def _period_for(opened: NDArray[np.int64], own_ns: int) -> tuple[str, int]:
    """The shortest candle period, not under the series' own, that needs at most `CANDLES` candles."""
    for name, period in CANDLE_PERIODS.items():
        if period >= own_ns and len(np.unique(opened // period)) <= CANDLES:
            return name, period
    return "W1", CANDLE_PERIODS["W1"]


def _trades(book: Book, excursions: Excursions) -> list[list[Any]]:
    """Lines from entry to exit: symbol, times, prices, result, records, whose, how much, costs, excursions."""
    trades = book.positions.trades
    first = max(len(trades) - TABLE_ROWS, 0)
    return [
        [
            _place(book, trade.symbol),
            trade.opened // SECOND_NS,
            trade.closed // SECOND_NS,
            trade.price_open,
            _moved(book, trade),
            trade.result,
            trade.seq,
            trade.strategy,
            trade.direction,
            trade.volume / LOT,
            trade.swap + trade.commission,
            int(excursions.mfe_points[place]),
            int(excursions.mae_points[place]),
            trade.reason,
        ]
        for place, trade in enumerate(trades[first:], start=first)
    ]


def _moved(book: Book, trade: Trade) -> int:
    """Points from entry to exit; a netting position's mean entry price lies between two, so the exit is rounded off."""
    instrument = book.story.instruments.get(trade.symbol)
    scale = 10 ** (instrument.digits if instrument else 5)
    points: int = round((trade.price_close - trade.price_open) * scale)
    return points


def _whys(book: Book) -> dict[str, Any]:
    """The chains of causes: places of words, and seqs as differences."""
    trades = book.positions.trades
    told_of = trades if len(trades) <= WHYS else trades[-LATEST_WHYS:]
    deals = {told.seq: told.event for told in book.story.deals}
    words: dict[str, int] = {}
    chains = []
    for trade in told_of:
        before, flat = 0, []
        for step in why(book.story, trade, deals):
            flat += [step.seq - before, words.setdefault(step.words, len(words))]
            before = step.seq
        chains.append(flat)
    return {"words": list(words), "chains": chains}


def _stops(book: Book) -> list[list[Any]]:
    """Stop loss and take profit while they stood: symbol, from, until, stop loss, take profit (0: none)."""
    said: dict[int, list[tuple[int, float, float]]] = {}
    for told in book.story.deals:
        order = book.story.orders.get(told.event.order)
        if told.event.entry == "in" and order is not None and order.sent is not None:
            sent = order.sent.event
            said.setdefault(told.event.position, []).append((told.time, sent.stop_loss, sent.take_profit))
    for change in book.story.protections:
        stops = (change.time, change.event.stop_loss, change.event.take_profit)
        said.setdefault(change.event.position, []).append(stops)
    spans: dict[int, tuple[str, int]] = {
        held.position: (held.symbol, held.until if held.until >= 0 else book.story.last_time)
        for held in book.positions.holdings
    }
    found = []
    for position, changes in said.items():
        symbol, end = spans.get(position, ("", 0))
        ends = [*(when for when, _, _ in changes[1:]), end]
        for (begin, stop, take), until in zip(changes, ends, strict=True):
            if until > begin and (stop or take) and symbol:
                found.append([_place(book, symbol), begin // SECOND_NS, until // SECOND_NS, stop, take])
    return found[-TABLE_ROWS:]


def _deals(story: Story) -> list[list[Any]]:
    return [
        [
            told.time // SECOND_NS,
            told.seq,
            told.event.deal,
            told.event.symbol,
            told.event.type,
            told.event.entry,
            told.event.reason,
            told.event.volume / LOT,
            told.event.price,
            told.event.order,
            told.event.position,
            told.event.commission,
            told.event.swap,
            told.event.profit,
            told.event.balance,
            told.event.comment,
        ]
        for told in story.deals[-TABLE_ROWS:]
    ]


def _orders(story: Story) -> list[list[Any]]:
    rows = [
        _order(number, order, order.requested, story.digits)
        for number, order in story.orders.items()
        if order.requested is not None
    ]
    return rows[-TABLE_ROWS:]


def _order(number: int, order: OrderStory, requested: Told[OrderRequested], digits: int) -> list[Any]:
    asked = requested.event
    verdict, why = _verdict(order, digits)
    return [
        requested.time // SECOND_NS,
        requested.seq,
        number,
        asked.strategy,
        asked.symbol,
        f"{asked.purpose} {asked.side} {asked.kind}",
        asked.volume / LOT,
        asked.price,
        asked.stop_loss,
        asked.take_profit,
        ", ".join(filter(None, (verdict, _outcome(order)))),
        why,
    ]


def _verdict(order: OrderStory, digits: int) -> tuple[str, str]:
    if order.verdict is None:
        return "none", ""
    said = order.verdict.event
    value, limit = (quantity(UNITS.get(said.rule, BY_RULE), each, digits) for each in (said.value, said.limit))
    if order.denied is not None:
        return f"denied: {said.rule}", order.denied.detail or f"{value} against a limit of {limit}"
    return "approved", f"nearest: {said.rule} {value} of {limit}" if said.rule else ""


def _outcome(order: OrderStory) -> str:
    if order.ended is not None:
        return getattr(order.ended.event, "state", "abandoned")
    if order.answer is not None:
        retcode = order.answer.event.retcode
        return RETCODES.get(retcode, f"refused {retcode} {order.answer.event.comment}".strip())
    return "unanswered" if order.sent is not None else ""


RETCODES = {PLACED: "placed", DONE: "done", DONE_PARTIAL: "done in part"}


def _place(book: Book, symbol: str) -> int:
    return next((index for index, one in enumerate(book.prices) if one.symbol == symbol), -1)


def _columns(rows: Sequence[Sequence[Any]], differences: Sequence[int]) -> list[Any]:
    """A table column by column: words once each with their places, ascending numbers as differences, others plain."""
    columns: list[Any] = []
    for place, values in enumerate(zip(*rows, strict=True)):
        if place in differences:
            columns.append(_differences(np.array(values, dtype=np.int64)))
        elif isinstance(values[0], str):
            words = sorted(set(values))
            places = {word: index for index, word in enumerate(words)}
            columns.append({"words": words, "places": [places[value] for value in values]})
        else:
            columns.append([int(value) if value == int(value) else value for value in values])
    return [{"differences": sorted(differences)}, *columns]


def _differences(values: NDArray[np.int64]) -> Sequence[int]:
    """The first value, then each less the one before it: short to write."""
    whole: list[int] = np.diff(values, prepend=0).tolist()
    return whole
