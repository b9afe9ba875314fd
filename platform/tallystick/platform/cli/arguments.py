"""Arguments that several verbs take, each described once."""

from pathlib import Path
from typing import Annotated

import typer

BookOrLog = Annotated[Path, typer.Argument(metavar="BOOK", help="A book's folder, or a log's folder alone.")]
Book = Annotated[Path, typer.Argument(metavar="BOOK", help="A book's folder.")]
Seq = Annotated[int, typer.Argument(metavar="SEQ", min=0, help="Number of the record.")]
Key = Annotated[
    str | None,
    typer.Option(
        "--key", metavar="FILE_OR_VKEY", help="The log's verifier key, or a file that holds it; else your own."
    ),
]
Trusted = Annotated[
    Path | None,
    typer.Option("--checkpoint", metavar="FILE", help="A checkpoint you remembered: the log must hold what it signed."),
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse data with faults instead of treating them.")]
OutFile = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write.")]
DEFAULT_BOOK = Path("tallystick-demo")
