"""Tables that are no text: Parquet, Feather, pickled pandas frames, NumPy archives."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

READ = {".parquet": "read_parquet", ".pq": "read_parquet", ".feather": "read_feather", ".pkl": "read_pickle"}
READ[".pickle"] = "read_pickle"
WRITE = {"read_parquet": "to_parquet", "read_feather": "to_feather", "read_pickle": "to_pickle"}
FRAMES = frozenset({*READ, ".npz"})
EPOCHS = ((1e18, 1), (1e15, 1_000), (1e12, 1_000_000), (1e9, 1_000_000_000))
"""Smallest value that counts in ns, us, ms, s, and the ns in one."""


class NotATable(ValueError):
    """A file of such a kind that holds no rows with moments."""


def rows_in(
    path: Path, count: int, first_ns: int, last_ns: int
) -> tuple[NDArray[np.int64], list[tuple[int, list[float]]]]:
    """Stamps (ns) between two moments, and some of the rows with their numbers; none of what is no table."""
    try:
        stamps, numbers = _read(path)[1:]
    except (NotATable, ImportError, ValueError, OSError):
        return np.empty(0, dtype=np.int64), []
    inside = np.flatnonzero((stamps >= first_ns) & (stamps <= last_ns))
    some = inside[:: max(len(inside) // count, 1)]
    return stamps[inside], [(int(stamps[row]), [float(column[row]) for column in numbers]) for row in some]


def changed_frames(path: Path, target: Path, after_ns: int, how: str, known: Callable[[int], int]) -> bool:
    """Write the table with another future; False when nothing of it is later. Raises `NotATable`."""
    table, stamps, _ = _read(path)
    later = np.array([known(int(stamp)) > after_ns for stamp in stamps])
    if not later.any():
        return False
    if path.suffix.lower() == ".npz":
        other: dict[str, Any] = {name: _other_array(values, later, how) for name, values in table.items()}
        with target.open("wb") as file:
            np.savez(file, **other)
        return True
    frame = table[~later] if how == "cut" else _turned(table, later)
    if path.suffix.lower() == ".feather":
        frame = frame.reset_index(drop=True)
    getattr(frame, WRITE[READ[path.suffix.lower()]])(target)
    return True


def _read(path: Path) -> tuple[Any, NDArray[np.int64], list[NDArray[Any]]]:
    """The table, the stamp of each row, its columns of numbers."""
    if path.suffix.lower() == ".npz":
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        stamps = next((found for values in arrays.values() if (found := _stamps(values)) is not None), None)
        if stamps is None:
            raise NotATable(str(path))
        numbers = [one for one in arrays.values() if one.dtype.kind == "f" and one.shape == stamps.shape]
        return arrays, stamps, numbers
    import pandas as pd

    try:
        frame = getattr(pd, READ[path.suffix.lower()])(path)
    except Exception as error:
        raise NotATable(str(path)) from error
    if isinstance(frame, pd.Series):
        frame = frame.to_frame()
    if not isinstance(frame, pd.DataFrame):
        raise NotATable(str(path))
    columns = [frame.index.to_numpy(), *(frame[name].to_numpy() for name in frame.columns)]
    stamps = next((found for values in columns if (found := _stamps(values)) is not None), None)
    if stamps is None:
        raise NotATable(str(path))
    return frame, stamps, [one for one in columns if one.dtype.kind == "f"]


def _stamps(values: NDArray[Any]) -> NDArray[np.int64] | None:
    """A column of moments in ns."""
    if values.ndim != 1 or len(values) < 3:
        return None
    if values.dtype.kind == "M":
        return values.astype("datetime64[ns]").astype(np.int64)
    if values.dtype.kind in "iu" and values.min() >= EPOCHS[-1][0]:
        for least, ns in EPOCHS:
            if values.min() >= least:
                return values.astype(np.int64) * ns
    return None


def _other_array(values: NDArray[Any], later: NDArray[np.bool_], how: str) -> NDArray[Any]:
    if values.shape[:1] != later.shape:
        return values
    if how == "cut":
        return values[~later]
    return _turned_column(values, later) if values.dtype.kind == "f" and values.ndim == 1 else values


def _turned(frame: Any, later: NDArray[np.bool_]) -> Any:
    other = frame.copy()
    for name in other.columns:
        values = other[name].to_numpy()
        if values.dtype.kind == "f":
            other[name] = _turned_column(values, later)
    return other


def _turned_column(values: NDArray[Any], later: NDArray[np.bool_]) -> NDArray[Any]:
    """Later values on the other side of the last one before."""
    before = values[~later]
    anchor = before[-1] if len(before) else values[0]
    return np.where(later, 2 * anchor - values, values)
