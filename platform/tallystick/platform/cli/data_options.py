"""What the verbs of `tallystick data` are told of a source, each described once."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.market.spans import SECOND_NS
from tallystick.platform.cli.failure import Failure

if TYPE_CHECKING:
    from tallystick.market.instrument import Instrument
    from tallystick.platform.data.faults import Strictness
    from tallystick.platform.data.opening import Reader

Symbol = Annotated[
    str | None, typer.Option("--symbol", metavar="SYMBOL", help="The instrument; by default the file's name tells it.")
]
Tz = Annotated[
    str | None,
    typer.Option("--tz", metavar="CLOCK", help="The source's clock: utc, mt5, fixed:-05:00, America/New_York, ..."),
]
Timeframe = Annotated[
    str | None, typer.Option("--timeframe", metavar="M1..W1", help="The bars wanted; finer rows are resampled.")
]
Mapping = Annotated[
    str | None,
    typer.Option("--mapping", metavar="ROLE=COLUMN,...", help="Columns by name, such as time=Date,open=O,high=H."),
]
SpreadPoints = Annotated[
    int | None, typer.Option("--spread-points", min=0, metavar="N", help="Spread of bars whose source has none.")
]
SkipBad = Annotated[bool, typer.Option("--skip-bad", help="Leave out rows that would be refused, and record it.")]
InstrumentFile = Annotated[
    Path | None,
    typer.Option("--instrument", metavar="FILE", help="JSON or TOML with the symbol's conditions, yours or MT5's."),
]


def strictness_of(*, strict: bool, skip_bad: bool) -> "Strictness":
    """What becomes of faults. Raises `Failure` for both at once."""
    if strict and skip_bad:
        raise Failure("E843", "--strict and --skip-bad exclude each other", fix="say one of them")
    return "strict" if strict else "skip_bad" if skip_bad else "treat"


def mapping_of(text: str | None) -> dict[str, str | int] | None:
    """Columns by role. Raises `Failure`."""
    if text is None:
        return None
    pairs = [one.partition("=") for one in text.split(",")]
    if not all(role.strip() and equals and column.strip() for role, equals, column in pairs):
        raise Failure(
            "E844", "--mapping does not map", got=text, expected="ROLE=COLUMN,...", fix="--mapping time=Date,open=O"
        )
    return {role.strip(): int(column) if column.strip().isdigit() else column.strip() for role, _, column in pairs}


def reader_of(home: Path | None, **stated: Any) -> "Reader":
    """How a source is to be read."""
    from tallystick.platform.data.opening import Reader

    return Reader(home=home, mapping=mapping_of(stated.pop("mapping", None)), **stated)


def instrument_of(symbol: str, file: Path | None) -> "Instrument | None":
    """The symbol's conditions: those of a file, else the built-in ones; None where nothing is known.

    Raises `DataError` for a file without the symbol.
    """
    from tallystick.platform.data.conditions import instruments_from
    from tallystick.platform.data.errors import UnknownSymbol
    from tallystick.platform.data.instruments import instrument_for

    if file is None:
        try:
            return instrument_for(symbol)
        except UnknownSymbol:
            return None
    own = instruments_from(file)
    if symbol not in own:
        what = f"{file.name} has no conditions of {symbol}; it has {', '.join(own)}."
        raise UnknownSymbol(what, f"Add a table [{symbol}].")
    return own[symbol]


def day(ns: int) -> str:
    """The UTC day of a moment."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(ns // SECOND_NS, UTC).strftime("%Y-%m-%d")


def aligned(rows: Sequence[Sequence[str]], right: frozenset[int] = frozenset()) -> list[str]:
    """A table as lines of text; the columns in `right` end together."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
