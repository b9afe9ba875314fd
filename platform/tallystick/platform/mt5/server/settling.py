"""What happens at a moment: steps, and at each step due orders, pending orders, stops, and at last the stop-out."""

from collections.abc import Mapping

from tallystick.events.event import Event
from tallystick.events.types.account import AccountStoppedOut
from tallystick.market.bar_path import STEPS
from tallystick.market.instrument import Instrument
from tallystick.market.moment import triggered
from tallystick.market.rows import Rows
from tallystick.platform.mt5.numbers import MARKET_TYPES, STOP_LIMIT_TYPES, STOP_TYPES
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Pending, Position
from tallystick.platform.mt5.server.dealing import Dealing, Reason
from tallystick.platform.mt5.server.executing import Executing
from tallystick.platform.mt5.server.order_types import direction_of
from tallystick.platform.mt5.server.paths import Path, Paths
from tallystick.platform.mt5.server.worth import Worth

triggers = triggered.py_func if hasattr(triggered, "py_func") else triggered
Told = list[tuple[int, Event]]


class Settling:
    """Settles moments on an account state."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        worth: Worth,
        dealing: Dealing,
        executing: Executing,
        paths: Paths,
    ) -> None:
        """All parts share the state that `worth` looks at."""
        self._settings = settings
        self._instruments = instruments
        self._worth = worth
        self._state: AccountState = worth.state
        self._dealing = dealing
        self._executing = executing
        self._paths = paths
        self._hours = paths.hours

    def moment(self, rows: Rows) -> Told:
        """Settle one moment; facts with the row that caused each."""
        paths = self._paths.of(rows)
        told: Told = []
        state, worth, level = self._state, self._worth, self._settings.stop_out_level
        known, safe = -1, False
        for step in range(STEPS if rows.kind == "bar" else 1) if paths else ():
            for path in paths:
                self._step(path, step, told)
            if state.positions:
                if known != len(told):  # positions, and with them equity and margin, change only by what is told
                    known, safe = (
                        len(told),
                        not worth.converts() and (self._least_equity(paths, step) * 10_000 >= level * worth.margin()),
                    )
                if not safe:
                    self._stop_out(paths[-1], step, told)
                    continue
            if not (state.in_flight or state.pendings or self._any_stops()):
                break  # nothing is left that a later step of the moment could do
        for path in paths:
            state.bids[path.symbol], state.asks[path.symbol] = path.bids[-1], path.asks[-1]
        return told

    def _any_stops(self) -> bool:
        for position in self._state.positions.values():  # noqa: SIM110 -- every moment asks; a generator costs more
            if position.stop or position.take:
                return True
        return False

    def _least_equity(self, paths: list[Path], step: int) -> int:
        """The equity with each position at its worst price from this step on: no step of the moment comes below it."""
        worth = self._worth
        total = self._state.balance + worth.credit
        for position in self._state.positions.values():
            close, symbol, long = worth.closing_price(position), position.symbol, position.direction > 0
            for path in paths:
                if path.symbol == symbol:
                    close = min(close, *path.bids[step:]) if long else max(close, *path.asks[step:])
            total += worth.floating_at(position, close) + position.swap
        return total

    def _step(self, path: Path, step: int, told: Told) -> None:
        state, symbol = self._state, path.symbol
        if symbol in self._executing.liquidity.stated:
            self._executing.liquidity.renew(symbol)
        # Taken down before the orders that are due: what one of them leaves waits for a later step.
        standing = sorted(state.pendings) if state.pendings else []
        if state.in_flight:
            self._due_orders(path, step, told)
        state.bids[symbol], state.asks[symbol] = path.bids[step], path.asks[step]
        if step in path.closed:
            return
        if standing:
            self._pending_orders(path, step, standing, told)
        if state.positions:
            self._stops(path, step, told)

    def _due_orders(self, path: Path, step: int, told: Told) -> None:
        state, symbol, moment = self._state, path.symbol, path.moments[step]
        for ticket, order in sorted(state.in_flight.items()):
            if order.sending.symbol == symbol and order.due <= moment:
                del state.in_flight[ticket]
                at, state.bids[symbol], state.asks[symbol] = path.quote_at(step, order.due)
                told += [(path.row, fact) for fact in self._executing.market(order, at)]

    def _pending_orders(self, path: Path, step: int, standing: list[int], told: Told) -> None:
        symbol, moment = path.symbol, path.moments[step]
        bid, ask = path.bids[step], path.asks[step]
        for ticket in standing:
            order = self._state.pendings[ticket]
            if order.sending.symbol != symbol or order.live > moment or not triggers(order.kind, order.price, bid, ask):
                continue
            if order.kind in STOP_LIMIT_TYPES:
                told.append((path.row, self._executing.trigger(order, moment)))
                continue
            points = _price_of(order, path, step)
            told += [(path.row, fact) for fact in self._executing.fill(order, points, moment)]

    def _stops(self, path: Path, step: int, told: Told) -> None:
        symbol = path.symbol
        watched = [one for one in self._state.positions.values() if (one.stop or one.take) and one.symbol == symbol]
        if len(watched) > 1:
            watched.sort(key=lambda one: one.ticket)
        for position in watched:
            prices = path.bids if position.direction > 0 else path.asks
            reason = _stopped(position, path, prices, step)
            if reason is None:
                continue
            level = position.stop if reason == "sl" else position.take
            points = prices[step] if path.fresh(step) else level
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
            moment, held = last.moments[step], self._state.positions.values()
            closable = [one for one in held if self._hours.open(one.symbol, moment)] if self._hours else held
            worst = min(closable, key=lambda one: (self._worth.floating(one), one.ticket), default=None)
            if worst is None:
                return
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


def _price_of(order: Pending, path: Path, step: int) -> int:
    """Points at which a triggered order is filled: its own price where a bar's path comes by it, else the market's."""
    market = path.asks[step] if direction_of(order.sending) > 0 else path.bids[step]
    if path.fresh(step) or order.kind in MARKET_TYPES:
        return market
    # What a stop order passed over before it was live is no price of its own: it gets the market's.
    late = order.kind in STOP_TYPES and order.live > path.moments[step - 1]
    return market if late else order.price


def _stopped(position: Position, path: Path, prices: tuple[int, ...], step: int) -> Reason | None:
    """Whether stop loss or take profit is reached at a step; a stop later in the same bar outranks a take profit."""
    direction, price = position.direction, prices[step]
    if position.stop and (price - position.stop) * direction <= 0:
        return "sl"
    if position.take and (price - position.take) * direction >= 0:
        later = range(step + 1, len(prices)) if step > 0 else ()
        if position.stop and any(
            (prices[one] - position.stop) * direction <= 0 for one in later if one not in path.closed
        ):
            return None
        return "tp"
    return None
