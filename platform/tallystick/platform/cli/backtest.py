"""`tallystick backtest`: a strategy's file over market data, and what it came to beside doing nothing."""

import math
import sys
from contextlib import nullcontext, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.platform.cli.arguments import Strict
from tallystick.platform.cli.backtest_folder import DEFAULT_FOLDER, ready_folder
from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.data_options import Mapping, SpreadPoints, mapping_of
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import own_key
from tallystick.platform.cli.market_data import FORM, sources_of
from tallystick.platform.cli.operators_log import move_to
from tallystick.platform.cli.option_words import in_options
from tallystick.platform.cli.place import spoken
from tallystick.platform.cli.run_folder import PLAN_FILE, folder_named
from tallystick.platform.cli.screen import plain_where_needed, progress, warn
from tallystick.platform.cli.searching import Limits, Research, research_log, risk_of
from tallystick.platform.cli.stopping import stopping

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.backtesting import Backtest
    from tallystick.platform.backtesting.preparation import Prepared


def backtest(  # noqa: PLR0913 -- each option is one thing a trader may say
    context: typer.Context,
    strategy: Annotated[
        str, typer.Argument(metavar="FILE", help="ema.py, ema.py:EmaCross, or a built-in such as ema_cross.")
    ],
    data: Annotated[
        list[str] | None, typer.Argument(metavar="DATA", help=f"demo (the default), a file, or {FORM}.")
    ] = None,
    *,
    symbol: Annotated[str, typer.Option("--symbol", help="Instead of the strategy's; or what the file holds.")] = "",
    timeframe: Annotated[str, typer.Option("--timeframe", help="Such as H1; finer data are resampled.")] = "",
    first: Annotated[str | None, typer.Option("--from", metavar="DATE", help="First day or moment (UTC).")] = None,
    last: Annotated[str | None, typer.Option("--to", metavar="DATE", help="Last day, whole, or moment (UTC).")] = None,
    tz: Annotated[
        str, typer.Option("--tz", metavar="CLOCK", help="The files' clock: utc, mt5, America/New_York.")
    ] = "",
    mapping: Mapping = None,
    spread_points: SpreadPoints = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the strategy.")
    ] = None,
    lots: Annotated[str | None, typer.Option("--lots", help="Of a strategy that says only the direction.")] = None,
    deposit: Annotated[str | None, typer.Option("--deposit", help="10000, or with its currency 10000EUR.")] = None,
    leverage: Annotated[int | None, typer.Option("--leverage", min=1, max=10_000, help="30 without it.")] = None,
    limits: Limits = None,
    instruments: Annotated[
        Path | None, typer.Option("--instruments", metavar="FILE", help="Your broker's conditions, in JSON or TOML.")
    ] = None,
    book: Annotated[
        Path | None,
        typer.Option("--book", metavar="DIR", parser=folder_named, help=f"A folder to keep; {DEFAULT_FOLDER} is not."),
    ] = None,
    report: Annotated[bool, typer.Option("--report/--no-report", help="Write report.html in the book.")] = True,
    strict: Strict = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Leave impossible rows out and record them.")] = False,
    seed: Annotated[int, typer.Option("--seed", help="Seed of the run.")] = 0,
    latency_ms: Annotated[
        float, typer.Option("--latency", metavar="MS", min=0, help="From sending to execution.")
    ] = 0.0,
    by_row: Annotated[
        bool, typer.Option("--by-row", help="Ask about every row, one by one: slower, same digest.")
    ] = False,
    research: Research = None,
) -> Answer:
    """Test a strategy's file on market data, with every server rule, risk and the record on.

    Without data it runs on the demo's year of the strategy's symbol. The book of the last backtest is in
    tallystick-backtest, of one started while another is at work in tallystick-backtest-2; --book keeps one elsewhere.
    Exit 2: data or strategy cannot be used, or the strategy raised.

    Example: tallystick backtest ema.py EURUSD_H1.csv --tz mt5 --set fast=5 --lots 0.10
    """
    from tallystick.platform.backtesting.preparation import prepared
    from tallystick.platform.backtesting.terms import Terms

    call: Call = context.obj
    if strict and skip_bad:
        raise Failure("E801", "--strict and --skip-bad exclude each other", fix="give one of them")
    terms = Terms(
        account=None if deposit is None else deposit,
        instruments=instruments,
        lots=lots,
        leverage=leverage,
        risk=risk_of(limits),
        parameters=parameters_of(setting or []),
        symbol=symbol,
        timeframe=timeframe,
        tz=tz,
        mapping=mapping_of(mapping),
        spread_points=spread_points,
        start=first,
        end=last,
        strictness="strict" if strict else "skip_bad" if skip_bad else "treat",
        seed=seed,
        latency_ms=latency_ms,
    )
    ready = prepared(strategy, sources_of(data or ["demo"], terms, call.home), terms)
    research_log(research, call)  # refuses the log of another key before the last backtest's book is replaced
    folder = ready_folder(book, context)
    with redirect_stdout(sys.stderr) if call.as_json else nullcontext():  # what the strategy itself prints
        result = kept(ready, folder, call, by_row=by_row, research=research)
    if result.failure is not None:
        raise _failed(result, folder)
    page = result.report(folder / "report.html") if report else None
    well = result.run.ended == "end_of_data" and not result.run.halted
    return Answer(document_of(result, page), lambda console: _show(result, page, console), Exit(not well))


def kept(
    ready: "Prepared", folder: Path, call: Call, *, by_row: bool = False, research: Path | None = None
) -> "Backtest":
    """Carried out in a folder that stays: signed with the user's key, a trial like any other, Ctrl-C heard."""
    from tallystick.platform.backtesting.tester import carried_out
    from tallystick.platform.judging.counting import counted

    warn(ready.feed.warnings())
    key = own_key(call)
    folder.mkdir(parents=True, exist_ok=True)
    move_to(folder)
    plan = folder / PLAN_FILE
    plan.write_text(ready.plan.as_json() + "\n", encoding="utf-8", newline="\n")
    with (
        counted(ready, log=research_log(research, call)) as trial,
        progress("trading", len(ready.feed)) as done,
        stopping() as asked,
    ):
        made = carried_out(
            ready, book=folder, key=key.of_log, by_row=by_row, progress=done, stop_asked=asked, sources=(plan,)
        )
        trial.told_by(made)
    return made


def parameters_of(settings: list[str]) -> dict[str, Any]:
    """`fast=5` as a parameter: a number or truth value where it reads like one, else text. Raises `Failure`."""
    found: dict[str, Any] = {}
    for one in settings:
        name, equals, text = one.partition("=")
        if not (name.isidentifier() and equals and text):
            raise Failure("E844", "--set names no parameter", got=one, expected="NAME=VALUE", fix="--set fast=5")
        found[name] = _value(text)
    return found


def _value(text: str) -> Any:
    if text in {"true", "True", "false", "False"}:
        return text in {"true", "True"}
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def _failed(result: "Backtest", folder: Path) -> Failure:
    """The strategy's own error; the book up to there stays."""
    from tallystick.platform.backtesting.failure import where_it_failed

    assert result.failure is not None
    code, what, fix = where_it_failed(result.failure)
    return Failure(code, what, where=f"at row {result.run.rows:,}, recorded in {spoken(folder)}", fix=fix)


def document_of(result: "Backtest", page: Path | None) -> dict[str, Any]:
    """A result for `--json`."""
    run = result.run
    return {
        "ok": run.ended == "end_of_data" and not run.halted,
        "book": str(result.folder),
        "digest": result.digest,
        "head": run.head,
        "records": run.size,
        "rows": run.rows,
        "ended": run.ended,
        "halted": run.halted,
        "stats": {name: _finite(value) for name, value in result.stats.items()},
        "refusals": result.summary.refusals,
        "warnings": [in_options(warning) for warning in result.warnings],
        "notes": list(result.notes),
        "report": None if page is None else str(page),
        "key": run.vkey,
        "next": next_commands(result),
    }


def _finite(value: Any) -> Any:
    """JSON has no word for infinity, nor for what is no number."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def next_commands(result: "Backtest") -> list[str]:
    """What to look at next."""
    book = spoken(result.folder)
    deal = result.last_deal_seq
    asked = [f"tallystick why {deal} {book}"] if deal >= 0 else []
    return [*asked, f"tallystick audit verify {book}", f"tallystick replay {book}"]


def _show(result: "Backtest", page: Path | None, console: "Console") -> None:
    from tallystick.platform.backtesting.printed import lines_of

    for line in lines_of(result, warnings=False):
        console.print(plain_where_needed(line))
    for warning in result.own_warnings:
        console.print(f"warning: {in_options(warning)}")
    for note in result.notes:
        console.print(f"note: {note}")
    if page is not None:
        console.print(f"report {page}")
    console.print("Next:")
    for command in next_commands(result):
        console.print(f"  {command}")
