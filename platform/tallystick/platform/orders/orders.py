"""Orders: turns targets and intents into `order.requested`, one comparison at a time, until they agree.

1. `target.set` is compared with what the strategy holds and has in flight; legs become orders (legs.py). One order is
   in flight for each strategy, symbol and purpose, and for each position that is closed.
2. When an order is over - answered with all its deals seen, ended, denied, abandoned - its target is compared again.
3. A refusal is not repeated: after risk's denial or the terminal's rejection that purpose rests until the target is set
   anew. Exceptions, at most `retries` for one target: a position or order that was gone already is compared again at
   once; a refusal that time alone can lift is tried again after `retry_s` of book time, by a timer. However often: what
   an entry filter with `retry` refused, when it said it will pass; a close in known closed hours, when they end, and
   so the cancel of a pending order that still stands then (cancels.py).
4. When the terminal or a person ends a position on the target's side (stop loss, take profit, stop-out), the target is
   done: the strategy stays as it is until its next `target.set`.
5. `intent.raised` becomes exactly one order.

Order numbers count on from `first_order`. On a netting account each strategy's share of the one position is what its
own deals came to, and stops belong to the position: the latest order's hold.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.account import AccountOpened
from tallystick.events.types.running import TimerFired, TimerRequested
from tallystick.events.types.trading import (
    DealMade,
    IntentRaised,
    OrderAbandoned,
    OrderAnswered,
    OrderDenied,
    OrderEnded,
    TargetSet,
)
from tallystick.market.spans import SECOND_NS
from tallystick.platform.accounts.views import PositionView
from tallystick.platform.mt5.retcodes import CARRIED_OUT, MARKET_CLOSED, TAKEN
from tallystick.platform.orders.cancels import Cancels
from tallystick.platform.orders.flight import (
    AGAIN_AT_ONCE,
    AGAIN_LATER,
    DENIED_FOR_NOW,
    LIFTED_BY_TIME,
    Desired,
    Flight,
    Key,
    flight_of,
    timer_of,
)
from tallystick.platform.orders.holdings import Holdings
from tallystick.platform.orders.legs import Leg, hedging_legs, netting_legs, tradable_part
from tallystick.platform.orders.requests import request_for_intent, request_for_leg


class Orders:
    """The book's order desk."""

    role = "orders"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (
        AccountOpened,
        TargetSet,
        IntentRaised,
        OrderDenied,
        OrderAbandoned,
        OrderAnswered,
        OrderEnded,
        DealMade,
        TimerFired,
    )

    def __init__(
        self,
        *,
        first_order: int = 1,
        retries: int = 3,
        retry_s: int = 60,
        retried: Callable[[str, str, str], bool] = lambda _rule, _strategy, _symbol: False,
        opening: Callable[[str, int], int] = lambda _symbol, time: time,
        name: str = "orders",
    ) -> None:
        """`first_order` is the book's next order number; `retries` and `retry_s` as above.

        `retried`: of a rule, a strategy and a symbol whether an entry filter of theirs wants another try. `opening`: of
        a symbol and a time when its market opens (ns UTC), that time itself where it is open or nobody knows.
        """
        self.name = name
        self.settings = {"retries": str(retries), "retry_s": str(retry_s)}
        self._retries = retries
        self._retry_ns = retry_s * SECOND_NS
        self._retried = retried
        self._opening = opening
        self._next = first_order
        self._account = ""
        self._targets: dict[Key, Desired] = {}
        self._flights: dict[int, Flight] = {}
        self._holdings = Holdings()
        self._cancels = Cancels()
        self._answers: dict[type, Callable[[Any, Context], Sequence[Event]]] = {
            AccountOpened: self._account_opened,
            TargetSet: self._target_set,
            IntentRaised: self._intent_raised,
            OrderDenied: self._denied,
            OrderAbandoned: self._abandoned,
            OrderAnswered: self._answered,
            OrderEnded: self._ended,
            DealMade: self._deal_made,
            TimerFired: self._timer_fired,
        }

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """Orders to ask for, and timers for later."""
        return self._answers[type(event)](event, context)

    def take_number(self) -> int:
        """The book's next order number, for an order that does not come from here."""
        number, self._next = self._next, self._next + 1
        return number

    def _account_opened(self, event: AccountOpened, _context: Context) -> Sequence[Event]:
        self._account = event.account
        self._holdings.netting = event.margin_mode == "netting"
        return ()

    def _target_set(self, event: TargetSet, context: Context) -> Sequence[Event]:
        key = (event.strategy, event.symbol)
        self._targets[key] = Desired(volume=event.volume, stop_points=event.stop_points, take_points=event.take_points)
        return self._compare(key, context)

    def _intent_raised(self, event: IntentRaised, context: Context) -> Sequence[Event]:
        request = request_for_intent(event, self.take_number(), self._account, context)
        self._flights[request.order] = flight_of(request, of_target=False)
        return (request,)

    def _timer_fired(self, event: TimerFired, context: Context) -> Sequence[Event]:
        if event.module != self.name:
            return ()
        cancel = self._cancels.due(event.timer, context)
        if cancel is not None:
            return self._intent_raised(cancel, context)
        for key, desired in self._targets.items():
            if timer_of(key) == event.timer:
                desired.resting = {purpose: again for purpose, again in desired.resting.items() if not again}
                return self._compare(key, context)
        return ()

    def _denied(self, event: OrderDenied, context: Context) -> Sequence[Event]:
        flight = self._flights.pop(event.order, None)
        if flight is not None and self._retried(event.rule, *flight.key):
            wait = event.value if event.rule in LIFTED_BY_TIME else self._retry_ns
            return self._wait(flight, context, wait)
        return self._failed(flight, context, later=event.rule in DENIED_FOR_NOW) if flight else ()

    def _abandoned(self, event: OrderAbandoned, context: Context) -> Sequence[Event]:
        flight = self._flights.pop(event.order, None)
        return self._failed(flight, context) if flight else ()

    def _answered(self, event: OrderAnswered, context: Context) -> Sequence[Event]:
        flight = self._flights.get(event.order)
        if flight is None or (flight.purpose == "pending" and event.retcode in TAKEN):
            return ()
        if event.retcode not in CARRIED_OUT:
            del self._flights[event.order]
            wait = self._opening(flight.key[1], context.time) - context.time
            if wait and event.retcode == MARKET_CLOSED and flight.purpose in {"close", "cancel"}:
                return self._wait_for_the_opening(flight, context, wait)
            at_once = event.retcode in AGAIN_AT_ONCE
            return self._failed(flight, context, at_once=at_once, later=event.retcode in AGAIN_LATER)
        deals = flight.purpose in {"open", "close", "pending"}
        flight.owed = event.volume if deals else 0
        return self._settle(flight, context)

    def _ended(self, event: OrderEnded, context: Context) -> Sequence[Event]:
        self._cancels.over(event.ticket)
        flight = self._flights.get(event.order)
        if flight is None:
            return ()
        flight.owed = flight.volume if event.state == "filled" else flight.filled
        return self._settle(flight, context)

    def _deal_made(self, deal: DealMade, context: Context) -> Sequence[Event]:
        if deal.type == "balance":
            return ()
        flight = self._flights.get(deal.order)
        if flight is None:
            self._ended_from_outside(deal, context)
            return ()
        flight.filled += deal.volume
        self._holdings.dealt(deal, flight.key, context.positions)
        return self._settle(flight, context)

    def _ended_from_outside(self, deal: DealMade, context: Context) -> None:
        """A stop, a take profit, a stop-out or a person ended (part of) a position: its targets are done."""
        if deal.entry == "in":
            return
        direction = -1 if deal.type == "buy" else 1
        for key, desired in list(self._targets.items()):
            if desired.volume * direction > 0 and self._holdings.concerns(deal, key):
                del self._targets[key]
        if deal.position not in context.positions:
            self._holdings.ended(deal)

    def _settle(self, flight: Flight, context: Context) -> Sequence[Event]:
        if not 0 <= flight.owed <= flight.filled:
            return ()  # to be answered, or a deal of the answer to be seen; the two may come in either order
        del self._flights[flight.order]
        if flight.of_target and flight.filled < flight.volume:
            return self._failed(flight, context, at_once=True)
        return self._compare(flight.key, context) if flight.of_target else ()

    def _failed(
        self, flight: Flight, context: Context, *, at_once: bool = False, later: bool = False
    ) -> Sequence[Event]:
        """An order of a target came to less than asked: again at once, later, or not until the target is set anew."""
        desired = self._targets.get(flight.key)
        if desired is None or not flight.of_target:
            return ()
        desired.failures += 1
        if desired.failures > self._retries or not (at_once or later):
            desired.resting[flight.purpose] = False
            return self._compare(flight.key, context)
        if at_once:
            return self._compare(flight.key, context)
        return self._wait(flight, context, self._retry_ns)

    def _wait_for_the_opening(self, flight: Flight, context: Context, wait_ns: int) -> Sequence[Event]:
        if flight.purpose == "close":
            return self._wait(flight, context, wait_ns)
        timer = self._cancels.wait(flight.ticket, flight.key[1], context)
        return (TimerRequested(module=self.name, timer=timer, due=context.time + wait_ns),) if timer else ()

    def _wait(self, flight: Flight, context: Context, wait_ns: int) -> Sequence[Event]:
        """The purpose of a target rests for a while, and is then compared again."""
        desired = self._targets.get(flight.key)
        if desired is None or not flight.of_target:
            return ()
        desired.resting[flight.purpose] = True
        due = context.time + wait_ns
        return (TimerRequested(module=self.name, timer=timer_of(flight.key), due=due),)

    def _compare(self, key: Key, context: Context) -> Sequence[Event]:
        desired = self._targets.get(key)
        if desired is None:
            return ()
        held = self._holdings.held(key, context.positions)
        own = [one for one in self._flights.values() if one.key == key] if self._flights else []
        if self._holdings.netting:
            legs = self._netting_legs(key, desired, held, own)
        else:
            legs = hedging_legs(desired.volume, held, own)
        if not legs:
            return ()
        instrument = context.instruments.get(key[1])
        requests: list[Event] = []
        for leg in legs:
            part = None if leg.purpose in desired.resting else tradable_part(leg, instrument, held)
            if part is None:
                continue
            stops = (desired.stop_points, desired.take_points)
            request = request_for_leg(part, self.take_number(), key, stops, self._account, context)
            self._flights[request.order] = flight_of(request, of_target=True)
            requests.append(request)
        return requests

    def _netting_legs(self, key: Key, desired: Desired, held: list[PositionView], own: list[Flight]) -> list[Leg]:
        others = [flight for flight in self._flights.values() if flight.key[1] == key[1] and flight.key != key]
        return netting_legs(desired.volume, self._holdings.shares.get(key, 0), held, own, others)

    def freeze(self) -> Any:
        """Counter, account, targets, flights, owners, shares and cancels that wait."""
        return {
            "next": self._next,
            "account": self._account,
            "targets": [[*key, msgspec.to_builtins(desired)] for key, desired in self._targets.items()],
            "flights": [msgspec.to_builtins(flight) for flight in self._flights.values()],
            "cancels": self._cancels.freeze(),
            **self._holdings.freeze(),
        }

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._next = state["next"]
        self._account = state["account"]
        self._targets = {(row[0], row[1]): msgspec.convert(row[2], Desired) for row in state["targets"]}
        self._flights = {row["order"]: msgspec.convert(row, Flight) for row in state["flights"]}
        self._cancels.thaw(state["cancels"])
        self._holdings.thaw(state)
