"""Verify a Tallystick log, or a bundle of one record, with nothing of Tallystick: Python and `cryptography` alone.

    python outside_verifier.py LOG_FOLDER --key VKEY [--checkpoint FILE] [--bundle FILE] [--json]

Exit 0: all holds up to a checkpoint at the head. 1: all holds, but a tail is unsigned. 2: usage. 3: integrity broken.
Read it before you trust it: the parts follow docs/format.md, whose sections their headings name.
"""

import argparse, contextlib, functools, io, itertools, json, lzma, math, os, re, struct, sys, unicodedata, zlib
from base64 import b64decode, b64encode
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple
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
    """An integrity finding: why; the record, where that is known; the other keys under which a checkpoint stands."""
    def __init__(self, why: str, seq: int | None = None, signers: frozenset[str] = frozenset()) -> None:
        self.why, self.seq, self.signers = why, seq, signers

def need(holds: object, why: str, seq: int | None = None) -> None:
    """Raise `Broken` unless something holds."""
    if not holds:
        raise Broken(why, seq)

# ---- Keys, Checkpoint: C2SP signed notes
LINE = "(\u2014 ([^\\s+]+) ([A-Za-z0-9+/=]+))\n"
NOTE = re.compile(rf"(([^\x00-\x1f]+)\n(0|[1-9][0-9]{{0,18}})\n([^\x00-\x1f]+)\n)\n((?:{LINE})+)")
Checkpoint = NamedTuple("Checkpoint", [("size", int), ("root", bytes), ("note_hash", str), ("others", list[str])])

def base64(text: str) -> bytes:
    """Decode; nothing comes of what an encoder would have spelled otherwise."""
    spelled = re.fullmatch("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", text)
    raw = b64decode(text) if spelled else b""
    return raw if b64encode(raw).decode() == text else b""

def read_key(given: str, log_folder: Path | None = None) -> Key:
    """Take a verifier key, or the file that holds it, apart; a key from beside the log would vouch for itself."""
    file = Path(given).resolve() if os.path.isfile(given) else None  # noqa: PTH113 -- a key may be too long for a path
    if file and log_folder and log_folder.resolve() in file.parents:
        raise ValueError(f"{given} lies beside the log and vouches for itself: get the key from the log's owner")
    vkey = (file.read_text("utf-8-sig") if file else given).strip()
    name, key_id, encoded = [*vkey.split("+", 2), "", ""][:3]
    raw = base64(encoded)
    own = re.fullmatch(r"\S+", name) and sha256(f"{name}\n".encode() + raw).hexdigest()[:8] == key_id
    if not own or raw[:1] != b"\1" or len(raw) != 33:
        raise ValueError("--key wants an Ed25519 verifier key, name+id+base64, or its file")
    return name, bytes.fromhex(key_id), raw[1:]

def read_checkpoint(raw: bytes, key: Key) -> Checkpoint:
    """Read a note of origin, size and root with one signature by the key; its hash leaves out the lines of others."""
    note: Any = NOTE.fullmatch(raw.decode("utf-8", "replace"))
    need(note and note[0].encode() == raw, "not a signed note of origin, size and root")
    text, origin, size, root, lines = note.groups()[:5]
    signed = [(line, name, base64(encoded)) for line, name, encoded in re.findall(LINE, lines)]
    need(all(blob[4:] for *_, blob in signed) and len(base64(root)) == 32, "a root or signature of a wrong length")
    own = [(line, blob[4:]) for line, name, blob in signed if (name, blob[:4]) == key[:2]]
    if origin != key[0] or len(own) != 1:
        signers = frozenset(f"{name}+{blob[:4].hex()}" for _, name, blob in signed if name == origin and not own)
        raise Broken(f"not one signature by {key[0]}+{key[1].hex()}: is it the right key?", None, signers)
    try:
        Ed25519PublicKey.from_public_bytes(key[2]).verify(own[0][1], text.encode())
    except InvalidSignature as error:
        raise Broken("the signature does not hold") from error
    note_hash = sha256(f"{text}\n{own[0][0]}\n".encode()).hexdigest()
    return Checkpoint(int(size), base64(root), note_hash, [line for line, *_ in signed if line != own[0][0]])

# ---- Body: one msgpack map in canonical form, read by its declared kinds
NAME = re.compile("[a-z_][a-z0-9_]*")
KIND = re.compile(r"((list|map|optional):){0,4}(bool|int|float|str|bytes|u256|column:(\|[iub]1|<[iu][248]|<f[48]))")
WIRE: dict[str, list[tuple[int, int, Any]]] = {  # form -> tag, bytes behind it, what has no shorter form
    "nil": [(0xC0, 0, [None])], "bool": [(0xC2, 0, [False, True])], "float": [(0xCB, 0, [8])],
    "int": [(0x00, 0, range(2**7)), (0xCC, 1, range(2**7, 2**8)), (0xCD, 2, range(2**8, 2**16)),
            (0xCE, 4, range(2**16, 2**32)), (0xCF, 8, range(2**32, 2**63)),
            (0xE0, 0, range(-32, 0)), (0xD0, 1, range(-2**7, -32)), (0xD1, 2, range(-2**15, -2**7)),
            (0xD2, 4, range(-2**31, -2**15)), (0xD3, 8, range(-2**63, -2**31))],
    "str": [(0xA0, 0, range(32)), (0xD9, 1, range(32, 2**8)), (0xDA, 2, range(2**8, 2**16)),
            (0xDB, 4, range(2**16, 2**32))],
    "bytes": [(0xC4, 1, range(2**8)), (0xC5, 2, range(2**8, 2**16)), (0xC6, 4, range(2**16, 2**32))],
    "list": [(0x90, 0, range(16)), (0xDC, 2, range(16, 2**16)), (0xDD, 4, range(2**16, 2**32))],
    "map": [(0x80, 0, range(16)), (0xDE, 2, range(16, 2**16)), (0xDF, 4, range(2**16, 2**32))],
}
TAGS = {tag + each: (form, width, fitting[each:]) for form, tags in WIRE.items() for tag, width, fitting in tags
        for each in range(1 if width else len(fitting))}
FORM = {"u256": "bytes", "column": "bytes", "optional": "nil"}  # of kinds that are not called as their form

def read_value(kind: str, data: io.BytesIO, fields: Fields | None = None) -> Any:
    """The next value, which is of this kind. A map has the names of `fields`, or any in ascending order."""
    form, width, fitting = TAGS[data.read(1)[0]]
    head = data.read(width)
    read = int.from_bytes(head, "big", signed=fitting[0] < 0) if width else fitting[0]
    outer, _, inner = kind.partition(":")
    while outer == "optional" and form != "nil":
        outer, _, inner = inner.partition(":")
    shortest = len(head) == width and read in fitting
    need(form == FORM.get(outer, outer) and shortest, f"no {outer} in its shortest form where one is declared")
    if form in ("nil", "bool", "int"):
        return read
    if form == "list":
        return [read_value(inner, data) for _ in range(read)]
    if form == "map":
        found: Json = {}
        for _ in range(read):
            name = read_value("str", data)
            found[name] = read_value(inner if fields is None else fields[name], data)
        in_order = list(found) == (sorted(found) if fields is None else list(fields))
        need(in_order and len(found) == read, "the names of a map are out of order, missing or twice there")
        return found
    raw = data.read(read)
    need(len(raw) == read, "a value that is cut short")
    need(outer != "u256" or read == 32, "an amount that has not 32 bytes")
    need(outer != "column" or read % int(inner[-1]) == 0, "a column of half a row")
    if form == "str":
        need(unicodedata.is_normalized("NFC", raw.decode()), "text that is not in NFC")
        return raw.decode()
    if form == "float":
        need(raw != b"\x80" + bytes(7), "-0.0, which is written 0.0")
        need(math.isfinite(struct.unpack(">d", raw)[0]), "no finite float64 where one is declared")
        return struct.unpack(">d", raw)[0]
    return raw

def columns(fields: Fields) -> list[tuple[str, int]]:
    """Name and width of each column, in declared order."""
    return [(name, int(kind[-1])) for name, kind in fields.items() if kind.startswith("column:")]

CELL = {"i1": "b", "i2": "h", "i4": "i", "i8": "q", "u1": "B", "u2": "H", "u4": "I", "u8": "Q", "f4": "f", "f8": "d",
        "b1": "?"}  # how a column's kind ends: struct's code for it

def row_of(fields: Fields, values: Json, index: int) -> Json:
    """One row of the columns, as numbers."""
    return {name: struct.unpack_from("<" + CELL[fields[name][-2:]], values[name], index * width)[0]
            for name, width in columns(fields)}

def read_body(fields: Fields, body: bytes) -> Json:
    """The values of a canonical body: every declared field, in order, once, and no others."""
    data = io.BytesIO(body)
    try:
        values: Json = read_value("map", data, fields)
    except (LookupError, UnicodeDecodeError) as error:
        raise Broken(f"no canonical body: {error}") from error
    need(not data.read(), "bytes behind the map of a body")
    for name, width in columns(fields):
        even = fields.get("rows") != "int" or len(values[name]) == values["rows"] * width
        need(even, f"column {name} does not have a value for each row")
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
        (form, self.flags, self.epoch, self.seq, self.time, self.cause, self.row, self.root, self.source, self.type,
         self.version, self.previous, size, self.body_hash, blobs) = HEADER.unpack_from(header)
        need(form == 1 and len(header) == HEADER.size + 40 * blobs, "not a header of format 1", seq)
        whole = len(body) == size and sha256(body).digest() == self.body_hash
        need(0 < size <= MAX_BODY and (whole or not body), "the body does not match its header", seq)
        self.leaf, self.body = sha256(b"\0" + header).digest(), body
        self.blobs = list(struct.iter_unpack(">Q32s", header[HEADER.size:]))

LOG_TYPES: dict[int, tuple[str, str, Callable[[Json, Record], bool]]] = {  # name, fields, and what must hold of them
    1: ("log.type_declared", "id:int version:int name:str trading:bool said_by:list:str fields:list:map:str",
        lambda v, _: 16 <= v["id"] < 2**16 and 0 < v["version"] < 2**16 and not v["name"].startswith("log.")
        and len(v["name"].encode()) < 2**16 and v["said_by"] == sorted(set(v["said_by"]))),
    2: ("log.source_declared", "id:int name:str role:str", lambda v, _: 0 < v["id"] < 2**16),
    3: ("log.epoch_opened", "epoch:int reason:str", lambda v, r: v["epoch"] == r.epoch),
    4: ("log.bodies_pruned", "first:int last:int reason:str person:str",
        lambda v, r: 0 <= v["first"] <= v["last"] < r.seq),
    5: ("log.tail_cut", "sha256:str bytes:int", lambda *_: True),
    6: ("log.checkpointed", "size:int note_hash:str", lambda v, r: 0 <= v["size"] <= r.seq),
    7: ("log.succeeded", "origin:str size:int root:str", lambda _, r: r.seq == 0),
}

class Book:
    """What must be known of all records so far to judge the next one; the tree over them, and the digests."""
    def __init__(self, origin: str, sizes: set[int]) -> None:
        self.count, self.head = 0, sha256(b"tallystick/log/1" + origin.encode()).digest()
        self.time, self.epoch, self.root = -(2**63), 0, -1
        self.decision, self.decisions = sha256(b"tallystick/decision/1").digest(), 0
        self.types: dict[tuple[int, int], tuple[str, Fields, bool, list[str]]] = {  # by id and version
            (number, 1): (name, dict(each.split(":", 1) for each in fields.split()), False, ["log"])
            for number, (name, fields, *_) in LOG_TYPES.items()}
        self.sources = {0: ("log", "log")}  # id -> name, role
        self.blobs: dict[bytes, tuple[int, int, bool]] = {}  # hash -> length, first record, must it be there
        self.pruned: list[int] = []
        self.said: dict[int, list[tuple[int, Json]]] = {number: [] for number in LOG_TYPES}  # the log's own words
        self.sizes, self.roots = sizes, {0: sha256(b"").digest()}  # sizes of the tree that are asked for; their roots
        self.edge: list[bytes] = []  # roots of complete subtrees, largest first: one for each bit of `count`

    def take(self, r: Record) -> None:
        """Hold the next record to every rule, then remember it."""
        # 1. Causality, Epochs
        need(r.flags < 4 and r.time >= self.time, "unknown flags, or book time falls")
        derived = (r.root, r.time) == (self.root, self.time) and r.root <= r.cause < r.seq
        free = r.root == r.seq and (r.cause == NO_SEQ or r.cause < r.seq)
        need(derived if r.flags & 1 else free, "root, cause or time do not fit its cascade")
        need(r.row == NO_ROW or r.cause != NO_SEQ, "a cause row without a cause")
        need(r.epoch == self.epoch or (r.epoch > self.epoch and r.type == 3), "an epoch that nobody opened")
        # 2. Declared before use; one length for each blob
        name = self.hear(r)[0].encode()
        for size, digest in r.blobs:
            known, first, needed = self.blobs.get(digest, (size, r.seq, False))
            need(known == size, "one blob with two lengths")
            self.blobs[digest] = size, first, needed or bool(r.body)
        # 3. Digests; the tree
        if r.flags & 2:
            said = struct.pack(f">H{len(name)}sHq", len(name), name, r.version, r.time)
            self.decision, self.decisions = sha256(self.decision + said + r.body_hash).digest(), self.decisions + 1
        self.count, self.head, self.time, self.epoch, self.root = r.seq + 1, r.leaf, r.time, r.epoch, r.root
        root = r.leaf
        for _ in range((r.seq ^ self.count).bit_length() - 1):  # as often as a binary counter carries
            root = node(self.edge.pop(), root)
        self.edge.append(root)
        if self.count in self.sizes:
            self.roots[self.count] = functools.reduce(lambda right, left: node(left, right), reversed(self.edge))

    def hear(self, r: Record) -> tuple[str, Fields, Json]:
        """Name, fields and values of a record whose source may say it; what the log itself says is remembered."""
        need((r.type, r.version) in self.types and r.source in self.sources, "a type or source not declared before")
        name, fields, trading, said_by = self.types[r.type, r.version]
        need(bool(r.flags & 2) == trading, f"the trading flag is not as {name} declares")
        need(self.sources[r.source][1] in said_by, f"{name} said by {self.sources[r.source]}, who may not say it")
        need(r.body or r.type not in LOG_TYPES, "a body of the log's own was pruned")
        v = read_body(fields, r.body) if r.body else {}
        if not r.body:
            self.pruned.append(r.seq)
        if r.type in LOG_TYPES:
            need(LOG_TYPES[r.type][2](v, r), f"{name} cannot say {v} here")
            self.said[r.type].append((r.seq, v))
        if r.type == 1:
            self.declare(v["id"], v["version"], v["name"], v)
        if r.type == 2:
            fresh = v["id"] not in self.sources and v["name"] not in dict(self.sources.values())
            need(fresh, "a source declared twice")
            self.sources[v["id"]] = v["name"], v["role"]
        return name, fields, v

    def declare(self, number: int, version: int, name: str, v: Json) -> None:
        """Take in a type."""
        whole = all(list(each) == ["kind", "meaning", "name", "unit"] for each in v["fields"])
        fields = {each["name"]: each["kind"] for each in v["fields"]} if whole else {}
        sound = all(NAME.fullmatch(f) and KIND.fullmatch(k) and k.count(":") < 5 for f, k in fields.items())
        need(sound and len(fields) == len(v["fields"]), "a field of an unknown kind, malformed or declared twice")
        alike = all((known == number) == (each[0] == name) for (known, _), each in self.types.items())
        need(alike and (number, version) not in self.types, "a type declared twice, or an id with another name")
        self.types[number, version] = name, fields, v["trading"], v["said_by"]

# ---- Files: Segment, Group, Compression, Torn tail
MAX_GROUP, MAX_SEGMENT, ROOM_UNIT = 2**26, 2**30, 2**16

def sealed(raw: bytes) -> bytes:
    """Bytes with the CRC-32 of all of them behind."""
    return raw + zlib.crc32(raw).to_bytes(4, "big")

def read_file(path: Path, most: int = 2**20) -> bytes:
    """The bytes of a file, decompressed; no pipe, device or folder is read, and nothing endless."""
    path.lstat()  # what is gone since it was listed is no finding
    need(path.is_file() and path.stat().st_size <= most, f"{path.name} is not a regular file of at most {most} bytes")
    raw = path.read_bytes()
    if path.suffix in (".z", ".xz"):
        machine: Any = zlib.decompressobj() if path.suffix == ".z" else lzma.LZMADecompressor(lzma.FORMAT_XZ)
        try:
            raw = machine.decompress(raw, most + 1)
        except (zlib.error, lzma.LZMAError) as error:
            raise Broken(f"{path.name} cannot be decompressed: {error}") from error
        whole = machine.eof and not machine.unused_data and len(raw) <= most
        need(whole, f"{path.name} is cut short, too large, or goes on behind its end")
    return raw

def read_group(data: bytes, at: int, marker: bytes, first: int, head: bytes) -> tuple[list[Record], int]:
    """The records of the group at `at`, and where its frame ends; `Broken` unless hashes, chain and frame all hold."""
    begin, seq, records = at, first, []
    while at < len(data) and data[at] != 0xFF:
        need(at + 119 <= len(data), "a record that is cut short", seq)
        end, body_at = at + 4 + int.from_bytes(data[at : at + 4], "big"), at + 119 + 40 * data[at + 118]
        need(body_at <= end <= len(data), "a record of an impossible length", seq)
        record = Record(data[at + 4 : body_at], data[body_at:end], seq)
        need((record.seq, record.previous) == (seq, head), "the chain is broken: it does not follow the last one", seq)
        need(end <= begin + MAX_GROUP, "a group of more than 64 MiB", first)
        records.append(record)
        at, seq, head = end, seq + 1, record.leaf
    frame = sealed(struct.pack(">8s16sQI32s", b"\xffTALLYCM", marker, first, len(records), head))
    need(records and data[at : at + 72] == frame, "no commit frame that is whole and fits its group", first)
    return records, at + 72

def frame_follows(data: bytes, at: int, marker: bytes, seq: int) -> bool:
    """True when a whole frame of this segment, with a first seq above `seq`, stands after `at`."""
    image = re.compile(b"\xff(?=TALLYCM" + re.escape(marker) + b")")  # looks ahead: two images may overlap
    frames = (data[each.start() : each.start() + 72] for each in image.finditer(data, at))
    return any(each == sealed(each[:68]) and int.from_bytes(each[24:32], "big") > seq for each in frames)

def read_log(folder: Path, book: Book, origin: str) -> int:
    """Read every segment into `book`; returns the torn bytes."""
    paths = sorted(path for path in folder.iterdir() if re.fullmatch(r"[0-9]{20}\.seg(\.z|\.xz)?", path.name))
    covered, own = max(book.sizes, default=0), sha256(origin.encode()).digest()
    for first, (path, *copies) in itertools.groupby(paths, lambda path: path.name[:20]):
        data, last = read_file(path, MAX_SEGMENT), path.suffix == ".seg" and first == paths[-1].name[:20]
        need(all(read_file(copy, MAX_SEGMENT) == data for copy in copies), f"{path.name} has a copy that differs")
        need(int(first) == book.count, f"segment {path.name} where record {book.count} should come")
        if last and covered <= book.count and (len(data) < 101 or not any(data)):
            return len(data)
        at, marker = 101, data[81:97]
        header = sealed(struct.pack(">8sB32sQ32s16s", b"TALLYSEG", 1, own, book.count, book.head, marker))
        need(data[:at] == header, f"{path.name} begins damaged, in another log, or not where the segment before ends")
        while at < len(data):
            try:
                records, at = read_group(data, at, marker, book.count, book.head)
            except Broken:
                if last and covered <= book.count and not frame_follows(data, at, marker, book.count):
                    return len(data[at:] if len(data) % ROOM_UNIT else data[at:].rstrip(b"\0"))  # zeros are room then
                raise
            need(not records[0].flags & 1, "a group that begins inside a cascade")
            for record in records:
                book.take(record)
    need(covered <= book.count, f"the log ends at {book.count}, but a checkpoint signed {covered}")
    return 0

def beside(folder: Path, book: Book, proved: int, notes: set[tuple[int, str]]) -> list[Broken]:
    """What is wrong with recorded checkpoints, prunings, cuts and blobs."""
    ranges = [range(v["first"], v["last"] + 1) for seq, v in book.said[4] if seq < proved]
    wrong = [Broken("its body is missing, and no BodiesPruned under a later checkpoint names it", seq)
             for seq in book.pruned if not any(seq in each for each in ranges)]
    wrong += [Broken(f"the checkpoint over {v['size']} that it recorded is missing", seq)
              for seq, v in book.said[6] if (v["size"], v["note_hash"]) not in notes]
    files = [(f"cut/{v['sha256']}", v["sha256"], v["bytes"], seq, True) for seq, v in book.said[5]]
    files += [(f"blobs/{name[:2]}/{name}", name, size, seq, needed)
              for name, (size, seq, needed) in ((digest.hex(), each) for digest, each in book.blobs.items())]
    for name, digest, size, seq, needed in files:
        path = folder / name
        there = re.fullmatch("[0-9a-f]{64}", digest) and path.is_file() and path.stat().st_size == size
        sound = there and sha256(path.read_bytes()).hexdigest() == digest
        if not sound and (needed or path.is_file()):
            wrong.append(Broken(f"{name} is missing or was altered", seq))
    return wrong

# ---- Keys and verdicts
NOT_SHOWN = ("No log shows by itself: that it was cut back to a genuine older checkpoint, that later checkpoint files "
  "were deleted, that it was replaced whole by its twin under the same key, that the unsigned tail was rewritten "
  "consistently, or bits of a zlib wrapper that change nothing inside. Remember a checkpoint, or let a witness cosign.")

def plain(said: object) -> str:
    """Anything in words, but nothing in it that moves a terminal's cursor: a log's owner chose its names."""
    return said if isinstance(said, str) and said.isprintable() else repr(said).strip("'\"")

def read_checkpoints(folder: Path, key: Key) -> tuple[list[Checkpoint], list[Broken]]:
    """The checkpoints beside a log that are there now, and what is wrong with the others."""
    place = folder / "checkpoints"  # listed, not globbed: a glob takes a folder that nobody may read for an empty one
    present, broken = [], []
    for path in sorted(path for path in place.iterdir() if path.name.endswith(".checkpoint")) if place.is_dir() else []:
        try:
            present.append(read_checkpoint(read_file(path), key))
        except Broken as error:
            broken.append(Broken(f"checkpoint {path.name}: {error.why}", None, error.signers))
    return present, broken

def verify_log(folder: Path, key: Key, trusted: bytes | None) -> Json:
    """The verdict on a log: checkpoints before the segments, as a writer may be at work; then what lies beside them."""
    try:
        remembered = [] if trusted is None else [read_checkpoint(trusted, key)]
    except Broken as error:
        raise ValueError(f"the trusted checkpoint is not valid under the key: {error.why}") from error
    (present, broken), torn = read_checkpoints(folder, key), None
    if not present and not broken and not remembered and not list(folder.glob("*.seg*")):
        raise FileNotFoundError(f"no log found in {folder} (a bundle is given with --bundle)")
    strangers = frozenset.intersection(*(each.signers for each in broken)) if broken and not present else frozenset()
    if len(strangers) == 1:  # what else leans on checkpoints is not judged under the wrong key
        given = f"{key[0]}+{key[1].hex()}"
        broken = [Broken(f"every checkpoint is signed by {min(strangers)}, and you gave {given} as --key")]
    checkpoints = present + remembered
    book = Book(key[0], {each.size for each in checkpoints})
    try:
        torn = read_log(folder, book, key[0])
    except Broken as error:
        broken.append(Broken(error.why, book.count if error.seq is None else error.seq))
    broken += [Broken(f"a checkpoint signed another root for {each.size} records than the log has")
               for each in checkpoints if book.roots.get(each.size, each.root) != each.root]
    proved = max((each.size for each in checkpoints if book.roots.get(each.size) == each.root), default=0)
    if torn is not None and len(strangers) != 1:
        signed = present + read_checkpoints(folder, key)[0]  # the writer may have signed more meanwhile
        broken += beside(folder, book, proved, {(each.size, each.note_hash) for each in signed})
    return {
        "exit": 3 if broken else 1 if proved < book.count or torn or not checkpoints else 0,
        "broken": [each.why if each.seq is None else f"record {each.seq}: {each.why}" for each in broken],
        "first_bad_seq": min((each.seq for each in broken if each.seq is not None), default=None),
        "records": book.count, "head": book.head.hex(), "proved_records": proved, "unsigned_tail": book.count - proved,
        "decision_digest": book.decision.hex(), "decisions": book.decisions, "pruned": len(book.pruned),
        "checkpoints": len(present), "torn_bytes": torn or 0,
        "other_keys": sorted({line for each in present for line in each.others}), "not_shown": NOT_SHOWN}

# ---- Bundle
def verify_bundle(bundle: Json, key: Key) -> Json:
    """The verdict on one bundled record; raises `Broken`."""
    need(bundle["format"] == "tallystick/bundle/1", "not a bundle of format 1")
    checkpoint, book = read_checkpoint(bundle["checkpoint"].encode(), key), Book(key[0], set())

    def proved(part: Json) -> tuple[Record, str, Fields, Json]:
        r = Record(bytes.fromhex(part["header"]), bytes.fromhex(part["body"]))
        root = lead(r.leaf, r.seq, checkpoint.size, part["path"])
        need(r.body and root == checkpoint.root, "no body, or a path that leads to another root", r.seq)
        return r, *book.hear(r)

    declarations = [proved(part)[0] for part in bundle["declarations"]]
    r, name, fields, v = proved(bundle["record"])
    need(all(each.seq < r.seq and each.type in (1, 2) for each in declarations), "not an earlier declaration", r.seq)
    for digest, content in bundle["blobs"].items():
        raw = base64(content)
        right = (len(raw), bytes.fromhex(digest)) in r.blobs and sha256(raw).hexdigest() == digest
        need(right and (raw or not content), "a blob that the record does not name", r.seq)
    row = bundle.get("row")
    if row is not None:
        begin = row["index"] // 64 * 64
        cells = {column: v[column][begin * width :][: 64 * width] for column, width in columns(fields)}
        need({column: raw.hex() for column, raw in cells.items()} == row["chunk"], "another chunk", r.seq)
        root = lead(sha256(b"\0" + b"".join(cells.values())).digest(), begin // 64, (v["rows"] + 63) // 64, row["path"])
        need(row["index"] < v["rows"] and root == v["chunk_root"], "no such row, or not this chunk in the block", r.seq)
    shown = {} if row is None else {"row": {"index": row["index"], **row_of(fields, v, row["index"])}}
    body = {field: each.hex() if isinstance(each, bytes) else each for field, each in v.items()}
    return {"exit": 0, "seq": r.seq, "type": name, "time": r.time, "covered_by": checkpoint.size, **shown, "body": body}

def main(arguments: list[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("log_folder", nargs="?", type=Path, help="the folder of the log, or of its book")
    parser.add_argument("--key", required=True, help="the log's verifier key, or its file; not one from beside the log")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint you remembered")
    parser.add_argument("--bundle", type=Path, help="a proof of one record, instead of a log")
    parser.add_argument("--json", action="store_true", help="say the verdict as one JSON document")
    given = parser.parse_args(arguments)
    if not given.log_folder and not given.bundle:
        parser.error("give a log folder or --bundle")
    what, folder = f"{given.bundle} cannot be read as a bundle: " if given.bundle else "", given.log_folder
    try:
        if folder and (folder / "log").is_dir() and not list(folder.glob("*.seg*")):
            folder /= "log"  # the book's own folder was given
        key = read_key(given.key, given.log_folder)
        trusted = given.checkpoint.read_bytes() if given.checkpoint else None
        bundle: Any = json.loads(given.bundle.read_text("utf-8")) if given.bundle else None
        verdict: Json = {"exit": 3}
        with contextlib.suppress(FileNotFoundError):  # a segment that was compressed meanwhile
            verdict = verify_bundle(bundle, key) if given.bundle else verify_log(folder, key, trusted)
        if verdict["exit"] == 3:  # look once more: a writer may have changed files meanwhile
            verdict = verify_log(folder, key, trusted)
    except Broken as error:
        verdict = {"exit": 3, "broken": [error.why], "first_bad_seq": error.seq}
    except Exception as error:  # noqa: BLE001 -- when the verifier itself fails, that is never 1 and never 3
        kind = "" if isinstance(error, (OSError, ValueError)) else f"{type(error).__name__}: "
        verdict = {"exit": 2, "not_verified": f"{what}{kind}{error}"}
    failed = f"NOT VERIFIED: {verdict.get('not_verified')}"
    only_torn = verdict.get("unsigned_tail") == 0 < verdict["torn_bytes"]
    unsigned = "HOLDS, but bytes stand behind its end" if only_torn else "HOLDS, but not all of it is signed"
    opening = ["HOLDS", unsigned, failed, "INTEGRITY BROKEN"][verdict["exit"]]
    told = verdict if verdict["exit"] != 2 else {}
    lines = [plain(opening), *(f"{name}: {plain(said)}" for name, said in told.items() if said not in ([], None))]
    said = json.dumps(verdict, indent=1) if given.json else "\n  ".join(lines)
    letters = getattr(sys.stdout, "encoding", None) or "ascii"
    try:  # whatever letters can be shown, and whether anybody reads: the exit code is the verdict's
        print(said.encode(letters, "backslashreplace").decode(letters), flush=True)
    except OSError as error:  # but a verdict that could not be written down was not given
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        verdict["exit"] = verdict["exit"] if isinstance(error, BrokenPipeError) else 2
    return int(verdict["exit"])

if __name__ == "__main__":
    sys.exit(main())
