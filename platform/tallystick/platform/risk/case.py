"""One order before risk: the request and what the rules look at, fetched once."""

from typing import Any, Literal

from tallystick.events.types.trading import OrderRequested
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Quote
from tallystick.market.spans import SECOND_NS
from tallystick.platform.accounts.views import AccountView, OrderView, PositionView
from tallystick.platform.risk.entries import Entries
from tallystick.platform.risk.settings import RiskSettings
from tallystick.platform.risk.state import RiskState, content_of
from tallystick.platform.risk.worth import margin_of, value_of

Kind = Literal["new", "change", "reduce"]


class Case:
    """The facts of one verdict, as of the event that asked for it.

    `kind`: "reduce" when the order claims to lower the exposure (the rule `reduction` checks the claim), "change" when
    it only changes an order or a position, "new" otherwise. `known`: instrument, quote and account, for rules behind
    those that have found them to be there; where one is missing there is no `known` either. Of a "new" or a "change"
    there are then `ask_points`, the quote's ask, and `market_points`, the quote on the order's side (ask to buy, bid to
    sell). `netting`: true on an account with one position a symbol. `content`: everything of the order but its number.
    """

    known: tuple[Instrument, Quote, AccountView]
    ask_points: int
    market_points: int

    __slots__ = (
        "_ahead",
        "_growing",
        "_price_points",
        "_reference",
        "account",
        "ask_points",
        "content",
        "context",
        "direction",
        "entries",
        "instrument",
        "kind",
        "known",
        "market_points",
        "netting",
        "position",
        "quote",
        "request",
        "settings",
        "state",
        "time",
    )

    def __init__(
        self, request: OrderRequested, context: Any, settings: RiskSettings, state: RiskState, entries: Entries
    ) -> None:
        """Look everything up that most rules need; what is missing is None, and rules refuse on it."""
        self.entries = entries
        self.request = request
        self.context = context
        self.settings = settings
        self.state = state
        self.time: int = context.time
        self.content = content_of(request)
        account: AccountView | None = context.account
        instrument: Instrument | None = context.instruments.get(request.symbol)
        quote: Quote | None = context.quotes.get(request.symbol)
        self.account, self.instrument, self.quote = account, instrument, quote
        self.netting = account is not None and account.margin_mode == "netting"
        self.position: PositionView | None = context.positions.get(request.position) if request.position else None
        self.direction = 1 if request.side == "buy" else -1
        self.kind: Kind = "new"
        if request.purpose == "cancel" or (request.reduces and request.purpose != "pending"):
            self.kind = "reduce"
        elif request.purpose == "protect":
            self.kind = "change"
        if instrument is not None and quote is not None and account is not None:
            self.known = instrument, quote, account
            if self.kind != "reduce":
                self.ask_points = instrument.points(quote.ask)
                self.market_points = self.ask_points if self.direction > 0 else instrument.points(quote.bid)
        self._ahead: list[OrderView] | None = None
        self._growing: list[OrderView] | None = None
        self._price_points = -1
        self._reference: tuple[int, int] | None = None

    @property
    def ahead(self) -> list[OrderView]:
        """Orders that have not ended and were asked for before this one."""
        if self._ahead is None:
            own = self.request.order
            self._ahead = [order for order in self.context.orders.values() if order.order < own]
        return self._ahead

    @property
    def growing(self) -> list[OrderView]:
        """Those of them that may add to a position."""
        if self._growing is None:
            adding = {"open", "pending"}
            self._growing = [order for order in self.ahead if order.purpose in adding and not order.reduces]
        return self._growing

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
        account, own = self.account, symbol == self.request.symbol
        instrument = self.instrument if own else self.context.instruments.get(symbol)
        quote = self.quote if own else self.context.quotes.get(symbol)
        if instrument is None or quote is None or account is None:
            return None
        return instrument, self.ask_points if own else instrument.points(quote.ask), account
