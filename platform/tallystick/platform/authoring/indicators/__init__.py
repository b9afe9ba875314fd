"""Streaming indicators: each takes closed bars one by one, in O(1) where that is possible, and gives the same bits.

`NAMED` is what strategies call them by: `self.ema(10)` makes and feeds `Ema(10)`. docs/indicators.md has formulas,
seeding and warm-up of each.
"""

from tallystick.platform.authoring.indicators.adx import Adx
from tallystick.platform.authoring.indicators.aroon import Aroon
from tallystick.platform.authoring.indicators.atr import Atr
from tallystick.platform.authoring.indicators.bollinger import Bollinger
from tallystick.platform.authoring.indicators.cci import Cci
from tallystick.platform.authoring.indicators.dema import Dema
from tallystick.platform.authoring.indicators.donchian import Donchian
from tallystick.platform.authoring.indicators.ema import Ema
from tallystick.platform.authoring.indicators.highest import Highest
from tallystick.platform.authoring.indicators.hma import Hma
from tallystick.platform.authoring.indicators.ichimoku import Ichimoku
from tallystick.platform.authoring.indicators.keltner import Keltner
from tallystick.platform.authoring.indicators.linear_regression import LinearRegression
from tallystick.platform.authoring.indicators.lowest import Lowest
from tallystick.platform.authoring.indicators.macd import Macd
from tallystick.platform.authoring.indicators.mfi import Mfi
from tallystick.platform.authoring.indicators.momentum import Momentum
from tallystick.platform.authoring.indicators.obv import Obv
from tallystick.platform.authoring.indicators.parabolic_sar import ParabolicSar
from tallystick.platform.authoring.indicators.roc import Roc
from tallystick.platform.authoring.indicators.rsi import Rsi
from tallystick.platform.authoring.indicators.settings import IndicatorSettingError
from tallystick.platform.authoring.indicators.sma import Sma
from tallystick.platform.authoring.indicators.smma import Smma
from tallystick.platform.authoring.indicators.sources import SOURCES, Bar, Source
from tallystick.platform.authoring.indicators.std_dev import StdDev
from tallystick.platform.authoring.indicators.stochastic import Stochastic
from tallystick.platform.authoring.indicators.streaming import Indicator
from tallystick.platform.authoring.indicators.supertrend import Supertrend
from tallystick.platform.authoring.indicators.talib_indicator import TalibIndicator
from tallystick.platform.authoring.indicators.tema import Tema
from tallystick.platform.authoring.indicators.vwap import Vwap
from tallystick.platform.authoring.indicators.williams_r import WilliamsR
from tallystick.platform.authoring.indicators.wma import Wma
from tallystick.platform.authoring.indicators.z_score import ZScore

NAMED: dict[str, type[Indicator]] = {
    "adx": Adx,
    "aroon": Aroon,
    "atr": Atr,
    "bollinger": Bollinger,
    "cci": Cci,
    "dema": Dema,
    "donchian": Donchian,
    "ema": Ema,
    "highest": Highest,
    "hma": Hma,
    "ichimoku": Ichimoku,
    "keltner": Keltner,
    "linear_regression": LinearRegression,
    "lowest": Lowest,
    "macd": Macd,
    "mfi": Mfi,
    "momentum": Momentum,
    "obv": Obv,
    "parabolic_sar": ParabolicSar,
    "roc": Roc,
    "rsi": Rsi,
    "sma": Sma,
    "smma": Smma,
    "std_dev": StdDev,
    "stochastic": Stochastic,
    "supertrend": Supertrend,
    "talib": TalibIndicator,
    "tema": Tema,
    "vwap": Vwap,
    "williams_r": WilliamsR,
    "wma": Wma,
    "z_score": ZScore,
}
"""Method name to class, in alphabetical order."""

__all__ = [
    "NAMED",
    "SOURCES",
    "Adx",
    "Aroon",
    "Atr",
    "Bar",
    "Bollinger",
    "Cci",
    "Dema",
    "Donchian",
    "Ema",
    "Highest",
    "Hma",
    "Ichimoku",
    "Indicator",
    "IndicatorSettingError",
    "Keltner",
    "LinearRegression",
    "Lowest",
    "Macd",
    "Mfi",
    "Momentum",
    "Obv",
    "ParabolicSar",
    "Roc",
    "Rsi",
    "Sma",
    "Smma",
    "Source",
    "StdDev",
    "Stochastic",
    "Supertrend",
    "TalibIndicator",
    "Tema",
    "Vwap",
    "WilliamsR",
    "Wma",
    "ZScore",
]
