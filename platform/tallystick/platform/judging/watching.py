"""Rows before a test window: the strategy sees them and nothing it says is heard, until the window opens.

When it opens, the strategy's latest wish for each symbol (a signal, or a target) is said, unless it has just said
another: it then holds what it would hold. A single order it gave before is not given again.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tallystick.events.event import Event
from tallystick.events.module import Context, Module, OnFailure
from tallystick.events.types.trading import SignalRaised, TargetAsked
from tallystick.market.rows import BarClosed, Quote

if TYPE_CHECKING:
    from tallystick.platform.backtesting.chosen import Chosen
    from tallystick.platform.backtesting.preparation import Prepared

ROWS = (BarClosed, Quote)


class Watching:
    """A strategy that is not heard before `trade_ns` (a row counts by its book time)."""

    def __init__(self, strategy: Module, trade_ns: int) -> None:
        """Wrap an unstarted strategy."""
        self._strategy = self.watched_strategy = strategy
        self._trade_ns = trade_ns
        self._wishes: dict[str, SignalRaised | TargetAsked] = {}
        self.name: str = strategy.name
        self.role: str = strategy.role
        self.hears: tuple[type, ...] = strategy.hears
        self.on_failure: OnFailure = strategy.on_failure

    def __getattr__(self, name: str) -> Any:
        if name in {"scan", "advance"} or name.startswith("__"):
            raise AttributeError(name)  # row by row: a shortcut would be cut at rows whose answer is not heard
        return getattr(self._strategy, name)

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """What the strategy says, once the window is open."""
        said = tuple(self._strategy.react(event, context))
        wishes = {each.symbol: each for each in said if isinstance(each, SignalRaised | TargetAsked)}
        if context.time <= self._trade_ns:
            self._wishes.update(wishes)
            return ()
        if not self._wishes or not isinstance(event, ROWS):
            return said
        late = tuple(wish for symbol, wish in self._wishes.items() if symbol not in wishes)
        self._wishes = {}
        return (*late, *said)

    def freeze(self) -> Any:
        """The strategy's state, and its wishes."""
        import msgspec

        wishes = [(type(each).__name__, msgspec.to_builtins(each)) for each in self._wishes.values()]
        return {"strategy": self._strategy.freeze(), "wishes": wishes}

    def thaw(self, state: Any) -> None:
        """Take it back."""
        import msgspec

        kinds: dict[str, Any] = {kind.__name__: kind for kind in (SignalRaised, TargetAsked)}
        self._strategy.thaw(state["strategy"])
        wishes: list[SignalRaised | TargetAsked] = [
            msgspec.convert(fields, kinds[name]) for name, fields in state["wishes"]
        ]
        self._wishes = {each.symbol: each for each in wishes}


def only_watching(ready: "Prepared", trade_ns: int) -> "Prepared":
    """The same run with strategies that are heard from `trade_ns` on."""
    return replace(ready, strategies=tuple(_watching(one, trade_ns) for one in ready.strategies))


def _watching(one: "Chosen", trade_ns: int) -> "Chosen":
    fresh = one.fresh
    return replace(one, fresh=lambda: Watching(fresh(), trade_ns))
