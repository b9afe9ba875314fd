"""From a log on disk to its numbers and its page."""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from tallystick.events import checkpoint
from tallystick.events.digest import DecisionDigest, prefix_of
from tallystick.events.reader import Envelope, LogReader
from tallystick.platform.report.story import Story, tell
from tallystick.platform.report.summary import Book, Proof, Summary, book_of

TITLE = "Tallystick report"


def summarise(log_folder: Path) -> Summary:
    """The numbers of a log. Reads without verifying. Raises what `LogReader` raises."""
    return read_book(log_folder).summary


def write_report(
    log_folder: Path,
    out: Path,
    *,
    verdicts: Mapping[str, str] | None = None,
    title: str = TITLE,
    warnings: Sequence[str] = (),
) -> Summary:
    """Write the page of a log to `out` (its folder is made) and return the log's numbers.

    `verdicts` are words by name, such as verify and replay; a good one begins with OK. They are shown as given: the
    report itself verifies nothing. `warnings` are lines that the log cannot tell.
    """
    book = read_book(log_folder)
    place = str(log_folder.parent if log_folder.name == "log" else log_folder)
    write_page(book, out, verdicts=verdicts or {}, title=title, place=place, warnings=warnings)
    return book.summary


def write_page(
    book: Book,
    out: Path,
    *,
    verdicts: Mapping[str, str],
    title: str,
    place: str,
    warnings: Sequence[str] = (),
    extra: str = "",
) -> None:
    """Write the page of a book that has been read; `place` is its folder as commands name it, `extra` more sections."""
    from tallystick.platform.report.page import page

    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(
        page(book, verdicts, title, place=place, warnings=warnings, extra=extra), encoding="utf-8", newline="\n"
    )


def read_book(log_folder: Path) -> Book:
    """Everything that is computed from a log, for those who want more than the summary."""
    story, proof = _read(log_folder)
    return book_of(story, proof)


def _read(log_folder: Path) -> tuple[Story, Proof]:
    """One pass over the log: its story, and what names it."""
    reader = LogReader(log_folder)
    digest = DecisionDigest()
    size, head, pruned = 0, b"", 0

    def counted() -> Iterator[Envelope]:
        nonlocal size, head, pruned
        for envelope in reader.envelopes():
            size, head = envelope.seq + 1, envelope.leaf
            if envelope.trading:
                body = envelope.body
                pruned += body is None
                body_hash = reader.record(envelope.seq).header.body_hash if body is None else sha256(body).digest()
                digest.add(prefix_of(envelope.type, envelope.version), envelope.time, body_hash)
            yield envelope

    story = tell(counted())
    origin, covered = _last_checkpoint(log_folder)
    return story, Proof(origin, size, head.hex(), digest.value.hex(), covered, pruned)


def _last_checkpoint(log_folder: Path) -> tuple[str, int]:
    """Origin and size as the last checkpoint states them, unverified; "" and -1 without one."""
    found = checkpoint.files(log_folder)
    if not found:
        return "", -1
    origin, size, *_ = [*found[-1].read_text(encoding="utf-8").split("\n"), "", ""]
    return origin, int(size) if size.isdigit() else -1
