"""Portfolio: signals to targets in tradable volumes, protections as prices move, whose result it was."""

from tallystick.platform.portfolio.attribution import Attribution, StrategyResult, attributed
from tallystick.platform.portfolio.lots import LotsNotTradable, check_lots
from tallystick.platform.portfolio.portfolio import Portfolio
from tallystick.platform.portfolio.protection import Protection, protection_from
from tallystick.platform.portfolio.protections import Protections
from tallystick.platform.portfolio.sizing import FixedLots, RiskPercent, Sizing
from tallystick.platform.portfolio.sizing_kelly import KellyFraction
from tallystick.platform.portfolio.sizing_volatility import VolatilityTarget
from tallystick.platform.portfolio.sizing_weights import Weights
from tallystick.platform.portfolio.sizings import sizing_from

__all__ = [
    "Attribution",
    "FixedLots",
    "KellyFraction",
    "LotsNotTradable",
    "Portfolio",
    "Protection",
    "Protections",
    "RiskPercent",
    "Sizing",
    "StrategyResult",
    "VolatilityTarget",
    "Weights",
    "attributed",
    "check_lots",
    "protection_from",
    "sizing_from",
]
