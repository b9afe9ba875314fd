"""What can be had at one step: a symbol's stated volume on each side, less what orders have taken there."""

from collections.abc import Mapping

from tallystick.market.instrument import Instrument
from tallystick.market.money import PointMoney


class Liquidity:
    """Volume left on both sides of each symbol at its present step; a symbol without a statement has any volume."""

    def __init__(self, instruments: Mapping[str, Instrument], money: Mapping[str, PointMoney]) -> None:
        """`stated`: volumes by symbol in whole units, at least one."""
        self._money = money
        self.stated = {
            symbol: max(1, one.liquidity_volume // money[symbol].unit)
            for symbol, one in instruments.items()
            if one.liquidity_volume
        }
        self._left: dict[tuple[str, int], int] = {}

    def renew(self, symbol: str) -> None:
        """A new step of the symbol."""
        units = self.stated.get(symbol)
        if units is not None:
            self._left[symbol, 1] = self._left[symbol, -1] = units * self._money[symbol].unit

    def to_be_had(self, symbol: str, direction: int, volume: int) -> int:
        """How much of a volume an order of that direction finds."""
        if symbol not in self.stated:
            return volume
        return min(volume, self._left.get((symbol, direction), 0))

    def take(self, symbol: str, direction: int, volume: int) -> None:
        """An order has taken it."""
        if symbol in self.stated:
            self._left[symbol, direction] -= volume
