"""The clock that a bot sees: it moves by what the bot does, never by itself.

A call costs a stated time and may be answered later; a sleep moves it on. A look costs about ten nanoseconds, so that
two looks differ; what looks have cost is part of the next call's cost and not added to it, for libraries look at clocks
as often as they like.

A bot that waits busily, by calls or by looks and never by a sleep, would wait for ever at such a price. So after 1,000
calls in a row the price of a call doubles with every further 1,000, up to half a second (no second of the clock is
leapt over); after 10,000 looks in a row a look costs as much as a call, and that doubles likewise.
"""

import threading
from collections.abc import Callable
from typing import Protocol

from tallystick.platform.mt5.exec.child.ending import DataEnd

LOOK_NS = 10
BUSY_LOOKS = 10_000
BUSY_CALLS = 1_000
BUSY_NS = 100_000
"""What a busy bot's calls and looks cost at first, where the stated price is lower."""
DEAREST_NS = 500_000_000
DOUBLINGS = 13
MONOTONIC_NS = 1_000_000_000_000
"""What `monotonic()` says at the start: some time after the machine was switched on."""


class TakesTurns(Protocol):
    """Other threads that may go on while one sleeps."""

    def wait(self, ready: None, wake_ns: int) -> bool:
        """Let them, up to this time. Raises `EndOfData`."""
        ...

    def let(self) -> None:
        """Let those that could have gone on by now."""
        ...


class VirtualClock:
    """UTC in ns. It belongs to one thread, at first the one that makes it: others see it and do not move it."""

    def __init__(
        self,
        start_ns: int,
        end_ns: int,
        call_cost_ns: int,
        end: DataEnd,
        pause: Callable[[int], None] | None = None,
    ) -> None:
        """`end_ns`: the time of the last row. `pause` takes as long as its ns say."""
        self.start_ns = start_ns
        self.end_ns = max(start_ns, end_ns)
        self._cost_ns = call_cost_ns
        self._busy_ns = max(call_cost_ns, BUSY_NS)
        self._end = end
        self._pause = pause
        self._owner = threading.get_ident()
        self.now_ns = start_ns
        """The time, without looking: what a call of the module says."""
        self.signs = 0
        """Calls and sleeps so far: the bot's signs of life."""
        self._looks = 0
        self._calls = 0
        self._busy_looks = 0
        self.turns: TakesTurns | None = None
        """The bot's threads, while it has others than the main one."""

    def take(self) -> None:
        """From now on it belongs to the present thread."""
        self._owner = threading.get_ident()

    def look(self) -> int:
        """The time as the bot reads it. Raises `EndOfData` where a busy wait comes to the end of the data."""
        if threading.get_ident() == self._owner:
            if self._looks < BUSY_LOOKS:
                self._looks += 1
            else:
                self._look_busily()
        return self.now_ns + self._looks * LOOK_NS

    def monotonic_ns(self) -> int:
        """The time since some moment before the start."""
        return self.look() - self.start_ns + MONOTONIC_NS

    def charge(self) -> bool:
        """A call of the module was made; whether the last row has gone by."""
        self.signs += 1
        self._calls += 1
        price = self._cost_ns if self._calls <= BUSY_CALLS else self._price(self._calls // BUSY_CALLS)
        if self._looks:
            self._move(self.now_ns + price)
        else:
            self.now_ns += price
        if self.turns is not None:
            self.turns.let()
        return self.now_ns > self.end_ns

    def set(self, now_ns: int) -> None:
        """An answer says how late it is."""
        if now_ns > self.now_ns:
            self._calls = 0
        self._move(now_ns)

    def sleep(self, ns: int) -> None:
        """Let so many ns go by. Raises `EndOfData` where they reach beyond the last row."""
        self.signs += 1
        self._calls = 0
        wake_ns = self.now_ns + ns
        if self.turns is not None:
            self.turns.wait(None, wake_ns)
            return
        if wake_ns > self.end_ns:
            self.go_on(self.end_ns)
            self._end.reach()
        self.go_on(wake_ns)

    def go_on(self, to_ns: int) -> None:
        """Nothing is done until then."""
        before_ns = self.now_ns
        if self._looks or to_ns < before_ns:
            self._move(to_ns)
        else:
            self.now_ns = to_ns
        if self._pause is not None and to_ns > before_ns:
            self._pause(to_ns - before_ns)

    def nap(self) -> None:
        """Sleep for no time: it costs what a call costs, so that a loop of it ends. Raises `EndOfData`."""
        if self.charge():
            self._end.reach()

    def wait_for_nothing(self) -> None:
        """Wait without a limit for something that cannot come. Raises `EndOfData`."""
        self.sleep(self.end_ns - self.now_ns + 1)

    def _move(self, to_ns: int) -> None:
        """Go on to a moment, or to where looks have come to."""
        if self._looks:
            to_ns = max(to_ns, self.now_ns + self._looks * LOOK_NS)
            self._looks = self._busy_looks = 0
        self.now_ns = max(self.now_ns, to_ns)

    def _look_busily(self) -> None:
        self._busy_looks += 1
        price = self._price(self._busy_looks // BUSY_LOOKS)
        if self.now_ns + price > self.end_ns:
            self._end.reach()
        self.now_ns += price
        if self.turns is not None:
            self.turns.let()

    def _price(self, doublings: int) -> int:
        """What a busy bot pays."""
        dearest = max(DEAREST_NS, self._cost_ns)
        return dearest if doublings > DOUBLINGS else min(dearest, self._busy_ns << doublings)
