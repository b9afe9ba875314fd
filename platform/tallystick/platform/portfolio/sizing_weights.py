"""Weights: each symbol's share of the equity, as a person or an optimiser gave it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tallystick.events.types.trading import SignalRaised
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Rows
from tallystick.platform.portfolio.sizing import PPM, Withheld, in_steps, sizable, within
from tallystick.platform.portfolio.worth import step_value

MOST_PPM = 1_000 * PPM


@dataclass(slots=True)
class Weights:
    """Volume = equity * weight / value of a volume step, steps rounded down; the signal gives the direction.

    `weights`: by symbol, the position's value in millionths of the equity (500,000 is half of it). `reweigh` takes
    others from then on: what an optimisation came to is given to it by the event that carries it.
    """

    weights: dict[str, int]
    hears: tuple[type, ...] = field(default=(), init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise `ValueError` for weights that are no shares."""
        self.reweigh(self.weights)

    @property
    def text(self) -> str:
        """`weights EURUSD 500000, XAUUSD 250000 ppm of equity`, as the run began with."""
        return (
            f"weights {', '.join(f'{symbol} {share}' for symbol, share in sorted(self.weights.items()))} ppm of equity"
        )

    def reweigh(self, weights: Mapping[str, int]) -> None:
        """Size by these weights from now on; what is held keeps its size until its direction changes."""
        if not isinstance(weights, Mapping) or not weights:
            message = f'E114 sizing weights: got {weights!r} / expected shares by symbol, such as {{"EURUSD": 500000}}.'
            raise ValueError(message)
        for symbol, share in weights.items():
            within(f"weights.{symbol}", share, 0, MOST_PPM, "500000 is half of the equity")
        self.weights = dict(weights)

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:
        """The volume of the symbol's weight."""
        account = sizable(instrument, context)
        if isinstance(account, Withheld):
            return account
        weight = self.weights.get(signal.symbol, 0)
        if weight == 0:
            detail = f"{signal.symbol} has no weight (weights: {', '.join(sorted(self.weights))}). Give it one."
            return Withheld("weight", 1, 0, detail)
        value = step_value(instrument, account, context)
        if value is None:
            detail = f"{signal.symbol} has had no quote to value it at. Wait for its first."
            return Withheld("history", 1, 0, detail)
        why = (
            f"a weight of {weight / 10_000:g} % of the equity allows {{}} lots of {instrument.symbol},"
            " less than the smallest {}. Weigh it more, or deposit more."
        )
        return in_steps(account.equity * Fraction(weight, PPM) / value, instrument, why)

    def hear(self, event: Any, context: Any) -> None:
        """Nothing yet: the event of an optimisation will be heard here."""

    def advance(self, rows: Rows) -> None:
        """Rows change no weight."""

    def freeze(self) -> Any:
        """The weights of now."""
        return dict(self.weights)

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self.reweigh(state)
