"""Where a book's log is, what it is called, and whose key it is verified with."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.platform.cli.arguments import DEFAULT_BOOK
from tallystick.platform.cli.call import Call
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.home import config_folder, pinned_key

if TYPE_CHECKING:
    from tallystick.events.note import VerifierKey

BOOK_FILE = "book.json"
MOST_CARD_BYTES = 2**20
PLAIN = re.compile(r"[\w./\\:+@%,=~-]+")
"""Paths that no shell takes for more than one word."""


@dataclass(frozen=True, slots=True)
class Place:
    """A log's folder, and the book's around it where there is one."""

    log: Path
    book: Path | None

    @property
    def folder(self) -> Path:
        """What the user named."""
        return self.book or self.log

    def card(self) -> dict[str, str]:
        """What `book.json` says; a convenience that proves nothing."""
        if self.book is None:
            return {}
        from tallystick.events.regular import read_regular

        try:
            found = json.loads(read_regular(self.book / BOOK_FILE, MOST_CARD_BYTES))
        except (OSError, ValueError, RecursionError):
            return {}
        return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}

    def origin(self) -> str:
        """What the log calls itself: from `book.json`, else from the first checkpoint; "" when neither says.

        Whoever could write either could write both; the signature decides, under a key from elsewhere.
        """
        named = self.card().get("origin", "")
        if named:
            return named
        from tallystick.events import checkpoint

        for path in checkpoint.files(self.log):
            try:
                return checkpoint.read(path).decode().split("\n", 1)[0]
            except (OSError, ValueError):
                continue
        return ""


def spoken(path: Path) -> str:
    """A path as it is said in a command, on any shell."""
    return str(path) if PLAIN.fullmatch(str(path)) else f'"{path}"'


def place_of(folder: Path) -> Place:
    """The book or log in a folder. Raises `Failure` when there is none."""
    if (folder / "log").is_dir():
        return Place(folder / "log", folder)
    if folder.is_dir() and (any(folder.glob("*.seg*")) or (folder / "checkpoints").is_dir()):
        return Place(folder, None)
    got = "a folder without log/" if folder.is_dir() else "a file" if folder.exists() else "no such folder"
    if folder.is_file():
        check = f"python outside_verifier.py --bundle {spoken(folder)} --key KEY"
        fix = f"name the book's folder; the proof of one record is checked with: tallystick audit verifier ; {check}"
    elif folder == DEFAULT_BOOK:
        fix = "tallystick demo"
    else:
        fix = "name the folder that a run, a backtest or the demo wrote, or the log in it"
    raise Failure("E810", "no book here", where=str(folder), got=got, expected="a book's folder", fix=fix)


def book_of(folder: Path) -> Path:
    """The folder of a whole book, not of a log alone, nor of whatever else has a folder `log`. Raises `Failure`."""
    place = place_of(folder)
    if place.book is not None and not (folder / BOOK_FILE).exists() and not any(place.log.glob("*.seg*")):
        fix = "name the folder that a run, a backtest or the demo wrote"
        got = "a folder whose log/ holds no log"
        raise Failure("E810", "no book here", where=str(folder), got=got, expected="a book's folder", fix=fix)
    if place.book is None:
        what = "this is a log without its book"
        fix = f"name the book's folder, such as {folder.resolve().parent}"
        raise Failure("E811", what, where=str(folder), got="a log's folder", expected="a book's folder", fix=fix)
    return place.book


def key_of(place: Place, given: str | None, call: Call) -> "VerifierKey":
    """The key to verify with: the one given (a file or the key itself), else the user's own. Raises `Failure`.

    A key that lies beside its log vouches for itself, so a file inside the book's folder is refused.
    """
    if given is not None:
        return _given(place, given)
    origin = place.origin()
    own = pinned_key(call, origin) if origin else None
    if own is not None:
        _require_elsewhere(place, config_folder(call.home))
        return own
    got = "no --key, and you have no key of your own" if origin else "no --key, and nothing says the log's origin"
    raise Failure(
        "E301",
        "no key to verify with",
        where=str(config_folder(call.home)),
        got=got,
        expected="the log's verifier key, from its owner",
        fix=f"tallystick audit verify {spoken(place.folder)} --key FILE_OR_VKEY",
    )


def _given(place: Place, given: str) -> "VerifierKey":
    from tallystick.events.note import NoteError, VerifierKey

    path = Path(given)
    text = given.strip()
    there = os.path.isfile(given)  # noqa: PTH113 -- a key may be too long for a path
    if "+" not in given or there:
        if not there:
            fix = "give the key (name+8 hex digits+base64) or the path of a file that holds it"
            raise Failure("E302", "no such key file", where=given, got="nothing", expected="a verifier key", fix=fix)
        _require_elsewhere(place, path)
        text = path.read_text(encoding="utf-8-sig", errors="replace").strip()
    if text.startswith("PRIVATE+KEY+"):
        fix = "give the verifier key: tallystick audit head shows it"
        raise Failure("E304", "this is a secret signing key", expected="a verifier key", fix=fix)
    try:
        return VerifierKey.parse(text)
    except NoteError as error:
        fix = "copy the key again from its owner; its form is name+8 hex digits+base64"
        raise Failure("E305", "not a verifier key", got=str(error), fix=fix) from None


def _require_elsewhere(place: Place, path: Path) -> None:
    """Raise `Failure` for a key's file or folder that lies in the book's folder."""
    if place.folder.resolve() in {path.resolve(), *path.resolve().parents}:
        what = "a key that lies beside its log vouches for itself"
        raise Failure("E303", what, where=str(path), fix="get the key from the log's owner, by another way")
