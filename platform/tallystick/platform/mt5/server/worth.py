"""What the simulated account is worth, and what it owes for its positions: equity and margin, exact."""

from collections.abc import Iterable, Mapping

from tallystick.market.instrument import Instrument
from tallystick.market.margin import hedged_margin, margin_rate
from tallystick.market.money import PointMoney, rounded
from tallystick.platform.mt5.server.account import AccountSettings, AccountState, Position


class Worth:
    """Equity and margin of an account state."""

    def __init__(
        self,
        settings: AccountSettings,
        instruments: Mapping[str, Instrument],
        money: Mapping[str, PointMoney],
        state: AccountState,
    ) -> None:
        """`money`: a point's money by symbol."""
        self._settings = settings
        self._instruments = instruments
        self._money = money
        self._margin_rates = {
            symbol: margin_rate(one, settings.leverage, settings.digits) for symbol, one in instruments.items()
        }
        self.state = state
        self.stop_out_level = settings.stop_out_level

    def closing_price(self, position: Position) -> int:
        """Points at which a position would be closed now."""
        prices = self.state.bids if position.direction > 0 else self.state.asks
        return prices[position.symbol]

    def floating(self, position: Position) -> int:
        """Floating profit of a position."""
        return self.floating_at(position, self.closing_price(position))

    def floating_at(self, position: Position, close: int) -> int:
        """Floating profit of a position when it would be closed at `close` points."""
        money = self._money[position.symbol]
        points = position.direction * (close * position.units - position.point_units)
        return rounded(points * money.numerator, money.denominator)

    def equity(self) -> int:
        """Balance, floating profits and swaps kept."""
        total = self.state.balance
        for one in self.state.positions.values():
            total += self.floating(one) + one.swap
        return total

    def of_position(self, position: Position) -> int:
        """Margin of one position by itself."""
        numerator, denominator = self._margin_rates[position.symbol]
        return rounded(position.point_units * numerator, denominator)

    def margin(self, positions: Iterable[Position] | None = None) -> int:
        """Margin of the account's positions, or of others in their place."""
        held = list(self.state.positions.values() if positions is None else positions)
        if len(held) == 1:
            return self.of_position(held[0])
        if self._settings.margin_mode == "netting":
            return sum(self.of_position(position) for position in held)
        sides: dict[str, dict[int, tuple[int, int]]] = {}
        for position in held:
            side = sides.setdefault(position.symbol, {1: (0, 0), -1: (0, 0)})
            volume, margin = side[position.direction]
            side[position.direction] = (volume + position.volume, margin + self.of_position(position))
        return sum(hedged_margin(self._instruments[symbol], side[1], side[-1]) for symbol, side in sides.items())
