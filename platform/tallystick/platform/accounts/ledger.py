"""The ledger: positions, orders and balance of one account, folded from the book's events.

`apply` is called when an event is sequenced, before any module hears it, so what a module sees is the account as of
the event it hears. The ledger never asks the terminal: it is rebuilt from the log alone.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.types import running, trading
from tallystick.events.types.account import (
    AccountOpened,
    AccountReleased,
    AccountRestricted,
    ForeignTradeSeen,
    PositionMarginFixed,
    PositionProtected,
    SwapCharged,
)
from tallystick.market.instrument import Instrument
from tallystick.market.money import PointMoney, point_money, rounded
from tallystick.market.terms import AccountTerms
from tallystick.platform.accounts.state import LedgerState
from tallystick.platform.accounts.views import OrderView, PositionView, opened_by
from tallystick.platform.mt5.retcodes import DONE, TAKEN

replace = msgspec.structs.replace


class Ledger:
    """Positions by ticket, living orders by number, and the balance; money in minor units of the account."""

    def __init__(self, server_day: Callable[[int], int], instruments: Mapping[str, Instrument]) -> None:
        """`server_day` gives the number of the server's day for a book time in ns UTC."""
        self._server_day = server_day
        self._instruments = instruments
        self.state = LedgerState()
        self._terms: AccountTerms | None = None
        self.changes = 0
        """Grows whenever the account may have come to be worth something else, or may do something else."""
        self.folds: dict[type[Event], Callable[[Any, int, int], None]] = {
            AccountOpened: self._account_opened,
            trading.OrderRequested: self._order_requested,
            trading.OrderApproved: partial(self._stage, "approved"),
            trading.OrderDenied: self._order_over,
            trading.OrderAbandoned: self._order_over,
            trading.OrderSending: partial(self._stage, "sending"),
            trading.OrderAnswered: self._order_answered,
            trading.OrderTriggered: self._order_triggered,
            trading.OrderEnded: self._order_ended,
            trading.DealMade: self._deal_made,
            PositionProtected: self._position_protected,
            SwapCharged: self._swap_charged,
            PositionMarginFixed: self._margin_fixed,
            ForeignTradeSeen: self._foreign_trade,
            AccountRestricted: self._restricted,
            AccountReleased: self._released,
            running.BookHalted: self._halted,
            running.BookResumed: self._resumed,
        }

    def apply(self, event: Event, time: int) -> None:
        """Fold one event in; types that do not concern the account are passed over."""
        fold = self.folds.get(type(event))
        if fold is not None:
            fold(event, time, 0)

    def freeze(self) -> Any:
        """The state as plain values."""
        return msgspec.to_builtins(self.state, str_keys=False)

    def thaw(self, state: Any) -> None:
        """Take a frozen state back."""
        self.state = msgspec.convert(state, LedgerState, strict=False)
        self._terms = None
        self.changes += 1

    def price_sum(self, position: PositionView, instrument: Instrument, money: PointMoney) -> tuple[int, int]:
        """Units of a position and the exact sum of points times units; their ratio is its open price."""
        known = self.state.sums.get(position.ticket)
        if known is None:
            units = money.units(position.volume)
            return units, instrument.points(position.price_open) * units
        return known

    @property
    def terms(self) -> AccountTerms:
        """The money of each instrument in this account. The account has been stated."""
        if self._terms is None:
            account = self.state.account
            assert account is not None, "the account has been stated before anything is valued"
            self._terms = AccountTerms(self._instruments, account.currency, account.digits, account.leverage)
        return self._terms

    def _money(self, symbol: str) -> PointMoney:
        return point_money(self._instruments[symbol], self.state.account.digits if self.state.account else 2)

    def day_start_balance(self, time: int) -> int:
        """Balance at the start of the server day that `time` falls in."""
        same_day = self._server_day(time) == self.state.day
        return self.state.day_start_balance if same_day else self.state.balance

    def _account_opened(self, event: AccountOpened, time: int, _seq: int) -> None:
        self.changes += 1
        self.state.account, self._terms = event, None
        self._balance_is(event.balance, time)

    def _balance_is(self, balance: int, time: int) -> None:
        state = self.state
        day = self._server_day(time)
        if day != state.day:
            state.day, state.day_start_balance = day, state.balance or balance
        state.balance = balance
        if balance > state.peak_balance:
            state.peak_balance = balance

    def _order_requested(self, event: trading.OrderRequested, time: int, _seq: int) -> None:
        self.state.orders[event.order] = OrderView(
            order=event.order,
            strategy=event.strategy,
            symbol=event.symbol,
            purpose=event.purpose,
            direction=1 if event.side == "buy" else -1,
            kind=event.kind,
            volume=event.volume,
            price=event.price,
            stop_loss=event.stop_loss,
            take_profit=event.take_profit,
            position=event.position,
            ticket=event.ticket,
            reduces=event.reduces,
            requested=time,
            stage="requested",
        )

    def _stage(self, stage: str, event: trading.OrderApproved | trading.OrderSending, _time: int, _seq: int) -> None:
        orders = self.state.orders
        view = orders.get(event.order)
        if view is not None:
            orders[event.order] = replace(view, stage=stage)

    def _order_over(self, event: trading.OrderDenied | trading.OrderAbandoned, _time: int, _seq: int) -> None:
        self.state.orders.pop(event.order, None)

    def _order_answered(self, event: trading.OrderAnswered, _time: int, _seq: int) -> None:
        orders = self.state.orders
        view = orders.get(event.order)
        if view is None:
            return
        if view.purpose == "pending" and event.retcode in TAKEN:
            orders[event.order] = replace(view, stage="placed", ticket=event.ticket)
            self.state.placed[event.ticket] = event.order
            return
        if view.purpose == "protect" and event.retcode == DONE:
            self._standing(view.ticket, price=view.price, stop_loss=view.stop_loss, take_profit=view.take_profit)
        del orders[event.order]

    def _order_triggered(self, event: trading.OrderTriggered, _time: int, _seq: int) -> None:
        """What a stop-limit order leaves is a limit order."""
        self._standing(event.ticket, kind="limit", price=event.price)

    def _standing(self, ticket: int, **changes: Any) -> None:
        """The pending order of a ticket, if it is one, as it is from now on."""
        order = self.state.placed.get(ticket, -1)
        view = self.state.orders.get(order)
        if view is not None:
            self.state.orders[order] = replace(view, **changes)

    def _order_ended(self, event: trading.OrderEnded, _time: int, _seq: int) -> None:
        order = self.state.placed.pop(event.ticket, event.order)
        self.state.orders.pop(order, None)

    def _deal_made(self, deal: trading.DealMade, time: int, _seq: int) -> None:
        self.changes += 1
        self._balance_is(deal.balance, time)
        if deal.type == "balance":
            return
        positions = self.state.positions
        held = positions.get(deal.position)
        direction = 1 if deal.type == "buy" else -1
        if held is None:
            if deal.entry == "in":
                positions[deal.position] = opened_by(deal, self.state.orders.get(deal.order), direction, time)
        elif deal.entry == "in":
            self._grow(held, deal)
        elif deal.entry == "inout":
            over = deal.volume - held.volume
            self.state.sums.pop(deal.position, None)
            positions[deal.position] = replace(
                held, direction=direction, volume=over, price_open=deal.price, swap=0, opened=time
            )
        elif deal.volume >= held.volume:
            self._gone(deal.position)
        else:
            self._shrink(held, deal.volume, deal.swap)
        self._filled(deal)

    def _filled(self, deal: trading.DealMade) -> None:
        """What a deal took from its pending order is pending no more, though the order's end is told after it."""
        orders = self.state.orders
        view = orders.get(deal.order)
        if view is None or view.stage != "placed":
            return
        if deal.volume < view.volume:
            orders[deal.order] = replace(view, volume=view.volume - deal.volume)
        else:
            del orders[deal.order]

    def _gone(self, position: int) -> None:
        """A position is closed whole."""
        del self.state.positions[position]
        self.state.sums.pop(position, None)
        self.state.margins.pop(position, None)

    def _grow(self, held: PositionView, deal: trading.DealMade | ForeignTradeSeen) -> None:
        """A netting position after another deal on its side: volumes add, the price is the exact mean."""
        instrument, money = self._instruments[deal.symbol], self._money(deal.symbol)
        units, point_units = self.price_sum(held, instrument, money)
        more = money.units(deal.volume)
        self._keep_sum(
            held, held.volume + deal.volume, units + more, point_units + instrument.points(deal.price) * more
        )

    def _shrink(self, held: PositionView, volume: int, swap: int) -> None:
        """A position after `volume` of it was closed and `swap` of it paid."""
        instrument, money = self._instruments[held.symbol], self._money(held.symbol)
        units, point_units = self.price_sum(held, instrument, money)
        left = units - money.units(volume)
        smaller = replace(held, swap=held.swap - swap)
        self._keep_sum(smaller, held.volume - volume, left, rounded(point_units * left, units))

    def _keep_sum(self, held: PositionView, volume: int, units: int, point_units: int) -> None:
        price = float(Fraction(point_units, units * 10 ** self._instruments[held.symbol].digits))
        self.state.sums[held.ticket] = (units, point_units)
        self.state.positions[held.ticket] = replace(held, volume=volume, price_open=price)

    def _position_protected(self, event: PositionProtected, _time: int, _seq: int) -> None:
        held = self.state.positions.get(event.position)
        if held is not None:
            self.state.positions[event.position] = replace(
                held, stop_loss=event.stop_loss, take_profit=event.take_profit
            )

    def _swap_charged(self, event: SwapCharged, _time: int, _seq: int) -> None:
        self.changes += 1
        held = self.state.positions.get(event.position)
        if held is not None:
            self.state.positions[event.position] = replace(held, swap=held.swap + event.amount)

    def _margin_fixed(self, event: PositionMarginFixed, _time: int, _seq: int) -> None:
        self.changes += 1
        self.state.margins[event.position] = event.margin

    def _foreign_trade(self, seen: ForeignTradeSeen, time: int, _seq: int) -> None:
        """What others did counts in exposure and margin; its money shows with the terminal's next balance."""
        self.changes += 1
        if seen.symbol not in self._instruments:
            return  # cannot be valued; the event itself stands in the log
        positions, direction = self.state.positions, 1 if seen.type == "buy" else -1
        held = positions.get(seen.position)
        if held is None:
            positions[seen.position] = PositionView(
                ticket=seen.position,
                symbol=seen.symbol,
                strategy="",
                direction=direction,
                volume=seen.volume,
                price_open=seen.price,
                stop_loss=0.0,
                take_profit=0.0,
                swap=0,
                order=-1,
                opened=time,
            )
        elif held.direction == direction:
            self._grow(held, seen)
        elif seen.volume < held.volume:
            self._shrink(held, seen.volume, 0)
        else:
            self._gone(seen.position)
            if seen.volume > held.volume:  # a netting position that was turned round
                positions[seen.position] = replace(
                    held, direction=direction, volume=seen.volume - held.volume, price_open=seen.price, opened=time
                )

    def _restricted(self, _event: AccountRestricted, _time: int, _seq: int) -> None:
        self.changes += 1
        self.state.restricted = True

    def _released(self, _event: AccountReleased, _time: int, _seq: int) -> None:
        self.changes += 1
        self.state.restricted = False

    def _halted(self, _event: running.BookHalted, _time: int, _seq: int) -> None:
        self.changes += 1
        self.state.halted = True

    def _resumed(self, _event: running.BookResumed, _time: int, _seq: int) -> None:
        self.changes += 1
        self.state.halted = False
