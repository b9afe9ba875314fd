"""Any source of prices as a series: a file of a known format, a frame, an array, a name of the catalogue, the demo.

series_of("EURUSD_H1.csv", tz="mt5")            MT5's export of bars or ticks, or any CSV or TSV
series_of("eurusd.zip", tz="fixed:-05:00")      Lean's
series_of(frame, symbol="EURUSD", tz="utc")     a pandas frame, or an array of copy_rates or copy_ticks
series_of("EURUSD-H1")                          what `tallystick data import` has kept
series_of("demo", symbol="XAUUSD")              the demo's year
"""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.platform.data.catalogue import Catalogue
from tallystick.platform.data.clock import FRAME, Clock, clock_of
from tallystick.platform.data.composing import Reading, Terms, composed
from tallystick.platform.data.errors import MissingData, ReversedRange, UnfitRequest, UnknownSymbol
from tallystick.platform.data.faults import Strictness
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.frames import is_tabular, table_from
from tallystick.platform.data.instruments import built_in, symbol_in
from tallystick.platform.data.lean import is_lean, read_lean
from tallystick.platform.data.notes import Note, merged_notes
from tallystick.platform.data.periods import period_name, period_of
from tallystick.platform.data.series import Series, series_from
from tallystick.platform.data.source import SourceRows, joined, typed
from tallystick.platform.data.table import read_table
from tallystick.platform.data.text import is_there, require_file

DEMO = "demo"
Moment = str | date | datetime | int | None


@dataclass(frozen=True, slots=True)
class Reader:
    """How a source is to be read: what `series_of` takes besides the source."""

    symbol: str | None = None
    tz: str | tzinfo | None = None
    timeframe: str | int | None = None
    start: Moment = None
    stop: Moment = None
    strictness: Strictness = "treat"
    digits: int | None = None
    mapping: Mapping[str, str | int] | None = None
    spread_points: int | None = None
    home: Path | None = None


def series_of(  # noqa: PLR0913 -- the public door: each is a thing that a caller states of a source
    source: Any,
    *,
    symbol: str | None = None,
    tz: str | tzinfo | None = None,
    timeframe: str | int | None = None,
    start: Moment = None,
    stop: Moment = None,
    strictness: Strictness = "treat",
    digits: int | None = None,
    mapping: Mapping[str, str | int] | None = None,
    spread_points: int | None = None,
    home: Path | None = None,
) -> Series:
    """One series of treated rows, in [start, stop) of UTC.

    `tz` is the source's clock (see `clock.py`); `timeframe` ("M1" to "W1", or ns) is what the bars are to be: finer
    bars and quotes are resampled to it. `digits` are the decimals of a price, `mapping` gives columns by role, as in
    {"time": "Date"}, and `spread_points` states the spread of bars whose source has none. `home` is the folder whose
    catalogue is looked in. Raises `DataError`.
    """
    reader = Reader(symbol, tz, timeframe, start, stop, strictness, digits, mapping, spread_points, home)
    return opened(source, reader)


def feed_of(sources: Any, **stated: Any) -> Feed:
    """Several series as one feed: a source, a sequence of them, or sources by symbol; `stated` as for `series_of`.

    "demo" alone is the demo's whole feed.
    """
    if isinstance(sources, Feed):
        return sources
    if isinstance(sources, str) and sources == DEMO:
        from tallystick.platform.data.demo import demo_feed

        if not {name for name, value in stated.items() if value is not None} - {"strictness"}:
            return demo_feed(stated.get("strictness") or "treat")
    if isinstance(sources, Mapping) and not is_tabular(sources):
        return Feed([series_of(source, **{**stated, "symbol": symbol}) for symbol, source in sources.items()])
    if isinstance(sources, list | tuple):
        return Feed([series_of(source, **stated) for source in sources])
    return Feed([series_of(sources, **stated)])


def opened(source: Any, reader: Reader) -> Series:
    """One series by a `Reader`. Raises `DataError`."""
    start, stop = _ns(reader.start), _ns(reader.stop)
    if start is not None and stop is not None and start >= stop:
        raise ReversedRange(f"the start {reader.start} is not before the stop {reader.stop}.", "Swap them.")
    if isinstance(source, Series):
        return _fitted(source, reader)
    if is_tabular(source):
        return _from_reading(_tabular(source, reader), reader, FRAME)
    if not isinstance(source, str | Path):
        what = f"a {type(source).__name__} is no source of prices."
        raise UnfitRequest(what, "Give a file, a pandas frame, an array of copy_rates, or a name of the catalogue.")
    if str(source) == DEMO:
        return _of_demo(reader)
    return _from_file(Path(source), reader)


def _from_file(path: Path, reader: Reader) -> Series:
    if not is_there(path):
        kept = Catalogue.of_user(reader.home)
        if str(path) in kept:
            return _fitted(kept.read(str(path)), reader)
        require(path, kept)
    return _from_reading(reading_of(path, reader), reader, path.name)


def require(path: Path, kept: Catalogue) -> None:
    """Raise `MissingData` for what is neither a file nor a series of the catalogue."""
    name = path.name
    if path.suffix or name != str(path):  # no word, but a path: the catalogue need not be named
        require_file(path)
    near = difflib.get_close_matches(name, [DEMO, *kept], n=1)
    what = f"there is no file {name} here ({Path.cwd()}), nor a series of that name in {kept.folder}."
    raise MissingData(what, f"Did you mean {near[0]}?" if near else "List the series: tallystick data list")


def reading_of(path: Path, reader: Reader) -> Reading:
    """The rows of a file on its own clock, before any fault was looked for. Raises `DataError`."""
    require_file(path)
    if is_lean(path):
        return Reading(read_lean(path), ())
    skip_bad = reader.strictness == "skip_bad"
    if path.suffix.lower() in (".parquet", ".pq"):
        from tallystick.platform.data.parquet import read_parquet

        table = table_from(read_parquet(path), reader.mapping, title=path.name, skip_bad=skip_bad)
    else:
        table = read_table(path, reader.mapping, skip_bad=skip_bad)
    return composed(table, _terms(reader, path.name))


def _tabular(source: Any, reader: Reader) -> Reading:
    table = table_from(source, reader.mapping, skip_bad=reader.strictness == "skip_bad")
    return composed(table, _terms(reader, ""))


def _terms(reader: Reader, title: str) -> Terms:
    known = built_in().get(reader.symbol or symbol_in(title) or "")
    usual_digits = known.digits if known else None
    return Terms(reader.spread_points, reader.digits, usual_digits, period_of(reader.timeframe))


def reading_of_all(paths: Sequence[Path], reader: Reader) -> Reading:
    """Files of one series, in the order given, as one. Raises `UnfitRequest` where they do not belong together."""
    readings = [reading_of(path, reader) for path in paths]
    if len(readings) == 1:
        return readings[0]
    kinds = {(one.rows.kind, one.rows.period_ns, one.zoned) for one in readings}
    if len(kinds) > 1:
        what = f"{', '.join(path.name for path in paths)} mix {len(kinds)} kinds of rows or clocks."
        raise UnfitRequest(what, "Import bars of one period, or quotes, at a time.")
    ends = np.cumsum([0, *(len(one.rows) for one in readings)])
    notes = []
    for begin, one in zip(ends.tolist(), readings, strict=False):
        for note in one.notes:
            mask = np.zeros(int(ends[-1]), dtype=np.bool_)
            mask[begin : begin + len(note.rows)] = note.rows
            notes.append(replace(note, rows=mask))
    return Reading(joined([one.rows for one in readings]), merged_notes(notes), readings[0].zoned)


@dataclass(frozen=True, slots=True)
class Placed:
    """Rows on a clock that a replay can tell: their symbol, rule, notes, and the digits of a price."""

    rows: SourceRows
    notes: tuple[Note, ...]
    symbol: str
    time_rule: str
    digits: int | None


def placed(reading: Reading, reader: Reader, title: str) -> Placed:
    """Rows given their symbol and clock. Raises `UnknownSymbol` (E101), `UnknownClock` (E110), `UnfitRequest`."""
    symbol = reader.symbol or symbol_in(title)
    if not symbol:
        raise UnknownSymbol(f"nothing tells the symbol of {title}.", 'Say it: symbol="EURUSD".')
    clock = Clock("utc") if reading.zoned and not reader.tz else clock_of(reader.tz, title)
    if reading.zoned and clock != Clock("utc"):
        what = f'tz="{reader.tz}" has no effect on {title}: its times carry their own zone.'
        raise UnfitRequest(what, "Leave it out, or take the zone out of the times where it is wrong.")
    rows, notes = reading.rows, reading.notes
    if clock.treatment:
        rows = rows.replaced({"time_msc": typed("time_msc", clock.read(rows.columns["time_msc"]))})
        notes = (Note("local_clock", clock.treatment, np.ones(len(rows), dtype=np.bool_)), *notes)
    known = built_in().get(symbol)
    digits = reader.digits if reader.digits is not None else known.digits if known else None
    return Placed(rows, notes, symbol, clock.rule, digits)


def series_of_files(paths: Sequence[Path], reader: Reader) -> Series:
    """Files of one series, in the order given, as one series. Raises `DataError`."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return _from_reading(reading_of_all(paths, reader), reader, paths[0].name + more)


def _from_reading(reading: Reading, reader: Reader, title: str) -> Series:
    given = placed(reading, reader, title)
    series = series_from(
        given.rows,
        symbol=given.symbol,
        time_rule=given.time_rule,
        source=title,
        start_ns=_ns(reader.start),
        stop_ns=_ns(reader.stop),
        digits=given.digits,
        strictness=reader.strictness,
        notes=given.notes,
    )
    return _fitted(series, replace(reader, start=None, stop=None))


def _of_demo(reader: Reader) -> Series:
    """One series of the demo: EURUSD unless another symbol is said."""
    from tallystick.platform.data.demo import demo_feed

    feed = demo_feed(reader.strictness)
    symbol = reader.symbol or feed.symbols[0]
    for series in feed.series:
        if series.symbol == symbol:
            return _fitted(series, reader)
    what = f'symbol "{symbol}" is not in the demo.'
    raise UnknownSymbol(what, f"It has {', '.join(feed.symbols)}.")


def _fitted(series: Series, reader: Reader) -> Series:
    """A series that is already treated, cut to the dates and resampled to the timeframe asked for."""
    if reader.symbol and reader.symbol != series.symbol:
        raise UnknownSymbol(f"{series.source} holds {series.symbol}, not {reader.symbol}.", f"Say {series.symbol}.")
    if reader.start is not None or reader.stop is not None:
        series = series.between(_ns(reader.start), _ns(reader.stop))
    period = period_of(reader.timeframe)
    if period is None or period == series.period_ns:
        return series
    if period < series.period_ns:
        what = f"{series.symbol}: bars of {period_name(series.period_ns)} cannot become {period_name(period)}."
        raise UnfitRequest(what, f"Ask for {period_name(series.period_ns)} or longer bars.")
    from tallystick.platform.data.resampling import resampled

    return resampled(series, period)


def _ns(moment: Moment) -> int | None:
    """A moment in ns UTC; dates begin at midnight, and what says no zone is UTC. Raises `UnfitRequest`."""
    if moment is None or isinstance(moment, int):
        return moment
    try:
        if isinstance(moment, datetime) and moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
        text = moment.removesuffix("Z").replace(".", "-", 2) if isinstance(moment, str) else moment
        return int(np.datetime64(text, "ns").astype(np.int64))
    except ValueError:
        raise UnfitRequest(f'"{moment}" is no date.', "Write it as 2014-05-05 or 2014-05-05T13:00.") from None
