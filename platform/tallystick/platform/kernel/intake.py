"""The intake: market rows go in, and the first moment at which anybody acts comes out.

`walk` asks the terminal, the scanners and the row-by-row modules for the first row at which they would answer; each is
asked only up to the current minimum, in windows that double from 16. Everything before that moment has then been taken
in by everybody, and nothing of it or after it by anybody, except what row-by-row modules already answered to it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from tallystick.events.event import Event
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.platform.kernel.cascade import Answer, Cascades, failure
from tallystick.platform.kernel.context import Desk
from tallystick.platform.kernel.facts import RowFacts
from tallystick.platform.kernel.moments import moment_end, moment_start
from tallystick.platform.mt5.terminal import MarketTerminal

FIRST_WINDOW = 16
LARGEST_WINDOW = 65_536
Fact = tuple[int, Event]
"""Row of its moment that caused it, and what the terminal says."""


class Act(msgspec.Struct):
    """Where the walk stopped: the moment `start` to `stop`, with what is already known of it.

    `answered` holds, for row-by-row modules, (row, module) pairs already asked, and `answers` what they said. `silent`:
    the terminal's scan found that it does nothing at this moment, whose rows it has taken in: they need no settling.
    """

    start: int
    stop: int
    facts: Sequence[Fact] | None = None
    answered: frozenset[tuple[int, int]] = frozenset()
    answers: Sequence[Answer] = ()
    silent: bool = False


class Intake:
    """Walks rows for the terminal and all modules that hear rows."""

    def __init__(
        self,
        cascades: Cascades,
        desk: Desk,
        terminal: MarketTerminal | None,
        *,
        by_row: bool,
    ) -> None:
        """`by_row` ignores every `scan` and asks everybody about every row."""
        self._cascades = cascades
        self._desk = desk
        self._quotes = desk.quotes
        self._terminal = terminal
        self._by_row = by_row
        self.periods: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._facts = RowFacts()
        self._window = FIRST_WINDOW
        self._silent = 0
        """Rows of the part scanned last before the first at which the terminal acts."""
        self._by_kind = {
            kind: tuple(i for i, module in enumerate(cascades.modules) if row_type in module.hears)
            for kind, row_type in (("quote", Quote), ("bar", BarClosed))
        }
        self._scanners: dict[str, tuple[Any, ...]] = {}
        self._readers: dict[str, tuple[int, ...]] = {}
        for kind, hearers in self._by_kind.items():
            modules = [(i, cascades.modules[i]) for i in hearers]
            self._scanners[kind] = tuple(m for _, m in modules if hasattr(m, "scan") and not by_row)
            self._readers[kind] = tuple(i for i, m in modules if by_row or not hasattr(m, "scan"))

    def name_series(self, symbols: tuple[str, ...], periods: NDArray[np.int64]) -> None:
        """Symbols and bar lengths (ns) by series number."""
        self.periods = periods
        self._facts.name_series(symbols, periods)

    def walk(self, rows: Rows, start: int, stop: int) -> Act | None:
        """Take rows `start` to `stop` in up to the first moment at which somebody acts; None when nobody does."""
        while start < stop:
            end = start + self._window
            if end < stop:
                end = moment_end(rows, end - 1)
            if end > stop:
                end = stop
            act = self._step(rows, start, end)
            if act is not None:
                self._window = FIRST_WINDOW
                return act
            start = end
            self._window = min(self._window * 2, LARGEST_WINDOW)
        return None

    def pass_over(self, quiet: Rows) -> None:
        """Take rows in of which it is known that nobody acts on any; there are only the terminal and scanners."""
        self._take(quiet, len(quiet.time), len(quiet.time))

    def settle(self, rows: Rows, act: Act) -> Sequence[Fact]:
        """What the terminal does at the moment."""
        if act.facts is not None or act.silent or self._terminal is None:
            return act.facts or ()
        return self._terminal.settle(rows.part(act.start, act.stop))

    def row_answers(self, rows: Rows, act: Act, row: int) -> list[Answer]:
        """What modules answer to one row of the moment, in module order."""
        fact = self._facts.fact(rows, row)
        self._desk.time = fact.time
        self._quotes.see(fact)
        found = []
        for index in self._by_kind[rows.kind]:
            if act.answered and (row, index) in act.answered:
                found += [answer for answer in act.answers if answer[:2] == (row, index)]
                continue
            events = self._cascades.ask(index, fact)
            if events:
                found.append((row, index, events))
        return found

    def _step(self, rows: Rows, start: int, end: int) -> Act | None:
        if self._by_row:
            return self._every_moment(rows, start, end)
        part, count = rows.part(start, end), end - start
        bound = self._first_scan(part, count)
        act = self._read(rows, start, start + bound) if self._readers[rows.kind] else None
        if act is None:
            if bound == count:
                self._take(part, count, count)
                return None
            act = Act(start + bound, moment_end(rows, start + bound))
        act.silent = act.stop <= start + self._silent
        quiet = act.start - start
        self._take(part, quiet, act.stop - start if act.silent else quiet)
        return act

    def _first_scan(self, part: Rows, count: int) -> int:
        """First row of the first moment at which terminal or scanners act; `count`, all of `part`, when none does."""
        bound = count
        if self._terminal is not None:
            hit = self._terminal.scan(part)
            if hit >= 0:
                bound = hit
        self._silent = bound
        for scanner in self._scanners[part.kind]:
            if bound == 0:
                break
            hit = scanner.scan(part if bound == count else part.part(0, bound))
            if hit >= 0:
                bound = hit
        return moment_start(part, bound) if 0 < bound < count else bound

    def _take(self, part: Rows, quiet: int, silent: int) -> None:
        """The first `quiet` rows, on which nobody acts, are taken in by all but the row-by-row modules.

        The terminal takes in the first `silent`, so many or more: where only others act, their moment too.
        """
        if silent == 0:
            return
        if silent < len(part.time):
            part = part.part(0, silent)
        if self._terminal is not None:
            self._terminal.advance(part)
        if quiet == 0:
            return
        self._quotes.pass_over(part, quiet)
        scanners = self._scanners[part.kind]
        if scanners and quiet < silent:
            part = part.part(0, quiet)
        for scanner in scanners:
            scanner.advance(part)

    def _read(self, rows: Rows, start: int, stop: int) -> Act | None:
        """Ask the row-by-row modules about rows one at a time, up to the first that one of them answers."""
        readers, first = self._cascades.hearers(self._readers[rows.kind]), start
        desk, see = self._desk, self._quotes.see
        answers: list[Answer] = []
        while start < stop:
            stretch = self._facts.stretch(rows, start, stop)
            for row, fact in enumerate(stretch, start):
                desk.time = fact.time
                see(fact)
                for index, react, context in readers:
                    try:
                        events = react(fact, context)
                    except Exception as error:  # noqa: BLE001 -- as in `Cascades.ask`; a call less for every row
                        events = failure(index, error)
                    if events:
                        answers.append((row, index, events))
                if answers:
                    act = Act(moment_start(rows, row, first), moment_end(rows, row), answers=answers)
                    asked = range(act.start, row + 1)
                    act.answered = frozenset((each, index) for each in asked for index, _, _ in readers)
                    return act
            start += len(stretch)
        return None

    def _every_moment(self, rows: Rows, start: int, end: int) -> Act | None:
        """By row: terminal and modules are asked about every moment, whatever their scans would say."""
        while start < end:
            act = Act(start, moment_end(rows, start))
            act.facts = self.settle(rows, act)
            if act.facts:
                return act
            moment = range(act.start, act.stop)
            act.answers = [answer for row in moment for answer in self.row_answers(rows, act, row)]
            act.answered = frozenset((row, index) for row in moment for index in range(len(self._cascades.modules)))
            if act.answers:
                return act
            start = act.stop
        return None
