"""The door: `from tallystick.platform import strategy, Strategy, backtest`. Each name is imported when asked for."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tallystick.events.door import door

if TYPE_CHECKING:
    from tallystick.events.types.trading import SignalRaised, TargetAsked
    from tallystick.market.rows import BarClosed, Quote
    from tallystick.platform.authoring.bars import Bars
    from tallystick.platform.authoring.fills import Fill
    from tallystick.platform.authoring.function import strategy
    from tallystick.platform.authoring.loading import load
    from tallystick.platform.authoring.lots import lots
    from tallystick.platform.authoring.module import Module
    from tallystick.platform.authoring.strategy import Strategy
    from tallystick.platform.backtesting import Backtest, backtest
    from tallystick.platform.judging.comparing import compare
    from tallystick.platform.judging.lookahead import lookahead_check
    from tallystick.platform.judging.monte_carlo import monte_carlo
    from tallystick.platform.judging.optimising import optimize
    from tallystick.platform.judging.walking import walk_forward

__version__ = "0.1.0"
AUTHORING = "tallystick.platform.authoring"
JUDGING = "tallystick.platform.judging"
PLACES = {
    "BarClosed": "tallystick.market.rows",
    "Quote": "tallystick.market.rows",
    "SignalRaised": "tallystick.events.types.trading",
    "TargetAsked": "tallystick.events.types.trading",
    "Bars": f"{AUTHORING}.bars",
    "Fill": f"{AUTHORING}.fills",
    "Module": f"{AUTHORING}.module",
    "Strategy": f"{AUTHORING}.strategy",
    "load": f"{AUTHORING}.loading",
    "lots": f"{AUTHORING}.lots",
    "strategy": f"{AUTHORING}.function",
    "Backtest": "tallystick.platform.backtesting",
    "backtest": "tallystick.platform.backtesting",
    "lookahead_check": "tallystick.platform.judging.lookahead",
    "compare": f"{JUDGING}.comparing",
    "monte_carlo": f"{JUDGING}.monte_carlo",
    "optimize": f"{JUDGING}.optimising",
    "walk_forward": f"{JUDGING}.walking",
}
INDICATORS = f"{AUTHORING}.indicators"

__all__ = [
    "Backtest",
    "BarClosed",
    "Bars",
    "Fill",
    "Module",
    "Quote",
    "SignalRaised",
    "Strategy",
    "TargetAsked",
    "backtest",
    "compare",
    "load",
    "lookahead_check",
    "lots",
    "monte_carlo",
    "optimize",
    "strategy",
    "walk_forward",
]

_named, __dir__ = door(__name__, PLACES)


def __getattr__(name: str) -> Any:
    """A name of this door; any indicator of `authoring.indicators` can be asked for too."""
    if name[:1].isupper() and name not in PLACES:
        indicators = import_module(INDICATORS)
        if name in indicators.__all__:
            return getattr(indicators, name)
    return _named(name)
