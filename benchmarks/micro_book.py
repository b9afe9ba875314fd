"""Five tiny reactors, one after another: what the kernel itself costs for each event, with hardly any work in modules.

A timer starts a cascade: signal, target, order request, denial, explanation. Nothing is sent, so each input gives five
derived events and no terminal is needed.
"""

from collections.abc import Sequence
from typing import Any

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.running import TimerFired
from tallystick.events.types.trading import DecisionExplained, OrderDenied, OrderRequested, SignalRaised, TargetSet
from tallystick.platform.kernel.composition import Composition

DAY_NS = 86_400_000_000_000
STRATEGY, SYMBOL, VOLUME = "micro", "EURUSD", 10_000_000


class Counting:
    """A reactor whose state is how often it has answered."""

    on_failure: OnFailure = "halt"

    def __init__(self) -> None:
        self._count = 0

    def freeze(self) -> Any:
        """The count."""
        return self._count

    def thaw(self, state: Any) -> None:
        """Take the count back."""
        self._count = int(state)

    def next(self) -> int:
        """Count one answer."""
        self._count += 1
        return self._count


class Starter(Counting):
    """Turns its view round at each timer."""

    name, role = "micro", "strategy"
    hears: tuple[type, ...] = (TimerFired,)

    def react(self, event: TimerFired, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- whatever it hears, it answers alike -- the protocol's shape
        """Long, short, long, ..."""
        direction = 1 if self.next() % 2 else -1
        return (SignalRaised(strategy=STRATEGY, symbol=SYMBOL, direction=direction, stop_points=0, take_points=0),)


class Sizer(Counting):
    """A fixed volume for each signal."""

    name, role = "micro_portfolio", "portfolio"
    hears: tuple[type, ...] = (SignalRaised,)

    def react(self, event: SignalRaised, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- whatever it hears, it answers alike
        """The target that the signal means."""
        self.next()
        volume = event.direction * VOLUME
        return (TargetSet(strategy=event.strategy, symbol=event.symbol, volume=volume, stop_points=0, take_points=0),)


class Clerk(Counting):
    """An order for each target."""

    name, role = "micro_orders", "orders"
    hears: tuple[type, ...] = (TargetSet,)

    def react(self, event: TargetSet, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- whatever it hears, it answers alike
        """Ask for the whole target at the market."""
        return (
            OrderRequested(
                order=self.next(),
                account="sim",
                strategy=event.strategy,
                symbol=event.symbol,
                purpose="open",
                side="buy" if event.volume > 0 else "sell",
                kind="market",
                volume=abs(event.volume),
                price=1.38756,
                stop_loss=0.0,
                take_profit=0.0,
                position=0,
                ticket=0,
                expires=0,
                reduces=False,
            ),
        )


class Refuser(Counting):
    """Denies every order."""

    name, role = "micro_risk", "risk"
    hears: tuple[type, ...] = (OrderRequested,)

    def react(self, event: OrderRequested, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- whatever it hears, it answers alike
        """No order of this book leaves."""
        self.next()
        return (OrderDenied(order=event.order, rule="permissions", limit=0, value=1, detail="this book only counts"),)


class Commentator(Counting):
    """Explains each denial."""

    name, role = "micro_comment", "strategy"
    hears: tuple[type, ...] = (OrderDenied,)

    def react(self, event: OrderDenied, context: Context) -> Sequence[Event]:  # noqa: ARG002 -- whatever it hears, it answers alike
        """A few numbers."""
        count = float(self.next())
        return (DecisionExplained(strategy=STRATEGY, symbol=SYMBOL, values={"order": float(event.order), "n": count}),)


SAID: tuple[type[Event], ...] = (SignalRaised, TargetSet, OrderRequested, OrderDenied, DecisionExplained)
"""What the five say."""


def composition() -> Composition:
    """The five, in module order, without a terminal."""
    modules: list[Any] = [Starter(), Sizer(), Clerk(), Refuser(), Commentator()]
    return Composition(modules, None, lambda time: time // DAY_NS, [STRATEGY])


def timer(number: int, time: int) -> TimerFired:
    """The input that starts a cascade."""
    return TimerFired(module="micro", timer=f"t{number}", due=time)
