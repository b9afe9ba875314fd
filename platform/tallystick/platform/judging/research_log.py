"""The research log: every trial of a project, in a book of its own, durable before the trial sees its first row.

A deflated Sharpe ratio is as honest as its N. Here N is the number of `trial.started` records in a chained, signed log:
one that was killed, failed or given up counts like one that won. Whoever deletes the log deletes its checkpoints too,
so remember one elsewhere (`tallystick audit head research`), as with any log.

research/log        the log; verify it with `tallystick audit verify research`
research/book.json  its origin and public key, for convenience; proves nothing

The log is opened for each record and given back at once, so that a study of hours stops nobody's backtest; a second
writer waits up to `WAIT_S`. Its book time is the machine's clock, held back where that steps back.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from tallystick.events.catalogue import Catalogue
from tallystick.events.errors import LogLocked, LogMissing
from tallystick.events.event import Event
from tallystick.events.files import Disk, write_whole
from tallystick.events.reader import LogReader
from tallystick.events.record import NONE_SEQ
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.research import (
    StudyEnded,
    StudyStarted,
    TrialCompleted,
    TrialFailed,
    TrialPruned,
    TrialStarted,
)
from tallystick.events.writer import LogWriter
from tallystick.platform.judging.errors import ForeignLog, LogBusy

FOLDER = "research"
SOURCE = "research"
CARD = "book.json"
PROJECT = "tallystick.toml"
SINGLE = "backtest"
"""The study that backtests by themselves belong to."""
WAIT_S = 30.0
LOOK_AGAIN_S = 0.02
RECORDS_BETWEEN_CACHES = 64
"""Every opening reads what came since the last one; a cache costs a sync."""
SAID = (StudyStarted, StudyEnded, TrialStarted, TrialCompleted, TrialFailed, TrialPruned)


def research_folder(start: Path | None = None) -> Path:
    """Where a project's trials are counted: where tallystick.toml says, `research` beside it, one there, else here.

    Looked for from `start` (default: the working folder) upwards.
    """
    return project_folder(start) or (start or Path.cwd()).resolve() / FOLDER


def project_folder(start: Path | None = None) -> Path | None:
    """The same where there is a project or a log already; None elsewhere."""
    from tallystick.platform.config.file import research_folder_of

    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / PROJECT).is_file():
            return research_folder_of(folder / PROJECT) or folder / FOLDER
        if (folder / FOLDER / "log").is_dir():
            return folder / FOLDER
    return None


@dataclass(frozen=True, slots=True)
class Begun:
    """A trial that is durable in the log: its start, and the seq it got."""

    seq: int
    started: TrialStarted


class ResearchLog:
    """The research log in a folder, begun when its first trial is.

    `key` is the user's own; the log's carries its origin as its name. Raises `ForeignLog` for a log of another key.
    """

    def __init__(
        self, folder: Path | str | None = None, key: Ed25519Signer | None = None, *, wait_s: float = WAIT_S
    ) -> None:
        """`folder`: default `research_folder()`; `key`: default the user's own, made on first use."""
        self.folder = Path(folder) if folder else research_folder()
        own = key or _own_key()
        self._signer = own.named(self._origin(own))
        self._wait_s = wait_s
        self._durable_head = b""
        self._catalogue = Catalogue(SAID)  # its own types only: the whole catalogue takes longer than a record

    @property
    def log(self) -> Path:
        """The log's folder."""
        return self.folder / "log"

    @property
    def vkey(self) -> str:
        """The key to verify it with."""
        return str(self._signer.vkey)

    def say(self, *events: Event, causes: Sequence[int] = (), sign: bool = True) -> list[int]:
        """Record, durably, in one group; returns the seqs. `causes`: seq of each one's start.

        `sign`: a checkpoint follows. Raises `LogBusy` when somebody else writes for longer than `WAIT_S`.
        """
        with self._writing() as writer:
            return self._said(writer, events, causes, sign=sign)

    def begin(self, *trials: TrialStarted) -> list[Begun]:
        """Record that trials start: on the disk when this returns, before anybody may give them a row."""
        return [Begun(seq, each) for seq, each in zip(self.say(*trials, sign=False), trials, strict=True)]

    def begin_study(self, started: StudyStarted) -> StudyStarted:
        """Record that a study starts, under a name that no other has: it is numbered while nobody else writes."""
        with self._writing() as writer:
            named = msgspec.structs.replace(started, study=f"study-{self.studies()}")
            self._said(writer, [named], (), sign=True)
        return named

    def begin_single(self, trial: TrialStarted) -> Begun:
        """Record that a backtest by itself starts, numbered while nobody else writes."""
        with self._writing() as writer:
            numbered = msgspec.structs.replace(trial, trial=self.count())
            (seq,) = self._said(writer, [numbered], (), sign=False)
        return Begun(seq, numbered)

    def _said(self, writer: LogWriter, events: Sequence[Event], causes: Sequence[int], *, sign: bool) -> list[int]:
        writer.declare(type(event) for event in events)
        source = writer.declare_source(SOURCE, "kernel")
        now = max(writer.time, time.time_ns())
        seqs = []
        for place, event in enumerate(events):
            body = self._catalogue.encode(event)
            cause = causes[place] if causes else NONE_SEQ
            type_id = writer.type_id(type(event))
            seqs.append(writer.append(type_id, event.FACT.version, body, time=now, source=source, cause=cause))
        if sign:
            writer.checkpoint(self._signer)
        else:
            writer.commit()
        return seqs

    def count(self) -> int:
        """N: how many trials the log has seen start. Reads headers only."""
        return self._count(TrialStarted)

    def studies(self) -> int:
        """How many studies the log has seen start."""
        return self._count(StudyStarted)

    def reader(self) -> LogReader | None:
        """The log, to be read; None before its first trial."""
        try:
            return LogReader(self.log, self._catalogue)
        except LogMissing:
            return None

    def sharpes(self) -> list[float]:
        """Sharpe ratio of every completed trial that has one, per day, in log order."""
        reader = self.reader()
        said = (each.event for each in reader.envelopes()) if reader is not None else ()
        return [event.sharpe for event in said if isinstance(event, TrialCompleted) and event.sharpe is not None]

    def _count(self, kind: type[Event]) -> int:
        reader = self.reader()
        if reader is None:
            return 0
        types = {key[0] for key, each in reader.types.items() if each.name == kind.FACT.name}
        return sum(header.type_id in types for header in reader.headers()) if types else 0

    @contextmanager
    def _writing(self) -> Iterator[LogWriter]:
        writer = self._opened()
        before = writer.committed // RECORDS_BETWEEN_CACHES
        try:
            if not writer.next_seq:
                self._leave_card()
            yield writer
            self._durable_head = writer.committed_head
            if writer.committed // RECORDS_BETWEEN_CACHES > before:
                writer.close()  # keeps a cache for the next opening, at the price of a sync
        finally:
            writer.abandon()  # what was to stay is committed

    def _opened(self) -> LogWriter:
        until = time.monotonic() + self._wait_s
        while True:
            try:
                return LogWriter(self.log, self._signer.name, durable_head=self._durable_head)
            except LogLocked as error:
                if time.monotonic() > until:
                    raise LogBusy(self.folder, error.pid, self._wait_s) from error
            time.sleep(LOOK_AGAIN_S)

    def _origin(self, key: Ed25519Signer) -> str:
        """Origin of the log that is there, else of one begun here: the same place and key are the same log."""
        try:
            card = json.loads((self.folder / CARD).read_text(encoding="utf-8"))
            origin, owner = str(card["origin"]), str(card["key"])
        except (OSError, ValueError, KeyError, TypeError):
            place = f"{key.vkey.fingerprint}/{self.folder.resolve().as_posix()}"
            return f"tallystick.invalid/research/{hashlib.sha256(place.encode()).hexdigest()[:16]}"
        if owner != str(key.named(origin).vkey):
            raise ForeignLog(self.folder, owner)
        return origin

    def _leave_card(self) -> None:
        card = {"origin": self._signer.name, "key": self.vkey}
        write_whole(Disk(), self.folder / CARD, (json.dumps(card, indent=2) + "\n").encode())


def _own_key() -> Ed25519Signer:
    from tallystick.platform.cli.call import Call
    from tallystick.platform.cli.home import own_key

    return own_key(Call()).signer
