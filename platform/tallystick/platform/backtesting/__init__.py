"""Backtests: `backtest` runs a strategy over market data in a book; `Backtest` is the result.

The command line, a script and a notebook all come through `backtest`, so they give the same decision digest.
"""

from typing import TYPE_CHECKING

from tallystick.events.door import door

if TYPE_CHECKING:
    from tallystick.platform.backtesting.errors import BacktestError
    from tallystick.platform.backtesting.failed import StrategyFailed
    from tallystick.platform.backtesting.result import Backtest
    from tallystick.platform.backtesting.tester import backtest

__all__ = ["Backtest", "BacktestError", "StrategyFailed", "backtest"]
PLACES = {"Backtest": ".result", "BacktestError": ".errors", "StrategyFailed": ".failed", "backtest": ".tester"}
if not TYPE_CHECKING:  # a misspelt name is a type error
    __getattr__, __dir__ = door(__name__, PLACES)
