"""`tallystick config check`: everything that is wrong with a config file, at once, and what it hardly means."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.call import Answer, Exit
from tallystick.platform.cli.config_run import CONFIG_FILE
from tallystick.platform.cli.place import spoken

if TYPE_CHECKING:
    from rich.console import Console

ConfigPath = Annotated[Path, typer.Argument(metavar="FILE", help="A config file.")]


def check(file: ConfigPath = Path(CONFIG_FILE)) -> Answer:
    """Find everything that is wrong with a config file, each with its line.

    Strategies are loaded and data are read, as for a run; nothing is written. Exit 2: a run could not begin from it.
    Warnings name what can be run and is hardly meant, such as a limit that never counts.

    Example: tallystick config check tallystick.toml
    """
    from tallystick.platform.config.doubts import checked

    findings, doubts = checked(file)
    document = {
        "ok": not findings,
        "file": str(file),
        "findings": [one.document() for one in findings],
        "warnings": [one.document() for one in doubts],
    }

    def show(console: "Console") -> None:
        for one in findings:
            console.print(f"error[{one.code}] {one.text}.")
            console.print(f"Fix: {one.fix}")
        for one in doubts:
            console.print(f"warning: {one.code} {one.text}. {one.fix}")
        if not findings:
            console.print(f"{file}: a run can begin from it")
            console.print(f"Next: tallystick run {spoken(file)}")

    return Answer(document, show, Exit.USAGE if findings else Exit.OK)
