"""The limits of a whole account: at the first row that is beyond one, everything is closed and risk opens nothing new.

1. Equity is looked at with every row while something is held: of a bar at its close only.
2. A limit is breached when the loss is greater than it, by one minor unit or more. `account.limit_reached` says so
   once; risk then refuses what is new, until the server's next day (daily loss) or until a person resumes the book.
3. What is open is closed at the market's next step, so the account can end below the limit by what that costs.
4. The day begins at the server's midnight, by a timer while something is held or was dealt that day.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.account import AccountLimitReached, AccountOpened, ForeignTradeSeen, SwapCharged
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.running import BookResumed, TimerFired, TimerRequested
from tallystick.events.types.trading import DealMade, OrderApproved
from tallystick.market.arrays import Ints
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.market.server_time import next_midnight
from tallystick.platform.portfolio.equity import PEAK, Equity
from tallystick.platform.portfolio.flattening import Flattening
from tallystick.platform.risk.account_limits import AccountLimits

TIMER = "day"
DAILY = "daily_loss_limit"
MAXIMUM = "max_loss_limit"
TRAILING = "trailing_loss_limit"
TARGET = "profit_target"


class LimitsWatch:
    """Watches the account's equity and closes everything when a limit is reached."""

    role = "portfolio"
    on_failure: OnFailure = "halt"
    hears: tuple[type, ...] = (
        Quote,
        BarClosed,
        SeriesDeclared,
        AccountOpened,
        OrderApproved,
        DealMade,
        SwapCharged,
        ForeignTradeSeen,
        TimerFired,
        BookResumed,
    )

    def __init__(self, limits: AccountLimits, server_time: str, *, name: str = "account_limits") -> None:
        """`server_time`: the rule of the clock whose midnight begins a day."""
        self.name = name
        self.settings = {"limits": limits.text}
        self._limits = limits
        self._rule = server_time
        self._equity = Equity()
        self._flattening = Flattening()
        self._series: dict[int, str] = {}
        self._start = self._peak = self._day = self._balance = 0
        self._digits = 2
        self._midnight = 0
        self._reached: list[str] = []

    @property
    def equity(self) -> int:
        """The account's equity at the last row, as the account view gives it."""
        return self._equity.now

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """What is reached at a row; what events change is only taken note of."""
        kind = type(event)
        if kind is BarClosed:
            return self._row(event.symbol, event.bid_close, event.ask_close, context)
        if kind is Quote:
            return self._row(event.symbol, event.bid, event.ask, context)
        if kind is OrderApproved:
            self._flattening.note(event, context)
            return ()
        if kind is TimerFired:
            return self._next_day(context) if event.module == self.name else ()
        if kind is BookResumed:
            self._reached.clear()
            return ()
        if kind is SeriesDeclared:
            self._series[event.series] = event.symbol
        elif kind is AccountOpened:
            self._start = self._start or event.balance
            self._peak = max(self._peak, event.balance)
            self._day = self._day or event.balance
            self._balance, self._digits = event.balance, event.digits
        elif kind is DealMade:
            self._balance = event.balance
        said: Sequence[Event] = ()
        if kind is DealMade and event.type != "balance":
            said = self._dealt(event, context)
        elif kind is ForeignTradeSeen and not self._midnight:
            said = self._begin_day(self._balance, context)
        self._equity.look(context, self._balance, self._digits, self._series)
        return said

    def _dealt(self, deal: DealMade, context: Context) -> Sequence[Event]:
        said: list[Event] = []
        if not self._midnight:  # nothing was held: the day began with the balance before this deal
            said += self._begin_day(deal.balance - deal.profit - deal.swap - deal.commission, context)
        if deal.entry in {"in", "inout"} and [one for one in self._reached if one != TARGET]:
            said += self._flattening.flat(context, _everybody)  # it was on its way when the limit was reached
        return said

    def _begin_day(self, base: int, context: Context) -> Sequence[Event]:
        self._day = base
        self._midnight = next_midnight(context.time, self._rule)
        return (TimerRequested(module=self.name, timer=TIMER, due=self._midnight),)

    def _next_day(self, context: Context) -> Sequence[Event]:
        """The server's midnight: a new day's loss, and what trails by days."""
        equity = self._equity.now
        bases = {"balance": self._balance, "equity": equity}
        base = bases.get(self._limits.daily_of, max(bases.values()))
        self._peak = max(self._peak, equity)
        self._reached = [one for one in self._reached if one != DAILY]
        self._midnight = 0
        return self._begin_day(base, context) if self._equity else ()

    def _row(self, symbol: str, bid: float, ask: float, context: Context) -> Sequence[Event]:
        if not self._equity:
            return ()
        self._equity.see(symbol, bid, ask)
        equity = self._equity.now
        if self._limits.trailing_of == "equity":
            self._peak = max(self._peak, equity)
        said: list[Event] = []
        for rule, (limit, value) in self._readings(equity).items():
            if value > limit and rule not in self._reached:
                said.append(self._says(rule, limit, value, equity))
        if any(isinstance(one, AccountLimitReached) and one.closes for one in said):
            said += self._flattening.flat(context, _everybody)
        return said

    def _says(self, rule: str, limit: int, value: int, equity: int) -> AccountLimitReached:
        self._reached.append(rule)
        told = limit + 1 if rule == TARGET else limit
        until = self._midnight if rule == DAILY else 0
        return AccountLimitReached(
            rule=rule, limit=told, value=value, equity=equity, until=until, closes=rule != TARGET
        )

    def _readings(self, equity: int) -> dict[str, tuple[int, int]]:
        """Limit and value of every rule there is: reached when value > limit."""
        limits: AccountLimits = self._limits
        found: dict[str, tuple[int, int]] = {}
        if limits.daily_loss:
            found[DAILY] = (limits.daily_loss, self._day - equity)
        if limits.max_loss:
            found[MAXIMUM] = (limits.max_loss, self._start - equity)
        if limits.trailing_loss:
            floor = self._peak - limits.trailing_loss
            if limits.trailing_stops_at_start:
                floor = min(floor, self._start)
            found[TRAILING] = (self._peak - floor, self._peak - equity)
        if limits.profit_target:
            found[TARGET] = (limits.profit_target - 1, equity - self._start)
        return found

    def scan(self, rows: Rows) -> int:
        """First row at which a limit is reached that has not been yet, or -1."""
        return self._equity.first(rows, self._numbers()) if self._equity else -1

    def advance(self, rows: Rows) -> None:
        """Prices move on, and with them the highest equity."""
        if self._equity:
            numbers = self._numbers()
            self._equity.advance(rows, numbers)
            self._peak = int(numbers[PEAK])

    def _numbers(self) -> Ints:
        """What a walk over rows goes by, in the order of `equity`."""
        limits, own = self._limits, (self._equity.fixed, self._peak, self._start, self._day)
        standing = (
            -1 if not amount or rule in self._reached else amount
            for rule, amount in (
                (DAILY, limits.daily_loss),
                (MAXIMUM, limits.max_loss),
                (TRAILING, limits.trailing_loss),
            )
        )
        by_row, stops = limits.trailing_of == "equity", limits.trailing_stops_at_start
        target = -1 if not limits.profit_target or TARGET in self._reached else limits.profit_target
        return np.array([*own, *standing, by_row, stops, target], dtype=np.int64)

    def freeze(self) -> Any:
        """Equity, what may be open, series, first balance, highest equity, the day, and what was reached."""
        return {
            "equity": self._equity.freeze(),
            "flattening": self._flattening.freeze(),
            "series": list(self._series.items()),
            "numbers": [self._start, self._peak, self._day, self._midnight, self._balance, self._digits],
            "reached": list(self._reached),
        }

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        self._equity.thaw(state["equity"])
        self._flattening.thaw(state["flattening"])
        self._series = dict(state["series"])
        self._start, self._peak, self._day, self._midnight, self._balance, self._digits = state["numbers"]
        self._reached = list(state["reached"])


def _everybody(_strategy: str, _symbol: str) -> bool:
    return True
