"""What happens at a moment: steps, and at each step due orders, pending orders, stops, and at last the stop-out."""

from collections.abc import Mapping
from typing import NamedTuple

from tallystick.events.event import Event
from tallystick.events.types.trading import (
    AccountStoppedOut,
    OrderAnswered,
    OrderEnded,
    OrderSending,
    PositionProtected,
)
from tallystick.market.bar_path import STEPS, between, step_moment, step_prices
from tallystick.market.instrument import Instrument
from tallystick.market.moment import triggered
from tallystick.market.rows import Rows
from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, InFlight, Pending, Position
from tallystick.platform.mt5.server.checks import BUY_STOP, SELL_STOP, Checks, direction_of, points_of
from tallystick.platform.mt5.server.dealing import Dealing, Reason
from tallystick.platform.mt5.server.tables import BAR_PRICES, Tables
from tallystick.platform.mt5.server.worth import Worth

triggers = triggered.py_func if hasattr(triggered, "py_func") else triggered
Told = list[tuple[int, Event]]
STOP_TYPES = frozenset({BUY_STOP, SELL_STOP})


class Path(NamedTuple):
    """One row's steps for one symbol: moments, bids and asks in points."""

    row: int
    symbol: str
    moments: tuple[int, ...]
    bids: tuple[int, ...]
    asks: tuple[int, ...]


class Settling:
    """Settles moments on an account state."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        worth: Worth,
        checks: Checks,
        dealing: Dealing,
        tables: Tables,
    ) -> None:
        """All parts share the state that `worth` looks at."""
        self._settings = settings
        self._instruments = instruments
        self._worth = worth
        self._state: AccountState = worth.state
        self._checks = checks
        self._dealing = dealing
        self._tables = tables
        self._periods: list[int] = tables.series_period.tolist()
        self._offsets = [[step_moment(0, period, step) for step in range(STEPS)] for period in self._periods]

    def moment(self, rows: Rows) -> Told:
        """Settle one moment; facts with the row that caused each."""
        paths = [path for row in range(len(rows)) if (path := self._path(rows, row)) is not None]
        told: Told = []
        state, worth, level = self._state, self._worth, self._settings.stop_out_level
        known, safe = -1, False
        for step in range(STEPS if rows.kind == "bar" else 1) if paths else ():
            for path in paths:
                self._step(path, step, told)
            if state.positions:
                if known != len(told):  # positions, and with them equity and margin, change only by what is told
                    known, safe = len(told), self._least_equity(paths, step) * 10_000 >= level * worth.margin()
                if not safe:
                    self._stop_out(paths[-1], step, told)
                    continue
            if not (state.in_flight or state.pendings or any(one.stop or one.take for one in state.positions.values())):
                break  # nothing is left that a later step of the moment could do
        for path in paths:
            state.bids[path.symbol], state.asks[path.symbol] = path.bids[-1], path.asks[-1]
        return told

    def _least_equity(self, paths: list[Path], step: int) -> int:
        """The equity with each position at its worst price from this step on: no step of the moment comes below it."""
        worth = self._worth
        total = self._state.balance
        for position in self._state.positions.values():
            close, symbol, long = worth.closing_price(position), position.symbol, position.direction > 0
            for path in paths:
                if path.symbol == symbol:
                    close = min(close, *path.bids[step:]) if long else max(close, *path.asks[step:])
            total += worth.floating_at(position, close) + position.swap
        return total

    def _path(self, rows: Rows, row: int) -> Path | None:
        """The steps of a row; None for a series its symbol does not move by."""
        series = rows.series.item(row)
        number = self._tables.series_symbol.item(series)
        if number < 0:
            return None
        symbol = self._tables.symbols[number]
        instrument = self._instruments[symbol]
        time = rows.time.item(row)
        if rows.kind == "quote":
            bid, ask = instrument.points(rows.bid.item(row)), instrument.points(rows.ask.item(row))
            return Path(row, symbol, (time,), (bid,), (ask,))
        values = rows.values(row, BAR_PRICES)
        scale: int = 10**instrument.digits
        opened, high, low, close, ask_opened, ask_high, ask_low, ask_close = [round(value * scale) for value in values]
        rising = values[3] >= values[0]
        bids = step_prices((opened, high, low, close), rising=rising)
        asks = step_prices((ask_opened, ask_high, ask_low, ask_close), rising=rising)
        begin, (first, second, third, last) = time - self._periods[series], self._offsets[series]
        return Path(row, symbol, (begin + first, begin + second, begin + third, begin + last), bids, asks)

    # -- one step of one symbol

    def _step(self, path: Path, step: int, told: Told) -> None:
        state, symbol = self._state, path.symbol
        if state.in_flight:
            self._due_orders(path, step, told)
        state.bids[symbol], state.asks[symbol] = path.bids[step], path.asks[step]
        if state.pendings:
            self._pending_orders(path, step, told)
        if state.positions:
            self._stops(path, step, told)

    def _due_orders(self, path: Path, step: int, told: Told) -> None:
        state, symbol, moment = self._state, path.symbol, path.moments[step]
        waiting = [one for one in state.in_flight.values() if one.sending.symbol == symbol and one.due <= moment]
        for order in sorted(waiting, key=lambda one: one.ticket):
            del state.in_flight[order.ticket]
            if step == 0:
                bid, ask, at = path.bids[0], path.asks[0], moment
            else:
                begin, end = path.moments[step - 1], moment
                at = max(order.due, begin)
                bid = between(path.bids[step - 1], path.bids[step], begin, end, at, up=False)
                ask = between(path.asks[step - 1], path.asks[step], begin, end, at, up=True)
            state.bids[symbol], state.asks[symbol] = bid, ask
            told += [(path.row, fact) for fact in self._execute(order, at)]

    def _execute(self, order: InFlight, moment: int) -> list[Event]:
        """Carry a due market order out at the current quote, or refuse it."""
        sending = order.sending
        state, instrument = self._state, self._instruments[sending.symbol]
        direction = direction_of(sending)
        points = state.asks[sending.symbol] if direction > 0 else state.bids[sending.symbol]
        _, stop, take = points_of(sending, instrument)
        refused = self._refused(sending, points, stop, take)
        if refused:
            return [self.answer(sending, refused, ticket=order.ticket, moment=moment)]
        target = self._dealing.target_of(sending)
        before = (target.stop, target.take) if target is not None else None
        deal = self._dealing.execute(sending, order.ticket, points, stop, take, moment)
        facts: list[Event] = [deal]
        now = state.positions.get(deal.position)
        if before is not None and now is not None and (now.stop, now.take) != before:
            facts.append(_protected(now, instrument, moment))
        price = instrument.price(points)
        facts.append(
            self.answer(sending, retcodes.DONE, ticket=order.ticket, moment=moment, deal=deal.deal, price=price)
        )
        return facts

    def _refused(self, sending: OrderSending, points: int, stop: int, take: int) -> int:
        state, instrument = self._state, self._instruments[sending.symbol]
        direction = direction_of(sending)
        target = self._dealing.target_of(sending)
        if sending.position:
            # An order that is to close never opens: on a netting account too its position may be gone, or turned over.
            named = state.positions.get(sending.position)
            if named is None or named.direction == direction:
                return retcodes.POSITION_CLOSED
            if self._settings.margin_mode == "hedging":
                return retcodes.INVALID_CLOSE_VOLUME if sending.volume > named.volume else 0
        reduces = target is not None and target.direction != direction and sending.volume <= target.volume
        if not reduces:
            closing = state.bids[sending.symbol] if direction > 0 else state.asks[sending.symbol]
            if self._checks.stops_broken(instrument, direction, closing, stop, take):
                return retcodes.INVALID_STOPS
        return 0 if self._dealing.enough_money(sending, points) else retcodes.NO_MONEY

    def answer(
        self, sending: OrderSending, retcode: int, *, ticket: int, moment: int, deal: int = 0, price: float = 0.0
    ) -> OrderAnswered:
        """An answer at the current quote."""
        state, instrument = self._state, self._instruments.get(sending.symbol)
        bid = ask = 0.0
        if instrument is not None and sending.symbol in state.bids:
            bid = instrument.price(state.bids[sending.symbol])
            ask = instrument.price(state.asks[sending.symbol])
        return OrderAnswered(
            order=sending.order,
            retcode=retcode,
            deal=deal,
            ticket=ticket,
            volume=sending.volume if deal else 0,
            price=price,
            bid=bid,
            ask=ask,
            moment=moment,
            comment=retcodes.CODES[retcode].name,
        )

    def _pending_orders(self, path: Path, step: int, told: Told) -> None:
        state, symbol, moment = self._state, path.symbol, path.moments[step]
        bid, ask = path.bids[step], path.asks[step]
        for order in sorted(state.pendings.values(), key=lambda one: one.ticket):
            kind = order.sending.type
            if order.sending.symbol != symbol or order.live > moment or not triggers(kind, order.price, bid, ask):
                continue
            del state.pendings[order.ticket]
            market = ask if direction_of(order.sending) > 0 else bid
            # What a stop order passed over before it was live is no price of its own: it gets the market's.
            late = step > 0 and kind in STOP_TYPES and order.live > path.moments[step - 1]
            points = market if step == 0 or late else order.price
            told += [(path.row, fact) for fact in self._fill(order, points, moment)]

    def _fill(self, order: Pending, points: int, moment: int) -> list[Event]:
        sending = order.sending
        if not self._dealing.enough_money(sending, points):
            return [OrderEnded(order=sending.order, ticket=order.ticket, state="rejected", moment=moment)]
        target = self._dealing.target_of(sending)
        before = (target.stop, target.take) if target is not None else None
        deal = self._dealing.execute(sending, order.ticket, points, order.stop, order.take, moment)
        facts: list[Event] = [deal]
        now = self._state.positions.get(deal.position)
        if before is not None and now is not None and (now.stop, now.take) != before:
            facts.append(_protected(now, self._instruments[sending.symbol], moment))
        facts.append(OrderEnded(order=sending.order, ticket=order.ticket, state="filled", moment=moment))
        return facts

    def _stops(self, path: Path, step: int, told: Told) -> None:
        symbol = path.symbol
        watched = [one for one in self._state.positions.values() if (one.stop or one.take) and one.symbol == symbol]
        if len(watched) > 1:
            watched.sort(key=lambda one: one.ticket)
        for position in watched:
            prices = path.bids if position.direction > 0 else path.asks
            reason = _stopped(position, prices, step)
            if reason is None:
                continue
            level = position.stop if reason == "sl" else position.take
            points = prices[step] if step == 0 else level
            words = (
                f"[{reason} {self._instruments[path.symbol].price(level):.{self._instruments[path.symbol].digits}f}]"
            )
            deal = self._dealing.close(position, position.volume, points, reason, path.moments[step], comment=words)
            told.append((path.row, deal))

    def _stop_out(self, last: Path, step: int, told: Told) -> None:
        """Close the worst loser until the margin level holds."""
        level = self._settings.stop_out_level
        while self._state.positions:
            equity, margin = self._worth.equity(), self._worth.margin()
            if margin <= 0 or equity * 10_000 >= level * margin:
                return
            worst = min(self._state.positions.values(), key=lambda one: (self._worth.floating(one), one.ticket))
            moment = last.moments[step]
            told.append(
                (
                    last.row,
                    AccountStoppedOut(
                        equity=equity,
                        margin=margin,
                        level=equity * 10_000 // margin,
                        position=worst.ticket,
                        moment=moment,
                    ),
                )
            )
            points = self._worth.closing_price(worst)
            deal = self._dealing.close(worst, worst.volume, points, "so", moment, comment="[so]")
            told.append((last.row, deal))


def _stopped(position: Position, prices: tuple[int, ...], step: int) -> Reason | None:
    """Whether stop loss or take profit is reached at a step; a stop later in the same bar outranks a take profit."""
    direction, price = position.direction, prices[step]
    if position.stop and (price - position.stop) * direction <= 0:
        return "sl"
    if position.take and (price - position.take) * direction >= 0:
        later = prices[step + 1 :] if step > 0 else ()
        if position.stop and any((one - position.stop) * direction <= 0 for one in later):
            return None
        return "tp"
    return None


def _protected(position: Position, instrument: Instrument, moment: int) -> PositionProtected:
    return PositionProtected(
        position=position.ticket,
        stop_loss=instrument.price(position.stop),
        take_profit=instrument.price(position.take),
        moment=moment,
    )
