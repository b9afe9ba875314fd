"""`tallystick lookahead-check`: does a strategy know what is still to come, found by experiment."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli import searching as ask
from tallystick.platform.cli.backtest import parameters_of
from tallystick.platform.cli.call import Answer, Exit
from tallystick.platform.cli.data_options import Mapping, SkipBad, SpreadPoints
from tallystick.platform.cli.screen import progress

if TYPE_CHECKING:
    from rich.console import Console

    from tallystick.platform.judging.lookahead import Report


def lookahead_check(  # noqa: PLR0913 -- each option is one thing a trader may say
    context: typer.Context,
    strategy: ask.Strategy,
    data: ask.Data = None,
    *,
    setting: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A parameter of the strategy.")
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="Of every choice the check makes.")] = 0,
    cuts: Annotated[int, typer.Option("--cuts", min=4, help="Moments after which the future is exchanged.")] = 12,
    jobs: ask.Jobs = None,
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
) -> Answer:
    """Try whether a strategy knows what is still to come: other futures, row by row, twice, its files.

    Nothing is taken on trust: the strategy is run again and again on rows that agree up to a moment, and its decisions
    up to there must agree. Exit 1: it looks ahead; each finding has its first row and what to do.

    Example: tallystick lookahead-check ema.py EURUSD
    """
    from tallystick.platform.judging.lookahead import lookahead_check as checked

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
    with progress("runs") as done:
        report = checked(
            strategy,
            ask.data_of(data, terms, context.obj),
            seed=seed,
            jobs=jobs,
            cuts=cuts,
            progress=done,
            parameters=parameters_of(setting or []),
            **terms,
        )
    return Answer(report.document(), lambda console: _show(report, console), Exit(not report.clean))


def _show(report: "Report", console: "Console") -> None:
    for line in report.lines():
        console.print(line)
