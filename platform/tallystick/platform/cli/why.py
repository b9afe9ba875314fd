"""`tallystick why`: the causal chain of a record, back to the market row, as a tree."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tallystick.events.findings import legible
from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog, Seq
from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.lineage import Lineage, Row, Step
from tallystick.platform.cli.place import spoken
from tallystick.platform.cli.reading import digits_of, document_of, open_reader, require_seq
from tallystick.platform.cli.wording import instant, told

if TYPE_CHECKING:
    from rich.console import Console
    from rich.tree import Tree

    from tallystick.events.reader import LogReader

NOT_SHOWN_OF_A_ROW = frozenset({"time_msc", "flags"})


def why(seq: Seq, book: BookOrLog = DEFAULT_BOOK) -> Answer:
    """Show why a record came to be, back to the market row, as a tree.

    A deal rests on its sending, that on risk's approval, the request, the target, the signal, and the signal on a
    market row. What the terminal does by itself, such as a stop loss, rests on the row that hit it; the order that
    opened the position is shown beside it.

    Example: tallystick why 417 tallystick-demo
    """
    place, reader = open_reader(Path(book))
    require_seq(reader, seq, place)
    top = Lineage(reader).of(seq)
    rows = [step for step in top.steps() if step.row is not None]
    pruned = any(step.envelope.event is None for step in top.steps())
    digits = digits_of(reader)

    def view(console: "Console") -> None:
        from rich.tree import Tree

        tree = Tree(_line(reader, top, digits))
        _grow(tree, reader, top, digits)
        console.print(tree, soft_wrap=False)
        console.print(_ending(rows, pruned, place.folder))

    document = {"ok": True, "reaches_a_row": bool(rows), "chain": _document(reader, top)}
    return Answer(document, view)


def _grow(tree: "Tree", reader: "LogReader", step: Step, digits: int) -> None:
    for below in step.rests_on:
        branch = tree.add(_line(reader, below, digits))
        if below.row is not None:
            branch.add(_row_line(below.row))
        _grow(branch, reader, below, digits)


def _line(reader: "LogReader", step: Step, digits: int) -> str:
    envelope = step.envelope
    relation = f"{step.relation} " if step.relation else ""
    head = f"{relation}{envelope.seq} {envelope.type}"
    if step.shown_above and step.row is None:
        return legible(f"{head} (shown above)")
    return legible(f"{head} by {envelope.source} at {instant(envelope.time)}: {told(reader, envelope, digits)}")


def _row_line(row: Row) -> str:
    values = ", ".join(f"{name} {value}" for name, value in row.values.items() if name not in NOT_SHOWN_OF_A_ROW)
    return f"row {row.number}: {row.symbol} at {instant(row.time)}: {values}"


def _ending(rows: list[Step], pruned: bool, folder: Path) -> str:  # noqa: FBT001 -- what was found, not a switch
    if pruned:
        return "Bodies were pruned: causes are those of the headers; rows, and what bodies name, cannot be shown."
    if not rows:
        return (
            "No market row is among its causes: it follows from a deadline, a person, a bot's own call or the start of "
            "a run."
        )
    first = rows[0]
    assert first.row is not None
    row = f"{first.envelope.seq} {spoken(folder)} --row {first.row.number}"
    return f"Prove the row: tallystick audit prove {row} -o proof.json"


def _document(reader: "LogReader", step: Step) -> dict[str, Any]:
    document: dict[str, Any] = {"relation": step.relation}
    if step.row is None:
        document |= document_of(reader, step.envelope)
    else:
        # A block's columns would drown the row; `events show` has them.
        envelope = step.envelope
        document |= {
            "seq": envelope.seq,
            "type": envelope.type,
            "time": envelope.time,
            "leaf_hash": envelope.leaf.hex(),
        }
        row = step.row
        document["row"] = {
            "number": row.number, "symbol": row.symbol, "time": row.time, "time_utc": instant(row.time), **row.values
        }  # fmt: skip
    document["rests_on"] = [_document(reader, below) for below in step.rests_on]
    return document
