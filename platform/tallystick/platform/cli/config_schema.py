"""`tallystick config schema`: what an editor needs to complete and check a config file."""

from typing import TYPE_CHECKING

import typer

from tallystick.platform.cli.arguments import OutFile
from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.output_file import require_place, write_replacing

if TYPE_CHECKING:
    from rich.console import Console


def schema(context: typer.Context, out: OutFile = None) -> Answer:
    """Print the JSON Schema of the config file, for editors.

    Editors with Taplo or Even Better TOML find it by the first line: #:schema ./tallystick.schema.json

    Example: tallystick config schema -o tallystick.schema.json
    """
    from tallystick.platform.config.schema import schema as made
    from tallystick.platform.config.schema import schema_text

    text = schema_text()
    if out is not None:
        require_place(out, context.obj, ours=lambda first: b'"title": "tallystick.toml"' in first)
        write_replacing(out, lambda beside: beside.write_text(text, encoding="utf-8", newline="\n"))
        written = {"ok": True, "file": str(out)}
        return Answer(written, lambda console: console.print(f"wrote {out}"))

    def show(console: "Console") -> None:
        console.print(text.rstrip())

    return Answer(made(), show)
