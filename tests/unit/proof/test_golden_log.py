"""The golden log: its bytes never change, three implementations agree on them, and the document spells them out.

`python tests/unit/proof/test_golden_log.py` prints the document's section; with `--write` it writes the files too.
"""

import struct
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

sys.path.insert(0, str(Path(__file__).parent))

from tallystick.events.event import Event, fact, field
from tallystick.events.record import DERIVED, NONE_SEQ, TRADING, blob_of
from tallystick.events.segment import pack_frame
from tallystick.events.writer import LogWriter
from tests.unit.proof.reference_writer import ReferenceLog, golden_log, write_files
from tests.unit.proof.verdicts import both

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "log"
DOCUMENT = ROOT / "docs" / "format.md"

HEADER_FIELDS = (
    ("length of what follows", 4), ("format", 1), ("flags", 1), ("epoch", 4), ("seq", 8), ("book time", 8),
    ("cause seq", 8), ("cause row", 2), ("root seq", 8), ("source id", 2), ("type id", 2), ("type version", 2),
    ("previous leaf hash", 32), ("body length", 4), ("body hash", 32), ("blob count", 1),
)  # fmt: skip
SEGMENT_FIELDS = (
    ("magic", 8), ("format", 1), ("SHA-256 of the origin", 32), ("first seq", 8), ("previous leaf hash", 32),
    ("marker", 16), ("CRC-32", 4),
)  # fmt: skip
FRAME_FIELDS = (
    ("magic", 8), ("marker", 16), ("first seq", 8), ("count", 4), ("last leaf hash", 32), ("CRC-32", 4),
)  # fmt: skip


@fact("demo.noted", said_by="kernel")
class Noted(Event):
    """What the reference writer calls demo.noted."""

    text: Annotated[str, field("the text")]
    count: Annotated[int, field("the count")]


@fact("demo.decided", said_by="kernel", trading=True)
class Decided(Event):
    """What the reference writer calls demo.decided."""

    price: Annotated[float, field("the price")]
    stop: Annotated[float | None, field("the stop")]


def test_the_golden_files_are_what_the_reference_writer_writes() -> None:
    stored = {
        str(path.relative_to(GOLDEN).as_posix()): path.read_bytes() for path in GOLDEN.rglob("*") if path.is_file()
    }
    assert stored == golden_log().files()


def test_both_verifiers_accept_the_golden_log() -> None:
    verdict = both(GOLDEN, golden_log().vkey)
    assert (verdict.exit_code, verdict.records, verdict.decisions) == (0, 7, 1)


def test_the_packages_own_writer_writes_the_same_records(tmp_path: Path) -> None:
    golden = golden_log()
    times = [struct.unpack_from(">q", each.header, 14)[0] for each in golden.records]
    with LogWriter(tmp_path, golden.origin) as writer:
        writer.declare_source("kernel", "kernel", time=times[0])
        writer.declare((Noted,), time=times[1])
        writer.declare((Decided,), time=times[2])
        writer.commit()
        bodies = [each.body for each in golden.records]
        blob = blob_of(b"a blob\n")
        writer.append(writer.type_id(Noted), 1, bodies[3], time=times[3], source=1, blobs=(blob,))
        writer.append(
            writer.type_id(Decided), 1, bodies[4], time=times[4], source=1, flags=DERIVED | TRADING,
            cause=3, cause_row=4, root=3,
        )  # fmt: skip
        writer.commit()
        assert writer.head == golden.records[4].leaf
        writer.append(6, 1, bodies[5], time=times[5], source=0)
        writer.commit()
        writer.append(writer.type_id(Noted), 1, bodies[6], time=times[6], source=1, cause=3)
        writer.commit()
        assert writer.head == golden.head
        assert NONE_SEQ == 2**64 - 1
    (path,) = tmp_path.glob("*.seg")
    ours, theirs = path.read_bytes(), golden.files()[path.name]
    assert len(ours) == len(theirs)
    for record in golden.records:
        assert bytes(record) in ours


def test_the_document_spells_out_every_byte_of_the_golden_log() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert spelled_out(golden_log()) in written


def test_the_golden_log_at_work_is_judged_as_the_document_says(tmp_path: Path) -> None:
    golden = golden_log()
    name = "00000000000000000000.seg"
    whole = golden.files()[name]
    room = -len(whole) % 65_536
    later = pack_frame(whole[81:97], 9, 1, golden.head)
    torn = bytearray(room)
    torn[99] = 1
    cases = (
        (bytes(room), 0, 0),
        (bytes(room - 1), 1, room - 1),
        (bytes(torn), 1, 100),
        (bytes(room - len(later)) + later, 3, 0),
    )
    for number, (behind, exit_code, torn_bytes) in enumerate(cases):
        folder = write_files(tmp_path / str(number), golden.files() | {name: whole + behind})
        verdict = both(folder, golden.vkey)
        assert (verdict.exit_code, verdict.torn_bytes) == (exit_code, torn_bytes)
    written = DOCUMENT.read_text(encoding="utf-8")
    assert f"{len(whole):,} bytes. With {room:,} zeros behind" in written
    assert f"{room - 1:,} bytes are torn, exit 1. With {room:,} zeros" in written


def spelled_out(log: ReferenceLog) -> str:
    """The document's section on the golden log, made from its bytes."""
    return "\n".join(section(log)) + "\n"


def section(log: ReferenceLog) -> Iterator[str]:
    files = log.files()
    yield f"Origin `{log.origin}`; private seed `{bytes(range(32)).hex()}`; verifier key"
    yield from ("", "```", log.vkey, "```", "", "`00000000000000000000.seg`:", "", "```")
    raw, at = files["00000000000000000000.seg"], 0
    at, lines = fields_of(raw, at, SEGMENT_FIELDS)
    yield from ("segment header", *lines)
    for group in log.segments[0].groups:
        for record in group:
            at, lines = fields_of(raw, at, HEADER_FIELDS)
            yield from (f"record, {record.type_name}", *lines)
            for _ in range(record.header[114]):
                at, lines = fields_of(raw, at, (("blob length", 8), ("blob hash", 32)))
                yield from lines
            yield f"  {'body':<24} {raw[at : at + len(record.body)].hex()}"
            at += len(record.body)
            yield f"  {'(its leaf hash)':<24} {record.leaf.hex()}"
        at, lines = fields_of(raw, at, FRAME_FIELDS)
        yield from ("commit frame", *lines)
    assert at == len(raw)
    yield from ("```", "")
    for path in sorted(path for path in files if path.startswith(("checkpoints", "blobs"))):
        yield from (f"`{path}`:", "", "```", files[path].decode().rstrip("\n"), "```", "")
    verdict = both(GOLDEN, log.vkey)
    yield f"Head `{verdict.head}` at 7 records; decision digest `{verdict.decision_digest}` over one decision."


def fields_of(raw: bytes, at: int, fields: tuple[tuple[str, int], ...]) -> tuple[int, list[str]]:
    lines = []
    for name, width in fields:
        lines.append(f"  {name:<24} {raw[at : at + width].hex()}")
        at += width
    return at, lines


if __name__ == "__main__":
    if "--write" in sys.argv:
        write_files(GOLDEN, golden_log().files())
    print(spelled_out(golden_log()))
