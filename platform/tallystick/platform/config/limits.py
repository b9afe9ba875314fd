"""From a file's sizing, protection, filters and limits to a plan's, exactly: percent to ppm, money to minor units."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from msgspec import structs

from tallystick.market.spans import MINUTE_NS
from tallystick.platform.config.errors import Findings, Place
from tallystick.platform.config.key import Table
from tallystick.platform.config.quantities import ppm
from tallystick.platform.config.tables_risk import Filters, Limits, Protection, Risk, Scope, Sizing
from tallystick.platform.portfolio import protection_from, sizing_from
from tallystick.platform.portfolio.lots import volume_of
from tallystick.platform.risk import risk_settings_from
from tallystick.platform.risk.week import windows_of

SIZED: Mapping[str, Mapping[str, str]] = {
    "fixed": {"lots": "lots"},
    "risk_percent": {"risk": "risk_ppm"},
    "volatility_target": {"target": "target_ppm", "rows": "rows", "rows_per_year": "rows_per_year", "cap": "cap_ppm"},
    "kelly": {
        "fraction": "fraction_ppm",
        "cap": "cap_ppm",
        "trades_min": "trades_min",
        "fallback": "fallback_ppm",
    },
    "weights": {"weights": "weights"},
}
"""By kind of sizing: the plan's field of each key."""
OF_RISK = {
    "strategies": "strategies",
    "symbols": "symbols",
    "quote_age_max": "quote_age_max_s",
    "order_volume_max": "order_volume_max",
    "order_value_max": "order_value_max",
    "position_volume_max": "position_volume_max",
    "exposure_value_max": "exposure_value_max",
    "daily_loss": "daily_loss_ppm",
    "drawdown": "drawdown_ppm",
}
OF_COLLAR = {"order": "order_ppm", "over_period": "period_ppm", "period": "period_s"}
OF_PACE = {"duplicate_window": "duplicate_window_s", "repeats_window": "repeats_window_s"}
OF_NEWS = {"before": "minutes_before", "after": "minutes_after"}


class Minor:
    """Amounts in minor units of an account with so many decimals."""

    def __init__(self, digits: int, findings: Findings) -> None:
        """What is finer than the decimals is a finding."""
        self._digits = digits
        self._findings = findings

    def units(self, amount: Decimal, place: Place) -> int:
        """The amount, exactly."""
        exact = amount * 10**self._digits
        if exact != int(exact):
            expected = f"at most {self._digits} decimals, which the account has"
            got, what = format(amount, "f"), "an amount is too fine"
            self._findings.add("E143", what, place, got=got, expected=expected, fix="Round it.")
        return int(exact)


def said(table: Table) -> dict[str, Any]:
    """What the file says in a table itself, without tables in it."""
    return {
        name: value
        for name, value in structs.asdict(table).items()
        if value is not None and not isinstance(value, Table) and value != ()
    }


def sizing_of(sizing: Sizing, place: Place, findings: Findings) -> dict[str, Any]:
    """A plan's sizing."""
    fields = SIZED.get(sizing.kind, {})
    plan: dict[str, Any] = {"kind": sizing.kind}
    for name, value in said(sizing).items():
        if name == "kind":
            continue
        if name not in fields:
            expected = f"of {sizing.kind}: {', '.join(fields)}"
            fix = "Take it out, or choose another kind."
            findings.add(
                "E144", "a key of another kind of sizing", (*place, name), got=name, expected=expected, fix=fix
            )
        elif name == "weights":
            plan[name] = {symbol: ppm(share) for symbol, share in value.items()}
        else:
            plan[fields[name]] = ppm(value) if isinstance(value, Decimal) else value
    if not findings.under(*place):
        try:
            sizing_from(plan)
        except ValueError as error:
            text = str(error)
            for name, field in fields.items():
                text = re.sub(rf"\b{field}\b", name, text)
            findings.refused(ValueError(text), place)
    return plan


def protection_of(protection: Protection, place: Place, findings: Findings) -> dict[str, Any]:
    """A plan's protection."""
    plan = said(protection)
    try:
        protection_from(plan)
    except ValueError as error:
        findings.refused(error, place)
    return plan


def risk_of(risk: Risk, minor: Minor, findings: Findings) -> dict[str, Any]:
    """A plan's risk without its filters."""
    plan: dict[str, Any] = {"preset": risk.preset} if risk.preset else {}
    for name, value in said(risk).items():
        if name in {"order_volume_max", "position_volume_max"}:
            plan[name] = volume_of(value)
        elif name in {"order_value_max", "exposure_value_max"}:
            plan[name] = minor.units(value, ("risk", name))
        elif name in OF_RISK:
            plan[OF_RISK[name]] = ppm(value) if isinstance(value, Decimal) else value
    for name in ("strategies", "symbols"):
        if getattr(risk, name) == ():  # nobody and nothing; a list that is not there is everybody
            plan[name] = []
    if risk.closed is not None:
        plan["closed_minutes"] = _closed(risk.closed, findings)
    groups = {
        "collar": {OF_COLLAR[name]: _whole(value) for name, value in said(risk.collar).items()},
        "pace": {OF_PACE.get(name, name): value for name, value in said(risk.pace).items()},
        "account_limits": _limits(risk.limits, minor),
    }
    plan |= {name: group for name, group in groups.items() if group}
    if not findings.under("risk"):
        try:
            risk_settings_from(plan)
        except ValueError as error:
            findings.refused(error, ("risk", "preset") if "preset" in str(error) else ("risk",))
    return plan


def _whole(value: Any) -> int:
    return ppm(value) if isinstance(value, Decimal) else int(value)


def _limits(limits: Limits, minor: Minor) -> dict[str, Any]:
    return {
        name: minor.units(value, ("risk", "limits", name)) if isinstance(value, Decimal) else value
        for name, value in said(limits).items()
    }


def _closed(windows: tuple[str, ...], findings: Findings) -> list[list[int]]:
    minutes: list[list[int]] = []
    for number, text in enumerate(windows):
        days, _, hours = text.partition(" ")
        try:
            minutes += [[start // MINUTE_NS, stop // MINUTE_NS] for start, stop in windows_of(days, hours)]
        except ValueError as error:
            findings.refused(error, ("risk", "closed", number))
    return minutes


def filters_of(filters: Filters, place: Place, findings: Findings, strategy: str = "") -> dict[str, Any]:
    """A plan's filters, as risk has them; those of a strategy concern it alone."""
    plan: dict[str, Any] = {}
    for name in ("sessions", "spreads", "news"):
        each = getattr(filters, name)
        made = [_scoped(one, (*place, name, number), findings, strategy) for number, one in enumerate(each)]
        plan |= {name: made} if made else {}
    if filters.friday is not None:
        plan["friday"] = _scoped(filters.friday, (*place, "friday"), findings, strategy)
    for name, value in plan.items():
        if name != "news" and not findings.under(*place, name):
            try:
                risk_settings_from({name: value})
            except ValueError as error:
                findings.refused(error, (*place, name))
    return plan


def _scoped(table: Scope, place: Place, findings: Findings, strategy: str) -> dict[str, Any]:
    plan = {OF_NEWS.get(name, name): value for name, value in said(table).items()}
    if strategy and table.strategies is not None:
        fix = "Take the list out: the filter is the strategy's own."
        findings.add("E144", "a strategy's own filter lists strategies", (*place, "strategies"), fix=fix)
    return plan | ({"strategies": [strategy]} if strategy else {})
