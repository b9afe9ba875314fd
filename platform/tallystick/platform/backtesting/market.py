"""What `data` means: the demo's year, a file, a data frame, a series, several of these; cut to the dates asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from tallystick.market.spans import SECOND_NS
from tallystick.platform.backtesting.chosen import Chosen
from tallystick.platform.backtesting.conditions import unknown_symbol
from tallystick.platform.backtesting.errors import DoubledData, ReversedDates, UnknownData
from tallystick.platform.data.faults import Strictness
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.series import Series

Moment = str | date | datetime | int | None
"""A date, a moment, text of either (UTC), or ns UTC."""
FIRST_YEAR, LAST_YEAR = 1700, 2261
"""Of what 64 bits of ns hold."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How data are read; fields that are empty are asked of the strategies or the files."""

    symbol: str = ""
    timeframe: str = ""
    tz: str = ""
    start_ns: int | None = None
    stop_ns: int | None = None
    strictness: Strictness = "treat"
    mapping: Mapping[str, str | int] | None = None
    spread_points: int | None = None


def reading_of(symbol: str, timeframe: str, tz: str, start: Moment, end: Moment, strictness: Strictness) -> Reading:
    """Settled from what a person gives. Raises `ReversedDates`."""
    start_ns, stop_ns = moment_ns(start), moment_ns(end, last=True)
    if start_ns is not None and stop_ns is not None and start_ns >= stop_ns:
        raise ReversedDates(f"the first date {start} is after the last {end}", "Swap them.")
    return Reading(symbol, timeframe, tz, start_ns, stop_ns, strictness)


def moment_ns(given: Moment, *, last: bool = False) -> int | None:
    """A moment in ns UTC; a whole day that comes `last` ends at its midnight. Raises `ReversedDates` for no date."""
    if given is None or isinstance(given, int):
        return given
    if isinstance(given, str):
        text = given.strip()
        try:
            moment: date = datetime.fromisoformat(text)
        except ValueError:
            raise ReversedDates(
                f'"{given}" is no date: got {given} / expected such as 2014-05-31', "Write it so."
            ) from None
        if len(text) <= len("2014-05-31"):
            moment = moment.date() if isinstance(moment, datetime) else moment
    else:
        moment = given
    whole_day = not isinstance(moment, datetime)
    at = datetime(moment.year, moment.month, moment.day, tzinfo=UTC) if whole_day else moment
    assert isinstance(at, datetime)
    if not FIRST_YEAR <= at.year <= LAST_YEAR:
        what = f"{given} is no date of a book: got {at.year} / expected a year from {FIRST_YEAR} to {LAST_YEAR}"
        raise ReversedDates(what, "Leave the date out to take all rows.")
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    seconds = int(at.timestamp()) + (86_400 if whole_day and last else 0)
    return seconds * SECOND_NS + (0 if whole_day else at.microsecond * 1_000)


def feed_from(data: object, strategies: Sequence[Chosen], reading: Reading) -> Feed:
    """The feed that `data` names. Raises `UnknownData`, `UnknownSymbol`, and what reading a file raises."""
    from tallystick.platform.data.opening import series_of

    if isinstance(data, Feed):
        return data
    many = data if isinstance(data, list | tuple) else [data]
    if not many:
        raise UnknownData("no data were given", 'Give a file, or "demo".')
    asked = _asked(strategies, reading)
    timeframe = reading.timeframe or _only_timeframe(strategies) or None
    series: list[Series] = []
    for place, each in enumerate(many):
        if isinstance(each, str) and each in {"demo", *DEMO} and not Path(each).exists():
            series += [series_of(one, timeframe=timeframe) for one in _demo([each] if each in DEMO else asked, reading)]
        elif isinstance(each, Series):
            series.append(series_of(each, timeframe=timeframe, start=reading.start_ns, stop=reading.stop_ns))
        else:
            alone = reading.symbol if len(many) == 1 else ""
            symbol = alone or _symbol_of(each, asked, place, len(many))
            series.append(_read(each, replace(reading, symbol=symbol, timeframe=timeframe or "")))
    _require_symbols(series, asked)
    require_one_each(series)
    return Feed(series)


def _asked(strategies: Sequence[Chosen], reading: Reading) -> list[str]:
    """The symbols that are wanted: the one that was said, else the strategies'."""
    return [reading.symbol] if reading.symbol else list(dict.fromkeys(one.symbol for one in strategies if one.symbol))


def assumed_symbols(data: object, strategies: Sequence[Chosen], reading: Reading) -> tuple[str, ...]:
    """A note for each file that is read as a strategy's symbol although neither its name nor anybody says so."""
    many = data if isinstance(data, list | tuple) else [data]
    asked = _asked(strategies, reading)
    files = {place: Path(one) for place, one in enumerate(many) if isinstance(one, str | Path) and Path(one).is_file()}
    return tuple(
        f"{path.name} is read as {_symbol_of(path, asked, place, len(many))}, the strategy's:"
        " its name holds no symbol that is built in"
        for place, path in files.items()
        if asked and not reading.symbol and not named_symbol(path)
    )


def _symbol_of(source: object, asked: Sequence[str], place: int, count: int) -> str:
    """The symbol of one of `count` sources: what a file's name holds, be it only a pair that converts."""
    if not asked:
        return ""
    named = named_symbol(source)
    if named:
        return next((one for one in asked if named in one.upper()), named)
    return asked[place if len(asked) == count else 0]


def named_symbol(source: object) -> str:
    """The symbol that the name of a file holds; empty where none or several do."""
    from tallystick.platform.data.instruments import symbol_in

    return symbol_in(Path(source).name) or "" if isinstance(source, str | Path) and Path(source).is_file() else ""


DEMO = ("EURUSD", "NZDUSD", "XAUUSD")
"""Symbols of the demo's year; any of them names its series."""


def _demo(symbols: Sequence[str], reading: Reading) -> list[Series]:
    """The demo's year of some symbols, of all without any, cut to the dates."""
    from tallystick.platform.data import demo
    from tallystick.platform.data.lean import read_lean
    from tallystick.platform.data.series import series_from

    for symbol in symbols:
        if symbol not in DEMO:
            raise unknown_symbol(symbol, DEMO, "the demo's data")
    instruments = demo.demo_instruments()
    start, stop = reading.start_ns, reading.stop_ns
    return [
        series_from(
            read_lean(demo.FOLDER / shipped.file),
            symbol=shipped.symbol,
            time_rule=shipped.time_rule,
            source=shipped.source,
            start_ns=demo.YEAR_START_NS if start is None else start,
            stop_ns=demo.YEAR_STOP_NS if stop is None else stop,
            digits=instruments[shipped.symbol].digits,
            strictness=reading.strictness,
        )
        for shipped in demo.SHIPPED
        if not symbols or shipped.symbol in symbols
    ]


def _only_timeframe(strategies: Sequence[Chosen]) -> str:
    """The timeframe that all strategies with one name; empty when there are several, or ticks."""
    found = {one.timeframe for one in strategies if one.timeframe}
    return found.pop() if len(found) == 1 and "ticks" not in found else ""


def _read(source: object, reading: Reading) -> Series:
    """A file, a data frame, or a name of the catalogue, by the importers."""
    from tallystick.platform.data.opening import series_of

    return series_of(
        source,
        symbol=reading.symbol or None,
        tz=reading.tz or None,
        timeframe=reading.timeframe or None,
        start=reading.start_ns,
        stop=reading.stop_ns,
        strictness=reading.strictness,
        mapping=reading.mapping,
        spread_points=reading.spread_points,
    )


def require_one_each(series: Sequence[Series]) -> None:
    """Refuse several series where one is meant: strategies would hear the first, and the market move by it alone."""
    seen: dict[tuple[str, str, int], Series] = {}
    for one in series:
        first = seen.setdefault((one.symbol, one.kind, one.period_ns), one)
        if first is not one:
            what = f"{first.source} and {one.source} both hold {one.symbol}: got two series / expected one of a kind"
            join = "tallystick data import FILE FILE --tz CLOCK --name mine, then backtest mine"
            raise DoubledData(what, f"Join files of one symbol: {join}")


def _require_symbols(series: Sequence[Series], asked: Sequence[str]) -> None:
    known = list(dict.fromkeys(one.symbol for one in series))
    for symbol in asked:
        if symbol not in known:
            raise unknown_symbol(symbol, known, "the data")
