"""Python functions as genuine built-in functions, so that they behave as those of an extension module.

A built-in function put on a class does not bind, refuses keywords where it takes none, and counts as
`inspect.isbuiltin`; bots rely on the first. CPython's `PyObject_Call`, `PyObject_CallObject` and
`PyObject_CallNoArgs` have exactly the signatures of the three calling conventions, with the callable in the place of
the module, so a built-in function can be made of a Python one without any compiled code of ours.
"""

from collections.abc import Callable
from enum import IntEnum
from types import ModuleType
from typing import Any


class Style(IntEnum):
    """How a function of an extension module takes its arguments: CPython's METH flags."""

    POSITIONAL = 1
    NAMED = 3
    NONE = 4


CALLERS = {
    Style.POSITIONAL: "PyObject_CallObject",
    Style.NAMED: "PyObject_Call",
    Style.NONE: "PyObject_CallNoArgs",
}
_KEPT: list[Any] = []
"""Definitions that built-in functions point to for as long as the process lives."""


def native(function: Callable[..., Any], style: Style, doc: str) -> Any:
    """`function` as a built-in function of the same name; where ctypes is missing, as a callable that is like one."""
    try:
        import ctypes

        return genuine(ctypes, function, style, doc)
    except (ImportError, AttributeError):  # an interpreter without ctypes, or without CPython's C functions
        return Unbound(function, style, doc)


def genuine(ctypes: Any, function: Callable[..., Any], style: Style, doc: str) -> Any:
    """A built-in function of this interpreter. Raises AttributeError where it lacks CPython's C functions."""

    class Definition(ctypes.Structure):  # type: ignore[misc]  # `ctypes` is a parameter: it may be missing
        """CPython's PyMethodDef."""

        _fields_ = (
            ("name", ctypes.c_char_p),
            ("call", ctypes.c_void_p),
            ("flags", ctypes.c_int),
            ("doc", ctypes.c_char_p),
        )

    # In the module's place stands a module that can be called: then the name stands alone in `repr` and in errors.
    face = type("module", (ModuleType,), {"__call__": staticmethod(function)})("MetaTrader5")
    call = ctypes.cast(getattr(ctypes.pythonapi, CALLERS[style]), ctypes.c_void_p)
    definition = Definition(function.__name__.encode(), call, int(style), doc.encode())
    result = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.POINTER(Definition), ctypes.py_object, ctypes.py_object)
    _KEPT.append(definition)
    return result(("PyCFunction_NewEx", ctypes.pythonapi))(ctypes.byref(definition), face, "MetaTrader5")


class Unbound:
    """A callable that does not bind, where genuine built-in functions cannot be made."""

    def __init__(self, function: Callable[..., Any], style: Style, doc: str) -> None:
        """Take the name of `function`; `doc` is what `help` shows."""
        self._function, self._style = function, style
        self.__name__ = self.__qualname__ = function.__name__
        self.__doc__ = doc

    def __repr__(self) -> str:
        return f"<built-in function {self.__name__}>"

    def __call__(self, *unnamed: Any, **named: Any) -> Any:
        """Call the function, after the checks that the interpreter makes for a genuine one."""
        if self._style is Style.NONE and (unnamed or named):
            message = f"{self.__name__}() takes no arguments ({len(unnamed)} given)"
            raise TypeError(message if not named else f"{self.__name__}() takes no keyword arguments")
        if self._style is Style.POSITIONAL and named:
            message = f"{self.__name__}() takes no keyword arguments"
            raise TypeError(message)
        return self._function(*unnamed, **named)
