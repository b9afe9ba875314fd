"""Backtests: `backtest` runs a strategy over market data in a book; `Backtest` is the result.

The command line, a script and a notebook all come through `backtest`, so they give the same decision digest.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.platform.backtesting.errors import BacktestError, StrategyFailed
    from tallystick.platform.backtesting.result import Backtest
    from tallystick.platform.backtesting.tester import backtest

__all__ = ["Backtest", "BacktestError", "StrategyFailed", "backtest"]
_WHERE = {"Backtest": "result", "BacktestError": "errors", "StrategyFailed": "errors", "backtest": "tester"}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no more."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
    globals()[name] = value
    return value
