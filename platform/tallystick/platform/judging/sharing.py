"""Strategy and rows for other processes: the strategy by reference, the rows in one file that all map into memory."""

import mmap
import os
import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tallystick.platform.data.feed import Feed
from tallystick.platform.data.series import Series
from tallystick.platform.judging.errors import BadWindow, NotShareable

META, ROWS = "series.meta", "series.rows"
ALIGNED = 64


def write_feed(feed: Feed, folder: Path) -> None:
    """Put a feed's rows where other processes can map them."""
    for one in feed.series:
        _ = one.data_hash  # computed once, here: it travels with the series
    buffers: list[pickle.PickleBuffer] = []
    meta = pickle.dumps(feed.series, protocol=5, buffer_callback=buffers.append)
    places = []
    with (folder / ROWS).open("wb") as file:
        for buffer in buffers:
            raw = buffer.raw()
            file.write(b"\0" * (-file.tell() % ALIGNED))
            places.append((file.tell(), len(raw)))
            file.write(raw)
        file.write(b"\0")  # an empty file cannot be mapped
    (folder / META).write_bytes(pickle.dumps((places, meta)))


def read_feed(folder: Path) -> Feed:
    """The feed that `write_feed` left; its columns are views of the mapped file."""
    places, meta = pickle.loads((folder / META).read_bytes())  # noqa: S301 -- written by our own process a moment ago
    with (folder / ROWS).open("rb") as file:
        rows = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    buffers = [rows[at : at + size] for at, size in places]
    series: Sequence[Series] = pickle.loads(meta, buffers=buffers)  # noqa: S301 -- as above
    return Feed(series)


def part_of(feed: Feed, start_ns: int, stop_ns: int) -> Feed:
    """The rows whose time (of a bar its open) lies in [start_ns, stop_ns). Raises `BadWindow` when there are none."""
    parts = []
    for one in feed.series:
        opened = one.time - one.period_ns
        chosen = (opened >= start_ns) & (opened < stop_ns)
        if chosen.any():
            parts.append(replace(one, rows=one.rows.take(chosen), time=one.time[chosen], warnings=()))
    if not parts:
        what = f"no rows from {_day(start_ns)} to {_day(stop_ns)}"
        raise BadWindow(what, "Choose windows in which the data have rows.")
    return Feed(parts)


def bounds_of(feed: Feed) -> tuple[int, int]:
    """Time of the first row (of a bar its open), and just after that of the last, in ns UTC."""
    first = min(int(one.time[0]) - one.period_ns for one in feed.series)
    return first, max(int(one.time[-1]) - one.period_ns for one in feed.series) + 1


def shareable(strategy: object) -> object:
    """What another process can make the same strategy of: a file and a name, or the object itself.

    Raises `NotShareable` for what lives in this process alone, such as a class of a notebook's cell.
    """
    if isinstance(strategy, list | tuple):
        return [shareable(each) for each in strategy]
    if isinstance(strategy, str | Path):
        return _absolute(str(strategy))
    try:
        _require_importable(pickle.dumps(strategy))
    except Exception as error:
        name = getattr(strategy, "__name__", None) or getattr(strategy, "name", type(strategy).__name__)
        what = f"{name} cannot go to another process ({type(error).__name__}: {error})"
        raise NotShareable(what, "Keep it in a file and give that, or say jobs=1.") from error
    return strategy


def _require_importable(raw: bytes) -> None:
    """Raise for a pickle that does not come back, or not in a process whose main module is another."""
    pickle.loads(raw)  # noqa: S301 -- our own bytes
    if b"__main__" in raw or b"__mp_main__" in raw:
        raise pickle.PicklingError("it was written in a session, which no other process can read")


def _absolute(text: str) -> str:
    path, colon, name = (text, "", "") if text.endswith(".py") else text.rpartition(":")
    return f"{os.path.abspath(path)}{colon}{name}" if path.endswith(".py") else text  # noqa: PTH100 -- text may have a :NAME


def _day(time_ns: int) -> str:
    import numpy as np

    return str(np.datetime64(time_ns, "ns").astype("datetime64[D]"))


def reference_of(strategy: Any) -> Any:
    """A file strategy by its file, so that it needs no import by name in another process."""
    from inspect import getsourcefile

    if isinstance(strategy, type) and strategy.__module__ in {"__main__", "__mp_main__"}:
        try:
            found = getsourcefile(strategy)
        except (TypeError, OSError):  # of a session or a notebook's cell
            return strategy
        return f"{found}:{strategy.__name__}" if found and Path(found).is_file() else strategy
    return strategy
