"""One order before risk: the request and what the rules look at, fetched once."""

from collections.abc import Iterable
from typing import Any, Literal

import msgspec

from tallystick.events.types.trading import OrderRequested
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Quote
from tallystick.market.spans import SECOND_NS
from tallystick.platform.accounts.views import AccountView, OrderView, PositionView
from tallystick.platform.risk.entries import Entries
from tallystick.platform.risk.settings import RiskSettings
from tallystick.platform.risk.state import Content, RiskState, content_of
from tallystick.platform.risk.worth import margin_of, value_of

Kind = Literal["new", "change", "reduce"]
ADDING = frozenset({"open", "pending"})
"""Purposes of orders that may add to a position, unless they say that they reduce."""


class Case(msgspec.Struct, eq=False):
    """The facts of one verdict, as of the event that asked for it; made by `case_of`.

    `kind`: "reduce" when the order claims to lower the exposure (the rule `reduction` checks the claim), "change" when
    it only changes an order or a position, "new" otherwise. `known`: instrument, quote and account, for rules behind
    those that have found them to be there. Of a "new" or a "change" there are then `ask_points`, the quote's ask, and
    `market_points`, the quote on the order's side (ask to buy, bid to sell). `netting`: true on an account with one
    position a symbol. `content`: everything of the order but its number. `growing`: of a "new", the orders that were
    asked for before it, have not ended and may add to a position.
    """

    request: OrderRequested
    context: Any
    settings: RiskSettings
    state: RiskState
    entries: Entries
    kind: Kind
    time: int
    content: Content
    account: AccountView | None
    instrument: Instrument | None
    quote: Quote | None
    known: tuple[Instrument, Quote, AccountView]
    position: PositionView | None
    netting: bool
    direction: int
    growing: list[OrderView]
    ask_points: int
    market_points: int
    _price_points: int = -1
    _reference: tuple[int, int] | None = None

    @property
    def ahead(self) -> list[OrderView]:
        """Orders that have not ended and were asked for before this one."""
        own = self.request.order
        return [order for order in self.context.orders.values() if order.order < own]

    @property
    def price_points(self) -> int:
        """The order's own price in points, or the market's where it has none."""
        if self._price_points < 0:
            instrument, quote, _ = self.known
            price = self.request.price
            at_market = not price or price == (quote.ask if self.direction > 0 else quote.bid)
            self._price_points = self.market_points if at_market else instrument.points(price)
        return self._price_points

    @property
    def reference(self) -> tuple[int, int]:
        """Start and price (points) of the collar's period that the case falls in; the quote's mid starts a new one."""
        if self._reference is None:
            kept = self.state.references.get(self.request.symbol)
            if kept is None or self.time - kept[0] >= self.settings.collar.period_s * SECOND_NS:
                instrument, quote, _ = self.known
                kept = self.time, (instrument.points(quote.bid) + instrument.points(quote.ask)) // 2
            self._reference = kept
        return self._reference

    def side_volume(self, direction: int) -> int:
        """Volume held on one side of the symbol; on a netting account the signed position counts against it."""
        symbol = self.request.symbol
        held: list[PositionView] = [one for one in self.context.positions.values() if one.symbol == symbol]
        if not held:
            return 0
        if self.netting:
            return direction * sum([position.direction * position.volume for position in held])
        return sum([position.volume for position in held if position.direction == direction])

    def growth(self) -> int:
        """Volume by which the symbol's position would grow: less than the order's where it first nets one out."""
        volume = self.request.volume
        if not self.netting:
            return volume
        before = self.side_volume(self.direction)
        return max(0, abs(before + volume) - abs(before))

    def value(self, volume: int, price_points: int) -> int | None:
        """Worth of a volume of the order's symbol in minor units, or None without a rate."""
        instrument, _, account = self.known
        return value_of(instrument, volume, price_points, account, self.context)

    def value_elsewhere(self, symbol: str, volume: int) -> int | None:
        """Worth of a volume of any symbol at its latest ask, or None when it cannot be known."""
        found = self._at_ask(symbol)
        return None if found is None else value_of(found[0], volume, found[1], found[2], self.context)

    def margin_elsewhere(self, symbol: str, volume: int) -> int | None:
        """Margin of a volume of any symbol at its latest ask, or None when it cannot be known."""
        found = self._at_ask(symbol)
        return None if found is None else margin_of(found[0], volume, found[1], found[2], self.context)

    def _at_ask(self, symbol: str) -> tuple[Instrument, int, AccountView] | None:
        """Conditions of any symbol, its latest ask in points, and the account; None when one is not known."""
        own, _, account = self.known
        if symbol == self.request.symbol:
            return own, self.ask_points, account
        instrument, quote = self.context.instruments.get(symbol), self.context.quotes.get(symbol)
        if instrument is None or quote is None:
            return None
        return instrument, instrument.points(quote.ask), account


def case_of(request: OrderRequested, context: Any, settings: RiskSettings, state: RiskState, entries: Entries) -> Case:
    """Everything looked up that most rules need; what is missing is None, and rules refuse on it."""
    symbol, purpose, place = request.symbol, request.purpose, request.position
    account, instrument, quote = context.account, context.instruments.get(symbol), context.quotes.get(symbol)
    direction = 1 if request.side == "buy" else -1
    kind: Kind = "change" if purpose == "protect" else "new"
    if purpose == "cancel" or (request.reduces and purpose != "pending"):
        kind = "reduce"
    ask = market = 0
    if kind != "reduce" and instrument is not None and quote is not None:
        ask = instrument.points(quote.ask)
        market = ask if direction > 0 else instrument.points(quote.bid)
    return Case(
        request,
        context,
        settings,
        state,
        entries,
        kind,
        context.time,
        content_of(request),
        account,
        instrument,
        quote,
        (instrument, quote, account),
        context.positions.get(place) if place else None,
        account is not None and account.margin_mode == "netting",
        direction,
        _growing(request.order, context.orders.values()) if kind == "new" else [],
        ask,
        market,
    )


def _growing(own: int, orders: Iterable[OrderView]) -> list[OrderView]:
    """Those asked for before the order `own` that may add to a position."""
    return [one for one in orders if one.order < own and not one.reduces and one.purpose in ADDING]
