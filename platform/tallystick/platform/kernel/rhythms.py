"""Rhythms: grids in book time, looked at lazily. The first row at or after a grid instant makes one `rhythm.reached`.

A rhythm that missed several instants (a weekend) fires once, with their count. It is a reactor like any other, the
first in module order, so that its fact stands before the answers to it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tallystick.events.event import Event
from tallystick.events.module import OnFailure
from tallystick.events.types.running import RhythmReached
from tallystick.market.rows import BarClosed, Quote, Rows


class Rhythms:
    """Grids by name: period and offset in ns UTC, such as {"daily": (86_400_000_000_000, 0)}."""

    name = "rhythms"
    role = "kernel"
    hears: tuple[type, ...] = (Quote, BarClosed)
    on_failure: OnFailure = "halt"

    def __init__(self, grids: Mapping[str, tuple[int, int]]) -> None:
        """Each grid's instants are offset + k * period."""
        self._grids = dict(sorted(grids.items()))
        self._reached: dict[str, int] = {}

    def react(self, event: Quote | BarClosed, _context: object) -> Sequence[Event]:
        """Say which grids this row is the first to reach."""
        said = []
        for name, (period, offset) in self._grids.items():
            number = (event.time - offset) // period
            before = self._reached.get(name)
            if before is None:
                self._reached[name] = number
            elif number > before:
                self._reached[name] = number
                said.append(RhythmReached(rhythm=name, instant=number * period + offset, instants=number - before))
        return said

    def scan(self, rows: Rows) -> int:
        """First row at or after the next instant of any grid."""
        if not len(rows) or not self._grids:
            return -1
        first = int(rows.time[0])
        next_instants = [
            (self._reached.get(name, (first - offset) // period) + 1) * period + offset
            for name, (period, offset) in self._grids.items()
        ]
        index = int(np.searchsorted(rows.time, min(next_instants)))
        return index if index < len(rows) else -1

    def advance(self, rows: Rows) -> None:
        """Only the very first row matters: it starts the grids."""
        if len(self._reached) < len(self._grids) and len(rows):
            time = int(rows.time[0])
            for name, (period, offset) in self._grids.items():
                self._reached.setdefault(name, (time - offset) // period)

    def freeze(self) -> Any:
        """Number of the latest instant reached, by grid."""
        return dict(self._reached)

    def thaw(self, state: Mapping[str, int]) -> None:
        """Take back what `freeze` gave."""
        self._reached = dict(state)
