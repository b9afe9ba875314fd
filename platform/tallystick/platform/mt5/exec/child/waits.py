"""Waits with a limit, on the bot's clock: conditions, events, queues, joins, selectors.

In the main thread nothing else moves the bot's world, so a wait for a limited time is a sleep, except where something
outside may end it, another thread or a socket: then up to five seconds of the machine's time go by first, anew after
each that came. A wait without a limit for which nobody is left is the end of the data.
"""

import queue
import select
import selectors
import socket
import threading
from _thread import allocate_lock
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from types import SimpleNamespace
from typing import Any

from tallystick.market.spans import NEVER, SECOND_NS
from tallystick.platform.mt5.exec.child.clock import VirtualClock
from tallystick.platform.mt5.exec.child.patience import Patience
from tallystick.platform.mt5.exec.child.places import builtin, put, put_everywhere
from tallystick.platform.mt5.exec.child.refusals import MainThread
from tallystick.platform.mt5.exec.child.turns import Turns

WOKEN = "_tallystick_woken"
"""An attribute of a selector whose loop somebody wakes."""
ON_ITS_WAY_S = 1.0
"""The machine's time that a wake-up may take, at most."""


def put_waits(clock: VirtualClock, main_thread: MainThread, turns: Turns) -> None:
    """Put the bot's clock behind every wait of the standard library that it can be put behind."""
    waits = Waits(clock, main_thread, turns)
    put(threading.Condition, "wait", waits.condition(threading.Condition.wait))
    put(threading.Thread, "join", waits.join(threading.Thread.join))
    simple: Any = vars(queue)["_PySimpleQueue"]
    put_everywhere([(queue.SimpleQueue, simple)])
    kinds = {kind for kind in vars(selectors).values() if isinstance(kind, type)}  # once each, whatever their names
    for kind in kinds:
        if issubclass(kind, selectors.BaseSelector) and "select" in vars(kind):
            put(kind, "select", waits.selector(vars(kind)["select"], _watched))
    put(selectors, "select", SimpleNamespace(**vars(select)))  # what selectors stand on stays as it was
    plain = select.select
    put(select, "select", builtin(waits.files(plain), plain))
    for name in ("accept", "recv", "recv_into", "recvfrom", "recvfrom_into"):
        put(socket.socket, name, waits.readable(getattr(socket.socket, name), plain))


def put_proactor(clock: VirtualClock, main_thread: MainThread, turns: Turns, events: Any) -> None:
    """The same for the loop that asyncio uses on Windows (`asyncio.windows_events`), and how loops are woken there."""
    proactor = events.IocpProactor
    put(proactor, "select", Waits(clock, main_thread, turns).selector(proactor.select, _overlapped))
    for loop, waits_by in (
        (events.proactor_events.BaseProactorEventLoop, "_proactor"),
        (events.selector_events.BaseSelectorEventLoop, "_selector"),
    ):
        put(loop, "_write_to_self", _waking(loop._write_to_self, waits_by))  # noqa: SLF001 -- asyncio's own way


class Waits:
    """The waits, each made from the one whose place it takes."""

    def __init__(self, clock: VirtualClock, main_thread: MainThread, turns: Turns) -> None:
        """Of one bot."""
        self._clock = clock
        self._main = main_thread
        self._turns = turns
        self._threads = Patience()
        self._sockets = Patience()

    def condition(self, wait: Callable[..., bool]) -> Callable[..., bool]:
        """`threading.Condition.wait`, on which events, semaphores, barriers and queues stand."""

        def timed(self_: threading.Condition, timeout: float | None = None) -> bool:
            if self._turns.several:
                return self._notified(self_, timeout)
            if self._really(timeout):
                return wait(self_, timeout)
            if _others():
                if timeout is None:
                    return wait(self_)
                if wait(self_, self._threads.moment(timeout)):
                    self._threads.came()
                    return True
            elif wait(self_, 0):
                return True
            self._pass(timeout)
            return False

        return timed

    def join(self, join: Callable[..., None]) -> Callable[..., None]:
        """`threading.Thread.join`."""

        def timed(self_: threading.Thread, timeout: float | None = None) -> None:
            if self._turns.several:
                self._turns.join(self_, self._wake(timeout))
                return
            if timeout is None or self._really(timeout):
                join(self_, timeout)
                return
            join(self_, self._threads.moment(timeout))
            if self_.is_alive():
                self._pass(timeout)
            else:
                self._threads.came()

        return timed

    def selector(self, wait: Callable[..., list[Any]], watched: Callable[[Any], int]) -> Callable[..., list[Any]]:
        """`select` of a selector; `watched` says how many files one watches besides asyncio's own."""

        def timed(self_: Any, timeout: float | None = None) -> list[Any]:
            outside = watched(self_) > 0
            look = partial(_look, wait, self_)
            if self._turns.several:
                found: list[Any] = self._found(look, timeout, outside=outside)
                return found
            if self._really(None if outside else timeout):
                return wait(self_, timeout)
            ready = look()
            others = self._sockets if outside else self._threads if _others() else None
            if not ready and others is not None:
                if timeout is None:
                    return wait(self_, None)
                if timeout > 0:
                    ready = wait(self_, others.moment(timeout))
            if ready and others is not None:
                others.came()
            if not ready:
                self._pass(timeout)
            return ready

        return timed

    def files(self, wait: Callable[..., Any]) -> Callable[..., Any]:
        """`select.select`; without files it is a way to sleep."""

        def timed(rlist: Any, wlist: Any, xlist: Any, timeout: float | None = None, /) -> Any:
            some = bool(rlist or wlist or xlist)
            if self._turns.several:
                found = self._found(lambda: _any(wait(rlist, wlist, xlist, 0)), timeout, outside=some)
                return found or ([], [], [])
            if self._really(None if some else timeout):
                return wait(rlist, wlist, xlist, timeout)
            if timeout is None and some:
                return wait(rlist, wlist, xlist)
            ready = wait(rlist, wlist, xlist, self._sockets.moment(timeout or 0.0) if some else 0)
            if not any(ready):
                self._pass(timeout)
            return ready

        return timed

    def readable(self, receive: Callable[..., Any], look: Callable[..., Any]) -> Callable[..., Any]:
        """What receives from a socket: others go on until a look, `select.select`, finds something."""

        def waiting(self_: Any, *arguments: Any, **named: Any) -> Any:
            if self._turns.several and self_.gettimeout() != 0:
                self._turns.wait(lambda: bool(look([self_], [], [], 0)[0]), NEVER, outside=True)
            return receive(self_, *arguments, **named)

        return waiting

    def _notified(self, condition: Any, timeout: float | None) -> bool:
        """`Condition.wait` among threads that take turns, as Python's own does it with a lock for each that waits."""
        if not condition._is_owned():  # noqa: SLF001 -- this stands in the place of the condition's own method
            raise RuntimeError("cannot wait on un-acquired lock")
        waiter = allocate_lock()
        waiter.acquire()
        condition._waiters.append(waiter)  # noqa: SLF001 -- as above
        saved = condition._release_save()  # noqa: SLF001 -- as above
        came = False
        try:
            came = self._turns.wait(partial(waiter.acquire, False), self._wake(timeout))  # noqa: FBT003 -- takes no names
            return came
        finally:
            condition._acquire_restore(saved)  # noqa: SLF001 -- as above
            if not came:
                with suppress(ValueError):
                    condition._waiters.remove(waiter)  # noqa: SLF001 -- as above

    def _found(self, look: Callable[[], Any], timeout: float | None, *, outside: bool) -> Any:
        """What a look at files finds, now or while others go on."""
        found = look()
        if found or (timeout is not None and timeout <= 0):
            self._clock.look()
            self._turns.let()
            return found

        def came() -> bool:
            nonlocal found
            found = look()
            return bool(found)

        self._turns.wait(came, self._wake(timeout), outside=outside)
        return found

    def _wake(self, timeout: float | None) -> int:
        """Until when a wait goes on."""
        return NEVER if timeout is None else self._clock.now_ns + max(0, round(timeout * SECOND_NS))

    def _really(self, timeout: float | None) -> bool:
        """Whether this is a thread that waits as it always did. Raises `RefusedError` if for a time only."""
        if self._main.here:
            return self._turns.mine is None
        if timeout is not None and timeout > 0 and not self._main.may_wait():
            self._main.require("waited for a time")
        return True

    def _pass(self, timeout: float | None) -> None:
        """Nothing came: let the time go by."""
        if timeout is None:
            self._clock.wait_for_nothing()
        elif timeout > 0:
            self._clock.sleep(max(1, round(timeout * SECOND_NS)))
        else:
            self._clock.look()


def _waking(write: Callable[[Any], None], waits_by: str) -> Callable[[Any], None]:
    """How a loop is woken where that goes through the loopback interface: it is on its way for a moment."""

    def told(loop: Any) -> None:
        if (selector := getattr(loop, waits_by, None)) is not None:  # a closed loop has none
            vars(selector)[WOKEN] = True
        write(loop)

    return told


def _look(wait: Callable[..., list[Any]], selector: Any) -> list[Any]:
    """What a selector finds at once, a wake-up that is on its way included."""
    ready = wait(selector, 0)
    woken = vars(selector).pop(WOKEN, False)
    return wait(selector, ON_ITS_WAY_S) if woken and not ready else ready


def _any(ready: Any) -> Any:
    """What `select.select` found; nothing where that is three empty lists."""
    return ready if any(ready) else ()


def _others() -> bool:
    """Whether another thread may still do something."""
    return threading.active_count() > 1


def _watched(selector: Any) -> int:
    """How many files a selector watches besides the one by which asyncio wakes itself."""
    return sum(1 for key in (selector.get_map() or {}).values() if not _wakes_itself(key.data))


def _wakes_itself(data: Any) -> bool:
    handle = data[0] if isinstance(data, tuple) and data else None
    callback = getattr(handle, "_callback", None)
    return getattr(callback, "__name__", "") == "_read_from_self"


def _overlapped(proactor: Any) -> int:
    """How many operations a proactor waits for besides the reading of its own wake-up socket."""
    return max(0, len(vars(proactor).get("_cache", ())) - 1)
