"""`tallystick events show`: one record, everything it says."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.events.findings import legible
from tallystick.events.types.mt5 import CallsMade
from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog, Seq
from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.place import spoken
from tallystick.platform.cli.reading import digits_of, document_of, open_reader, require_seq
from tallystick.platform.cli.wording import cards_of, instant, values_of, worded

if TYPE_CHECKING:
    from rich.console import Console


def show(seq: Seq, book: BookOrLog = DEFAULT_BOOK) -> Answer:
    """Show one record: header, body with units, hashes.

    Example: tallystick events show 417 tallystick-demo
    """
    place, reader = open_reader(Path(book))
    require_seq(reader, seq, place)
    envelope = reader.fetch(seq)
    digits = digits_of(reader)
    cards = cards_of(reader, envelope)
    values, calls = values_of(envelope), _calls(envelope.event)

    def view(console: "Console") -> None:
        from rich.table import Table

        cause = "none" if envelope.cause is None else str(envelope.cause)
        cause += "" if envelope.cause_row is None else f", row {envelope.cause_row}"
        kind = "derived" if envelope.derived else "input"
        counted = ", counts in the decision digest" if envelope.trading else ""
        console.print(legible(f"record {seq}: {envelope.type} version {envelope.version}, {kind}{counted}"))
        said_by = f"{envelope.source} ({envelope.role})"
        console.print(legible(f"said by {said_by} at {instant(envelope.time)}, cause {cause}"))
        console.print(f"leaf hash {envelope.leaf.hex()}")
        if envelope.event is None:
            console.print("its body was pruned; the header stays and is proved")
            return
        table = Table(box=None, pad_edge=False)
        for heading in ("field", "value", "meaning"):
            table.add_column(heading, overflow="fold")
        for card in cards:
            table.add_row(card.name, worded(card, values.get(card.name), digits), card.meaning)
        console.print(table, soft_wrap=False)
        for call in calls:
            said = ", ".join(f"{name}={value!r}" for name, value in call["arguments"].items())
            console.print(f"{instant(call['now'])} {call['function']}({said})")
        console.print(f"Why: tallystick why {seq} {spoken(place.folder)}")

    fields = [{"name": card.name, "kind": card.kind, "unit": card.unit, "meaning": card.meaning} for card in cards]
    unpacked = {"calls": calls} if calls else {}
    return Answer({"ok": True, **document_of(reader, envelope), **unpacked, "fields": fields}, view)


def _calls(event: object) -> list[dict[str, Any]]:
    """The calls that a record of a bot's packs, in order."""
    if not isinstance(event, CallsMade):
        return []
    from tallystick.platform.mt5.exec.answers import calls_in

    return [{"now": one.now, "function": one.function, "arguments": one.arguments} for one in calls_in(event)]
