"""Portfolio: from a view to an amount. Hears `signal.raised` and `target.asked`, says `target.set` on a change.

1. A flat signal is a target of 0; a directed one is sized by its strategy's sizing. A target that a strategy asks for
   is taken as it is, if the instrument trades it.
2. The same direction again keeps the volume it was given: a target is sized once, when the direction changes.
3. A target that is already set is not said again, unless the terminal has ended it (a stop) or nothing came of it: when
   the strategy holds nothing and nothing is on its way, a repeated signal sets it anew.
4. A signal that cannot be sized becomes `target.withheld` with what to do: no trade is ever silent. What the strategy
   holds against the new direction is closed: the target is 0 then.

A sizing that learns (volatility, Kelly) is told of rows and events by the portfolio, which hears them only then. It
never answers a row, so with `scan` and `advance` they cost next to nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.trading import SignalRaised, TargetAsked, TargetSet, TargetWithheld
from tallystick.market.rows import Rows
from tallystick.platform.portfolio.lots import tradable, why_not_tradable
from tallystick.platform.portfolio.sizing import FixedLots, LearningSizing, Sizing, Withheld

Key = tuple[str, str]
"""Strategy and symbol."""
Target = tuple[int, int, int]
"""Signed volume in 1e-8 lots, stop and take distance in points."""
FLAT: Target = (0, 0, 0)
ASKING = frozenset({SignalRaised, TargetAsked})
"""Types that the portfolio answers; what else it hears is for sizings to learn from."""


class Portfolio:
    """Sizes signals; keeps what each strategy is to hold of each symbol."""

    role = "portfolio"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (SignalRaised, TargetAsked)

    def __init__(
        self, sizing: Sizing | None = None, *, by_strategy: Mapping[str, Sizing] | None = None, name: str = "portfolio"
    ) -> None:
        """`sizing` for every strategy without one of its own in `by_strategy`; 0.01 lots without either."""
        self.name = name
        self._sizing: Sizing = sizing if sizing is not None else FixedLots("0.01")
        self._by_strategy: dict[str, Sizing] = dict(by_strategy or {})
        own = {f"sizing.{strategy}": one.text for strategy, one in sorted(self._by_strategy.items())}
        self.settings = {"sizing": self._sizing.text, **own}
        self._targets: dict[Key, Target] = {}
        every: dict[str, Any] = {"": self._sizing, **self._by_strategy}
        self._learning: dict[str, LearningSizing] = {name: one for name, one in every.items() if hasattr(one, "hears")}
        """Sizings that learn, by the strategy they are of; the empty name has the plan's."""
        told = dict.fromkeys(kind for one in self._learning.values() for kind in one.hears)
        self.hears = (SignalRaised, TargetAsked, *told)

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """A target when it changes, or why there is none."""
        if type(event) not in ASKING:
            for sizing in self._learning.values():
                if type(event) in sizing.hears:
                    sizing.hear(event, context)
            return ()
        key = (event.strategy, event.symbol)
        before = self._targets.get(key, FLAT)
        said: list[Event] = []
        if type(event) is TargetAsked:
            after = _asked(event, context, said)
        else:
            after = self._sized(event, before, context, said)
        if after == before and (after == FLAT or not self._came_to_nothing(key, context)):
            return said
        self._targets[key] = after
        volume, stop, take = after
        said.append(
            TargetSet(strategy=event.strategy, symbol=event.symbol, volume=volume, stop_points=stop, take_points=take)
        )
        return said

    def _sized(self, signal: SignalRaised, before: Target, context: Context, said: list[Event]) -> Target:
        if signal.direction == 0:
            return FLAT
        if before[0] * signal.direction > 0 and not self._came_to_nothing((signal.strategy, signal.symbol), context):
            return (before[0], signal.stop_points, signal.take_points)
        sizing = self._by_strategy.get(signal.strategy, self._sizing)
        instrument = context.instruments.get(signal.symbol)
        size: int | Withheld
        if (wrong := _wrong_side(signal)) is not None:
            size = wrong
        else:
            size = _undeclared(signal, context) if instrument is None else sizing.volume(signal, instrument, context)
        if isinstance(size, int):
            return (signal.direction * size, signal.stop_points, signal.take_points)
        said.append(_withheld(signal, signal.direction, size))
        return FLAT

    def _came_to_nothing(self, key: Key, context: Context) -> bool:
        """The strategy holds nothing of the symbol and nothing is on its way."""
        return not any(
            (one.strategy, one.symbol) == key for one in (*context.positions.values(), *context.orders.values())
        )

    def scan(self, rows: Rows) -> int:  # noqa: ARG002 -- the scanner's protocol
        """No row is answered."""
        return -1

    def advance(self, rows: Rows) -> None:
        """Sizings that learn from rows take them in."""
        for sizing in self._learning.values():
            sizing.advance(rows)

    def freeze(self) -> Any:
        """Targets as (strategy, symbol, volume, stop, take), and what sizings have learnt."""
        return {
            "targets": [[*key, *target] for key, target in self._targets.items()],
            "learnt": [[name, sizing.freeze()] for name, sizing in self._learning.items()],
        }

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._targets = {(row[0], row[1]): (row[2], row[3], row[4]) for row in state["targets"]}
        for name, learnt in state["learnt"]:
            self._learning[name].thaw(learnt)


def _asked(event: TargetAsked, context: Context, said: list[Event]) -> Target:
    """The target a strategy asked for, or flat and why."""
    volume, direction = abs(event.volume), (event.volume > 0) - (event.volume < 0)
    if volume == 0:
        return FLAT
    instrument = context.instruments.get(event.symbol)
    why = _wrong_side(event)
    if why is None and instrument is None:
        why = _undeclared(event, context)
    elif why is None and instrument is not None and not tradable(volume, instrument):
        why = Withheld("volume_step", instrument.volume_min, volume, why_not_tradable(volume, instrument))
    if why is None:
        return (event.volume, event.stop_points, event.take_points)
    said.append(_withheld(event, direction, why))
    return FLAT


def _wrong_side(event: SignalRaised | TargetAsked) -> Withheld | None:
    """A stop or a take on the wrong side of the price that would open: MT5 would answer 10016 INVALID_STOPS."""
    if event.stop_points < 0:
        name, distance = "stop", event.stop_points
    elif event.take_points < 0:
        name, distance = "take", event.take_points
    else:
        return None
    detail = (
        f"{event.strategy} asks for a {name} {-distance} points on the wrong side of {event.symbol}'s price"
        " (MT5 would answer 10016 INVALID_STOPS). A long's stop lies below the ask and its take above."
    )
    return Withheld("stops", 1, distance, detail)


def _undeclared(event: SignalRaised | TargetAsked, context: Context) -> Withheld:
    known = ", ".join(sorted(context.instruments)) or "none"
    detail = f'symbol "{event.symbol}" was not declared by the terminal (it declared: {known}). Check it.'
    return Withheld("instrument", 0, 1, detail)


def _withheld(event: SignalRaised | TargetAsked, direction: int, why: Withheld) -> TargetWithheld:
    return TargetWithheld(
        strategy=event.strategy,
        symbol=event.symbol,
        direction=direction,
        rule=why.rule,
        limit=why.limit,
        value=why.value,
        detail=why.detail,
    )
