"""What may become smaller: closed segments are compressed, and bodies that need not be kept any longer are pruned.

Pruning: 1. `log.bodies_pruned` 2. commit 3. checkpoint 4. rewrite, sync, rename. Headers stay, so everything that was
proved before is proved after. A crash after step 3 leaves bodies that `apply_prunings` removes the next time.
"""

import lzma
import zlib
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Literal

from tallystick.events.blobs import BlobStore
from tallystick.events.declarations import BODIES_PRUNED, LAST_OWN_TYPE
from tallystick.events.errors import IntegrityError, UsageError
from tallystick.events.files import Disk, Files, write_failed, write_whole
from tallystick.events.reader import LogReader
from tallystick.events.record import BLOB, LENGTH, RECORD_BYTES, read_blobs, read_header
from tallystick.events.recovery import covered_by_checkpoints
from tallystick.events.segment import FRAME, FRAME_MAGIC, SEGMENT, content, decompress, segment_files

Suffix = Literal[".z", ".xz"]
_COMPRESS: dict[str, Callable[[bytes], bytes]] = {".z": zlib.compress, ".xz": lzma.compress}


def compress(folder: Path, suffix: Suffix = ".z") -> list[Path]:
    """Compress the plain segments behind which a later one holds committed records; returns the new files.

    Raises `WriteFailed`.
    """
    disk = Disk()
    end = len(LogReader(folder))
    segments = segment_files(folder)
    done = []
    for (_, path), (later, _) in pairwise(segments):
        if path.suffix != ".seg" or later >= end:
            continue
        plain = content(path)
        target = path.with_name(path.name + suffix)
        packed = _COMPRESS[suffix](plain)
        if decompress(packed, target) != plain:
            raise IntegrityError(
                f"{target.name} would not decompress to what it holds", fix="check this machine's memory"
            )
        try:
            write_whole(disk, target, packed)
            # Windows keeps a file that somebody reads; both copies agree, so the plain one may go another time.
            with suppress(PermissionError):
                disk.remove(path)
            disk.sync_folder(folder)
        except OSError as error:
            raise write_failed(f"cannot compress {path.name}", error) from error
        done.append(target)
    return done


def apply_prunings(folder: Path, files: Files | None = None) -> int:
    """Remove the bodies, and blobs nobody else names, of every pruning that a checkpoint covers; returns how many.

    Nothing may write the log meanwhile (`LogWriter.prune` sees to that). Raises `WriteFailed`.
    """
    disk = files or Disk()
    ranges = _pruned_ranges(folder)
    removed = 0
    for first, path in segment_files(folder):
        plain = content(path)
        kept, count = _without_bodies(plain, ranges)
        if count:
            try:
                write_whole(disk, path, _COMPRESS[path.suffix](kept) if path.suffix in _COMPRESS else kept)
            except OSError as error:
                raise write_failed(f"cannot prune the segment of record {first}", error) from error
            removed += count
    _drop_blobs(folder, disk)
    return removed


def _pruned_ranges(folder: Path) -> list[range]:
    """What the prunings that a checkpoint covers name. No reader stays: Windows replaces nothing that is mapped."""
    covered = covered_by_checkpoints(folder)
    log = LogReader(folder)
    said = [each for each in log.headers() if each.type_id == BODIES_PRUNED and each.seq < covered]
    events = [log.fetch(each.seq).event for each in said]
    return [range(event.first, event.last + 1) for event in events]


def require_range(first: int, last: int, end: int) -> None:
    """Raise `UsageError` for a range of bodies that a log of `end` records cannot prune."""
    if not 0 <= first <= last < end:
        raise UsageError(
            f"records {first} to {last} cannot be pruned: the log has {end}", fix="choose a range within it"
        )


def _without_bodies(plain: bytes, ranges: list[range]) -> tuple[bytes, int]:
    """The segment without the bodies of these records (never those of the log's own types), and how many went."""
    data = memoryview(plain)
    kept = bytearray(data[: SEGMENT.size])
    at, count = SEGMENT.size, 0
    while at < len(data):
        if data[at] == FRAME_MAGIC[0]:
            kept += data[at : at + FRAME.size]
            at += FRAME.size
            continue
        header = read_header(data, at)
        body_at = at + LENGTH.size + header.header_bytes
        (length,) = LENGTH.unpack_from(data, at)
        end = at + LENGTH.size + length
        if body_at < end and header.type_id > LAST_OWN_TYPE and any(header.seq in each for each in ranges):
            kept += LENGTH.pack(header.header_bytes) + data[at + LENGTH.size : body_at]
            count += 1
        else:
            kept += data[at:end]
        at = end
    return bytes(kept), count


def _drop_blobs(folder: Path, disk: Files) -> None:
    """Remove each blob that only pruned records name."""
    kept: set[bytes] = set()
    given_up: set[bytes] = set()
    for data, (at, fields) in LogReader(folder).raw():
        if fields[15]:
            named = {digest for _, digest in read_blobs(data, at, fields[15])}
            pruned = LENGTH.size + fields[0] == RECORD_BYTES + BLOB.size * fields[15]
            (given_up if pruned else kept).update(named)
    store = BlobStore(folder, disk)
    for digest in given_up - kept:
        store.remove(digest)
