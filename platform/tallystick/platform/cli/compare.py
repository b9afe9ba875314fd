"""`tallystick compare`: two runs side by side."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.call import Answer, Exit
from tallystick.platform.cli.place import book_of
from tallystick.platform.cli.searching import table
from tallystick.platform.cli.wording import instant

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.judging.comparing import Comparison, Decision

LONG = 24
"""Characters of a value that are shown; all of them in `--json`."""
TOLD = 8
"""Fields of a decision that are shown."""

Run = Annotated[Path, typer.Argument(metavar="RUN", help="A book's folder.")]
Other = Annotated[Path, typer.Argument(metavar="RUN2", help="Another book's folder.")]


def compare(first: Run, second: Other) -> Answer:
    """Show what two runs differ in: settings, figures, and the first decision that is not the same.

    Neither log is verified. Exit 1: their decisions differ.

    Example: tallystick compare tallystick-backtest my-other-book
    """
    from tallystick.platform.judging.comparing import compare as side_by_side

    found = side_by_side(book_of(first), book_of(second))
    document = {"ok": found.equal, **found.document()}
    return Answer(document, lambda console: _show(found, console), Exit(not found.equal))


def _show(found: "Comparison", console: "Console") -> None:
    for line in _lines(found):
        console.print(line)


def _lines(found: "Comparison") -> list[str]:
    names = found.names
    settings = [[name, _short(pair[0]), _short(pair[1])] for name, pair in found.settings.items()]
    figures = [[name, _figure(pair[0]), _figure(pair[1])] for name, pair in found.figures.items() if pair[0] != pair[1]]
    lines = ["no setting differs"] if not settings else table([["settings that differ", *names], *settings])
    same = len(found.figures) - len(figures)
    lines += ["", *(table([["figures that differ", *names], *figures]) if figures else ["no figure differs"])]
    lines.append(f"{same} other figures are the same" if figures else "")
    counts = f"{found.decisions[0]:,} and {found.decisions[1]:,} decisions"
    parting = found.parting
    if parting is None:
        return [*lines, f"{counts}, all the same"]
    return [
        *lines,
        f"{counts}; the first that differs is number {parting.place:,}:",
        f"  {names[0]}: {_told(parting.first)}",
        f"  {names[1]}: {_told(parting.second)}",
    ]


def _told(decision: "Decision | None") -> str:
    if decision is None:
        return "no more decisions"
    said = ", ".join(f"{name} {_short(value)}" for name, value in list(decision.body.items())[:TOLD])
    return f"record {decision.seq} at {instant(decision.time)}: {decision.type} ({said})"


def _figure(value: object) -> str:
    return "-" if value is None else f"{value:,.6g}" if isinstance(value, float) else str(value)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= LONG else f"{text[: LONG - 3]}..."
