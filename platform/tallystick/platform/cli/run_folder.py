"""A run's folder: a new one, or a book of the same plan; anything else is left alone."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tallystick.events.lock import LOCK_NAME
from tallystick.platform.cli.call import Call
from tallystick.platform.cli.demo_folder import MARK, OURS
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import config_folder

if TYPE_CHECKING:
    from tallystick.platform.plan import RunPlan

PLAN_FILE = "plan.json"


def folder_named(text: str) -> Path:
    """The folder an option names; no text names none. Raises `Failure`."""
    if not text.strip():
        raise Failure("E843", "--book names no folder", got='""', fix="name the book's folder: --book my-book")
    return Path(text)


def require_own_folder(book: Path, call: Call) -> None:
    """Raise `Failure` for a folder that holds something else than a book, or that the signing key lies in."""
    require_key_elsewhere(book, call)
    if book.exists() and not book.is_dir():
        raise _foreign(book, "a file")
    if book.is_dir() and not (book / "log").is_dir():
        strange = sorted(each.name for each in book.iterdir() if each.name not in {*OURS, MARK, LOCK_NAME})
        if strange:
            raise _foreign(book, f"a folder that holds {strange[0]}")


def require_key_elsewhere(book: Path, call: Call) -> None:
    """Raise `Failure` when the user's own folder is the book's or lies in it: the key would vouch for itself."""
    home = config_folder(call.home).resolve()
    if book.resolve() in {home, *home.parents}:
        what = "the folder of your signing key lies in the book, where a key vouches for itself"
        raise Failure("E308", what, where=str(home), fix="name a folder elsewhere with --home")


def require_same_plan(book: Path, plan: "RunPlan") -> None:
    """Raise `Failure` naming the fields that differ when the book's log holds a run of another plan."""
    from tallystick.events.errors import LogMissing
    from tallystick.events.reader import LogReader
    from tallystick.events.types.running import RunStarted
    from tallystick.platform.cli.reading import seqs_of

    if not (book / "log").is_dir():
        return
    try:
        reader = LogReader(book / "log")
    except LogMissing:
        return
    types = frozenset(key[0] for key, each in reader.types.items() if each.name == "run.started")
    last = max(seqs_of(reader, types), default=-1) if types else -1
    started = reader.fetch(last).event if last >= 0 else None
    if isinstance(started, RunStarted) and started.settings_hash != plan.hash():
        before = msgspec.json.decode(started.settings.get("plan", "{}"))
        now = msgspec.json.decode(plan.as_json())
        fields = ", ".join(differing(before, now)) or "its version"
        what = "the book holds a run of another plan"
        fix = "say what it was begun with, or choose another folder for this run with --book"
        raise Failure("E730", what, where=str(book), got=f"a plan that differs in {fields}", fix=fix)


def differing(before: object, now: object, path: str = "") -> list[str]:
    """The fields in which two plans differ, such as `account.leverage (100, the book has 30)`."""
    if isinstance(before, dict) and isinstance(now, dict):
        names = sorted({*before, *now})
        return [
            field
            for name in names
            for field in differing(before.get(name), now.get(name), f"{path}.{name}" if path else str(name))
        ]
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        pairs = enumerate(zip(before, now, strict=True))
        return [field for index, (old, new) in pairs for field in differing(old, new, f"{path}[{index}]")]
    plain = all(isinstance(each, bool | int | float | str) for each in (before, now))
    values = f" ({json.dumps(now)}, the book has {json.dumps(before)})" if plain else ""
    return [] if before == now else [path + values]


def _foreign(folder: Path, got: str) -> Failure:
    fix = "choose another folder with --book"
    return Failure("E830", "a run does not write here", where=str(folder), got=got, expected="no folder", fix=fix)
