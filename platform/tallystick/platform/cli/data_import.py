"""`tallystick data import`: files of prices into the local catalogue, treated once, under a name."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.arguments import Strict
from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.cli.data_options import (
    InstrumentFile,
    Mapping,
    SkipBad,
    SpreadPoints,
    Symbol,
    Timeframe,
    Tz,
    day,
    instrument_of,
    reader_of,
    strictness_of,
)
from tallystick.platform.cli.option_words import in_options
from tallystick.platform.cli.screen import warn
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

Files = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Files of one series, in order of time.")]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="By default symbol and period: EURUSD-H1.")]
Replace = Annotated[bool, typer.Option("--replace", help="Take the place of another series of that name.")]


def import_(  # noqa: PLR0913 -- an option for each thing that a file does not say of itself
    context: typer.Context,
    files: Files,
    *,
    symbol: Symbol = None,
    tz: Tz = None,
    timeframe: Timeframe = None,
    mapping: Mapping = None,
    spread_points: SpreadPoints = None,
    name: Name = None,
    instrument: InstrumentFile = None,
    replace: Replace = False,
    strict: Strict = False,
    skip_bad: SkipBad = False,
) -> Answer:
    """Keep files of prices in the local catalogue, under a name that backtests take.

    Reads MT5's exports, Lean's zips, Parquet and any CSV; says what it treated, and keeps that with the rows.

    Example: tallystick data import EURUSD_H1.csv --tz mt5
    """
    from tallystick.platform.data.catalogue import Catalogue, source_hash
    from tallystick.platform.data.opening import series_of_files
    from tallystick.platform.data.periods import period_name

    call: Call = context.obj
    strictness = strictness_of(strict=strict, skip_bad=skip_bad)
    stated = {"symbol": symbol, "tz": tz, "timeframe": timeframe, "spread_points": spread_points}
    series = series_of_files(files, reader_of(call.home, mapping=mapping, strictness=strictness, **stated))
    warn(series.warnings)
    catalogue = Catalogue.of_user(call.home)
    name = name or f"{series.symbol}-{period_name(series.period_ns)}"
    conditions = instrument_of(series.symbol, instrument)
    new = catalogue.keep(name, series, source_hash(files), conditions, replace=replace)
    path = catalogue.path(name)

    def show(console: "Console") -> None:
        span = f"{day(int(series.time[0]))}..{day(int(series.time[-1]))}"
        console.print(
            f"{name}: {count_of(len(series), 'row')}, {span}, {'kept' if new else 'was there already'} in {path}"
        )
        console.print(f"data hash  {series.data_hash}")
        for treated in series.treatments:
            console.print(f"treated    {treated.fault}: {count_of(treated.count, 'row')}, {treated.rule}")

    document = {
        "ok": True,
        "name": name,
        "new": new,
        "path": str(path),
        "rows": len(series),
        "data_hash": series.data_hash,
        "time_rule": series.time_rule,
        "treatments": [{"fault": one.fault, "count": one.count, "rule": one.rule} for one in series.treatments],
        "warnings": [in_options(warning) for warning in series.warnings],
    }
    return Answer(document, show)
