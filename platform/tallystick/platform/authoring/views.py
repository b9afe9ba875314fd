"""What a strategy may look at in a callback: its positions and orders, the account, the time, the point."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.rows import Quote
from tallystick.market.spans import SECOND_NS
from tallystick.platform.accounts.views import AccountView, OrderView, PositionView
from tallystick.platform.authoring.errors import ActionRefused, users_place

if TYPE_CHECKING:
    import random

    from tallystick.platform.authoring.bars import Bars


class Views:
    """Read-only views as of the event being heard; a mixin of `Strategy`."""

    __slots__ = ()
    name: str
    symbol: str
    _context: Any
    _bars: "Bars"

    @property
    def bars(self) -> "Bars":
        """Closed bars of the strategy's own series, up to and with the last one."""
        return self._bars

    @property
    def position(self) -> Decimal:
        """Own signed lots of the symbol: 0.10 long, -0.10 short, 0 flat."""
        return Decimal(self.held(self.symbol)) / LOT

    def held(self, symbol: str) -> int:
        """Own signed volume of a symbol in 1e-8 lots."""
        own, total = self.name, 0
        for one in self._seen().positions.values():
            if one.strategy == own and one.symbol == symbol:
                total += one.direction * one.volume
        return total

    @property
    def positions(self) -> tuple[PositionView, ...]:
        """Own open positions, of every symbol, the oldest first."""
        return tuple(one for one in self._seen().positions.values() if one.strategy == self.name)

    @property
    def orders(self) -> tuple[OrderView, ...]:
        """Own orders that have not ended, the oldest first."""
        return tuple(one for one in self._seen().orders.values() if one.strategy == self.name)

    @property
    def account(self) -> AccountView:
        """The account at the latest quotes, money in minor units."""
        view: AccountView | None = self._seen().account
        if view is None:
            message = f"E509 the account{users_place()} is not known before the terminal has stated it. Ask in on_bar."
            raise ActionRefused(message)
        return view

    @property
    def time(self) -> int:
        """Book time in ns UTC."""
        time: int = self._seen().time
        return time

    @property
    def now(self) -> datetime:
        """Book time, UTC, to the microsecond."""
        seconds, ns = divmod(self.time, SECOND_NS)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=ns // 1_000)

    @property
    def random(self) -> "random.Random":
        """A new generator, seeded from the run's seed, this strategy and how often it has asked."""
        generator: random.Random = self._seen().random
        return generator

    @property
    def quote(self) -> Quote:
        """Latest bid and ask of the symbol."""
        return self.quote_of(self.symbol)

    def quote_of(self, symbol: str) -> Quote:
        """Latest bid and ask of a symbol."""
        quotes: Mapping[str, Quote] = self._seen().quotes
        quote = quotes.get(symbol)
        if quote is None:
            known = ", ".join(sorted(quotes)) or "none"
            message = (
                f"E509 {symbol}{users_place()} has no price yet (there are: {known}). Add its data, or wait for it."
            )
            raise ActionRefused(message)
        return quote

    @property
    def instrument(self) -> Instrument:
        """Trading conditions of the symbol."""
        return self.instrument_of(self.symbol)

    def instrument_of(self, symbol: str) -> Instrument:
        """Trading conditions of a symbol."""
        instruments: Mapping[str, Instrument] = self._seen().instruments
        found = instruments.get(symbol)
        if found is None:
            known = ", ".join(sorted(instruments)) or "none"
            message = f'E509 symbol "{symbol}"{users_place()} is not declared (there are: {known}). Check it.'
            raise ActionRefused(message)
        return found

    @property
    def point(self) -> float:
        """Size of one point of the symbol, in price units."""
        return self.instrument.point

    def points(self, count: float) -> float:
        """That many points as a price distance: `sl=bar.close - self.points(300)`."""
        return count * self.instrument.point

    def _seen(self) -> Any:
        if self._context is None:
            message = (
                f"E509 {self.name}{users_place()}: there is nothing to look at before the run has begun."
                " Look in on_start or on_bar."
            )
            raise ActionRefused(message)
        return self._context
