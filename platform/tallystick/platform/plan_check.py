"""Whether a plan can run at all, found before anything is written.

One pass over every field: the first that cannot be raises `PlanError` with its path, what it got and what it takes.
Bounds are far beyond any real account, and inside what int64 tables and exact money can hold.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.margin import CALC_MODES
from tallystick.market.money import point_money
from tallystick.market.server_time import TimeRuleError, offset_ns
from tallystick.market.spans import DAY_NS, SECOND_NS
from tallystick.market.swap import SWAP_MODES
from tallystick.market.terms import AccountTerms
from tallystick.platform.plan import AccountPlan, BotPlan, RunPlan
from tallystick.platform.plan_sessions import check_sessions
from tallystick.platform.plan_strategies import check_strategies
from tallystick.platform.plan_values import PlanError, need, number, ratio, refuse, word
from tallystick.platform.portfolio import protection_from, sizing_from
from tallystick.platform.risk import PRESETS, risk_settings_from

__all__ = ["PlanError", "check_plan"]

PRESET_DIGITS = 2
MOST_MONEY = 10**15
"""Minor units of one account; sums of profits on it stay inside int64."""
MOST_RECORDS = 10**12
MOST_OF_AN_ACCOUNT = 10**6
"""Orders, positions or requests a second; 0 is any number."""
LARGEST_EXACT = 2**53
"""Numerator and denominator of the money of a point: what a float64 and an int64 table both hold."""
CURRENCY = re.compile(r"[A-Za-z0-9]{1,16}")
SYMBOL = re.compile(r"[!-~]{1,32}")
CHOICES = {
    "calc_mode": CALC_MODES,
    "execution": ("market", "instant", "exchange", "request"),
    "swap_mode": SWAP_MODES,
    "trade_mode": ("full", "long_only", "short_only", "close_only", "disabled"),
    "gtc_mode": ("gtc", "daily", "daily_no_stops"),
}
WHOLE: dict[str, tuple[int, int]] = {
    "digits": (0, 10),
    "volume_min": (1, 10**6 * LOT),
    "volume_max": (1, 10**6 * LOT),
    "volume_step": (1, 10**6 * LOT),
    "volume_limit": (0, 10**6 * LOT),
    "filling_modes": (0, 15),
    "stops_level": (0, 10**6),
    "freeze_level": (0, 10**6),
    "swap_triple_weekday": (0, 6),
    "commission_per_lot": (0, 10**9),
    "order_modes": (0, 127),
    "expiration_modes": (0, 15),
    "swap_year_days": (1, 366),
    "liquidity_volume": (0, 10**6 * LOT),
    "trades_from": (0, 2**63 - 1),
    "trades_until": (0, 2**63 - 1),
    "book_depth": (0, 1_000),
}
DECIMAL: dict[str, tuple[float, float]] = {
    "contract_size": (1e-6, 1e9),
    "swap_long": (-1e6, 1e6),
    "swap_short": (-1e6, 1e6),
    "margin_hedged": (0.0, 1e9),
    "tick_size": (0.0, 1e6),
    "tick_value": (0.0, 1e6),
    "margin_initial": (0.0, 1e9),
    "margin_maintenance": (0.0, 1e9),
    "margin_rate_long": (0.0, 1e3),
    "margin_rate_short": (0.0, 1e3),
    "maintenance_rate_long": (0.0, 1e3),
    "maintenance_rate_short": (0.0, 1e3),
    "profit_rate": (0.0, 1e9),
    "margin_rate": (0.0, 1e9),
    "price_limit_min": (0.0, 1e9),
    "price_limit_max": (0.0, 1e9),
}
SESSIONS = re.compile(r"[A-Za-z0-9_.:/-]{0,64}")
WEEK = 7


def check_plan(plan: RunPlan) -> None:
    """Raise `PlanError`, or the money's, sizing's, risk's or a strategy's `ValueError`, for a plan that cannot run."""
    number("seed", plan.seed, -(2**63), 2**63 - 1)
    number("latency_ns", plan.latency_ns, 0, DAY_NS)
    number("cascade_limit", plan.cascade_limit, 100, 10**7)
    number("checkpoint_records", plan.checkpoint_records, 1, MOST_RECORDS)
    _check_account(plan.account)
    _check_server_time(plan.server_time)
    if plan.bot:
        _check_bot(plan, plan.bot)
    else:
        symbols = _check_instruments(plan)
        check_strategies(plan.strategies, symbols)
        check_sessions(plan, symbols)
    _check_tables(plan)
    _check_preset(plan)
    _check_rhythms(plan.rhythms)


def _check_bot(plan: RunPlan, bot: BotPlan) -> None:
    """A bot decides in place of strategies; its terminal is a definition's, or made of the plan's instruments."""
    need(not plan.strategies, "strategies", f"{len(plan.strategies)} beside a bot", "none: the bot decides alone")
    number("bot.start", bot.start, 0, bot.end)
    number("bot.call_cost_ns", bot.call_cost_ns, 1, DAY_NS)
    if not bot.definition:
        check_sessions(plan, _check_instruments(plan))


def _check_account(account: AccountPlan) -> None:
    word("account.name", account.name, re.compile(r"[ -~]{1,64}"), "1 to 64 printable ASCII characters")
    word("account.currency", account.currency, CURRENCY, "a currency such as USD")
    number("account.digits", account.digits, 0, 8)
    number("account.balance", account.balance, 1, MOST_MONEY)
    number("account.leverage", account.leverage, 1, 10_000)
    number("account.stop_out_call", account.stop_out_call, 0, 1_000_000)
    number("account.stop_out_level", account.stop_out_level, 0, 1_000_000)
    need(
        account.stop_out_level <= account.stop_out_call,
        "account.stop_out_level",
        account.stop_out_level,
        f"at most stop_out_call, {account.stop_out_call}",
    )
    number("account.credit", account.credit, 0, MOST_MONEY)
    for name in ("limit_orders", "limit_positions", "message_limit"):
        number(f"account.{name}", getattr(account, name), 0, MOST_OF_AN_ACCOUNT)
    for name in ("fifo_close", "hedge_prohibited", "trade_allowed", "trade_expert"):
        value = getattr(account, name)
        need(type(value) is bool, f"account.{name}", value, "true or false")


def _check_server_time(rule: object) -> None:
    takes = "utc, new_york+7, or fixed:+HH:MM with at most 23 hours and 59 minutes"
    try:
        offset_ns(0, str(rule))
    except TimeRuleError:
        refuse("server_time", rule, takes)


def _check_instruments(plan: RunPlan) -> tuple[str, ...]:
    need(bool(plan.instruments) or plan.mode == "live", "instruments", "none", "one instrument or more")
    symbols: list[str] = []
    for index, fields in enumerate(plan.instruments):
        where = f"instruments[{index}]"
        _check_names(where, fields)
        symbol = fields["symbol"]
        need(symbol not in symbols, f"{where}.symbol", symbol, "each symbol once")
        symbols.append(symbol)
        _check_instrument(where, fields, plan.account.digits)
    if plan.mode != "live":
        known = {fields["symbol"]: Instrument(**fields) for fields in plan.instruments}
        account = plan.account
        AccountTerms(known, account.currency, account.digits, account.leverage).require(symbols)
    return tuple(symbols)


def _check_names(where: str, fields: Mapping[str, Any]) -> None:
    known = list(Instrument.__dataclass_fields__)
    unknown = sorted(set(fields) - set(known))
    if unknown:
        refuse(f"{where}.{unknown[0]}", "a field that no instrument has", f"one of {', '.join(known)}")
    for name in ("symbol", "digits", "contract_size", "volume_min", "volume_max", "volume_step"):
        need(name in fields, f"{where}.{name}", "nothing", "a value: this field has no default")
    word(f"{where}.symbol", fields["symbol"], SYMBOL, "1 to 32 ASCII characters without spaces")


def _check_instrument(where: str, fields: Mapping[str, Any], account_digits: int) -> None:
    for name, (least, most) in WHOLE.items():
        if name in fields:
            number(f"{where}.{name}", fields[name], least, most)
    for name, bounds in DECIMAL.items():
        if name in fields:
            ratio(f"{where}.{name}", fields[name], *bounds)
    for name, takes in CHOICES.items():
        need(fields.get(name, takes[0]) in takes, f"{where}.{name}", fields.get(name), f"one of {', '.join(takes)}")
    for name in ("currency_base", "currency_profit", "currency_margin"):
        if fields.get(name, "") != "" or (name == "currency_profit" and name in fields):
            word(f"{where}.{name}", fields[name], CURRENCY, "a currency such as USD")
    word(f"{where}.sessions", fields.get("sessions", ""), SESSIONS, "at most 64 of A-Z a-z 0-9 _ . : / -")
    nights = fields.get("swap_multipliers", ())
    fits = len(nights) in {0, WEEK} and all(type(one) in {int, float} and 0 <= one <= WEEK for one in nights)
    need(fits, f"{where}.swap_multipliers", nights, "seven numbers from 0 to 7, Monday first, or none")
    smallest, largest, step = (fields[name] for name in ("volume_min", "volume_max", "volume_step"))
    need(smallest <= largest, f"{where}.volume_min", smallest, f"at most volume_max, {largest}")
    need(step <= largest, f"{where}.volume_step", step, f"at most volume_max, {largest}")
    money = point_money(Instrument(**fields), account_digits)
    need(
        max(money.numerator, money.denominator) <= LARGEST_EXACT,
        f"{where}.contract_size",
        fields["contract_size"],
        "a size and digits for which the money of one point is an exact number below 2^53",
    )


def _check_tables(plan: RunPlan) -> None:
    """Sizing and risk know their own fields; what they cannot read at all is said here."""
    tables: list[tuple[str, Mapping[str, Any], Callable[[Mapping[str, Any]], object]]] = [
        ("sizing", plan.sizing, sizing_from),
        ("risk", plan.risk, risk_settings_from),
    ]
    for index, one in enumerate(plan.strategies):
        tables.append((f"strategies[{index}].sizing", one.sizing, sizing_from))
        tables.append((f"strategies[{index}].protection", one.protection, protection_from))
    for name, table, read in tables:
        if not table:
            continue
        if read is sizing_from:
            _check_sizing_types(name, table)
        try:
            read(table)
        except (TypeError, AttributeError, OverflowError) as error:
            message = f"E121 the plan's {name} cannot be read: {error}. See docs/plan.md for its fields."
            raise PlanError(message) from error


def _check_preset(plan: RunPlan) -> None:
    """A preset's amounts are made for one balance, in two decimals."""
    preset = PRESETS.get(plan.risk.get("preset", ""))
    if preset is None or plan.mode == "live":
        return
    need(plan.account.digits == PRESET_DIGITS, "account.digits", plan.account.digits, "2: the preset counts in cents")
    takes = f"{preset.balance}, for which the preset is made"
    need(plan.account.balance == preset.balance, "account.balance", plan.account.balance, takes)


def _check_sizing_types(where: str, table: Mapping[str, Any]) -> None:
    if "lots" in table:
        need(type(table["lots"]) is str, f"{where}.lots", table["lots"], 'lots in quotes, such as "0.10"')
    if "risk_ppm" in table:
        number(f"{where}.risk_ppm", table["risk_ppm"], 1, 1_000_000)


def _check_rhythms(rhythms: Mapping[str, tuple[int, int]]) -> None:
    for name, (period, offset) in rhythms.items():
        word("rhythms", name, re.compile(r"[A-Za-z0-9_.-]{1,64}"), "names of 1 to 64 of A-Z a-z 0-9 _ . -")
        number(f"rhythms.{name}[0]", period, SECOND_NS, 366 * DAY_NS)
        number(f"rhythms.{name}[1]", offset, -366 * DAY_NS, 366 * DAY_NS)
