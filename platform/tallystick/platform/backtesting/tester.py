"""`backtest`: a strategy over market data in a book, and its result. The command line and notebooks come through here.

A backtest is a run like any other: `kernel.book.simulate` writes a book, with every server rule, risk and the audit on.
The book lies in a temporary folder that goes with the result, unless `book` names one.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tallystick.events.signer import Signer
from tallystick.platform.authoring.reading import about_to_run
from tallystick.platform.backtesting.account import Account
from tallystick.platform.backtesting.assembly import Assembly
from tallystick.platform.backtesting.conditions import Instruments
from tallystick.platform.backtesting.failed import StrategyFailed
from tallystick.platform.backtesting.failure import Failures
from tallystick.platform.backtesting.keys import SignerFor, signer_for
from tallystick.platform.backtesting.market import Moment
from tallystick.platform.backtesting.preparation import Prepared, prepared
from tallystick.platform.backtesting.result import Backtest
from tallystick.platform.backtesting.row_by_row import RowByRow
from tallystick.platform.backtesting.scratch import Scratch, scratch_folder
from tallystick.platform.backtesting.terms import Terms
from tallystick.platform.data.faults import Strictness
from tallystick.platform.kernel.book import simulate
from tallystick.platform.kernel.contract import RunOptions
from tallystick.platform.kernel.results import user_folder

if TYPE_CHECKING:
    from tallystick.platform.judging.counting import Research

__all__ = ["backtest", "carried_out"]


def backtest(  # noqa: PLR0913 -- each is one thing a trader may want to say; all but the strategy have defaults
    strategy: object,
    data: object = "demo",
    *,
    account: Account = None,
    instruments: Instruments = None,
    sizing: Mapping[str, Any] | None = None,
    risk: Mapping[str, Any] | None = None,
    protection: Mapping[str, Any] | None = None,
    lots: str | float | None = None,
    leverage: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    symbol: str = "",
    timeframe: str = "",
    tz: str = "",
    mapping: Mapping[str, str | int] | None = None,
    spread_points: int | None = None,
    start: Moment = None,
    end: Moment = None,
    strictness: Strictness = "treat",
    seed: int = 0,
    latency_ms: float = 0,
    server_time: str = "new_york+7",
    sessions: Mapping[str, Mapping[str, Any]] | None = None,
    book: Path | str | None = None,
    research: "Research" = None,
    key: Signer | SignerFor | None = None,
    by_row: bool = False,
    on_failure: Literal["raise", "keep"] = "raise",
    progress: Callable[[int, int], None] | None = None,
    stop_asked: Callable[[], bool] | None = None,
) -> Backtest:
    """Run a strategy over data on a simulated MetaTrader 5 account.

    strategy: a class, an instance, a function under @strategy, a file ("ema.py", "ema.py:EmaCross"), the name of a
        built-in ("ema_cross"), or a list of these on one account. `parameters` are its own.
    data: "demo" (2014, hourly), one of its symbols, a file, a pandas DataFrame, a `Series`, a `Feed`, or a list.
    account: a deposit in the currency the symbols pay in (default 10,000) or in its own ("10000 EUR"), a dict such as
        {"deposit": 5000, "leverage": 100}, or an `AccountPlan`. `leverage` in place of the account's, which is 30.
    lots: of a strategy that says only the direction; default "0.01", or the least that all symbols
        trade. `sizing` as a plan has it replaces it.
    risk, protection: as a plan has them: the limits of the book, and how stops follow the price.
    mapping, spread_points: a file's columns by role, and the spread of bars whose source has none (see docs/data.md).
    start, end: dates or moments (UTC); a last date is included whole.
    strictness: treat, skip_bad or strict (see docs/data.md).
    latency_ms: from sending an order to its execution.
    server_time, sessions: the server's clock, and trading hours by it, as a plan has them (see docs/plan.md).
    book: a folder to keep the log in, signed with your own key; else the log is temporary and its key thrown away.
    research: the research log (or its folder) that counts this run as a trial; by default your project's if there is
        one (a folder `research` with a log, or tallystick.toml, from the working folder upwards); False: not counted.
    by_row: ask the strategy about every row and feed rows one by one; the digest is the same, only slower.
    on_failure: raise `StrategyFailed` when the strategy raises, or keep the result up to there.
    progress: called with rows done and rows in all.

    Raises `BacktestError` and its kinds, `DataError`, `PlanError`, what a strategy refuses, `RunConfigurationError`
    when `book` holds another run. Nothing is written before data, plan and strategy have been checked.
    """
    from tallystick.platform.judging.counting import counted_if  # imports this package

    about_to_run()
    terms = Terms(
        account=account,
        instruments=instruments,
        sizing=sizing,
        risk=risk,
        protection=protection,
        lots=lots,
        leverage=leverage,
        parameters=parameters,
        symbol=symbol,
        timeframe=timeframe,
        tz=tz,
        mapping=mapping,
        spread_points=spread_points,
        start=start,
        end=end,
        strictness=strictness,
        seed=seed,
        latency_ms=latency_ms,
        server_time=server_time,
        sessions=sessions,
    )
    ready = prepared(strategy, data, terms)
    with counted_if(ready, research) as trial:
        made = carried_out(ready, book=book, key=key, by_row=by_row, progress=progress, stop_asked=stop_asked)
        if trial is not None:
            trial.told_by(made)
    if made.failure is not None and on_failure == "raise":
        raise StrategyFailed(made) from made.failure.error
    return made


def carried_out(
    ready: Prepared,
    *,
    book: Path | str | None = None,
    key: Signer | SignerFor | None = None,
    by_row: bool = False,
    progress: Callable[[int, int], None] | None = None,
    stop_asked: Callable[[], bool] | None = None,
    sources: tuple[Path, ...] = (),
) -> Backtest:
    """What has been prepared, in its book; `sources` are files kept in the log beside the strategies' own."""
    scratch = scratch_folder() if book is None else None
    folder = Path(scratch.name) if scratch is not None else Path(book or "")
    failures, total, assembly = Failures(), len(ready.feed), Assembly(ready.strategies)
    options = RunOptions(
        sources=sources,
        control=book is not None,
        by_row=by_row,
        on_failure=failures.heard,
        files=Scratch() if scratch is not None else None,
        results=user_folder(),
    )
    try:
        result = simulate(
            folder,
            ready.plan,
            RowByRow(ready.feed) if by_row else ready.feed,
            signer_for(key, kept=book is not None),
            progress=None if progress is None else lambda rows: progress(rows, total),
            stop_asked=lambda: failures.any or (stop_asked is not None and stop_asked()),
            composing=assembly,
            options=options,
        )
    except BaseException:
        if scratch is not None:
            scratch.cleanup()
        raise
    return Backtest(folder, ready, assembly, result, failure=failures.first, scratch=scratch)
