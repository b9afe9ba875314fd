"""Where OpenSSL's own SHA-256 lies in memory: the library that `hashlib` hashes with, without what is around it.

A call through `hashlib` costs some six times the hash of a header: it looks an algorithm up, makes objects and takes
the interpreter's lock. Compiled loops call the same functions by their addresses.
"""

import ctypes
import sys
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

CONTEXT_BYTES = 112
"""Size of OpenSSL's `SHA256_CTX`: thirteen words of state, counters and length, and a block of 64 bytes."""
ENGINE_WORDS = 4 + CONTEXT_BYTES // 8
_LEADS = int.from_bytes(bytes([0, 1, 0, 0, 0, 0, 0, 0]), sys.byteorder)
_SAMPLE = bytes(range(256)) * 2
_LENGTHS = (0, 1, 55, 56, 63, 64, 65, 116, 290, 512)


@dataclass(frozen=True, slots=True)
class Sha256:
    """Addresses of `SHA256_Init(context)`, `SHA256_Update(context, data, size)`, `SHA256_Final(digest, context)`."""

    init: int
    update: int
    final: int

    def engine(self) -> list[int]:
        """What the compiled loops hash with, as words of 64 bits (see `calls`)."""
        words = [self.init, self.update, self.final, _LEADS]
        return words + [0] * (ENGINE_WORDS - len(words))


@cache
def found() -> Sha256 | None:
    """The functions, held against `hashlib` on all kinds of lengths; None where they cannot be found."""
    if sys.maxsize < 2**32:
        return None  # addresses and sizes are taken to be words of eight bytes
    try:
        library = ctypes.CDLL(str(_library()))
        functions = [getattr(library, f"SHA256_{name}") for name in ("Init", "Update", "Final")]
    except (ImportError, OSError, AttributeError):
        return None
    addresses = [ctypes.cast(each, ctypes.c_void_p).value or 0 for each in functions]
    init, update, final = functions
    update.argtypes = ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t
    context, digest = ctypes.create_string_buffer(4 * CONTEXT_BYTES), ctypes.create_string_buffer(32)
    for length in _LENGTHS:
        sample = _SAMPLE[:length]
        held = init(context) == update(context, sample, length) == final(digest, context) == 1
        if not held or digest.raw != sha256(sample).digest() or any(context.raw[CONTEXT_BYTES:]):
            return None
    return Sha256(*addresses)


def _library() -> Path:
    """The file through which the functions are found: what `hashlib` is linked with, or on Windows lies beside it."""
    import _hashlib

    own = Path(_hashlib.__file__)
    return next(iter(sorted(own.parent.glob("libcrypto-*.dll"))), own)
