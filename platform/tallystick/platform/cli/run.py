"""`tallystick run`: a plan into a book; a run whose process died is gone on with."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from tallystick.platform.cli.arguments import Strict
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import OwnKey, own_key
from tallystick.platform.cli.market_data import FORM, feed_of
from tallystick.platform.cli.operators_log import move_to
from tallystick.platform.cli.screen import progress
from tallystick.platform.cli.stopping import stopping

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.data.feed import Feed
    from tallystick.platform.kernel.book import RunResult
    from tallystick.platform.plan import RunPlan

PLAN_FILE = "plan.json"


def run(
    context: typer.Context,
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="The plan, a JSON file; `tallystick demo` writes one.")],
    *,
    data: Annotated[list[str], typer.Option("--data", metavar="DATA", help=f"demo, or {FORM}; once for each series.")],
    book: Annotated[Path, typer.Option("--book", metavar="DIR", help="The book's folder.")],
    mode: Annotated[Literal["sim"], typer.Option("--mode", help="sim: a simulated MetaTrader 5 account.")] = "sim",
    seed: Annotated[int | None, typer.Option("--seed", help="Instead of the plan's.")] = None,
    durability: Annotated[
        Literal["each-input", "batch"] | None, typer.Option("--durability", help="Instead of the plan's.")
    ] = None,
    strict: Strict = False,
) -> Answer:
    """Run a plan into a book, or go on with one whose process died.

    The same plan, data and seed give the same decision digest anywhere. Ctrl-C once ends the run in good order.

    Example: tallystick run tallystick-demo/plan.json --data demo --book my-book --seed 7
    """
    call: Call = context.obj
    changes: dict[str, Any] = {"mode": mode}
    changes |= {} if seed is None else {"seed": seed}
    changes |= {} if durability is None else {"durability": durability}
    chosen = msgspec.structs.replace(read_plan(plan), **changes)
    feed = feed_of(data, strict=strict)
    key = own_key(call)
    result = carried_out(book, chosen, feed, key)

    def show(console: "Console") -> None:
        for line in [*(f"warning: {each}" for each in feed.warnings()), *lines_of(result, book)]:
            console.print(line)

    document = {
        **document_of_run(result),
        "book": str(book),
        "warnings": list(feed.warnings()),
        "key": key_document(key),
    }
    return Answer(document, show, Exit.FINDINGS if result.ended == "stopped" else Exit.OK)


def read_plan(path: Path) -> "RunPlan":
    """The plan in a file. Raises `Failure` naming the field that does not fit."""
    from tallystick.platform.plan import plan_from_json

    try:
        return plan_from_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        fix = "write one with: tallystick demo (it leaves plan.json in its book)"
        raise Failure("E841", "no such plan", where=str(path), fix=fix) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        got, _, place = str(error).partition(" - at ")
        where = f"{path} at {place}" if place else str(path)
        raise Failure("E842", "the plan cannot be read", where=where, got=got, fix=f"correct {path}") from None


def carried_out(book: Path, plan: "RunPlan", feed: "Feed", key: OwnKey) -> "RunResult":
    """Run, with progress, logging beside the book, and Ctrl-C heard."""
    from tallystick.platform.kernel.book import RunOptions, simulate

    book.mkdir(parents=True, exist_ok=True)
    move_to(book)
    kept = book / PLAN_FILE
    if not kept.exists():
        kept.write_text(plan.as_json() + "\n", encoding="utf-8", newline="\n")
    options = RunOptions(sources=(kept,))  # the plan is a file of the user's like a strategy: the log keeps it
    total = len(feed)
    with progress("trading", total) as done, stopping() as asked:
        return simulate(
            book,
            plan,
            feed,
            key.of_log,
            progress=lambda rows: done(rows, total),
            stop_asked=asked,
            options=options,
        )


def key_document(key: OwnKey) -> dict[str, Any]:
    """The key for `--json`: never its secret half."""
    return {"path": str(key.path), "new": key.new, "fingerprint": key.signer.vkey.fingerprint}


def document_of_run(result: "RunResult") -> dict[str, Any]:
    """A run for `--json`."""
    return {"ok": result.ended != "stopped", **{name: getattr(result, name) for name in result.__slots__}}


def lines_of(result: "RunResult", book: Path) -> list[str]:
    """A run in words."""
    recovered = ", recovered after its process had died" if result.recovered else ""
    lines = [
        f"run {result.run} ended ({result.ended}){recovered}: {result.rows:,} rows, {result.size:,} records in {book}",
        f"head             {result.head.hex()}",
        f"decision digest  {result.decision_digest.hex()}",
        f"its key          {result.vkey}",
    ]
    if result.ended == "stopped":
        lines.append("It was stopped before the data ended; the book is signed up to there, and `run` goes on with it.")
    return [*lines, f"Next: tallystick audit verify {book}"]
