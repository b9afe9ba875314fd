"""The user's own folder: the signing key lives here, never in a book's folder.

One key signs all books of a user. A log's key carries the log's origin as its name (C2SP), so each log has a verifier
key of its own spelling, with the same fingerprint.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.platform.cli.call import Call
from tallystick.platform.cli.screen import aside

if TYPE_CHECKING:
    from tallystick.events.note import VerifierKey
    from tallystick.events.signer import Ed25519Signer

KEY_FILE = "signing.key"
KEY_NAME = "tallystick"


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The user's signing key, and whether this call made it."""

    signer: "Ed25519Signer"
    path: Path
    new: bool

    def of_log(self, origin: str) -> "Ed25519Signer":
        """The key as the log called `origin` names it."""
        return self.signer.named(origin)


def config_folder(home: Path | None) -> Path:
    """Where the key lies: the folder given, else TALLYSTICK_HOME (of Python's callers too), else the usual one."""
    named = home or os.environ.get("TALLYSTICK_HOME")  # noqa: TID251 -- where the user's configuration folder lies
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("tallystick", appauthor=False)


def state_folder(home: Path | None) -> Path:
    """Where the operators' log of verbs lies that work in no book."""
    if home is not None:
        return home
    from platformdirs import user_log_path

    return user_log_path("tallystick", appauthor=False)


def own_key(call: Call) -> OwnKey:
    """The user's key; made on first use, when its fingerprint is printed. Raises `KeyFileError`."""
    from tallystick.events.signer import KeyFileError, create_key, load_key

    path = config_folder(call.home) / KEY_FILE
    if path.exists():
        return OwnKey(load_key(path), path, new=False)
    try:
        made = OwnKey(create_key(path, KEY_NAME), path, new=True)
    except KeyFileError:
        if not path.exists():
            raise
        return OwnKey(load_key(path), path, new=False)  # a run that was started at the same time has made it
    # Said at once and on stderr: it is said only this time, whatever becomes of the command.
    aside(f"made your signing key {path}, readable by you alone; back it up")
    aside(f"its fingerprint: {made.signer.vkey.fingerprint}")
    return made


def pinned_key(call: Call, origin: str) -> "VerifierKey | None":
    """The verifier key of a log that the user's own key signs; None when there is no key."""
    from tallystick.events.signer import load_key

    path = config_folder(call.home) / KEY_FILE
    return load_key(path).named(origin).vkey if path.exists() else None
