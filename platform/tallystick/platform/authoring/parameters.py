"""Typed parameters: a class's annotated attributes, or the keyword defaults of a function."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from types import NoneType, UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from tallystick.platform.authoring.errors import ParameterUnfit, meant

NOTHING = inspect.Parameter.empty
PLAIN: tuple[type, ...] = (int, float, str, bool, Decimal)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: its name, the type it is annotated with, and its default (`NOTHING` when it must be given)."""

    name: str
    type: Any
    default: Any


def of_class(cls: type, stop: tuple[type, ...]) -> dict[str, Parameter]:
    """Annotated public attributes of a class and its parents up to `stop`, parents first."""
    found: dict[str, Parameter] = {}
    for each in reversed(cls.__mro__):
        if each in stop or each is object:
            continue
        hints = _hints(each)
        for name in inspect.get_annotations(each):
            kind = hints.get(name, Any)
            if name.startswith("_") or get_origin(kind) is ClassVar or kind is ClassVar:
                continue
            found[name] = Parameter(name, kind, getattr(cls, name, NOTHING))
    return found


def of_function(function: Callable[..., Any]) -> dict[str, Parameter]:
    """Every parameter of a function but the first, which is the bars."""
    found = {}
    hints = _hints(function)
    for index, (name, each) in enumerate(inspect.signature(function).parameters.items()):
        if index == 0 or each.kind in {each.VAR_POSITIONAL, each.VAR_KEYWORD}:
            continue
        kind = hints.get(name, NOTHING)
        if kind is NOTHING:
            kind = _like(each.default)
        found[name] = Parameter(name, kind, each.default)
    return found


def _like(default: Any) -> Any:
    """The type that a default without an annotation tells: one of `PLAIN`, a list of some kind, or any."""
    if isinstance(default, list | tuple):
        return list | tuple
    return type(default) if isinstance(default, PLAIN) else Any


def checked(
    where: str, takes: Mapping[str, Parameter], given: Mapping[str, Any], others: tuple[str, ...]
) -> dict[str, Any]:
    """Values of all parameters; `others` are settings that may be given too and are passed over here.

    Raises `ParameterUnfit`: E504 for a name nobody knows, E505 for a value of the wrong type or a missing one.
    """
    for name in given:
        if name not in takes and name not in others:
            near = meant(name, [*takes, *others])
            known = ", ".join([*takes, *others])
            message = f'E504 {where} has no parameter "{name}": {near}it takes {known}. Correct the name.'
            raise ParameterUnfit(message)
    values = {}
    for name, parameter in takes.items():
        value = given.get(name, parameter.default)
        if value is NOTHING:
            message = f'E505 {where}: parameter "{name}" has no default and was not given. Give it: {name}=...'
            raise ParameterUnfit(message)
        values[name] = fitting(where, parameter, value)
    return values


def fitting(where: str, parameter: Parameter, value: Any) -> Any:
    """The value in the parameter's type; a whole number serves as a float, text as a Decimal."""
    fits, value = _fit(parameter.type, value)
    if not fits:
        message = (
            f"E505 {where}: parameter {parameter.name} is {value!r}; it takes {_named(parameter.type)}."
            " Change it where the strategy is made."
        )
        raise ParameterUnfit(message)
    return value


def _fit(kind: Any, value: Any) -> tuple[bool, Any]:
    """Whether a value has a type, and the value in it."""
    origin = get_origin(kind)
    if origin is Literal:
        return any(type(value) is type(one) and value == one for one in get_args(kind)), value
    if origin in {Union, UnionType}:
        return next((found for one in get_args(kind) if (found := _fit(one, value))[0]), (False, value))
    if kind is Any:
        return True, value
    if kind in {None, NoneType}:
        return value is None, value
    if kind in PLAIN:
        return _fit_plain(kind, value)
    if origin is not None and isinstance(origin, type):
        return isinstance(value, origin), value
    return not isinstance(kind, type) or isinstance(value, kind), value


def _fit_plain(kind: Any, value: Any) -> tuple[bool, Any]:
    if kind is float and type(value) is int:
        return True, float(value)
    if kind is Decimal and type(value) in {str, int}:
        try:
            return True, Decimal(value)
        except InvalidOperation:
            return False, value
    return _is_plain(kind, value), value.item() if hasattr(value, "item") and kind is not str else value


def _is_plain(kind: type, value: Any) -> bool:
    """A bool is no int; a NumPy scalar is the number it holds."""
    number: Any = value.item() if hasattr(value, "item") and not isinstance(value, str) else value
    return type(number) is kind and (kind is not float or not math.isnan(value))


def _named(kind: Any) -> str:
    return kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "")


def _hints(of: Any) -> dict[str, Any]:
    try:
        return get_type_hints(of)
    except (NameError, TypeError, AttributeError):  # a name known only to type checkers: its type is not checked
        return dict(getattr(of, "__annotations__", {}))
