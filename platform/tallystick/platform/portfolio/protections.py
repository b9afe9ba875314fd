"""Protections: trailing and break-even stops of open positions, asked for as rows go by.

Hears `protection.asked`, keeps a watch over every position it concerns, and answers the row at which a stop should move
with `intent.raised` (protect). Which protection holds: the one asked for the position, else for all of the strategy's
positions in the symbol, else the plan's for the strategy.

* Every row of the symbol counts, of whatever series: a quote at its bid and ask, a bar at its close only. The terminal
  has settled within the bar before, so a stop moved at a close counts from the next row on.
* A move that is refused is tried again from 60 s of book time later on; while one is on its way, none is asked.
* On a netting account the symbol's one position has the protection of the strategy that opened it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.account import ForeignTradeSeen, PositionProtected
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import (
    DealMade,
    IntentRaised,
    OrderAbandoned,
    OrderAnswered,
    OrderApproved,
    OrderDenied,
    ProtectionAsked,
)
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.market.spans import MINUTE_NS
from tallystick.platform.accounts.views import PositionView
from tallystick.platform.portfolio.protection import NO_STOP, Protection, Watch, watch_of
from tallystick.platform.portfolio.thresholds import Thresholds

AGAIN_NS = MINUTE_NS
VERDICTS = frozenset({OrderApproved, OrderDenied, OrderAnswered, OrderAbandoned})
"""What tells how a move fared."""
Asked = tuple[str, str, int]
"""Strategy, symbol, and position or 0 for every one."""


class Protections:
    """Moves the stops of positions whose strategies asked for it."""

    role = "portfolio"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (
        Quote,
        BarClosed,
        SeriesDeclared,
        ProtectionAsked,
        DealMade,
        ForeignTradeSeen,
        PositionProtected,
        OrderApproved,
        OrderAnswered,
        OrderDenied,
        OrderAbandoned,
    )

    def __init__(self, plan: Mapping[str, Protection] | None = None, *, name: str = "protections") -> None:
        """`plan`: protections by strategy, for positions for which nothing else was asked."""
        self.name = name
        self._plan = dict(plan or {})
        self.settings = {
            strategy: " ".join(f"{field} {points}" for field, points in one._asdict().items())
            for strategy, one in sorted(self._plan.items())
        }
        self._asked: dict[Asked, Protection] = {}
        self._watches: dict[int, Watch] = {}
        self._series: dict[int, str] = {}
        self._thresholds = Thresholds({}, {})

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """Better stops at a row; everything else only moves the watches."""
        kind = type(event)
        if kind is BarClosed:
            return self._row(event.symbol, event.time, event.bid_close, event.ask_close, context)
        if kind is Quote:
            return self._row(event.symbol, event.time, event.bid, event.ask, context)
        if kind is SeriesDeclared:
            self._series[event.series] = event.symbol
        elif kind is not ProtectionAsked and not (self._watches or self._asked or self._plan):
            return ()  # nobody asked for protection: there is nothing to look after
        elif kind in VERDICTS:
            if not any(watch.asked > NO_STOP for watch in self._watches.values()):
                return ()
            self._resolve(context)
        elif kind is ProtectionAsked:
            self._asked[event.strategy, event.symbol, event.position] = self._protection_asked(event)
        self._look(context)
        return ()

    def scan(self, rows: Rows) -> int:
        """First row at which a stop moves, or -1."""
        return self._thresholds.first(rows)

    def advance(self, rows: Rows) -> None:
        """Rows at which no stop moves leave nothing behind."""

    def _row(self, symbol: str, time: int, bid: float, ask: float, context: Context) -> Sequence[Event]:
        said: list[Event] = []
        for watch in self._watches.values():
            if watch.symbol != symbol or time < watch.not_before:
                continue
            instrument = context.instruments[symbol]
            stop = watch.stop_at(instrument.points(bid if watch.direction > 0 else ask))
            if stop is None:
                continue
            watch.asked = watch.direction * stop
            said.append(_protect(context.positions[watch.ticket], instrument.price(stop)))
        if said:
            self._thresholds = Thresholds(self._watches, self._series)
        return said

    def _resolve(self, context: Context) -> None:
        """What was asked for, is no longer on its way and does not stand has been refused."""
        flying = _flying(context)
        for watch in self._watches.values():
            if watch.asked > NO_STOP and watch.ticket not in flying:
                if watch.stop < watch.asked:
                    watch.not_before = context.time + AGAIN_NS
                watch.asked = NO_STOP

    def _protection_asked(self, event: ProtectionAsked) -> Protection:
        own = self._plan.get(event.strategy, Protection())
        return Protection(event.trail_points, event.break_even_points, event.lock_points, own.step_points)

    def _look(self, context: Context) -> None:
        """Watch the positions of now: new ones, others gone, stops as they stand."""
        before, self._watches, flying = self._watches, {}, _flying(context)
        for ticket, position in context.positions.items():
            protection = self._protection_of(position)
            if protection is None:
                continue
            watch = watch_of(position, protection, context.instruments[position.symbol])
            known = before.get(ticket)
            if known is not None and known.direction == watch.direction:
                watch.not_before = known.not_before
                watch.asked = known.asked
                watch.waiting = known.asked > NO_STOP and ticket in flying
            self._watches[ticket] = watch
        for gone in before.keys() - self._watches.keys():
            self._asked = {key: one for key, one in self._asked.items() if key[2] != gone}
        self._thresholds = Thresholds(self._watches, self._series)

    def _protection_of(self, position: PositionView) -> Protection | None:
        own = (position.strategy, position.symbol)
        for key in ((*own, position.ticket), (*own, 0)):
            if key in self._asked:
                found = self._asked[key]
                break
        else:
            found = self._plan.get(position.strategy, Protection())
        return found if found.trail_points or found.break_even_points else None

    def freeze(self) -> Any:
        """What was asked, the watches, series."""
        return {
            "asked": [[*key, *protection] for key, protection in self._asked.items()],
            "watches": [msgspec.to_builtins(watch) for watch in self._watches.values()],
            "series": list(self._series.items()),
        }

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._asked = {(row[0], row[1], row[2]): Protection(*row[3:]) for row in state["asked"]}
        watches = [msgspec.convert(one, Watch) for one in state["watches"]]
        self._watches = {watch.ticket: watch for watch in watches}
        self._series = dict(state["series"])
        self._thresholds = Thresholds(self._watches, self._series)


def _flying(context: Context) -> set[int]:
    """Positions whose stops an order on its way changes."""
    return {order.position for order in context.orders.values() if order.purpose == "protect"}


def _protect(position: PositionView, stop_loss: float) -> IntentRaised:
    return IntentRaised(
        strategy=position.strategy,
        symbol=position.symbol,
        action="protect",
        side="buy" if position.direction > 0 else "sell",
        kind="market",
        volume=0,
        price=0.0,
        stop_loss=stop_loss,
        take_profit=position.take_profit,
        ticket=position.ticket,
        expires=0,
    )
