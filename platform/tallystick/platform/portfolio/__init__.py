"""Portfolio: signals to targets in tradable volumes."""

from tallystick.platform.portfolio.lots import LotsNotTradable, check_lots
from tallystick.platform.portfolio.portfolio import Portfolio
from tallystick.platform.portfolio.sizing import FixedLots, RiskPercent, Sizing, sizing_from

__all__ = ["FixedLots", "LotsNotTradable", "Portfolio", "RiskPercent", "Sizing", "check_lots", "sizing_from"]
