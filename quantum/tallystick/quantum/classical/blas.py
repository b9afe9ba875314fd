"""NumPy's linear algebra on one thread: with more, large products are summed in another order and last bits move.

The library's own switch is asked for through `ctypes`: OpenBLAS under the names of NumPy's wheels and its own, or
MKL. Where neither is found (Apple's Accelerate) nothing is done, and last bits may depend on the machine's threads.
The number of threads belongs to the process: while one of ours runs, other threads' products are on one thread too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock

import numpy as np

_NAMES = (
    ("scipy_openblas_get_num_threads64_", "scipy_openblas_set_num_threads64_"),
    ("scipy_openblas_get_num_threads", "scipy_openblas_set_num_threads"),
    ("openblas_get_num_threads64_", "openblas_set_num_threads64_"),
    ("openblas_get_num_threads", "openblas_set_num_threads"),
    ("MKL_Get_Max_Threads", "MKL_Set_Num_Threads"),
)
_LOCK = Lock()
_INSIDE: list[int] = []
"""The number of threads to go back to, once for each that is inside."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Within it NumPy's products, factors and inverses are computed by one thread."""
    count, put = _switch()
    with _LOCK:
        _INSIDE.append(_INSIDE[0] if _INSIDE else count())
        put(1)
    try:
        yield
    finally:
        with _LOCK:
            before = _INSIDE.pop()
            if not _INSIDE:
                put(before)


@cache
def _switch() -> tuple[Callable[[], int], Callable[[int], object]]:
    """How many threads there are, and how to change that."""
    import ctypes

    for path in _libraries():
        try:
            library = ctypes.CDLL(str(path))
        except OSError:
            continue
        for count, put in _NAMES:
            if hasattr(library, count) and hasattr(library, put):
                return getattr(library, count), getattr(library, put)
    return lambda: 1, lambda _: None


def _libraries() -> list[Path]:
    """What may have the switch: NumPy's own module, which sees what it was linked with, and what its wheel brings."""
    from numpy.linalg import _umath_linalg

    home = Path(np.__file__).parent
    brought = [*sorted((home.parent / "numpy.libs").glob("*openblas*")), *sorted((home / ".dylibs").glob("*openblas*"))]
    return [Path(_umath_linalg.__file__), *brought]
