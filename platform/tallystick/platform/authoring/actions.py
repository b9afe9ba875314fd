"""What a strategy may ask for in a callback: targets, signals, timers, explanations, and single orders."""

from datetime import datetime, timedelta
from math import isfinite

from tallystick.events.types.running import TimerRequested
from tallystick.events.types.trading import DecisionExplained, SignalRaised, TargetAsked
from tallystick.platform.authoring.errors import ActionRefused, users_place
from tallystick.platform.authoring.lots import KNOWN, Lots
from tallystick.platform.authoring.lots import lots as volume_of
from tallystick.platform.authoring.ordering import Ordering, Why


class Actions(Ordering):
    """Each action says an event; a mixin of `Strategy`. Prices are floats, lots text, Decimal or whole numbers."""

    __slots__ = ()

    def target(
        self,
        lots: Lots,
        *,
        sl: float | None = None,
        tp: float | None = None,
        trail: float = 0.0,
        break_even: float = 0.0,
        why: Why | None = None,
        symbol: str | None = None,
        again: bool = False,
    ) -> None:
        """Hold exactly this many signed lots: "0.10" long, "-0.10" short, 0 flat. Said only when it is another target.

        `sl`, `tp`: prices. `trail`: price distance at which the stop follows. `break_even`: price distance of profit at
        which the stop moves to the opening price. A target that a stop has ended is not asked for again until it
        changes, or with `again=True`. `why`: named values for the record.
        """
        volume = KNOWN.get(lots) if type(lots) is str else None
        if volume is None:
            volume = volume_of(lots)
        own = self.symbol if symbol is None else symbol
        if volume == self._asked.get(own, 0) and not again:
            return
        stop, take = self._distances(own, (volume > 0) - (volume < 0), sl, tp)
        self._stage()
        self._asked[own] = volume
        self._said.append(
            TargetAsked(strategy=self.name, symbol=own, volume=volume, stop_points=stop, take_points=take)
        )
        if (trail or break_even) and volume:
            self._protection(own, 0, trail, break_even, 0.0)
        if why:
            self._explain(own, why)

    def signal(
        self,
        direction: int,
        *,
        sl: float | None = None,
        tp: float | None = None,
        why: Why | None = None,
        symbol: str | None = None,
    ) -> None:
        """A view: +1 long, 0 flat, -1 short. The portfolio's sizing makes lots of it. Said only on a change."""
        if isinstance(direction, bool) or direction not in {-1, 0, 1}:
            message = (
                f"E501{users_place()} {self.name} signals {direction!r}; a signal is -1, 0 or +1. Return one of them."
            )
            raise ActionRefused(message)
        own = self.symbol if symbol is None else symbol
        if direction == self._directions.get(own, 0):
            return
        stop, take = self._distances(own, direction, sl, tp)
        self._raise_signal(own, direction, stop, take)
        if why:
            self._explain(own, why)

    def timer(self, name: str, *, at: int | datetime = 0, after: float | timedelta = 0.0) -> None:
        """Have `on_timer(name)` called at a time (ns UTC or datetime) or after a while (seconds or timedelta).

        The same name again replaces the earlier one. A time that is past is due at once.
        """
        if at and after:
            self._refuse(f"the timer {name!r} is given at and after. Give one of them")
        due = self._due(at) if at else self._due(self._wait(after))
        self._stage()
        self._said.append(TimerRequested(module=self.name, timer=name, due=due))

    def why(self, **values: float) -> None:
        """Named values for the record, beside whatever is asked for in this callback."""
        self._explain(self.symbol, values)

    def _wait(self, after: float | timedelta) -> timedelta:
        try:
            wait = after if isinstance(after, timedelta) else timedelta(seconds=after)
        except (ValueError, OverflowError):  # no number, or more seconds than there will be
            wait = timedelta(-1)
        if wait < timedelta(0):
            self._refuse(f"the timer is to wait {after}; it takes seconds or a timedelta from 0 on. Change it")
        return wait

    def _flattened(self, why: Why | None) -> bool:
        if self._asked.get(self.symbol):
            self.target(0, why=why)
            return True
        if self._directions.get(self.symbol):
            self.signal(0, why=why)
            return True
        return False

    def _raise_signal(self, symbol: str, direction: int, stop: int, take: int) -> None:
        self._stage()
        self._directions[symbol] = direction
        self._said.append(
            SignalRaised(strategy=self.name, symbol=symbol, direction=direction, stop_points=stop, take_points=take)
        )

    def _explain(self, symbol: str, values: Why) -> None:
        self._stage()
        try:
            named = {str(name): float(value) for name, value in values.items()}
        except (TypeError, ValueError) as error:
            self._refuse(f"why takes names and numbers: {error}. Give it numbers")
        for name, value in named.items():
            if not isfinite(value):
                self._refuse(f"why was given {name}={value}; the record takes finite numbers. Leave it out")
        self._said.append(DecisionExplained(strategy=self.name, symbol=symbol, values=named))

    def _distances(self, symbol: str, direction: int, sl: float | None, tp: float | None) -> tuple[int, int]:
        """Points from the price that would open now to stop loss and take profit; 0 is none.

        On the wrong side of that price a distance is negative, and the portfolio withholds the target with the reason.
        """
        if direction == 0 or (sl is None and tp is None):
            return 0, 0
        quote, points = self.quote_of(symbol), self.instrument_of(symbol).points
        opening = points(quote.ask if direction > 0 else quote.bid)
        stop = 0 if sl is None else direction * (opening - points(self._level("sl", sl, symbol))) or -1
        take = 0 if tp is None else direction * (points(self._level("tp", tp, symbol)) - opening) or -1
        return stop, take
