"""What stands around a log's records and must fit them: checkpoints, recorded checkpoints, prunings, blobs, cuts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from tallystick.events import checkpoint
from tallystick.events.checkpoint import Checkpoint
from tallystick.events.findings import KEEP, Finding
from tallystick.events.note import NoteError, VerifierKey, parse_note
from tallystick.events.recovery import CUT_FOLDER
from tallystick.events.rules import Found

UNDER_ANOTHER_KEY = (
    "Give the key you expect with --key; a log cannot vouch for its own key. If it is the right one, keep the files "
    "untouched."
)
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PIECE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Signed:
    """The checkpoints beside a log: those valid under its key, and a finding for each that is not.

    `foreign`: all are signed by one other key, which is one finding; what else leans on checkpoints is not judged then.
    """

    valid: tuple[Checkpoint, ...]
    broken: tuple[Finding, ...]
    foreign: bool = False


def read_checkpoints(folder: Path, key: VerifierKey) -> Signed:
    """Read every checkpoint beside the log. Raises `OSError` when one cannot be read."""
    valid: list[Checkpoint] = []
    broken: list[Finding] = []
    signers: list[set[str]] = []
    for path in checkpoint.files(folder):
        raw = b""
        try:
            raw = checkpoint.read(path)
            valid.append(checkpoint.parse(raw, key, path))
        except NoteError as error:
            signers.append(_signers(raw, key))
            broken.append(
                Finding(f"checkpoint {path.name} is not valid: {error.what}", UNDER_ANOTHER_KEY if raw else KEEP)
            )
    others = set.intersection(*signers) if signers and not valid else set()
    if len(others) == 1:
        what = f"every checkpoint here is signed by {others.pop()}, and you gave {key.name}+{key.key_id.hex()}"
        fix = "Give the key you expect with --key, this one if it is the other; a log cannot vouch for its own key."
        return Signed((), (Finding(what, fix),), foreign=True)
    return Signed(tuple(valid), tuple(broken))


def _signers(raw: bytes, key: VerifierKey) -> set[str]:
    """Name and id of the keys that signed a note as its log's own; none when it is malformed or has a line by `key`."""
    try:
        note = parse_note(raw)
    except NoteError:
        return set()
    origin, *rest = note.text.split("\n")
    if note.lines_of(key) or len(rest) != 3:
        return set()
    return {f"{line.name}+{line.key_id.hex()}" for line in note.lines if line.name == origin}


def judge_checkpoints(valid: Iterable[Checkpoint], roots: dict[int, bytes]) -> list[Finding]:
    """A finding for each valid checkpoint whose root is not the log's at that size."""
    return [
        Finding(f"{_name(each)} signed another root for its {each.size} records than the log has", seq=-1)
        for each in valid
        if each.size in roots and roots[each.size] != each.root
    ]


def judge_recorded(folder: Path, key: VerifierKey, found: Found, present: Iterable[Checkpoint]) -> list[Finding]:
    """A finding for each checkpoint that the log says was written and that is not there any more.

    `present` were there before the segments were read; what a writer has signed since is looked for, too.
    """
    there = {(each.size, each.note_hash) for each in present}
    if any((size, note_hash) not in there for _, size, note_hash in found.checkpointed):
        there |= {(each.size, each.note_hash) for each in read_checkpoints(folder, key).valid}
    return [
        Finding(
            f"it recorded a checkpoint over {size}, which is missing or was replaced",
            seq=seq,
            type_name="log.checkpointed",
        )
        for seq, size, note_hash in found.checkpointed
        if (size, note_hash) not in there
    ]


def judge_pruned(found: Found, proved: int) -> list[Finding]:
    """A finding for each missing body that no `log.bodies_pruned` under a later checkpoint accounts for."""
    ranges = [(first, last) for seq, first, last in found.prunings if seq < proved]
    why = "its body is missing, and no log.bodies_pruned that a later checkpoint covers names it"
    return [Finding(why, seq=seq) for seq in found.pruned if not any(first <= seq <= last for first, last in ranges)]


def judge_blobs(folder: Path, found: Found) -> list[Finding]:
    """A finding for each blob that is missing though a kept record names it, or that is not what its name says."""
    findings = []
    for digest, (size, seq, needed) in found.blobs.items():
        name = digest.hex()
        path = folder / "blobs" / name[:2] / name
        if not path.is_file():
            if needed:
                findings.append(Finding(f"its blob {name} is missing", seq=seq))
        elif path.stat().st_size != size or _sha256_of(path) != name:
            findings.append(Finding(f"its blob {name} was altered", seq=seq))
    return findings


def judge_cuts(folder: Path, found: Found) -> list[Finding]:
    """A finding for each torn tail that recovery kept and that is missing or altered."""
    findings = []
    for seq, name, size in found.cuts:
        path = folder / CUT_FOLDER / name
        if not _SHA256.fullmatch(name) or not path.is_file():
            findings.append(
                Finding(f"the torn bytes it kept in cut/{name} are missing", seq=seq, type_name="log.tail_cut")
            )
        elif path.stat().st_size != size or _sha256_of(path) != name:
            findings.append(
                Finding(f"the torn bytes it kept in cut/{name} were altered", seq=seq, type_name="log.tail_cut")
            )
    return findings


def _name(each: Checkpoint) -> str:
    return "the trusted checkpoint" if each.path is None else f"checkpoint {each.path.name}"


def _sha256_of(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            digest.update(piece)
    return digest.hexdigest()
