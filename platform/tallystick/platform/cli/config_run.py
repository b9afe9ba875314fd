"""What `tallystick run` needs of a config file: the run it means, the key it names, a book of its own."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import typer

from tallystick.platform.cli.call import Call
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.holding import hold, hold_first
from tallystick.platform.cli.home import KEY_FILE, OwnKey, config_folder, own_key
from tallystick.platform.cli.run_folder import require_own_folder

if TYPE_CHECKING:
    from tallystick.platform.config.project import Project

CONFIG_FILE = "tallystick.toml"


def is_config(named: str) -> bool:
    """Whether `run` is given a config file."""
    return named.lower().endswith(".toml")


def named_or_here(named: str | None) -> str:
    """What `run` is given; without anything the config file of this folder. Raises `Failure`."""
    if named is not None:
        return named
    if not Path(CONFIG_FILE).exists():
        what, fix = "nothing to run was named", "tallystick init"
        expected = f"a strategy's file, a plan, or {CONFIG_FILE} here"
        raise Failure("E841", what, where=str(Path.cwd()), got="nothing", expected=expected, fix=fix)
    return CONFIG_FILE


def project_from(named: str, data: list[str] | None, *, strict: bool) -> "Project":
    """The run that a config file means. Raises `ConfigError`; `Failure` for data that are named beside it."""
    from tallystick.platform.config.project import project_of

    if data:
        what, fix = "a config file names its data itself", "take --data out, or write [[series]] in the file"
        raise Failure("E840", what, where=named, got=f"--data {data[0]}", expected="no --data", fix=fix)
    return project_of(Path(named), strict=strict)


def key_of_project(call: Call, project: "Project") -> OwnKey:
    """The key that a config file names: one of the key folder by its name, or a file's. Raises `Failure`."""
    from tallystick.events.signer import load_key

    named = project.config.keys.signing
    if named is None or f"{named}.key" == KEY_FILE:
        return own_key(call)
    path = key_path(call, project.file.folder, named)
    if not path.is_file():
        what, fix = "no such signing key", "name one that is there, or take keys.signing out to use your own"
        raise Failure("E309", what, where=str(path), got="nothing", expected="a key file", fix=fix)
    return OwnKey(load_key(path), path, new=False)


def key_path(call: Call, folder: Path, named: str) -> Path:
    """Where a key lies that a config file in `folder` names."""
    is_path = named.endswith(".key") or "/" in named or "\\" in named
    return folder / Path(named).expanduser() if is_path else config_folder(call.home) / f"{named}.key"


def require_not_within(book: Path, key: OwnKey) -> None:
    """Raise `Failure` for a key that lies in the book it signs."""
    if book.resolve() in key.path.resolve().parents:
        what = "the signing key lies in the book, where a key vouches for itself"
        raise Failure("E308", what, where=str(key.path), fix="keep it elsewhere, and name it so in keys.signing")


def book_of_run(book: Path | None, project: "Project | None", context: typer.Context) -> Path:
    """The book's folder, held for this verb: named, or the next of the project's that no other run is at work in.

    Raises `Failure` for a plan without one, a folder in `books` that is none of ours, and a named one in use.
    """
    if book is not None:
        hold(book, context)
        return book
    if project is None:
        raise Failure("E843", "no book was named", fix="name the book's folder: --book my-book")
    from tallystick.platform.config.books import is_open_to, next_books

    def is_this_runs(folder: Path) -> bool:
        require_own_folder(folder, context.obj)
        return is_open_to(folder, project.plan, project.feed)

    return hold_first(next_books(project.books, project.plan, project.feed), context, is_this_runs)


def changed(project: "Project", changes: dict[str, object]) -> "Project":
    """With what the command line says in place of the file's; the plan's hash tells it, the file's hash stays."""
    from dataclasses import replace

    return replace(project, plan=msgspec.structs.replace(project.plan, **changes))
