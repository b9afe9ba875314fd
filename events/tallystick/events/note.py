"""Signed notes and verifier keys as C2SP defines them (signed-note v1.0.0), read strictly.

A note is text that ends in a newline, an empty line, and signature lines `— name base64(key id || signature)`.
A verifier key ("vkey") is `name+key id in hex+base64(algorithm || public key)`; the key id is the first four bytes
of SHA-256(name || newline || algorithm || public key). Nothing but the canonical spelling is accepted, because
Python's strict base64 decoder lets altered padding bits pass.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import sha256

from tallystick.events.errors import IntegrityError

ED25519 = 0x01
ED25519_BYTES = 32
COSIGNATURE_ED25519 = 0x04
COSIGNATURE_ML_DSA_44 = 0x06

KEY_ID_BYTES = 4
KEY_ID_HEX = 8
DASH = "\u2014"  # every signature line begins with this dash and a space


class NoteError(IntegrityError):
    """A note or key that is malformed, or whose signature does not hold; the message says which."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name; `public` is raw, in the form its algorithm prescribes."""

    name: str
    algorithm: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which signature lines refer to the key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.algorithm]) + self.public).digest()[:KEY_ID_BYTES]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of algorithm and public key in hex: what two people compare over the telephone."""
        return sha256(bytes([self.algorithm]) + self.public).hexdigest()

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64encode(bytes([self.algorithm]) + self.public).decode()}"

    @property
    def may_be_a_logs(self) -> bool:
        """True for a plain Ed25519 key, which alone signs as the log; a witness's may be another."""
        return self.algorithm == ED25519 and len(self.public) == ED25519_BYTES

    @classmethod
    def parse(cls, vkey: str) -> "VerifierKey":
        """Read a vkey. Raises `NoteError` when it is malformed or its key id is not its own."""
        parts = vkey.split("+", 2)
        if len(parts) != 3 or not _is_name(parts[0]) or len(parts[1]) != KEY_ID_HEX:
            message = f"not a verifier key (name+8 hex digits+base64): {vkey[:80]!r}"
            raise NoteError(message)
        name, key_id, encoded = parts
        blob = strict_b64decode(encoded)
        if len(blob) < 2:
            message = f"verifier key {name} holds no public key"
            raise NoteError(message)
        key = cls(name, blob[0], blob[1:])
        if key.key_id.hex() != key_id:
            message = f"verifier key {name} says id {key_id}, but its bytes give {key.key_id.hex()}: copy it again"
            raise NoteError(message)
        return key


@dataclass(frozen=True, slots=True)
class SignatureLine:
    """One signature line of a note."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{DASH} {self.name} {b64encode(self.key_id + self.signature).decode()}"


@dataclass(frozen=True, slots=True)
class SignedNote:
    """A note taken apart: the signed text, final newline included, and its signature lines in order."""

    text: str
    lines: tuple[SignatureLine, ...]

    def __bytes__(self) -> bytes:
        return (self.text + "\n" + "".join(f"{line}\n" for line in self.lines)).encode()

    def lines_of(self, key: VerifierKey) -> tuple[SignatureLine, ...]:
        """The lines that claim to be by this key."""
        return tuple(line for line in self.lines if (line.name, line.key_id) == (key.name, key.key_id))

    def lines_of_others(self, key: VerifierKey) -> tuple[SignatureLine, ...]:
        """The lines by other keys, which C2SP tells a verifier to ignore."""
        return tuple(line for line in self.lines if (line.name, line.key_id) != (key.name, key.key_id))


def parse_note(raw: bytes) -> SignedNote:
    """Take a note apart without checking signatures. Raises `NoteError` on anything but the exact form."""
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        message = f"the note is not UTF-8 at byte {error.start}"
        raise NoteError(message) from error
    if any(character < " " and character != "\n" for character in whole):
        message = "the note holds a control character other than newline (was it saved with CR LF?)"
        raise NoteError(message)
    text, separator, signatures = whole.rpartition("\n\n")
    if not separator or not signatures.endswith("\n") or not text:
        message = "the note has no empty line followed by signature lines"
        raise NoteError(message)
    lines = tuple(_parse_line(line) for line in signatures[:-1].split("\n"))
    return SignedNote(text + "\n", lines)


def require_signature(note: SignedNote, key: VerifierKey) -> SignatureLine:
    """The one line by `key`, its signature checked; raises `NoteError` when there is none, two or a wrong one."""
    own = note.lines_of(key)
    if len(own) != 1:
        signers = ", ".join(f"{line.name}+{line.key_id.hex()}" for line in note.lines) or "nobody"
        message = f"{len(own)} signatures by {key.name}+{key.key_id.hex()}, exactly one is needed; signed by {signers}"
        raise NoteError(message)
    if not signature_holds(key, own[0].signature, note.text.encode()):
        message = f"the signature by {key.name}+{key.key_id.hex()} does not hold for this text"
        raise NoteError(message)
    return own[0]


def signature_holds(key: VerifierKey, signature: bytes, text: bytes) -> bool:
    """Check a plain Ed25519 signature over a note's text; other algorithms raise `NoteError`."""
    if key.algorithm != ED25519:
        message = f"no verifier here for algorithm {key.algorithm:#04x} of key {key.name}"
        raise NoteError(message)
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text)
    except (InvalidSignature, ValueError):
        return False
    return True


def strict_b64decode(encoded: str) -> bytes:
    """Decode standard base64; raises `NoteError` unless it is spelled as an encoder spells it."""
    try:
        decoded = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        message = f"not base64: {encoded[:60]!r}"
        raise NoteError(message) from error
    if b64encode(decoded).decode() != encoded:
        message = f"base64 with altered padding bits: {encoded[:60]!r}"
        raise NoteError(message)
    return decoded


def _parse_line(line: str) -> SignatureLine:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != DASH or not _is_name(parts[1]):
        message = f"not a signature line: {line[:60]!r}"
        raise NoteError(message)
    blob = strict_b64decode(parts[2])
    if len(blob) <= KEY_ID_BYTES:
        message = f"the signature line by {parts[1]} holds no signature"
        raise NoteError(message)
    return SignatureLine(parts[1], blob[:KEY_ID_BYTES], blob[KEY_ID_BYTES:])


def _is_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)
