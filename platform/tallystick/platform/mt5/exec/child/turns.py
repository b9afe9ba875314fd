"""A bot's threads take turns: one runs at a time, and the bot's clock alone says when another goes on.

1. A thread gives its turn up where it sleeps, waits (for a time, a lock, an event, a queue, another thread's end, a
   socket) and where it ends; at a call of the module it does so if another has been due by then.
2. Whoever waits for something that has come goes first, in the order in which they began to wait; then whoever's
   time has come, the earliest first.
3. If nobody can go on, the clock goes on to the earliest time that somebody waits for, after a moment of the
   machine's time where something outside may still come. Who waits for nothing that can come sees the end of the data.
4. A thread that was started waits for its first turn like one that is due. One that ends is gone before another goes
   on.

So threads come in an order that every run repeats.
"""

import os
import threading
from _thread import LockType, allocate_lock, get_ident
from collections.abc import Callable
from functools import partial

from tallystick.market.spans import NEVER
from tallystick.platform.mt5.connecting import EndOfData
from tallystick.platform.mt5.exec.child import machine
from tallystick.platform.mt5.exec.child.clock import VirtualClock
from tallystick.platform.mt5.exec.child.ending import DataEnd
from tallystick.platform.mt5.exec.child.patience import SHORTEST_S, Patience

LAST_OF_ALL = NEVER + 1
"""When the script has ended and only its threads have not."""
HELD_S = 0.05
"""How long, in the machine's time, threads that take no turns may hold a lock."""
Ready = Callable[[], bool]


class Place:
    """One thread's place in the order."""

    __slots__ = ("came", "gate", "outside", "ready", "really", "rested", "thread", "wake_ns")

    def __init__(self, thread: threading.Thread) -> None:
        """It waits for its first turn."""
        self.thread = thread
        self.gate: LockType = allocate_lock()
        self.gate.acquire()
        self.ready: Ready | None = None
        """What it waits for; once true, it is not asked again: a lock may have been taken by it."""
        self.wake_ns = -1
        self.came = False
        self.rested = False
        """It has had a turn and given it up."""
        self.outside = False
        """What it waits for may come from outside the bot."""
        self.really = False
        """It waits in the machine's time at present: for a thread that begins."""

    def may_go(self) -> bool:
        """Whether what it waits for has come."""
        if not self.came and self.ready is not None:
            self.came = self.ready()
        return self.came


class Turns:
    """Whose turn it is."""

    def __init__(
        self, clock: VirtualClock, end: DataEnd, taken: Callable[[], None], stuck: Callable[[str], None]
    ) -> None:
        """The present thread has the turn; `taken` is called in each thread that takes it over.

        `stuck(names)` is called once if nobody of several threads can ever go on.
        """
        self._clock = clock
        self._end = end
        self._taken = taken
        self._stuck = stuck
        self._was_stuck = False
        self._join = threading.Thread.join
        self._main = Place(threading.main_thread())
        self._holder = self._main
        self._of = {get_ident(): self._main}
        self._places: dict[threading.Thread, Place] = {}
        self._waiting: list[Place] = []
        self._ended: list[threading.Thread] = []
        self._patience = Patience()
        self._saw_the_end = False
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._of.clear)

    @property
    def several(self) -> bool:
        """Whether the present thread has the turn and others wait for theirs."""
        return bool(self._places) and self.mine is not None

    @property
    def mine(self) -> Place | None:
        """The present thread's place, where it takes part and is not waiting in the machine's time."""
        place = self._of.get(get_ident())
        return None if place is None or place.really else place

    def wait(self, ready: Ready | None, wake_ns: int, *, outside: bool = False) -> bool:
        """Let others go on until `ready` says so (True) or the clock stands at `wake_ns`. Raises `EndOfData`.

        `ready` is asked in whichever thread has the turn, and never again after it said True.
        """
        place = self._holder
        place.ready, place.wake_ns, place.outside, place.came = ready, wake_ns, outside, False
        place.rested = True
        self._waiting.append(place)
        chosen = self._next()
        if chosen is not place:
            self._give(chosen)
            place.gate.acquire()
            self._take(place)
        if not place.came and wake_ns > self._clock.end_ns:
            self._end.reach()
        return place.came

    def let(self) -> None:
        """Let others go on that could do so by now."""
        now_ns = self._clock.now_ns
        if any(place.wake_ns <= now_ns or place.may_go() for place in self._waiting):
            self.wait(None, now_ns)

    def lock(self, lock: LockType, timeout: float) -> bool:
        """Acquire a lock that another holds; `timeout` in s, -1 for none."""
        strangers = self._strangers > 0
        if self.mine is None or (strangers and not self._places):
            return lock.acquire(timeout=timeout)
        if strangers and lock.acquire(timeout=HELD_S):
            return True
        wake_ns = NEVER if timeout < 0 else self._clock.now_ns + round(timeout * 1e9)
        return self.wait(partial(lock.acquire, False), wake_ns)  # noqa: FBT003 -- the lock's own form

    def join(self, thread: threading.Thread, wake_ns: int) -> None:
        """Wait for a thread's end."""
        if self.wait(lambda: thread not in self._places, wake_ns):
            self._join(thread)

    def start(self, thread: threading.Thread, start: Callable[[threading.Thread], None]) -> None:
        """Start a thread, which runs when it is its turn. Raises what `start` raises."""
        place = Place(thread)
        run, holder = thread.run, self._holder
        thread.run = partial(self._live, place, run)  # type: ignore[method-assign]  # until it has begun
        holder.really = True
        try:
            start(thread)
        except BaseException:
            thread.run = run  # type: ignore[method-assign]  # as it was
            raise
        finally:
            holder.really = False
        self._places[thread] = place
        self._waiting.append(place)
        self._clock.turns = self

    def first(self, thread: threading.Thread) -> None:
        """Start a thread and let it go first, until it ends or gives its turn up."""
        thread.start()
        place = self._places[thread]
        self.wait(lambda: place.rested or thread not in self._places, NEVER)

    def finish(self) -> bool:
        """As Python does where a script has ended: wait for its threads, daemons apart.

        Whether one of the bot's threads was ended by the end of the data.
        """
        while any(not thread.daemon for thread in self._places):
            try:
                self.wait(lambda: all(thread.daemon for thread in self._places), LAST_OF_ALL)
            except EndOfData:
                continue
        return self._saw_the_end

    def _live(self, place: Place, run: Callable[[], None]) -> None:
        place.gate.acquire()
        self._of[get_ident()] = place
        self._take(place)
        try:
            run()
        except EndOfData:
            self._saw_the_end = True
        finally:
            del self._of[get_ident()], self._places[place.thread]
            self._ended.append(place.thread)
            if not self._places:
                self._clock.turns = None
            self._give(self._next())

    def _give(self, chosen: Place) -> None:
        self._holder = chosen
        chosen.gate.release()

    def _take(self, place: Place) -> None:
        self._holder = place
        self._taken()
        while self._ended:
            self._join(self._ended.pop())

    def _next(self) -> Place:
        """Whose turn it is now, taken out of those who wait."""
        clock = self._clock
        while True:
            chosen = self._due()
            if chosen is None and not self._linger():
                first_ns = min(place.wake_ns for place in self._waiting)
                if first_ns >= NEVER and not any(place.outside for place in self._waiting):
                    self._say_stuck()
                clock.go_on(min(first_ns, clock.end_ns))
                if first_ns > clock.end_ns:
                    chosen = min(self._waiting, key=_wake)
                else:
                    continue
            if chosen is not None:
                self._waiting.remove(chosen)
                return chosen

    def _say_stuck(self) -> None:
        if not self._was_stuck and self._clock.now_ns < self._clock.end_ns:
            self._was_stuck = True
            self._stuck(", ".join(place.thread.name for place in self._waiting))

    def _due(self) -> Place | None:
        for place in self._waiting:
            if place.may_go():
                if place.outside:
                    self._patience.came()
                return place
        first = min(self._waiting, key=_wake)
        return first if first.wake_ns <= self._clock.now_ns else None

    @property
    def _strangers(self) -> int:
        """How many threads there are that take no turns."""
        return threading.active_count() - 1 - len(self._places) - len(self._ended)

    def _linger(self) -> bool:
        """Give those outside a moment of the machine's time; whether somebody may go on."""
        if self._strangers <= 0 and not any(place.outside for place in self._waiting):
            return False
        until_s = machine.monotonic() + self._patience.moment(1e9)
        while machine.monotonic() < until_s:
            machine.sleep(SHORTEST_S / 4)
            if any(place.may_go() for place in self._waiting):
                self._patience.came()
                return True
        return False


def _wake(place: Place) -> int:
    return place.wake_ns
