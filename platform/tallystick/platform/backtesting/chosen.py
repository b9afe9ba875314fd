"""What may stand for a strategy: a class, an instance, a file, a built-in's name. One entry for each that trades."""

import copy
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from tallystick.events.module import Module
from tallystick.platform.backtesting.errors import UnknownStrategy
from tallystick.platform.plan import StrategyPlan
from tallystick.platform.strategies import KINDS, strategy_from


@dataclass(frozen=True, slots=True)
class Settings:
    """What a strategy may be told of its market besides its parameters; empty fields tell nothing.

    `only_symbol` is the one symbol of the data, for a strategy that names none.
    """

    symbol: str = ""
    timeframe: str = ""
    lots: str = ""
    only_symbol: str = ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """One strategy of a run: how the plan names it, how a new one is made, and what it says of its market."""

    plan: StrategyPlan
    fresh: Callable[[], Module]
    """A new, unstarted one with the same parameters."""
    symbol: str = ""
    timeframe: str = ""
    lots: str = ""

    def protected(self, protection: Mapping[str, Any]) -> "Chosen":
        """The same with its positions' stops following the price."""
        return replace(self, plan=msgspec.structs.replace(self.plan, protection=dict(protection)))


def chosen_from(given: object, parameters: Mapping[str, Any], settings: Settings) -> tuple[Chosen, ...]:
    """The strategies that a person means, under `parameters` and `settings` where these say more than they do.

    Raises `UnknownStrategy`, and what loading a file or making a strategy raises.
    """
    many = given if isinstance(given, list | tuple) else [given]
    if not many:
        raise UnknownStrategy("no strategy was given", "Give one or more.")
    chosen = tuple(_one(each, dict(parameters), settings) for each in many)
    names = [one.plan.name for one in chosen]
    for name in names:
        if names.count(name) > 1:
            what = f'{names.count(name)} strategies are called "{name}": got one name / expected one for each'
            raise UnknownStrategy(what, f'Give one another name, as in {name}(name="{name}_2").')
    return chosen


def _one(given: object, parameters: dict[str, Any], settings: Settings) -> Chosen:
    if isinstance(given, str) and given in KINDS:
        return _built_in(given, given, parameters, settings)
    if isinstance(given, str | Path):
        return _own(_loaded(str(given)), parameters, settings)
    kind = next((name for name, made in KINDS.items() if made in {given, type(given)}), "")
    if kind and not isinstance(given, type):
        own: Any = given
        return _built_in(kind, own.name, {**_parameters_of(kind, own), **parameters}, settings)
    if kind:
        return _built_in(kind, kind, parameters, settings)
    if hasattr(given, "react"):
        return _own(given, parameters, settings)
    what = f"{given!r} is no strategy: got {type(given).__name__} / expected a strategy, its class, or a file"
    raise UnknownStrategy(what, 'Write @strategy over the function, or give "ema.py".')


def _built_in(kind: str, name: str, parameters: dict[str, Any], settings: Settings) -> Chosen:
    symbol = settings.symbol or settings.only_symbol
    if symbol and kind in KINDS and "symbol" in inspect.signature(KINDS[kind]).parameters:
        parameters.setdefault("symbol", symbol)
    strategy_from(kind, name, parameters)  # says now what is wrong with them
    plan = StrategyPlan(kind=kind, name=name, parameters=parameters)
    return Chosen(plan, lambda: strategy_from(kind, name, parameters), symbol=str(parameters.get("symbol", "")))


def _parameters_of(kind: str, strategy: Any) -> dict[str, Any]:
    """A built-in's parameters as it was made with, from its settings, which are text."""
    takes = inspect.signature(KINDS[kind]).parameters
    return {
        name: takes[name].annotation(text) if takes[name].annotation in {int, float} else text
        for name, text in getattr(strategy, "settings", {}).items()
        if name in takes
    }


def _loaded(text: str) -> Any:
    """A strategy out of a file: `ema.py`, or `ema.py:EmaCross`."""
    from tallystick.platform.authoring.loading import load
    from tallystick.platform.authoring.sources import split_source

    path, name = split_source(text)
    if not path.endswith(".py"):
        what = f'"{text}" is no strategy: got text / expected a file such as ema.py, or one of {", ".join(KINDS)}'
        order = f"The strategy stands first, then its data: tallystick backtest ema.py {text}"
        raise UnknownStrategy(what, order if Path(path).is_file() else "Write one with: tallystick new ema")
    return load(Path(path), name or None)


def _own(given: Any, parameters: dict[str, Any], settings: Settings) -> Chosen:
    """A module of the user's own, a class or an instance, as often as it is needed."""
    from tallystick.platform.authoring.sources import source_of

    fresh = _maker(given, {**parameters, **_taken(given, settings)})
    made = fresh()
    source = source_of(type(made))
    plan = StrategyPlan(kind="file", name=made.name, source=source, parameters=_plain(getattr(made, "given", {})))
    return Chosen(plan, fresh, _said(made, "symbol"), _said(made, "timeframe"), _said(made, "lots"))


def _maker(given: Any, settings: Mapping[str, Any]) -> Callable[[], Any]:
    """How a new one is made."""
    if isinstance(given, type):
        return lambda: given(**settings)
    if settings and hasattr(given, "given"):
        return lambda: type(given)(**{**given.given, **settings})
    if settings:
        what = f"{getattr(given, 'name', given)} is made already: got {', '.join(settings)} / expected nothing more"
        raise UnknownStrategy(what, "Give the class, or make it with these parameters.")
    if hasattr(given, "fresh"):
        again: Callable[[], Any] = given.fresh
        return again
    pristine = copy.deepcopy(given)
    return lambda: copy.deepcopy(pristine)


def _taken(given: Any, settings: Settings) -> dict[str, str]:
    """The settings that a strategy takes: those of `Strategy`; a plain module has only what its class line says."""
    from tallystick.platform.authoring.function import SignalFunction
    from tallystick.platform.authoring.strategy import Strategy

    kind = given if isinstance(given, type) else type(given)
    if not issubclass(kind, Strategy):
        return {}
    symbol = settings.symbol or ("" if _said(given, "symbol") else settings.only_symbol)
    # A function without lots raises signals, and their lots are the sizing's.
    lots = "" if issubclass(kind, SignalFunction) and not _said(given, "lots") else settings.lots
    told = {"symbol": symbol, "timeframe": settings.timeframe, "lots": lots}
    return {name: value for name, value in told.items() if value}


def _said(strategy: Any, name: str) -> str:
    """What a strategy says of its market, as text."""
    value = getattr(strategy, name, None) or getattr(strategy, "line", {}).get(name)
    return str(value) if isinstance(value, str | Decimal) else ""


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as a plan holds them in JSON."""
    plain: dict[str, Any] = msgspec.to_builtins(dict(parameters), enc_hook=repr)
    return plain
