"""A record: u32 length, header, body. The header's RFC 6962 leaf hash is the chain's link and the tree's leaf.

All integers are big-endian and of fixed width; every bit of the log's meaning is in the header, which covers the body
and the blobs through their hashes. `docs/format.md` spells the layout out with vectors.
"""

import re
from hashlib import sha256
from struct import Struct, calcsize

import msgspec

FORMAT = 1
DERIVED = 1
TRADING = 2
KNOWN_FLAGS = DERIVED | TRADING
NONE_SEQ = 2**64 - 1
NONE_ROW = 2**16 - 1
MAX_BODY_BYTES = 512 * 1024
MAX_BLOBS = 255

LENGTH = Struct(">I")
HEADER = Struct(">BBIQqQHQHHH32sI32sB")  # without the blobs, which follow it
HEADER_BYTES = HEADER.size  # 115
RECORD = Struct(">I" + HEADER.format[1:])  # length and header in one
RECORD_BYTES = RECORD.size  # 119, what a pruned record without blobs takes
UNSEALED = Struct(">IHIQqQHQ38sI33x")
"""`RECORD` without blobs and hashes, for the writer's hot path: format and flags in one number, then source, type and
version as bytes, with zeros where the hashes will stand."""
BLOB = Struct(">Q32s")

# Where the fields of `RECORD` begin, for whoever reads or fills in one alone. `KIND_AT` is where source, type id and
# version stand side by side, as `WHO_AND_WHAT` has them.
_FIELDS = re.findall(r"\d*[A-Za-z]", RECORD.format)
(
    _, FORMAT_AT, FLAGS_AT, EPOCH_AT, SEQ_AT, TIME_AT, CAUSE_AT, ROW_AT, ROOT_AT,
    KIND_AT, _, _, PREV_AT, SIZE_AT, HASH_AT, BLOBS_AT,
) = (calcsize(">" + "".join(_FIELDS[:place])) for place in range(len(_FIELDS)))  # fmt: skip
WHO_AND_WHAT = Struct(">HHH")

Kind = tuple[int, int, int]  # type id, version, source
Saying = tuple[int, int, int, int]  # type id, version, source, flags: what all records of one kind share
Blob = tuple[int, bytes]  # length in bytes, SHA-256


class Header(msgspec.Struct, frozen=True, gc=False):
    """A record's header as it stands in the file; `cause` and `cause_row` hold all ones for none."""

    format: int
    flags: int
    epoch: int
    seq: int
    time: int
    cause: int
    cause_row: int
    root: int
    source: int
    type_id: int
    version: int
    prev: bytes
    body_bytes: int
    body_hash: bytes
    blob_count: int

    @property
    def derived(self) -> bool:
        """True when it follows from other records, false for an input."""
        return bool(self.flags & DERIVED)

    @property
    def trading(self) -> bool:
        """True when it counts in the decision digest."""
        return bool(self.flags & TRADING)

    @property
    def header_bytes(self) -> int:
        """Length of the whole header, blobs included."""
        return HEADER_BYTES + BLOB.size * self.blob_count


def genesis(origin: str) -> bytes:
    """What record 0 names as the leaf hash before it."""
    return sha256(b"tallystick/log/1" + origin.encode()).digest()


def leaf_hash(header: bytes) -> bytes:
    """Leaf hash of a whole header, blobs included."""
    return sha256(b"\0" + header).digest()


def read_header(data: bytes | memoryview, at: int) -> Header:
    """The header of the record that begins (with its length) at `at`. Raises `struct.error` past the end."""
    return Header(*HEADER.unpack_from(data, at + LENGTH.size))


def read_blobs(data: bytes | memoryview, at: int, count: int) -> tuple[Blob, ...]:
    """Length and hash of each blob of the record that begins at `at`."""
    first = at + RECORD_BYTES
    return tuple(BLOB.unpack_from(data, first + BLOB.size * index) for index in range(count))


def blob_of(content: bytes) -> Blob:
    """How a record refers to this content."""
    return len(content), sha256(content).digest()
