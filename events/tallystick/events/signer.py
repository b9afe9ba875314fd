"""Who signs checkpoints: the `Signer` protocol, Ed25519 now, and the owner-only key file it is kept in.

A key lives in the user's configuration folder, never in the book's folder: a key that lies beside its log vouches for
itself. The file holds one line, the C2SP/Go form `PRIVATE+KEY+name+key id+base64(algorithm || seed)`.
"""

import os
import stat
from base64 import b64encode
from pathlib import Path
from tempfile import mkstemp
from typing import Protocol

from tallystick.events.errors import LogError
from tallystick.events.note import ED25519, NoteError, SignatureLine, SignedNote, VerifierKey, strict_b64decode

SEED_BYTES = 32
OWNER_ONLY = stat.S_IRUSR | stat.S_IWUSR
KEY_PREFIX = "PRIVATE+KEY+"


class KeyFileError(LogError):
    """A key file that cannot be used; the message says what to do."""


class Signer(Protocol):
    """Signs the text of notes under one name."""

    @property
    def name(self) -> str:
        """Name of the key; for a log's own key, the log's origin."""
        ...

    @property
    def algorithm(self) -> int:
        """The C2SP signature type byte."""
        ...

    @property
    def vkey(self) -> VerifierKey:
        """The public half."""
        ...

    def sign(self, message: bytes) -> bytes:
        """Signature over `message`, without the key id."""
        ...


class Ed25519Signer:
    """Ed25519 over the note's text, C2SP signature type 1."""

    algorithm = ED25519

    def __init__(self, name: str, seed: bytes) -> None:
        """Take a 32-byte seed; `name` is the origin of the log it signs."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        self.name = name
        self._seed = seed
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.vkey = VerifierKey(name, ED25519, self._key.public_key().public_bytes_raw())

    def __repr__(self) -> str:
        return f"Ed25519Signer({self.vkey})"

    def sign(self, message: bytes) -> bytes:
        """Sign; 64 bytes, the same ones every time."""
        return self._key.sign(message)

    def named(self, name: str) -> "Ed25519Signer":
        """The same key under another name: a log's key carries the log's origin."""
        return Ed25519Signer(name, self._seed)

    def private_line(self) -> str:
        """The key file's one line: a secret."""
        encoded = b64encode(bytes([ED25519]) + self._seed).decode()
        return f"{KEY_PREFIX}{self.name}+{self.vkey.key_id.hex()}+{encoded}"

    @classmethod
    def generate(cls, name: str) -> "Ed25519Signer":
        """Make a new key from the operating system's randomness."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return cls(name, Ed25519PrivateKey.generate().private_bytes_raw())


def sign_note(text: str, *signers: Signer) -> bytes:
    """A signed note over `text`, which must end in a newline."""
    if not text.endswith("\n"):
        message = "the text of a note ends in a newline"
        raise NoteError(message)
    raw = text.encode()
    lines = [SignatureLine(each.name, each.vkey.key_id, each.sign(raw)) for each in signers]
    return bytes(SignedNote(text, tuple(lines)))


def create_key(path: Path, name: str) -> Ed25519Signer:
    """Make a key and write it owner-only, synced; never overwrites. Raises `KeyFileError`.

    It has its name once it is whole: of two processes that make it at once, one loads what the other made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    signer = Ed25519Signer.generate(name)
    handle, apart = mkstemp(prefix=f"{path.name}.", dir=path.parent)  # the owner's alone from the first byte on
    try:
        with os.fdopen(handle, "wb") as file:
            restrict_to_owner(Path(apart))
            file.write(signer.private_line().encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
        _name_new(Path(apart), path)
    except FileExistsError as error:
        message = f"{path} exists already; a key is never overwritten. Load it, or choose another place"
        raise KeyFileError(message) from error
    finally:
        Path(apart).unlink(missing_ok=True)
    return signer


def _name_new(apart: Path, path: Path) -> None:
    """Give a whole file its name. Raises `FileExistsError` where the name is taken."""
    try:
        path.hardlink_to(apart)
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if path.exists():
            raise FileExistsError(path) from None
        apart.rename(path)


def load_key(path: Path) -> Ed25519Signer:
    """Read a key file. Raises `KeyFileError` when it is missing, malformed or readable by others."""
    try:
        line = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        fix = "make it readable for you alone, or restore it from your backup"
        message = f"cannot read the signing key {path}: {error.strerror}; {fix}"
        raise KeyFileError(message) from error
    require_owner_only(path)
    body = line.removeprefix(KEY_PREFIX).removesuffix("\n")
    parts = body.split("+", 2)
    if not line.startswith(KEY_PREFIX) or len(parts) != 3:
        message = f"{path} is not a signing key; restore it from your backup, a new key means a new log"
        raise KeyFileError(message)
    name, key_id, encoded = parts
    try:
        blob = strict_b64decode(encoded)
    except NoteError as error:
        message = f"{path} is damaged ({error}); restore it from your backup"
        raise KeyFileError(message) from error
    if len(blob) != SEED_BYTES + 1 or blob[0] != ED25519:
        message = f"{path} holds no Ed25519 key; restore it from your backup"
        raise KeyFileError(message)
    signer = Ed25519Signer(name, blob[1:])
    if signer.vkey.key_id.hex() != key_id:
        message = f"{path} is damaged: its key id does not fit its key; restore it from your backup"
        raise KeyFileError(message)
    return signer


def restrict_to_owner(path: Path) -> None:
    """Let nobody but its owner read a secret's file. Raises `KeyFileError` when Windows refuses it."""
    if os.name != "nt":
        path.chmod(OWNER_ONLY)
        return
    from tallystick.events.windows_access import restrict_to_user

    try:
        restrict_to_user(path)
    except OSError as error:
        message = f"could not make {path} readable for you alone: {error.strerror}"
        raise KeyFileError(message) from error


def require_owner_only(path: Path, what: str = "the signing key") -> None:
    """Raise `KeyFileError` when anybody but its owner may read a secret's file; who runs the machine always may."""
    if os.name == "nt":
        from getpass import getuser

        from tallystick.events.windows_access import others_with_access

        alone = not others_with_access(path)
        remedy = f'icacls "{path}" /inheritance:r /grant:r {getuser()}:F'
    else:
        alone = not stat.S_IMODE(path.stat().st_mode) & ~OWNER_ONLY
        remedy = f"chmod 600 '{path}'"
    if not alone:
        message = f"others may read {what} {path}. If nobody has, run: {remedy}"
        raise KeyFileError(message)
