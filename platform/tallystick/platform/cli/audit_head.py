"""`tallystick audit head`: what names a log. It reads, it does not verify, and says so."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog
from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.cli.home import pinned_key
from tallystick.platform.cli.place import Place, place_of
from tallystick.platform.cli.wording import instant

if TYPE_CHECKING:
    from rich.console import Console


def head(context: typer.Context, book: BookOrLog = DEFAULT_BOOK) -> Answer:
    """Show a log's head, digests and checkpoints.

    It reads without verifying. Keep a copy of the newest file in log/checkpoints where nobody else can change it:
    `audit verify --checkpoint` takes it.

    Example: tallystick audit head tallystick-demo
    """
    call: Call = context.obj
    place = place_of(Path(book))
    found = head_of(place)
    own = pinned_key(call, found["origin"]) if found["origin"] else None
    found["own_key"] = str(own) if own else ""

    def show(console: "Console") -> None:
        for line in _lines(found, place):
            console.print(line)

    return Answer({"ok": True, **found}, show)


def head_of(place: Place) -> dict[str, Any]:
    """Origin, size, head, digests, times and checkpoints of a log. Raises `LogError`, `IntegrityError`."""
    from tallystick.events.digest import DecisionDigest, prefix_of
    from tallystick.events.errors import IntegrityError
    from tallystick.events.merkle import root_of
    from tallystick.events.reader import LogReader

    reader = LogReader(place.log)
    digest = DecisionDigest()
    prefixes = {key: prefix_of(each.name, each.version) for key, each in reader.types.items() if each.trading}
    first_time = last_time = 0
    for header in reader.headers():
        last_time = header.time
        first_time = first_time or last_time
        if header.trading:
            prefix = prefixes.get((header.type_id, header.version))
            if prefix is None:
                raise IntegrityError("its type is no trading type that was declared", seq=header.seq)
            digest.add(prefix, header.time, header.body_hash)
    leaves = reader.leaves()
    return {
        "origin": place.origin(),
        "records": len(reader),
        "head": leaves[-1].hex() if leaves else "",
        "root": root_of(leaves).hex(),
        "decision_digest": digest.value.hex(),
        "decisions": digest.count,
        "first_time": first_time,
        "last_time": last_time,
        "checkpoints": _checkpoints(place.log),
        "key_in_book": place.card().get("key", ""),
    }


def _checkpoints(log: Path) -> list[dict[str, Any]]:
    """Sizes and names of the checkpoint files, as they claim."""
    from tallystick.events.checkpoint import files, read

    claimed = []
    for path in files(log):
        try:
            line = read(path).split(b"\n")[1]
            size = int(line) if line.isdigit() else -1
        except (IndexError, ValueError):  # no file, no second line, or thousands of digits: the verifier tells
            size = -1
        claimed.append({"file": path.name, "size": size})
    return claimed


def _lines(found: dict[str, Any], place: Place) -> list[str]:
    checkpoints = found["checkpoints"]
    covered = max((each["size"] for each in checkpoints), default=0)
    lines = [
        f"log {found['origin'] or '(its origin stands nowhere)'} in {place.log}",
        f"{found['records']:,} records, {instant(found['first_time'])} to {instant(found['last_time'])}",
        f"head             {found['head']}",
        f"tree root        {found['root']}",
        f"decision digest  {found['decision_digest']} over {found['decisions']:,} decisions",
        f"{len(checkpoints)} checkpoints, the last over {covered:,} records",
    ]
    if found["own_key"]:
        lines.append(f"your key for it  {found['own_key']}")
    lines.append(f"Not verified here: tallystick audit verify {place.folder}")
    return lines
