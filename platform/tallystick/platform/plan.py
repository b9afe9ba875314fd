"""The plan of a run: everything that decides its result except the market rows and the code.

It is written into `run.started` as JSON, so that a replay can build the same run from the log alone.
"""

import hashlib
from typing import Any, Literal

import msgspec

from tallystick.market.instrument import Instrument


class AccountPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The simulated account; the terminal's server goes by it (`mt5.server.AccountSettings`).

    Money in minor units, stop-out levels in hundredths of a percent; a limit of 0 is none. The fields are those of
    `account.opened`, which says what each means.
    """

    name: str = "demo"
    currency: str = "USD"
    digits: int = 2
    balance: int = 1_000_000
    leverage: int = 30
    margin_mode: Literal["netting", "hedging"] = "hedging"
    stop_out_call: int = 10_000
    stop_out_level: int = 5_000
    credit: int = 0
    limit_orders: int = 0
    limit_positions: int = 0
    message_limit: int = 0
    fifo_close: bool = False
    hedge_prohibited: bool = False
    trade_allowed: bool = True
    trade_expert: bool = True


class StrategyPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One strategy: its kind (`ema_cross`, `z_score`, `rebalance`, `flat`, `hold`, or `file`), its name and parameters.

    Of kind `file`, `source` is where it stands, as `ema.py:EmaCross`. `sizing` is its own in place of the plan's,
    `protection` how its positions' stops follow the price unless it asks otherwise.
    """

    kind: str
    name: str
    source: str = ""
    parameters: dict[str, Any] = {}
    sizing: dict[str, Any] = {}
    protection: dict[str, Any] = {}


class BotPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody's MetaTrader 5 program in place of strategies, and what decides what it sees (`mt5 exec`).

    Moments in ns UTC. `hash` is the script's SHA-256, `model` how bars become quotes, `modelling` what that came to, a
    line for each symbol, `definition` the terminal's symbols and account as the definition's file holds them, `risk`
    false where no rules were asked for.
    """

    script: str
    hash: str
    argv: tuple[str, ...] = ()
    start: int
    end: int
    tz: str = "UTC"
    call_cost_ns: int = 100_000
    threads: Literal["refused", "turns"] = "refused"
    model: str = "auto"
    modelling: tuple[str, ...] = ()
    close_at_end: bool = False
    risk: bool = False
    definition: dict[str, Any] = {}

    @property
    def name(self) -> str:
        """What the book calls the bot: its file's name without the ending."""
        return self.script.rpartition("/")[2].rpartition("\\")[2].removesuffix(".py") or "bot"


class RunPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One run: in simulation, on paper (live rows, simulated account) or live (the account of a terminal outside)."""

    mode: Literal["sim", "paper", "live"] = "sim"
    seed: int = 0
    account: AccountPlan = AccountPlan()
    server_time: str = "new_york+7"
    latency_ns: int = 0
    durability: Literal["each-input", "batch"] = "batch"
    cascade_limit: int = 10_000
    checkpoint_records: int = 1_000_000
    """A signed checkpoint every so many records, and always at the end."""
    instruments: tuple[dict[str, Any], ...] = ()
    sessions: dict[str, dict[str, Any]] = {}
    """Trading hours as a terminal's definition writes them: by symbol, or "default" for those not named."""
    strategies: tuple[StrategyPlan, ...] = ()
    sizing: dict[str, Any] = {}
    risk: dict[str, Any] = {}
    rhythms: dict[str, tuple[int, int]] = {}
    bot: BotPlan | msgspec.UnsetType = msgspec.UNSET

    def as_json(self) -> str:
        """The plan as canonical JSON (sorted keys)."""
        return msgspec.json.encode(self, order="sorted").decode()

    def hash(self) -> str:
        """SHA-256 of the canonical JSON, in hex."""
        return hashlib.sha256(self.as_json().encode()).hexdigest()


def plan_from_json(text: str) -> RunPlan:
    """Read a plan back; raises `msgspec.ValidationError` naming the field that does not fit."""
    return msgspec.json.decode(text, type=RunPlan)


def instruments_of(plan: RunPlan) -> dict[str, Instrument]:
    """The plan's instruments by symbol."""
    # In JSON 100000 is as good as 100000.0; in a record a float64 is one.
    return {fields["symbol"]: msgspec.convert(fields, Instrument) for fields in plan.instruments}
