"""`tallystick events tail`: the last records of a log, and those that come."""

import time
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.events.findings import legible
from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog
from tallystick.platform.cli.call import Answer, Call, as_json
from tallystick.platform.cli.reading import digits_of, document_of, open_reader, seqs_of, types_like
from tallystick.platform.cli.wording import instant, told

if TYPE_CHECKING:
    from tallystick.events.reader import Envelope, LogReader

PAUSE_S = 0.25


def tail(
    context: typer.Context,
    book: BookOrLog = DEFAULT_BOOK,
    *,
    pattern: Annotated[str, typer.Option("--type", metavar="PATTERN", help="Only these types, such as order.*")] = "*",
    count: Annotated[int, typer.Option("--count", "-n", min=0, help="How many of the last records.")] = 10,
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="Go on as records come, until Ctrl-C; with --json one line each.")
    ] = False,
) -> Answer | int:
    """Show the last records, and go on as they come.

    Example: tallystick events tail tallystick-demo --type "order.*" --follow
    """
    call: Call = context.obj
    _, reader = open_reader(Path(book))
    digits = digits_of(reader)
    types = types_like(reader, pattern)
    last = [reader.fetch(seq) for seq in deque(seqs_of(reader, types), maxlen=count)]
    if follow:
        return _follow(reader, last, pattern, digits, call)

    def show(_console: object) -> None:
        for envelope in last:
            print(_line(reader, envelope, digits))  # noqa: T201 -- lines as they are, however long

    records = [document_of(reader, envelope) for envelope in last] if call.as_json else []
    return Answer({"ok": True, "records": records, "size": len(reader)}, show)


def _follow(reader: "LogReader", last: "list[Envelope]", pattern: str, digits: int, call: Call) -> int:
    from fnmatch import fnmatchcase

    def say(envelope: "Envelope") -> None:
        line = as_json(document_of(reader, envelope), None) if call.as_json else _line(reader, envelope, digits)
        print(line, flush=True)  # noqa: T201 -- as above, and at once

    def wait() -> bool:
        time.sleep(PAUSE_S)
        return True

    for envelope in last:
        say(envelope)
    for envelope in reader.follow(len(reader), wait):
        if fnmatchcase(envelope.type, pattern):
            say(envelope)
    return 0


def _line(reader: "LogReader", envelope: "Envelope", digits: int) -> str:
    who = f"{envelope.seq:>8} {instant(envelope.time)} {envelope.type} by {envelope.source}"
    return legible(f"{who}: {told(reader, envelope, digits)}")
