"""`tallystick new`: a strategy's file to start from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.failure import Failure

if TYPE_CHECKING:
    from rich.console import Console

DATA = "demo"
"""The sample data: EURUSD and two more, a year of H1 bars."""


def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The strategy's name, such as ema_cross.")],
    *,
    as_class: Annotated[bool, typer.Option("--class", help="A class with on_bar, instead of a function.")] = False,
    as_module: Annotated[bool, typer.Option("--module", help="A reactor of events, instead of a function.")] = False,
) -> Answer:
    """Write a strategy to start from: a file of four lines that runs as it stands.

    It trades the sample data; nothing is overwritten.

    Example: tallystick new ema_cross
    """
    from tallystick.platform.authoring.starting import starting_file

    if as_class and as_module:
        raise Failure("E801", "both --class and --module were given", fix=f"tallystick new {name} --class")
    spelling = "class" if as_class else "module" if as_module else "function"
    file, text = starting_file(name, spelling)
    path = Path(file)
    try:
        with path.open("x", encoding="utf-8", newline="\n") as opened:
            opened.write(text)
    except FileExistsError:
        what, fix = "there is a file of that name already", f"tallystick new {path.stem}_2"
        raise Failure("E519", what, where=str(path), fix=fix) from None
    following = f"tallystick backtest {file} {DATA}"

    def show(console: "Console") -> None:
        console.print(f"{file}: a {spelling} of {len(text.splitlines())} lines")
        console.print(f"Next: {following}")

    return Answer({"ok": True, "file": file, "spelling": spelling, "next": following}, show)
