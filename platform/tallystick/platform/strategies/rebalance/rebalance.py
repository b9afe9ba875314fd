"""Rebalance: on a calendar, asks an optimiser which of several symbols to hold and how many lots of each.

At an instant of the calendar it waits until every symbol has had a row since, and asks at that row, with the closes of
the moments complete before it; so a request never rests on a row that other symbols have yet to be told of. The answer
comes at its due time as an input and becomes targets. What cannot be asked, or was refused, is `decision.withheld` with
the reason; what is held then stays. Until the window is full nothing is asked.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import numpy as np

from tallystick.events.event import Event
from tallystick.events.module import Context, OnFailure
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.optimisation import DecisionWithheld, OptimisationCompleted
from tallystick.events.types.running import ModuleLate, WorkFailed
from tallystick.events.types.trading import DecisionExplained, TargetAsked
from tallystick.market.rows import Quote, Rows
from tallystick.market.spans import SECOND_NS
from tallystick.platform.strategies.errors import need
from tallystick.platform.strategies.rebalance.asking import Terms, request_of
from tallystick.platform.strategies.rebalance.calendar import Calendar
from tallystick.platform.strategies.rebalance.checks import check
from tallystick.platform.strategies.rebalance.waiting import Waiting
from tallystick.platform.strategies.rebalance.window import Closes
from tallystick.platform.strategies.series import SeriesChoice, Source

QUANTUM = "tallystick.quantum.worker"


class Rebalance:
    """Holds `k` of `symbols` (names with commas between them) in the lots that an optimiser finds.

    | parameter | meaning |
    |---|---|
    | calendar, every_s, offset_s | daily, weekly (Mondays), monthly, or every so many seconds; UTC, later by offset_s |
    | window | moments of closes that mean and covariance are estimated from |
    | risk_aversion | weight of the variance against the expected return |
    | share | value of all positions over the equity: 1.0 is without leverage |
    | largest | of one position over the equity; 0: the share |
    | sides | long, or both; then gross limits the sum of the sizes, 0: the share |
    | margin_share | of the equity that the margin may take |
    | layers, angles, seed | of the circuit; angles other than ramp need scipy |
    | due_s | book time that the work is given, s |
    """

    role = "strategy"
    on_failure: OnFailure = "halt"
    workers = (QUANTUM,)

    def __init__(  # noqa: PLR0913 -- its parameters are those of the plan
        self,
        symbols: str,
        *,
        k: int = 2,
        calendar: Calendar = "monthly",
        every_s: int = 0,
        offset_s: int = 0,
        window: int = 240,
        risk_aversion: float = 5.0,
        share: float = 1.0,
        largest: float = 0.0,
        sides: Literal["long", "both"] = "long",
        gross: float = 0.0,
        margin_share: float = 0.5,
        layers: int = 3,
        angles: Literal["ramp", "transfer", "optimise"] = "ramp",
        seed: int = 0,
        due_s: int = 30,
        source: Source = "bars",
        period_s: int = 0,
        name: str = "rebalance",
    ) -> None:
        """Raises `StrategySettingError` for parameters that no optimisation could meet."""
        self.name = name
        need(isinstance(symbols, str), name, "symbols", symbols, "one text, with commas between the symbols")
        self.symbols = tuple(one.strip() for one in symbols.split(","))
        given = {
            "symbols": ",".join(self.symbols),
            "k": k,
            "calendar": calendar,
            "every_s": every_s,
            "offset_s": offset_s,
            "window": window,
            "risk_aversion": float(risk_aversion),
            "share": float(share),
            "largest": float(largest),
            "sides": sides,
            "gross": float(gross),
            "margin_share": float(margin_share),
            "layers": layers,
            "angles": angles,
            "seed": seed,
            "due_s": due_s,
            "source": source,
            "period_s": period_s,
        }
        check(name, self.symbols, given)
        self.settings = {each: str(value) for each, value in given.items()}
        self.series = tuple(SeriesChoice(name, symbol, source, period_s) for symbol in self.symbols)
        self.kind = self.series[0].kind
        self.hears: tuple[type, ...] = (*self.series[0].hears, OptimisationCompleted, ModuleLate, WorkFailed)
        self._waiting = Waiting(len(self.symbols), (calendar, every_s * SECOND_NS, offset_s * SECOND_NS))
        self._terms = Terms(
            module=name,
            worker=QUANTUM,
            symbols=self.symbols,
            k=k,
            risk_aversion=float(risk_aversion),
            share=float(share),
            gross=float(gross or share),
            largest=float(largest or share),
            short=sides == "both",
            margin_share=float(margin_share),
            layers=layers,
            angles=angles,
            seed=seed,
            due=due_s * SECOND_NS,
        )
        self._closes = Closes(len(self.symbols), window)
        self._asked: dict[str, int] = {}

    def react(self, event: Any, context: Context) -> Sequence[Event]:
        """A request at an instant of the calendar, targets when its answer has come."""
        if type(event) is SeriesDeclared:
            for one in self.series:
                one.declared(event)
            return ()
        if type(event) is OptimisationCompleted:
            return self._answered(event, context) if event.module == self.name else ()
        if type(event) in {ModuleLate, WorkFailed}:
            return (self._withheld(_unanswered(event)),) if event.module == self.name else ()
        return self._row(event, context)

    def _row(self, event: Any, context: Context) -> Sequence[Event]:
        place = next((place for place, one in enumerate(self.series) if one.number == event.series), -1)
        if place < 0:
            return ()
        closes = self._closes
        closes.pass_to(event.time)
        word = self._waiting.see(place, event.time, full=closes.full)
        said: Sequence[Event] = ()
        if word == "decide":
            asked = request_of(self._terms, closes, context)
            said = (self._withheld(asked) if isinstance(asked, str) else asked,)
        elif word == "late":
            said = (self._withheld(self._late()),)
        mid = (event.bid + event.ask) * 0.5 if type(event) is Quote else (event.bid_close + event.ask_close) * 0.5
        closes.see(place, event.time, mid)
        return said

    def _late(self) -> str:
        """Which symbols have been waited for until another instant came."""
        names = ", ".join(self.symbols[place] for place in self._waiting.missing())
        since = datetime.fromtimestamp(self._waiting.since // SECOND_NS, UTC)
        return (
            f"no row of {names} since {since:%Y-%m-%d %H:%M:%S}Z, when the calendar asked, and it asks again."
            " It waits on; check the data, or leave out a symbol that has ended."
        )

    def _answered(self, event: OptimisationCompleted, context: Context) -> Sequence[Event]:
        """Targets that change, those that reduce first; nothing is asked twice that still stands."""
        if event.outcome == "refused":
            return (self._withheld(event.reason),)
        held = {one.symbol for one in context.positions.values() if one.strategy == self.name}
        changed = []
        for symbol, volume, weight, wanted in zip(
            event.symbols, event.volumes, event.lot_weights, event.weights, strict=True
        ):
            before = self._asked.get(symbol, 0)
            if volume != before or (volume and symbol not in held):
                changed.append((abs(volume) > abs(before), symbol, volume, {"weight": weight, "fractional": wanted}))
                self._asked[symbol] = volume
        said: list[Event] = []
        for _, symbol, volume, values in sorted(changed, key=lambda each: each[0]):
            said += [
                TargetAsked(strategy=self.name, symbol=symbol, volume=volume, stop_points=0, take_points=0),
                DecisionExplained(strategy=self.name, symbol=symbol, values=values),
            ]
        return said

    def _withheld(self, reason: str) -> DecisionWithheld:
        return DecisionWithheld(strategy=self.name, about="rebalance", reason=reason)

    def scan(self, rows: Rows) -> int:
        """Index of the first row that asks, or -1; changes nothing."""
        own, symbols, closes = self._own(rows)
        times = rows.time[own]
        at = self._waiting.copy().take(symbols, times, self._full_from(symbols, times, closes))
        return int(own[at]) if at >= 0 else -1

    def advance(self, rows: Rows) -> None:
        """Take in rows that ask nothing."""
        own, symbols, closes = self._own(rows)
        times = rows.time[own]
        self._waiting.take(symbols, times, self._full_from(symbols, times, closes))
        self._closes.take(symbols, times, closes)

    def _full_from(self, symbols: Any, times: Any, closes: Any) -> int:
        """Index of the first of these rows before which the window is full."""
        now, count = self._closes, len(times)
        if now.full or now.count + count < now.size:
            return 0 if now.full else count

        def full_before(at: int) -> bool:
            before = now.copy()
            before.take(symbols[:at], times[:at], closes[:at])
            before.pass_to(int(times[at]))
            return before.full

        return bisect_left(range(count), 1, key=full_before)

    def _own(self, rows: Rows) -> tuple[Any, Any, Any]:
        """Of the rows of its series: places among `rows`, symbols' places, mid closes."""
        if rows.kind != self.kind:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
        symbols = np.full(len(rows), -1)
        for place, one in enumerate(self.series):
            symbols[rows.series == one.number] = place
        own = np.flatnonzero(symbols >= 0)
        return own, symbols[own], (rows.bid[own] + rows.ask[own]) * 0.5

    def freeze(self) -> Any:
        """Series, closes, what is waited for, volumes asked for."""
        series = [one.freeze() for one in self.series]
        return [series, self._closes.freeze(), self._waiting.freeze(), list(self._asked.items())]

    def thaw(self, state: Any) -> None:
        """Take back what `freeze` gave."""
        series, closes, waiting, asked = state
        for one, frozen in zip(self.series, series, strict=True):
            one.thaw(frozen)
        self._closes.thaw(closes)
        self._waiting.thaw(waiting)
        self._asked = dict(asked)


def _unanswered(event: ModuleLate | WorkFailed) -> str:
    """Why there is no answer to a request, in a live run."""
    if type(event) is WorkFailed:
        return f"the optimiser failed: {event.error}. Mend that; what is held stays until it answers again."
    return "the optimiser had not answered by its deadline. Give it longer (due_s), or a smaller problem."
