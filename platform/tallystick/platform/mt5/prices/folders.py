"""Folders of price files as series: the files of one symbol, in the order of their names, are one series."""

from pathlib import Path

from tallystick.platform.backtesting.market import Reading
from tallystick.platform.data.errors import MissingData
from tallystick.platform.data.instruments import symbol_in
from tallystick.platform.data.opening import Reader, series_of_files
from tallystick.platform.data.series import Series
from tallystick.platform.data.text import is_there

SUFFIXES = frozenset({".csv", ".tsv", ".txt", ".zip", ".gz", ".parquet", ".pq"})


def unfolded(data: object, reading: Reading) -> list[object]:
    """What `--data` named, with the series of each folder in its place; all else is left as it is.

    Raises `MissingData` (E111) for a folder without price files, and what reading its files raises.
    """
    found: list[object] = []
    for each in data if isinstance(data, list | tuple) else [data]:
        folder = Path(each) if isinstance(each, str | Path) else None
        if folder is not None and is_there(folder) and folder.is_dir():
            found += _series_in(folder, reading)
        else:
            found.append(each)
    return found


def _series_in(folder: Path, reading: Reading) -> list[Series]:
    files: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and path.suffix.lower() in SUFFIXES:
            files.setdefault(reading.symbol or symbol_in(path.name) or path.name, []).append(path)
    if not files:
        what = f"the folder {folder} holds no files of prices: expected {', '.join(sorted(SUFFIXES))}."
        raise MissingData(what, "Name a folder with price files, or a file.")
    return [_series_of(paths, reading) for paths in files.values()]


def _series_of(paths: list[Path], reading: Reading) -> Series:
    reader = Reader(
        symbol=reading.symbol or symbol_in(paths[0].name),
        tz=reading.tz or None,
        timeframe=reading.timeframe or None,
        start=reading.start_ns,
        stop=reading.stop_ns,
        strictness=reading.strictness,
        mapping=reading.mapping,
        spread_points=reading.spread_points,
    )
    return series_of_files(paths, reader)
