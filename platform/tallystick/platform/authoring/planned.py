"""Strategies of a plan: built in, or out of a file."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from tallystick.events.module import Module as AnyModule
from tallystick.platform.authoring.errors import SettingRefused
from tallystick.platform.authoring.loading import load
from tallystick.platform.authoring.module import Module
from tallystick.platform.authoring.purity import guarding
from tallystick.platform.authoring.sources import split_source
from tallystick.platform.authoring.strategy import Strategy
from tallystick.platform.plan import StrategyPlan


def from_file(plan: StrategyPlan) -> Module:
    """The strategy that a plan of kind `file` names; raises what `load` raises."""
    path, name = split_source(plan.source)
    return made(load(path, name or None), plan.name, plan.parameters)


def made(cls: type[Module], name: str, parameters: Mapping[str, Any]) -> Module:
    """One under a name, with parameters."""
    if issubclass(cls, Strategy):
        return cls(**{**parameters, "name": name})
    try:
        strategy = cls(**parameters)
    except TypeError as error:
        message = f"E504 {name}: {error}. Give {cls.__name__} the parameters of its __init__."
        raise SettingRefused(message) from None
    strategy.name = name
    return strategy


def guard_of(strategies: Sequence[AnyModule]) -> AbstractContextManager[Any]:
    """What a run with these strategies is to be within: the guard's watch, if any of them is a user's own."""
    inner = (getattr(one, "watched_strategy", one) for one in strategies)  # of one that only watches (judging)
    own = [one for one in inner if isinstance(one, Module)]
    if not own:
        return nullcontext()
    names: dict[int, dict[str, Any]] = {}
    for one in own:
        for cls in type(one).__mro__:
            for each in vars(cls).values():
                function = each.__func__ if isinstance(each, staticmethod) else getattr(each, "__wrapped__", each)
                within = getattr(function, "__globals__", None)
                if within is not None and not str(within.get("__name__", "")).startswith("tallystick.p"):
                    names[id(within)] = within
    return guarding(*names.values())
