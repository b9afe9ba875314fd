"""Reacted: an event is heard by each module once, in module order, breadth first.

1. An input is sequenced; it is the root of its cascade.
2. Every module that hears its type answers; each answer is sequenced as it comes, its cause is what it answers.
3. Answers are heard in the order of their numbers, until nobody answers any more.
4. What somebody may not say, an error in a module and a cascade without end become facts of the same cascade.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tallystick.events.errors import EventRefused
from tallystick.events.event import Event
from tallystick.events.module import Module, OnFailure
from tallystick.events.types import running
from tallystick.platform.kernel.context import ModuleContext
from tallystick.platform.kernel.errors import ModuleSilencedError
from tallystick.platform.kernel.sequencer import DERIVED, NO_ROW, NO_SEQ, Sequencer, Voice

Answer = tuple[int, int, Sequence[Any]]
"""Row within what was walked, index of the module, what it answered."""

KERNEL = "kernel"
Hearer = tuple[int, Callable[[Any, Any], Sequence[Any]], ModuleContext]
"""Index, `react` and context of a module that hears a type."""


class _Hearers(dict[type[Event], tuple[Hearer, ...]]):
    """Who hears a type, found when it is first looked up."""

    def __init__(self, modules: Sequence[Module], contexts: Sequence[ModuleContext]) -> None:
        super().__init__()
        self._modules = tuple(zip(modules, contexts, strict=True))

    def __missing__(self, event_type: type[Event]) -> tuple[Hearer, ...]:
        asked = enumerate(self._modules)
        hearers = tuple((i, module.react, context) for i, (module, context) in asked if event_type in module.hears)
        self[event_type] = hearers
        return hearers


class Cascades:
    """Delivers events to modules and their answers to the sequencer."""

    def __init__(self, sequencer: Sequencer, modules: Sequence[Module], limit: int) -> None:
        """`limit`: events of one cascade, after which the book halts."""
        self._sequencer = sequencer
        self.modules = tuple(modules)
        self._limit = limit
        self.contexts: tuple[ModuleContext, ...] = ()
        self._hearers = _Hearers((), ())
        self._voices = tuple(sequencer.voice(module.name, module.role, DERIVED) for module in self.modules)
        self._cards = tuple(voice.cards for voice in self._voices)
        self._outside: dict[tuple[str, str], Voice] = {}
        self._own = sequencer.voice(KERNEL, KERNEL, DERIVED)
        self._root = NO_SEQ
        self._count = 0
        self._queue: deque[tuple[tuple[Hearer, ...], Event, int]] = deque()
        """Events that somebody hears and has not heard yet, with who hears them and their seqs."""
        self.silenced: str | None = None
        self.failures = 0
        """How many failures of modules have been recorded. Whoever failed is still asked the next time: what it
        answers then is for risk to judge, which lets a halted book only reduce."""
        self.on_failure: Callable[[str, Exception], None] = _unheard
        """Told of each failure with its traceback, which no record keeps; it changes nothing."""

    def bind(self, contexts: Iterable[ModuleContext]) -> None:
        """Give each module its context, in module order."""
        self.contexts = tuple(contexts)
        self._hearers = _Hearers(self.modules, self.contexts)

    def start(
        self,
        event: Event,
        source: str,
        role: str,
        cause: int = NO_SEQ,
        cause_row: int = NO_ROW,
        blobs: tuple[tuple[int, bytes], ...] = (),
    ) -> int:
        """Take one input in and run its cascade to the end; returns the input's seq."""
        voice = self._outside.get((source, role)) or self.voice(source, role)
        return self.take(voice, event, cause, cause_row, blobs)

    def take(
        self,
        voice: Voice,
        event: Event,
        cause: int = NO_SEQ,
        cause_row: int = NO_ROW,
        blobs: tuple[tuple[int, bytes], ...] = (),
    ) -> int:
        """`start` for somebody whose voice is at hand."""
        seq = self._sequencer.put(voice, event, cause, cause_row, blobs)
        hearers = self._hearers[type(event)]
        if hearers or self.silenced is not None:
            self._root = seq
            self._count = 1
            self._run(hearers, event, seq)
        return seq

    def voice(self, source: str, role: str) -> Voice:
        """Somebody outside of the modules, whose word is an input."""
        voice = self._outside[source, role] = self._sequencer.voice(source, role)
        return voice

    def answer_rows(self, answers: Iterable[Answer], root: int, first: int | None) -> None:
        """The cascade of a root that has been sequenced: what modules answered to its rows, and what follows.

        Cause rows are counted from `first`; None where the root stands for a row.
        """
        self._root = root
        self._count = 1
        for row, module, events in answers:
            if not self._answered(module, events, root, NO_ROW if first is None else row - first):
                return
        self._run((), None, root)  # the rows themselves have been heard

    def ask(self, index: int, heard: Any) -> Sequence[Any]:
        """What module `index` answers to an event or a row; an error becomes a fact."""
        module = self.modules[index]
        try:
            return module.react(heard, self.contexts[index])
        except Exception as error:  # noqa: BLE001 -- whatever a module raises is recorded and its policy applied
            return failure(index, error)

    def hearers(self, indices: Iterable[int]) -> list[Hearer]:
        """Modules by their indices, to be asked many times."""
        return [(index, self.modules[index].react, self.contexts[index]) for index in indices]

    def policy_of(self, name: str) -> OnFailure:
        """What follows where a module, or its work, fails; where nobody bears the name, the book halts."""
        return next((module.on_failure for module in self.modules if module.name == name), "halt")

    def _run(self, hearers: tuple[Hearer, ...], event: Any, seq: int) -> None:
        """An event is heard, then what is answered to it, until nobody answers any more."""
        queue = self._queue
        while True:
            for index, react, context in hearers:
                try:
                    answers = react(event, context)
                except Exception as error:  # noqa: BLE001 -- as in `ask`, of which this is the hot half
                    answers = failure(index, error)
                if answers and not self._answered(index, answers, seq, NO_ROW):
                    return
            if not queue:
                break
            hearers, event, seq = queue.popleft()
        if self.silenced is not None:
            name, self.silenced = self.silenced, None
            message = f"module {name} failed and its policy is to wait for a person"
            raise ModuleSilencedError(message, "look at the last module.failed with `events tail`, then resume")

    def _answered(self, index: int, answers: Sequence[Any], cause: int, cause_row: int) -> bool:
        """Sequence what a module answers; False when the cascade has reached its limit."""
        cards, known, queue, derive = self._cards[index], self._hearers, self._queue, self._sequencer.derive
        for answer in answers:
            kind = type(answer)
            if kind not in cards or self._count >= self._limit:
                if self._count >= self._limit and kind is not _Failed:
                    self._limited(index, answer, cause, cause_row)
                    return False
                if not self._may_say(index, answer, cause, cause_row):
                    continue
            try:
                seq = derive(cards[kind], answer, cause, self._root, cause_row)
            except EventRefused as error:
                self._failed(_Failed(index, error), cause, cause_row)
                continue
            self._count += 1
            hearers = known[kind]
            if hearers:
                queue.append((hearers, answer, seq))
        return True

    def _may_say(self, index: int, answer: Any, cause: int, cause_row: int) -> bool:
        """Whether a module may say what it never said before; what else is recorded where it may not, or failed."""
        voice = self._voices[index]
        if type(answer) is _Failed:
            self._failed(answer, cause, cause_row)
            return False
        if self._sequencer.may_say(voice, answer):
            return True
        fact = answer.FACT
        reason = f"{fact.name} may be said by {', '.join(fact.said_by)}; {voice.name} is {voice.role}"
        refused = running.SayingRefused(source=voice.name, type=fact.name, reason=reason)
        self._put_own(refused, cause, cause_row)
        return False

    def _limited(self, index: int, event: Event, cause: int, cause_row: int) -> None:
        """The cascade has reached its limit: the book halts, and what was still to be heard is not."""
        name = self._voices[index].name
        limited = running.CascadeLimited(limit=self._limit, type=event.FACT.name, module=name)
        self._put_own(limited, cause, cause_row)
        reason = f"cascade limit of {self._limit} events reached by {name}"
        self._put_own(running.BookHalted(reason=reason), cause, cause_row)
        self._queue.clear()

    def _put_own(self, event: Event, cause: int, cause_row: int) -> None:
        """Something the kernel itself has to say within the cascade; it is heard like any answer."""
        seq = self._sequencer.derive(self._own.cards[type(event)], event, cause, self._root, cause_row)
        self._count += 1
        hearers = self._hearers[type(event)]
        if hearers:
            self._queue.append((hearers, event, seq))

    def _failed(self, failed: "_Failed", cause: int, cause_row: int) -> None:
        module = self.modules[failed.index]
        error = f"{type(failed.error).__name__}: {failed.error}"[:500]
        policy = module.on_failure
        self.failures += 1
        self.on_failure(module.name, failed.error)
        self._put_own(running.ModuleFailed(module=module.name, error=error, policy=policy), cause, cause_row)
        if policy == "halt":
            self._put_own(running.BookHalted(reason=f"module {module.name} failed: {error}"), cause, cause_row)
        elif policy == "wait":
            self.silenced = module.name


def _unheard(_module: str, _error: Exception) -> None:
    """Nobody wants tracebacks."""


def failure(index: int, error: Exception) -> Sequence[Any]:
    """What stands for the answers of a module that raised."""
    return (_Failed(index, error),)


class _Failed:
    """Stands in for the answers of a module that raised."""

    __slots__ = ("error", "index")

    def __init__(self, index: int, error: Exception) -> None:
        self.index = index
        self.error = error
