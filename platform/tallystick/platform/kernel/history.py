"""What a book's log says happened so far, as far as a new run must know: its runs, its keys, where its feed stands."""

from dataclasses import dataclass, field
from struct import Struct

from tallystick.events.reader import LogReader
from tallystick.events.record import DERIVED
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
    derived: int = 0
    """How many records follow from others."""
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
_LOOKED_AT = Struct(">IxB4xQ28xH71x")
"""Of `record.RECORD`: length, flags, seq and type id; all of the header must be there."""
WANTED = (running.RunStarted, running.RunEnded, running.PersonEnrolled, SeriesDeclared)


def history_of(reader: LogReader) -> History:
    """Read a log for what a new run must know; only the few records that matter are decoded."""
    found = History(size=len(reader))
    wanted = {reader.declarations.ids.get(event_type.FACT.name) for event_type in WANTED}
    order_type, last_order = reader.declarations.ids.get(OrderRequested.FACT.name), -1
    derived = 0
    for _, places in reader.stretches(layout=_LOOKED_AT):
        for _, (_, flags, seq, type_id) in places:
            derived += flags & DERIVED
            if type_id in wanted:
                _take(found, seq, reader.fetch(seq).event)
            elif type_id == order_type:
                last_order = seq
    found.derived = derived
    if last_order >= 0:
        requested = reader.fetch(last_order).event
        found.next_order = requested.order + 1 if isinstance(requested, OrderRequested) else found.next_order
    return found


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
