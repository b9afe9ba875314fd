"""`tallystick data resample`: longer bars of a series of the catalogue, without a look ahead."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

Source = Annotated[str, typer.Argument(metavar="NAME", help="A series of the catalogue.")]
To = Annotated[str, typer.Option("--to", metavar="M1..W1", help="The period of the new bars.")]
Name = Annotated[str | None, typer.Option("--name", metavar="NAME", help="By default symbol and period: EURUSD-H4.")]
Replace = Annotated[bool, typer.Option("--replace", help="Take the place of another series of that name.")]


def resample(context: typer.Context, source: Source, *, to: To, name: Name = None, replace: Replace = False) -> Answer:
    """Make longer bars of a series and keep them in the catalogue.

    Of bid and of ask. A row counts in the bar in which it ends; days begin at midnight of the series' own clock.

    Example: tallystick data resample EURUSD-H1 --to H4
    """
    from tallystick.platform.data.catalogue import Catalogue
    from tallystick.platform.data.periods import period_name, period_of
    from tallystick.platform.data.resampling import resampled

    call: Call = context.obj
    catalogue = Catalogue.of_user(call.home)
    about = catalogue.about(source)
    series = resampled(catalogue.read(source), period_of(to) or 0)
    name = name or f"{series.symbol}-{period_name(series.period_ns)}"
    new = catalogue.keep(name, series, about.source_sha256, about.instrument, replace=replace)
    path = catalogue.path(name)

    def show(console: "Console") -> None:
        said = "kept" if new else "was there already"
        console.print(f"{name}: {count_of(len(series), 'bar')} of {count_of(about.rows, 'row')}, {said} in {path}")
        console.print(f"data hash  {series.data_hash}")

    document = {"ok": True, "name": name, "new": new, "path": str(path), "rows": len(series)}
    return Answer({**document, "data_hash": series.data_hash}, show)
