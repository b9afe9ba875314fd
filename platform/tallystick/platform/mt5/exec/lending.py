"""Leases: what a bot's process needs to answer looks itself until something may happen that it cannot know of.

It gets the rows up to there (and some beyond, which no answer shows), what else answers depend on, and at first what
the terminal is made of; the same code as here then gives the same answers. A replay, which knows of no lease, computes
each of them again.
"""

import pickle
from collections.abc import Sequence

import numpy as np

from tallystick.market.rows import Rows
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.exec.composing import BotComposition
from tallystick.platform.mt5.exec.market import Market
from tallystick.platform.mt5.exec.settings import LEASED, Lease

UNUSED_MOST = 4
"""After so many leases in a row under which the bot did not look, only every `SELDOM`th call brings one."""
SELDOM = 16
HANDED_MOST = 2**24
"""Rows of one lease: its message has to fit."""


class Lender:
    """Makes leases for one bot."""

    def __init__(self, market: Market, composed: BotComposition) -> None:
        """`market` keeps its rows."""
        self._market = market
        self._terminal = composed.terminal
        self._answers = composed.looked_at
        self._world: tuple[Definition, Sequence[str], int] | None = composed.world
        self._handed = 0
        self._unused = 0
        self._asked = 0

    def used(self) -> None:
        """The bot has looked under the last lease."""
        self._unused = 0

    def lease(self) -> Lease | None:
        """From this moment on; None where it would serve for nothing."""
        self._asked += 1
        if self._unused >= UNUSED_MOST and self._asked % SELDOM:
            return None
        quiet, until = self._market.quiet_ahead(self._terminal.quiet)
        until = min(until, self._market.last + 1)
        missing = self._market.passed + len(quiet) - self._handed
        if until <= self._terminal.state.clock or missing > HANDED_MOST:
            return None
        self._unused += 1
        given = self._market.unseen(missing) if missing > 0 else []
        self._handed += sum(map(len, given))
        time, series, bid, ask, flags = _columns(given)
        world, self._world = self._world, None
        made = pickle.dumps(world) if world is not None else b""
        return Lease(until, time, series, bid, ask, flags, self._answers.seen(), made)


def _columns(parts: Sequence[Rows]) -> tuple[bytes, ...]:
    """Rows as the columns of a lease."""
    columns = [(part.time, part.series, part.bid, part.ask, part.columns["flags"]) for part in parts]
    return tuple(
        b"".join(np.ascontiguousarray(column[place], dtype=kind).tobytes() for column in columns)
        for place, kind in enumerate(LEASED.values())
    )
