"""`tallystick config show`: every value in effect, and where it comes from."""

from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.config_check import ConfigPath
from tallystick.platform.cli.config_run import CONFIG_FILE

if TYPE_CHECKING:
    from rich.console import Console


def show(file: ConfigPath = Path(CONFIG_FILE)) -> Answer:
    """Show every value of a config file in effect, and where it comes from.

    What is printed is a config file itself, with everything said.

    Example: tallystick config show tallystick.toml
    """
    from tallystick.platform.config.project import project_of
    from tallystick.platform.config.showing import shown

    found = shown(project_of(file))
    document = found.document
    head = [
        f"# {file}, SHA-256 {document['sha256']}",
        f"# plan {document['plan_hash']}",
        f"# modules in order: {', '.join(document['modules'])}",
        "",
    ]

    def show_lines(console: "Console") -> None:
        for line in [*head, *found.lines]:
            console.print(line)

    return Answer({"ok": True, **document}, show_lines)
