"""Functions that Numba compiles when they are first needed.

Importing Numba and a compiled function from its cache takes about a second of CPU, which a run of few rows never pays
back: who knows that rows come few at a time says `be_patient`, and the functions are run as the Python they are written
in, with the same result, until enough have come: all of it is int64, or float64 taken one operation at a time.
"""

from collections.abc import Callable
from functools import update_wrapper
from typing import Any, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")
FEW = 64
"""So many rows in one call may be worth running as Python."""
PATIENCE = 100_000
"""After so many rows in one process the compiler pays for itself."""


class _Patience:
    """Rows that may still go through Python in this process."""

    rows = 0


def be_patient(rows: int = PATIENCE) -> None:
    """Run so many rows as Python, a few at a time, before the compiler is loaded: a bot's calls bring few at once."""
    _Patience.rows = rows


class Compiled(Generic[P, R]):
    """A function that is compiled at its first call, and called by other compiled ones as any of Numba's."""

    def __init__(self, function: Callable[P, R], *, inner: bool = False) -> None:
        """`inner`: part of the work on one moment; only what is called by compiled code is compiled."""
        update_wrapper(self, function)
        self.py_func = function
        self._loaded: Any = None
        self._called: Any = function if inner else None
        """What Python calls: as Python what is part of the work on one moment, else what is loaded."""

    @property
    def _numba_type_(self) -> Any:
        """What Numba sees where compiled code calls this one."""
        return self._load()._numba_type_

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Call it, compiled."""
        result: R = (self._called or self._load())(*args, **kwargs)
        return result

    def for_rows(self, count: int) -> Callable[P, R]:
        """What to call with so many rows: Python while they are few and the compiler is not loaded."""
        if self._loaded is not None:
            found: Callable[P, R] = self._loaded
            return found
        if count > FEW or _Patience.rows < count:
            return self
        _Patience.rows -= count
        return self.py_func

    def _load(self) -> Any:
        if self._loaded is None:
            from numba import njit

            try:
                self._loaded = njit(cache=True)(self.py_func)
            except RuntimeError:  # no folder for its cache: a read-only installation of somebody without a home
                self._loaded = njit(self.py_func)
            self._called = self._called or self._loaded
        return self._loaded


def compiled(function: Callable[P, R]) -> Compiled[P, R]:
    """Compile a function when it is first called, and keep it in Numba's cache."""
    return Compiled(function)


def compiled_inside(function: Callable[P, R]) -> Compiled[P, R]:
    """Compile a function for compiled callers alone; Python calls it as Python."""
    return Compiled(function, inner=True)
