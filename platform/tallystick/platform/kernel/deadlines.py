"""Real deadlines in book time: timers modules asked for, and work that is due."""

from collections.abc import Mapping
from typing import Any, Protocol

import msgspec

from tallystick.events.event import Event
from tallystick.events.types import running

NEVER = 2**63 - 1
DEADLINE_EVENTS = frozenset(
    {
        running.TimerRequested,
        running.TimerFired,
        running.WorkRequested,
        running.WorkCompleted,
        running.ModuleLate,
    }
)
"""Types that make or end a deadline."""


class WorkResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker gives back; `took_ns` is its modelled duration in book time (0: in time, whenever due)."""

    result: bytes
    engine: str
    version: str
    artefact: str = ""
    seed: int = 0
    took_ns: int = 0


class Worker(Protocol):
    """Heavy or non-deterministic work outside the reactors."""

    def work(self, request: bytes, seed: int) -> WorkResult:
        """Do the work; called outside any reactor, its result is recorded as an input."""
        ...


class PendingWork(msgspec.Struct, frozen=True, kw_only=True):
    """Work that has been asked for and is not recorded as done."""

    seq: int
    asked: int
    module: str
    worker: str
    request: bytes
    due: int
    deadline: int
    late: bool = False


class DeadlineState(msgspec.Struct, kw_only=True):
    """Timers by (module, timer) and pending work by seq."""

    timers: dict[str, dict[str, int]] = {}
    work: dict[int, PendingWork] = {}


class Deadlines:
    """Folds requests in, and says which deadline comes next."""

    def __init__(self) -> None:
        """No deadlines yet."""
        self.state = DeadlineState()
        self._next = NEVER

    def fold(self, event: Event, time: int, seq: int) -> None:
        """Take note of what concerns deadlines."""
        state = self.state
        if type(event) is running.TimerRequested:
            state.timers.setdefault(event.module, {})[event.timer] = event.due
        elif type(event) is running.TimerFired:
            state.timers.get(event.module, {}).pop(event.timer, None)
        elif type(event) is running.WorkRequested:
            state.work[seq] = PendingWork(
                seq=seq,
                asked=time,
                module=event.module,
                worker=event.worker,
                request=event.request,
                due=event.due,
                deadline=event.deadline,
            )
        elif type(event) is running.WorkCompleted:
            state.work.pop(event.request, None)
        elif type(event) is running.ModuleLate:
            self._late(event)
        else:
            return
        self._refresh()

    def _late(self, event: running.ModuleLate) -> None:
        pending = self.state.work.get(event.request)
        if pending is None:
            return
        if event.policy == "wait":
            self.state.work[event.request] = msgspec.structs.replace(pending, late=True)
        else:
            del self.state.work[event.request]

    def next_due(self) -> int:
        """Book time of the earliest deadline, or `NEVER`."""
        return self._next

    def work_due(self, time: int) -> PendingWork | None:
        """The earliest pending work due by `time`; results come before timers."""
        due = [pending for pending in self.state.work.values() if pending.due <= time]
        return min(due, key=lambda pending: (pending.due, pending.seq), default=None)

    def move(self, seq: int, due: int) -> None:
        """Pending work turns out to need until `due`."""
        self.state.work[seq] = msgspec.structs.replace(self.state.work[seq], due=due)
        self._refresh()

    def timer_due(self, time: int) -> running.TimerFired | None:
        """The earliest timer due by `time`."""
        due = [
            (when, module, timer)
            for module, timers in self.state.timers.items()
            for timer, when in timers.items()
            if when <= time
        ]
        if not due:
            return None
        when, module, timer = min(due)
        return running.TimerFired(module=module, timer=timer, due=when)

    def freeze(self) -> Any:
        """The state as plain values."""
        return msgspec.to_builtins(self.state, str_keys=False)

    def thaw(self, state: Mapping[str, Any]) -> None:
        """Take a frozen state back."""
        self.state = msgspec.convert(state, DeadlineState, strict=False)
        self._refresh()

    def _refresh(self) -> None:
        state = self.state
        timers = [due for named in state.timers.values() for due in named.values()]
        self._next = min([*timers, *(pending.due for pending in state.work.values())], default=NEVER)
