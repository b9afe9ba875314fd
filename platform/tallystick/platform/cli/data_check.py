"""`tallystick data check`: what is wrong with prices, before anybody trades on them."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.data_options import (
    Mapping,
    SpreadPoints,
    Symbol,
    Tz,
    aligned,
    day,
    reader_of,
)
from tallystick.platform.cli.option_words import in_options
from tallystick.platform.cli.wording import instant
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.data.checking import Checked

Sources = Annotated[list[str], typer.Argument(metavar="FILE...", help="Files, or names of the catalogue.")]
Bars = Annotated[
    str | None, typer.Option("--timeframe", metavar="M1..W1", help="Of a file of one bar, which does not tell its own.")
]
HEAD = ("fault", "rows", "first", "where", "what becomes of it")


def check(
    context: typer.Context,
    files: Sources,
    *,
    symbol: Symbol = None,
    tz: Tz = None,
    timeframe: Bars = None,
    mapping: Mapping = None,
    spread_points: SpreadPoints = None,
) -> Answer:
    """Count what is wrong or odd in files of prices, and say where it begins.

    Faults are refused or treated by the rule named; what only looks odd is kept. Exit 1: something was found.

    Example: tallystick data check EURUSD_H1.csv --tz mt5
    """
    from tallystick.platform.data.checking import checked

    call: Call = context.obj
    stated = {"symbol": symbol, "tz": tz, "timeframe": timeframe, "spread_points": spread_points}
    reader = reader_of(call.home, mapping=mapping, **stated)
    found = [_in_options(checked(file, reader)) for file in files]
    clean = not any(one.issues for one in found)

    def show(console: "Console") -> None:
        for one in found:
            for line in lines_of(one):
                console.print(line)

    document = {"ok": clean, "files": [msgspec.to_builtins(one) for one in found]}
    return Answer(document, show, Exit.OK if clean else Exit.FINDINGS)


def _in_options(one: "Checked") -> "Checked":
    return replace(one, issues=tuple(replace(each, treatment=in_options(each.treatment)) for each in one.issues))


def lines_of(one: "Checked") -> list[str]:
    """What a check found, in words."""
    from tallystick.platform.data.periods import period_name

    span = f"{day(one.first_time)}..{day(one.last_time)}"
    holds = f"{one.symbol} {period_name(one.period_ns)}, {count_of(one.rows, 'row')}"
    head = f"{one.source}: {holds}, {span}, clock {one.time_rule}"
    if not one.issues:
        return [head, "  nothing is wrong"]
    rows = [
        (issue.fault, f"{issue.count:,}", instant(issue.first_time), issue.place or "-", issue.treatment)
        for issue in one.issues
    ]
    return [head, *(f"  {line}" for line in aligned([HEAD, *rows], frozenset({1})))]
