"""Deals on the simulated account: opening, adding, closing, turning over, and the money of each."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from tallystick.events.types.trading import DealMade, OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.money import PointMoney, commission, rounded
from tallystick.platform.mt5.numbers import DEAL
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Position
from tallystick.platform.mt5.server.order_types import direction_of
from tallystick.platform.mt5.server.permissions import netting_position
from tallystick.platform.mt5.server.worth import Worth

Reason = Literal["expert", "sl", "tp", "so"]


class Trade(msgspec.Struct, frozen=True):
    """An order at a price and what it acts on: worked out once, looked at by the checks and by the deal.

    `target`: the position that it adds to, reduces or turns over, if any; `after`: the position as it would stand, None
    when the order only reduces.
    """

    sending: OrderSending
    direction: int
    points: int
    target: Position | None
    after: Position | None


class Dealing:
    """Executes on an account state and says each deal."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        money: Mapping[str, PointMoney],
        worth: Worth,
    ) -> None:
        """Works on the state that `worth` looks at."""
        self._netting = settings.margin_mode == "netting"
        self._instruments = instruments
        self._money = money
        self._worth = worth
        self._state: AccountState = worth.state

    def next_ticket(self) -> int:
        """The next order ticket."""
        ticket = self._state.next_ticket
        self._state.next_ticket += 1
        return ticket

    def trade(self, sending: OrderSending, points: int | None = None) -> Trade:
        """What an order at `points`, else at the current quote, comes to as things stand."""
        direction, target = direction_of(sending), self._target_of(sending)
        if points is None:
            points = (self._state.asks if direction > 0 else self._state.bids)[sending.symbol]
        only_reduces = target is not None and target.direction != direction and sending.volume <= target.volume
        after = None if only_reduces else self._after(sending, direction, target, points)
        return Trade(sending, direction, points, target, after)

    def _target_of(self, sending: OrderSending) -> Position | None:
        """The position an order acts on: the named one (hedging), the symbol's (netting), or none."""
        if self._netting:
            return netting_position(self._state, sending.symbol)
        closes = sending.position and sending.action == DEAL  # a pending order only ever opens
        return self._state.position(sending.position) if closes else None

    def _after(self, sending: OrderSending, direction: int, target: Position | None, points: int) -> Position:
        """The position as it would stand after an order that opens, adds or turns over."""
        units = self._money[sending.symbol].units(sending.volume)
        if target is None:
            return _position(0, sending, direction, sending.volume, units, points * units)
        if target.direction == direction:
            volume, point_units = target.volume + sending.volume, target.point_units + points * units
            return _position(target.ticket, sending, direction, volume, target.units + units, point_units)
        rest, left = sending.volume - target.volume, units - target.units
        return _position(target.ticket, sending, direction, rest, left, points * left)

    def enough_money(self, trade: Trade) -> bool:
        """Whether the margin after a trade is within equity less its commission; what only reduces needs none."""
        if trade.after is None:
            return True
        sending, target = trade.sending, trade.target
        largest = sending.volume + (target.volume if target is not None else 0)
        self._money[sending.symbol].require_fits(trade.points, largest)
        cost = commission(self._instruments[sending.symbol], sending.volume)
        return self.margin_after(trade) <= self._worth.equity() + cost

    def margin_after(self, trade: Trade) -> int:
        """The account's margin after a trade that opens, adds or turns over, as it is judged by."""
        target, after = trade.target, trade.after
        assert after is not None, "what only reduces is not judged by its margin"
        after.margin = self._worth.ordered(target, after, trade.points)
        return self._worth.margin([*[one for one in self._state.positions.values() if one is not target], after])

    def execute(self, trade: Trade, ticket: int, stops: tuple[int, int], moment: int) -> DealMade:
        """Carry out a trade that passed the checks."""
        sending, target, after, points = trade.sending, trade.target, trade.after, trade.points
        if target is None:
            assert after is not None
            after.ticket, after.opened = ticket, moment
            after.stop, after.take = stops
        elif after is None:
            return self.close(target, sending.volume, points, "expert", moment, ticket=ticket, sending=sending)
        elif target.direction != trade.direction:
            return self._turn_over(trade, target, after, ticket, stops, moment)
        else:
            after.swap, after.magic, after.comment = target.swap, target.magic, target.comment
            after.opened, after.turned = target.opened, target.turned
            replaces = any(stops) and self._netting  # a rest (hedging) changes no stops
            after.stop, after.take = stops if replaces else (target.stop, target.take)
        after.margin = self._worth.kept(target, after, points)
        after.updated = moment
        self._state.positions[after.ticket] = after
        return self._deal(after, "in", "expert", sending.volume, points, ticket, moment, sending=sending)

    def _turn_over(
        self, trade: Trade, target: Position, after: Position, ticket: int, stops: tuple[int, int], moment: int
    ) -> DealMade:
        """Close a netting position and open the rest of the order on the other side."""
        sending, points = trade.sending, trade.points
        profit, swap = self._worth.result(target, target.units, points), target.swap
        after.stop, after.take = stops
        after.magic, after.margin = sending.magic, self._worth.kept(None, after, points)
        after.turned, after.opened, after.updated = ticket, moment, moment
        self._state.positions[target.ticket] = after
        return self._deal(
            after, "inout", "expert", sending.volume, points, ticket, moment, sending=sending, profit=profit, swap=swap
        )

    def close(
        self,
        position: Position,
        volume: int,
        points: int,
        reason: Reason,
        moment: int,
        *,
        ticket: int | None = None,
        sending: OrderSending | None = None,
        entry: Literal["out", "out_by"] = "out",
        comment: str = "",
    ) -> DealMade:
        """Close `volume` of a position at `points`."""
        units = self._money[position.symbol].units(volume)
        profit, swap = self._worth.result(position, units, points), position.swap
        if volume == position.volume:
            del self._state.positions[position.ticket]
        else:
            swap = rounded(position.swap * volume, position.volume)
            position.margin = self._worth.rest(position, position.units - units)
            position.point_units, position.units = rest_of(position, units)
            position.volume -= volume
            position.swap -= swap
            position.updated = moment
        number = self.next_ticket() if ticket is None else ticket
        return self._deal(
            position,
            entry,
            reason,
            volume,
            points,
            number,
            moment,
            sending=sending,
            profit=profit,
            swap=swap,
            comment=comment,
        )

    def _deal(  # noqa: PLR0913, PLR0917 -- the fields of a deal
        self,
        position: Position,
        entry: Literal["in", "out", "inout", "out_by"],
        reason: Reason,
        volume: int,
        points: int,
        ticket: int,
        moment: int,
        *,
        sending: OrderSending | None = None,
        profit: int = 0,
        swap: int = 0,
        comment: str = "",
    ) -> DealMade:
        state, instrument = self._state, self._instruments[position.symbol]
        cost = commission(instrument, volume)
        state.balance += profit + swap + cost
        deal = state.next_deal
        state.next_deal += 1
        direction = position.direction if entry in {"in", "inout"} else -position.direction
        return DealMade(
            deal=deal,
            ticket=ticket,
            order=sending.order if sending is not None else -1,
            position=position.ticket,
            symbol=position.symbol,
            type="buy" if direction > 0 else "sell",
            entry=entry,
            reason=reason,
            volume=volume,
            price=instrument.price(points),
            profit=profit,
            swap=swap,
            commission=cost,
            balance=state.balance,
            magic=position.magic,
            moment=moment,
            comment=sending.comment if sending is not None else comment,
        )


def _position(
    ticket: int, sending: OrderSending, direction: int, volume: int, units: int, point_units: int
) -> Position:
    return Position(
        ticket=ticket,
        symbol=sending.symbol,
        direction=direction,
        volume=volume,
        units=units,
        point_units=point_units,
        stop=0,
        take=0,
        swap=0,
        magic=sending.magic,
        comment=sending.comment,
    )


def rest_of(position: Position, closed_units: int) -> tuple[int, int]:
    """Point units and units left when `closed_units` go: the mean price stays, to the nearest point unit."""
    left = position.units - closed_units
    return rounded(position.point_units * left, position.units), left
