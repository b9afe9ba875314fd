"""From a `Config` to the plan of a run and its feed: whatever can be wrong is found before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
from msgspec import structs

from tallystick.market.instrument import Instrument
from tallystick.platform.backtesting.account import WITHOUT_CENTS, account_plan
from tallystick.platform.backtesting.assembly import DEFAULT_LOTS
from tallystick.platform.backtesting.chosen import Chosen
from tallystick.platform.backtesting.conditions import currency_of
from tallystick.platform.backtesting.market import DEMO
from tallystick.platform.config.chosen import chosen_of
from tallystick.platform.config.errors import Findings, Place
from tallystick.platform.config.limits import Minor, filters_of, risk_of, said, sizing_of
from tallystick.platform.config.market import conditions_of, feed_of, only_symbol, sessions_of
from tallystick.platform.config.ordering import ordered
from tallystick.platform.config.tables import Config
from tallystick.platform.data.feed import Feed
from tallystick.platform.plan import AccountPlan, RunPlan
from tallystick.platform.plan_check import check_plan
from tallystick.platform.plan_news import with_calendars
from tallystick.platform.portfolio.lots import check_lots
from tallystick.platform.risk import PRESETS

OF_RUN = {"latency": "latency_ns"}


@dataclass(frozen=True, slots=True)
class Planned:
    """A run that can begin."""

    plan: RunPlan
    feed: Feed
    chosen: tuple[Chosen, ...]
    """The strategies, in the order of the file's tables."""


def planned(config: Config, folder: Path, findings: Findings) -> Planned | None:
    """The plan and its rows; None where anything was found."""
    _require_strategies(config, findings)
    found = chosen_of(config, folder, only_symbol(config), findings)
    chosen = [one for one in found if one is not None]
    feed = feed_of(config, folder, chosen, findings) if chosen or config.series else None
    symbols = feed.symbols if feed is not None else _declared(config, chosen)
    instruments, commissions = conditions_of(config, folder, feed, symbols, findings)
    currency = _currency(config, instruments, findings)
    minor = Minor(_digits(config, currency), findings)
    for symbol, (amount, place) in commissions.items():
        if symbol in instruments:
            units = minor.units(amount, place)
            instruments[symbol] = replace(instruments[symbol], commission_per_lot=units)
    sizing = _sizing(config, findings)
    _check_lots(sizing, found, instruments, findings)
    plan = RunPlan(
        **{
            OF_RUN.get(name, name): value
            for name, value in said(config.run).items()
            if name not in {"books", "modules"}
        },
        account=_account(config, currency, findings),
        instruments=tuple(msgspec.to_builtins(one.fields()) for one in instruments.values()),
        sessions=sessions_of(config, symbols, findings, all_known=feed is not None),
        strategies=tuple(one.plan for one in chosen),
        sizing=sizing,
        risk=_risk(config, found, minor, findings),
        rhythms={name: (one.every, one.offset or 0) for name, one in config.rhythm.items()},
    )
    check_preset(config, plan.account, findings)
    plan = _checked(config, plan, folder, findings)
    return Planned(plan, feed, tuple(chosen)) if feed is not None and not len(findings) else None


def _require_strategies(config: Config, findings: Findings) -> None:
    if not config.strategy and not findings.under("strategy"):
        fix = "Write one with: tallystick new ema_cross"
        expected = '[[strategy]] with file = "ema_cross.py"'
        findings.add("E146", "there is no strategy", (), got="none", expected=expected, fix=fix)


def _declared(config: Config, chosen: Sequence[Chosen]) -> list[str]:
    """The symbols, as far as file and strategies name them."""
    named = [one.symbol or (one.source if one.source in DEMO else "") for one in config.series]
    return [symbol for symbol in dict.fromkeys([*named, *(one.symbol for one in chosen)]) if symbol]


def _currency(config: Config, instruments: dict[str, Instrument], findings: Findings) -> str:
    """The account's currency: said, or that in which the symbols pay."""
    said_so = config.account.currency
    if said_so is not None or not instruments:
        return said_so or "USD"
    try:
        return currency_of(instruments)
    except ValueError as error:
        findings.refused(error, ("series",))
        return "USD"


def _digits(config: Config, currency: str) -> int:
    given = config.account.digits
    return given if given is not None else 0 if currency in WITHOUT_CENTS else 2


def _account(config: Config, currency: str, findings: Findings) -> AccountPlan:
    if findings.under("account"):
        return AccountPlan()
    try:
        return account_plan(said(config.account), currency)
    except ValueError as error:
        findings.refused(error, ("account", "deposit"))
        return AccountPlan()


def _sizing(config: Config, findings: Findings) -> dict[str, Any]:
    if config.sizing is None or findings.under("sizing"):
        return {"kind": "fixed", "lots": DEFAULT_LOTS}
    return sizing_of(config.sizing, ("sizing",), findings)


def _check_lots(
    sizing: dict[str, Any], found: Sequence[Chosen | None], instruments: dict[str, Instrument], findings: Findings
) -> None:
    """Lots that no order could carry, wherever they are said."""
    for number, one in enumerate(found):
        if one is None:
            continue
        own = one.plan.sizing or sizing
        told: dict[Place, str] = {("strategy", number, "lots"): one.lots} if one.lots else {}
        if not one.lots and own.get("kind") == "fixed" and "lots" in own:
            told[("strategy", number, "sizing", "lots") if one.plan.sizing else ("sizing", "lots")] = own["lots"]
        for place, lots in told.items():
            for symbol, instrument in instruments.items():
                if one.symbol in {"", symbol} and not findings.under(*place):
                    try:
                        check_lots(lots, instrument)
                    except ValueError as error:
                        findings.refused(error, place)


def _risk(config: Config, found: Sequence[Chosen | None], minor: Minor, findings: Findings) -> dict[str, Any]:
    """Limits, the file's filters, and each strategy's own."""
    plan = {**risk_of(config.risk, minor, findings), **filters_of(config.filters, ("filters",), findings)}
    for number, (table, one) in enumerate(zip(config.strategy, found, strict=True)):
        if one is None:
            continue
        place: Place = ("strategy", number, "filters")
        for name, own in filters_of(table.filters, place, findings, one.plan.name).items():
            if name != "friday":
                plan[name] = [*plan.get(name, []), *own]
            elif name not in plan:
                plan[name] = own
            elif _same_but_strategies(plan[name], own):
                plan[name] = {**own, "strategies": [*plan[name]["strategies"], one.plan.name]}
            else:
                fix = "Close them at one time, or all at that of [filters.friday]."
                findings.add("E144", "two times at which Fridays end", (*place, "friday"), fix=fix)
    return plan


def _same_but_strategies(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Whether two Fridays of strategies are one; one of all strategies is none of these."""
    return bool(first.get("strategies")) and {**first, "strategies": ()} == {**second, "strategies": ()}


def check_preset(
    config: Config, account: AccountPlan, findings: Findings, fix: str = 'Write deposit = "{}" in [account].'
) -> None:
    """Find an account that begins with another balance than its preset's; `fix` is told the amount."""
    preset = PRESETS.get(config.risk.preset or "")
    if preset is None or findings.under("account"):
        return
    unit = Decimal(100)
    if account.digits == 2 and account.balance != preset.balance:
        got, expected = (f"{amount / unit:.2f}" for amount in (account.balance, preset.balance))
        what = f"the preset {config.risk.preset} is made for another deposit"
        place = ("risk", "preset") if config.account.deposit is None else ("account", "deposit")
        findings.add("E143", what, place, got=got, expected=expected, fix=fix.format(expected))


def _checked(config: Config, plan: RunPlan, folder: Path, findings: Findings) -> RunPlan:
    """With its calendars, its strategies in order, and every field looked at as in any plan."""
    try:
        plan = with_calendars(plan, folder)
    except ValueError as error:
        findings.refused(error, ("filters", "news"))
    if not len(findings):
        try:
            check_plan(plan)
        except ValueError as error:
            findings.refused(error, ())
    if config.run.modules is not None and not len(findings):
        plan = structs.replace(plan, strategies=ordered(plan, config.run.modules, findings))
    return plan
