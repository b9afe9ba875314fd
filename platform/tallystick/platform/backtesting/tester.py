"""`backtest`: a strategy over market data in a book, and its result. The command line and notebooks come through here.

A backtest is a run like any other: `kernel.book.simulate` writes a book, with every server rule, risk and the audit on.
The book lies in a temporary folder that goes with the result, unless `book` names one.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from tallystick.events.signer import Signer
from tallystick.platform.backtesting.account import Account, account_plan
from tallystick.platform.backtesting.assembly import Assembly, plan_of
from tallystick.platform.backtesting.chosen import Chosen, chosen_from
from tallystick.platform.backtesting.conditions import Instruments, conditions_of, currency_of, given_instruments
from tallystick.platform.backtesting.errors import StrategyFailed
from tallystick.platform.backtesting.failure import Failures, where_it_failed
from tallystick.platform.backtesting.market import Moment, feed_from, reading_of
from tallystick.platform.backtesting.result import Backtest
from tallystick.platform.backtesting.row_by_row import RowByRow
from tallystick.platform.backtesting.scratch import Scratch, scratch_folder
from tallystick.platform.data.faults import Strictness
from tallystick.platform.data.feed import Feed
from tallystick.platform.kernel.book import RunOptions, simulate
from tallystick.platform.plan import RunPlan

SignerFor = Callable[[str], Signer]
"""Gives the key of a log by the log's origin."""
__all__ = ["backtest", "carried_out"]


def backtest(  # noqa: PLR0913 -- each is one thing a trader may want to say; all but the strategy have defaults
    strategy: object,
    data: object = "demo",
    *,
    account: Account = None,
    instruments: Instruments = None,
    sizing: Mapping[str, Any] | None = None,
    risk: Mapping[str, Any] | None = None,
    lots: str | float | None = None,
    leverage: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    symbol: str = "",
    timeframe: str = "",
    tz: str = "",
    mapping: Mapping[str, str] | None = None,
    start: Moment = None,
    end: Moment = None,
    strictness: Strictness = "treat",
    seed: int = 0,
    latency_ms: float = 0,
    server_time: str = "new_york+7",
    book: Path | str | None = None,
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
    account: a deposit in the currency the symbols pay in (default 10,000), a dict such as {"deposit": 5000,
        "leverage": 100}, or an `AccountPlan`. `leverage` in place of the account's, which is 30.
    lots: of a strategy that says only the direction; default "0.01". `sizing` as a plan has it replaces it.
    start, end: dates or moments (UTC); a last date is included whole.
    strictness: treat, skip_bad or strict (see docs/data.md).
    latency_ms: from sending an order to its execution.
    book: a folder to keep the log in, signed with your own key; else the log is temporary and its key thrown away.
    by_row: ask the strategy about every row and feed rows one by one; the digest is the same, only slower.
    on_failure: raise `StrategyFailed` when the strategy raises, or keep the result up to there.
    progress: called with rows done and rows in all.

    Raises `BacktestError` and its kinds, `DataError`, `PlanError`, what a strategy refuses, `RunConfigurationError`
    when `book` holds another run. Nothing is written before data, plan and strategy have been checked.
    """
    chosen = chosen_from(strategy, parameters or {}, symbol or _only_symbol(data))
    reading = reading_of(symbol, timeframe, tz, start, end, strictness, mapping)
    feed = feed_from(data, chosen, reading)
    conditions = conditions_of(list(dict.fromkeys(feed.symbols)), given_instruments(instruments))
    held = account_plan(_with_leverage(account, leverage), currency_of(conditions))
    plan = plan_of(
        chosen,
        conditions,
        held,
        lots=None if lots is None else str(lots),
        sizing=sizing,
        risk=risk,
        seed=seed,
        latency_ms=latency_ms,
        server_time=server_time,
    )
    made = carried_out(chosen, plan, feed, book=book, key=key, by_row=by_row, progress=progress, stop_asked=stop_asked)
    if made.failure is not None and on_failure == "raise":
        raise StrategyFailed(*where_it_failed(made.failure), made) from made.failure.error
    return made


def carried_out(
    chosen: tuple[Chosen, ...],
    plan: RunPlan,
    feed: Feed,
    *,
    book: Path | str | None = None,
    key: Signer | SignerFor | None = None,
    by_row: bool = False,
    progress: Callable[[int, int], None] | None = None,
    stop_asked: Callable[[], bool] | None = None,
    sources: tuple[Path, ...] = (),
) -> Backtest:
    """A plan that has been checked, in its book."""
    scratch = scratch_folder() if book is None else None
    folder = Path(book) if book is not None else Path(scratch.name if scratch is not None else "")
    failures, total = Failures(), len(feed)
    assembly = Assembly(chosen)
    options = RunOptions(
        sources=(*sources, *(path for one in chosen for path in one.sources)),
        control=book is not None,
        by_row=by_row,
        on_failure=failures.heard,
        files=Scratch() if scratch is not None else None,
    )
    try:
        result = simulate(
            folder,
            plan,
            RowByRow(feed) if by_row else feed,
            _signer_for(key, kept=book is not None),
            progress=None if progress is None else lambda rows: progress(rows, total),
            stop_asked=lambda: failures.any or (stop_asked is not None and stop_asked()),
            composing=assembly,
            options=options,
        )
    except BaseException:
        _forget(scratch)
        raise
    return Backtest(folder, plan, feed, assembly, result, failure=failures.first, scratch=scratch)


def _forget(scratch: TemporaryDirectory[str] | None) -> None:
    if scratch is not None:
        with suppress(OSError):
            scratch.cleanup()


def _only_symbol(data: object) -> str:
    """The symbol of data that are of one symbol, for a built-in that was given none."""
    from tallystick.platform.backtesting.market import DEMO
    from tallystick.platform.data.series import Series

    if isinstance(data, Series):
        return data.symbol
    if isinstance(data, Feed):
        return data.symbols[0] if len(set(data.symbols)) == 1 else ""
    return data if isinstance(data, str) and data in DEMO else DEMO[0] if data == "demo" else ""


def _with_leverage(account: Account, leverage: int | None) -> Account:
    if leverage is None:
        return account
    import msgspec

    from tallystick.platform.plan import AccountPlan

    if isinstance(account, AccountPlan):
        return msgspec.structs.replace(account, leverage=leverage)
    given = account if isinstance(account, Mapping) else {} if account is None else {"deposit": account}
    return {**given, "leverage": leverage}


def _signer_for(key: Signer | SignerFor | None, *, kept: bool) -> SignerFor:
    """The key a log is signed with: the one given, your own for a book that is kept, else one that is thrown away."""
    from tallystick.events.signer import Ed25519Signer

    if isinstance(key, Ed25519Signer):
        return key.named
    if callable(key):
        return key
    if key is not None:
        return lambda _origin: key
    if kept:
        from tallystick.platform.cli.call import Call
        from tallystick.platform.cli.home import own_key

        return own_key(Call()).of_log
    return Ed25519Signer.generate("backtest").named
