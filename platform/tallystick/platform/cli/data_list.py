"""`tallystick data list`: what the local catalogue holds."""

from typing import TYPE_CHECKING, Any

import msgspec
import typer

from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.data_options import aligned, day

if TYPE_CHECKING:
    from rich.console import Console

HEAD = ("name", "symbol", "period", "rows", "from", "to", "clock", "data hash", "warnings")


def list_(context: typer.Context) -> Answer:
    """List the series of the local catalogue.

    Every file's hash is compared on the way. Exit 3: one is not what was imported.

    Example: tallystick data list
    """
    from tallystick.platform.data.catalogue import Catalogue
    from tallystick.platform.data.errors import DamagedSeries

    call: Call = context.obj
    catalogue = Catalogue.of_user(call.home)
    found: list[Any] = []
    damaged: list[str] = []
    for name in catalogue:
        try:
            found.append(catalogue.about(name))
        except DamagedSeries as error:
            damaged.append(str(error))

    def show(console: "Console") -> None:
        for line in lines_of(found, str(catalogue.folder)) if found or not damaged else ():
            console.print(line)
        for line in damaged:
            console.print(f"damaged: {line}")

    document = {
        "ok": not damaged,
        "folder": str(catalogue.folder),
        "series": [msgspec.to_builtins(one) for one in found],
        "damaged": damaged,
    }
    return Answer(document, show, Exit.INTEGRITY if damaged else Exit.OK)


def lines_of(found: list[Any], folder: str) -> list[str]:
    """The catalogue as a table."""
    from tallystick.platform.data.periods import period_name

    if not found:
        return [f"{folder} holds no series.", "Next: tallystick data import FILE --tz CLOCK"]
    rows = [
        (
            one.name,
            one.symbol,
            period_name(one.period_ns),
            f"{one.rows:,}",
            day(one.first_time),
            day(one.last_time),
            one.time_rule,
            one.data_hash[:12],
            str(len(one.warnings)),
        )
        for one in found
    ]
    return aligned([HEAD, *rows], frozenset({3, 8}))
