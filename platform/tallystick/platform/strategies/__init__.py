"""Built-in strategies and the two baselines; each is a module with `react`, most with `scan`."""

from tallystick.platform.strategies.ema_cross import EmaCross
from tallystick.platform.strategies.errors import StrategySettingError
from tallystick.platform.strategies.flat import Flat
from tallystick.platform.strategies.hold import Hold
from tallystick.platform.strategies.kinds import KINDS, strategy_from
from tallystick.platform.strategies.rebalance import Rebalance
from tallystick.platform.strategies.z_score import ZScoreReversion

__all__ = ["KINDS", "EmaCross", "Flat", "Hold", "Rebalance", "StrategySettingError", "ZScoreReversion", "strategy_from"]
