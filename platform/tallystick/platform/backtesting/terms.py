"""What a backtest may be told besides strategy and data."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tallystick.platform.backtesting.account import Account
from tallystick.platform.backtesting.conditions import Instruments
from tallystick.platform.backtesting.market import Moment
from tallystick.platform.data.faults import Strictness
from tallystick.platform.plan import AccountPlan

Risk = Mapping[str, Any] | Callable[[AccountPlan], Mapping[str, Any]] | None
"""As a plan has it, or what makes that of the account in whose money its limits are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Every one has a default; `backtest` says what each means."""

    account: Account = None
    instruments: Instruments = None
    sizing: Mapping[str, Any] | None = None
    risk: Risk = None
    protection: Mapping[str, Any] | None = None
    lots: str | float | Decimal | None = None
    leverage: int | None = None
    parameters: Mapping[str, Any] | None = None
    symbol: str = ""
    timeframe: str = ""
    tz: str = ""
    mapping: Mapping[str, str | int] | None = None
    spread_points: int | None = None
    start: Moment = None
    end: Moment = None
    strictness: Strictness = "treat"
    seed: int = 0
    latency_ms: float = 0
    server_time: str = "new_york+7"
    sessions: Mapping[str, Mapping[str, Any]] | None = None
