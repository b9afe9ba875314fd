"""Numba's `njit`, loaded when a function is first called; and a way round it for what is too small to pay for it.

Compiling all that one small portfolio needs takes half a minute of CPU the first time, running it as the Python it is
written in a twentieth of a second. Who knows that a problem is small asks for it inside `interpreted()`; it is asked by
size, never by whether a cache is warm, because sums may then be taken in another order and a last bit differ.

Where Numba is not installed everything runs so. The innermost loops have a twin in NumPy (`plain`), which then takes
their place: what is large is slower by some thirty times, not by a thousand.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, update_wrapper
from importlib.util import find_spec
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


@cache
def installed() -> bool:
    """Whether there is a compiler."""
    return find_spec("numba") is not None


def compiles() -> bool:
    """Whether a function called now is compiled."""
    return installed() and not _AS_PYTHON.get()


class Kernel(Generic[P, R]):
    """A function that Numba compiles at its first call; compiled functions call it as any of Numba's."""

    def __init__(
        self, function: Callable[P, R], options: dict[str, Any], plain: Callable[..., Any] | None = None
    ) -> None:
        """`options` are those of `numba.njit`; `plain` does the same where nothing is compiled."""
        update_wrapper(self, function)
        self._plain: Callable[P, R] = plain or function
        self.py_func = function
        self.targetoptions = options
        """Where Numba looks for `inline` when it meets the function in another one."""
        self._loaded: Any = None

    @property
    def _numba_type_(self) -> Any:
        """What Numba sees where compiled code calls this one."""
        return self._load()._numba_type_

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call it, compiled, or as Python inside `interpreted` and where there is no compiler."""
        if _AS_PYTHON.get() or not installed():
            return self._plain(*args, **kwargs)
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
def njit(*, plain: Callable[..., Any] | None = ..., **options: Any) -> Callable[[Callable[P, R]], Kernel[P, R]]: ...
def njit(function: Callable[P, R] | None = None, *, plain: Callable[..., Any] | None = None, **options: Any) -> Any:
    """As `numba.njit`, with its options; `plain` is the function's twin where nothing is compiled."""
    if function is not None:
        return Kernel(function, {})
    return lambda given: Kernel(given, options, plain)
