"""`tallystick audit export`: every event decoded, for people and programs that have no Tallystick."""

import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO

import typer

from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog, OutFile
from tallystick.platform.cli.call import Answer, Call, as_json
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.output_file import require_place, write_replacing
from tallystick.platform.cli.reading import bound_of, document_of, open_reader
from tallystick.platform.cli.screen import aside, progress
from tallystick.platform.counts import count_of

if TYPE_CHECKING:
    from tallystick.events.reader import LogReader

COLUMNS = (
    "seq", "time", "time_utc", "type", "version", "source", "role", "epoch", "cause", "cause_row", "root", "derived",
    "trading", "leaf_hash", "blobs", "body",
)  # fmt: skip


def export(
    context: typer.Context,
    book: BookOrLog = DEFAULT_BOOK,
    *,
    form: Annotated[
        Literal["jsonl", "csv"], typer.Option("--format", help="One JSON line or CSV row a record.")
    ] = "jsonl",
    first: Annotated[
        str, typer.Option("--from", metavar="SEQ_OR_TIME", help="First record, or first time (UTC).")
    ] = "0",
    last: Annotated[
        str | None, typer.Option("--to", metavar="SEQ_OR_TIME", help="Last record, or last day, whole, or time (UTC).")
    ] = None,
    output: OutFile = None,
) -> Answer | int:
    """Write every event, decoded, as JSON lines or CSV.

    Each has its seq, book time (ns UTC), cause, leaf hash and body; columns of market blocks become lists. Without -o
    it goes to standard output. In CSV body and blobs are JSON.

    Example: tallystick audit export tallystick-demo --format csv --from 2014-05-05 --to 2014-05-06 -o may.csv
    """
    call: Call = context.obj
    begin, end = bound_of(first, "--from"), bound_of(last, "--to", last=True) if last is not None else None
    if end is not None and begin[0] == end[0] and begin[1] > end[1]:
        raise Failure("E102", f"--from {first} is after --to {last}", fix="swap them")
    if output is None and call.as_json:
        raise Failure("E823", "--json answers on standard output, and so would the events", fix="name a file with -o")
    _, reader = open_reader(Path(book))
    if output is None:
        if not _write(reader, sys.stdout, form, begin, end):
            aside(f"no record is in this range: the log has {len(reader):,}")
        return 0
    require_place(output, call, ours=lambda start: _is_export(start, form))
    count = 0

    def fill(path: Path) -> None:
        nonlocal count
        with path.open("w", encoding="utf-8", newline="") as file:
            count = _write(reader, file, form, begin, end)

    write_replacing(output, fill)
    document = {"ok": True, "file": str(output), "format": form, "records": count}
    return Answer(document, lambda console: console.print(f"wrote {count_of(count, 'record')} to {output}"))


def _is_export(start: bytes, form: str) -> bool:
    """True for the beginning of a file that this verb wrote in this form."""
    begins = ",".join(COLUMNS) if form == "csv" else '{"seq": '
    return not start or start.startswith(begins.encode())


def _write(reader: "LogReader", file: TextIO, form: str, begin: tuple[str, int], end: tuple[str, int] | None) -> int:
    """Write the records between two bounds; returns how many."""
    rows = csv.writer(file, lineterminator="\n") if form == "csv" else None
    if rows is not None:
        rows.writerow(COLUMNS)
    count = 0
    with progress("exporting", len(reader)) as done:
        for document in _documents(reader, begin, end):
            if rows is not None:
                rows.writerow([_cell(document[name]) for name in COLUMNS])
            else:
                file.write(as_json(document, None) + "\n")
            count += 1
            if count % 256 == 0:
                done(document["seq"])
    return count


def _documents(reader: "LogReader", begin: tuple[str, int], end: tuple[str, int] | None) -> Iterator[dict[str, Any]]:
    first = begin[1] if begin[0] == "seq" else 0
    last = end[1] if end is not None and end[0] == "seq" else 2**63 - 1
    after = begin[1] if begin[0] == "time" else None
    before = end[1] if end is not None and end[0] == "time" else None
    for envelope in reader.envelopes(first, last):
        if after is not None and envelope.time < after:
            continue
        if before is not None and envelope.time > before:
            return  # book time never falls
        yield document_of(reader, envelope)


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return as_json(value, None)
    return "" if value is None else value
