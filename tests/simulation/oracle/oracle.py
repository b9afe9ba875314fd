"""Sections 2 to 7, 10 and 11 of docs/fills.md: what happens at every step of every moment."""

import math
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tallystick.events.event import Event
from tallystick.events.types.trading import AccountStoppedOut, OrderAnswered, OrderEnded, OrderSending, SwapCharged
from tallystick.market.instrument import Instrument
from tests.simulation.oracle.account import BUY, AccountOfTheOracle, Order, Position
from tests.simulation.oracle.arithmetic import LOT, SATURDAY, SUNDAY, nearest, next_midnight, to_points, to_price
from tests.simulation.oracle.checks import (
    BAD_STOPS,
    CLOSE_MORE,
    MARKET,
    MODIFY,
    NO_POSITION,
    PENDING,
    PROTECT,
    direction_of,
    refusal,
    wrong_stops,
)
from tests.simulation.oracle.path import Bar, QuoteRow, Step, steps_of_bar, touches_stop, touches_take

DONE, PLACED, NO_MONEY = 10009, 10008, 10019
WORDS = {
    10008: "PLACED", 10009: "DONE", 10013: "INVALID", 10014: "INVALID_VOLUME", 10015: "INVALID_PRICE",
    10016: "INVALID_STOPS", 10019: "NO_MONEY", 10021: "PRICE_OFF", 10022: "INVALID_EXPIRATION", 10025: "NO_CHANGES",
    10029: "FROZEN", 10030: "INVALID_FILL", 10034: "LIMIT_VOLUME", 10035: "INVALID_ORDER", 10036: "POSITION_CLOSED",
    10038: "INVALID_CLOSE_VOLUME", 10039: "CLOSE_ORDER_EXIST",
}  # fmt: skip
"""What an answer says in words."""


class Oracle(AccountOfTheOracle):
    """The simulated terminal, slowly."""

    def __init__(
        self,
        account: Any,
        instruments: dict[str, Instrument],
        series: Sequence[tuple[str, str, int]],
        server_time_rule: str,
        latency_ns: int,
    ) -> None:
        """`series` are (symbol, kind, period in ns); `account` has the fields of the terminal's settings."""
        super().__init__(account, instruments)
        self.series = list(series)
        self.rule = server_time_rule
        self.latency = latency_ns
        self.pending: dict[int, Order] = {}
        self.in_flight: dict[int, Order] = {}
        self.known: dict[int, tuple[OrderSending, list[Event]]] = {}
        self.reached: int | None = None

    # -- section 4

    def send(self, sending: OrderSending, time: int) -> list[Event]:
        """Take an order at book time; what is answered at once."""
        if sending.order in self.known:
            same, facts = self.known[sending.order]
            if same != sending:
                raise ValueError(f"order {sending.order} is known with another content")
            return facts
        code = refusal(self, sending, time)
        facts = [self._answer(sending, code, time)] if code else self._accept(sending, time)
        self.known[sending.order] = (sending, facts)
        return facts

    def _accept(self, sending: OrderSending, time: int) -> list[Event]:
        digits = self.instruments[sending.symbol].digits
        price, stop, take = (to_points(x, digits) for x in (sending.price, sending.stop_loss, sending.take_profit))
        if sending.action in {MARKET, PENDING}:
            order = Order(
                sending.order, self.next_ticket(), sending.symbol, direction_of(sending.type), sending.volume,
                stop, take, sending.position if sending.action == MARKET else 0, sending.magic, sending.comment,
                time + self.latency, price, sending.type in {2, 3}, sending.expires,
            )  # fmt: skip
            if sending.action == MARKET:
                self.in_flight[order.ticket] = order
                return []
            self.pending[order.ticket] = order
            return [self._answer(sending, PLACED, time, ticket=order.ticket)]
        if sending.action == PROTECT:
            position = self.positions[sending.position]
            position.stop, position.take = stop, take
            return [self.protected(position, time), self._answer(sending, DONE, time, ticket=sending.ticket)]
        order = self.pending[sending.ticket]
        if sending.action == MODIFY:
            self.pending[order.ticket] = replace(
                order, price=price, stop=stop, take=take, expires=sending.expires, due=max(order.due, time)
            )
            return [self._answer(sending, DONE, time, ticket=order.ticket)]
        del self.pending[order.ticket]
        return [self._ended(order, "cancelled", time), self._answer(sending, DONE, time, ticket=order.ticket)]

    def _answer(self, sending: OrderSending, code: int, moment: int, *, ticket: int = 0) -> OrderAnswered:
        bid = ask = 0.0
        if sending.symbol in self.quotes:
            bid, ask = (to_price(x, self.instruments[sending.symbol].digits) for x in self.quotes[sending.symbol])
        return OrderAnswered(
            order=sending.order, retcode=code, deal=0, ticket=ticket, volume=0, price=0.0,
            bid=bid, ask=ask, moment=moment, comment=WORDS[code],
        )  # fmt: skip

    def _ended(self, order: Order, state: Any, moment: int) -> OrderEnded:
        return OrderEnded(order=order.number, ticket=order.ticket, state=state, moment=moment)

    # -- sections 2 and 3

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
        return facts

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
        for ticket, order in sorted(self.in_flight.items()):
            if order.symbol == step.symbol and order.due <= step.moment:
                facts += self._execute(order, step)
                del self.in_flight[ticket]
        self.quotes[step.symbol] = (step.bid, step.ask)
        for _, order in sorted(self.pending.items()):
            if order.symbol == step.symbol and order.due <= step.moment:
                facts += self._trigger(order, step)
        for _, position in sorted(self.positions.items()):
            if position.symbol == step.symbol:
                facts += self._stops(position, step)
        return facts

    # -- section 5

    def _execute(self, order: Order, step: Step) -> list[Event]:
        bid, ask, moment = step.bid, step.ask, max(order.due, step.moment)
        if step.before is not None:
            moment = max(order.due, step.before.moment)
            part = Fraction(moment - step.before.moment, step.moment - step.before.moment)
            bid = math.floor(step.before.bid + part * (step.bid - step.before.bid))
            ask = math.ceil(step.before.ask + part * (step.ask - step.before.ask))
        self.quotes[step.symbol] = (bid, ask)
        price = ask if order.direction == BUY else bid
        code = self._refused_at_execution(order, price)
        facts = [] if code else self.fill(order, price, moment)
        digits = self.instruments[order.symbol].digits
        market = {"bid": to_price(bid, digits), "ask": to_price(ask, digits)}
        answer = OrderAnswered(
            order=order.number,
            retcode=code or DONE,
            deal=0 if code else self.deal_tickets,
            ticket=order.ticket,
            volume=0 if code else order.volume,
            price=0.0 if code else to_price(price, digits),
            moment=moment,
            comment=WORDS[code or DONE],
            **market,
        )
        return [*facts, answer]

    def _refused_at_execution(self, order: Order, price: int) -> int:
        if order.position:
            position = self.positions.get(order.position)
            if position is None or position.direction == order.direction:
                return NO_POSITION
            if not self.netting and position.volume < order.volume:
                return CLOSE_MORE
        closing = self.closing_price(order.symbol, order.direction)
        if self.entry(order) != "out" and wrong_stops(
            self, order.symbol, order.direction, order.stop, order.take, closing
        ):
            return BAD_STOPS
        return 0 if self.can_pay(order, price) else NO_MONEY

    # -- section 6

    def _trigger(self, order: Order, step: Step) -> list[Event]:
        market = step.ask if order.direction == BUY else step.bid
        falls_to = (order.direction == BUY) == order.limit
        if market > order.price if falls_to else market < order.price:
            return []
        late_stop = not order.limit and step.before is not None and order.due > step.before.moment
        price = market if step.before is None or late_stop else order.price
        del self.pending[order.ticket]
        if not self.can_pay(order, price):
            return [self._ended(order, "rejected", step.moment)]
        return [*self.fill(order, price, step.moment), self._ended(order, "filled", step.moment)]

    # -- section 7

    def _stops(self, position: Position, step: Step) -> list[Event]:
        if touches_stop(position, step):
            level, reason = position.stop, "sl"
        elif touches_take(position, step):
            if step.before is not None and any(touches_stop(position, later) for later in step.later):
                return []
            level, reason = position.take, "tp"
        else:
            return []
        price = self.closing_price(position.symbol, position.direction) if step.before is None else level
        digits = self.instruments[position.symbol].digits
        comment = f"[{reason} {to_price(level, digits):.{digits}f}]"
        return self.close(position, price, reason, comment, step.moment)

    # -- section 10

    def _stop_out(self, moment: int) -> list[Event]:
        facts: list[Event] = []
        while (margin := self.margin) > 0 and self.equity * 10_000 < self.settings.stop_out_level * margin:
            worst = min(self.positions.values(), key=lambda p: (self.floating(p), p.number))
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

    # -- section 11, and expiries of section 6

    def reach(self, time: int) -> list[Event]:
        """Rollovers and expiries up to and including `time`, in order of time; at one time expiries come first."""
        facts: list[Event] = []
        if self.reached is None:
            self.reached = time
        while True:
            midnight, weekday = next_midnight(self.rule, self.reached)
            expiring = [o for o in self.pending.values() if o.expires]
            first = min(expiring, key=lambda o: (o.expires, o.ticket), default=None)
            if midnight <= time and (first is None or midnight < first.expires):
                facts += self._rollover(midnight, weekday)
                self.reached = midnight
            elif first is not None and first.expires <= time:
                del self.pending[first.ticket]
                facts.append(self._ended(first, "expired", first.expires))
            else:
                self.reached = max(self.reached, time)
                return facts

    def _rollover(self, midnight: int, weekday: int) -> list[Event]:
        facts: list[Event] = []
        for _, position in sorted(self.positions.items()):
            terms = self.instruments[position.symbol]
            nights = 3 if weekday == terms.swap_triple_weekday else 1
            if weekday in {SATURDAY, SUNDAY} or terms.swap_mode == "disabled":
                continue
            rate = Fraction(repr(terms.swap_long if position.direction == BUY else terms.swap_short))
            if terms.swap_mode == "points":
                amount = nearest(rate * nights * self.rho(position.symbol, position.volume))
            else:
                amount = nearest(rate * nights * Fraction(position.volume, LOT) * 10**self.settings.digits)
            if amount:
                position.swap += amount
                charged = SwapCharged(
                    position=position.number, symbol=position.symbol, amount=amount, nights=nights, moment=midnight
                )
                facts.append(charged)
        return facts
