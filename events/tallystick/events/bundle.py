"""A bundle: one JSON file by which a stranger with the public key alone checks one record, or one row of a block.

It holds the record, the declarations of its type and source, each with its path to the root, and the signed checkpoint
that vouches for that root. `docs/format.md`, "Bundle", spells it out; the outside verifier reads it too.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from struct import error as too_short
from typing import Any

from tallystick.events.bodyrule import BodyRule
from tallystick.events.checkpoint import Checkpoint, parse
from tallystick.events.declarations import SOURCE_DECLARED, TYPE_DECLARED, Declarations, DeclaredType
from tallystick.events.errors import IntegrityError, LogMissing, UsageError
from tallystick.events.kinds import COLUMN_BYTES
from tallystick.events.merkle import inclusion_proof, leaf_hash, root_of, verify_inclusion
from tallystick.events.note import VerifierKey, strict_b64decode
from tallystick.events.record import BLOB, HEADER_BYTES, Blob, Header, read_header
from tallystick.events.segment import BrokenGroup, RecordAt, SegmentHeader, groups
from tallystick.events.stored import plain_bytes, stored_segments
from tallystick.events.surroundings import read_checkpoints
from tallystick.events.types.market import CHUNK_ROWS

FORMAT = "tallystick/bundle/1"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Proved:
    """What a bundle proves: this record, said under this type, within a log of `size` records that its key signed."""

    header: Header
    type_name: str
    values: dict[str, Any]
    checkpoint: Checkpoint
    row: int | None


@dataclass(frozen=True, slots=True)
class _Record:
    header: bytes
    body: bytes


def prove(folder: Path, key: VerifierKey, seq: int, *, row: int | None = None, with_blobs: bool = False) -> Json:
    """The bundle of record `seq`, or of one row of the market block that it is.

    `with_blobs` puts the content of its blobs in. Raises `UsageError` when no checkpoint covers it yet, when its body
    was pruned or it has no such row; `LogMissing` when there is no log.
    """
    checkpoint = _covering(folder, key, seq)
    leaves: list[bytes] = []
    kept: dict[int, _Record] = {}
    for data, record in _records(folder):
        if len(leaves) == checkpoint.size:
            break
        leaves.append(record.leaf)
        if record.fields[3] == seq or record.fields[9] in (TYPE_DECLARED, SOURCE_DECLARED):
            kept[record.fields[3]] = _Record(data[record.at + 4 : record.body], data[record.body : record.end])
    if root_of(leaves) != checkpoint.root:
        fix = "verify the log before you prove anything from it"
        raise IntegrityError(f"the log does not match the checkpoint over {checkpoint.size}", seq=seq, fix=fix)
    wanted = kept[seq]
    if not wanted.body:
        raise UsageError(f"the body of record {seq} was pruned", fix="there is nothing left to show")
    header = read_header(b"\0\0\0\0" + wanted.header, 0)
    declared, declarations = _declarations(kept, header)

    def part(at: int) -> Json:
        path = inclusion_proof(leaves, at, checkpoint.size)
        return {"header": kept[at].header.hex(), "body": kept[at].body.hex(), "path": [each.hex() for each in path]}

    note = checkpoint.path.read_text(encoding="utf-8") if checkpoint.path else ""
    blobs = {digest.hex(): _blob(folder, digest) for _, digest in _blobs(wanted.header)} if with_blobs else {}
    return {
        "format": FORMAT,
        "origin": key.name,
        "checkpoint": note,
        "record": part(seq),
        "declarations": [part(at) for at in declarations],
        "blobs": blobs,
        "row": None if row is None else _row(BodyRule(declared.cards).values(wanted.body), declared, row),
    }


def check(bundle: Json, key: VerifierKey) -> Proved:
    """Check a bundle under the log's key alone. Raises `IntegrityError` with what does not hold."""
    try:
        return _check(bundle, key)
    except (AttributeError, KeyError, TypeError, ValueError, too_short) as error:
        if isinstance(error, IntegrityError):
            raise
        raise IntegrityError(f"this is no bundle: {error!r}", fix="ask for it again") from None


def load(path: Path) -> Json:
    """Read a bundle file. Raises `UsageError` when it is none."""
    try:
        bundle = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"cannot read the bundle {path}: {error}", fix="name a file that `audit prove` wrote"
        ) from None
    if not isinstance(bundle, dict) or bundle.get("format") != FORMAT:
        raise UsageError(f"{path} is no bundle of format {FORMAT}", fix="name a file that `audit prove` wrote")
    return bundle


def save(bundle: Json, path: Path) -> None:
    """Write a bundle file."""
    path.write_text(json.dumps(bundle, indent=1) + "\n", encoding="utf-8", newline="\n")


def chunk_leaves(values: dict[str, Any], declared: DeclaredType) -> list[bytes]:
    """Leaf hashes of a market block's chunks of 64 rows: each over its columns' bytes in declared order."""
    return [leaf_hash(b"".join(_cells(values, declared, at).values())) for at in range(0, values["rows"], CHUNK_ROWS)]


def _check(bundle: Json, key: VerifierKey) -> Proved:
    if bundle["format"] != FORMAT:
        raise IntegrityError(f"this is no bundle of format {FORMAT}")
    checkpoint = parse(bundle["checkpoint"].encode(), key)
    header, wanted = _proved(bundle["record"], checkpoint)
    declared = Declarations()
    for part in bundle["declarations"]:
        earlier, record = _proved(part, checkpoint)
        if earlier.seq >= header.seq or earlier.type_id not in (TYPE_DECLARED, SOURCE_DECLARED):
            raise IntegrityError(f"record {earlier.seq} is no declaration before record {header.seq}", seq=earlier.seq)
        declared.take(earlier.type_id, record.body, earlier.seq)
    own = declared.types.get((header.type_id, header.version))
    speaker = declared.sources.get(header.source)
    if own is None or speaker is None or speaker.role not in own.said_by or own.trading != header.trading:
        raise IntegrityError("the declarations do not allow this record", seq=header.seq)
    rule = BodyRule(own.cards)
    complaint = rule.complaint(wanted.body)
    if complaint:
        raise IntegrityError(complaint, seq=header.seq)
    values = rule.values(wanted.body)
    for name, content in bundle["blobs"].items():
        raw = strict_b64decode(content)
        if sha256(raw).hexdigest() != name or (len(raw), sha256(raw).digest()) not in _blobs(wanted.header):
            raise IntegrityError(f"blob {name} is not one that the record names", seq=header.seq)
    row = bundle.get("row")
    if row is not None:
        _check_row(row, values, own, header.seq)
    return Proved(header, own.name, values, checkpoint, None if row is None else row["index"])


def _proved(part: Json, checkpoint: Checkpoint) -> tuple[Header, _Record]:
    record = _Record(bytes.fromhex(part["header"]), bytes.fromhex(part["body"]))
    header = read_header(b"\0\0\0\0" + record.header, 0)
    path = [bytes.fromhex(each) for each in part["path"]]
    if len(record.header) != header.header_bytes or sha256(record.body).digest() != header.body_hash:
        raise IntegrityError("a body does not match the hash in its header", seq=header.seq)
    verify_inclusion(leaf_hash(record.header), header.seq, checkpoint.size, path, checkpoint.root)
    return header, record


def _covering(folder: Path, key: VerifierKey, seq: int) -> Checkpoint:
    covering = [each for each in read_checkpoints(folder, key).valid if each.size > seq >= 0]
    if not covering:
        raise UsageError(
            f"no checkpoint under this key covers record {seq}", fix="sign a checkpoint first, or check the key"
        )
    return min(covering, key=lambda each: each.size)


def _records(folder: Path) -> Iterator[tuple[bytes, RecordAt]]:
    segments = stored_segments(folder)
    if not segments:
        raise LogMissing(f"there is no log in {folder}", fix="name the folder that holds the .seg files")
    for stored in segments:
        data = plain_bytes(stored)
        try:
            for records, _ in groups(memoryview(data), SegmentHeader.parse(data)):
                yield from ((data, record) for record in records)
        except BrokenGroup:
            return  # a torn tail; whether it is one is the verifier's question


def _declarations(kept: dict[int, _Record], header: Header) -> tuple[DeclaredType, list[int]]:
    """The record's type, and the seqs of the declarations of that type and of its source."""
    found: list[int] = []
    everything = Declarations()
    for at, record in sorted(kept.items()):
        if at >= header.seq:
            break
        before = len(everything.types), len(everything.sources)
        own = read_header(b"\0\0\0\0" + record.header, 0).type_id
        everything.take(own, record.body, at)
        is_type = len(everything.types) > before[0] and list(everything.types)[-1] == (header.type_id, header.version)
        is_source = len(everything.sources) > before[1] and list(everything.sources)[-1] == header.source
        if is_type or is_source:
            found.append(at)
    return everything.types[header.type_id, header.version], found


def _cells(values: dict[str, Any], declared: DeclaredType, first: int) -> dict[str, bytes]:
    """The bytes of each column in the chunk that begins at row `first`."""
    sizes = {c.name: COLUMN_BYTES[c.kind[7:]] for c in declared.cards if c.kind.startswith("column:")}
    return {name: values[name][first * size : (first + CHUNK_ROWS) * size] for name, size in sizes.items()}


def _row(values: dict[str, Any], declared: DeclaredType, row: int) -> Json:
    if not isinstance(values.get("rows"), int) or not 0 <= row < values["rows"]:
        rows = values.get("rows", 0)
        raise UsageError(f"{declared.name} here has {rows} rows, none of them number {row}", fix="count from 0")
    leaves = chunk_leaves(values, declared)
    cells = _cells(values, declared, row // CHUNK_ROWS * CHUNK_ROWS)
    path = inclusion_proof(leaves, row // CHUNK_ROWS, len(leaves))
    return {"index": row, "chunk": {n: raw.hex() for n, raw in cells.items()}, "path": [each.hex() for each in path]}


def _check_row(row: Json, values: dict[str, Any], declared: DeclaredType, seq: int) -> None:
    index, chunks = row["index"], -(-values["rows"] // CHUNK_ROWS)
    cells = _cells(values, declared, index // CHUNK_ROWS * CHUNK_ROWS)
    if not 0 <= index < values["rows"] or {n: raw.hex() for n, raw in cells.items()} != row["chunk"]:
        raise IntegrityError(f"row {index} is not in this chunk", seq=seq)
    path = [bytes.fromhex(each) for each in row["path"]]
    verify_inclusion(leaf_hash(b"".join(cells.values())), index // CHUNK_ROWS, chunks, path, values["chunk_root"])


def _blobs(header: bytes) -> list[Blob]:
    return [BLOB.unpack_from(header, at) for at in range(HEADER_BYTES, len(header), BLOB.size)]


def _blob(folder: Path, digest: bytes) -> str:
    path = folder / "blobs" / digest.hex()[:2] / digest.hex()
    try:
        return b64encode(path.read_bytes()).decode()
    except FileNotFoundError:
        raise LogMissing(
            f"blob {digest.hex()} is missing", fix="leave the blobs out, or restore it from a copy"
        ) from None
