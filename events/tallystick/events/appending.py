"""Groups going to the disk: one write and one sync each, in segments that are closed when they have grown enough."""

import os
from hashlib import sha256
from pathlib import Path

from tallystick.events.files import Files, OpenFile
from tallystick.events.segment import (
    FRAME,
    MARKER_BYTES,
    MAX_SEGMENT_BYTES,
    SegmentHeader,
    pack_frame,
    segment_name,
)


class SegmentAppender:
    """Appends groups to the last segment of a log and begins the next one when that is full.

    `first`, `marker` and `size` describe the segment at hand; an empty marker means that there is none yet.
    """

    __slots__ = ("_file", "_files", "_folder", "_limit", "_origin_hash", "first", "marker", "size")

    def __init__(self, folder: Path, origin: str, files: Files, limit: int) -> None:
        """`limit`: a segment of this many bytes or more is closed."""
        self._folder = folder
        self._origin_hash = sha256(origin.encode()).digest()
        self._files = files
        self._limit = limit
        self._file: OpenFile | None = None
        self.first = 0
        self.marker = b""
        self.size = 0

    def go_on(self, first: int, marker: bytes, size: int) -> None:
        """Append to the segment that begins with record `first` and holds `size` bytes."""
        self.first, self.marker, self.size = first, marker, size

    def write(self, group: bytearray, first: int, count: int, prev: bytes, last: bytes) -> None:
        """Close `group` with its frame, write it and make it durable; `prev` and `last` are leaf hashes.

        Raises `OSError`; what was written of the group is then a torn tail.
        """
        room = MAX_SEGMENT_BYTES - len(group) - FRAME.size
        if not self.marker or self.size >= self._limit or self.size > room:
            self._begin(first, prev)
        elif self._file is None:
            self._file = self._files.extend(self._folder / segment_name(self.first))
        assert self._file is not None
        group += pack_frame(self.marker, first, count, last)
        self._file.write(group)
        self._file.sync()
        self.size += len(group)

    def measure(self) -> None:
        """Look how long the segment is, after a pruning wrote it anew."""
        if self.marker:
            self.size = (self._folder / segment_name(self.first)).stat().st_size

    def close(self) -> None:
        """Give the file back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self, first: int, prev: bytes) -> None:
        self.close()
        # Nobody who supplied a body of this segment's first group can have known its marker.
        marker = os.urandom(MARKER_BYTES)  # noqa: TID251 -- storage, which may differ between copies of a log
        header = SegmentHeader(self._origin_hash, first, prev, marker).pack()
        self._file = self._files.create(self._folder / segment_name(first))
        # Durable before any group: a power cut may keep a later sector of one write and lose the first, and a lost
        # header before kept records would look like tampering. Alone, the header is there, short or zeros.
        self._file.write(header)
        self._file.sync()
        self._files.sync_folder(self._folder)
        self.first, self.marker, self.size = first, marker, len(header)
