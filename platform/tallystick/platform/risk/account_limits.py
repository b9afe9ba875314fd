"""Limits of a whole account at which everything is closed, as proving firms set them, and presets of them by name.

Money is in minor units of the account, 0 is no limit. At the limit nothing happens, one minor unit beyond it is a
breach. The presets are our own inventions after rules that are common; no firm's rules are promised by them.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from msgspec import Meta, Struct

Money = Annotated[int, Meta(ge=0, le=10**15)]


class AccountLimits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much the account may lose before everything is closed, and what is aimed at.

    `daily_loss`: of the day's first balance, its first equity, or the higher of the two (`daily_of`), until the
    server's next day. `max_loss`: of the balance that the account began with. `trailing_loss`: of the highest equity,
    as it stands at every row (`equity`) or at the server's midnight (`end_of_day`); with `trailing_stops_at_start` the
    floor rises no further than the first balance. `profit_target` is told once and closes nothing.
    """

    daily_loss: Money = 0
    daily_of: Literal["balance", "equity", "higher"] = "balance"
    max_loss: Money = 0
    trailing_loss: Money = 0
    trailing_of: Literal["equity", "end_of_day"] = "equity"
    trailing_stops_at_start: bool = False
    profit_target: Money = 0

    @property
    def text(self) -> str:
        """The limits that there are, in words."""
        parts = [
            f"daily {self.daily_loss} of the day's {self.daily_of}" if self.daily_loss else "",
            f"max {self.max_loss}" if self.max_loss else "",
            f"trailing {self.trailing_loss} of {self.trailing_of}" if self.trailing_loss else "",
            f"target {self.profit_target}" if self.profit_target else "",
        ]
        return ", ".join(part for part in parts if part)


class Preset(NamedTuple):
    """A preset: the balance it is made for (minor units, two decimals) and the risk settings it stands for."""

    balance: int
    risk: Mapping[str, Any]


THOUSAND = 100_000
"""A thousand in minor units of two decimals."""
PRESETS: dict[str, Preset] = {
    "challenge_100k_5_10": Preset(
        100 * THOUSAND,
        {"account_limits": {"daily_loss": 5 * THOUSAND, "max_loss": 10 * THOUSAND, "profit_target": 10 * THOUSAND}},
    ),
    "challenge_100k_4_8": Preset(
        100 * THOUSAND,
        {
            "account_limits": {
                "daily_loss": 4 * THOUSAND,
                "daily_of": "higher",
                "max_loss": 8 * THOUSAND,
                "profit_target": 8 * THOUSAND,
            }
        },
    ),
    "challenge_50k_trailing": Preset(
        50 * THOUSAND,
        {"account_limits": {"trailing_loss": 2_500 * 100, "trailing_of": "equity", "profit_target": 3 * THOUSAND}},
    ),
    "challenge_50k_end_of_day": Preset(
        50 * THOUSAND,
        {
            "account_limits": {
                "daily_loss": 1 * THOUSAND,
                "trailing_loss": 2 * THOUSAND,
                "trailing_of": "end_of_day",
                "trailing_stops_at_start": True,
                "profit_target": 3 * THOUSAND,
            }
        },
    ),
    "funded_100k_5_10": Preset(
        100 * THOUSAND, {"account_limits": {"daily_loss": 5 * THOUSAND, "max_loss": 10 * THOUSAND}}
    ),
}


def with_preset(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Risk settings with their preset's in front of what the plan sets itself; raises `ValueError` for no such name."""
    given = dict(plan)
    name = given.pop("preset", None)
    if name is None:
        return given
    preset = PRESETS.get(name) if isinstance(name, str) else None
    if preset is None:
        message = f"E601 risk preset: got {name!r} / expected one of {', '.join(PRESETS)}. Write one of them."
        raise ValueError(message)
    return {**preset.risk, **given}
