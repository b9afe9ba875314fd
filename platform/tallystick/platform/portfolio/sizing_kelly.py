"""Kelly: a share of the equity at risk that follows the strategy's own closed trades, cut and capped."""

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tallystick.events.types.trading import OrderApproved, OrderRequested, SignalRaised
from tallystick.market.instrument import Instrument
from tallystick.market.rows import Rows
from tallystick.platform.portfolio.attribution import ATTRIBUTED, Attribution, StrategyResult
from tallystick.platform.portfolio.sizing import PPM, Withheld, volume_at_risk, within

HEARD: tuple[type, ...] = (OrderApproved, *(one for one in ATTRIBUTED if one is not OrderRequested))
"""Nobody but risk hears what has no verdict: whose an order is, is looked up once it has been approved."""


@dataclass(slots=True)
class KellyFraction:
    """At the signal's stop the position loses min(cap, fraction * Kelly) of the equity, rounded down.

    Kelly = W - (1 - W) / R, with W the share of winning trades and R the mean winner over the mean loser (J. L. Kelly,
    A New Interpretation of Information Rate, 1956, for a bet of two outcomes). From w winners of n trades that won G
    and lost L together this is w / n * (1 - L / G), computed exactly. A trade is one closing of the strategy's own,
    net of swap and commissions (`attribution.py`).

    `fraction_ppm`: part of Kelly that is used (500,000 is half). `cap_ppm`: most of the equity at risk. Before
    `trades_min` trades `fallback_ppm` of the equity is at risk; 0 withholds. Without an edge nothing is opened.
    """

    fraction_ppm: int = 500_000
    cap_ppm: int = 20_000
    trades_min: int = 30
    fallback_ppm: int = 5_000
    hears: tuple[type, ...] = field(default=HEARD, init=False, compare=False, repr=False)
    _attribution: Attribution = field(default_factory=Attribution, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Raise `ValueError` for numbers that make no share."""
        within("fraction_ppm", self.fraction_ppm, 1, PPM, "500000 is half Kelly")
        within("cap_ppm", self.cap_ppm, 1, PPM, "20000 is 2 % of the equity")
        within("trades_min", self.trades_min, 1, 10**6, "closed trades")
        within("fallback_ppm", self.fallback_ppm, 0, PPM, "5000 is 0.5 % of the equity, 0 withholds")

    @property
    def text(self) -> str:
        """`kelly 500000 ppm of it, at most 20000 ppm of equity, 5000 ppm before 30 trades`."""
        return (
            f"kelly {self.fraction_ppm} ppm of it, at most {self.cap_ppm} ppm of equity,"
            f" {self.fallback_ppm} ppm before {self.trades_min} trades"
        )

    def volume(self, signal: SignalRaised, instrument: Instrument, context: Any) -> int | Withheld:
        """The volume at the share that the strategy's trades allow."""
        result = self._attribution.results.get(signal.strategy, StrategyResult())
        if result.trades < self.trades_min and not self.fallback_ppm:
            detail = (
                f"{signal.strategy} has closed {result.trades} trades of the {self.trades_min} that Kelly waits for,"
                " and `fallback_ppm` is 0. Set it, to trade until then."
            )
            return Withheld("kelly", self.trades_min, result.trades, detail)
        share = self.share_ppm(result)
        if share <= 0:
            detail = (
                f"{signal.strategy} has no edge so far: {result.wins} of {result.trades} trades won. Nothing is opened;"
                " use another sizing, or another strategy."
            )
            return Withheld("kelly", 1, share, detail)
        return volume_at_risk(share, signal, instrument, context)

    def share_ppm(self, result: StrategyResult) -> int:
        """Share of the equity to risk, in millionths rounded down; 0 or less without an edge."""
        if result.trades < self.trades_min:
            return self.fallback_ppm
        return min(int(kelly(result) * self.fraction_ppm // 1), self.cap_ppm)

    def hear(self, event: Any, context: Any) -> None:
        """An event of the strategies' orders and deals."""
        if type(event) is OrderApproved:
            order = context.orders[event.order]
            self._attribution.asked(order.order, order.strategy, order.purpose)
        else:
            self._attribution.fold(event)

    def advance(self, rows: Rows) -> None:
        """Rows say nothing of trades."""

    def freeze(self) -> Any:
        """The attribution kept."""
        return self._attribution.freeze()

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._attribution.thaw(state)


def kelly(result: StrategyResult) -> Fraction:
    """Kelly's share of one trade or more, exactly; -1 where nothing was won."""
    if not result.won:
        return Fraction(-1)
    return Fraction(result.wins, result.trades) * (1 - Fraction(result.lost, result.won))
