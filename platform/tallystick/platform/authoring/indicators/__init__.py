"""Streaming indicators: each takes closed bars one by one, in O(1) where that is possible, and gives the same bits.

`NAMED` is what strategies call them by: `self.ema(10)` makes and feeds `Ema(10)`. docs/indicators.md has formulas,
seeding and warm-up of each.
"""

from tallystick.platform.authoring.indicators.atr import Atr
from tallystick.platform.authoring.indicators.ema import Ema
from tallystick.platform.authoring.indicators.rsi import Rsi
from tallystick.platform.authoring.indicators.settings import IndicatorSettingError
from tallystick.platform.authoring.indicators.sma import Sma
from tallystick.platform.authoring.indicators.smma import Smma
from tallystick.platform.authoring.indicators.sources import SOURCES, Bar, Source
from tallystick.platform.authoring.indicators.streaming import Indicator

NAMED: dict[str, type[Indicator]] = {
    "atr": Atr,
    "ema": Ema,
    "rsi": Rsi,
    "sma": Sma,
    "smma": Smma,
}
"""Method name to class, in alphabetical order."""

__all__ = [
    "NAMED",
    "SOURCES",
    "Atr",
    "Bar",
    "Ema",
    "Indicator",
    "IndicatorSettingError",
    "Rsi",
    "Sma",
    "Smma",
    "Source",
]
