"""The research log as a table: each trial with what became of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tallystick.events.errors import LogMissing
from tallystick.events.reader import Envelope, LogReader
from tallystick.events.types.research import TrialCompleted, TrialFailed, TrialPruned, TrialStarted

STATES = {TrialCompleted: "completed", TrialFailed: "failed", TrialPruned: "pruned"}


@dataclass(slots=True)
class Listed:
    """One trial: its start, when that was (ns UTC), and its end if it had one."""

    seq: int
    time: int
    started: TrialStarted
    ended: TrialCompleted | TrialFailed | TrialPruned | None = None

    @property
    def study(self) -> str:
        """Its study."""
        return self.started.study

    @property
    def state(self) -> str:
        """started, completed, failed or pruned."""
        return "started" if self.ended is None else STATES[type(self.ended)]

    def document(self) -> dict[str, Any]:
        """Everything but the daily returns, as JSON has it."""
        ended, started = self.ended, self.started
        done = ended if isinstance(ended, TrialCompleted) else None
        return {
            "seq": self.seq,
            "time": self.time,
            "study": started.study,
            "trial": started.trial,
            "strategy": started.strategy,
            "parameters": dict(started.parameters),
            "state": self.state,
            "net": None if done is None else done.net / 10**done.digits,
            "daily_sharpe": None if done is None else done.sharpe,
            "deals": None if done is None else done.deals,
            "digest": None if done is None else done.digest,
            "error": ended.error if isinstance(ended, TrialFailed) else "",
            "data": started.data_hash,
            "settings": started.settings_hash,
            "source": started.source_hash,
            "rows": started.rows,
        }

    def cell(self, name: str) -> Any:
        """One cell of a table for people."""
        if name == "begun":
            import numpy as np

            return str(np.datetime64(self.time, "ns").astype("datetime64[s]")).replace("T", " ")
        if name == "parameters":
            return " ".join(f"{key}={value}" for key, value in self.started.parameters.items())
        return self.document()[name]


def listed(folder: Path) -> list[Listed] | None:
    """Every trial in the log of `folder`, study by study as they began and by number; None where there is no log.

    A study's trials run beside each other, so the log has them in the order in which their processes came up.
    """
    try:
        reader = LogReader(folder / "log")
    except LogMissing:
        return None
    studies: dict[str, list[Listed]] = {}
    for each in _trials(reader.envelopes()):
        studies.setdefault(each.study, []).append(each)
    return [each for found in studies.values() for each in sorted(found, key=lambda one: one.started.trial)]


def _trials(envelopes: Iterator[Envelope]) -> Iterator[Listed]:
    begun: dict[int, Listed] = {}
    for each in envelopes:
        if isinstance(each.event, TrialStarted):
            begun[each.seq] = Listed(each.seq, each.time, each.event)
        elif isinstance(each.event, TrialCompleted | TrialFailed | TrialPruned) and each.cause in begun:
            begun[each.cause].ended = each.event
    return iter(begun.values())
