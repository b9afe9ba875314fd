"""Numba's `njit`, loaded when a function is first called; and a way round it for what is too small to pay for it.

Compiling all that one small portfolio needs takes half a minute of CPU the first time, running it as the Python it is
written in a twentieth of a second. Who knows that a problem is small asks for it inside `interpreted()`; it is asked by
size, never by whether a cache is warm, because sums may then be taken in another order and a last bit differ.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar, overload

P = ParamSpec("P")
R = TypeVar("R")
_AS_PYTHON: ContextVar[bool] = ContextVar("as_python", default=False)


@contextmanager
def interpreted() -> Iterator[None]:
    """Within it every function under `njit` that this thread calls from Python runs as Python."""
    token = _AS_PYTHON.set(True)
    try:
        yield
    finally:
        _AS_PYTHON.reset(token)


class Kernel(Generic[P, R]):
    """A function that Numba compiles at its first call; compiled functions call it as any of Numba's."""

    def __init__(self, function: Callable[P, R], options: dict[str, Any]) -> None:
        """`options` are those of `numba.njit`."""
        update_wrapper(self, function)
        self.py_func = function
        self.targetoptions = options
        """Where Numba looks for `inline` when it meets the function in another one."""
        self._loaded: Any = None

    @property
    def _numba_type_(self) -> Any:
        """What Numba sees where compiled code calls this one."""
        return self._load()._numba_type_

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call it, compiled, or as Python inside `interpreted`."""
        if _AS_PYTHON.get():
            return self.py_func(*args, **kwargs)
        result: R = (self._loaded or self._load())(*args, **kwargs)
        return result

    def _load(self) -> Any:
        if self._loaded is None:
            from numba import njit as compile_when_called

            self._loaded = compile_when_called(**self.targetoptions)(self.py_func)
        return self._loaded


@overload
def njit(function: Callable[P, R]) -> Kernel[P, R]: ...
@overload
def njit(**options: Any) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
def njit(function: Callable[P, R] | None = None, **options: Any) -> Any:
    """As `numba.njit`, with its options."""
    if function is not None:
        return Kernel(function, {})
    return lambda given: Kernel(given, options)
