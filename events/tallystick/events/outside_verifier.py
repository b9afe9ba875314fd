"""Verify a Tallystick log, or a bundle of one record, with nothing of Tallystick: Python and `cryptography` alone.

    python outside_verifier.py LOG_FOLDER --key VKEY [--checkpoint FILE] [--bundle FILE] [--json]

Exit 0: all holds up to a checkpoint at the head. 1: all holds, but a tail is unsigned. 2: usage. 3: integrity broken.
Written from docs/format.md alone, whose sections it follows. Read it before you trust it: therefore it is short.
"""

import argparse
import json
import lzma
import re
import struct
import sys
import unicodedata
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER = struct.Struct(">BBIQqQHQHHH32sI32sB")  # of a record, without its blobs
SEGMENT, FRAME = struct.Struct(">8sB32sQ32s16sI"), struct.Struct(">8s16sQI32sI")
NO_SEQ, NO_ROW, MAX_BODY, MAX_GROUP, MAX_SEGMENT = 2**64 - 1, 2**16 - 1, 2**19, 2**26, 2**30
LOG_TYPES = {  # known before anything is declared
    1: ("log.type_declared", "id:int version:int name:str trading:bool said_by:list:str fields:list:map:str"),
    2: ("log.source_declared", "id:int name:str role:str"),
    3: ("log.epoch_opened", "epoch:int reason:str"),
    4: ("log.bodies_pruned", "first:int last:int reason:str person:str"),
    5: ("log.tail_cut", "sha256:str bytes:int"),
    6: ("log.checkpointed", "size:int note_hash:str"),
}
NOT_SHOWN = """No log shows by itself: that it was cut back to a genuine older checkpoint, that later checkpoint files
  were deleted, that it was replaced whole by its twin under the same key, that the unsigned tail was rewritten
  consistently, or bits of a zlib wrapper that change nothing inside. Remember a checkpoint, or let a witness cosign."""
Json = dict[str, Any]
Key = tuple[str, bytes, bytes]  # origin, key id, raw Ed25519 public key


class Broken(Exception):
    """An integrity finding; `seq` is the record where it shows, if it shows at one."""

    def __init__(self, why: str, seq: int | None = None) -> None:
        super().__init__(why)
        self.seq = seq


class Usage(Exception):
    """The question was wrong, not the log."""


def need(holds: object, why: str, seq: int | None = None) -> None:
    """Raise `Broken` unless something holds."""
    if not holds:
        raise Broken(why, seq)


# ---- Keys and checkpoints: C2SP signed notes
def base64(text: str) -> bytes:
    """Decode; only the spelling of an encoder is taken."""
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise Broken("not base64") from error
    need(b64encode(raw).decode() == text, "base64 with altered padding bits")
    return raw


def read_key(given: str) -> Key:
    """Take a verifier key, or the file that holds it, apart."""
    try:
        vkey = Path(given).read_text("utf-8").strip() if Path(given).is_file() else given.strip()
        name, key_id, encoded = vkey.split("+", 2)
        raw = base64(encoded)
    except (ValueError, OSError, Broken) as error:
        raise Usage("--key wants a verifier key: name+id+base64") from error
    if sha256(f"{name}\n".encode() + raw).hexdigest()[:8] != key_id or raw[:1] != b"\1" or len(raw) != 33:
        raise Usage("--key: the key id does not fit the key, or it is not an Ed25519 key")
    return name, bytes.fromhex(key_id), raw[1:]


class Checkpoint(NamedTuple):
    """A checkpoint whose signature holds."""

    name: str
    size: int
    root: bytes
    note_hash: str
    others: list[str]


LINE = "\u2014 [^\\s+]+ [A-Za-z0-9+/=]+\n"
NOTE = re.compile(rf"([^\x00-\x1f]+)\n(0|[1-9][0-9]{{0,18}})\n([^\x00-\x1f]+)\n\n((?:{LINE})+)")


def read_checkpoint(name: str, raw: bytes, key: Key) -> Checkpoint:
    """Read a signed checkpoint. Its note hash leaves out the lines of other keys."""
    match = NOTE.fullmatch(raw.decode("utf-8", "replace"))
    need(match and match[0].encode() == raw, "not a signed note of origin, size and root")
    origin, size, root, lines = match.groups()  # type: ignore[union-attr]
    signatures = {line: (line.split(" ")[1], base64(line.split(" ")[2])) for line in lines[:-1].split("\n")}
    own = [line for line, (signer, blob) in signatures.items() if (signer, blob[:4]) == key[:2]]
    once = len(own) == 1 and lines.count(own[0] + "\n") == 1
    need(
        origin == key[0] and once, f"not exactly one signature by the key {key[0]}+{key[1].hex()}: is it the right key?"
    )
    need(all(len(blob) > 4 for _, blob in signatures.values()), "a signature line without a signature")
    text = f"{origin}\n{size}\n{root}\n".encode()
    try:
        Ed25519PublicKey.from_public_bytes(key[2]).verify(signatures[own[0]][1][4:], text)
    except InvalidSignature as error:
        raise Broken("the signature does not hold") from error
    need(len(base64(root)) == 32, "the root has not 32 bytes")
    note_hash = sha256(text + f"\n{own[0]}\n".encode()).hexdigest()
    return Checkpoint(name, int(size), base64(root), note_hash, [line for line in signatures if line not in own])


# ---- Body: msgpack is read loosely; packing what was read, by its declared kinds, must give the same bytes
NUMBERS = {0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
INTS = [(t, NUMBERS[t], 0, 2**b) for t, b in ((0xCC, 8), (0xCD, 16), (0xCE, 32), (0xCF, 63))]
INTS += [(t, NUMBERS[t], -(2**b), 0) for t, b in ((0xD0, 7), (0xD1, 15), (0xD2, 31), (0xD3, 63))]
SIZED: dict[
    Any, tuple[int, int, dict[int, int]]
] = {  # by type: first tag and bound of the short form, then the tag for each width of the length
    str: (0xA0, 32, {1: 0xD9, 2: 0xDA, 4: 0xDB}),
    bytes: (0, 0, {1: 0xC4, 2: 0xC5, 4: 0xC6}),
    list: (0x90, 16, {2: 0xDC, 4: 0xDD}),
    dict: (0x80, 16, {2: 0xDE, 4: 0xDF}),
}
TAGS = {tag: (kind, width) for kind, (_, _, tags) in SIZED.items() for width, tag in tags.items()}
TYPES = {"bool": bool, "int": int, "float": float, "str": str, "bytes": bytes, "u256": bytes, "column": bytes}
TYPES |= {"list": list, "map": dict}
KIND = r"(?:list:|map:|optional:){0,4}(?:bool|int|float|str|bytes|u256|column:(?:\|[iub]1|<[iu][248]|<f[48]))"


def unpack(data: bytes, at: int) -> tuple[Any, int]:
    """The value at `at`, and where it ends."""
    tag, at = data[at], at + 1
    if tag in NUMBERS:
        return struct.unpack_from(NUMBERS[tag], data, at)[0], at + struct.calcsize(NUMBERS[tag])
    if tag in (0xC0, 0xC2, 0xC3):
        return {0xC0: None, 0xC2: False, 0xC3: True}[tag], at
    if tag < 0x80 or tag >= 0xE0:
        return tag - (256 if tag >= 0xE0 else 0), at
    if tag in TAGS:
        kind, width = TAGS[tag]
        size, at = int.from_bytes(data[at : at + width], "big"), at + width
    else:
        kind = next(each for each, (first, small, _) in SIZED.items() if first <= tag < first + small)
        size = tag - SIZED[kind][0]
    if kind in (str, bytes):
        return data[at : at + size].decode() if kind is str else data[at : at + size], at + size
    items = []
    for _ in range(size * (2 if kind is dict else 1)):
        item, at = unpack(data, at)
        items.append(item)
    return dict(zip(items[::2], items[1::2], strict=True)) if kind is dict else items, at


def pack(kind: str, value: Any) -> bytes:
    """The one canonical encoding of a value of this kind."""
    outer, _, inner = kind.partition(":")
    if outer == "optional":
        return b"\xc0" if value is None else pack(inner, value)
    need(type(value) is TYPES[outer], f"a {type(value).__name__} where {kind} is declared")
    if outer == "bool":
        return b"\xc3" if value else b"\xc2"
    if outer == "float":
        double = struct.pack(">d", value)
        need(value - value == 0 and double != b"\x80" + bytes(7), "NaN, infinity or -0.0")
        return b"\xcb" + double
    if outer == "int":
        fits = (bytes([tag]) + struct.pack(form, value) for tag, form, low, high in INTS if low <= value < high)
        return struct.pack(">b", value) if -32 <= value < 128 else next(fits, b"")
    raw: Any = value.encode() if outer == "str" else value
    first, small, tags = SIZED[type(value)]
    width = next(width for width in (1, 2, 4) if len(raw) < 1 << 8 * width and width in tags)
    head = bytes([first + len(raw)]) if len(raw) < small else bytes([tags[width]]) + len(raw).to_bytes(width, "big")
    if outer == "list":
        return head + b"".join(pack(inner, each) for each in value)
    if outer == "map":
        return head + b"".join(pack("str", name) + pack(inner, value[name]) for name in sorted(value))
    need(outer != "str" or unicodedata.is_normalized("NFC", value), "text that is not in NFC")
    need(outer != "u256" or len(raw) == 32, "an amount that has not 32 bytes")
    need(outer != "column" or len(raw) % int(inner[-1]) == 0, "a column of half a row")
    return bytes(head + raw)


def read_body(fields: list[tuple[str, str]], body: bytes) -> Json:
    """The values of a canonical body: every declared field, in order, once, and no others."""
    try:
        values, _ = unpack(body, 0)
        need(type(values) is dict and list(values) == [name for name, _ in fields], "not the declared fields in order")
        again = b"".join(pack("str", name) + pack(kind, values[name]) for name, kind in fields)
        head = bytes([0x80 + len(fields)]) if len(fields) < 16 else struct.pack(">BH", 0xDE, len(fields))
        need(head + again == body, "not in canonical form")
    except (LookupError, struct.error, UnicodeDecodeError, TypeError, StopIteration, RecursionError) as error:
        raise Broken(f"no canonical body: {error}") from error
    for name, kind in fields:
        if kind.startswith("column:") and type(values.get("rows")) is int:
            need(
                len(values[name]) == values["rows"] * int(kind[-1]), f"column {name} does not have a value for each row"
            )
    return dict(values)


# ---- The tree: RFC 6962
def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def grow(edge: list[tuple[int, bytes]], leaf: bytes) -> None:
    """Append a leaf to the complete subtrees (leaves, hash) on the right edge, largest first."""
    size = 1
    while edge and edge[-1][0] == size:
        leaf, size = node(edge.pop()[1], leaf), size * 2
    edge.append((size, leaf))


def root_of(edge: list[tuple[int, bytes]]) -> bytes:
    """Root over the right edge."""
    root = edge[-1][1] if edge else sha256(b"").digest()
    for _, subtree in reversed(edge[:-1]):
        root = node(subtree, root)
    return root


def lead(leaf: bytes, index: int, size: int, path: list[str]) -> bytes:
    """Root to which an inclusion path leads (RFC 9162, 2.1.3.2)."""
    last = size - 1
    need(0 <= index <= last, "no such leaf")
    for sibling in map(bytes.fromhex, path):
        need(last and len(sibling) == 32, "the path is too long")
        left = index & 1 or index == last
        leaf = node(sibling, leaf) if left else node(leaf, sibling)
        while left and index and not index & 1:
            index, last = index >> 1, last >> 1
        index, last = index >> 1, last >> 1
    need(last == 0, "the path is too short")
    return leaf


# ---- Records and their rules
class Record:
    """One record, taken apart, its hashes checked; `body` is empty when it was pruned."""

    def __init__(self, header: bytes, body: bytes) -> None:
        (self.format, self.flags, self.epoch, self.seq, self.time, self.cause, self.row, self.root,
         self.source, self.type, self.version, self.previous, self.size, self.body_hash, blobs,
         ) = HEADER.unpack_from(header)  # fmt: skip
        self.leaf, self.body = sha256(b"\0" + header).digest(), body
        rest = (header[at : at + 40] for at in range(HEADER.size, len(header), 40))
        self.blobs = [(int.from_bytes(each[:8], "big"), each[8:]) for each in rest]
        need(self.format == 1 and len(header) == HEADER.size + 40 * blobs, "not a header of format 1")
        whole = len(body) == self.size and sha256(body).digest() == self.body_hash
        need(0 < self.size <= MAX_BODY and (not body or whole), "the body does not match its header")


class Book:
    """What must be known of all records so far to judge the next one."""

    def __init__(self, origin: str) -> None:
        self.count, self.head = 0, sha256(b"tallystick/log/1" + origin.encode()).digest()
        self.time, self.epoch, self.root = -(2**63), 0, -1
        self.decision, self.decisions = sha256(b"tallystick/decision/1").digest(), 0
        self.types: dict[tuple[int, int], Any] = {}  # (id, version) -> name, fields, trading, who may say it
        for number, (name, fields) in LOG_TYPES.items():
            self.types[number, 1] = name, [tuple(each.split(":", 1)) for each in fields.split()], False, ["log"]
        self.sources = {0: ("log", "log")}  # id -> name, role
        self.blobs: dict[bytes, tuple[int, int, bool]] = {}  # hash -> length, first record, must it be there
        self.pruned: list[int] = []
        self.said: dict[int, list[tuple[int, Json]]] = {4: [], 5: [], 6: []}  # the log's own words, by type

    def take(self, record: Record) -> None:
        """Hold the next record to every rule, then remember it."""
        try:
            self.judge(record)
        except Broken as error:
            raise Broken(str(error), record.seq) from error
        self.count, self.head, self.time = record.seq + 1, record.leaf, record.time
        self.epoch, self.root = record.epoch, record.root

    def judge(self, r: Record) -> None:
        """Causality, epochs, who said it, blobs, decision digest, body."""
        need(r.flags < 4 and r.time >= self.time, "unknown flags, or book time falls")
        if r.flags & 1:
            need((r.root, r.time) == (self.root, self.time), "a derived record outside of its cascade")
            need(r.root <= r.cause < r.seq, "a derived record whose cause is outside of its cascade")
        else:
            need(r.root == r.seq and (r.cause == NO_SEQ or r.cause < r.seq), "an input with a wrong root or cause")
        need(r.row == NO_ROW or r.cause != NO_SEQ, "a cause row without a cause")
        need(r.epoch == self.epoch or (r.epoch > self.epoch and r.type == 3), "an epoch that nobody opened")
        name, fields, trading = self.allowed(r)
        for size, digest in r.blobs:
            known = self.blobs.get(digest, (size, r.seq, False))
            need(known[0] == size, "one blob with two lengths")
            self.blobs[digest] = (size, known[1], known[2] or bool(r.body))
        if trading:
            said = struct.pack(">H", len(name)) + name.encode() + struct.pack(">Hq", r.version, r.time) + r.body_hash
            self.decision, self.decisions = sha256(self.decision + said).digest(), self.decisions + 1
        if not r.body:
            need(r.type not in LOG_TYPES, "a body of the log's own was pruned")
            self.pruned.append(r.seq)
        elif r.type in LOG_TYPES:
            self.remember(r, read_body(fields, r.body))
        else:
            read_body(fields, r.body)

    def allowed(self, r: Record) -> tuple[str, list[tuple[str, str]], bool]:
        """Name, fields and trading flag of a record's type, if its source may say it."""
        need((r.type, r.version) in self.types and r.source in self.sources, "a type or source not declared before")
        name, fields, trading, said_by = self.types[r.type, r.version]
        need(bool(r.flags & 2) == trading, f"the trading flag is not as {name} declares")
        need(self.sources[r.source][1] in said_by, f"{name} said by {self.sources[r.source]}, who may not say it")
        return name, fields, trading

    def remember(self, r: Record, v: Json) -> None:
        """Take in the log's own words."""
        if r.type == 1:
            number, name = v["id"], v["name"]
            fields = [(each.get("name", ""), each.get("kind", "")) for each in v["fields"]]
            sound = all(re.fullmatch("[a-z_][a-z0-9_]*", f) and re.fullmatch(KIND, kind) for f, kind in fields)
            whole = all(each.keys() == {"name", "kind", "unit", "meaning"} for each in v["fields"])
            need(sound and whole and len(dict(fields)) == len(fields), "a malformed declaration")
            need(16 <= number < 2**16 and 0 < v["version"] < 2**16 and not name.startswith("log."), "an impossible id")
            need((number, v["version"]) not in self.types, "a type declared twice")
            need(
                all((n == number) == (t[0] == name) for (n, _), t in self.types.items()), "a type id with another name"
            )
            need(v["said_by"] == sorted(set(v["said_by"])), "roles that are not sorted")
            self.types[number, v["version"]] = name, fields, v["trading"], v["said_by"]
        elif r.type == 2:
            known = v["id"] in self.sources or v["name"] in [name for name, _ in self.sources.values()]
            need(0 < v["id"] < 2**16 and not known, "a source declared twice, or with an impossible id")
            self.sources[v["id"]] = v["name"], v["role"]
        elif r.type == 3:
            need(v["epoch"] == r.epoch, "EpochOpened in another epoch than it opens")
        else:
            need(r.type != 4 or 0 <= v["first"] <= v["last"] < r.seq, "BodiesPruned over an impossible range")
            need(r.type != 6 or 0 <= v["size"] <= r.seq, "Checkpointed over records that come later")
            self.said[r.type].append((r.seq, v))


# ---- Segments, groups, torn tail
def read_segment(first: int, paths: list[Path]) -> bytes:
    """The plain bytes of a segment; plain and compressed copies must agree."""
    copies = set()
    for path in paths:
        raw = path.read_bytes()
        if path.suffix != ".seg":
            machine: Any = zlib.decompressobj() if path.suffix == ".z" else lzma.LZMADecompressor(lzma.FORMAT_XZ)
            try:
                raw = machine.decompress(raw, MAX_SEGMENT + 1)
            except (zlib.error, lzma.LZMAError) as error:
                raise Broken(f"{path.name} cannot be decompressed: {error}", first) from error
            need(
                machine.eof and not machine.unused_data, f"{path.name} is cut short, or has something behind it", first
            )
        copies.add(raw)
    need(
        len(copies) == 1 and len(raw) <= MAX_SEGMENT, f"{paths[0].name} has a copy that differs, or is too large", first
    )
    return raw


def read_group(data: bytes, at: int, marker: bytes, seq: int, head: bytes) -> tuple[list[Record], int]:
    """The records of the group at `at`, and where its frame ends; `Broken` unless hashes, chain and frame all hold."""
    begin, first, records = at, seq, []
    while at < len(data) and data[at] != 0xFF:
        need(at + 119 <= len(data), "a record that is cut short", seq)
        end, body_at = at + 4 + int.from_bytes(data[at : at + 4], "big"), at + 119 + 40 * data[at + 118]
        need(body_at <= end <= min(len(data), begin + MAX_GROUP), "a record of an impossible length", seq)
        try:
            record = Record(data[at + 4 : body_at], data[body_at:end])
        except Broken as error:
            raise Broken(str(error), seq) from error
        need(
            (record.seq, record.previous) == (seq, head), "the chain is broken: it does not follow the one before", seq
        )
        records.append(record)
        at, seq, head = end, seq + 1, record.leaf
    frame = data[at : at + FRAME.size]
    need(
        len(frame) == FRAME.size and zlib.crc32(frame[:-4]) == int.from_bytes(frame[-4:], "big"),
        "no whole frame",
        first,
    )
    fits = FRAME.unpack(frame)[:5] == (b"\xffTALLYCM", marker, first, len(records), head)
    need(fits and records, "a commit frame that does not fit its group", first)
    return records, at + FRAME.size


def frame_follows(data: bytes, at: int, marker: bytes, seq: int) -> bool:
    """True when a whole frame of this segment, with a first seq above `seq`, stands after `at`."""
    while (at := data.find(b"\xffTALLYCM" + marker, at)) >= 0:
        frame = data[at : at + FRAME.size]
        whole = len(frame) == FRAME.size and zlib.crc32(frame[:-4]) == int.from_bytes(frame[-4:], "big")
        if whole and FRAME.unpack(frame)[2] > seq:
            return True
        at += 1
    return False


def read_log(folder: Path, book: Book, origin: str, roots: dict[int, bytes]) -> int:
    """Read every segment into `book` and the tree's root at each size into `roots`; returns the torn bytes."""
    found: dict[int, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if re.fullmatch(r"[0-9]{20}\.seg(\.z|\.xz)?", path.name):
            found.setdefault(int(path.name[:20]), []).append(path)
    edge: list[tuple[int, bytes]] = []
    covered = max(roots, default=0)
    if 0 in roots:
        roots[0] = root_of(edge)
    for first, paths in sorted(found.items()):
        name, data = paths[0].name, read_segment(first, paths)
        may_be_torn = first == max(found) and paths[0].suffix == ".seg"
        need(first == book.count, f"segment {name} where record {book.count} should come", book.count)
        if may_be_torn and covered <= book.count and (len(data) < SEGMENT.size or not any(data)):
            return len(data)
        need(len(data) >= SEGMENT.size, f"{name} is shorter than its header", book.count)
        *said, marker, crc = SEGMENT.unpack_from(data)
        need(crc == zlib.crc32(data[: SEGMENT.size - 4]), f"the header of {name} is damaged", book.count)
        need(said[2] == sha256(origin.encode()).digest(), f"{name} is of another log than the key's", book.count)
        fits = (said[0], said[1], said[3], said[4]) == (b"TALLYSEG", 1, book.count, book.head)
        need(fits, f"{name} does not continue the segment before", book.count)
        at = SEGMENT.size
        while at < len(data):
            try:
                records, end = read_group(data, at, marker, book.count, book.head)
            except Broken:
                if may_be_torn and covered <= book.count and not frame_follows(data, at, marker, book.count):
                    return len(data) - at
                raise
            need(not records[0].flags & 1, "a group that begins inside a cascade", records[0].seq)
            for record in records:
                book.take(record)
                grow(edge, record.leaf)
                if book.count in roots:
                    roots[book.count] = root_of(edge)
            at = end
    need(covered <= book.count, f"the log ends at {book.count}, but a checkpoint signed {covered}", book.count)
    return 0


# ---- Verdicts
def verify_log(folder: Path, key: Key, trusted: bytes | None) -> Json:
    """The verdict on a log; `exit` is the exit code."""
    try:
        remembered = [] if trusted is None else [read_checkpoint("the trusted checkpoint", trusted, key)]
    except Broken as error:
        raise Usage(f"the trusted checkpoint is not valid under the key: {error}") from error
    files = sorted((folder / "checkpoints").glob("*.checkpoint"))  # before the segments: a writer may be at work
    if not files and not remembered and not list(folder.glob("*.seg*")):
        raise Usage(f"no log found in {folder}")
    present: list[Checkpoint] = []
    broken: list[tuple[int | None, str]] = []
    for path in files:
        try:
            present.append(read_checkpoint(f"checkpoint {path.name}", path.read_bytes(), key))
        except Broken as error:
            broken.append((None, f"checkpoint {path.name}: {error}"))
    book, torn, checkpoints = Book(key[0]), 0, present + remembered
    roots = {each.size: b"" for each in checkpoints}
    try:
        torn = read_log(folder, book, key[0], roots)
        proved = max((each.size for each in checkpoints if roots[each.size] == each.root), default=0)
        broken += surroundings(folder, book, proved, {(each.size, each.note_hash) for each in present})
    except Broken as error:
        broken.append((error.seq, str(error)))
    proved = max((each.size for each in checkpoints if roots[each.size] == each.root), default=0)
    for each in checkpoints:
        if roots[each.size] not in (b"", each.root):
            broken.append((None, f"{each.name} signed another root for {each.size} records than the log has"))
    tail, signed = book.count - proved, any(roots[each.size] for each in checkpoints)
    return {
        "exit": 3 if broken else 1 if tail or torn or not signed else 0,
        "broken": [why if seq is None else f"record {seq}: {why}" for seq, why in broken],
        "first_bad_seq": min((seq for seq, _ in broken if seq is not None), default=None),
        "records": book.count,
        "head": book.head.hex(),
        "decision_digest": book.decision.hex(),
        "decisions": book.decisions,
        "checkpoints": len(present),
        "proved_records": proved,
        "unsigned_tail": tail,
        "torn_bytes": torn,
        "pruned": len(book.pruned),
        "other_keys": sorted({line for each in present for line in each.others}),
        "not_shown": NOT_SHOWN,
    }


def surroundings(folder: Path, book: Book, proved: int, notes: set[tuple[int, str]]) -> list[tuple[int | None, str]]:
    """What is wrong with recorded checkpoints, prunings, blobs and cuts: record and reason."""

    def altered(path: Path, size: int, digest: str) -> bool:
        return path.stat().st_size != size or sha256(path.read_bytes()).hexdigest() != digest

    recorded = [(seq, (said["size"], said["note_hash"])) for seq, said in book.said[6]]
    wrong: list[tuple[int | None, str]] = [
        (seq, f"the checkpoint over {each[0]} that it recorded is missing")
        for seq, each in recorded
        if each not in notes
    ]
    ranges = [(said["first"], said["last"]) for seq, said in book.said[4] if seq < proved]
    unnamed = [seq for seq in book.pruned if not any(first <= seq <= last for first, last in ranges)]
    wrong += [(seq, "its body is missing, and no BodiesPruned under a later checkpoint names it") for seq in unnamed]
    for digest, (size, seq, needed) in book.blobs.items():
        path = folder / "blobs" / digest.hex()[:2] / digest.hex()
        if (needed and not path.is_file()) or (path.is_file() and altered(path, size, digest.hex())):
            wrong.append((seq, f"its blob {digest.hex()} is missing or was altered"))
    for seq, said in book.said[5]:
        path = folder / "cut" / said["sha256"]
        sound = re.fullmatch("[0-9a-f]{64}", said["sha256"]) and path.is_file()
        if not sound or altered(path, said["bytes"], said["sha256"]):
            wrong.append((seq, f"the torn bytes cut/{said['sha256']} are missing or were altered"))
    return wrong


def verify_bundle(bundle: Json, key: Key) -> Json:
    """The verdict on one bundled record; raises `Broken`."""
    need(bundle["format"] == "tallystick/bundle/1", "not a bundle of format 1")
    checkpoint = read_checkpoint("the bundle's checkpoint", bundle["checkpoint"].encode(), key)

    def proved(part: Json) -> Record:
        record = Record(bytes.fromhex(part["header"]), bytes.fromhex(part["body"]))
        need(record.body, "a record without its body", record.seq)
        root = lead(record.leaf, record.seq, checkpoint.size, part["path"])
        need(root == checkpoint.root, "its path does not lead to the checkpoint's root", record.seq)
        return record

    book, record = Book(key[0]), proved(bundle["record"])
    for declaration in map(proved, bundle["declarations"]):
        need(declaration.seq < record.seq and declaration.type in (1, 2), "not an earlier declaration", declaration.seq)
        book.remember(declaration, read_body(book.allowed(declaration)[1], declaration.body))
    name, fields, _ = book.allowed(record)
    values = read_body(fields, record.body)
    for digest, content in bundle["blobs"].items():
        raw = base64(content)
        need((len(raw), sha256(raw).digest()) in record.blobs and sha256(raw).hexdigest() == digest, "another blob")
    if bundle.get("row"):
        index, rows = bundle["row"]["index"], values["rows"]
        need(0 <= index < rows, "no such row", record.seq)
        begin, chunk = index // 64 * 64, b""
        for column, width in [(column, int(kind[-1])) for column, kind in fields if kind.startswith("column:")]:
            cells = bytes.fromhex(bundle["row"]["chunk"][column])
            need(cells == values[column][begin * width : (begin + 64) * width], "another chunk", record.seq)
            chunk += cells
        root = lead(sha256(b"\0" + chunk).digest(), index // 64, (rows + 63) // 64, bundle["row"]["path"])
        need(root == values["chunk_root"], "the chunk is not in the block", record.seq)
    shown = {field: value.hex() if isinstance(value, bytes) else value for field, value in values.items()}
    return {
        "exit": 0,
        "seq": record.seq,
        "type": name,
        "time": record.time,
        "covered_by": checkpoint.size,
        "body": shown,
    }


def verify_folder(folder: Path, key: Key, trusted: bytes | None) -> Json:
    """Verify a log; look once more before saying "broken" if files changed meanwhile."""

    def seen() -> list[tuple[str, int, int]]:
        stats = ((str(path), path.stat()) for path in sorted(folder.rglob("*")) if path.is_file())
        return [(path, now.st_size, now.st_mtime_ns) for path, now in stats]

    before = seen()
    verdict = verify_log(folder, key, trusted)
    return verify_log(folder, key, trusted) if verdict["exit"] == 3 and seen() != before else verdict


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("log_folder", nargs="?", type=Path)
    parser.add_argument(
        "--key", required=True, help="the log's verifier key, or its file; not one found beside the log"
    )
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint you remembered")
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if not given.log_folder and not given.bundle:
        parser.error("give a log folder or --bundle")
    try:
        key = read_key(given.key)
        if given.bundle:
            verdict = verify_bundle(json.loads(given.bundle.read_text("utf-8")), key)
        else:
            verdict = verify_folder(given.log_folder, key, given.checkpoint.read_bytes() if given.checkpoint else None)
    except Broken as error:
        verdict = {"exit": 3, "broken": [str(error)], "first_bad_seq": error.seq}
    except Exception as error:  # noqa: BLE001 -- when the verifier itself fails, that is never 1 and never 3
        verdict = {"exit": 2, "not_verified": f"{type(error).__name__}: {error}"}
    opening = {0: "HOLDS", 1: "HOLDS, but not all of it is signed", 2: "NOT VERIFIED", 3: "INTEGRITY BROKEN"}
    lines = [
        opening[verdict["exit"]],
        *(f"{name}: {value}" for name, value in verdict.items() if value not in ([], None)),
    ]
    print(json.dumps(verdict, indent=1) if given.json else "\n  ".join(lines))
    return int(verdict["exit"])


if __name__ == "__main__":
    sys.exit(main())
