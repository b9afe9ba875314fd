"""`tallystick optimize`: many trials of a strategy, and what the best of them is worth."""

from typing import TYPE_CHECKING, Any

import typer

from tallystick.platform.cli import searching as ask
from tallystick.platform.cli.call import Answer, Exit
from tallystick.platform.cli.data_options import Mapping, SkipBad, SpreadPoints
from tallystick.platform.cli.place import spoken
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.judging.study import Study

SHOWN = 10
"""Trials in the table; all of them in `--json`."""


def optimize(  # noqa: PLR0913 -- each option is one thing a trader may say
    context: typer.Context,
    strategy: ask.Strategy,
    data: ask.Data = None,
    *,
    setting: ask.Sets,
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
    """Try parameters of a strategy on all cores, and say what the best of them is worth.

    Every trial is in the research log before it sees a row, and the best one's Sharpe ratio is deflated by all trials
    in that log. The results do not depend on --jobs. Ctrl-C once ends in good order and keeps what is done.
    Exit 1: it was stopped, or no trial has an objective.

    Example: tallystick optimize ema.py EURUSD --set fast=5..40:5 --set slow=20,50,100
    """
    from tallystick.platform.judging.optimising import optimize as search

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
        study = search(
            strategy,
            ask.data_of(data, terms, context.obj),
            parameters=ranges,
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
    document = study.document()
    well = study.whole and document["best"] is not None
    found = {"ok": well, "stopped": not study.whole, **document}
    return Answer(found, lambda console: _show(study, found, console), Exit(not well))


def _show(study: "Study", document: dict[str, Any], console: "Console") -> None:
    for line in _lines(study, document):
        console.print(line)


def _lines(study: "Study", document: dict[str, Any]) -> list[str]:
    states = [report.state for report in study.reports]
    counted = ", ".join(f"{states.count(state)} {state}" for state in ("completed", "failed", "pruned"))
    lines = [f"{study.started.study}: {count_of(len(states), 'trial')} of {study.started.strategy} ({counted})"]
    if document["stopped"]:
        lines.append(f"stopped before the {study.started.trials} that were planned; what is done is kept")
    ranked = sorted(
        (row for row in document["trials"] if row["objective"] is not None),
        key=lambda row: (-row["objective"], row["trial"]),
    )
    names = list(study.started.space)
    columns = ["trial", *names, "objective", "net", "trades", "drawdown"]
    if ranked:
        rows = [[ask.shown(row[name]) for name in columns] for row in ranked[:SHOWN]]
        heads = [study.started.objective if name == "objective" else name for name in columns]
        lines += ["", *ask.table([heads, *rows]), ""]
    errors = [row["error"] for row in document["trials"] if row["error"]]
    if errors:
        lines.append(f"first error: {errors[0]}")
    cut = sum(bool(row["cut_short"]) for row in document["trials"])
    if cut:
        lines.append(
            f"cut short        {count_of(cut, 'trial')}: a limit of risk, such as drawdown, let nothing be opened any"
            " more; the figures are of what came before"
        )
    return [*lines, *verdict_lines(document, study.started.objective, study.log.folder)]


def verdict_lines(document: dict[str, Any], objective: str, folder: Any) -> list[str]:
    """What is left of the result when the search is counted."""
    best = document.get("best", {})
    lines = []
    if best is None:
        lines.append(f"no trial has a {objective}: none traded, or all failed")
    deflated, hurdle = document["deflated_sharpe"], document["hurdle"]
    if deflated is not None:
        lines.append(
            f"deflated Sharpe  {deflated:.3f}: probability that the true ratio is above {hurdle:.3f} a day, which the "
            f"best of {document['in_this_log']:,} lucky trials would show (N in this log)"
        )
    overfit = document.get("overfitting")
    if overfit is not None:
        lines.append(f"overfitting      {overfit:.3f}: how often the best of one half is below the middle in the other")
    lacking = document["in_this_log"] - document["ratios_in_this_log"]
    without = f", {lacking:,} of them without a Sharpe ratio; they count" if lacking else ""
    return [
        *lines,
        f"research log     {folder}, {count_of(document['in_this_log'], 'trial')}{without}",
        f"Next: tallystick trials --research {spoken(folder)}",
    ]
