"""Reading a log: by seq, in order, as records or as decoded envelopes, and following a writer at work.

A reader sees committed groups only. `fetch`, `record`, `envelopes` and `follow` hold each body to the hash in its
header; `raw`, `headers` and `records` are the fast ways and check nothing. `verify` says whether the whole can
be believed.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from struct import Struct
from typing import Any

import msgspec

from tallystick.events.catalogue import Catalogue
from tallystick.events.declarations import Declarations, DeclaredType, Source
from tallystick.events.errors import IntegrityError, LogMissing
from tallystick.events.files import Disk, Files, write_whole
from tallystick.events.record import (
    BLOB,
    DERIVED,
    LENGTH,
    NONE_ROW,
    NONE_SEQ,
    RECORD,
    RECORD_BYTES,
    TRADING,
    Blob,
    Header,
    read_blobs,
    read_header,
)
from tallystick.events.segment import segment_files
from tallystick.events.viewing import STRIDE, Raw, SegmentView

END = 2**63
CACHE = "cache"


class Record(msgspec.Struct, frozen=True, gc=False):
    """A record as it stands: `raw` is the whole header (the tree's entry), `body` is None when it was pruned."""

    header: Header
    raw: bytes
    body: bytes | None
    blobs: tuple[Blob, ...]

    @property
    def leaf(self) -> bytes:
        """Its leaf hash: the chain's next link."""
        return sha256(b"\0" + self.raw).digest()


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """An event with everything its record says; `time` in ns UTC, `cause` and `cause_row` None for none.

    `event` is an `Event`, a mapping where this catalogue does not know the type, or None where the body was pruned.
    """

    seq: int
    epoch: int
    time: int
    cause: int | None
    cause_row: int | None
    root: int
    source: str
    role: str
    type: str
    version: int
    derived: bool
    trading: bool
    leaf: bytes
    body: bytes | None
    event: Any
    blobs: tuple[Blob, ...] = ()


Decode = tuple[DeclaredType, Callable[[bytes], Any]]


class LogReader:
    """The log in `folder`. Raises `LogMissing` when there is none, `IntegrityError` when it cannot be walked."""

    def __init__(self, folder: Path | str, catalogue: Catalogue | None = None, *, files: Files | None = None) -> None:
        self.folder = folder = Path(folder)
        self._catalogue = catalogue or Catalogue()
        self._files = files or Disk()
        self._views: list[SegmentView] = []
        self._taken: dict[int, int] = {}  # by first seq of a segment: how many of its declarations are known
        self._decoders: dict[tuple[int, int], Decode] = {}
        self.declarations = Declarations()
        """What the log has declared so far."""
        if not segment_files(folder):
            raise LogMissing(f"there is no log in {folder}", fix="check the path of the book")
        self.refresh()

    def __len__(self) -> int:
        """How many committed records have been seen; `refresh` looks again."""
        return self._views[-1].first + self._views[-1].records if self._views else 0

    @property
    def types(self) -> dict[tuple[int, int], DeclaredType]:
        """Declared types by (id, version)."""
        return self.declarations.types

    @property
    def sources(self) -> dict[int, Source]:
        """Declared sources by number."""
        return self.declarations.sources

    def refresh(self) -> bool:
        """Look for records committed since the last look; true when there are any."""
        before = len(self)
        known = {view.first: view for view in self._views}
        files = segment_files(self.folder)
        self._views = [known.get(first) or SegmentView(first, path) for first, path in files]
        for place, (first, path) in enumerate(files):
            view = self._views[place]
            closed = view is not self._views[-1]
            if first not in known or not closed:
                self._index(view, closed=closed)
            elif first + view.records < self._next_first(view):
                if view.path != path:  # compressed since, before its end was seen
                    view = self._views[place] = SegmentView(first, path)
                view.refresh()
            self._take_declarations(view)
        return len(self) > before

    def stretches(
        self, first: int = 0, last: int = END, layout: Struct = RECORD
    ) -> Iterator[tuple[memoryview, Iterator[Raw]]]:
        """For each segment its bytes, and each record's place and header fields as `layout` reads them there."""
        for view in self._between(first, last):
            yield view.data, view.iterate(max(first, view.first), last, layout)

    def raw(self, first: int = 0, last: int = END) -> Iterator[tuple[memoryview, Raw]]:
        """The segment's bytes, and each record's place and header fields: the fastest way through a log."""
        for data, places in self.stretches(first, last):
            for each in places:
                yield data, each

    def raw_of(self, types: AbstractSet[int], first: int = 0, last: int = END) -> Iterator[tuple[memoryview, Raw]]:
        """As `raw`, of the types with these numbers alone; where the index knows of none, nothing is looked at."""
        for view in self._between(first, last):
            for begin in view.holding(types):
                for each in view.iterate(max(first, begin), min(last, begin + STRIDE - 1)):
                    if each[1][10] in types:
                        yield view.data, each

    def last_of(self, types: AbstractSet[int]) -> int:
        """Seq of the last record of the types with these numbers; -1 where there is none."""
        for view in reversed(self._views):
            if held := view.holding(types):
                return max(int(f[4]) for _, f in view.iterate(held[-1], held[-1] + STRIDE - 1) if f[10] in types)
        return -1

    def headers(self, first: int = 0, last: int = END) -> Iterator[Header]:
        """Headers of records `first` to `last`, last included."""
        for view in self._between(first, last):
            for _, fields in view.iterate(max(first, view.first), last):
                yield Header(*fields[1:])

    def records(self, first: int = 0, last: int = END) -> Iterator[Record]:
        """Records `first` to `last`, last included, undecoded; their bodies are not checked."""
        for data, (at, fields) in self.raw(first, last):
            yield _record(data, at, fields)

    def envelopes(self, first: int = 0, last: int = END) -> Iterator[Envelope]:
        """Decoded events `first` to `last`, last included. Raises `IntegrityError` for an altered body."""
        for data, (at, fields) in self.raw(first, last):
            yield self._envelope(data, at, fields)

    def envelopes_of(self, types: AbstractSet[int]) -> Iterator[Envelope]:
        """Decoded events of the types with these numbers; of others no body is touched. Raises as `envelopes` does."""
        for data, (at, fields) in self.raw_of(types):
            yield self._envelope(data, at, fields)

    def leaves(self, first: int = 0, last: int = END) -> list[bytes]:
        """Leaf hashes of records `first` to `last`, last included, computed from their headers."""
        zero = b"\0"
        return [
            sha256(zero + data[at + 4 : at + RECORD_BYTES + BLOB.size * fields[15]]).digest()
            for data, (at, fields) in self.raw(first, last)
        ]

    def fetch(self, seq: int) -> Envelope:
        """The event at `seq`. Raises `LogMissing` when there is none, `IntegrityError` when its body was altered."""
        for data, (at, fields) in self.raw(seq, seq):
            return self._envelope(data, at, fields)
        raise self._no_record(seq)

    def record(self, seq: int) -> Record:
        """The record at `seq`, undecoded. Raises as `fetch` does."""
        for data, (at, fields) in self.raw(seq, seq):
            record = _record(data, at, fields)
            _require_body(record.body, fields)
            return record
        raise self._no_record(seq)

    def follow(self, first: int, wait: Callable[[], bool]) -> Iterator[Envelope]:
        """Events from `first` on, as they are committed; `wait` is called when there is none, and false ends it."""
        at = first
        while True:
            for envelope in self.envelopes(at):
                yield envelope
                at = envelope.seq + 1
            if not self.refresh() and not wait():
                return

    def _envelope(self, data: memoryview, at: int, f: tuple[Any, ...]) -> Envelope:
        decode = self._decoders.get((f[10], f[11])) or self._decoder(f[10], f[11], f[4])
        source = self.declarations.sources.get(f[9])
        if source is None:
            raise IntegrityError(f"record {f[4]} comes from source {f[9]}, which was not declared", seq=f[4])
        body_at = at + RECORD_BYTES + BLOB.size * f[15]
        end = at + LENGTH.size + f[0]
        body = bytes(data[body_at:end]) if end > body_at else None
        _require_body(body, f)
        flags, declared = f[2], decode[0]
        return Envelope(
            f[4],
            f[3],
            f[5],
            None if f[6] == NONE_SEQ else f[6],
            None if f[7] == NONE_ROW else f[7],
            f[8],
            source.name,
            source.role,
            declared.name,
            declared.version,
            bool(flags & DERIVED),
            bool(flags & TRADING),
            sha256(b"\0" + data[at + LENGTH.size : body_at]).digest(),
            body,
            None if body is None else decode[1](body),
            read_blobs(data, at, f[15]) if f[15] else (),
        )

    def _decoder(self, type_id: int, version: int, seq: int) -> Decode:
        declared = self.declarations.types.get((type_id, version))
        if declared is None:
            raise IntegrityError(
                f"record {seq} is of type {type_id} version {version}, which was not declared", seq=seq
            )
        decode = self._catalogue.decoder(declared.name, version, declared.cards)
        self._decoders[type_id, version] = declared, decode
        return declared, decode

    def _between(self, first: int, last: int) -> list[SegmentView]:
        return [view for view in self._views if view.first <= last and view.first + view.records > first]

    def _next_first(self, view: SegmentView) -> int:
        return self._views[self._views.index(view) + 1].first

    def _index(self, view: SegmentView, *, closed: bool) -> None:
        """Index a segment; of a closed one the index is kept beside the log, where that is possible."""
        cache = self.folder / CACHE / f"{view.first:020d}.index"
        if closed:
            with suppress(OSError):
                view.use_index(cache.read_bytes())
        if view.refresh() and closed:
            with suppress(OSError):
                write_whole(self._files, cache, view.index())

    def _take_declarations(self, view: SegmentView) -> None:
        taken = self._taken.get(view.first, 0)
        for at in view.declarations[taken:]:
            header = read_header(view.data, at)
            body_at = at + LENGTH.size + header.header_bytes
            self.declarations.take(header.type_id, view.data[body_at : body_at + header.body_bytes], header.seq)
        self._taken[view.first] = len(view.declarations)

    def _no_record(self, seq: int) -> LogMissing:
        return LogMissing(f"there is no record {seq}: the log has {len(self)}", fix="seqs count from 0")


def _require_body(body: bytes | None, fields: tuple[Any, ...]) -> None:
    if body is not None and sha256(body).digest() != fields[14]:
        what = f"the body of record {fields[4]} is not the one its header names"
        raise IntegrityError(what, seq=fields[4], fix="verify the log, and restore the segment from a copy")


def _record(data: memoryview, at: int, fields: tuple[Any, ...]) -> Record:
    body_at = at + RECORD_BYTES + BLOB.size * fields[15]
    end = at + LENGTH.size + fields[0]
    return Record(
        Header(*fields[1:]),
        bytes(data[at + LENGTH.size : body_at]),
        bytes(data[body_at:end]) if end > body_at else None,
        read_blobs(data, at, fields[15]) if fields[15] else (),
    )
