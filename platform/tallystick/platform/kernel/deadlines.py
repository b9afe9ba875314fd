"""Real deadlines in book time: timers modules asked for, and work that is due."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from tallystick.events.canonical import encode
from tallystick.events.event import Event
from tallystick.events.types import optimisation, running
from tallystick.events.worker import WorkResult
from tallystick.market.spans import NEVER

DEADLINE_EVENTS = frozenset(
    {
        running.TimerRequested,
        running.TimerFired,
        running.WorkRequested,
        running.WorkCompleted,
        running.WorkFailed,
        running.ModuleLate,
        optimisation.OptimisationRequested,
        optimisation.OptimisationCompleted,
    }
)
"""Types that make or end a deadline."""
WORK_REQUESTED = (running.WorkRequested, optimisation.OptimisationRequested)
MISSED = (running.ModuleLate, running.WorkFailed)
WORK_COMPLETED = (running.WorkCompleted, optimisation.OptimisationCompleted)


class PendingWork(msgspec.Struct, frozen=True, kw_only=True):
    """Work that has been asked for and is not recorded as done."""

    seq: int
    asked: int
    module: str
    worker: str
    request: bytes
    due: int
    deadline: int
    optimisation: bool = False
    """The answer is `optimisation.completed`, not `work.completed`."""
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
            if state.timers.get(event.module, {}).pop(event.timer, None) is None:
                return
        elif isinstance(event, WORK_REQUESTED):
            typed = type(event) is optimisation.OptimisationRequested
            state.work[seq] = PendingWork(
                seq=seq,
                asked=time,
                module=event.module,
                worker=event.worker,
                request=content_of(event),
                due=event.due,
                deadline=event.deadline,
                optimisation=typed,
            )
        elif isinstance(event, WORK_COMPLETED):
            if state.work.pop(event.request, None) is None:
                return
        elif isinstance(event, MISSED):
            self._missed(event)
        else:
            return
        self._refresh()

    def _missed(self, event: running.ModuleLate | running.WorkFailed) -> None:
        """Under the policy `wait` the work stays to be done, whenever that is."""
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


def content_of(event: running.WorkRequested | optimisation.OptimisationRequested) -> bytes:
    """What is asked, in canonical bytes: the same for whoever asks, and whenever it is due."""
    if type(event) is running.WorkRequested:
        return event.request
    return encode(msgspec.structs.replace(event, module="", due=0, deadline=0))


def completed(work: PendingWork, result: WorkResult) -> Event:
    """The input that a result becomes. Raises `msgspec.ValidationError` for one that is no answer to such work."""
    if work.optimisation:
        found = msgspec.msgpack.decode(result.result, type=optimisation.OptimisationCompleted)
        asked = hashlib.sha256(work.request).hexdigest()
        return msgspec.structs.replace(
            found, module=work.module, worker=work.worker, request=work.seq, request_hash=asked
        )
    return running.WorkCompleted(
        module=work.module,
        worker=work.worker,
        request=work.seq,
        result=result.result,
        engine=result.engine,
        version=result.version,
        artefact=result.artefact,
        seed=result.seed,
        cached=False,
    )
