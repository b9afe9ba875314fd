"""A second, minimal writer of the log format, from docs/format.md alone: no code of ours, nothing clever.

Every byte can be forged on purpose: `say` takes a raw body and any header field, `commit` and `segment` take markers. A
log is a dict from relative path to bytes, so that a test damages it without touching a disk.
"""

import lzma
import struct
import zlib
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

NONE, NO_ROW = 2**64 - 1, 2**16 - 1
LOG_TYPES = {
    "log.type_declared": (1, "id:int version:int name:str trading:bool said_by:list:str fields:list:map:str"),
    "log.source_declared": (2, "id:int name:str role:str"),
    "log.epoch_opened": (3, "epoch:int reason:str"),
    "log.bodies_pruned": (4, "first:int last:int reason:str person:str"),
    "log.tail_cut": (5, "sha256:str bytes:int"),
    "log.checkpointed": (6, "size:int note_hash:str"),
}
DEMO_TYPES = {  # id, trading, said_by, fields
    "demo.noted": (16, False, ["kernel"], "text:str count:int"),
    "market.bar_block": (
        17,
        False,
        ["feed"],
        "rows:int chunk_root:bytes time_msc:column:<i8 series:column:<u2 close:column:<f8",
    ),
    "order.requested": (
        18,
        True,
        ["strategy"],
        "order:int symbol:str price:float stop:optional:float amount:u256 tags:map:int",
    ),
}
SOURCES = {"kernel": 1, "feed": 2, "strategy": 3}


@dataclass
class Written:
    """One record as written."""

    header: bytes
    body: bytes
    leaf: bytes
    type_name: str
    pruned: bool = False

    def __bytes__(self) -> bytes:
        body = b"" if self.pruned else self.body
        return struct.pack(">I", len(self.header) + len(body)) + self.header + body


@dataclass
class Segment:
    """Groups of records behind one segment header."""

    first: int
    previous: bytes
    marker: bytes
    groups: list[list[Written]] = field(default_factory=list)
    suffix: str = ".seg"


class ReferenceLog:
    """Writes a log into memory; see `files`."""

    def __init__(self, origin: str = "reference/log/0011223344556677", seed: bytes = bytes(range(32))) -> None:
        self.origin = origin
        self.key = Ed25519PrivateKey.from_private_bytes(seed)
        self.records: list[Written] = []
        self.group: list[Written] = []
        self.segments: list[Segment] = []
        self.extra: dict[str, bytes] = {}
        self.time, self.epoch, self.root = 1_700_000_000_000_000_000, 0, 0
        self.kinds = {name: fields for name, (_, fields) in LOG_TYPES.items()}
        self.ids = {name: number for name, (number, _) in LOG_TYPES.items()}
        self.trading: set[str] = set()
        self.segment()

    def say(
        self, type_name: str, values: dict[str, Any], *, source: int = 0, derived: bool = False, **forged: Any
    ) -> int:
        """Append one record to the open group; keywords forge header fields or the `body`, or give `blobs`."""
        seq = len(self.records)
        if not derived:
            self.time += 1_000_000
            self.root = seq
        body = forged["body"] if "body" in forged else pack_fields(self.kinds[type_name], values)
        blobs: list[tuple[int, bytes]] = forged.get("blobs", [])
        header = struct.pack(
            ">BBIQqQHQHHH32sI32sB",
            forged.get("format", 1),
            forged.get("flags", derived | (type_name in self.trading) << 1),
            forged.get("epoch", self.epoch),
            forged.get("seq", seq),
            forged.get("time", self.time),
            forged.get("cause", seq - 1 if derived else NONE),
            forged.get("row", NO_ROW),
            forged.get("root", self.root),
            source,
            forged.get("type", self.ids[type_name]),
            forged.get("version", 1),
            forged.get("previous", self.head),
            forged.get("body_length", len(body)),
            forged.get("body_hash", sha256(body).digest()),
            len(blobs),
        )
        header += b"".join(struct.pack(">Q", size) + digest for size, digest in blobs)
        record = Written(header, body, sha256(b"\0" + header).digest(), type_name)
        self.records.append(record)
        self.group.append(record)
        return seq

    def declare(self, name: str, number: int, trading: bool, said_by: list[str], fields: str, **forged: Any) -> int:
        """Declare a type; `fields` as "name:kind name:kind"."""
        self.kinds[name], self.ids[name] = fields, number
        if trading:
            self.trading.add(name)
        rows = [
            {"kind": kind, "meaning": f"the {each}", "name": each, "unit": ""}
            for each, kind in (part.split(":", 1) for part in fields.split())
        ]
        values = {"id": number, "version": 1, "name": name, "trading": trading, "said_by": said_by, "fields": rows}
        return self.say("log.type_declared", values, **forged)

    def declare_demo(self) -> None:
        """Declare the demo's sources and types."""
        for name, number in SOURCES.items():
            self.say("log.source_declared", {"id": number, "name": name, "role": name})
        for name, (number, trading, said_by, fields) in DEMO_TYPES.items():
            self.declare(name, number, trading, said_by, fields)

    def note(self, text: str = "héllo", count: int = 7, **forged: Any) -> int:
        """A harmless input."""
        return self.say("demo.noted", {"text": text, "count": count}, source=forged.pop("source", 1), **forged)

    def block(self, rows: int, **forged: Any) -> int:
        """A market block of `rows` bars with a right chunk root."""
        cells = [struct.pack("<q", 1_700_000_000_000 + i) for i in range(rows)]
        series = [struct.pack("<H", i % 3) for i in range(rows)]
        close = [struct.pack("<d", 1.1 + i / 10_000) for i in range(rows)]
        columns = [cells, series, close]
        chunks = [b"".join(b"".join(c[at : at + 64]) for c in columns) for at in range(0, rows, 64)]
        values = {"rows": rows, "chunk_root": tree_root([sha256(b"\0" + chunk).digest() for chunk in chunks])}
        values |= dict(zip(("time_msc", "series", "close"), (b"".join(c) for c in columns), strict=True))
        return self.say("market.bar_block", values, source=2, **forged)

    def order(self, number: int, **forged: Any) -> int:
        """A trading event caused by the record before, in its cascade."""
        values = {
            "order": number, "symbol": "EURUSD", "price": 1.0842 + number / 1e5, "stop": None if number % 2 else 1.07,
            "amount": (number * 10**18).to_bytes(32, "big"), "tags": {"a": -number, "b": 70_000},
        }  # fmt: skip
        return self.say("order.requested", values, source=3, derived=True, **forged)

    def blob(self, content: bytes) -> tuple[int, bytes]:
        """Keep a blob; returns what a record's header says of it."""
        digest = sha256(content).hexdigest()
        self.extra[f"blobs/{digest[:2]}/{digest}"] = content
        return len(content), bytes.fromhex(digest)

    @property
    def head(self) -> bytes:
        """Last leaf hash."""
        return self.records[-1].leaf if self.records else sha256(b"tallystick/log/1" + self.origin.encode()).digest()

    def commit(self) -> None:
        """Close the open group, if it holds anything."""
        if self.group:
            self.segments[-1].groups.append(self.group)
            self.group = []

    def segment(self) -> None:
        """Begin the next segment."""
        if self.group:
            self.commit()
        marker = sha256(b"marker %d" % len(self.segments)).digest()[:16]
        self.segments.append(Segment(len(self.records), self.head, marker))

    def checkpoint(self, *, record: bool = True, size: int | None = None) -> None:
        """Sign a checkpoint over all records; `record` says it in the log too."""
        self.commit()
        size = len(self.records) if size is None else size
        note = self.signed(size, tree_root([each.leaf for each in self.records[:size]]))
        self.extra[f"checkpoints/{size:020d}.checkpoint"] = note
        if record:
            self.say("log.checkpointed", {"size": size, "note_hash": sha256(note).hexdigest()})
            self.commit()

    def signed(self, size: int, root: bytes) -> bytes:
        """A checkpoint note over any size and root."""
        text = f"{self.origin}\n{size}\n{b64encode(root).decode()}\n"
        signature = b64encode(self.key_id + self.key.sign(text.encode())).decode()
        return f"{text}\n— {self.origin} {signature}\n".encode()

    def prune(self, first: int, last: int) -> None:
        """Drop the bodies of a range (the caller has said `log.bodies_pruned` and checkpointed it)."""
        for each in self.records[first : last + 1]:
            each.pruned = not each.type_name.startswith("log.")

    @property
    def key_id(self) -> bytes:
        """Key id of the log's key."""
        return sha256(f"{self.origin}\n".encode() + b"\x01" + self.key.public_key().public_bytes_raw()).digest()[:4]

    @property
    def vkey(self) -> str:
        """The log's verifier key."""
        public = bytes([1]) + self.key.public_key().public_bytes_raw()
        return f"{self.origin}+{self.key_id.hex()}+{b64encode(public).decode()}"

    def files(self) -> dict[str, bytes]:
        """The whole log, path to bytes."""
        made = dict(self.extra)
        for each in self.segments:
            raw = pack_segment(self.origin, each)
            packed = zlib.compress(raw) if each.suffix == ".seg.z" else raw
            if each.suffix == ".seg.xz":
                packed = lzma.compress(raw)
            made[f"{each.first:020d}{each.suffix}"] = packed
        return made

    def write(self, folder: Path) -> Path:
        """Write the log into `folder`; returns it."""
        return write_files(folder, self.files())


def write_files(folder: Path, files: dict[str, bytes]) -> Path:
    """Write path to bytes under `folder`."""
    for path, raw in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(raw)
    return folder


def pack_segment(origin: str, segment: Segment) -> bytes:
    """Segment header and groups."""
    head = struct.pack(
        ">8sB32sQ32s16s",
        b"TALLYSEG",
        1,
        sha256(origin.encode()).digest(),
        segment.first,
        segment.previous,
        segment.marker,
    )
    raw = head + struct.pack(">I", zlib.crc32(head))
    first = segment.first
    for group in segment.groups:
        raw += b"".join(bytes(record) for record in group) + pack_frame(segment.marker, first, group)
        first += len(group)
    return raw


def pack_frame(marker: bytes, first: int, group: list[Written]) -> bytes:
    """Commit frame of a group."""
    frame = struct.pack(">8s16sQI32s", b"\xffTALLYCM", marker, first, len(group), group[-1].leaf)
    return frame + struct.pack(">I", zlib.crc32(frame))


def tree_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, by its recursion."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256(b"").digest()
    k = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + tree_root(leaves[:k]) + tree_root(leaves[k:])).digest()


def pack_fields(fields: str, values: dict[str, Any]) -> bytes:
    """A body: a map of the declared fields in declared order."""
    parts = [part.split(":", 1) for part in fields.split()]
    return pack_head(0x80, 16, None, 0xDE, len(parts)) + b"".join(
        pack("str", name) + pack(kind, values[name]) for name, kind in parts
    )


def pack(kind: str, value: Any) -> bytes:
    """One value in the shortest form of its kind."""
    outer, _, inner = kind.partition(":")
    if outer == "optional":
        return b"\xc0" if value is None else pack(inner, value)
    if outer == "bool":
        return b"\xc3" if value else b"\xc2"
    if outer == "int":
        return pack_int(value)
    if outer == "float":
        return b"\xcb" + struct.pack(">d", value)
    if outer == "str":
        raw: bytes = value.encode()
        return pack_head(0xA0, 32, 0xD9, 0xDA, len(raw)) + raw
    if outer == "list":
        return pack_head(0x90, 16, None, 0xDC, len(value)) + b"".join(pack(inner, each) for each in value)
    if outer == "map":
        pairs = sorted(value.items())
        return pack_head(0x80, 16, None, 0xDE, len(pairs)) + b"".join(pack("str", k) + pack(inner, v) for k, v in pairs)
    return pack_head(0, 0, 0xC4, 0xC5, len(value)) + bytes(value)


def pack_int(value: int) -> bytes:
    """The shortest form of an integer."""
    if -32 <= value < 128:
        return struct.pack(">b", value)
    forms = (
        [(0xCC, ">B"), (0xCD, ">H"), (0xCE, ">I"), (0xCF, ">Q")]
        if value > 0
        else [(0xD0, ">b"), (0xD1, ">h"), (0xD2, ">i"), (0xD3, ">q")]
    )
    for tag, form in forms:
        try:
            return bytes([tag]) + struct.pack(form, value)
        except struct.error:
            continue
    raise ValueError(value)


def pack_head(fix: int, small: int, tag_8: int | None, tag_16: int, size: int) -> bytes:
    """Length prefix: fixed form below `small`, else 8, 16 or 32 bits."""
    if size < small:
        return bytes([fix + size])
    if tag_8 is not None and size < 1 << 8:
        return bytes([tag_8, size])
    if size < 1 << 16:
        return struct.pack(">BH", tag_16, size)
    return struct.pack(">BI", tag_16 + 1, size)


def golden_log() -> ReferenceLog:
    """The log that docs/format.md spells out: three groups, one blob, two checkpoints, one of them recorded."""
    log = ReferenceLog("golden/book/0011223344556677")
    log.say("log.source_declared", {"id": 1, "name": "kernel", "role": "kernel"})
    log.declare("demo.noted", 16, False, ["kernel"], "text:str count:int")
    log.declare("demo.decided", 17, True, ["kernel"], "price:float stop:optional:float")
    log.commit()
    log.note("h\u00e9llo", -300, blobs=[log.blob(b"a blob\n")])
    log.say("demo.decided", {"price": 1.0842, "stop": None}, source=1, derived=True, row=4)
    log.checkpoint()
    log.note("end", 2**40, cause=3)
    log.checkpoint(record=False)
    return log


def small_log() -> ReferenceLog:
    """Declarations, two notes and an order, checkpointed and recorded, three more records signed at the end."""
    log = ReferenceLog()
    log.declare_demo()
    log.note()
    log.order(1)
    log.checkpoint()
    log.note()
    log.order(2)
    return log


def sealed_log() -> ReferenceLog:
    """A log of four segments, six checkpoints, blobs, a pruned range, a cut, an epoch, compressed segments; sealed."""
    log = ReferenceLog()
    log.declare_demo()
    log.commit()
    for number in range(12):
        log.block(150 if number % 4 == 0 else 5)
        log.order(number, row=number % 5)
        log.order(100 + number)
        log.commit()
    log.note(blobs=[log.blob(b"a model\n" * 40), log.blob(b"")])
    log.checkpoint()
    log.segments[-1].suffix = ".seg.z"
    log.segment()
    for number in range(20):
        log.note(f"note {number}", number - 10, blobs=[log.blob(b"kept %d" % number)] if number % 7 == 3 else [])
        log.order(200 + number)
        if number % 5 == 4:
            log.checkpoint()
    first, last = len(log.records) - 12, len(log.records) - 5
    log.segments[-1].suffix = ".seg.xz"
    log.segment()
    log.say("log.bodies_pruned", {"first": first, "last": last, "reason": "retention", "person": "ada"})
    log.commit()
    log.checkpoint()
    torn = b"torn bytes"
    log.extra[f"cut/{sha256(torn).hexdigest()}"] = torn
    log.say("log.tail_cut", {"sha256": sha256(torn).hexdigest(), "bytes": len(torn)})
    log.epoch = 2
    log.say("log.epoch_opened", {"epoch": 2, "reason": "takeover"})
    log.commit()
    log.segment()
    for number in range(10):
        log.note("x" * (30 + 10 * number), 2**40 + number)
        log.order(300 + number, cause=len(log.records) - 1)
        log.commit()
    log.prune(first, last)
    log.checkpoint(record=False)
    return log
