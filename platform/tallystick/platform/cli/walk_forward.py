"""`tallystick walk-forward`: choose on the past, trade the rows after it, again and again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tallystick.platform.cli import searching as ask
from tallystick.platform.cli.call import Answer, Exit
from tallystick.platform.cli.data_options import Mapping, SkipBad, SpreadPoints
from tallystick.platform.cli.optimize import verdict_lines
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.judging.stitched import WalkForward


def walk_forward(  # noqa: PLR0913 -- each option is one thing a trader may say
    context: typer.Context,
    strategy: ask.Strategy,
    data: ask.Data = None,
    *,
    setting: ask.Sets,
    train: Annotated[str, typer.Option("--train", metavar="DAYS", help="Such as 180d, 26w, 6m or 1y.")],
    test: Annotated[str, typer.Option("--test", metavar="DAYS", help="Days traded after each training.")],
    step: Annotated[str | None, typer.Option("--step", metavar="DAYS", help="As --test without it.")] = None,
    anchored: Annotated[bool, typer.Option("--anchored", help="Every training begins with the data.")] = False,
    purge: Annotated[str, typer.Option("--purge", metavar="DAYS", help="Days left out before each test.")] = "0",
    warm_up: Annotated[
        str, typer.Option("--warm-up", metavar="DAYS", help="Days a strategy watches before each test.")
    ] = "30",
    method: ask.Method = "grid",
    objective: ask.Objective = "sharpe",
    trials: ask.Trials = None,
    seed: ask.Seed = 0,
    jobs: ask.Jobs = None,
    pruning: ask.Pruning = False,
    symbol: ask.Symbol = "",
    timeframe: ask.Timeframe = "",
    first: ask.First = None,
    last: ask.Last = None,
    tz: ask.Clock = "",
    mapping: Mapping = None,
    spread_points: SpreadPoints = None,
    skip_bad: SkipBad = False,
    instruments: ask.Instruments = None,
    lots: ask.Lots = None,
    deposit: ask.Deposit = None,
    leverage: ask.Leverage = None,
    limits: ask.Limits = None,
    research: ask.Research = None,
) -> Answer:
    """Choose parameters on a stretch of the past, trade the days after it with them, move on to the end.

    Every trial is in the research log. The result out of sample is what the tests made, one after the other.
    Exit 1: it was stopped, or no step came to a test.

    Example: tallystick walk-forward ema.py EURUSD --set fast=5..40:5 --set slow=50,100 --train 6m --test 2m
    """
    from tallystick.platform.judging.walking import walk_forward as walk

    terms = ask.terms_of(
        symbol=symbol,
        timeframe=timeframe,
        start=first,
        end=last,
        tz=tz,
        mapping=mapping,
        spread_points=spread_points,
        skip_bad=skip_bad,
        instruments=instruments,
        lots=lots,
        account=deposit,
        leverage=leverage,
        limits=limits,
    )
    ranges = ask.ranges_of(setting)
    log = ask.research_log(research, context.obj)
    with ask.at_work("trials") as (progress, stop_asked):
        walked = walk(
            strategy,
            ask.data_of(data, terms, context.obj),
            parameters=ranges,
            train=train,
            test=test,
            step=step,
            anchored=anchored,
            purge=purge,
            warm_up=warm_up,
            method=method,
            objective=objective,
            trials=trials,
            seed=seed,
            jobs=jobs,
            pruning=pruning,
            research=log,
            progress=progress,
            stop_asked=stop_asked,
            **terms,
        )
        stopped = stop_asked() and len(walked.steps) < walked.planned
    well = not stopped and walked.idle < walked.planned
    document = {"ok": well, "stopped": stopped, **walked.document()}
    return Answer(document, lambda console: _show(walked, document, console), Exit(not well))


def _show(walked: "WalkForward", document: dict[str, Any], console: "Console") -> None:
    for line in _lines(walked, document):
        console.print(line)


def _lines(walked: "WalkForward", document: dict[str, Any]) -> list[str]:
    steps = document["steps"]
    lines = [f"{walked.started.study}: {count_of(len(steps), 'step')} of {walked.started.strategy}"]
    if document["stopped"]:
        lines.append("stopped before the data ended; what is done is kept")
    dates, ends = ["train_from", "train_to", "test_to"], ["in_daily_sharpe", "out_daily_sharpe", "out_growth"]
    if steps:
        names = [*dates, *walked.started.space, *ends]
        heads = [name.replace("daily_sharpe", "sharpe/d") for name in names]
        lines += ["", *ask.table([heads, *([ask.shown(row.get(name)) for name in names] for row in steps)]), ""]
    errors = [row["error"] for row in steps if row["error"]]
    if document["idle_steps"]:
        lines.append(f"steps left out    {document['idle_steps']}: nothing to choose, or a test that failed")
    if errors:
        lines.append(f"first error       {errors[0]}")
    growth, efficiency = document["growth"], document["efficiency"]
    lines.append(f"out of sample    {growth:+.2%} over {document['days']:,} days of trading")
    inside, outside = ask.shown(document["daily_sharpe_in_sample"]), ask.shown(document["daily_sharpe"])
    lines.append(f"Sharpe a day     {outside} out of sample, {inside} in sample")
    lines.append(f"efficiency       {ask.shown(efficiency)}: mean daily return out of sample over that in sample")
    return [*lines, *verdict_lines(document, walked.started.objective, walked.log.folder)]
