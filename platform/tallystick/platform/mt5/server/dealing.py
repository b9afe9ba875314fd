"""Deals on the simulated account: opening, adding, closing, turning over, and the money of each."""

from collections.abc import Mapping
from typing import Literal

from tallystick.events.types.trading import DealMade, OrderSending
from tallystick.market.instrument import Instrument
from tallystick.market.money import PointMoney, commission, rounded
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Position
from tallystick.platform.mt5.server.order_types import DEAL, direction_of
from tallystick.platform.mt5.server.permissions import netting_position
from tallystick.platform.mt5.server.worth import Worth

Reason = Literal["expert", "sl", "tp", "so"]


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
        self._settings = settings
        self._instruments = instruments
        self._money = money
        self._worth = worth
        self._state: AccountState = worth.state

    def next_ticket(self) -> int:
        """The next order ticket."""
        ticket = self._state.next_ticket
        self._state.next_ticket += 1
        return ticket

    # -- who stands where

    def target_of(self, sending: OrderSending) -> Position | None:
        """The position an order acts on: the named one (hedging), the symbol's (netting), or none."""
        if self._settings.margin_mode == "netting":
            return netting_position(self._state, sending.symbol)
        closes = sending.position and sending.action == DEAL  # a pending order only ever opens
        return self._state.position(sending.position) if closes else None

    def enough_money(self, sending: OrderSending, target: Position | None, points: int) -> bool:
        """Whether the margin after an order that opens or adds is within equity less its commission."""
        direction = direction_of(sending)
        closes = target is not None and target.direction != direction
        if closes and target is not None and sending.volume <= target.volume:
            return True
        instrument = self._instruments[sending.symbol]
        self._money[sending.symbol].require_fits(points, sending.volume + (target.volume if target else 0))
        cost = commission(instrument, sending.volume)
        return self.margin_after(sending, target, points) <= self._worth.equity() + cost

    def margin_after(self, sending: OrderSending, target: Position | None, points: int) -> int:
        """The account's margin after an order that opens, adds or turns over at `points`, as it is judged by."""
        others = [position for position in self._state.positions.values() if position is not target]
        after = self._after(sending, target, points)
        after.margin = self._worth.ordered(target, after, points)
        return self._worth.margin([*others, after])

    def _after(self, sending: OrderSending, target: Position | None, points: int) -> Position:
        """The position as it would stand after the order."""
        units = self._money[sending.symbol].units(sending.volume)
        direction = direction_of(sending)
        if target is None:
            return _position(0, sending, direction, sending.volume, units, points)
        if target.direction == direction:
            return _position(
                target.ticket,
                sending,
                direction,
                target.volume + sending.volume,
                target.units + units,
                points,
                target.point_units + points * units,
            )
        rest = sending.volume - target.volume
        return _position(target.ticket, sending, direction, rest, units - target.units, points)

    # -- deals

    def execute(
        self,
        sending: OrderSending,
        target: Position | None,
        ticket: int,
        points: int,
        stops: tuple[int, int],
        moment: int,
    ) -> DealMade:
        """Carry out an order on `target`, of which it passed the checks, at `points`."""
        direction = direction_of(sending)
        if target is not None and target.direction != direction:
            return self._against(target, sending, ticket, points, stops, moment)
        after = self._after(sending, target, points)
        after.margin = self._worth.kept(target, after, points)
        if target is None:
            after.ticket, after.opened = ticket, moment
            after.stop, after.take = stops
        else:
            after.swap, after.magic, after.comment = target.swap, target.magic, target.comment
            after.opened, after.turned = target.opened, target.turned
            replaces = any(stops) and self._settings.margin_mode == "netting"  # a rest (hedging) changes no stops
            after.stop, after.take = stops if replaces else (target.stop, target.take)
        after.updated = moment
        self._state.positions[after.ticket] = after
        return self._deal(after, "in", "expert", sending.volume, points, ticket, moment, sending=sending)

    def _against(
        self,
        target: Position,
        sending: OrderSending,
        ticket: int,
        points: int,
        stops: tuple[int, int],
        moment: int,
    ) -> DealMade:
        """Reduce, close, or turn a position over."""
        if sending.volume <= target.volume:
            return self.close(target, sending.volume, points, "expert", moment, ticket=ticket, sending=sending)
        after = self._after(sending, target, points)
        profit, swap = self._result(target, target.volume, points), target.swap
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
        profit = self._result(position, volume, points)
        swap = position.swap if volume == position.volume else rounded(position.swap * volume, position.volume)
        if volume == position.volume:
            del self._state.positions[position.ticket]
        else:
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

    def _result(self, position: Position, volume: int, points: int) -> int:
        """R of the profit of closing `volume` at `points`, with the exact open price."""
        return self._worth.result(position, self._money[position.symbol].units(volume), points)

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


def _position(  # noqa: PLR0917
    ticket: int,
    sending: OrderSending,
    direction: int,
    volume: int,
    units: int,
    points: int,
    point_units: int | None = None,
) -> Position:
    return Position(
        ticket=ticket,
        symbol=sending.symbol,
        direction=direction,
        volume=volume,
        units=units,
        point_units=points * units if point_units is None else point_units,
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
