"""How much: fixed lots, or a share of the equity at the signal's stop.

A sizing answers a signal with a volume in 1e-8 lots, or with what was missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from tallystick.events.types.trading import SignalRaised
from tallystick.market.instrument import Instrument
from tallystick.platform.accounts.views import AccountView
from tallystick.platform.portfolio.lots import in_lots, rounded_down, tradable, volume_of, why_not_tradable

PPM = 1_000_000


class Withheld(NamedTuple):
    """Why a signal has no size: the rule, what it asks for, what the signal came to, and the words."""

    rule: str
    limit: int
    value: int
    detail: str


class Sizing(Protocol):
    """A rule from a signal to a volume."""

    @property
    def text(self) -> str:
        """The rule as it goes into a run's settings."""
        ...

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:
        """A tradable volume in 1e-8 lots, or what was missing."""
        ...


@dataclass(frozen=True, slots=True)
class FixedLots:
    """The same lots for every signal. They are never rounded: what a person wrote is traded or refused."""

    lots: str

    def __post_init__(self) -> None:
        """Raise `LotsNotTradable` for lots that are no positive number."""
        volume_of(self.lots)

    @property
    def text(self) -> str:
        """`fixed 0.10 lots`."""
        return f"fixed {self.lots} lots"

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:  # noqa: ARG002
        """The lots, if the instrument trades them."""
        volume = volume_of(self.lots)
        if tradable(volume, instrument):
            return volume
        return Withheld("volume_step", instrument.volume_min, volume, why_not_tradable(volume, instrument))


@dataclass(frozen=True, slots=True)
class RiskPercent:
    """The volume whose loss at the signal's stop is a share of the equity, rounded down to the volume step.

    `risk_ppm` in millionths: 10,000 is 1 %. Needs a stop distance in points, and an instrument whose profits are in
    the account's currency.
    """

    risk_ppm: int

    def __post_init__(self) -> None:
        """Raise `ValueError` for a share outside 0 to 100 %."""
        if not 0 < self.risk_ppm <= PPM:
            message = f"E114 risk_ppm {self.risk_ppm} is not within 1..{PPM}. 10000 is 1 % of the equity."
            raise ValueError(message)

    @property
    def text(self) -> str:
        """`risk 10000 ppm of equity`."""
        return f"risk {self.risk_ppm} ppm of equity"

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:
        """Equity * share / (stop in points * money per point per volume step) steps, rounded down."""
        account: AccountView | None = context.account
        if account is None or account.equity <= 0:
            equity = account.equity if account is not None else 0
            return Withheld("equity", 1, equity, "there is no equity to risk. Deposit, or stop the strategy.")
        if signal.stop_points <= 0:
            detail = f"{signal.strategy} signals without a stop, to which the share is measured. Set stop_points."
            return Withheld("stop", 1, signal.stop_points, detail)
        if instrument.currency_profit != account.currency:
            detail = (
                f"{instrument.symbol} pays in {instrument.currency_profit}, the account is in {account.currency}."
                " Use fixed lots for it."
            )
            return Withheld("currency", 0, 1, detail)
        at_risk = account.equity * self.risk_ppm // PPM
        per_step: Fraction = instrument.money_per_point_step(account.digits) * signal.stop_points
        wanted = int(at_risk / per_step) * instrument.volume_step
        volume = rounded_down(wanted, instrument)
        if volume > 0:
            return volume
        detail = (
            f"{self.risk_ppm / 10_000:g} % of the equity allows {in_lots(wanted)} lots of {instrument.symbol} at a stop"
            f" of {signal.stop_points} points, less than the smallest {in_lots(instrument.volume_min)}."
            " Tighten the stop or risk more."
        )
        return Withheld("volume_min", instrument.volume_min, wanted, detail)


SIZINGS: dict[str, type[FixedLots] | type[RiskPercent]] = {"fixed": FixedLots, "risk_percent": RiskPercent}


def sizing_from(plan: Mapping[str, Any]) -> Sizing:
    """A sizing as a plan writes it: {"kind": "fixed", "lots": "0.10"} or {"kind": "risk_percent", "risk_ppm": 10000}.

    Raises `ValueError` for another kind or other fields.
    """
    fields = {name: value for name, value in plan.items() if name != "kind"}
    kind = str(plan.get("kind", "none"))
    make = SIZINGS.get(kind)
    expected = {} if make is None else make.__dataclass_fields__
    if make is None or set(fields) != set(expected):
        message = (
            f"E114 sizing {dict(plan)}: got / expected {{'kind': 'fixed', 'lots': '0.10'}} or"
            " {'kind': 'risk_percent', 'risk_ppm': 10000}. Write one of the two."
        )
        raise ValueError(message)
    return make(**fields)
