"""Looks that this process answers itself, under a lease of its parent.

The rows of a lease are taken in only as far as the bot's clock has come, by the code that answers in the parent too, so
no answer shows what comes later. What was asked and answered is told to the parent before anything else is said.
"""

import pickle
from typing import Any

import numpy as np

from tallystick.market.compiled import FEW, be_patient
from tallystick.market.rows import Rows
from tallystick.market.spans import NEVER
from tallystick.platform.mt5.exec.settings import LEASED, Lease, Looked
from tallystick.platform.mt5.wire import BEHIND_TIME, SUCCESS, Answer, Call, encoded_answer, encoded_call

MOST_LOOKS = 1_024
MOST_BYTES = 1 << 20
"""Of answers, in one message (and the last)."""


class Known:
    """What was asked and answered, but for when."""

    __slots__ = ("answered", "asked", "error", "value")

    def __init__(self, asked: bytes, answer: Answer) -> None:
        """`asked`: the call behind its time."""
        self.asked = asked
        self.answered = encoded_answer(answer)[BEHIND_TIME:]
        self.error = answer.error
        self.value = answer.value


class Leased:
    """What one bot's process has been lent."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.until = -1
        """Looks before this moment are answered here, ns UTC."""
        self._answers: Any = None
        self._known: dict[bytes, Known] = {}
        """Answers at present, by what was asked."""
        self.full = False
        """True when what was said should be told."""
        self._said: list[Known] = []
        self._times: list[int] = []
        self._bytes = 0
        self._next = NEVER

    def take(self, lease: Lease) -> None:
        """A lease that holds from the next answer on."""
        if lease.world:
            self._begin(lease.world)
        if lease.time:
            self._rows = self._joined(lease)
            self._store.lay(self._rows)
            self._place = 0
            self._next = self._rows.time.item(0)
        self._answers.see(lease.seen)
        self._known.clear()
        self.until = lease.until

    def _begin(self, world: bytes) -> None:
        from tallystick.platform.mt5.answering.answers import LOOKS, Answers
        from tallystick.platform.mt5.answering.made import server_of, store_of

        be_patient()
        definition, symbols, opened = pickle.loads(world)  # noqa: S301 -- from the parent, over a pipe of its own
        self._looks = LOOKS
        self._several = len(symbols) > 1
        self._server = server_of(definition, symbols, opened=opened, keep_history=False)
        self._store = store_of(definition, symbols)
        self._answers = Answers(definition, self._server, self._store)
        self._rows = _rows(*(np.zeros(0, dtype=kind) for kind in LEASED.values()))
        self._place = 0

    def _joined(self, lease: Lease) -> Rows:
        """The rows that wait, and those of a lease."""
        columns = [np.frombuffer(getattr(lease, name), kind) for name, kind in LEASED.items()]
        rows, place = self._rows, self._place
        if place < len(rows):
            held: list[Any] = [rows.time, rows.series, rows.bid, rows.ask, rows.columns["flags"]]
            columns = [np.concatenate([old[place:], new]) for old, new in zip(held, columns, strict=True)]
        return _rows(*columns)

    def answer(self, call: Call) -> Answer | None:
        """The answer to a call at a moment before `until`; None where only the parent can give it."""
        now = call.now
        if now >= self._next:
            self._take_in(now)
        asked = encoded_call(call)[BEHIND_TIME:]
        known = self._known.get(asked)
        if known is None:
            if call.function not in self._looks:
                return None
            error, value = self._answers.answer(call)
            answer = Answer(now, error, value)
            known = self._known[asked] = Known(asked, answer)
            self._bytes += len(asked) + len(known.answered)
        else:
            answer = Answer(now, known.error, known.value)
        self._times.append(now)
        self._said.append(known)
        self.full = self._bytes >= MOST_BYTES or len(self._said) >= MOST_LOOKS
        return answer

    def looked(self) -> Looked | None:
        """What was said since the last time, in order; None when it is nothing. Any thread may ask."""
        said = self._said[:]
        if not said:
            return None
        times = self._times[: len(said)]
        del self._said[: len(said)], self._times[: len(said)]
        self._bytes, self.full = 0, False
        numbers = {known: number for number, known in enumerate(dict.fromkeys(said))}
        return Looked(
            np.array(times, "<i8").tobytes(),
            np.array([numbers[known] for known in said], "<u2").tobytes(),
            tuple([known.asked for known in numbers]),
            tuple([known.answered for known in numbers]),
            bytes([known.error != SUCCESS for known in numbers]),
        )

    def _take_in(self, now: int) -> None:
        """Rows up to now go by."""
        rows, place = self._rows, self._place
        stop = self._place = int(rows.time.searchsorted(now, side="right"))
        self._next = rows.time.item(stop) if stop < len(rows) else NEVER
        self._known.clear()
        self._store.show(now)
        first = place if self._several else stop - 1  # of one symbol only its last price matters
        passed = rows.part(first, stop)
        self._server.advance(_last_of_each(passed) if stop - first > FEW else passed)


def _rows(time: Any, series: Any, bid: Any, ask: Any, flags: Any) -> Rows:
    return Rows("quote", time, series, bid, ask, {"bid": bid, "ask": ask, "flags": flags})


def _last_of_each(rows: Rows) -> Rows:
    """Each symbol's last row, in order: no other matters to a server on which nothing happens."""
    _, places = np.unique(rows.series[::-1], return_index=True)
    kept = np.sort(len(rows) - 1 - places)
    return _rows(rows.time[kept], rows.series[kept], rows.bid[kept], rows.ask[kept], rows.columns["flags"][kept])
