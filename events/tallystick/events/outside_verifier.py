"""Verify a Tallystick log, or one bundle of it, with nothing of Tallystick: the standard library and `cryptography`.

    python outside_verifier.py LOG_FOLDER --key VKEY [--checkpoint FILE] [--bundle FILE] [--json]

Exit 0: all holds up to a checkpoint at the head. 1: all holds, but a tail is unsigned. 2: usage. 3: integrity broken.
Written from docs/format.md alone; section names below are its own. Read it before you trust it: that is why it is short.
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

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

HEADER = struct.Struct(">BBIQqQHQHHH32sI32sB")  # a record's header, without its blobs
SEGMENT = struct.Struct(">8sB32sQ32s16sI")
FRAME = struct.Struct(">8s16sQI32sI")
NONE, NO_ROW = 2**64 - 1, 2**16 - 1
MAX_BODY, MAX_GROUP, MAX_SEGMENT = 2**19, 2**26, 2**30
LOG_TYPES = {  # bootstrap: known before anything is declared
    1: ("log.type_declared", "id:int version:int name:str trading:bool said_by:list:str fields:list:map:str"),
    2: ("log.source_declared", "id:int name:str role:str"),
    3: ("log.epoch_opened", "epoch:int reason:str"),
    4: ("log.bodies_pruned", "first:int last:int reason:str person:str"),
    5: ("log.tail_cut", "sha256:str bytes:int"),
    6: ("log.checkpointed", "size:int note_hash:str"),
}
NOT_SHOWN = (
    "No log shows by itself: that it was cut back to a genuine older checkpoint, that later checkpoint files were deleted, that it was "
    "replaced whole by a twin under the same key, that the unsigned tail was rewritten consistently, or bits of a zlib wrapper "
    "that change nothing inside. Remember a checkpoint elsewhere (--checkpoint), or let a witness cosign."
)


class Broken(Exception):  # noqa: N818
    """An integrity finding; `seq` is the record where it shows, if it shows at one."""

    def __init__(self, why: str, seq: int | None = None) -> None:
        super().__init__(why)
        self.seq = seq


class Usage(Exception):  # noqa: N818
    """The question was wrong, not the log."""


def need(holds: object, why: str, seq: int | None = None) -> None:
    if not holds:
        raise Broken(why, seq)


# ---- Keys and checkpoints (C2SP signed notes) -----------------------------------------------------------------------
def base64(text: str) -> bytes:
    try:
        raw = b64decode(text, validate=True)
    except ValueError as error:
        raise Broken("not base64") from error
    need(b64encode(raw).decode() == text, "base64 with altered padding bits")
    return raw


def read_key(vkey: str) -> tuple[str, bytes, bytes]:
    """Origin, key id and raw Ed25519 public key of a vkey (or of a file that holds one)."""
    try:
        name, key_id, encoded = (Path(vkey).read_text("utf-8") if Path(vkey).is_file() else vkey).strip().split("+", 2)
        raw = base64(encoded)
        right = sha256(f"{name}\n".encode() + raw).hexdigest()[:8] == key_id and raw[0] == 1 and len(raw) == 33
    except (ValueError, OSError, IndexError, Broken) as error:
        raise Usage("--key wants a verifier key, name+id+base64") from error
    if not right:
        raise Usage("--key: the key id does not fit the key, or it is not an Ed25519 key")
    return name, bytes.fromhex(key_id), raw[1:]


def read_checkpoint(raw: bytes, key: tuple[str, bytes, bytes]) -> tuple[int, bytes, str, list[str]]:
    """Size, root, note hash (over text and the log's own line) and other keys' lines of a valid checkpoint."""
    name, key_id, public = key
    note = raw.decode("utf-8", "replace")
    match = re.fullmatch(r"([^\x00-\x1f]+)\n(0|[1-9][0-9]{0,18})\n([^\x00-\x1f]{44})\n\n((?:\u2014 [^\s+]+ [A-Za-z0-9+/=]+\n)+)", note)
    need(match and note.encode() == raw, "not a signed note of origin, size and root")
    origin, size, root, lines = match.groups()  # type: ignore[union-attr]
    own, others = [], []
    for line in lines[:-1].split("\n"):
        signature = base64(line.split(" ")[2])
        need(len(signature) > 4, "a signature line without a signature")
        (own if (line.split(" ")[1], signature[:4]) == (name, key_id) else others).append((line, signature[4:]))
    need(origin == name and len(own) == 1, f"{len(own)} signatures by the given key {name}+{key_id.hex()}; exactly one is needed")
    text = f"{origin}\n{size}\n{root}\n".encode()
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(own[0][1], text)
    except InvalidSignature as error:
        raise Broken("the signature does not hold") from error
    need(len(base64(root)) == 32, "the root has not 32 bytes")
    return int(size), base64(root), sha256(text + f"\n{own[0][0]}\n".encode()).hexdigest(), [line for line, _ in others]


# ---- Body: canonical msgpack, read by declared kind -----------------------------------------------------------------
INTS = {0xCC: (">B", 1 << 7), 0xCD: (">H", 1 << 8), 0xCE: (">I", 1 << 16), 0xCF: (">Q", 1 << 32),
        0xD0: (">b", -32), 0xD1: (">h", -(1 << 7)), 0xD2: (">i", -(1 << 15)), 0xD3: (">q", -(1 << 31))}  # fmt: skip
SIZED = {"str": (0xA0, 32, (0xD9, 0xDA, 0xDB), (1, 2, 4)), "bin": (0, 0, (0xC4, 0xC5, 0xC6), (1, 2, 4)),
         "list": (0x90, 16, (0xDC, 0xDD), (2, 4)), "map": (0x80, 16, (0xDE, 0xDF), (2, 4))}  # fmt: skip
KIND = re.compile(r"(?:list:|map:|optional:){0,4}(?:bool|int|float|str|bytes|u256|column:(?:\|[iub]1|<[iu][248]|<f[48]))")
NAME = re.compile(r"[a-z_][a-z0-9_]*")


def read_size(family: str, data: bytes, at: int) -> tuple[int, int]:
    first, small, tags, widths = SIZED[family]
    tag = data[at]
    if first <= tag < first + small:
        return tag - first, at + 1
    need(tag in tags, f"byte {tag:#04x} where a {family} belongs")
    step = tags.index(tag)
    size = int.from_bytes(data[at + 1 : at + 1 + widths[step]], "big")
    need(size >= (1 << 8 * widths[step - 1] if step else small), f"a {family} of {size} in too long a form")
    return size, at + 1 + widths[step]


def read_value(kind: str, data: bytes, at: int) -> tuple[object, int]:
    outer, _, inner = kind.partition(":")
    if outer == "optional":
        return (None, at + 1) if data[at] == 0xC0 else read_value(inner, data, at)
    if outer == "bool":
        need(data[at] in (0xC2, 0xC3), "not a boolean")
        return data[at] == 0xC3, at + 1
    if outer == "int":
        if data[at] < 0x80 or data[at] >= 0xE0:
            return data[at] - (256 if data[at] >= 0xE0 else 0), at + 1
        need(data[at] in INTS, "not an integer")
        form, bound = INTS[data[at]]
        (number,) = struct.unpack_from(form, data, at + 1)
        need((number >= bound if bound > 0 else number < bound) and number < 2**63, "an integer not in its shortest form, or too big")
        return number, at + 1 + struct.calcsize(form)
    if outer == "float":
        need(data[at] == 0xCB, "a float field that is not a float64")
        (real,) = struct.unpack_from(">d", data, at + 1)
        need(real - real == 0 and data[at + 1 : at + 9] != b"\x80" + bytes(7), "NaN, infinity or -0.0")
        return real, at + 9
    size, at = read_size({"str": "str", "list": "list", "map": "map"}.get(outer, "bin"), data, at)
    if outer == "list":
        items = []
        for _ in range(size):
            item, at = read_value(inner, data, at)
            items.append(item)
        return items, at
    if outer == "map":
        pairs: dict[str, object] = {}
        for _ in range(size):
            name, at = read_value("str", data, at)
            need(not pairs or str(name) > list(pairs)[-1], "the keys of a map do not ascend")
            pairs[str(name)], at = read_value(inner, data, at)
        return pairs, at
    raw = data[at : at + size]
    fits = size == 32 if outer == "u256" else size % int(inner[-1]) == 0 if outer == "column" else True
    need(len(raw) == size and fits, f"a {outer} of the wrong length")
    if outer == "str":
        text = raw.decode("utf-8")
        need(unicodedata.is_normalized("NFC", text), "text that is not in NFC")
        return text, at + size
    return raw, at + size


def read_body(fields: list[tuple[str, str]], body: bytes) -> dict[str, object]:
    """The body's values; raises `Broken` unless every byte is as the declaration and the canonical form demand."""
    try:
        count, at = read_size("map", body, 0)
        need(count == len(fields), f"{count} fields where {len(fields)} are declared")
        values: dict[str, object] = {}
        for name, kind in fields:
            said, at = read_value("str", body, at)
            need(said == name, f"field {said!r} where {name!r} is declared")
            values[name], at = read_value(kind, body, at)
        need(at == len(body), "bytes after the last field")
    except (IndexError, struct.error, UnicodeDecodeError) as error:
        raise Broken(f"no canonical body: {error}") from error
    for name, kind in fields:
        if kind.startswith("column:"):
            size, rows = len(values[name]), values.get("rows")  # type: ignore[arg-type]
            need(type(rows) is not int or size == rows * int(kind[-1]), f"column {name} has the wrong length")
    return values


# ---- The tree (RFC 6962) --------------------------------------------------------------------------------------------
def node(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def root_of(edge: list[tuple[int, bytes]]) -> bytes:
    """Root over complete subtrees (leaves, hash), largest first."""
    root = edge[-1][1] if edge else sha256(b"").digest()
    for _, subtree in reversed(edge[:-1]):
        root = node(subtree, root)
    return root


def grow(edge: list[tuple[int, bytes]], leaf: bytes) -> None:
    size = 1
    while edge and edge[-1][0] == size:
        leaf, size = node(edge.pop()[1], leaf), size * 2
    edge.append((size, leaf))


def included(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """Root that the path leads to (RFC 9162, 2.1.3.2)."""
    last = size - 1
    need(0 <= index <= last and all(len(each) == 32 for each in path), "no such leaf")
    for sibling in path:
        need(last, "the path is too long")
        if index & 1 or index == last:
            leaf = node(sibling, leaf)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = node(leaf, sibling)
        index, last = index >> 1, last >> 1
    need(last == 0, "the path is too short")
    return leaf


# ---- Records and their rules ----------------------------------------------------------------------------------------
class Record:
    """One record, taken apart. `body` is None when it was pruned."""

    def __init__(self, header: bytes, body: bytes | None) -> None:
        (self.format, self.flags, self.epoch, self.seq, self.time, self.cause, self.row, self.root, self.source, self.type,
         self.version, self.previous, self.body_length, self.body_hash, self.blob_count) = HEADER.unpack_from(header)  # fmt: skip
        self.leaf, self.body = sha256(b"\0" + header).digest(), body
        self.blobs = [(struct.unpack_from(">Q", header, at)[0], header[at + 8 : at + 40]) for at in range(115, len(header), 40)]
        need(len(header) == 115 + 40 * self.blob_count, "blob count and length disagree")
        need(self.format == 1 and 0 < self.body_length <= MAX_BODY, "not a record of format 1")
        need(body is None or (len(body) == self.body_length and sha256(body).digest() == self.body_hash), "the body does not match its hash")


class Book:
    """What must be known of all records so far to judge the next one."""

    def __init__(self, origin: str) -> None:
        self.count, self.head, self.time, self.epoch, self.root = 0, sha256(b"tallystick/log/1" + origin.encode()).digest(), -(2**63), 0, -1
        self.decision, self.decisions = sha256(b"tallystick/decision/1").digest(), 0
        self.types = {(i, 1): (name, [tuple(f.split(":", 1)) for f in fields.split()], False, ["log"]) for i, (name, fields) in LOG_TYPES.items()}
        self.roles, self.names = {0: "log"}, {i: name for i, (name, _) in LOG_TYPES.items()}
        self.sources = {"log"}
        self.blobs: dict[bytes, tuple[int, int, bool]] = {}  # hash -> length, seq, must it be there
        self.pruned: list[int] = []
        self.prunings: list[tuple[int, int, int]] = []
        self.cuts: list[tuple[int, str, int]] = []
        self.checkpointed: list[tuple[int, int, str]] = []

    def take(self, record: Record) -> None:
        """Apply every rule of "Record" and "Body" to the next record, then remember it."""
        seq = record.seq
        try:
            self.judge(record)
        except Broken as error:
            raise Broken(str(error), seq) from error
        self.count, self.head, self.time, self.epoch, self.root = seq + 1, record.leaf, record.time, record.epoch, record.root

    def judge(self, r: Record) -> None:
        need(r.flags < 4 and r.time >= self.time, "unknown flags, or book time falls")
        if r.flags & 1:
            need(r.root == self.root and r.time == self.time, "a derived record outside of its cascade")
            need(r.cause != NONE and r.root <= r.cause < r.seq, "a derived record whose cause is outside of its cascade")
        else:
            need(r.root == r.seq and (r.cause == NONE or r.cause < r.seq), "an input with a wrong root or a later cause")
        need(r.row == NO_ROW or r.cause != NONE, "a cause row without a cause")
        need(r.epoch == self.epoch or (r.epoch > self.epoch and r.type == 3), "an epoch that changes without EpochOpened")
        need((r.type, r.version) in self.types and r.source in self.roles, "a type or source that was not declared before")
        name, fields, trading, said_by = self.types[r.type, r.version]
        need(bool(r.flags & 2) == trading, f"the trading flag is not as {name} declares")
        need(self.roles[r.source] in said_by, f"{name} said by a {self.roles[r.source]}, who may not say it")
        for size, digest in r.blobs:
            known = self.blobs.get(digest, (size, r.seq, False))
            need(known[0] == size, "one blob with two lengths")
            self.blobs[digest] = (size, known[1], known[2] or r.body is not None)
        if trading:
            what = struct.pack(">H", len(name.encode())) + name.encode() + struct.pack(">Hq", r.version, r.time) + r.body_hash
            self.decision, self.decisions = sha256(self.decision + what).digest(), self.decisions + 1
        if r.body is None:
            need(not name.startswith("log."), "a log.* body was pruned")
            self.pruned.append(r.seq)
            return
        values = read_body(fields, r.body)
        if name.startswith("log."):
            self.remember(r, values)

    def remember(self, r: Record, v: dict) -> None:  # type: ignore[type-arg]
        if r.type == 1:
            key, name = (v["id"], v["version"]), v["name"]
            fields = [(f["name"], f["kind"]) for f in v["fields"] if f.keys() == {"name", "kind", "unit", "meaning"} and KIND.fullmatch(f["kind"]) and NAME.fullmatch(f["name"])]
            need(key not in self.types and 0 < key[0] < 2**16 and 0 < key[1] < 2**16, "a type declared twice, or with an impossible id")
            need(key[0] >= 16 and not name.startswith("log."), "a declaration in the place of the log's own types")
            need(self.names.setdefault(key[0], name) == name and list(self.names.values()).count(name) == 1, "a type id with another name")
            need(len(fields) == len(v["fields"]) == len({f[0] for f in fields}) and v["said_by"] == sorted(set(v["said_by"])), "a malformed declaration")
            self.types[key] = (name, fields, v["trading"], v["said_by"])
        elif r.type == 2:
            need(v["id"] not in self.roles and 0 < v["id"] < 2**16 and v["name"] not in self.sources, "a source declared twice, or with an impossible id")
            self.roles[v["id"]] = v["role"]
            self.sources.add(v["name"])
        elif r.type == 3:
            need(v["epoch"] == r.epoch, "EpochOpened in another epoch than it opens")
        elif r.type == 4:
            need(0 <= v["first"] <= v["last"] < r.seq, "BodiesPruned over an impossible range")
            self.prunings.append((r.seq, v["first"], v["last"]))
        elif r.type == 5:
            self.cuts.append((r.seq, v["sha256"], v["bytes"]))
        elif r.type == 6:
            need(0 <= v["size"] <= r.seq, "Checkpointed over records that come later")
            self.checkpointed.append((r.seq, v["size"], v["note_hash"]))


# ---- Segments, groups, torn tail ------------------------------------------------------------------------------------
def read_segment(paths: list[Path]) -> bytes:
    """The plain bytes of a segment; plain and compressed copies must agree."""
    copies, first = set(), int(paths[0].name[:20])
    for path in paths:
        raw = path.read_bytes()
        if path.suffix != ".seg":
            machine = zlib.decompressobj() if path.suffix == ".z" else lzma.LZMADecompressor(lzma.FORMAT_XZ)
            try:
                raw = machine.decompress(raw, MAX_SEGMENT + 1)
            except (zlib.error, lzma.LZMAError) as error:
                raise Broken(f"{path.name} cannot be decompressed: {error}", first) from error
            need(machine.eof and not machine.unused_data, f"{path.name} is cut short or has something behind it", first)
        copies.add(raw)
    need(len(copies) == 1, f"{paths[0].name} and its compressed copy differ", first)
    need(len(raw) <= MAX_SEGMENT, f"{paths[0].name} is larger than 1 GiB", first)
    return raw


def read_group(data: bytes, at: int, marker: bytes, seq: int, head: bytes) -> tuple[list[Record], int]:
    """The records of the group at `at` and where its frame ends; raises `Broken` unless all of "Torn tail" rule 1 holds."""
    begin, first, records = at, seq, []
    while data[at : at + 1] not in (b"\xff", b""):
        (length,) = struct.unpack(">I", data[at : at + 4].rjust(4, b"\xff"))
        end, body_at = at + 4 + length, at + 4 + 115 + 40 * (data[at + 118] if at + 118 < len(data) else 0)
        need(body_at <= end <= min(len(data), begin + MAX_GROUP), "a record that is cut short or has an impossible length", seq)
        try:
            record = Record(data[at + 4 : body_at], data[body_at:end] if body_at < end else None)
        except Broken as error:
            raise Broken(str(error), seq) from error
        need(record.seq == seq and record.previous == head, "the chain is broken: not the record that follows the one before", seq)
        records.append(record)
        at, seq, head = end, seq + 1, record.leaf
    need(len(data) - at >= FRAME.size, "no commit frame", first)
    magic, said_marker, said_first, count, last, crc = FRAME.unpack_from(data, at)
    whole = magic == b"\xffTALLYCM" and crc == zlib.crc32(data[at : at + FRAME.size - 4]) and at + FRAME.size - begin <= MAX_GROUP
    need(whole and said_marker == marker and records, "a damaged commit frame", first)
    need((said_first, count, last) == (first, len(records), head), "a commit frame that does not fit its group", first)
    return records, at + FRAME.size


def frame_follows(data: bytes, at: int, marker: bytes, seq: int) -> bool:
    """Is there, anywhere after `at`, a whole commit frame of this segment with a first seq above `seq`?"""
    while (at := data.find(b"\xffTALLYCM" + marker, at)) >= 0:
        frame = data[at : at + FRAME.size]
        if len(frame) == FRAME.size and FRAME.unpack(frame)[5] == zlib.crc32(frame[:-4]) and FRAME.unpack(frame)[2] > seq:
            return True
        at += 1
    return False


def read_records(folder: Path, book: Book, origin: str, covered: int, roots: dict[int, bytes]) -> int:
    """Read every segment into `book`; fill in the tree's root at each size in `roots`; return the torn bytes."""
    names: dict[int, list[Path]] = {}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        if re.fullmatch(r"\d{20}\.seg(\.z|\.xz)?", path.name, re.ASCII):
            names.setdefault(int(path.name[:20]), []).append(path)
    if not names and not roots:
        raise Usage(f"no log found in {folder}")
    edge: list[tuple[int, bytes]] = []
    if 0 in roots:
        roots[0] = root_of(edge)
    for first, paths in sorted(names.items()):
        data, last = read_segment(paths), first == max(names)
        plain_last = last and paths[0].suffix == ".seg"
        need(first == book.count, f"segment {paths[0].name} where record {book.count} should come", book.count)
        if plain_last and (len(data) < SEGMENT.size or not any(data)):
            need(covered <= book.count, f"the log ends at {book.count}, a checkpoint covers {covered}", book.count)
            return len(data)
        need(len(data) >= SEGMENT.size, f"{paths[0].name} is shorter than its header", book.count)
        magic, form, origin_hash, said_first, previous, marker, crc = SEGMENT.unpack_from(data)
        need(magic == b"TALLYSEG" and form == 1 and crc == zlib.crc32(data[: SEGMENT.size - 4]), f"{paths[0].name}: damaged header", book.count)
        need(origin_hash == sha256(origin.encode()).digest(), f"{paths[0].name} belongs to another log than the key's {origin}", book.count)
        need((said_first, previous) == (book.count, book.head), f"{paths[0].name} does not continue the segment before", book.count)
        at = SEGMENT.size
        while at < len(data):
            try:
                records, next_at = read_group(data, at, marker, book.count, book.head)
            except Broken:
                if plain_last and covered <= book.count and not frame_follows(data, at, marker, book.count):
                    return len(data) - at
                raise
            need(not records[0].flags & 1, "a group that begins inside a cascade", records[0].seq)
            for record in records:
                book.take(record)
                grow(edge, record.leaf)
                if book.count in roots:
                    roots[book.count] = root_of(edge)
            at = next_at
    return 0


# ---- Verdict --------------------------------------------------------------------------------------------------------
def verify_log(folder: Path, key: tuple[str, bytes, bytes], trusted: bytes | None) -> dict:  # type: ignore[type-arg]
    """The verdict on a log as a dict with `exit`, in the order of "Keys and verdicts"."""
    try:
        remembered = [(Path("the trusted checkpoint"), read_checkpoint(trusted, key))] if trusted is not None else []
    except Broken as error:
        raise Usage(f"the trusted checkpoint is not valid under the key: {error}") from error
    checkpoints, broken = remembered, []
    for path in sorted((folder / "checkpoints").glob("*.checkpoint")):  # before the segments: a writer may be at work
        try:
            checkpoints.append((path, read_checkpoint(path.read_bytes(), key)))
        except Broken as error:
            broken.append(f"checkpoint {path.name}: {error}")
    book, torn, seq = Book(key[0]), 0, None
    roots: dict[int, bytes] = {checkpoint[0]: b"" for _, checkpoint in checkpoints}
    covered = max(roots, default=0)
    try:
        torn = read_records(folder, book, key[0], covered, roots)
        proved = [c[0] for p, c in checkpoints if roots[c[0]] == c[1]]
        for path, checkpoint in checkpoints:
            need(checkpoint[0] <= book.count, f"the log ends at {book.count}, but {path.name} signed {checkpoint[0]}", book.count)
            need(roots[checkpoint[0]] == checkpoint[1], f"{path.name}: another root than the log has at {checkpoint[0]}")
        check_surroundings(folder, book, proved, {(c[0], c[2]) for _, c in checkpoints if _ != Path("the trusted checkpoint")})
    except Broken as error:
        broken.insert(0, str(error))
        seq = error.seq
        proved = [c[0] for p, c in checkpoints if roots[c[0]] == c[1]]
    tail = book.count - max(proved, default=0)
    return {
        "exit": 3 if broken else 1 if tail or torn or not proved else 0, "broken": broken, "first_bad_seq": seq,
        "records": book.count, "head": book.head.hex(), "decision_digest": book.decision.hex(), "decisions": book.decisions,
        "checkpoints": len(checkpoints), "proved_records": max(proved, default=0), "unsigned_tail": tail, "torn_bytes": torn,
        "other_keys": sorted({line for _, c in checkpoints for line in c[3]}), "not_shown": NOT_SHOWN,
    }  # fmt: skip


def check_surroundings(folder: Path, book: Book, proved: list[int], notes: set[tuple[int, str]]) -> None:
    """Blobs, prunings, cuts and recorded checkpoints."""
    for seq, size, note_hash in book.checkpointed:
        need((size, note_hash) in notes, f"the checkpoint over {size}, which record {seq} recorded, is missing", seq)
    valid = [(first, last) for seq, first, last in book.prunings if seq < max(proved, default=0)]
    for seq in book.pruned:
        need(any(first <= seq <= last for first, last in valid), "a body is missing that no checkpointed BodiesPruned names", seq)
    for digest, (size, seq, wanted) in book.blobs.items():
        path = folder / "blobs" / digest.hex()[:2] / digest.hex()
        if wanted or path.exists():
            content = path.read_bytes() if path.is_file() else None
            need(content is not None, f"blob {digest.hex()} is missing", seq)
            need(content is not None and len(content) == size and sha256(content).digest() == digest, f"blob {digest.hex()} was altered", seq)
    for seq, digest_hex, size in book.cuts:
        path = folder / "cut" / digest_hex
        need(re.fullmatch(r"[0-9a-f]{64}", digest_hex) and path.is_file(), f"cut/{digest_hex} is missing", seq)
        need(path.stat().st_size == size and sha256(path.read_bytes()).hexdigest() == digest_hex, f"cut/{digest_hex} was altered", seq)


def verify_bundle(bundle: dict, key: tuple[str, bytes, bytes]) -> dict:  # type: ignore[type-arg]
    """The verdict on one bundled record; see docs/format.md, "Bundle"."""
    need(bundle["format"] == "tallystick/bundle/1", "not a bundle of format 1")
    size, root, _, _ = read_checkpoint(bundle["checkpoint"].encode(), key)

    def proved(part: dict) -> Record:  # type: ignore[type-arg]
        record = Record(bytes.fromhex(part["header"]), bytes.fromhex(part["body"]))
        need(included(record.leaf, record.seq, size, [bytes.fromhex(each) for each in part["path"]]) == root, "the path does not lead to the checkpoint's root", record.seq)
        return record

    book, record = Book(key[0]), proved(bundle["record"])
    for part in bundle["declarations"]:
        declaration = proved(part)
        need(declaration.seq < record.seq and declaration.type in (1, 2), "a declaration that comes later, or is none", declaration.seq)
        book.remember(declaration, read_body(book.types[declaration.type, 1][1], declaration.body or b""))
    need((record.type, record.version) in book.types and record.source in book.roles, "the bundle lacks a declaration", record.seq)
    name, fields, trading, said_by = book.types[record.type, record.version]
    need(bool(record.flags & 2) == trading and book.roles[record.source] in said_by, "flag or source are not as declared", record.seq)
    values = read_body(fields, record.body or b"")
    for digest, content in bundle["blobs"].items():
        need((len(base64(content)), sha256(base64(content)).digest()) in record.blobs and sha256(base64(content)).hexdigest() == digest, "a blob was altered", record.seq)
    if bundle.get("row"):
        index, rows = bundle["row"]["index"], int(str(values["rows"]))
        cells = [(bytes.fromhex(bundle["row"]["chunk"][n]), int(k[-1])) for n, k in fields if k.startswith("column:")]
        need(0 <= index < rows and all(len(c) == w * min(64, rows - index // 64 * 64) for c, w in cells), "no such row in the chunk", record.seq)
        leaf = sha256(b"\0" + b"".join(cell for cell, _ in cells)).digest()
        path = [bytes.fromhex(each) for each in bundle["row"]["path"]]
        need(included(leaf, index // 64, (rows + 63) // 64, path) == values["chunk_root"], "the chunk is not in the block", record.seq)
    shown = {name: value.hex() if isinstance(value, bytes) else value for name, value in values.items()}
    return {"exit": 0, "broken": [], "seq": record.seq, "type": name, "time": record.time, "body": shown, "covered_by": size}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("log_folder", nargs="?", type=Path)
    parser.add_argument("--key", required=True, help="the log's verifier key, or a file that holds it; never one found beside the log")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint you remembered")
    parser.add_argument("--bundle", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    try:
        key = read_key(given.key)
        if given.bundle:
            verdict = verify_bundle(json.loads(given.bundle.read_text("utf-8")), key)
        elif given.log_folder:
            trusted = given.checkpoint.read_bytes() if given.checkpoint else None
            before = sorted((p, p.stat().st_size) for p in given.log_folder.rglob("*") if p.is_file())
            verdict = verify_log(given.log_folder, key, trusted)
            if verdict["exit"] == 3 and before != sorted((p, p.stat().st_size) for p in given.log_folder.rglob("*") if p.is_file()):
                verdict = verify_log(given.log_folder, key, trusted)  # a writer is at work: look once more
        else:
            raise Usage("give a log folder or --bundle")
    except Broken as error:
        verdict = {"exit": 3, "broken": [str(error)], "first_bad_seq": error.seq}
    except Exception as error:  # noqa: BLE001  the verifier itself failed: that is never 1, and never 3
        verdict = {"exit": 2, "usage": f"{type(error).__name__}: {error}"}
    words = {0: "HOLDS", 1: "HOLDS, but not all of it is signed", 2: "NOT VERIFIED", 3: "INTEGRITY BROKEN"}
    if given.json:
        print(json.dumps(verdict, indent=1))
    else:
        print(words[verdict["exit"]], *(f"{name}: {value}" for name, value in verdict.items() if value not in ([], None)), sep="\n  ")
    return int(verdict["exit"])


if __name__ == "__main__":
    sys.exit(main())
