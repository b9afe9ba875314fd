"""How much: what a sizing is, and two that need nothing but the signal: fixed lots, a share of the equity at risk.

A sizing answers a signal with a volume in 1e-8 lots, or with what was missing. Money is whole minor units and exact
fractions, and a volume is rounded down to the instrument's step: never more than was meant.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple, Protocol

from tallystick.events.types.trading import SignalRaised
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Rows
from tallystick.platform.accounts.rates import account_rate
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


class LearningSizing(Sizing, Protocol):
    """A sizing that takes note of rows and events; the portfolio hears them for it, as of now and never ahead."""

    hears: tuple[type, ...]

    def hear(self, event: Any, context: Any) -> None:
        """Take one row or event in."""
        ...

    def advance(self, rows: Rows) -> None:
        """Take many rows in, exactly as `hear` would one by one."""
        ...

    def freeze(self) -> Any:
        """What was learnt, as one value msgpack can hold."""
        ...

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
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

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:  # noqa: ARG002 -- asked as every sizing is
        """The lots, if the instrument trades them."""
        volume = volume_of(self.lots)
        if tradable(volume, instrument):
            return volume
        return Withheld("volume_step", instrument.volume_min, volume, why_not_tradable(volume, instrument))


@dataclass(frozen=True, slots=True)
class RiskPercent:
    """The volume whose loss at the signal's stop is a share of the equity, rounded down to the volume step.

    `risk_ppm` in millionths: 10,000 is 1 %. Needs a stop distance in points; another currency is converted as
    a loss would be, at the quote of now.
    """

    risk_ppm: int

    def __post_init__(self) -> None:
        """Raise `ValueError` for a share outside 0 to 100 %."""
        within("risk_ppm", self.risk_ppm, 1, PPM, "10000 is 1 % of the equity")

    @property
    def text(self) -> str:
        """`risk 10000 ppm of equity`."""
        return f"risk {self.risk_ppm} ppm of equity"

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:
        """Equity * share / (stop in points * money per point per volume step) steps, rounded down."""
        return volume_at_risk(self.risk_ppm, signal, instrument, context)


def volume_at_risk(risk_ppm: int, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:
    """The largest volume that loses no more than the share of the equity at the signal's stop, or what was missing."""
    account = sizable(instrument, context)
    if isinstance(account, Withheld):
        return account
    if signal.stop_points <= 0:
        detail = f"{signal.strategy} signals without a stop, to which the share is measured. Set stop_points."
        return Withheld("stop", 1, signal.stop_points, detail)
    at_risk = account.equity * risk_ppm // PPM
    rate = account_rate(instrument, account, context)
    assert rate is not None, "sizable has found one"
    per_step: Fraction = instrument.money_per_point_step(account.digits) * signal.stop_points * rate
    why = (
        f"{risk_ppm / 10_000:g} % of the equity allows {{}} lots of {instrument.symbol} at a stop"
        f" of {signal.stop_points} points, less than the smallest {{}}. Tighten the stop or risk more."
    )
    return in_steps(at_risk / per_step, instrument, why)


def sizable(instrument: Instrument, context: Any) -> AccountView | Withheld:
    """The account, if it has equity and a quote converts what the instrument pays in."""
    account: AccountView | None = context.account
    if account is None or account.equity <= 0:
        equity = account.equity if account is not None else 0
        return Withheld("equity", 1, equity, "there is no equity to risk. Deposit, or stop the strategy.")
    if account_rate(instrument, account, context) is None:
        detail = (
            f"{instrument.symbol} pays in {instrument.currency_profit}, the account is in {account.currency}, and no"
            " quote leads from one to the other. Add the pair's data, state its profit_rate, or use fixed lots."
        )
        return Withheld("currency", 0, 1, detail)
    return account


def in_steps(steps: Fraction, instrument: Instrument, why: str) -> int | Withheld:
    """So many volume steps rounded down to a tradable volume; `why` names lots wanted and smallest where none is."""
    wanted = int(steps) * instrument.volume_step
    volume = rounded_down(wanted, instrument)
    if volume > 0:
        return volume
    detail = why.format(in_lots(wanted), in_lots(instrument.volume_min))
    return Withheld("volume_min", instrument.volume_min, wanted, detail)


def within(name: str, got: object, least: int, most: int, words: str) -> None:
    """Raise `ValueError` (E114) unless a sizing's number is whole and within its bounds."""
    if type(got) is not int or not least <= got <= most:
        message = (
            f"E114 sizing {name}: got {got!r} / expected a whole number from {least} to {most} ({words}). Correct it."
        )
        raise ValueError(message)
