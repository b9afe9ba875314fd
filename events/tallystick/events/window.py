"""A segment's plain bytes as a verifier reads them: a window at a time, which stays in the processor's cache.

A gigabyte read at once costs more in fresh memory than the reading itself. What has to be unpacked, or compared with
its copy, is there as a whole.
"""

import os
from collections.abc import Callable
from io import FileIO
from types import TracebackType
from typing import Self

from tallystick.events.errors import LogError
from tallystick.events.regular import open_regular
from tallystick.events.segment import MAX_GROUP_BYTES, MAX_SEGMENT_BYTES, unreadable
from tallystick.events.stored import StoredSegment, plain_bytes

WINDOW_BYTES = 8 * 2**20
MARGIN_BYTES = WINDOW_BYTES // 8
ANY_GROUP_BYTES = MAX_GROUP_BYTES + WINDOW_BYTES


class Window:
    """What is at hand of a segment of `size` bytes: `data`, which begins at its byte `base`. Closed by `with`.

    A file that grows meanwhile is read up to where it ends when its end is read.
    """

    def __init__(
        self,
        stored: StoredSegment,
        bytes_of: Callable[[StoredSegment], bytes] = plain_bytes,
        share: int = 1,
    ) -> None:
        """`bytes_of` gives the plain bytes of a segment that is not one plain file. Raises as `plain_bytes` does.

        `share`: by what the usual window is divided, for who looks at little of what lies there.
        """
        self._stored = stored
        self._most, self._margin = WINDOW_BYTES // share, MARGIN_BYTES // share
        self._file: FileIO | None = None
        self.data, self.base, self.size = b"", 0, 0
        if stored.is_one_plain_file:
            path = stored.paths[0]
            try:
                self._file = open_regular(path, MAX_SEGMENT_BYTES)
            except OSError as error:
                raise unreadable(path, error) from error
            self._read(0, self._most)
        else:
            self.data = bytes_of(stored)
            self.size = len(self.data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._file is not None:
            self._file.close()

    def place(self, share: float) -> int:
        """The byte at a share of the segment, which must be one for every reader while it grows."""
        return int(share * (self.size if self._file is None else self._stored.stored_bytes))

    def ahead(self, at: int) -> int:
        """Have what comes from byte `at` on; up to where groups that begin there should be taken at one time.

        Those that begin later may not be whole here. Raises `LogError`.
        """
        if not self.base <= at < self._reach():
            self._read(at, self._most)
        return self._reach()

    def renew(self, at: int) -> bool:
        """Begin the window at `at` where most of it is behind; whether there is more to look at now."""
        return 2 * (at - self.base) > len(self.data) and self._read_more(at, self._most)

    def widen(self, at: int) -> bool:
        """Have room for the largest group from `at` on, then for everything; whether there is more to look at now."""
        wide = self.base == at and len(self.data) >= ANY_GROUP_BYTES
        return self._read_more(at, self.size if wide else ANY_GROUP_BYTES)

    def whole(self) -> bytes:
        """All of the segment's bytes."""
        self._read(0, self.size)
        return self.data

    def _end(self) -> int:
        return self.base + len(self.data)

    def _reach(self) -> int:
        return self.size if self._end() == self.size else self._end() - self._margin

    def _read_more(self, at: int, most: int) -> bool:
        if self._end() == self.size:
            return False
        self._read(at, most)
        return True

    def _read(self, at: int, most: int) -> None:
        file = self._file
        if file is None:
            return
        try:
            self.size = min(os.fstat(file.fileno()).st_size, MAX_SEGMENT_BYTES)
            most = max(0, min(most, self.size - at))
            file.seek(at)
            parts = [file.read(most) or b""]
            while parts[-1] and sum(map(len, parts)) < most:
                parts.append(file.read(most - sum(map(len, parts))) or b"")
        except OSError as error:
            raise unreadable(self._stored.paths[0], error) from error
        self.data, self.base = b"".join(parts), at
        if self._end() > self.size or len(self.data) < most:
            raise LogError(f"{self._stored.name} became shorter while it was read", fix="verify it again")
