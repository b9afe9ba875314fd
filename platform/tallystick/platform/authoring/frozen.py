"""A strategy's attributes as one value that msgpack holds, and back with the same types; never a pickle.

Kept: None, bool, int of any size, float, text, bytes, tuple, NamedTuple, list, dict, set, frozenset, deque,
defaultdict, Counter, Decimal, Fraction, datetime, date, timedelta, NumPy scalars and arrays, bars and quotes,
indicators, generators of `context.random`, and objects of one's own that have `freeze` and `thaw` and are made in
`__init__`. Anything else is refused by name (E508) when a snapshot is taken.
"""

import inspect
import random
from collections import Counter, defaultdict, deque, namedtuple
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np

from tallystick.market.rows import BarClosed, Quote
from tallystick.platform.authoring.bars import Bars
from tallystick.platform.authoring.errors import StateNotKept
from tallystick.platform.authoring.indicators import NAMED

INDICATORS = {kind.__name__: kind for kind in NAMED.values()}
FACTORIES: dict[str, Callable[[], Any]] = {each.__name__: each for each in (int, float, str, list, dict, set)}
ROWS: dict[str, Any] = {"bar": BarClosed, "quote": Quote}
AS_IS = (type(None), bool, str, bytes, float)
INT64 = 2**63


def frozen(attributes: Mapping[str, Any], owner: str) -> dict[str, Any]:
    """Every attribute by name; a value is itself (None, bool, int, float, text, bytes) or a list led by its type.

    Raises `StateNotKept` (E508) naming the attribute and what to keep instead.
    """
    found = {}
    for name, value in attributes.items():
        try:
            found[name] = _freeze(value)
        except _NoForm as error:
            message = (
                f"E508 {owner}: attribute {name} holds {error}, which no snapshot can keep."
                " Keep numbers, text, lists, dicts, arrays or indicators, or give its class freeze() and thaw(state)."
            )
            raise StateNotKept(message) from None
        except RecursionError:
            message = f"E508 {owner}: attribute {name} holds itself. Keep values that do not refer to one another."
            raise StateNotKept(message) from None
    return found


def thawed(state: Mapping[str, Any], present: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that `frozen` gave; `present` has the objects of one's own, which are brought up to date."""
    return {name: _thaw(value, present.get(name)) for name, value in state.items()}


class _NoForm(Exception):
    """The type that has no frozen form."""


def _freeze(value: Any) -> Any:
    kind = type(value)
    if kind in AS_IS:
        return value
    if kind is int:
        return value if -INT64 <= value < INT64 else ["int", str(value)]
    for name, of, freeze, _ in FORMS:
        if kind is of:
            return [name, freeze(value)]
    if kind.__name__ in INDICATORS and kind is INDICATORS[kind.__name__]:
        names = inspect.signature(kind).parameters
        return ["indicator", kind.__name__, [[each, _freeze(getattr(value, each))] for each in names], value.freeze()]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return ["named", kind.__name__, list(value._fields), _all(value)]
    if isinstance(value, np.generic) and value.dtype.hasobject is False:
        return ["scalar", value.dtype.str, value.tobytes()]
    if isinstance(value, Bars):
        raise _NoForm("bars (ask for them where they are used)")
    if callable(getattr(value, "freeze", None)) and callable(getattr(value, "thaw", None)):
        return ["own", _freeze(value.freeze())]
    raise _NoForm(_a(kind))


def _thaw(value: Any, present: Any = None) -> Any:
    if type(value) is not list:
        return value
    tag, *parts = value
    if tag == "indicator":
        name, settings, state = parts
        indicator = INDICATORS[name](**{each: _thaw(setting) for each, setting in settings})
        indicator.thaw(state)
        return indicator
    if tag == "named":
        return namedtuple(parts[0], parts[1])(*map(_thaw, parts[2]))  # noqa: PYI024 -- of its fields
    if tag == "scalar":
        return np.frombuffer(parts[1], np.dtype(parts[0]))[0]
    if tag == "own":
        if present is None:
            message = "E508 an object with freeze() and thaw(state) is made in __init__, or it cannot be brought back."
            raise StateNotKept(message)
        present.thaw(_thaw(parts[0]))
        return present
    return THAW[tag](parts[0])


def _all(values: Any) -> list[Any]:
    return [_freeze(one) for one in values]


def _pairs(values: Any) -> list[Any]:
    return [[_freeze(key), _freeze(value)] for key, value in values.items()]


def _dict(pairs: Any) -> dict[Any, Any]:
    return {_thaw(key): _thaw(value) for key, value in pairs}


def _sorted(values: Any) -> list[Any]:
    return sorted(_all(values), key=repr)


def _freeze_array(value: np.ndarray[Any, Any]) -> Any:
    if value.dtype.hasobject:
        raise _NoForm("an array of objects")
    return [value.dtype.str, list(value.shape), value.tobytes()]


def _thaw_array(parts: Any) -> Any:
    dtype, shape, content = parts
    return np.frombuffer(content, np.dtype(dtype)).reshape(shape).copy()


def _freeze_defaults(value: defaultdict[Any, Any]) -> Any:
    factory = value.default_factory
    name = getattr(factory, "__name__", "") if factory is not None else None
    if name is not None and FACTORIES.get(name) is not factory:
        raise _NoForm("a defaultdict of a function of its own")
    return [name, _pairs(value)]


def _thaw_defaults(parts: Any) -> Any:
    name, pairs = parts
    return defaultdict(FACTORIES[name] if name is not None else None, _dict(pairs))


def _thaw_generator(state: Any) -> random.Random:
    generator = random.Random()  # its state comes from the snapshot
    version, numbers, gauss = state
    generator.setstate((version, tuple(numbers), gauss))
    return generator


def _a(kind: type) -> str:
    return f"{'an' if kind.__name__[:1].lower() in 'aeiou' else 'a'} {kind.__name__}"


Form = tuple[str, type, Callable[[Any], Any], Callable[[Any], Any]]
FORMS: tuple[Form, ...] = (
    ("int", int, str, int),
    ("list", list, _all, lambda parts: [_thaw(one) for one in parts]),
    ("tuple", tuple, _all, lambda parts: tuple(_thaw(one) for one in parts)),
    ("dict", dict, _pairs, _dict),
    ("set", set, _sorted, lambda parts: {_thaw(one) for one in parts}),
    ("frozenset", frozenset, _sorted, lambda parts: frozenset(_thaw(one) for one in parts)),
    ("deque", deque, lambda v: [v.maxlen, _all(v)], lambda p: deque([_thaw(one) for one in p[1]], p[0])),
    ("counter", Counter, _pairs, lambda pairs: Counter(_dict(pairs))),
    ("defaults", defaultdict, _freeze_defaults, _thaw_defaults),
    ("decimal", Decimal, str, Decimal),
    ("fraction", Fraction, str, Fraction),
    ("datetime", datetime, datetime.isoformat, datetime.fromisoformat),
    ("date", date, date.isoformat, date.fromisoformat),
    ("timedelta", timedelta, lambda v: [v.days, v.seconds, v.microseconds], lambda parts: timedelta(*parts)),
    ("array", np.ndarray, _freeze_array, _thaw_array),
    ("bar", BarClosed, lambda v: list(msgspec.structs.astuple(v)), lambda parts: BarClosed(*parts)),
    ("quote", Quote, lambda v: list(msgspec.structs.astuple(v)), lambda parts: Quote(*parts)),
    (
        "generator",
        random.Random,
        lambda v: [v.getstate()[0], list(v.getstate()[1]), v.getstate()[2]],
        _thaw_generator,
    ),
)
"""Tag, type, to plain values, and back."""
THAW = {tag: thaw for tag, _, _, thaw in FORMS}
