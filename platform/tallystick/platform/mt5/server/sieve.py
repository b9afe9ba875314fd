"""Whether a few quotes can matter to an account of one symbol: the sieve of `fills.first_act`, as plain numbers.

A bot that looks often has its rows scanned a few at a time; calling compiled code for those costs more than this.
"""

from typing import NamedTuple, Self

from tallystick.market.alarms import Floats, Ints
from tallystick.market.fills import equity_floor


class Sieve(NamedTuple):
    """Alarms of `market.alarms`, of one symbol: prices, the earliest due time (ns UTC), exposure, the least worth."""

    bid_falls: float
    bid_rises: float
    ask_falls: float
    ask_rises: float
    time: int
    exposure: tuple[float, float, float, float]
    scale: float
    floor: float

    @classmethod
    def of(
        cls, levels: Floats, alarm_times: Ints, exposure: Floats, scales: Floats, account: Ints, positions: int
    ) -> Self | None:
        """From the tables of the scan; None where they hold more than one symbol."""
        if len(scales) != 1:
            return None
        longs, cost, shorts, proceeds = exposure[0].tolist()
        floor = float(equity_floor(account, positions))
        below, above, ask_below, ask_above = levels[0].tolist()
        worths = (longs, cost, shorts, proceeds)
        return cls(below, above, ask_below, ask_above, alarm_times.item(0), worths, scales.item(0), floor)

    def lets_pass(self, until: int, bids: list[float], asks: list[float]) -> bool:
        """True when nothing can happen at these quotes, the last one's time in ns UTC; False says nothing yet."""
        bid, ask = min(bids), max(asks)
        if until >= self.time or bid <= self.bid_falls or max(bids) >= self.bid_rises:
            return False
        if min(asks) <= self.ask_falls or ask >= self.ask_rises:
            return False
        longs, cost, shorts, proceeds = self.exposure
        return longs * (bid * self.scale) - cost + proceeds - shorts * (ask * self.scale) > self.floor
