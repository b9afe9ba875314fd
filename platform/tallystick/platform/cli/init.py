"""`tallystick init`: a folder to begin in: a commented config file, a strategy, and what git leaves out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.config_run import CONFIG_FILE
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.place import spoken

if TYPE_CHECKING:
    from rich.console import Console


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder, made if it is not there.")] = Path(),
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write without asking.")] = False,
) -> Answer:
    """Write a config file with comments, a strategy and a .gitignore to begin with.

    What is there already is left as it is. Then tallystick run trades the sample data.

    Example: tallystick init my-desk --yes
    """
    files = _files()
    _require_folder(folder)
    there = [name for name in files if (folder / name).exists()]
    new = [name for name in files if name not in there]
    if new and not yes:
        _ask(folder, new)
    folder.mkdir(parents=True, exist_ok=True)
    written = [name for name in new if _written(folder / name, files[name])]
    following = "tallystick run" if folder in {Path(), Path.cwd()} else f"cd {spoken(folder)}, then: tallystick run"
    document = {"ok": True, "folder": str(folder), "written": written, "kept": there, "next": following}

    def show(console: "Console") -> None:
        for name in files:
            console.print(f"{'wrote' if name in written else 'kept '} {folder / name}")
        console.print(f"Next: {following}")

    return Answer(document, show)


def _files() -> dict[str, str]:
    """What is written, by name."""
    from tallystick.platform.authoring.starting import starting_file
    from tallystick.platform.config.schema import FILE, schema_text
    from tallystick.platform.config.starting import GITIGNORE, STRATEGY, config_text

    name, text = starting_file(STRATEGY, "function")
    return {CONFIG_FILE: config_text(), name: text, ".gitignore": GITIGNORE, FILE: schema_text()}


def _require_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        fix = "name a folder: tallystick init my-desk"
        raise Failure("E830", "a project is a folder", where=str(folder), got="a file", expected="a folder", fix=fix)


def _ask(folder: Path, new: list[str]) -> None:
    """Raise `Failure` unless the person says yes, or nobody is there to ask."""
    question = f"Write {', '.join(new)} in {folder.resolve()}?"
    if not sys.stdin.isatty():
        return
    # To standard error, which leaves standard output to the answer.
    if not typer.confirm(question, default=True, err=True):
        fix = f"tallystick init {spoken(folder)} --yes"
        raise Failure("E831", "nothing was written", where=str(folder), got="no", expected="yes", fix=fix)


def _written(path: Path, text: str) -> bool:
    """Write a new file; false where one came to be there meanwhile."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True
