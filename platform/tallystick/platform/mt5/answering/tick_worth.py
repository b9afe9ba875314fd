"""What one tick of one lot is worth in the account's currency: SymbolInfo's `trade_tick_value` fields.

A profit is converted at the bid of the pair that leads to the account's currency, a loss at its ask, unrounded; where
nothing is to convert both are one constant.
"""

from fractions import Fraction

from tallystick.market.instrument import LOT
from tallystick.platform.mt5.server.terminal import SimulatedTerminal


class TickWorth:
    """Ticks of a server's instruments."""

    def __init__(self, server: SimulatedTerminal) -> None:
        """`server`: whose rates count."""
        self._server = server
        self._constant: dict[str, tuple[float, float]] = {}

    def of(self, symbol: str) -> tuple[float, float] | None:
        """Worth of a tick in profit and in loss; None for a symbol without rows, or before the rate is known."""
        known = self._constant.get(symbol)
        if known is not None:
            return known
        instrument = self._server.instruments.get(symbol)
        if instrument is None:
            return None
        worth = self._server.priced()
        terms = worth.terms[symbol]
        money = terms.money
        points = instrument.tick_size * 10**instrument.digits if instrument.tick_size else 1
        minor = Fraction(money.numerator * LOT, money.denominator * money.unit) * round(points)
        own = minor / 10**terms.digits
        if not terms.profit.legs:
            self._constant[symbol] = float(own), float(own)
            return self._constant[symbol]
        cheap, dear = (terms.profit.rate(worth.prices, dear=dear) for dear in (False, True))
        if cheap is None or dear is None:
            return None
        return float(own * Fraction(*cheap)), float(own * Fraction(*dear))
