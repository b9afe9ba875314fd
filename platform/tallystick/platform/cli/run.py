"""`tallystick run`: a config file, a plan or a strategy's file into a book; a run that died is gone on with."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
import typer

from tallystick.platform.cli import config_run
from tallystick.platform.cli.arguments import Strict
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import OwnKey, own_key
from tallystick.platform.cli.market_data import FORM, feed_of, sources_of
from tallystick.platform.cli.operators_log import move_to
from tallystick.platform.cli.option_words import in_options
from tallystick.platform.cli.place import spoken
from tallystick.platform.cli.run_folder import PLAN_FILE, folder_named, require_own_folder, require_same_plan
from tallystick.platform.cli.run_outcome import document_of_outcome, lines_of_outcome, outcome_of
from tallystick.platform.cli.screen import progress, warn
from tallystick.platform.cli.stopping import stopping
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.events.module import Module
    from tallystick.platform.compose import Composed
    from tallystick.platform.config.project import Project
    from tallystick.platform.data.feed import Feed
    from tallystick.platform.kernel.contract import Compose, RunResult
    from tallystick.platform.plan import RunPlan

ENDED_WELL = "end_of_data"


def run(
    context: typer.Context,
    plan: Annotated[
        str | None,
        typer.Argument(metavar="FILE_OR_PLAN", help="tallystick.toml (the default), a strategy's file, or a plan."),
    ] = None,
    *,
    data: Annotated[
        list[str] | None, typer.Option("--data", metavar="DATA", help=f"demo, or {FORM}; once for each series.")
    ] = None,
    book: Annotated[
        Path | None,
        typer.Option(
            "--book", metavar="DIR", parser=folder_named, help="The book's folder; of a config file the next in books."
        ),
    ] = None,
    mode: Annotated[Literal["sim"], typer.Option("--mode", help="sim: a simulated MetaTrader 5 account.")] = "sim",
    seed: Annotated[int | None, typer.Option("--seed", help="Instead of the plan's.")] = None,
    durability: Annotated[
        Literal["each-input", "batch"] | None, typer.Option("--durability", help="Instead of the plan's.")
    ] = None,
    strict: Strict = False,
    report: Annotated[
        bool | None, typer.Option("--report/--no-report", help="Write report.html in the book.", show_default=False)
    ] = None,
    by_row: Annotated[bool, typer.Option("--by-row", help="Feed row by row and ask every module about each.")] = False,
) -> Answer:
    """Run a plan into a book, or go on with one whose process died.

    Without an argument it runs tallystick.toml of this folder (tallystick init writes one), each run in a book of its
    own. A strategy's file is run as `tallystick backtest` does, on the demo's year without --data.
    The same plan, data and seed give the same decision digest anywhere. Ctrl-C once ends the run in good order.
    Exit 1: it was stopped, is halted at its end, or a module failed. The plan's fields: docs/plan.md

    Example: tallystick run tallystick-demo/plan.json --data demo --book my-book --seed 7
    """
    call: Call = context.obj
    named = config_run.named_or_here(plan)
    project = config_run.project_from(named, data, strict=strict) if config_run.is_config(named) else None
    chosen, feed = _chosen(named, data, call.home, strict=strict) if project is None else (project.plan, project.feed)
    if chosen.mode != mode:
        fix = 'set its "mode" to "sim"; a book on paper or live is started in Python (docs/rebalancing.md)'
        raise Failure("E847", "this command runs in simulation only", where=named, got=chosen.mode, fix=fix)
    changes: dict[str, Any] = {}
    changes |= {} if seed is None else {"seed": seed}
    changes |= {} if durability is None else {"durability": durability}
    chosen = msgspec.structs.replace(chosen, **changes)
    _check(chosen)
    project = None if project is None else config_run.changed(project, changes)
    if book is not None:
        require_own_folder(book, call)
    warn(feed.warnings())
    key = own_key(call) if project is None else config_run.key_of_project(call, project)
    book = config_run.book_of_run(book, project, context)
    config_run.require_not_within(book, key)
    composed = _composed()
    result = carried_out(book, chosen, feed, key, by_row=by_row, project=project, home=call.home, composing=composed)
    writes = report if report is not None else project is None or project.writes_report
    outcome = outcome_of(book, report=writes, late=_late(composed.modules))
    well = result.ended == ENDED_WELL and outcome.well

    def show(console: "Console") -> None:
        for line in lines_of(result, book, lines_of_outcome(outcome, spoken(book))):
            console.print(line)

    document = {
        **document_of_run(result),
        **document_of_outcome(outcome),
        "ok": well,
        "book": str(book),
        "warnings": [in_options(warning) for warning in (*feed.warnings(), *outcome.warnings)],
        "key": key_document(key),
    }
    return Answer(document, show, Exit.OK if well else Exit.FINDINGS)


def _chosen(named: str, data: Sequence[str] | None, home: Path | None, *, strict: bool) -> "tuple[RunPlan, Feed]":
    """The plan and the rows that the arguments mean. Raises `Failure`, `DataError`, and what a strategy refuses."""
    if not named.endswith(".py") and ".py:" not in named:
        chosen = read_plan(Path(named))
        return chosen, feed_of(data or [], strict=strict)
    from tallystick.platform.backtesting.preparation import prepared
    from tallystick.platform.backtesting.terms import Terms

    terms = Terms(strictness="strict" if strict else "treat")
    ready = prepared(named, sources_of(data or ["demo"], terms, home), terms)
    return ready.plan, ready.feed


def _composed() -> "Composed":
    from tallystick.platform.compose import Composed

    return Composed()


def _late(modules: "Sequence[Module]") -> tuple[str, ...]:
    from tallystick.platform.authoring.series_views import late_lines

    return late_lines(modules)


def _check(plan: "RunPlan") -> None:
    from tallystick.platform.plan_check import check_plan

    check_plan(plan)


def read_plan(path: Path) -> "RunPlan":
    """The plan in a file, with the news calendars it names. Raises `Failure` naming the field that does not fit."""
    from tallystick.platform.plan import plan_from_json
    from tallystick.platform.plan_news import with_calendars

    if path.is_dir():
        within = path / PLAN_FILE
        fix = f"run the plan in it: tallystick run {spoken(within)}" if within.is_file() else "name the plan's file"
        raise Failure("E841", "this is a folder and no plan", where=str(path), fix=fix)
    try:
        return with_calendars(plan_from_json(path.read_text(encoding="utf-8")), path.parent)
    except FileNotFoundError:
        fix = "write one with: tallystick demo (it leaves plan.json in its book)"
        raise Failure("E841", "no such plan", where=str(path), fix=fix) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        got, _, place = str(error).partition(" - at ")
        where = f"{path} at {place}" if place else str(path)
        raise Failure("E842", "the plan cannot be read", where=where, got=got, fix=f"correct {path}") from None


def carried_out(
    book: Path,
    plan: "RunPlan",
    feed: "Feed",
    key: OwnKey,
    *,
    by_row: bool = False,
    project: "Project | None" = None,
    home: Path | None = None,
    composing: "Compose | None" = None,
) -> "RunResult":
    """Run, with progress, logging beside the book, and Ctrl-C heard; of a `project` the log keeps the config file.

    Results of workers are kept for other runs, in `home` or the user's own cache. Raises `WorkerMissing` before
    anything is written.
    """
    from tallystick.platform.backtesting.row_by_row import RowByRow
    from tallystick.platform.compose import compose
    from tallystick.platform.kernel.book import simulate
    from tallystick.platform.kernel.contract import RunOptions
    from tallystick.platform.kernel.results import user_folder
    from tallystick.platform.kernel.workers import workers_of

    workers_of(plan)
    require_same_plan(book, plan)
    book.mkdir(parents=True, exist_ok=True)
    move_to(book)
    kept = book / PLAN_FILE
    # What stands there may be the plan of a run that never was: only what is run may be signed as its source.
    kept.write_text(plan.as_json() + "\n", encoding="utf-8", newline="\n")
    # The plan is a file of the user's like a strategy: the log keeps it.
    options = RunOptions(
        sources=(kept,) if project is None else (kept, project.file.path),
        settings={} if project is None else project.settings,
        by_row=by_row,
        results=user_folder(home),
    )
    total = len(feed)
    with progress("trading", total) as done, stopping() as asked:
        return simulate(
            book,
            plan,
            RowByRow(feed) if by_row else feed,
            key.of_log,
            progress=lambda rows: done(rows, total),
            stop_asked=asked,
            composing=composing or compose,
            options=options,
        )


def key_document(key: OwnKey) -> dict[str, Any]:
    """The key for `--json`: never its secret half."""
    return {"path": str(key.path), "new": key.new, "fingerprint": key.signer.vkey.fingerprint}


def document_of_run(result: "RunResult") -> dict[str, Any]:
    """A run for `--json`."""
    return {"ok": result.ended != "stopped", **{name: getattr(result, name) for name in result.__slots__}}


def lines_of_work(result: "RunResult") -> list[str]:
    """What workers were asked, and how much of it a cache knew; nothing where nobody was asked."""
    if not result.worked:
        return []
    share = result.cached * 100 // result.worked
    return [f"{result.worked:,} results of workers, {result.cached:,} of them from the cache ({share} %)"]


def lines_of(result: "RunResult", book: Path, came_to: Sequence[str]) -> list[str]:
    """A run in words, with the lines of what it came to."""
    recovered = ", recovered after its process had died" if result.recovered else ""
    size = f"{count_of(result.rows, 'row')}, {count_of(result.size, 'record')}"
    lines = [
        f"run {result.run} ended ({result.ended}){recovered}: {size} in {book}",
        *came_to,
        *lines_of_work(result),
        f"head             {result.head.hex()}",
        f"decision digest  {result.decision_digest.hex()}",
        f"its key          {result.vkey}",
    ]
    if result.ended == "stopped":
        lines.append("It was stopped before the data ended; the book is signed up to there, and `run` goes on with it.")
    return [*lines, f"Next: tallystick audit verify {spoken(book)}"]
