"""A small book made by hand from the demo's bars: a stand-in for a log in the report's tests.

Its trading is arbitrary but its money is exact: every balance follows from the deals by hand arithmetic in fractions.
"""

from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.types import market, trading
from tallystick.events.types.account import PositionProtected, SwapCharged
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.rows import BAR_COLUMNS, Rows
from tallystick.platform.data import Feed
from tallystick.platform.data.demo import demo_account, demo_instruments

DAY_NS = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the stand-in."""

    seq: int
    time: int
    event: Event

    @property
    def type(self) -> str:
        """Name of the event's type."""
        return self.event.FACT.name


@dataclass(slots=True)
class Held:
    """An open position of the stand-in."""

    ticket: int
    symbol: str
    direction: int
    volume: int
    price: float
    stop: float
    opened_day: int
    swap: int = 0


class HandmadeBook:
    """Turns each symbol around every so many bars, with stops, swaps, commissions and some denials."""

    def __init__(self, feed: Feed, every: int = 37) -> None:
        self.feed, self.every = feed, every
        self.records: list[Record] = []
        self.instruments = demo_instruments()
        self.balance = 0
        self.held: dict[str, Held] = {}
        self.number = 0
        self.deal_number = 1
        self.time = 0

    def say(self, event: Event) -> None:
        self.records.append(Record(len(self.records), self.time, event))

    def play(self, limit: int | None = None) -> list[Record]:
        """The whole book over the first `limit` rows."""
        (rows,) = self.feed.rows(chunk_rows=len(self.feed))
        rows = rows.part(0, limit or len(rows))
        self.time = int(rows.time[0])
        self._opening()
        begun = 0
        for row in range(len(rows)):
            if self._acts(rows, row):
                self._block(rows.part(begun, row + 1))
                begun = row + 1
                self._act(rows, row)
        self._block(rows.part(begun, len(rows)))
        return self.records

    def _opening(self) -> None:
        self.say(demo_account())
        for instrument in self.instruments.values():
            self.say(market.InstrumentDeclared(**asdict(instrument)))
        for event in (*self.feed.series_declared(), *self.feed.data_treated()):
            self.say(event)
        self._deal("", "balance", "in", "balance", 0, 0.0, 1_000_000, 0, 0, 0, -1)

    def _block(self, rows: Rows) -> None:
        for first in range(0, len(rows), 4096):
            part = rows.part(first, first + 4096)
            self.time = int(part.time[-1])
            columns = {name: part.columns[name].tobytes() for name in BAR_COLUMNS}
            self.say(market.BarBlock(rows=len(part), chunk_root=bytes(32), **columns))

    def _acts(self, rows: Rows, row: int) -> bool:
        held = self.held.get(self.feed.symbols[int(rows.series[row])])
        return row % self.every == 0 or (held is not None and self._stopped(held, rows, row))

    @staticmethod
    def _stopped(held: Held, rows: Rows, row: int) -> bool:
        if held.direction > 0:
            return bool(rows.columns["bid_low"][row] <= held.stop)
        return bool(rows.columns["ask_high"][row] >= held.stop)

    def _act(self, rows: Rows, row: int) -> None:
        symbol = self.feed.symbols[int(rows.series[row])]
        self.time = int(rows.time[row])
        held = self.held.get(symbol)
        if held is not None:
            self._charge(held)
        if held is not None and self._stopped(held, rows, row):
            self._close(held, held.stop, "sl", -1)
            return
        direction = 1 if (row // self.every) % 2 else -1
        bid, ask = float(rows.bid[row]), float(rows.ask[row])
        if held is not None:
            order = self._order(symbol, "close", -held.direction, held.volume, bid, held.ticket)
            self._close(held, bid if held.direction > 0 else ask, "expert", order)
        volume = LOT // 10 if row % (self.every * 9) else 40 * LOT
        order = self._order(symbol, "open", direction, volume, ask if direction > 0 else bid, 0)
        if order >= 0:
            self._open(symbol, direction, volume, ask if direction > 0 else bid, order)

    def _order(self, symbol: str, purpose: Any, direction: int, volume: int, price: float, position: int) -> int:
        """Ask for an order; -1 when it is denied."""
        self.number += 1
        side: Any = "buy" if direction > 0 else "sell"
        self.say(
            trading.OrderRequested(
                order=self.number, account="demo", strategy=f"turn_{symbol.lower()}", symbol=symbol, purpose=purpose,
                side=side, kind="market", volume=volume, price=price, stop_loss=0.0, take_profit=0.0,
                position=position, ticket=0, expires=0, reduces=purpose == "close",
            )
        )  # fmt: skip
        if volume > LOT:
            detail = "40 lots are above the 1 lot an order may have; <b>lower the size</b>."
            self.say(trading.OrderDenied(order=self.number, rule="volume", limit=LOT, value=volume, detail=detail))
            return -1
        self.say(trading.OrderApproved(order=self.number, rule="volume", limit=LOT, value=volume))
        self.say(
            trading.OrderSending(
                order=self.number, account="demo", action=1, type=0 if direction > 0 else 1, symbol=symbol,
                volume=volume, price=price, stop_loss=0.0, take_profit=0.0, deviation=0, filling=0, expires=0,
                position=position, ticket=0, magic=self.number, comment="", stop_limit=0.0, time_type=0, opposite=0,
            )
        )  # fmt: skip
        self.say(
            trading.OrderAnswered(
                order=self.number, retcode=10009, deal=self.deal_number, ticket=self.number, volume=volume,
                price=price, bid=price, ask=price, moment=self.time, comment="",
            )
        )  # fmt: skip
        return self.number

    def _open(self, symbol: str, direction: int, volume: int, price: float, order: int) -> None:
        instrument = self.instruments[symbol]
        stop = round(price - direction * 600 * instrument.point * (20 if symbol == "XAUUSD" else 1), instrument.digits)
        ticket = self.deal_number
        self.held[symbol] = Held(ticket, symbol, direction, volume, price, stop, self.time // DAY_NS)
        fee = -instrument.commission_per_lot * volume // LOT
        self._deal(symbol, "buy" if direction > 0 else "sell", "in", "expert", volume, price, 0, 0, fee, ticket, order)
        self.say(PositionProtected(position=ticket, stop_loss=stop, take_profit=0.0, moment=self.time))

    def _charge(self, held: Held) -> None:
        nights = self.time // DAY_NS - held.opened_day
        if nights:
            held.opened_day += nights
            held.swap -= 3 * nights
            self.say(
                SwapCharged(
                    position=held.ticket, symbol=held.symbol, amount=-3 * nights, nights=nights, moment=self.time
                )
            )

    def _close(self, held: Held, price: float, reason: str, order: int) -> None:
        instrument = self.instruments[held.symbol]
        profit = exact_profit(instrument, held.direction, held.volume, held.price, price)
        fee = -instrument.commission_per_lot * held.volume // LOT
        del self.held[held.symbol]
        side = "sell" if held.direction > 0 else "buy"
        self._deal(held.symbol, side, "out", reason, held.volume, price, profit, held.swap, fee, held.ticket, order)

    def _deal(
        self, symbol: str, side: Any, entry: Any, reason: Any, volume: int, price: float, profit: int, swap: int,
        fee: int, ticket: int, order: int,
    ) -> None:  # fmt: skip
        self.balance += profit + swap + fee
        self.say(
            trading.DealMade(
                deal=self.deal_number, ticket=self.number, order=order, position=ticket, symbol=symbol, type=side,
                entry=entry, reason=reason, volume=volume, price=price, profit=profit, swap=swap, commission=fee,
                balance=self.balance, magic=max(order, 0), moment=self.time, comment="</script><b>&",
            )
        )  # fmt: skip
        self.deal_number += 1


def exact_profit(instrument: Instrument, direction: int, volume: int, opened: float, closed: float) -> int:
    """Profit in cents by fractions, halves away from zero."""
    points = (instrument.points(closed) - instrument.points(opened)) * direction
    amount = Fraction(points * volume, LOT) * Fraction(repr(instrument.contract_size)) / 10**instrument.digits * 100
    whole = int(abs(amount) + Fraction(1, 2))
    return whole if amount >= 0 else -whole


def slow_equity(records: list[Record], instruments: dict[str, Instrument]) -> dict[int, int]:
    """Equity in cents at each row's book time, record by record and row by row, in plain Python."""
    symbols: dict[int, str] = {}
    price: dict[str, tuple[float, float]] = {}
    held: dict[int, list[Any]] = {}
    balance = 0
    found: dict[int, int] = {}

    def worth() -> int:
        total: int = balance
        for symbol, direction, volume, opened, swap in held.values():
            now = price[symbol][0 if direction > 0 else 1]
            total += exact_profit(instruments[symbol], direction, volume, opened, now) + swap
        return total

    for record in records:
        event = record.event
        if isinstance(event, market.SeriesDeclared):
            symbols[event.series] = event.symbol
        elif isinstance(event, market.BarBlock):
            opened_msc = np.frombuffer(event.time_msc, "<i8")
            series = np.frombuffer(event.series, "<u2")
            bid, ask = np.frombuffer(event.bid_close, "<f8"), np.frombuffer(event.ask_close, "<f8")
            for row in range(event.rows):
                symbol = symbols[int(series[row])]
                behind = 0 if symbol == "XAUUSD" else 5
                close = (int(opened_msc[row]) + (behind + 1) * 3_600_000) * 1_000_000
                price[symbol] = (float(bid[row]), float(ask[row]))
                found[close] = worth()
        elif isinstance(event, SwapCharged):
            held[event.position][4] += event.amount
        elif isinstance(event, trading.DealMade):
            balance = event.balance
            if event.type != "balance" and event.entry == "in":
                direction = 1 if event.type == "buy" else -1
                held[event.position] = [event.symbol, direction, event.volume, event.price, 0]
            elif event.entry == "out":
                del held[event.position]
        if record.time in found:
            found[record.time] = worth()
    return found
