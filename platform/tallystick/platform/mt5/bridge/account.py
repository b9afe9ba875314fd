"""What has happened on the account since it was last looked at, as events.

1. Deals of the history that the book does not know, by ticket: of an order of ours (by magic), on a position of ours
   (a stop, a person), money put in or taken out; every other is foreign.
2. Pending orders of ours: a stop-limit order that has become a limit order; those that do not stand any more, once
   their deals have been told.
3. Stops and swap of our positions where they are not what was told last.
4. Answers that were held back until the deal they name is in the history, so that its result is known with it.
"""

from typing import Literal

from tallystick.events.event import Event
from tallystick.events.types.account import ForeignTradeSeen, PositionProtected, SwapCharged
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded, OrderTriggered
from tallystick.market.instrument import Instrument
from tallystick.market.server_time import offset_ns, server_day, weekday_of
from tallystick.market.spans import DAY_NS
from tallystick.platform.mt5.bridge.line import TerminalLine
from tallystick.platform.mt5.bridge.requests import server_seconds, volume_of
from tallystick.platform.mt5.bridge.seen import DealSeen, OrderSeen, PositionSeen
from tallystick.platform.mt5.bridge.standing import Standing
from tallystick.platform.mt5.numbers import BUY, LIMIT_TYPES, SELL

HELD_NS = 10_000_000_000
"""The longest that an answer waits for its deal; a deal that comes later is told by itself."""
AGREE_NS = 60_000_000_000
CREDIT, EXPERT = 3, 3
FILLED = 4
ENTRIES: dict[int, Literal["in", "out", "inout", "out_by"]] = {0: "in", 1: "out", 2: "inout", 3: "out_by"}
Reason = Literal["expert", "client", "sl", "tp", "so", "rollover", "balance"]
REASONS: dict[int, Reason] = {
    4: "sl",
    5: "tp",
    6: "so",
    7: "rollover",
}
ENDS: dict[int, Literal["filled", "cancelled", "expired", "rejected"]] = {
    2: "cancelled",
    4: "filled",
    5: "rejected",
    6: "expired",
}


class AccountWatch:
    """One account, seen through one line; everything it says is folded into `standing` at once."""

    def __init__(self, line: TerminalLine, standing: Standing, account: str, digits: int, rule: str) -> None:
        """`digits` of a minor unit of the account's currency, `rule` of the server's clock."""
        self._line = line
        self.standing = standing
        self._account = account
        self._digits = digits
        self._rule = rule
        self._held: list[tuple[OrderAnswered, int]] = []
        self._foreign: list[ForeignTradeSeen] = []
        self._differs_since = 0
        self._counted = (0, 0)
        self.instruments: dict[str, Instrument] = {}

    def news(self, time: int) -> list[Event]:
        """Facts of the terminal at book time `time`, in order; when the line raises, nothing has been told."""
        orders, positions = self._line.orders(), self._line.positions()
        until = self._server_s(time + DAY_NS)
        gone = set(self.standing.placed) - {order.ticket for order in orders}
        over = self._line.orders_over(self._since_s(), until) if gone else []
        counted, deals = self._new_deals(self._since_s(), until)
        balance = self._minor(self._line.account().balance)
        self._counted = counted  # only now: nothing is asked of the line any more
        facts = [self._said(self._triggered(each, time), time) for each in orders if self._is_triggered(each)]
        facts += self.told_of(deals, time)
        facts += [self._said(end, time) for order in over if order.ticket in gone and (end := self._end_of(order))]
        for position in positions:
            if position.identifier in self.standing.own:
                facts += [self._said(fact, time) for fact in self._changes(position, time)]
        self._agree(balance, time)
        return facts + self._answers(time)

    def _new_deals(self, since_s: int, until_s: int) -> tuple[tuple[int, int], list[DealSeen]]:
        """The window's beginning with its number of deals, and these, fetched only when the two are not as before."""
        counted = since_s, self._line.deals_total(since_s, until_s)
        if counted == self._counted:
            return counted, []
        deals = self._line.deals(since_s, until_s)
        return (since_s, len(deals)), deals

    def told_of(self, deals: list[DealSeen], time: int) -> list[Event]:
        """Those of these deals that have not been told; foreign ones wait for `foreign`."""
        facts: list[Event] = []
        for deal in sorted(deals, key=lambda each: each.ticket):
            if self.standing.told(deal.ticket):
                continue
            made = self._made(deal)
            self._said(made, time)
            if isinstance(made, ForeignTradeSeen):
                self.standing.balance += self._minor(deal.profit + deal.swap + deal.commission + deal.fee)
                self._foreign.append(made)
            else:
                facts.append(made)
        return facts

    def foreign(self) -> list[ForeignTradeSeen]:
        """Foreign deals seen since the last call."""
        seen, self._foreign = self._foreign, []
        return seen

    def adopt(self, positions: list[PositionSeen]) -> None:
        """Positions that stand when a book begins are nobody's of it; they count."""
        for each in positions:
            seen = ForeignTradeSeen(
                account=self._account,
                deal=0,
                position=each.identifier,
                symbol=each.symbol,
                type="buy" if each.type == BUY else "sell",
                volume=volume_of(each.volume),
                price=each.price_open,
                magic=each.magic,
            )
            self._foreign.append(seen)

    def hold(self, answer: OrderAnswered, time: int) -> None:
        """Say this answer when the deals of its ticket have been told."""
        self._held.append((answer, time))

    def _made(self, deal: DealSeen) -> DealMade | ForeignTradeSeen:
        sending = self.standing.sendings.get(deal.magic) if deal.reason == EXPERT else None
        trade = deal.type in {BUY, SELL}
        if trade and sending is None and deal.position_id not in self.standing.own:
            return ForeignTradeSeen(
                account=self._account,
                deal=deal.ticket,
                position=deal.position_id,
                symbol=deal.symbol,
                type="buy" if deal.type == BUY else "sell",
                volume=volume_of(deal.volume),
                price=deal.price,
                magic=deal.magic,
            )
        # Credit is lent, not owned: it changes no balance.
        profit, swap = (0 if deal.type == CREDIT else self._minor(deal.profit)), self._minor(deal.swap)
        commission = self._minor(deal.commission) + self._minor(deal.fee)
        return DealMade(
            deal=deal.ticket,
            ticket=deal.order,
            order=sending.order if sending is not None else -1,
            position=deal.position_id,
            symbol=deal.symbol,
            type=("buy" if deal.type == BUY else "sell") if trade else "balance",
            entry=ENTRIES.get(deal.entry, "in"),
            reason=_reason(deal, ours=sending is not None) if trade else "balance",
            volume=volume_of(deal.volume),
            price=deal.price,
            profit=profit,
            swap=swap,
            commission=commission,
            balance=self.standing.balance + profit + swap + commission,
            magic=deal.magic,
            moment=self.utc(deal.time_msc),
            comment=deal.comment,
        )

    def _is_triggered(self, order: OrderSeen) -> bool:
        """True for a stop-limit order of ours that stands as a limit order now."""
        return order.ticket in self.standing.waiting and order.type in LIMIT_TYPES

    def _triggered(self, order: OrderSeen, time: int) -> OrderTriggered:
        number = self.standing.placed[order.ticket]
        return OrderTriggered(order=number, ticket=order.ticket, price=order.price_open, moment=time)

    def _end_of(self, order: OrderSeen) -> OrderEnded | None:
        """How a pending order ended; None while that, or its deals, are not in the history."""
        state = ENDS.get(order.state)
        if state is None or (order.state == FILLED and order.ticket not in self.standing.deal_tickets):
            return None
        number = self.standing.placed[order.ticket]
        return OrderEnded(order=number, ticket=order.ticket, state=state, moment=self.utc(order.time_done_msc))

    def _changes(self, position: PositionSeen, time: int) -> list[Event]:
        number, moment = position.identifier, self.utc(position.time_update_msc)
        changes: list[Event] = []
        if self.standing.stops.get(number, (0.0, 0.0)) != (position.sl, position.tp):
            changes.append(
                PositionProtected(position=number, stop_loss=position.sl, take_profit=position.tp, moment=moment)
            )
        charged = self._minor(position.swap) - self.standing.swaps.get(number, 0)
        if charged:
            nights = self._nights(position.symbol, time)
            changes.append(
                SwapCharged(position=number, symbol=position.symbol, amount=charged, nights=nights, moment=moment)
            )
        return changes

    def _nights(self, symbol: str, time: int) -> int:
        """The terminal does not say how many; the night into this server day counts three on the triple day."""
        instrument = self.instruments.get(symbol)
        night = weekday_of(server_day(time, self._rule) - 1)
        return 3 if instrument is not None and night == instrument.swap_triple_weekday else 1

    def _answers(self, time: int) -> list[Event]:
        """Held answers whose deals are there by now, or that have waited long enough."""
        tickets = self.standing.deal_tickets
        ready = [answer for answer, since in self._held if answer.ticket in tickets or time - since >= HELD_NS]
        self._held = [each for each in self._held if each[0] not in ready]
        return [self._said(answer, time) for answer in ready]

    def _agree(self, balance: int, time: int) -> None:
        """The balance is folded from deals; where the terminal's stays another for a minute, its own is believed."""
        if balance == self.standing.balance:
            self._differs_since = 0
        elif not self._differs_since:
            self._differs_since = time
        elif time - self._differs_since >= AGREE_NS:
            self.standing.balance, self._differs_since = balance, 0

    def _said(self, event: Event, time: int) -> Event:
        self.standing.take(event, time)
        return event

    def utc(self, time_msc: int) -> int:
        """A moment of the server's clock as ns UTC; in the hour that it shows twice, the first reading."""
        local = time_msc * 1_000_000
        guess = local - offset_ns(local, self._rule)
        return local - offset_ns(guess, self._rule)

    def since(self, time: int) -> int:
        """A day before a moment in ns UTC, in seconds of the server's clock."""
        return self._server_s(time - DAY_NS)

    def _since_s(self) -> int:
        return self.since(self.standing.newest)

    def _server_s(self, time: int) -> int:
        return server_seconds(time, self._rule)

    def _minor(self, money: float) -> int:
        units: int = 10**self._digits
        return round(money * units)


def _reason(deal: DealSeen, *, ours: bool) -> Reason:
    """Who or what asked; another program that closes a position of ours is a client like a person."""
    return "expert" if ours else REASONS.get(deal.reason, "client")
