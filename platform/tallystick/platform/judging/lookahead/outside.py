"""Files that a strategy's own code reads: which of them hold moments, and copies of them with another future.

settings   small text without moments: noted, for it cannot say what is still to come unless somebody wrote it in
table      rows with moments (text, zipped text, Parquet, NumPy archives, pickled frames): it can be cut
opaque     anything else, the network among it: nobody can say what it knows, so it has to be given as data

A file of prices of the checked data is recognised by its numbers, and each of its rows then counts from the close of
its bar, whatever clock the file is on. Of other files a row counts a day later than its stamp, as UTC: room for any
clock, and for those that stamp a day by its midnight.
"""

import gzip
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tallystick.platform.judging.lookahead.frames_outside import FRAMES, changed_frames

if TYPE_CHECKING:
    from tallystick.platform.data.feed import Feed

SETTINGS_BYTES = 65_536
FEW_MOMENTS = 3
DAY_NS = 86_400_000_000_000
HOUR_NS = 3_600_000_000_000
FIRST_S, LAST_S = 315_532_800, 4_102_444_800
DATED = re.compile(
    r"(?<!\d)((?:19|20)\d{2})([-./]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])"
    r"(?:[ T,;\t]+([01]?\d|2[0-3]):?([0-5]\d)(?::?([0-5]\d))?)?(?!\d)"
)
EPOCH = re.compile(r"(?<![\d.])(\d{10}|\d{13}|\d{16}|\d{19})(?![\d.])")
NUMBER = re.compile(r"(?<![\w.])-?\d+\.\d+(?:[eE][-+]?\d+)?(?![\w.])")
LOOKED_AT = 400
"""Lines by which a file is judged."""


@dataclass(frozen=True, slots=True)
class Clock:
    """What has to be added to a file's stamps to have the moments from which its rows were known (ns)."""

    prices: bool
    offsets: tuple[int, ...] = (DAY_NS,)

    def known(self, stamp_ns: int) -> int:
        """The moment from which a row was known: the latest where the file's clock goes by summer time."""
        return stamp_ns + max(self.offsets)


def kind_of(path: Path) -> str:
    """settings, table or opaque."""
    if path.suffix.lower() in FRAMES:
        return "table"
    text = _text_of(path)
    if text is None:
        return "opaque"
    moments = sum(1 for line in text.splitlines()[:LOOKED_AT] if stamp_of(line) is not None)
    if moments >= FEW_MOMENTS:
        return "opaque" if path.suffix.lower() in {".json", ".yaml", ".yml", ".toml"} and "\n" not in text else "table"
    return "settings" if len(text) <= SETTINGS_BYTES else "opaque"


def clock_of(path: Path, feed: "Feed") -> Clock:
    """How a file's stamps lie to book time, by its rows within the run's span: a file of ten years may serve one."""
    votes: Counter[int] = Counter()
    closes = _closes(feed)
    first = min(int(one.time[0]) for one in feed.series if len(one)) - 2 * DAY_NS
    last = max(int(one.time[-1]) for one in feed.series if len(one)) + 2 * DAY_NS
    seen = 0
    for stamp, numbers in _sampled(path, first, last):
        seen += 1
        found = {known - stamp for number in numbers for known in closes.get(round(number, 8), ())}
        votes.update(offset for offset in found if abs(offset) <= 2 * DAY_NS)
    often = [(offset, count) for offset, count in votes.most_common(3) if count > seen * 0.2]
    if not seen or sum(count for _, count in often) < seen * 0.5:
        return Clock(prices=False)
    return Clock(prices=True, offsets=tuple(offset for offset, _ in often))


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
        return int(at.timestamp()) * 1_000_000_000
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


def _sampled(path: Path, first_ns: int, last_ns: int) -> Iterator[tuple[int, list[float]]]:
    """Stamps and numbers of some of a file's lines between two moments."""
    suffix = path.suffix.lower()
    if suffix in FRAMES:
        from tallystick.platform.judging.lookahead.frames_outside import rows_in

        yield from rows_in(path, LOOKED_AT, first_ns, last_ns)
        return
    stamped = ((stamp_of(line), line) for line in (_text_of(path) or "").splitlines())
    lines = [(stamp, line) for stamp, line in stamped if stamp is not None and first_ns <= stamp <= last_ns]
    for stamp, line in lines[:: max(len(lines) // LOOKED_AT, 1)]:
        yield stamp, [float(one.group()) for one in NUMBER.finditer(line)]


def _closes(feed: "Feed") -> dict[float, list[int]]:
    """Moments by close, of bid, ask and between, of every series."""
    found: dict[float, list[int]] = {}
    for one in feed.series:
        columns = one.rows.columns
        side = "_close" if one.kind == "bar" else ""
        bid, ask = columns[f"bid{side}"], columns[f"ask{side}"]
        for prices in (bid, ask, (bid + ask) * 0.5):
            _take(found, prices, one.time)
    return found


def _take(found: dict[float, list[int]], prices: NDArray[Any], times: NDArray[Any]) -> None:
    for price, time in zip(np.round(prices, 8).tolist(), times.tolist(), strict=True):
        found.setdefault(price, []).append(time)
