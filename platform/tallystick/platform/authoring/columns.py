"""Columns over many bars at once, as pandas users write them: a shortcut whose truth is the bars up to now.

    def columns(self, bars):                       # a pandas DataFrame
        return {"fast": bars.close.ewm(span=10).mean()}

    def on_bar(self, bar):
        if self.column("fast") > bar.close: ...

`prepare` computes them once over a whole sample; without it they are computed from the bars so far, at every bar. Both
agree unless the columns look ahead, which is what `lookahead-check` looks for.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.authoring.errors import (
    ActionRefused,
    CallbackFailed,
    NotReady,
    StrategyError,
    meant,
    raised_at,
    users_place,
)
from tallystick.platform.authoring.purity import ImpureStrategy

Columns = dict[str, NDArray[np.float64]]


def frame_of(columns: Mapping[str, Any]) -> Any:
    """Columns by name, among them `time` (ns UTC), as a DataFrame indexed by it. Needs pandas."""
    try:
        import pandas as pd
    except ImportError:
        message = "E523 columns need pandas, which is not installed. Install it: pip install pandas"
        raise ActionRefused(message) from None
    index = pd.DatetimeIndex(np.asarray(columns["time"], dtype="datetime64[ns]"), tz="UTC", name="time")
    return pd.DataFrame({name: np.array(values) for name, values in columns.items() if name != "time"}, index=index)


def computed(strategy: Any, frame: Any) -> Columns:
    """What the strategy's `columns` gives for a frame; raises `ActionRefused` (E523) for what is no column of it."""
    try:
        given = strategy.columns(frame)
    except (StrategyError, ImpureStrategy):
        raise
    except Exception as error:
        at = raised_at(error.__traceback__)
        message = f"E512 {at or strategy.name} in columns: {type(error).__name__}: {error}. Correct it there."
        raise CallbackFailed(message) from error
    if not isinstance(given, Mapping):
        message = (
            f"E523 {strategy.name}: columns returned {type(given).__name__}; it takes names to arrays. Return a dict."
        )
        raise ActionRefused(message)
    found: Columns = {}
    for name, values in given.items():
        array = np.array(values, dtype=np.float64)
        if array.shape != (len(frame),):
            message = (
                f"E523 {strategy.name}: column {name} has shape {array.shape}; it takes one number a bar,"
                f" {len(frame)} here. Return arrays of the frame's length."
            )
            raise ActionRefused(message)
        array.flags.writeable = False
        found[str(name)] = array
    return found


def hash_of(columns: Columns) -> str:
    """SHA-256 in hex over names and bytes, for the manifest."""
    digest = hashlib.sha256()
    for name, values in sorted(columns.items()):
        digest.update(name.encode() + b"\0" + values.astype("<f8").tobytes())
    return digest.hexdigest()


def at_row(columns: Columns, name: str, row: int) -> float:
    """One column's value at a row; ends the callback while it is NaN."""
    values = columns.get(name)
    if values is None:
        message = (
            f'E523 there is no column "{name}"{users_place()}: {meant(name, columns)}there are {", ".join(columns)}.'
            " Return it from columns."
        )
        raise ActionRefused(message)
    if row >= len(values):
        message = f"E523 column {name} was prepared for {len(values)} bars and this is bar {row + 1}. Prepare it again."
        raise ActionRefused(message)
    value = float(values[row])
    if value != value:  # noqa: PLR0124 -- NaN
        raise NotReady
    return value
