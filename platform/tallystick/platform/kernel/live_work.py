"""Work in a live run: what a module asks for is done by another process while the book goes on.

1. The request is an event; once it is durable it is handed out, exactly once in the life of a process.
2. The answer is an input with the time of the turn that takes it in, and with the request as its cause.
3. An answer that was not taken in before its deadline is late: `module.late` at the deadline, the module's policy, and
   under halt and bypass nothing follows from it; one that comes all the same is refused, in the log.
4. Work that failed is `work.failed`, and the module's policy: halt; bypass; or wait, which ends the process, and the
   next one asks again.
5. A run that goes on after its process died has the pending work from the log, and hands it out once more unless its
   deadline has passed by then. A replay takes answers as they were recorded and starts no process.
"""

from collections.abc import Callable

import msgspec

from tallystick.events.catalogue import Catalogue
from tallystick.events.errors import EventRefused
from tallystick.events.event import Event
from tallystick.events.types import optimisation, running
from tallystick.events.worker import WorkResult
from tallystick.platform.kernel.cascade import KERNEL
from tallystick.platform.kernel.deadlines import PendingWork, completed
from tallystick.platform.kernel.errors import ModuleSilencedError
from tallystick.platform.kernel.kernel import Kernel
from tallystick.platform.kernel.workshop import Told, Workshop


class LiveWork:
    """Which of the kernel's pending work has been handed out, and what has become of it."""

    def __init__(self, kernel: Kernel, catalogue: Catalogue, workshop: Workshop, commit: Callable[[], None]) -> None:
        """`commit` is called after each input."""
        self._kernel = kernel
        self._catalogue = catalogue
        self._workshop = workshop
        self._commit = commit
        self._handed: dict[int, PendingWork] = {}

    def of(self, work: PendingWork, seed: int) -> WorkResult | None:  # noqa: ARG002 -- as whoever drives a run asks
        """Nobody waits: answers are taken in at the beginning of a turn."""
        return None

    def hand_out(self) -> None:
        """What is pending and was not handed out yet, and whom it is no longer wanted of; only after a commit."""
        pending = self._kernel.deadlines.state.work
        for seq in [seq for seq in self._handed if seq not in pending]:
            self._workshop.give_up(self._handed.pop(seq))
        for seq, work in pending.items():
            if seq not in self._handed:
                self._handed[seq] = work
                self._workshop.ask(work, self._kernel.desk.seed)

    def told(self) -> list[Told]:
        """What has come in since the last turn, in order."""
        return self._workshop.told()

    def take_in(self, told: Told) -> None:
        """One answer, at the book time of now. Raises `ModuleSilencedError` for a failure of one that is to wait."""
        work = told.work
        self._handed.pop(work.seq, None)
        if work.seq not in self._kernel.deadlines.state.work:
            self._refused(work)
            return
        answer = self._answer(told)
        if isinstance(answer, Event):
            self._kernel.hear(answer, work.worker, "worker", work.seq)
            self._commit()
        else:
            self._failed(work, answer)

    def _answer(self, told: Told) -> Event | str:
        """The input that an answer becomes, or why it is none."""
        if told.result is None:
            return told.error
        try:
            answer = completed(told.work, told.result)
            self._catalogue.encode(answer)
        except (msgspec.MsgspecError, EventRefused) as error:
            return f"its answer is none: {error}"[:500]
        return answer

    def _refused(self, work: PendingWork) -> None:
        """An answer that nobody waits for any more."""
        kind = optimisation.OptimisationCompleted if work.optimisation else running.WorkCompleted
        reason = f"the answer to record {work.seq} came after its deadline; nothing follows from it"
        refused = running.SayingRefused(source=work.worker, type=kind.FACT.name, reason=reason)
        self._kernel.hear(refused, KERNEL, KERNEL, work.seq)
        self._commit()

    def _failed(self, work: PendingWork, error: str) -> None:
        kernel = self._kernel
        policy = kernel.cascades.policy_of(work.module)
        failed = running.WorkFailed(
            module=work.module, worker=work.worker, request=work.seq, error=error, policy=policy
        )
        kernel.hear(failed, KERNEL, KERNEL, work.seq)
        if policy == "halt":
            reason = f"the work that module {work.module} asked for failed: {error}"
            kernel.hear(running.BookHalted(reason=reason), KERNEL, KERNEL)
        self._commit()
        if policy == "wait":
            message = f"the work that module {work.module} asked for failed, and its policy is to wait for a person"
            raise ModuleSilencedError(message, "mend what the last work.failed names, then start the book again")
