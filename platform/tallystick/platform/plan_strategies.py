"""Whether a plan's strategies can be made: names, symbols, and parameters of the right type."""

import inspect
import re
from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from tallystick.market.spans import YEAR_S
from tallystick.platform.plan import StrategyPlan
from tallystick.platform.plan_values import need, number, ratio, word
from tallystick.platform.strategies import KINDS, strategy_from

NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")
MOST = {
    "due_s": YEAR_S,
    "every_s": YEAR_S,
    "offset_s": YEAR_S,
    "period_s": YEAR_S,
    "seed": 2**63 - 1,
    "stop_points": 10**8,
    "take_points": 10**8,
}
MOST_ROWS = 10**6
"""Of a period or window, in rows."""


def check_strategies(strategies: Sequence[StrategyPlan], symbols: Sequence[str]) -> None:
    """Raise `PlanError`, or `StrategySettingError` for what a kind itself refuses."""
    need(bool(strategies), "strategies", "none", "one strategy or more (flat is one that does nothing)")
    names: list[str] = []
    for index, one in enumerate(strategies):
        where = f"strategies[{index}]"
        word(f"{where}.name", one.name, NAME, "1 to 64 of A-Z a-z 0-9 _ . -")
        need(one.name not in names, f"{where}.name", one.name, "each name once")
        names.append(one.name)
        make = KINDS.get(one.kind)
        if make is not None:
            _check_parameters(where, make, one)
        symbol = one.parameters.get("symbol")
        if one.kind == "file":
            symbol = _from_file(where, one)
        else:
            strategy_from(one.kind, one.name, one.parameters)
        takes = f"an instrument of the plan: {', '.join(symbols)}"
        if symbol is not None and symbols:
            need(symbol in symbols, f"{where}.parameters.symbol", symbol, takes)
        for each in str(one.parameters.get("symbols", "")).split(",") if make is not None and symbols else ():
            need(not each or each.strip() in symbols, f"{where}.parameters.symbols", each.strip(), takes)


def _from_file(where: str, one: StrategyPlan) -> str | None:
    """Make it once, so that what is wrong with it is said now; the symbol it trades."""
    need(bool(one.source), f"{where}.source", "nothing", "a file and a strategy in it, such as ema.py:EmaCross")
    from tallystick.platform.authoring.planned import from_file

    strategy = from_file(one)
    symbol = getattr(strategy, "symbol", None) or strategy.line.get("symbol")
    return str(symbol) if symbol else None


def _check_parameters(where: str, make: Any, one: StrategyPlan) -> None:
    """Each parameter by the type it is annotated with; names nobody knows are left to `strategy_from`."""
    for name, parameter in inspect.signature(make).parameters.items():
        if name == "name" or name not in one.parameters:
            continue
        got, kind, field = one.parameters[name], parameter.annotation, f"{where}.parameters.{name}"
        if kind is int:
            number(field, got, 0, MOST.get(name, MOST_ROWS))
        elif kind is float:
            ratio(field, got, 0.0, 1e6)
        elif get_origin(kind) is Literal:
            takes = get_args(kind)
            need(type(got) is str and got in takes, field, got, f"one of {', '.join(map(str, takes))}")
        else:
            need(type(got) is str, field, got, "text")
