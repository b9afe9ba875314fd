"""The series of a config file as a feed, and the conditions of its symbols."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from tallystick.market.instrument import Instrument
from tallystick.market.sessions import EVERY
from tallystick.platform.backtesting.chosen import Chosen
from tallystick.platform.backtesting.conditions import given_instruments
from tallystick.platform.backtesting.errors import DoubledData
from tallystick.platform.backtesting.market import DEMO, Reading, feed_from, reading_of, require_one_each
from tallystick.platform.config.errors import Findings, Place
from tallystick.platform.config.hours import written_hours
from tallystick.platform.config.limits import said
from tallystick.platform.config.tables import Config
from tallystick.platform.config.tables_market import Instrument as Conditions
from tallystick.platform.config.tables_market import Series
from tallystick.platform.data.errors import BadConditions
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.instruments import instrument_for
from tallystick.platform.portfolio.lots import volume_of
from tallystick.platform.risk.week import WEEKDAYS


def only_symbol(config: Config) -> str:
    """The symbol of a strategy that names none: the one of the series."""
    symbols = {one.symbol or (one.source if one.source in DEMO else "") for one in config.series}
    return symbols.pop() if len(symbols) == 1 else "" if symbols else DEMO[0]


def feed_of(config: Config, folder: Path, chosen: Sequence[Chosen], findings: Findings) -> Feed | None:
    """The feed; what cannot be read is a finding at its series."""
    data = config.data
    try:
        reading = reading_of("", "", "", data.start, data.end, "treat")
    except ValueError as error:
        findings.refused(error, ("data", "start"))
        return None
    reading = replace(reading, strictness=data.strictness or "treat")  # type: ignore[arg-type]  # a choice of the table
    if not config.series:
        strange = (number for number, one in enumerate(config.strategy) if one.symbol and one.symbol not in DEMO)
        number = next(strange, None)
        place: Place = ("strategy",) if number is None else ("strategy", number, "symbol")
        return _read("demo", chosen, reading, place, findings)
    feeds = [
        _series(one, folder, chosen, reading, ("series", number), findings) for number, one in enumerate(config.series)
    ]
    known = [one for feed in feeds if feed is not None for one in feed.series]
    try:
        require_one_each(known)
    except DoubledData as error:
        findings.refused(error, ("series",))
        return None
    return Feed(known) if known and None not in feeds else None


def _series(
    one: Series, folder: Path, chosen: Sequence[Chosen], reading: Reading, place: Place, findings: Findings
) -> Feed | None:
    if findings.under(*place):
        return None
    if one.source in {"demo", *DEMO} and not (folder / one.source).exists():
        named = replace(reading, symbol=one.symbol or (one.source if one.source in DEMO else ""))
        wanted = [] if named.symbol else chosen
        return _read("demo", wanted, replace(named, timeframe=one.timeframe or ""), place, findings)
    from tallystick.platform.data.opening import series_of

    path = folder / Path(one.source).expanduser()
    try:
        series = series_of(
            path if path.exists() or path.suffix else one.source,
            symbol=one.symbol,
            tz=one.tz,
            timeframe=one.timeframe,
            start=reading.start_ns,
            stop=reading.stop_ns,
            strictness=reading.strictness,
            digits=one.digits,
            mapping=one.mapping,
            spread_points=one.spread_points,
        )
    except ValueError as error:
        findings.refused(error, (*place, "source"))
        return None
    return Feed([series])


def _read(source: str, chosen: Sequence[Chosen], reading: Reading, place: Place, findings: Findings) -> Feed | None:
    try:
        return feed_from(source, chosen, reading)
    except ValueError as error:
        findings.refused(error, place)
        return None


def conditions_of(
    config: Config, folder: Path, feed: Feed | None, symbols: Sequence[str], findings: Findings
) -> tuple[dict[str, Instrument], dict[str, tuple[Decimal, Place]]]:
    """Instruments of the symbols in their order, and the commissions that the file gives in money.

    `feed`: of all series, or None where one could not be read; what is kept with its rows stands behind what is said.
    """
    all_known = feed is not None
    given: dict[str, Instrument] = {} if feed is None else feed.instruments
    if config.data.conditions is not None:
        try:
            given |= given_instruments(folder / Path(config.data.conditions).expanduser())
        except ValueError as error:
            findings.refused(error, ("data", "conditions"))
    commissions: dict[str, tuple[Decimal, Place]] = {}
    named: dict[str, int] = {}
    for number, one in enumerate(config.instrument):
        place: Place = ("instrument", number)
        if findings.under(*place):
            continue
        if one.symbol in named:
            what, expected = "a symbol is there twice", "each symbol once"
            findings.add(
                "E144", what, (*place, "symbol"), got=one.symbol, expected=expected, fix="Take one of them out."
            )
        named[one.symbol] = number
        if all_known and one.symbol not in symbols:
            expected = f"one of {', '.join(symbols) or 'none'}"
            what, fix = "conditions of a symbol that no series has", "Take it out, or add its [[series]]."
            findings.add("E101", what, (*place, "symbol"), got=one.symbol, expected=expected, fix=fix)
        if one.commission is not None:
            commissions[one.symbol] = one.commission, (*place, "commission")
        try:
            given[one.symbol] = _conditions(one, given)
        except (ValueError, TypeError) as error:
            findings.refused(error, (*place, "like") if one.like else (*place, "symbol"))
    found = {}
    for symbol in dict.fromkeys(symbols):
        try:
            found[symbol] = instrument_for(symbol, given)
        except ValueError as error:
            if all_known and symbol not in named:
                findings.refused(error, _place_of(symbol, config))
    return found, commissions


def sessions_of(
    config: Config, symbols: Sequence[str], findings: Findings, *, all_known: bool
) -> dict[str, dict[str, Any]]:
    """Trading hours as a plan holds them; those of a symbol that no series has are a finding."""
    found = {}
    for name, hours in (config.data.sessions or {}).items():
        place: Place = ("data", "sessions", name)
        if findings.under(*place):
            continue
        if all_known and name not in {EVERY, *symbols}:
            expected = f"one of {', '.join([EVERY, *symbols])}"
            what, fix = "hours of a symbol that no series has", "Take them out, or add its [[series]]."
            findings.add("E101", what, place, got=name, expected=expected, fix=fix)
        try:
            found[name] = written_hours(name, hours)
        except BadConditions as error:
            findings.refused(error, place)
    return found


def _conditions(one: Conditions, given: dict[str, Instrument]) -> Instrument:
    """The conditions that a table begins with, and what it says over them."""
    own = {name: value for name, value in said(one).items() if name not in {"symbol", "like", "commission"}}
    own |= {f"volume_{name}": volume_of(lots) if Decimal(lots) else 0 for name, lots in said(one.volume).items()}
    own |= {f"swap_{name}": value for name, value in said(one.swap).items() if name != "triple_day"}
    rates = ("profit_rate", "margin_rate")
    own |= {name if name in rates else f"currency_{name}": value for name, value in said(one.currency).items()}
    if one.swap.triple_day is not None:
        own["swap_triple_weekday"] = WEEKDAYS.index(one.swap.triple_day)
    needed = {"digits", "contract_size", "volume_min", "volume_max", "volume_step"}
    if one.like is None and needed <= own.keys():
        # Everything is said: a symbol that nobody knows needs nothing more.
        return Instrument(symbol=one.symbol, **{"currency_profit": "USD", **own})
    return replace(instrument_for(one.like or one.symbol, given), symbol=one.symbol, **own)


def _place_of(symbol: str, config: Config) -> Place:
    for number, one in enumerate(config.series):
        if one.symbol == symbol:
            return ("series", number, "symbol")
    for number, each in enumerate(config.strategy):
        if each.symbol == symbol:
            return ("strategy", number, "symbol")
    return ("series",)
