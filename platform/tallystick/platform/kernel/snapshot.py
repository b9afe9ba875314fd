"""Snapshots: the kernel's whole state at a seq, so that recovery need not begin at the run's first record.

A snapshot is a cache. It names seq, leaf hash and code, and is used only when all of them fit; otherwise the log is
replayed from the run's start.
"""

import hashlib
import os
from pathlib import Path
from typing import Any

import msgspec

KEPT = 3
"""How many snapshots of a book are kept."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """State after record `seq`, whose leaf hash is `leaf`, under the code `code`."""

    seq: int
    leaf: bytes
    code: str
    run: int
    state: dict[str, Any]


def save(folder: Path, snapshot: Snapshot) -> Path:
    """Write a snapshot by temporary name, sync and rename; older ones beyond the last few are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    body = msgspec.msgpack.encode(snapshot)
    path = folder / f"{snapshot.seq:020d}.snapshot"
    temporary = path.with_suffix(".tmp")
    with temporary.open("wb") as file:
        file.write(hashlib.sha256(body).digest() + body)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    for old in sorted(folder.glob("*.snapshot"))[:-KEPT]:
        old.unlink(missing_ok=True)
    return path


def load(folder: Path) -> list[Snapshot]:
    """Every whole snapshot, the newest first; damaged ones are passed over, for they are only a cache."""
    found = []
    for path in sorted(folder.glob("*.snapshot"), reverse=True):
        data = path.read_bytes()
        if hashlib.sha256(data[32:]).digest() != data[:32]:
            continue
        try:
            found.append(msgspec.msgpack.decode(data[32:], type=Snapshot, strict=False))
        except msgspec.MsgspecError:
            continue
    return found
