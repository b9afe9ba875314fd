"""What can be traded and on what account: an instrument at a price, its volumes, and what their margin rests on."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

import numpy as np

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.margin import order_rule, step_margin
from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.checks import number
from tallystick.quantum.problem.kinds import kind, whole


@dataclass(frozen=True, slots=True)
class Account:
    """Equity in whole currency, leverage, and the share of the equity that margin may take."""

    equity: float
    leverage: int = 100
    currency: str = "USD"
    digits: int = 2
    margin_share: float = 1.0

    def __post_init__(self) -> None:
        number("equity", self.equity)
        whole("leverage", self.leverage)
        if not (
            self.equity > 0.0 and np.isfinite(self.equity) and self.leverage >= 1 and 0.0 < self.margin_share <= 1.0
        ):
            message = f"{self}. Give an equity above 0, a leverage from 1, and a margin_share above 0, at most 1"
            raise ProblemError(message)


class Tradable(Protocol):
    """What lots are made of: volumes in 1e-8 lots, money in the account's currency."""

    @property
    def symbol(self) -> str:
        """Name of the instrument."""
        ...

    @property
    def volume_step(self) -> int:
        """What volumes are multiples of."""
        ...

    @property
    def step_value(self) -> float:
        """Worth of one volume step."""
        ...

    @property
    def steps(self) -> tuple[int, int]:
        """The least and the most steps of a volume."""
        ...

    def step_margin(self, account: Account, direction: int) -> float:
        """Margin of one volume step bought (1) or sold (-1)."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """An instrument at a price; the rates turn its profit and its margin currency into the account's."""

    instrument: Instrument
    price: float
    profit_rate: float = 1.0
    margin_rate: float = 1.0

    def __post_init__(self) -> None:
        kind("an instrument", self.instrument, Instrument, "Give the Instrument of the symbol")
        for name in ("price", "profit_rate", "margin_rate"):
            value = getattr(self, name)
            number(f"{self.symbol}: {name}", value)
            if not value > 0.0:
                message = f"{self.symbol}: {name} {value} is not above 0. Give the last quote, and rates of its day"
                raise ProblemError(message)

    @property
    def symbol(self) -> str:
        """The instrument's."""
        return self.instrument.symbol

    @property
    def volume_step(self) -> int:
        """The instrument's."""
        return self.instrument.volume_step

    @property
    def step_value(self) -> float:
        """Worth of one volume step in the account's currency."""
        lots = Fraction(self.instrument.volume_step, LOT)
        return float(self.instrument.profit_per_unit * lots * Fraction(self.price)) * self.profit_rate

    @property
    def steps(self) -> tuple[int, int]:
        """The least and the most steps of a volume."""
        one = self.instrument
        return -(-one.volume_min // one.volume_step), one.volume_max // one.volume_step

    def step_margin(self, account: Account, direction: int) -> float:
        """Margin of one volume step bought (1) or sold (-1), in the account's currency."""
        rule = order_rule(self.instrument, account.leverage, account.digits, account.currency)
        amount = step_margin(self.instrument, rule, direction, self.instrument.points(self.price))
        rate = 1.0 if rule.currency == account.currency else self.margin_rate
        return float(amount / 10**account.digits) * rate
