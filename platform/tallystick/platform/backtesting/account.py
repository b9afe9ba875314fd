"""The account of a backtest, as a person gives it: a plan's account, a dict in units people use, or a deposit."""

import difflib
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tallystick.platform.backtesting.errors import BadAccount
from tallystick.platform.plan import AccountPlan

DEPOSIT = Decimal(10_000)
"""What an account begins with when nobody says, a hundred times that in currencies without cents."""
WITH_CURRENCY = re.compile(r"\s*([0-9][0-9.]*)\s*([A-Za-z]{3,16})\s*")
OF_PLAN = (
    "name", "leverage", "margin_mode", "limit_orders", "limit_positions", "message_limit", "fifo_close",
    "hedge_prohibited", "trade_allowed", "trade_expert",
)  # fmt: skip
"""Said as a plan says them."""
FIELDS = (*OF_PLAN, "currency", "digits", "deposit", "credit", "stop_out_call", "stop_out_level")
MONEY = {
    "deposit": (1, "the money the account begins with", "Write it like account=10_000."),
    "credit": (0, "what the broker lends", 'Write it like account={"credit": 500}.'),
}
"""What is money of an account: at least so many minor units, what it is, and how to write it."""
WITHOUT_CENTS = frozenset({"JPY", "HUF", "KRW", "CLP", "ISK"})
"""Currencies whose accounts are kept in whole units."""

Account = AccountPlan | Mapping[str, Any] | int | float | str | Decimal | None


def account_plan(given: Account, currency: str) -> AccountPlan:
    """The account; `currency` is what it is kept in when nobody says.

    A deposit is a number in units of the currency, or says it too: "10000 EUR". A dict holds `deposit` and `credit` in
    those units, `stop_out_call` and `stop_out_level` in percent, and the other `FIELDS` as a plan has them. Raises
    `BadAccount`.
    """
    if isinstance(given, AccountPlan):
        return given
    fields: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {} if given is None else {"deposit": given}
    for name in fields:
        if name not in FIELDS:
            near = difflib.get_close_matches(str(name), FIELDS, n=1)
            meant = f'Did you mean "{near[0]}"?' if near else f"It takes: {', '.join(FIELDS)}."
            raise BadAccount(f'account has no field "{name}"', meant)
    held = _currency(fields, currency)
    digits = int(fields.get("digits", 0 if held in WITHOUT_CENTS else 2))
    plan: dict[str, Any] = {name: fields[name] for name in OF_PLAN if name in fields}
    plan["balance"] = _minor("deposit", fields.get("deposit", DEPOSIT * (1 if digits else 100)), digits)
    if "credit" in fields:
        plan["credit"] = _minor("credit", fields["credit"], digits)
    for name in ("stop_out_call", "stop_out_level"):
        if name in fields:
            plan[name] = round(float(fields[name]) * 100)
    return AccountPlan(currency=held, digits=digits, **plan)


def _currency(fields: dict[str, Any], usual: str) -> str:
    """The currency that is said, by itself or after the deposit, which is cut off there. Raises `BadAccount`."""
    spoken = WITH_CURRENCY.fullmatch(str(fields.get("deposit", "")))
    if spoken is None:
        return str(fields.get("currency", usual))
    fields["deposit"], currency = spoken.groups()
    if fields.get("currency", currency) != currency:
        raise BadAccount(f"deposit in {currency}, currency {fields['currency']}", "Say one of them.")
    return str(currency)


def _minor(name: str, amount: Any, digits: int) -> int:
    """Money in minor units, exactly. Raises `BadAccount` (E112) for what is no amount or too little."""
    least, takes, fix = MONEY[name]
    try:
        exact = Decimal(str(amount)) * 10**digits
        units = int(exact)
    except (ArithmeticError, ValueError):
        units, exact = -1, Decimal("nan")
    if not math.isfinite(exact) or units < least:
        raise _NoMoney(f"{name} {amount!s}: got {'no' if not least else 'no positive'} amount / expected {takes}", fix)
    if exact != units:
        raise BadAccount(f"{name} {amount!s} is finer than {digits} decimals", "Round it.")
    return units


class _NoMoney(BadAccount):
    """Nothing to trade with, or no amount at all."""

    code = "E112"
