"""`tallystick audit verifier`: the outside verifier as a file, for whoever does not trust this program."""

from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer

from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.cli.output_file import require_place, write_replacing
from tallystick.platform.cli.place import spoken


def verifier(
    context: typer.Context,
    *,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it.")] = Path(
        "outside_verifier.py"
    ),
) -> Answer:
    """Write the outside verifier: one file for your auditor.

    It needs Python and `cryptography`, nothing of Tallystick, and is short enough to be read before it is trusted.

    Example: tallystick audit verifier -o outside_verifier.py
    """
    call: Call = context.obj
    content = files("tallystick.events").joinpath("outside", "outside_verifier.py").read_bytes()
    require_place(output, call, ours=lambda start: start == content)
    write_replacing(output, lambda path: path.write_bytes(content))
    digest = sha256(content).hexdigest()
    lines = [
        f"wrote {output} ({len(content.splitlines())} lines, SHA-256 {digest})",
        f"Run it: python {spoken(output)} BOOK/log --key VKEY",
    ]
    document = {"ok": True, "file": str(output), "sha256": digest, "bytes": len(content)}
    return Answer(document, lambda console: console.print("\n".join(lines)))
