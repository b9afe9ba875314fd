"""The margin that open positions bind over time, and the margin level that MT5's tester prints the lowest of.

Margin is the terminal's own: each position at its open price, both sides of a hedged symbol as `market.margin` says.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tallystick.events.types.account import PositionMarginFixed
from tallystick.market.arrays import Floats
from tallystick.market.instrument import Instrument
from tallystick.market.margin import MarginRule, held_rule
from tallystick.market.spans import NEVER
from tallystick.platform.report.equity import Curve
from tallystick.platform.report.story import Told
from tallystick.platform.report.trades import Holding

DEFAULT_LEVERAGE = 1


@dataclass(frozen=True, slots=True)
class Load:
    """Margin in minor units at each time of a curve, and the lowest margin level in percent (None: nothing held)."""

    margin: Floats
    lowest_level: float | None

    def share(self, curve: Curve) -> Floats:
        """Margin as a share of equity, the deposit load: 0 where nothing is held."""
        return np.where(curve.equity > 0, self.margin / np.maximum(curve.equity, 1), 0.0)


def load_of(
    curve: Curve,
    holdings: list[Holding],
    instruments: dict[str, Instrument],
    leverage: int,
    digits: int,
    *,
    currency: str = "",
    fixed: Sequence[Told[PositionMarginFixed]] = (),
) -> Load:
    """Margin along a curve of an account in `currency`; `fixed` are the margins that the terminal fixed."""
    kept: dict[int, list[tuple[int, int]]] = {}
    for told in fixed:
        kept.setdefault(told.event.position, []).append((told.time, told.event.margin))
    total = np.zeros(len(curve))
    by_symbol: dict[str, list[Holding]] = {}
    for holding in holdings:
        by_symbol.setdefault(holding.symbol, []).append(holding)
    for symbol, some in by_symbol.items():
        if symbol in instruments:
            instrument = instruments[symbol]
            rule = held_rule(instrument, leverage or DEFAULT_LEVERAGE, digits, currency or instrument.currency_profit)
            margins = [_margin(holding, instrument, rule, kept.get(holding.position, [])) for holding in some]
            total += _of_symbol(curve, some, instrument, margins)
    bound = total > 0
    level = float((curve.equity[bound] / total[bound]).min() * 100) if bound.any() else None
    return Load(total, level)


def _margin(holding: Holding, instrument: Instrument, rule: MarginRule, kept: list[tuple[int, int]]) -> int:
    """Margin of a holding by itself: as the terminal had fixed it by then, else by its rule."""
    known = [margin for time, margin in kept if time <= holding.since]
    if known:
        return known[-1]
    units = holding.volume // instrument.volume_unit
    numerator, denominator = rule.buy if holding.direction > 0 else rule.sell
    counted = holding.price_open * 10**instrument.digits * units if rule.priced else units
    return round(counted * numerator / denominator)


def _of_symbol(curve: Curve, holdings: list[Holding], instrument: Instrument, own: list[int]) -> Floats:
    first = np.searchsorted(curve.time, [holding.since for holding in holdings])
    ends = [holding.until if holding.until >= 0 else NEVER for holding in holdings]
    stop = np.searchsorted(curve.time, ends)
    volumes = np.array([float(holding.volume) for holding in holdings])
    margins = np.array(own, dtype=np.float64)
    volume, margin = {}, {}
    for side in (1, -1):
        chosen = np.array([holding.direction == side for holding in holdings])
        volume[side] = _held(len(curve), first[chosen], stop[chosen], volumes[chosen])
        margin[side] = _held(len(curve), first[chosen], stop[chosen], margins[chosen])
    long_is_more = volume[1] >= volume[-1]
    big, small = (np.where(long_is_more, volume[side], volume[-side]) for side in (1, -1))
    big_margin = np.where(long_is_more, margin[1], margin[-1])
    if instrument.margin_hedged_larger_leg:
        return np.where(small > 0, np.maximum(margin[1], margin[-1]), big_margin)
    of_lot = instrument.margin_maintenance or instrument.margin_initial or instrument.contract_size
    hedged = instrument.margin_hedged / of_lot
    both = np.maximum(volume[1] + volume[-1], 1.0)
    covered = hedged * (margin[1] + margin[-1]) * small / both
    uncovered = big_margin * (big - small) / np.maximum(big, 1.0)
    return np.where(small > 0, np.rint(uncovered) + np.rint(covered), big_margin)


def _held(size: int, first: NDArray[np.int64], stop: NDArray[np.int64], amount: Floats) -> Floats:
    """The sum of amounts that stand at each place, each from `first` up to `stop`; amounts are whole numbers."""
    change = np.zeros(size + 1)
    np.add.at(change, first, amount)
    np.add.at(change, stop, -amount)
    total: Floats = np.cumsum(change)[:size]
    return total
