"""Verify a Tallystick log, or a bundle of one record, with nothing of Tallystick: Python and `cryptography` alone.

    python outside_verifier.py LOG_FOLDER --key VKEY [--checkpoint FILE] [--bundle FILE] [--json]

Exit 0: all holds up to a checkpoint at the head. 1: all holds, but a tail is unsigned. 2: usage. 3: integrity broken.
Read it before you trust it: the parts follow docs/format.md, whose sections their headings name.
"""

import argparse, json, lzma, re, struct, sys, zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from hashlib import sha256
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple
from unicodedata import is_normalized
try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError:
    print("NOT VERIFIED: signatures cannot be checked without it: pip install cryptography", file=sys.stderr)
    sys.exit(2)

Json = dict[str, Any]
Fields = dict[str, str]  # name -> kind, in declared order
Key = tuple[str, bytes, bytes]  # origin, key id, raw Ed25519 public key

class Broken(Exception):
    """An integrity finding: why, and at which record where that is known."""

def need(holds: object, why: str, seq: int | None = None) -> None:
    """Raise `Broken` unless something holds."""
    if not holds:
        raise Broken(why, seq)

# ---- Keys, Checkpoint: C2SP signed notes
LINE = "\u2014 [^\\s+]+ [A-Za-z0-9+/=]+\n"
NOTE = re.compile(rf"(([^\x00-\x1f]+)\n(0|[1-9][0-9]{{0,18}})\n([^\x00-\x1f]+)\n)\n((?:{LINE})+)")

Checkpoint = NamedTuple("Checkpoint", [("size", int), ("root", bytes), ("note_hash", str), ("others", list[str])])

def base64(text: str) -> bytes:
    """Decode; nothing comes of what an encoder would have spelled otherwise."""
    spelled = re.fullmatch("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text)
    raw = b64decode(text) if spelled else b""
    return raw if b64encode(raw).decode() == text else b""

def read_key(given: str) -> Key:
    """Take a verifier key, or the file that holds it, apart."""
    vkey = (Path(given).read_text("utf-8") if Path(given).is_file() else given).strip()
    name, key_id, encoded = [*vkey.split("+", 2), "", ""][:3]
    raw = base64(encoded)
    if sha256(f"{name}\n".encode() + raw).hexdigest()[:8] != key_id or raw[:1] != b"\1" or len(raw) != 33:
        raise ValueError("--key wants an Ed25519 verifier key, name+id+base64, or its file")
    return name, bytes.fromhex(key_id), raw[1:]

def read_checkpoint(raw: bytes, key: Key) -> Checkpoint:
    """Read a note of origin, size and root with one signature by the key; its hash leaves out the lines of others."""
    note = NOTE.fullmatch(raw.decode("utf-8", "replace"))
    if not note or note[0].encode() != raw:
        raise Broken("not a signed note of origin, size and root", None)
    text, origin, size, root, lines = note.groups()
    signed = [(line, base64(line.split(" ")[2])) for line in lines[:-1].split("\n")]
    own = [(line, blob[4:]) for line, blob in signed if (line.split(" ")[1], blob[:4]) == key[:2]]
    need(all(len(blob) > 4 for _, blob in signed) and len(base64(root)) == 32, "a root or signature of a wrong length")
    if origin != key[0] or len(own) != 1:
        others = {f"{origin}+{blob[:4].hex()}" for line, blob in signed if line.split(" ")[1] == origin and not own}
        raise Broken(f"not one signature by {key[0]}+{key[1].hex()}: is it the right key?", None, others)
    try:
        Ed25519PublicKey.from_public_bytes(key[2]).verify(own[0][1], text.encode())
    except InvalidSignature as error:
        raise Broken("the signature does not hold", None) from error
    note_hash = sha256(f"{text}\n{own[0][0]}\n".encode()).hexdigest()
    return Checkpoint(int(size), base64(root), note_hash, [line for line, _ in signed if line != own[0][0]])

# ---- Body: one msgpack map in canonical form, read by its declared kinds
NAME = re.compile("[a-z_][a-z0-9_]*")
KIND = re.compile(r"((list|map|optional):){0,4}(bool|int|float|str|bytes|u256|column:(\|[iub]1|<[iu][248]|<f[48]))")
SHORT = {"int": range(0x80), "str": range(0xA0, 0xC0), "list": range(0x90, 0xA0), "map": range(0x80, 0x90)}
LONG = {  # tag -> how many bytes follow, and the values or lengths that have no shorter form
    "int": {0xCC: (1, range(2**7, 2**8)), 0xCD: (2, range(2**8, 2**16)), 0xCE: (4, range(2**16, 2**32)),
            0xCF: (8, range(2**32, 2**63)), 0xD0: (1, range(-2**7, -32)), 0xD1: (2, range(-2**15, -2**7)),
            0xD2: (4, range(-2**31, -2**15)), 0xD3: (8, range(-2**63, -2**31))},
    "str": {0xD9: (1, range(32, 2**8)), 0xDA: (2, range(2**8, 2**16)), 0xDB: (4, range(2**16, 2**32))},
    "list": {0xDC: (2, range(16, 2**16)), 0xDD: (4, range(2**16, 2**32))},
    "map": {0xDE: (2, range(16, 2**16)), 0xDF: (4, range(2**16, 2**32))},
    "bytes": {0xC4: (1, range(2**8)), 0xC5: (2, range(2**8, 2**16)), 0xC6: (4, range(2**16, 2**32))},
}

def number(kind: str, data: bytes, at: int) -> tuple[int, int]:
    """An integer, or the length of something of another kind; and where it ends."""
    tag, short = data[at], SHORT.get(kind, range(0))
    if tag in short or (kind == "int" and tag >= 0xE0):
        return tag - (short.start if tag in short else 256), at + 1
    width, fitting = LONG[kind].get(tag, (0, range(0)))
    read = int.from_bytes(data[at + 1 : at + 1 + width], "big", signed=0xD0 <= tag <= 0xD3)
    need(read in fitting, f"no {kind} in its shortest form where one is declared")
    return read, at + 1 + width

def named(kind_of: Callable[[str], str], data: bytes, at: int) -> tuple[Json, int]:
    """A map, whose names say of what kind their values are; and where it ends."""
    found: Json = {}
    count, at = number("map", data, at)
    for _ in range(count):
        name, at = value("str", data, at)
        found[name], at = value(kind_of(name), data, at)
    need(len(found) == count, "a name stands twice in a map")
    return found, at

def value(kind: str, data: bytes, at: int) -> tuple[Any, int]:
    """The value of a kind at `at`, and where it ends."""
    outer, _, inner = kind.partition(":")
    if outer == "optional":
        return (None, at + 1) if data[at] == 0xC0 else value(inner, data, at)
    if outer == "bool":
        need(data[at] in (0xC2, 0xC3), "no bool where one is declared")
        return data[at] == 0xC3, at + 1
    if outer == "float":
        raw, double = data[at : at + 9], struct.unpack_from(">d", data, at + 1)[0]
        need(raw[:1] == b"\xcb" and isfinite(double), "no finite float64 where one is declared")
        need(raw[1:] != b"\x80" + bytes(7), "-0.0, which is written 0.0")
        return double, at + 9
    if outer == "map":
        found, at = named(lambda _: inner, data, at)
        need(list(found) == sorted(found), "the names of a map are not in order")
        return found, at
    size, at = number("bytes" if outer in ("u256", "column") else outer, data, at)
    if outer == "list":
        items: list[Any] = []
        for _ in range(size):
            item, at = value(inner, data, at)
            items.append(item)
        return items, at
    if outer == "int":
        return size, at
    raw = data[at : at + size]
    need(outer != "str" or is_normalized("NFC", raw.decode()), "text that is not in NFC")
    need(outer != "u256" or size == 32, "an amount that has not 32 bytes")
    need(outer != "column" or size % int(inner[-1]) == 0, "a column of half a row")
    return raw.decode() if outer == "str" else raw, at + size

def columns(fields: Fields) -> list[tuple[str, int]]:
    """Name and width of each column, in declared order."""
    return [(name, int(kind[-1])) for name, kind in fields.items() if kind.startswith("column:")]

def read_body(fields: Fields, body: bytes) -> Json:
    """The values of a canonical body: every declared field, in order, once, and no others."""
    try:
        values, end = named(fields.__getitem__, body, 0)
    except (LookupError, UnicodeDecodeError, struct.error) as error:
        raise Broken(f"no canonical body: {error}", None) from error
    need(end == len(body) and list(values) == list(fields), "not the declared fields in order, and no others")
    rows = values["rows"] if fields.get("rows") == "int" else None
    uneven = [name for name, width in columns(fields) if rows is not None and len(values[name]) != rows * width]
    need(not uneven, f"columns {uneven} do not have a value for each row")
    return values

# ---- The tree: RFC 6962
def node(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node."""
    return sha256(b"\1" + left + right).digest()

def lead(leaf: bytes, index: int, size: int, path: list[str]) -> bytes:
    """Root to which an inclusion path, from the leaf upward, leads."""
    need(0 <= index < size and bool(path) == (size > 1), "no such leaf, or a path of another length")
    if size == 1:
        return leaf
    left, top = 1 << (size - 1).bit_length() - 1, bytes.fromhex(path[-1])
    need(len(top) == 32, "a path with half a hash")
    if index < left:
        return node(lead(leaf, index, left, path[:-1]), top)
    return node(top, lead(leaf, index - left, size - left, path[:-1]))

# ---- Record
HEADER = struct.Struct(">BBIQqQHQHHH32sI32sB")  # without its blobs
NO_SEQ, NO_ROW, MAX_BODY = 2**64 - 1, 2**16 - 1, 2**19

class Record:
    """One record, taken apart, its hashes checked; `body` is empty when it was pruned."""
    def __init__(self, header: bytes, body: bytes, seq: int | None = None) -> None:
        (self.format, self.flags, self.epoch, self.seq, self.time, self.cause, self.row, self.root, self.source,
         self.type, self.version, self.previous, self.size, self.body_hash, blobs) = HEADER.unpack_from(header)
        self.leaf, self.body = sha256(b"\0" + header).digest(), body
        rest = [header[at : at + 40] for at in range(HEADER.size, len(header), 40)]
        self.blobs = [(int.from_bytes(each[:8], "big"), each[8:]) for each in rest]
        need(self.format == 1 and len(header) == HEADER.size + 40 * blobs, "not a header of format 1", seq)
        whole = len(body) == self.size and sha256(body).digest() == self.body_hash
        need(0 < self.size <= MAX_BODY and (not body or whole), "the body does not match its header", seq)

LOG_TYPES = {  # known before anything is declared
    1: ("log.type_declared", "id:int version:int name:str trading:bool said_by:list:str fields:list:map:str"),
    2: ("log.source_declared", "id:int name:str role:str"),
    3: ("log.epoch_opened", "epoch:int reason:str"),
    4: ("log.bodies_pruned", "first:int last:int reason:str person:str"),
    5: ("log.tail_cut", "sha256:str bytes:int"),
    6: ("log.checkpointed", "size:int note_hash:str"),
    7: ("log.succeeded", "origin:str size:int root:str"),
}

class Book:
    """What must be known of all records so far to judge the next one; the tree over them, and the digests."""
    def __init__(self, origin: str, sizes: set[int]) -> None:
        self.count, self.head = 0, sha256(b"tallystick/log/1" + origin.encode()).digest()
        self.time, self.epoch, self.root = -(2**63), 0, -1
        self.decision, self.decisions = sha256(b"tallystick/decision/1").digest(), 0
        self.types: dict[tuple[int, int], tuple[str, Fields, bool, list[str]]] = {  # by id and version
            (number, 1): (name, dict(each.split(":", 1) for each in fields.split()), False, ["log"])
            for number, (name, fields) in LOG_TYPES.items()}
        self.sources = {0: ("log", "log")}  # id -> name, role
        self.blobs: dict[bytes, tuple[int, int, bool]] = {}  # hash -> length, first record, must it be there
        self.pruned: list[int] = []
        self.said: dict[int, list[tuple[int, Json]]] = {number: [] for number in LOG_TYPES}  # the log's own words
        self.sizes, self.roots = sizes, {0: sha256(b"").digest()}  # sizes of the tree that are asked for; their roots
        self.edge: list[tuple[int, bytes]] = []  # complete subtrees (leaves, hash), largest first

    def take(self, r: Record) -> None:
        """Hold the next record to every rule, then remember it."""
        # 1. Causality, Epochs
        need(r.flags < 4 and r.time >= self.time, "unknown flags, or book time falls")
        derived = (r.root, r.time) == (self.root, self.time) and r.root <= r.cause < r.seq
        free = r.root == r.seq and (r.cause == NO_SEQ or r.cause < r.seq)
        need(derived if r.flags & 1 else free, "root, cause or time do not fit its cascade")
        need(r.row == NO_ROW or r.cause != NO_SEQ, "a cause row without a cause")
        need(r.epoch == self.epoch or (r.epoch > self.epoch and r.type == 3), "an epoch that nobody opened")
        # 2. Declared before use; one length for each blob; a body, or a pruning to be named
        name, fields, trading = self.allowed(r)
        for size, digest in r.blobs:
            known, first, needed = self.blobs.get(digest, (size, r.seq, False))
            need(known == size, "one blob with two lengths")
            self.blobs[digest] = size, first, needed or bool(r.body)
        need(r.body or r.type not in LOG_TYPES, "a body of the log's own was pruned")
        if r.body:
            self.remember(r, read_body(fields, r.body))
        else:
            self.pruned.append(r.seq)
        # 3. Digests; the tree
        if trading:
            said = struct.pack(">H", len(name.encode())) + name.encode() + struct.pack(">Hq", r.version, r.time)
            self.decision, self.decisions = sha256(self.decision + said + r.body_hash).digest(), self.decisions + 1
        self.count, self.head, self.time, self.epoch, self.root = r.seq + 1, r.leaf, r.time, r.epoch, r.root
        leaves, root = 1, r.leaf
        while self.edge and self.edge[-1][0] == leaves:
            leaves, root = leaves * 2, node(self.edge.pop()[1], root)
        self.edge.append((leaves, root))
        if self.count in self.sizes:
            for _, left in self.edge[-2::-1]:
                root = node(left, root)
            self.roots[self.count] = root

    def allowed(self, r: Record) -> tuple[str, Fields, bool]:
        """Name, fields and trading flag of a record's type, if its source may say it."""
        need((r.type, r.version) in self.types and r.source in self.sources, "a type or source not declared before")
        name, fields, trading, said_by = self.types[r.type, r.version]
        need(bool(r.flags & 2) == trading, f"the trading flag is not as {name} declares")
        need(self.sources[r.source][1] in said_by, f"{name} said by {self.sources[r.source]}, who may not say it")
        return name, fields, trading

    def remember(self, r: Record, v: Json) -> None:
        """Take in the log's own words."""
        if r.type == 1:
            need(all(list(each) == ["kind", "meaning", "name", "unit"] for each in v["fields"]), "a malformed field")
            fields = {each["name"]: each["kind"] for each in v["fields"]}
            sound = all(NAME.fullmatch(f) and KIND.fullmatch(k) and k.count(":") < 5 for f, k in fields.items())
            need(sound and len(fields) == len(v["fields"]), "an unknown kind, or a field misnamed or declared twice")
            number, version, name = v["id"], v["version"], v["name"]
            need(16 <= number < 2**16 and 0 < version < 2**16 and not name.startswith("log."), "no free id or name")
            alike = all((known == number) == (t[0] == name) for (known, _), t in self.types.items())
            need(alike and (number, version) not in self.types, "a type declared twice, or an id with another name")
            need(v["said_by"] == sorted(set(v["said_by"])), "roles that are not sorted, or stand twice")
            self.types[number, version] = name, fields, v["trading"], v["said_by"]
        elif r.type == 2:
            known = v["id"] in self.sources or v["name"] in [name for name, _ in self.sources.values()]
            need(0 < v["id"] < 2**16 and not known, "a source declared twice, or with an impossible id")
            self.sources[v["id"]] = v["name"], v["role"]
        elif r.type in LOG_TYPES:
            need(r.type != 3 or v["epoch"] == r.epoch, "EpochOpened in another epoch than it opens")
            need(r.type != 4 or 0 <= v["first"] <= v["last"] < r.seq, "BodiesPruned over an impossible range")
            need(r.type != 7 or r.seq == 0, "a log before this one, named by another record than the first")
            need(r.type != 6 or 0 <= v["size"] <= r.seq, "Checkpointed over records that come later")
            self.said[r.type].append((r.seq, v))

# ---- Files: Segment, Group, Compression, Torn tail
SEGMENT, FRAME = struct.Struct(">8sB32sQ32s16sI"), struct.Struct(">8s16sQI32sI")
MAX_GROUP, MAX_SEGMENT = 2**26, 2**30

def sealed(form: struct.Struct, data: bytes, at: int) -> tuple[Any, ...]:
    """The fields of a struct that ends with the CRC-32 of all before it; none unless it is whole and right."""
    raw = data[at : at + form.size]
    right = len(raw) == form.size and zlib.crc32(raw[:-4]) == int.from_bytes(raw[-4:], "big")
    return form.unpack(raw)[:-1] if right else ()

def regular(path: Path, most: int = 2**20) -> bytes:
    """The bytes of a file; no pipe, device or folder is read, and nothing endless."""
    need(path.is_file() and path.stat().st_size <= most, f"{path.name} is not a regular file of at most {most} bytes")
    return path.read_bytes()

def plain(path: Path) -> bytes:
    """The bytes of one copy of a segment, decompressed."""
    raw = regular(path, MAX_SEGMENT)
    if path.suffix != ".seg":
        machine: Any = zlib.decompressobj() if path.suffix == ".z" else lzma.LZMADecompressor(lzma.FORMAT_XZ)
        try:
            raw = machine.decompress(raw, MAX_SEGMENT + 1)
        except (zlib.error, lzma.LZMAError) as error:
            raise Broken(f"{path.name} cannot be decompressed: {error}", None) from error
        need(machine.eof and not machine.unused_data, f"{path.name} is cut short, or goes on behind its end")
    need(len(raw) <= MAX_SEGMENT, f"{path.name} is too large")
    return raw

def read_group(data: bytes, at: int, marker: bytes, first: int, head: bytes) -> tuple[list[Record], int]:
    """The records of the group at `at`, and where its frame ends; `Broken` unless hashes, chain and frame all hold."""
    begin, seq, records = at, first, []
    while at < len(data) and data[at] != 0xFF:
        need(at + 119 <= len(data), "a record that is cut short", seq)
        end, body_at = at + 4 + int.from_bytes(data[at : at + 4], "big"), at + 119 + 40 * data[at + 118]
        need(body_at <= end <= min(len(data), begin + MAX_GROUP), "a record of an impossible length", seq)
        record = Record(data[at + 4 : body_at], data[body_at:end], seq)
        need((record.seq, record.previous) == (seq, head), "the chain is broken: it does not follow the last one", seq)
        records.append(record)
        at, seq, head = end, seq + 1, record.leaf
    fits = sealed(FRAME, data, at) == (b"\xffTALLYCM", marker, first, len(records), head)
    need(records and fits, "no commit frame that is whole and fits its group", first)
    return records, at + FRAME.size

def frame_follows(data: bytes, at: int, marker: bytes, seq: int) -> bool:
    """True when a whole frame of this segment, with a first seq above `seq`, stands after `at`."""
    while (at := data.find(b"\xffTALLYCM" + marker, at)) >= 0:
        frame = sealed(FRAME, data, at)
        if frame and frame[2] > seq:
            return True
        at += 1
    return False

def read_log(folder: Path, book: Book, origin: str) -> int:
    """Read every segment into `book`; returns the torn bytes."""
    found: dict[int, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if re.fullmatch(r"[0-9]{20}\.seg(\.z|\.xz)?", path.name):
            found.setdefault(int(path.name[:20]), []).append(path)
    covered, own = max(book.sizes, default=0), sha256(origin.encode()).digest()
    for first, paths in sorted(found.items()):
        name, data, last = paths[0].name, plain(paths[0]), first == max(found) and paths[0].suffix == ".seg"
        need(all(plain(path) == data for path in paths[1:]), f"{name} has a copy that differs")
        need(first == book.count, f"segment {name} where record {book.count} should come")
        if last and covered <= book.count and (len(data) < SEGMENT.size or not any(data)):
            return len(data)
        *header, marker = sealed(SEGMENT, data, 0) or (b"", b"")
        fits = header == [b"TALLYSEG", 1, own, book.count, book.head]
        need(fits, f"the header of {name} is damaged, of another log, or does not continue the segment before")
        at = SEGMENT.size
        while at < len(data):
            try:
                records, at = read_group(data, at, marker, book.count, book.head)
            except Broken:
                if last and covered <= book.count and not frame_follows(data, at, marker, book.count):
                    return len(data) - at
                raise
            need(not records[0].flags & 1, "a group that begins inside a cascade")
            for record in records:
                book.take(record)
    need(covered <= book.count, f"the log ends at {book.count}, but a checkpoint signed {covered}")
    return 0

def beside(folder: Path, book: Book, proved: int, notes: set[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """What is wrong with recorded checkpoints, prunings, blobs and cuts: record and reason."""
    def sound(path: Path, size: int, digest: str) -> bool:
        return path.is_file() and path.stat().st_size == size and sha256(path.read_bytes()).hexdigest() == digest

    for seq, said in book.said[6]:
        if (said["size"], said["note_hash"]) not in notes:
            yield seq, f"the checkpoint over {said['size']} that it recorded is missing"
    ranges = [(said["first"], said["last"]) for seq, said in book.said[4] if seq < proved]
    for seq in book.pruned:
        if not any(first <= seq <= last for first, last in ranges):
            yield seq, "its body is missing, and no BodiesPruned under a later checkpoint names it"
    for digest, (size, seq, needed) in book.blobs.items():
        path = folder / "blobs" / digest.hex()[:2] / digest.hex()
        if (needed or path.is_file()) and not sound(path, size, digest.hex()):
            yield seq, f"its blob {digest.hex()} is missing or was altered"
    for seq, said in book.said[5]:
        cut = said["sha256"]
        if not re.fullmatch("[0-9a-f]{64}", cut) or not sound(folder / "cut" / cut, said["bytes"], cut):
            yield seq, f"the torn bytes cut/{cut} are missing or were altered"

# ---- Keys and verdicts
NOT_SHOWN = """No log shows by itself: that it was cut back to a genuine older checkpoint, that later checkpoint files
  were deleted, that it was replaced whole by its twin under the same key, that the unsigned tail was rewritten
  consistently, or bits of a zlib wrapper that change nothing inside. Remember a checkpoint, or let a witness cosign."""

def verify_log(folder: Path, key: Key, trusted: bytes | None) -> Json:
    """The verdict on a log: checkpoints before the segments, as a writer may be at work; then what lies beside them."""
    try:
        remembered = [] if trusted is None else [read_checkpoint(trusted, key)]
    except Broken as error:
        raise ValueError(f"the trusted checkpoint is not valid under the key: {error.args[0]}") from error
    paths = sorted((folder / "checkpoints").glob("*.checkpoint"))
    if not paths and not remembered and not list(folder.glob("*.seg*")):
        raise FileNotFoundError(f"no log found in {folder}")
    present: list[Checkpoint] = []
    broken: list[tuple[int | None, str]] = []
    others: list[set[str]] = []
    for path in paths:
        try:
            present.append(read_checkpoint(regular(path), key))
        except Broken as error:
            broken.append((None, f"checkpoint {path.name}: {error.args[0]}"))
            others.append(set(*error.args[2:]))
    foreign = list(set.intersection(*others)) if others and not present else []
    if len(foreign) == 1:  # what else leans on checkpoints is not judged under the wrong key
        broken = [(None, f"every checkpoint is signed by {foreign[0]}, and you gave {key[0]}+{key[1].hex()} as --key")]
    checkpoints, torn = present + remembered, None
    book = Book(key[0], {each.size for each in checkpoints})
    try:
        torn = read_log(folder, book, key[0])
    except Broken as error:
        broken.append((book.count if error.args[1] is None else error.args[1], error.args[0]))
    proved = max((each.size for each in checkpoints if book.roots.get(each.size) == each.root), default=0)
    wrong = [each.size for each in checkpoints if book.roots.get(each.size, each.root) != each.root]
    broken += [(None, f"a checkpoint signed another root for {size} records than the log has") for size in wrong]
    if torn is not None and len(foreign) != 1:
        broken += beside(folder, book, proved, {(each.size, each.note_hash) for each in present})
    tail = book.count - proved
    return {
        "exit": 3 if broken else 1 if tail or torn or not checkpoints else 0,
        "broken": [why if seq is None else f"record {seq}: {why}" for seq, why in broken],
        "first_bad_seq": min((seq for seq, _ in broken if seq is not None), default=None),
        "records": book.count, "head": book.head.hex(), "proved_records": proved, "unsigned_tail": tail,
        "decision_digest": book.decision.hex(), "decisions": book.decisions, "pruned": len(book.pruned),
        "checkpoints": len(present), "torn_bytes": torn or 0,
        "other_keys": sorted({line for each in present for line in each.others}), "not_shown": NOT_SHOWN}

def verify_folder(folder: Path, key: Key, trusted: bytes | None) -> Json:
    """Verify a log; look once more before saying "broken": a writer may have changed files meanwhile."""
    verdict = verify_log(folder, key, trusted)
    return verify_log(folder, key, trusted) if verdict["exit"] == 3 else verdict

# ---- Bundle
def verify_bundle(bundle: Json, key: Key) -> Json:
    """The verdict on one bundled record; raises `Broken`."""
    need(bundle["format"] == "tallystick/bundle/1", "not a bundle of format 1")
    checkpoint = read_checkpoint(bundle["checkpoint"].encode(), key)

    def proved(part: Json) -> Record:
        record = Record(bytes.fromhex(part["header"]), bytes.fromhex(part["body"]))
        root = lead(record.leaf, record.seq, checkpoint.size, part["path"])
        need(record.body and root == checkpoint.root, "no body, or a path that leads to another root", record.seq)
        return record

    book, record = Book(key[0], set()), proved(bundle["record"])
    for declaration in map(proved, bundle["declarations"]):
        need(declaration.seq < record.seq and declaration.type in (1, 2), "not an earlier declaration", declaration.seq)
        book.remember(declaration, read_body(book.allowed(declaration)[1], declaration.body))
    name, fields, _ = book.allowed(record)
    values = read_body(fields, record.body)
    for digest, content in bundle["blobs"].items():
        raw = base64(content)
        right = (len(raw), bytes.fromhex(digest)) in record.blobs and sha256(raw).hexdigest() == digest
        need(right and (raw or not content), "a blob that the record does not name", record.seq)
    if bundle.get("row"):
        index, rows, chunk = bundle["row"]["index"], values["rows"], b""
        need(0 <= index < rows, "no such row", record.seq)
        for column, width in columns(fields):
            cells = bytes.fromhex(bundle["row"]["chunk"][column])
            need(cells == values[column][index // 64 * 64 * width :][: 64 * width], "another chunk", record.seq)
            chunk += cells
        root = lead(sha256(b"\0" + chunk).digest(), index // 64, (rows + 63) // 64, bundle["row"]["path"])
        need(root == values["chunk_root"], "the chunk is not in the block", record.seq)
    out = {field: value.hex() if isinstance(value, bytes) else value for field, value in values.items()}
    return {"exit": 0, "seq": record.seq, "type": name, "time": record.time, "covered_by": checkpoint.size, "body": out}

def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("log_folder", nargs="?", type=Path)
    parser.add_argument("--key", required=True, help="the log's verifier key, or its file; not one from beside the log")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint you remembered")
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    if not given.log_folder and not given.bundle:
        parser.error("give a log folder or --bundle")
    what, folder = f"{given.bundle} cannot be read as a bundle: " if given.bundle else "", given.log_folder
    if folder and (folder / "log").is_dir() and not list(folder.glob("*.seg*")):
        folder /= "log"  # the book's own folder was given
    try:
        key, trusted = read_key(given.key), given.checkpoint.read_bytes() if given.checkpoint else None
        bundle: Any = json.loads(given.bundle.read_text("utf-8")) if given.bundle else None
        verdict = verify_bundle(bundle, key) if given.bundle else verify_folder(folder, key, trusted)
    except Broken as error:
        verdict = {"exit": 3, "broken": [error.args[0]], "first_bad_seq": error.args[1]}
    except Exception as error:  # noqa: BLE001 -- when the verifier itself fails, that is never 1 and never 3
        verdict = {"exit": 2, "not_verified": f"{what}{type(error).__name__}: {error}"}
    failed = f"NOT VERIFIED: {verdict.get('not_verified')}"
    opening = ["HOLDS", "HOLDS, but not all of it is signed", failed, "INTEGRITY BROKEN"][verdict["exit"]]
    lines = [f"{name}: {said}" for name, said in verdict.items() if said not in ([], None) and verdict["exit"] != 2]
    print(json.dumps(verdict, indent=1) if given.json else "\n  ".join([opening, *lines]))
    return int(verdict["exit"])

if __name__ == "__main__":
    sys.exit(main())
