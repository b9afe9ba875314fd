"""`tallystick trials`: the research log, study by study."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.platform.cli import searching as ask
from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.place import spoken

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.judging.listing import Listed

STARTED = "started"


def trials(
    study: Annotated[str | None, typer.Argument(metavar="[STUDY]", help="Only this one's, such as study-3.")] = None,
    *,
    research: ask.Research = None,
    last: Annotated[int, typer.Option("--last", min=1, help="Trials to show; all are in --json.")] = 20,
) -> Answer:
    """List every trial that the research log holds, and what became of it.

    One that only started was killed or is at work; it counts in N like every other. Nothing is verified here.

    Example: tallystick trials study-3
    """
    from tallystick.platform.judging.listing import listed
    from tallystick.platform.judging.research_log import research_folder

    folder = research or research_folder()
    every = listed(folder)
    if every is None:
        fix = "tallystick backtest FILE begins one; or name it with --research DIR"
        raise Failure("E579", "no research log here", where=str(folder), fix=fix)
    found = [each for each in every if study is None or each.study == study]
    if not found and study is not None:
        names = ", ".join(dict.fromkeys(each.study for each in every))
        raise Failure("E579", "no such study", where=str(folder), got=study, expected=names, fix="tallystick trials")
    document = {
        "ok": True,
        "research": str(folder),
        "in_this_log": len(every),
        "trials": [each.document() for each in found],
    }
    return Answer(document, lambda console: _show(found, document, last, console))


def _show(found: "list[Listed]", document: dict[str, Any], last: int, console: "Console") -> None:
    columns = ("begun", "study", "trial", "strategy", "parameters", "state", "net", "daily_sharpe", "deals")
    rows = [[ask.shown(each.cell(name)) for name in columns] for each in found[-last:]]
    for line in ask.table([list(columns), *rows]):
        console.print(line)
    if len(found) > last:
        console.print(f"and {len(found) - last:,} before them (--last {len(found)})")
    unended = sum(each.state == STARTED for each in found)
    console.print(f"{document['in_this_log']:,} trials in this log" + (f", {unended} not ended" if unended else ""))
    console.print(f"Next: tallystick audit verify {spoken(document['research'])}")
