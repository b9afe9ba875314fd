"""Everything of a backtest that is settled before anything is written: strategies, rows, account, plan."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from tallystick.market.instrument import Instrument
from tallystick.platform.backtesting.account import WITH_CURRENCY, Account, account_plan
from tallystick.platform.backtesting.assembly import plan_of
from tallystick.platform.backtesting.chosen import Chosen, Settings, chosen_from
from tallystick.platform.backtesting.conditions import conditions_of, currency_of, given_instruments
from tallystick.platform.backtesting.in_vain import require_of_use, require_traded
from tallystick.platform.backtesting.market import DEMO, assumed_symbols, feed_from, named_symbol, reading_of
from tallystick.platform.backtesting.terms import Terms
from tallystick.platform.data.catalogue import Catalogue
from tallystick.platform.data.feed import Feed
from tallystick.platform.data.series import Series
from tallystick.platform.kernel.workers import workers_of
from tallystick.platform.plan import AccountPlan, RunPlan
from tallystick.platform.portfolio.lots import volume_of


@dataclass(frozen=True, slots=True)
class Prepared:
    """A run that can begin."""

    strategies: tuple[Chosen, ...]
    feed: Feed
    plan: RunPlan
    notes: tuple[str, ...] = ()
    lots: str = ""
    """Those asked for, in place of a strategy's own."""


def prepared(strategy: object, data: object = "demo", terms: Terms | None = None) -> Prepared:
    """What `backtest` is given, checked and settled. Raises what `backtest` raises; writes nothing."""
    on = terms or Terms()
    lots = "" if on.lots is None else str(on.lots)
    if lots:
        volume_of(lots)  # says here what is wrong with it, before a strategy is made with it
    reading = reading_of(on.symbol, on.timeframe, on.tz, on.start, on.end, on.strictness)
    reading = replace(reading, mapping=on.mapping, spread_points=on.spread_points)
    require_of_use(data if isinstance(data, list | tuple) else [data], reading)
    settings = Settings(on.symbol, on.timeframe, lots, only_symbol(data))
    chosen = chosen_from(strategy, on.parameters or {}, settings)
    if on.protection:
        chosen = tuple(one.protected(on.protection) for one in chosen)
    feed = feed_from(data, chosen, reading)
    given = given_instruments(on.instruments)
    require_traded(feed.symbols, given)
    conditions = conditions_of(list(dict.fromkeys(feed.symbols)), {**feed.instruments, **given})
    account = account_plan(_with_leverage(on.account, on.leverage), currency_of(conditions))
    plan = plan_of(
        chosen,
        conditions,
        account,
        lots=lots or None,
        sizing=on.sizing,
        risk=on.risk(account) if callable(on.risk) else on.risk,
        seed=on.seed,
        latency_ms=on.latency_ms,
        server_time=on.server_time,
        sessions=on.sessions,
    )
    workers_of(plan)  # says here what is not installed
    notes = (*assumed_symbols(data, chosen, reading), *_notes(on.account, account, conditions))
    return Prepared(chosen, feed, plan, notes, lots)


def _notes(account: Account, held: AccountPlan, conditions: Mapping[str, Instrument]) -> tuple[str, ...]:
    """What was assumed."""
    given = account.get("deposit") if isinstance(account, Mapping) else account
    said_so = isinstance(account, Mapping) and "currency" in account
    if isinstance(account, AccountPlan) or said_so or WITH_CURRENCY.fullmatch(str(given)):
        return ()
    if any(one.currency_profit != held.currency for one in conditions.values()):
        return (f"the account is in {held.currency}, to which {', '.join(conditions)} convert; choose with account=",)
    return (f"the account is in {held.currency}, which {', '.join(conditions)} pays in; choose with account=",)


def only_symbol(data: object) -> str:
    """The symbol of data that are of one symbol, for a strategy that names none."""
    if isinstance(data, list | tuple) and len(data) == 1:
        return only_symbol(data[0])
    if isinstance(data, Series):
        return data.symbol
    if isinstance(data, Feed):
        return data.symbols[0] if len(set(data.symbols)) == 1 else ""
    if isinstance(data, str) and (data in DEMO or data == "demo") and not Path(data).exists():
        return data if data in DEMO else DEMO[0]
    return named_symbol(data) or _kept_symbol(data)


def _kept_symbol(data: object) -> str:
    """The symbol of a series of the catalogue; empty for what is none."""
    kept = Catalogue.of_user()
    return kept.about(data).symbol if isinstance(data, str) and data in kept else ""


def _with_leverage(account: Account, leverage: int | None) -> Account:
    if leverage is None:
        return account
    if isinstance(account, AccountPlan):
        return msgspec.structs.replace(account, leverage=leverage)
    given = account if isinstance(account, Mapping) else {} if account is None else {"deposit": account}
    return {**given, "leverage": leverage}
