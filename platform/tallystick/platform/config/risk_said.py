"""Limits of risk that are said one by one, as on a command line: a key of [risk] with its value, or a preset's name."""

import json
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tallystick.platform.config.errors import ConfigError, Findings
from tallystick.platform.config.limits import Minor, risk_of
from tallystick.platform.config.planning import check_preset
from tallystick.platform.config.tables import Config
from tallystick.platform.config.walking import config_from
from tallystick.platform.plan import AccountPlan

SAID = "--risk"
LISTS = ("strategies", "symbols", "closed")
"""Keys that take names with commas between them, or one window of the week."""


@dataclass(frozen=True, slots=True)
class SaidRisk:
    """Limits that become a plan's once the account is known in whose money they are."""

    config: Config

    def __call__(self, account: AccountPlan) -> dict[str, Any]:
        """A plan's risk. Raises `ConfigError` for an amount finer than the money, and another preset's account."""
        findings = Findings(SAID, {})
        plan = risk_of(self.config.risk, Minor(account.digits, findings), findings)
        check_preset(self.config, account, findings, fix='Say account="{}".')
        _require(findings)
        return plan


def risk_said(said: Sequence[str]) -> SaidRisk:
    """Each is written as in a file, `limits.max_loss=500`; text needs no quotes. Raises `ConfigError`: E141 to E143."""
    findings = Findings(SAID, {})
    config = config_from({"risk": _tables(said, findings)}, findings)
    _require(findings)
    return SaidRisk(config)


def _tables(said: Sequence[str], findings: Findings) -> dict[str, Any]:
    try:
        tables = tomllib.loads("\n".join(map(_line, said)), parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError):
        expected, fix = "KEY=VALUE, each key once, or a preset", "Write it like drawdown=10%."
        findings.add("E141", "no limits", (), got=" ".join(said), expected=expected, fix=fix)
        return {}
    texts = {name: tables[name] for name in LISTS if isinstance(tables.get(name), str)}
    return tables | {name: [text] if " " in text else text.split(",") for name, text in texts.items()}


def _line(one: str) -> str:
    """As TOML: what is none by itself is a text without its quotes."""
    name, _, value = one.partition("=") if "=" in one else ("preset", "", one)
    try:
        tomllib.loads(f"value = {value}")
    except (ValueError, RecursionError):
        value = json.dumps(value, ensure_ascii=False)
    return f"{name} = {value}"


def _require(findings: Findings) -> None:
    """Raise the first."""
    if len(findings):
        raise ConfigError(list(findings)[:1], Path(SAID))
