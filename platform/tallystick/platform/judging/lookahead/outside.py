"""Files that a strategy's own code reads: which of them hold moments, and copies of them with another future.

settings   small text without moments: noted, for it cannot say what is still to come unless somebody wrote it in
table      rows with moments (text, zipped text, Parquet, NumPy archives, pickled frames): it can be cut
opaque     anything else, the network among it: nobody can say what it knows, so it has to be given as data

From which moment a row of theirs was known says `outside_clock`.
"""

import gzip
import re
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tallystick.market.spans import SECOND_NS
from tallystick.platform.judging.lookahead.frames_outside import FRAMES, changed_frames, rows_in
from tallystick.platform.judging.lookahead.outside_clock import Clock, clock_of_rows, span_of
from tallystick.platform.judging.lookahead.tables import series_from, values_in

if TYPE_CHECKING:
    from tallystick.platform.data.feed import Feed

SETTINGS_BYTES = 65_536
FEW_MOMENTS = 3
FIRST_S, LAST_S = 315_532_800, 4_102_444_800
DATED = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?:[ T,;\t]+([01]?\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))?)?(?!\d)"
)
EPOCH = re.compile(r"(?<![\d.])(\d{10}|\d{13}|\d{16}|\d{19})(?![\d.])")
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:[eE][-+]?\d+)?(?![\w.])")
LOOKED_AT = 400
"""Lines by which a file is judged."""


def kind_of(path: Path, rows: int) -> str:
    """settings, table or opaque; what has a value for every second of the run's rows is no setting."""
    if path.suffix.lower() == ".npy":
        return "settings" if 0 <= _numbers_in(path) < series_from(rows) else "opaque"
    if path.suffix.lower() in FRAMES:
        return "table"
    text = _text_of(path)
    if text is None:
        return "opaque"
    moments = sum(1 for line in text.splitlines()[:LOOKED_AT] if stamp_of(line) is not None)
    if moments >= FEW_MOMENTS:
        return "opaque" if path.suffix.lower() in {".json", ".yaml", ".yml", ".toml"} and "\n" not in text else "table"
    few = len(text) <= SETTINGS_BYTES and values_in(text) < series_from(rows)
    return "settings" if few else "opaque"


def is_text(path: Path) -> bool:
    """Whether a file is text that people could read, packed or not."""
    return path.suffix.lower() not in FRAMES | {".npy"} and _text_of(path) is not None


def _numbers_in(path: Path) -> int:
    """How many an array file holds; -1 where it holds something else."""
    try:
        return int(np.load(path, mmap_mode="r", allow_pickle=False).size)
    except (ValueError, OSError):
        return -1


def clock_of(path: Path, feed: "Feed") -> Clock:
    """How a file's stamps lie to book time, by its rows within the run's span: a file of ten years may serve one."""
    first, last = span_of(feed)
    if path.suffix.lower() in FRAMES:
        stamps, rows = rows_in(path, LOOKED_AT, first, last)
        return clock_of_rows(stamps, rows, feed)
    stamped = ((stamp_of(line), line) for line in (_text_of(path) or "").splitlines())
    lines = [(stamp, line) for stamp, line in stamped if stamp is not None and first <= stamp <= last]
    thinned = lines[:: max(len(lines) // LOOKED_AT, 1)]
    rows = [(stamp, [float(one.group()) for one in NUMBER.finditer(line)]) for stamp, line in thinned]
    return clock_of_rows(np.array([stamp for stamp, _ in lines], dtype=np.int64), rows, feed)


def write_changed(path: Path, target: Path, after_ns: int, how: str, clock: Clock) -> bool:
    """Write the file with another future (`cut` or `turned`) under `target`; False when nothing of it is later."""
    suffix = path.suffix.lower()
    if suffix in FRAMES:
        return changed_frames(path, target, after_ns, how, clock.known)
    if suffix == ".zip":
        return _zipped(path, target, after_ns, how, clock)
    text = _text_of(path)
    if text is None:
        return False
    other, count = _changed_text(text, after_ns, how, clock)
    raw = other.encode()
    target.write_bytes(gzip.compress(raw) if suffix == ".gz" else raw)
    return count > 0


def stamp_of(line: str) -> int | None:
    """The first moment in a line, as UTC in ns."""
    dated = DATED.search(line)
    if dated is not None:
        year, _, month, day, hour, minute, second = dated.groups()
        try:
            at = datetime(
                int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
            )
        except ValueError:
            return None
        return int(at.timestamp()) * SECOND_NS
    epoch = EPOCH.search(line)
    if epoch is None:
        return None
    digits = epoch.group(1)
    seconds = int(digits) / 10.0 ** (len(digits) - 10)
    return int(digits) * 10 ** (19 - len(digits)) if FIRST_S < seconds < LAST_S else None


def _changed_text(text: str, after_ns: int, how: str, clock: Clock) -> tuple[str, int]:
    """Lines later than the moment left out, or their numbers turned round the last one before."""
    kept, count, anchors = [], 0, list[float]()
    for line in text.splitlines(keepends=True):
        stamp = stamp_of(line)
        if stamp is None or clock.known(stamp) <= after_ns:
            kept.append(line)
            if stamp is not None:
                anchors = [float(one.group()) for one in NUMBER.finditer(line)] or anchors
            continue
        count += 1
        if how == "turned":
            kept.append(_turned(line, anchors))
    return "".join(kept), count


def _turned(line: str, anchors: Sequence[float]) -> str:
    """Every decimal number of a line on the other side of the one that stood in its place."""
    places = iter(range(10_000))

    def other(found: re.Match[str]) -> str:
        value, place = float(found.group()), next(places)
        anchor = anchors[place] if place < len(anchors) else value * 1.5
        turned = anchor * anchor / value if anchor * value > 0 else 2 * anchor - value
        decimals = len(found.group().partition(".")[2])
        return f"{turned:.{min(decimals, 12)}f}"

    return NUMBER.sub(other, line)


def _zipped(path: Path, target: Path, after_ns: int, how: str, clock: Clock) -> bool:
    count = 0
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as other:
        for name in archive.namelist():
            raw = archive.read(name)
            text = _decoded(raw)
            if text is not None:
                changed, found = _changed_text(text, after_ns, how, clock)
                raw, count = changed.encode(), count + found
            other.writestr(name, raw)
    return count > 0


def _text_of(path: Path) -> str | None:
    """The text of a file, of a gzipped one, or of all members of an archive; None for what is no text."""
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                texts = [_decoded(archive.read(name)) for name in archive.namelist()]
            return None if not texts or None in texts else "\n".join(text for text in texts if text is not None)
        raw = path.read_bytes()
        if path.suffix.lower() == ".gz":
            raw = gzip.decompress(raw)
    except (OSError, zipfile.BadZipFile, EOFError):
        return None
    return _decoded(raw)


def _decoded(raw: bytes) -> str | None:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    if b"\0" in raw[:4096]:
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
