"""The segments of a log as they lie in its folder: plain, compressed, or both when a crash came between."""

import re
from dataclasses import dataclass
from pathlib import Path

from tallystick.events.errors import IntegrityError
from tallystick.events.segment import MAX_SEGMENT_BYTES, NAME, content

CHECKED_FOLDERS = ("checkpoints", "blobs", "cut")
_CHECKED = re.compile(r"\d{20}\.seg(\.z|\.xz)?|.*\.checkpoint|[0-9a-f]{64}", re.ASCII)

Snapshot = frozenset[tuple[str, int, int]]  # name, bytes, time of the last change


@dataclass(frozen=True, slots=True)
class StoredSegment:
    """The files that hold the segment which begins with record `first`; the plain one, if there, comes first.

    `stored_bytes` is how long that one was when it was found; 0 for what cannot be looked at: reading it tells why.
    """

    first: int
    paths: tuple[Path, ...]
    stored_bytes: int

    @property
    def name(self) -> str:
        """File name, for messages."""
        return self.paths[0].name

    @property
    def is_plain(self) -> bool:
        """True when a plain file is there."""
        return self.paths[0].suffix == ".seg"

    @property
    def is_one_plain_file(self) -> bool:
        """True when its bytes need not be unpacked or compared with a copy."""
        return self.is_plain and len(self.paths) == 1


def stored_segments(folder: Path) -> tuple[StoredSegment, ...]:
    """The segments in `folder`, by first seq."""
    found: dict[int, list[Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        match = NAME.fullmatch(path.name)
        if match:
            found.setdefault(int(match[1]), []).append(path)
    return tuple(StoredSegment(first, tuple(paths), _size_of(paths[0])) for first, paths in sorted(found.items()))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def plain_bytes(stored: StoredSegment) -> bytes:
    """The segment's plain bytes; every copy must agree. Raises `IntegrityError` or `LogError`."""
    plain = content(stored.paths[0])
    if len(plain) > MAX_SEGMENT_BYTES:
        raise IntegrityError(f"{stored.name} is larger than 1 GiB", seq=stored.first)
    for other in stored.paths[1:]:
        if content(other) != plain:
            raise IntegrityError(f"{stored.name} and its copy {other.name} differ", seq=stored.first)
    return plain


def snapshot(folder: Path) -> Snapshot:
    """What there is to check, so that a second look knows whether a writer was at work."""
    seen = set()
    for place in (folder, *(folder / name for name in CHECKED_FOLDERS)):
        for path in place.rglob("*") if place.name == "blobs" else place.glob("*"):
            if _CHECKED.fullmatch(path.name):
                try:
                    now = path.stat()
                except OSError:  # gone meanwhile, or a link that leads nowhere
                    continue
                seen.add((str(path.relative_to(folder)), now.st_size, now.st_mtime_ns))
    return frozenset(seen)
