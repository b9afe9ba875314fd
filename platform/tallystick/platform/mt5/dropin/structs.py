"""The module's eleven struct sequences and two array types: names, order, docstrings as the original's.

A struct sequence is a tuple whose items have names, as `os.stat_result` is; it is no namedtuple. The types are made by
CPython's own `PyStructSequence_NewType`; where that cannot be reached, tuple subclasses of the same face stand in.
"""

import warnings
from io import BytesIO
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.mt5.dropin.fields import DOCS, FIELDS
from tallystick.platform.mt5.prices.layout import RATES, TICKS

DTYPES: dict[str, np.dtype[Any]] = {"rates": RATES, "ticks": TICKS}
"""Packed rows of 60 bytes; times are the server's wall clock as seconds (`time`) or milliseconds since the epoch."""
ROW_BYTES = 60

_KEPT: list[Any] = []
"""Descriptions whose strings the types point to for as long as the process lives."""


def genuine(name: str, doc: str, fields: tuple[str, ...]) -> Any:
    """A struct sequence type as extension modules make them. Raises ImportError or AttributeError without CPython."""
    import ctypes

    class Field(ctypes.Structure):
        """CPython's PyStructSequence_Field."""

        _fields_ = (("name", ctypes.c_char_p), ("doc", ctypes.c_char_p))

    class Description(ctypes.Structure):
        """CPython's PyStructSequence_Desc."""

        _fields_ = (
            ("name", ctypes.c_char_p),
            ("doc", ctypes.c_char_p),
            ("fields", ctypes.POINTER(Field)),
            ("n_in_sequence", ctypes.c_int),
        )

    table = (Field * (len(fields) + 1))(*(Field(field.encode(), None) for field in fields), Field(None, None))
    description = Description(name.encode(), doc.encode(), table, len(fields))
    make = ctypes.pythonapi.PyStructSequence_NewType
    make.restype, make.argtypes = ctypes.py_object, [ctypes.POINTER(Description)]
    with warnings.catch_warnings():  # the original's types carry no module in their names, so neither do these
        warnings.simplefilter("ignore", DeprecationWarning)
        kind = make(ctypes.byref(description))
    _KEPT.append((table, description))
    kind.__module__ = "builtins"  # what a static type without a module says of itself; nothing of that name is there
    return kind


def imitated(name: str, doc: str, fields: tuple[str, ...]) -> Any:
    """The same face on a tuple subclass."""

    def new(cls: Any, values: Any) -> Any:
        items = tuple(values)
        if len(items) != len(fields):
            message = f"{name}() takes a {len(fields)}-sequence ({len(items)}-sequence given)"
            raise TypeError(message)
        return tuple.__new__(cls, items)

    def shown(self: Any) -> str:
        return f"{name}({', '.join(f'{field}={value!r}' for field, value in zip(fields, self, strict=True))})"

    counts = {"n_fields": len(fields), "n_sequence_fields": len(fields), "n_unnamed_fields": 0}
    named = {field: property(itemgetter(place)) for place, field in enumerate(fields)}
    face = {"__new__": new, "__repr__": shown, "__doc__": doc, "__module__": "builtins", "__slots__": ()}
    return type(name, (tuple,), {**face, **counts, **named, "__match_args__": fields})


def _made(name: str) -> Any:
    fields = FIELDS[name]
    try:
        kind = genuine(name, DOCS[name], fields)
    except (ImportError, AttributeError):
        kind = imitated(name, DOCS[name], fields)

    def _asdict(self: Any) -> dict[str, Any]:
        """The values by name. A request inside stays a TradeRequest, with an `_asdict` of its own."""
        return dict(zip(fields, self, strict=True))

    kind._asdict = _asdict
    return kind


TYPES: dict[str, Any] = {name: _made(name) for name in FIELDS}
"""The struct sequences by name."""
_REQUEST = TYPES["TradeRequest"]


def struct_of(name: str, values: Any) -> Any:
    """One struct sequence of plain values; a `request` among them, last where there is one, becomes a TradeRequest."""
    if FIELDS[name][-1] == "request":
        return TYPES[name]((*values[:-1], _REQUEST(values[-1])))
    return TYPES[name](values)


def array_of(name: str, data: bytes) -> NDArray[Any]:
    """Packed rows as the module gives them: an array that owns its memory and is not to be written to."""
    array = np.empty(len(data) // ROW_BYTES, DTYPES[name])
    BytesIO(data).readinto(array)  # type: ignore[arg-type]  # a copy; NumPy's own goes field by field
    array.setflags(write=False)
    return array
