"""`tallystick audit prove`: one record, or one market row, for somebody who has only the public key."""

from pathlib import Path
from typing import Annotated

import typer

from tallystick.platform.cli.arguments import DEFAULT_BOOK, BookOrLog, Key, Seq
from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.cli.output_file import require_place, write_replacing
from tallystick.platform.cli.place import key_of, spoken
from tallystick.platform.cli.reading import open_reader, require_seq
from tallystick.platform.cli.wording import instant


def prove(
    context: typer.Context,
    seq: Seq,
    book: BookOrLog = DEFAULT_BOOK,
    *,
    row: Annotated[int | None, typer.Option("--row", min=0, help="One row of the market block that it is.")] = None,
    blobs: Annotated[bool, typer.Option("--with-blobs", help="Put the content of its blobs in.")] = False,
    key: Key = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write the bundle.")] = Path(
        "proof.json"
    ),
) -> Answer:
    """Write a proof of one record that stands without the log.

    The bundle holds the record, its declarations, their paths in the tree and the signed checkpoint. With it and the
    public key anybody can check it, without the log and without Tallystick.

    Example: tallystick audit prove 417 tallystick-demo -o proof.json
    """
    from tallystick.events import bundle
    from tallystick.events.findings import legible

    call: Call = context.obj
    require_place(output, call, ours=_is_bundle)
    place, reader = open_reader(Path(book))
    require_seq(reader, seq, place)
    own = key_of(place, key, call)
    made = bundle.prove(place.log, own, seq, row=row, with_blobs=blobs)
    proved = bundle.check(made, own)  # nobody is handed a proof that was not checked
    write_replacing(output, lambda path: bundle.save(made, path))
    what = legible(f"record {seq} ({proved.type_name}, {instant(proved.header.time)})")
    what += "" if row is None else f", row {row}"
    lines = [
        f"wrote {output}: {what} stands in {proved.checkpoint.origin}, by the checkpoint over {proved.checkpoint.size}",
        "It proves that the owner of the key signed this record in this place; not that what it says is true.",
        "Write the outside verifier: tallystick audit verifier -o outside_verifier.py",
        f"Check it: python outside_verifier.py --bundle {spoken(output)} --key {own}",
    ]
    document = {
        "ok": True,
        "file": str(output),
        "seq": seq,
        "row": row,
        "type": proved.type_name,
        "covered_by": proved.checkpoint.size,
        "key": str(own),
    }
    return Answer(document, lambda console: console.print("\n".join(lines)))


def _is_bundle(start: bytes) -> bool:
    """True for the beginning of a bundle, or for an empty file."""
    return not start.strip() or b'"format": "tallystick/bundle/' in start[:200]
