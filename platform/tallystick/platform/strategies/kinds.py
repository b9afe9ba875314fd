"""The built-in strategies by the name a plan uses."""

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from tallystick.platform.strategies.ema_cross import EmaCross
from tallystick.platform.strategies.errors import ParameterUnknown, StrategySettingError
from tallystick.platform.strategies.flat import Flat
from tallystick.platform.strategies.hold import Hold
from tallystick.platform.strategies.rebalance import Rebalance
from tallystick.platform.strategies.z_score import ZScoreReversion

KINDS: dict[str, Callable[..., Any]] = {
    "ema_cross": EmaCross,
    "flat": Flat,
    "hold": Hold,
    "rebalance": Rebalance,
    "z_score": ZScoreReversion,
}


def strategy_from(kind: str, name: str, parameters: Mapping[str, Any]) -> Any:
    """The built-in strategy of a kind under a name; raises `StrategySettingError` for what it does not take."""
    make = KINDS.get(kind)
    if make is None:
        message = f'E501 no strategy is called "{kind}". There are: {", ".join(KINDS)}.'
        raise StrategySettingError(message)
    takes = [parameter for parameter in inspect.signature(make).parameters if parameter != "name"]
    unknown = sorted(set(parameters) - set(takes))
    if unknown:
        message = f'E501 {name}: {kind} has no parameter "{unknown[0]}". It takes: {", ".join(takes) or "none"}.'
        raise ParameterUnknown(message)
    if "symbol" in takes and "symbol" not in parameters:
        message = f"E501 {name}: {kind} needs a symbol. Say which instrument it trades."
        raise StrategySettingError(message)
    if "symbols" in takes and "symbols" not in parameters:
        message = f'E501 {name}: {kind} needs symbols. Say which instruments it chooses from: "EURUSD,XAUUSD".'
        raise StrategySettingError(message)
    return make(name=name, **parameters)
