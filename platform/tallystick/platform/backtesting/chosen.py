"""What may stand for a strategy: a class, an instance, a file, a built-in's name. One entry for each that trades."""

import copy
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallystick.events.module import Module
from tallystick.platform.backtesting.errors import UnknownStrategy
from tallystick.platform.plan import StrategyPlan
from tallystick.platform.strategies import KINDS, strategy_from


@dataclass(frozen=True, slots=True)
class Chosen:
    """One strategy of a run: how the plan names it, how a new one is made, and what it says of its market."""

    plan: StrategyPlan
    fresh: Callable[[], Module]
    """A new, unstarted one with the same parameters."""
    sources: tuple[Path, ...] = ()
    symbol: str = ""
    timeframe: str = ""
    lots: str = ""


def chosen_from(given: object, parameters: Mapping[str, Any], symbol: str = "") -> tuple[Chosen, ...]:
    """The strategies that a person means; `symbol` is that of a built-in that was given none.

    Raises `UnknownStrategy`, and what loading a file or making a strategy raises.
    """
    many = given if isinstance(given, list | tuple) else [given]
    if not many:
        raise UnknownStrategy("no strategy was given", "Give one or more.")
    return tuple(_one(each, dict(parameters), symbol) for each in many)


def _one(given: object, parameters: dict[str, Any], symbol: str) -> Chosen:
    if isinstance(given, str) and given in KINDS:
        return _built_in(given, given, parameters, symbol)
    if isinstance(given, str | Path):
        return _of_a_file(str(given), parameters)
    kind = next((name for name, made in KINDS.items() if made in {given, type(given)}), "")
    if kind and not isinstance(given, type):
        return _built_in(kind, given.name, {**_parameters_of(kind, given), **parameters}, symbol)  # type: ignore[attr-defined]
    if kind:
        return _built_in(kind, kind, parameters, symbol)
    if isinstance(given, type) and hasattr(given, "react"):
        return _own(given(**parameters))
    if hasattr(given, "react") and not isinstance(given, type):
        return _own(_with(given, parameters))
    what = f"{given!r} is no strategy: got {type(given).__name__} / expected a strategy, its class, or a file"
    raise UnknownStrategy(what, 'Write @strategy over the function, or give "ema.py".')


def _built_in(kind: str, name: str, parameters: dict[str, Any], symbol: str) -> Chosen:
    if symbol and "symbol" in inspect.signature(KINDS[kind]).parameters:
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


def _of_a_file(text: str, parameters: dict[str, Any]) -> Chosen:
    """A strategy out of a file: `ema.py`, or `ema.py:EmaCross`."""
    from tallystick.platform.authoring.loading import load

    path, name = text, None
    if not text.endswith(".py"):
        path, _, name = text.rpartition(":")
        if not path.endswith(".py"):
            what = f'"{text}" is no strategy: got text / expected a file such as ema.py, or one of {", ".join(KINDS)}'
            raise UnknownStrategy(what, "Write one with: tallystick new ema")
    found = load(Path(path), name or None)
    return _own(found(**parameters) if isinstance(found, type) else _with(found, parameters))


def _with(strategy: Any, parameters: dict[str, Any]) -> Any:
    """The strategy with other parameters."""
    if not parameters:
        return strategy
    change = getattr(strategy, "with_parameters", None)
    if change is None:
        what = f"{getattr(strategy, 'name', strategy)} is made already: got parameters {', '.join(parameters)}"
        raise UnknownStrategy(what, "Give the class, or make it with these parameters.")
    return change(**parameters)


def _own(strategy: Any) -> Chosen:
    """A module of the user's own."""
    fresh = getattr(strategy, "fresh", None)
    if fresh is None:
        pristine = copy.deepcopy(strategy)

        def fresh() -> Module:
            made: Module = copy.deepcopy(pristine)
            return made

    sources: Sequence[Path] = strategy.source_files() if hasattr(strategy, "source_files") else _file_of(strategy)
    source = f"{sources[0].name if sources else '<cell>'}:{_spelt(strategy)}"
    parameters = dict(getattr(strategy, "parameters", {}) or {})
    plan = StrategyPlan(kind="file", name=strategy.name, source=source, parameters=parameters)
    return Chosen(
        plan,
        fresh,
        tuple(sources),
        _text(strategy, "symbol"),
        _text(strategy, "timeframe"),
        _text(strategy, "lots"),
    )


def _spelt(strategy: Any) -> str:
    """What the strategy is called in its file."""
    return str(getattr(strategy, "spelt", "") or type(strategy).__name__)


def _file_of(strategy: object) -> tuple[Path, ...]:
    try:
        path = Path(inspect.getfile(type(strategy)))
    except (TypeError, OSError):
        return ()
    return (path,) if path.is_file() else ()


def _text(strategy: object, name: str) -> str:
    value = getattr(strategy, name, "")
    return value if isinstance(value, str) else ""
