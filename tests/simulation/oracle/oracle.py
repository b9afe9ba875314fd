"""The terminal as a whole: sections 2 to 4, 7, 10 and 18 of docs/fills.md; what they rest on is in the files beside."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types.account import AccountStoppedOut
from tallystick.events.types.trading import OrderAnswered, OrderSending
from tallystick.market.instrument import Instrument
from tests.simulation.oracle.arithmetic import to_points, to_price
from tests.simulation.oracle.checks import CLOSE_BY, MARKET, MODIFY, PENDING, PROTECT, REMOVE, refusal
from tests.simulation.oracle.execution import Execution
from tests.simulation.oracle.names import DONE, PLACED, WORDS
from tests.simulation.oracle.orders import Order, Position
from tests.simulation.oracle.path import Bar, QuoteRow, Step, steps_of_bar, touches_stop, touches_take
from tests.simulation.oracle.prices import points_of


class Oracle(Execution):
    """The simulated terminal, slowly."""

    def __init__(
        self,
        account: Any,
        instruments: dict[str, Instrument],
        series: Sequence[tuple[str, str, int]],
        server_time_rule: str,
        latency_ns: int,
        calendars: Mapping[str, Any] | None = None,
    ) -> None:
        """`series` are (symbol, kind, period in ns); `account` has the fields of the terminal's settings."""
        super().__init__(account, instruments, server_time_rule, calendars or {})
        self.series = list(series)
        self.latency = latency_ns
        self.known: dict[int, tuple[OrderSending, list[Event]]] = {}
        self.sent_at: list[int] = []
        self.faults: list[tuple[int, int, str]] = []
        """Injected (section 18): code, order number or -1, symbol or nothing."""

    def send(self, sending: OrderSending, time: int) -> list[Event]:
        """Take an order at book time; what is answered at once."""
        if sending.order in self.known:
            same, facts = self.known[sending.order]
            if same != sending:
                raise ValueError(f"order {sending.order} is known with another content")
            return facts
        asked = msgspec.structs.replace(sending, symbol=self._symbol_of(sending))
        code = self._fault(sending)
        if not code:  # a fault changes nothing, not even the number of requests
            code = refusal(self, asked, time)
            self.sent_at.append(time)
        facts = [self._answer(asked, code, time)] if code else self._accept(asked, time)
        facts = [fact for _, fact in self.with_margins_fixed([(0, fact) for fact in facts])]
        self.known[sending.order] = (sending, facts)
        return facts

    def _fault(self, sending: OrderSending) -> int:
        for place, (code, order, symbol) in enumerate(self.faults):
            if order in {-1, sending.order} and symbol in {"", sending.symbol}:
                del self.faults[place]
                return code
        return 0

    def _symbol_of(self, sending: OrderSending) -> str:
        """The request's symbol: where it may be missing, that of the position or order it names."""
        if sending.symbol:
            return sending.symbol
        named: Position | Order | None = None
        if sending.action in {PROTECT, CLOSE_BY}:
            named = self.named(sending.position)
        elif sending.action in {MODIFY, REMOVE}:
            named = self.pending.get(sending.ticket)
        return named.symbol if named else ""

    def protected_by(self, sending: OrderSending) -> Position | None:
        """The position that an action 6 is for."""
        if self.netting and sending.position == 0:
            return next(iter(self.of_symbol(sending.symbol)), None)
        return self.named(sending.position)

    def _accept(self, sending: OrderSending, time: int) -> list[Event]:
        if sending.action in {MARKET, PENDING}:
            return self._take_in(sending, time)
        price, stop_limit, stop, take = points_of(self, sending)
        if sending.action == PROTECT:
            position = self.protected_by(sending)
            assert position is not None
            position.stop, position.take = stop, take
            return [self.protected(position, time), self._answer(sending, DONE, time, ticket=sending.ticket)]
        if sending.action == CLOSE_BY:
            return self._close_by(sending, time)
        order = self.pending[sending.ticket]
        done = self._answer(sending, DONE, time, ticket=order.ticket)
        if sending.action == REMOVE:
            del self.pending[order.ticket]
            return [self.ended(order, "cancelled", time), done]
        self.pending[order.ticket] = replace(
            order, price=price, stop_limit=stop_limit, stop=stop, take=take, expires=self.expiry(sending, time),
            due=max(order.due, time),
        )  # fmt: skip
        return [done]

    def _take_in(self, sending: OrderSending, time: int) -> list[Event]:
        price, stop_limit, stop, take = points_of(self, sending)
        named = self.named(sending.position) if sending.action == MARKET else None
        order = Order(
            number=sending.order, ticket=self.next_ticket(), symbol=sending.symbol, type=sending.type,
            volume=sending.volume, stop=stop, take=take, position=named.number if named else 0, magic=sending.magic,
            comment=sending.comment, due=time + self.latency, filling=sending.filling, deviation=sending.deviation,
            price=price, stop_limit=stop_limit, expires=self.expiry(sending, time), asked=sending,
        )  # fmt: skip
        if sending.action == MARKET:
            self.in_flight[order.ticket] = order
            return []
        self.pending[order.ticket] = order
        return [self._answer(sending, PLACED, time, ticket=order.ticket)]

    def _close_by(self, sending: OrderSending, time: int) -> list[Event]:
        first, second = self.named(sending.position), self.named(sending.opposite)
        assert first is not None
        assert second is not None
        facts = self.close_by(first, second, sending.order, sending.comment, time)
        one = facts[0]
        answer = self._answer(sending, DONE, time, ticket=self.order_tickets)
        done = {"deal": one.deal, "volume": one.volume, "price": one.price}  # type: ignore[attr-defined]  # a deal comes first
        return [*facts, msgspec.structs.replace(answer, **done)]

    def _answer(self, sending: OrderSending, code: int, moment: int, *, ticket: int = 0) -> OrderAnswered:
        bid = ask = 0.0
        if sending.symbol in self.quotes:
            bid, ask = (to_price(x, self.instruments[sending.symbol].digits) for x in self.quotes[sending.symbol])
        return OrderAnswered(
            order=sending.order, retcode=code, deal=0, ticket=ticket, volume=0, price=0.0,
            bid=bid, ask=ask, moment=moment, comment=WORDS[code],
        )  # fmt: skip

    def settle(self, rows: Sequence[Bar | QuoteRow]) -> list[tuple[int, Event]]:
        """One moment: all bars of one close in series order, or one quote. Facts with the index of their row."""
        paths = [self._path(row) for row in rows]
        facts: list[tuple[int, Event]] = []
        for number in range(4):
            moment = None
            for index, path in enumerate(paths):
                if number < len(path):
                    facts += [(index, fact) for fact in self._step(path[number])]
                    moment, last = path[number].moment, index
            if moment is not None:
                facts += [(last, fact) for fact in self._stop_out(moment)]
        return self.with_margins_fixed(facts)

    def _path(self, row: Bar | QuoteRow) -> list[Step]:
        symbol, _, period = self.series[row.series]
        if row.series != next(number for number, (name, _, _) in enumerate(self.series) if name == symbol):
            return []  # a symbol moves by its first series only
        digits = self.instruments[symbol].digits
        if isinstance(row, QuoteRow):
            return [Step(symbol, row.time, to_points(row.bid, digits), to_points(row.ask, digits), None)]
        return steps_of_bar(row, symbol, period, digits)

    def _step(self, step: Step) -> list[Event]:
        facts: list[Event] = []
        self.taken = {"bid": 0, "ask": 0}
        standing = sorted(self.pending)  # the rest of an order executed now waits for a later step
        for ticket, order in sorted(self.in_flight.items()):
            if order.symbol == step.symbol and order.due <= step.moment:
                facts += self.execute(order, step)
                del self.in_flight[ticket]
        self.quotes[step.symbol] = (step.bid, step.ask)
        if not self.in_session(step.symbol, step.moment):
            return facts
        for ticket in standing:
            order = self.pending[ticket]
            if order.symbol == step.symbol and order.due <= step.moment:
                facts += self.trigger(order, step)
        for position in self.of_symbol(step.symbol):
            facts += self._stops(position, step)
        return facts

    def _stops(self, position: Position, step: Step) -> list[Event]:
        if touches_stop(position, step):
            level, reason = position.stop, "sl"
        elif touches_take(position, step):
            if step.before is not None and any(
                touches_stop(position, later) and self.in_session(step.symbol, later.moment) for later in step.later
            ):
                return []
            level, reason = position.take, "tp"
        else:
            return []
        price = self.closing_price(position.symbol, position.direction) if self.fresh(step) else level
        digits = self.instruments[position.symbol].digits
        comment = f"[{reason} {to_price(level, digits):.{digits}f}]"
        return self.close(position, price, reason, comment, step.moment)

    def _stop_out(self, moment: int) -> list[Event]:
        facts: list[Event] = []
        while (margin := self.margin) > 0 and self.equity * 10_000 < self.settings.stop_out_level * margin:
            traded = [p for p in self.positions.values() if self.in_session(p.symbol, moment)]
            if not traded:
                return facts
            worst = min(traded, key=lambda p: (self.floating(p), p.number))
            facts.append(
                AccountStoppedOut(
                    equity=self.equity,
                    margin=margin,
                    level=self.equity * 10_000 // margin,
                    position=worst.number,
                    moment=moment,
                )
            )
            price = self.closing_price(worst.symbol, worst.direction)
            facts += self.close(worst, price, "so", "[so]", moment)
        return facts
