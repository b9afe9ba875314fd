"""Groups going to the disk: one write and one sync each, in segments that are closed when they have grown enough.

Where groups are small and many, they are written over zeros that were made durable before, the segment's room: the
sync of a group that makes its file no longer has no more to write than the group (decision 14).
"""

import errno
import os
from hashlib import sha256
from pathlib import Path

from tallystick.events.files import Files, OpenFile
from tallystick.events.segment import (
    FRAME,
    MARKER_BYTES,
    MAX_SEGMENT_BYTES,
    ROOM_UNIT_BYTES,
    SegmentHeader,
    pack_frame,
    segment_name,
)

SMALL_GROUP_BYTES = 2**16  # a larger one gains less by room than writing it twice costs
GROUPS_WITHOUT_ROOM = 8  # making room costs about as much as so many small groups gain by it
ROOM_GROUPS = 16  # at least
ROOM_BYTES = 4 * ROOM_UNIT_BYTES  # at least
_MAY_MAKE_ROOM = os.name != "nt"  # Windows does not cut a file that somebody has mapped to read it
_NO_SPACE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SegmentAppender:
    """Appends groups to the last segment of a log and begins the next one when that is full.

    `first`, `marker` and `size` describe the segment at hand, without its room; an empty marker means that there is
    none yet.
    """

    __slots__ = ("_end", "_file", "_files", "_folder", "_limit", "_origin_hash", "_small", "first", "marker", "size")

    def __init__(self, folder: Path, origin: str, files: Files, limit: int) -> None:
        """`limit`: a segment of this many bytes or more is closed."""
        self._folder = folder
        self._origin_hash = sha256(origin.encode()).digest()
        self._files = files
        self._limit = limit
        self._file: OpenFile | None = None
        self._end = 0  # of the room, where there is any
        self._small = 0  # groups in succession, none of them large
        self.first = 0
        self.marker = b""
        self.size = 0

    def go_on(self, first: int, marker: bytes, size: int) -> None:
        """Append to the segment that begins with record `first` and holds `size` bytes, and no room."""
        self.first, self.marker, self.size = first, marker, size

    def write(self, group: bytearray, first: int, count: int, prev: bytes, last: bytes) -> None:
        """Close `group` with its frame, write it and make it durable; `prev` and `last` are leaf hashes.

        Raises `OSError`; what was written of the group is then a torn tail.
        """
        most = MAX_SEGMENT_BYTES - len(group) - FRAME.size
        if not self.marker or self.size >= self._limit or self.size > most:
            self._begin(first, prev)
        elif self._file is None:
            self._file = self._files.extend(self._folder / segment_name(self.first))
        assert self._file is not None
        group += pack_frame(self.marker, first, count, last)
        end = self.size + len(group)
        if end > self._end:
            self._make_room(self._file, len(group))
        self._file.write(group)
        self._file.sync()
        self.size = end

    def measure(self) -> None:
        """Look how long the segment is, after a pruning wrote it anew."""
        if self.marker:
            self.size = (self._folder / segment_name(self.first)).stat().st_size

    def end(self) -> None:
        """Cut the room off and give the file back. Raises `OSError`."""
        if self._file is not None and self._end > self.size:
            self._file.truncate(self.size)
            self._file.sync()  # a later segment may follow, and before one there is no room
        self.close()

    def close(self) -> None:
        """Give the file back as it is."""
        self._end = self._small = 0
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self, first: int, prev: bytes) -> None:
        self.end()
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

    def _make_room(self, file: OpenFile, size: int) -> None:
        """Make room for groups like this one of `size` bytes, where that pays."""
        self._small = self._small + 1 if size <= SMALL_GROUP_BYTES else 0
        room = max(ROOM_BYTES, ROOM_GROUPS * size)
        end = (self.size + room) // ROOM_UNIT_BYTES * ROOM_UNIT_BYTES
        if self._small <= GROUPS_WITHOUT_ROOM or end > MAX_SEGMENT_BYTES or not _MAY_MAKE_ROOM:
            return
        try:
            file.write(bytes(end - self.size))
            file.sync()  # by itself: here a disk without space shows, and later a group's sync is of the group alone
            file.seek(self.size)
        except OSError as error:
            if error.errno not in _NO_SPACE:
                raise
            file.truncate(self.size)
            self._small = 0
        else:
            self._end = end
