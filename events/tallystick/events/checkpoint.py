"""Checkpoints: signed statements of origin, size and root, beside the log, over records that are durable.

A checkpoint is a C2SP signed note whose text has exactly three lines. Its file name carries no meaning; size and root
stand in the text. Other keys' lines (witnesses, post-quantum extras) may be added later: `note_hash` leaves them out.
"""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tallystick.events.errors import IntegrityError
from tallystick.events.files import Disk, Files, write_whole
from tallystick.events.merkle import HASH_BYTES
from tallystick.events.note import (
    NoteError,
    SignatureLine,
    SignedNote,
    VerifierKey,
    parse_note,
    require_signature,
    strict_b64decode,
)
from tallystick.events.regular import read_regular
from tallystick.events.signer import Signer, sign_note

FOLDER = "checkpoints"
SUFFIX = ".checkpoint"
MAX_SIZE = 2**63 - 1
MAX_NOTE_BYTES = 2**20
"""A note may carry many cosignatures, but no more than these hold."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A valid checkpoint: the log called `origin` had `size` records and this root."""

    origin: str
    size: int
    root: bytes
    note_hash: str
    others: tuple[SignatureLine, ...]
    path: Path | None = None


def text_of(origin: str, size: int, root: bytes) -> str:
    """The three lines a checkpoint signs."""
    return f"{origin}\n{size}\n{b64encode(root).decode()}\n"


def write(folder: Path, origin: str, size: int, root: bytes, signer: Signer, disk: Files | None = None) -> bytes:
    """Sign and write a checkpoint into `folder` (the log's), durably; returns the note.

    The caller has synced the first `size` records before. Raises `NoteError` when the signer is not the log's.
    """
    if signer.name != origin:
        message = f"the key of {signer.name} cannot sign checkpoints of {origin}: a log's key is named after its origin"
        raise NoteError(message)
    note = sign_note(text_of(origin, size, root), signer)
    write_whole(disk or Disk(), folder / FOLDER / f"{size:020d}{SUFFIX}", note)
    return note


def parse(raw: bytes, key: VerifierKey, path: Path | None = None) -> Checkpoint:
    """Read a checkpoint and check its signature. Raises `NoteError` saying what is wrong."""
    note = parse_note(raw)
    own = require_signature(note, key)
    lines = note.text[:-1].split("\n")
    if len(lines) != 3:
        message = f"a checkpoint signs three lines, not {len(lines)}"
        raise NoteError(message)
    origin, size, root = lines
    if origin != key.name:
        message = f"the checkpoint is of {origin!r}, the key of {key.name!r}"
        raise NoteError(message)
    if len(size) > len(str(MAX_SIZE)) or not (size.isascii() and size.isdigit()) or str(int(size)) != size:
        message = f"not a size: {size[:30]!r}"
        raise NoteError(message)
    root_hash = strict_b64decode(root)
    if len(root_hash) != HASH_BYTES:
        message = f"the root has {len(root_hash)} bytes, not {HASH_BYTES}"
        raise NoteError(message)
    return Checkpoint(origin, int(size), root_hash, note_hash(note, own), note.lines_of_others(key), path)


def note_hash(note: SignedNote, own: SignatureLine) -> str:
    """SHA-256 in hex of the note with the log's own line alone: what the log wrote, before anybody cosigned it."""
    return sha256(bytes(SignedNote(note.text, (own,)))).hexdigest()


def files(folder: Path) -> list[Path]:
    """The checkpoint files of the log in `folder`, by name; temporary files are not among them.

    Raises `OSError` where they cannot be listed, which a glob would take for there being none.
    """
    try:  # not `is_dir`, which from Python 3.14 on is false of what may not be looked at
        return sorted(path for path in (folder / FOLDER).iterdir() if path.name.endswith(SUFFIX))
    except (FileNotFoundError, NotADirectoryError):
        return []


def read(path: Path) -> bytes:
    """The note in a checkpoint file, not yet checked. Raises `NoteError` unless it is a file of a note's size."""
    try:
        return read_regular(path, MAX_NOTE_BYTES)
    except IntegrityError as error:
        raise NoteError(error.what, fix=error.fix) from None
