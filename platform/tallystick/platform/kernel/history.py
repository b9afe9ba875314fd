"""What a book's log says happened so far, as far as a new run must know: its runs, its keys, where its feed stands."""

from dataclasses import dataclass, field

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types import running
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import OrderRequested


@dataclass(slots=True)
class RunSeen:
    """One run of the book: seq of its `run.started`, the manifest, and whether it ended in good order."""

    seq: int
    started: running.RunStarted
    ended: running.RunEnded | None = None
    series: list[SeriesDeclared] = field(default_factory=list)

    @property
    def received(self) -> bool:
        """True when its rows came from outside as it ran, so that they bear the book time of their block."""
        return self.started.mode != "sim"


@dataclass(slots=True)
class History:
    """Runs in order, and enrolled keys by person."""

    runs: list[RunSeen] = field(default_factory=list)
    enrolled: dict[str, str] = field(default_factory=dict)
    size: int = 0
    next_order: int = 1

    @property
    def chains(self) -> list[list[RunSeen]]:
        """Runs grouped by whose state they carry on: the first run of each group began with nothing."""
        found: list[list[RunSeen]] = []
        for run in self.runs:
            if run.started.resumed_from >= 0 and found:
                found[-1].append(run)
            else:
                found.append([run])
        return found

    @property
    def stopped(self) -> RunSeen | None:
        """The last run, when it was stopped before its data ended, so that another can take over from it."""
        last = self.runs[-1] if self.runs else None
        return last if last is not None and last.ended is not None and last.ended.reason == STOPPED else None

    @property
    def unfinished(self) -> RunSeen | None:
        """The last run, when its process died before it ended."""
        return self.runs[-1] if self.runs and self.runs[-1].ended is None else None


STOPPED = "stopped"
"""Why a run ended that another may take over from."""
WANTED = (running.RunStarted, running.RunEnded, running.PersonEnrolled, SeriesDeclared)


def history_of(reader: LogReader) -> History:
    """Read a log for what a new run must know; only the few records that matter are decoded."""
    found = History(size=len(reader))
    for _, (_, fields) in reader.raw_of(_declared(reader, *WANTED)):
        _take(found, fields[4], reader.fetch(fields[4]).event)
    last_order = reader.last_of(_declared(reader, OrderRequested))
    if last_order >= 0:
        requested = reader.fetch(last_order).event
        found.next_order = requested.order + 1 if isinstance(requested, OrderRequested) else found.next_order
    return found


def _declared(reader: LogReader, *types: type[Event]) -> set[int]:
    """The log's numbers of these types, of those that it has declared."""
    ids = reader.declarations.ids
    return {ids[one.FACT.name] for one in types if one.FACT.name in ids}


def _take(found: History, seq: int, event: object) -> None:
    """One of the `WANTED`."""
    if isinstance(event, running.RunStarted):
        found.runs.append(RunSeen(seq, event))
    elif isinstance(event, running.RunEnded) and found.runs:
        found.runs[-1].ended = event
    elif isinstance(event, SeriesDeclared) and found.runs:
        found.runs[-1].series.append(event)
    elif isinstance(event, running.PersonEnrolled):
        found.enrolled[event.person] = event.key
