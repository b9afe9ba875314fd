"""What verifiers say of whole logs: sound, unsigned, torn, forged, and what no log can show. Both must agree."""

import json
import shutil
import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from reference_writer import NONE, ReferenceLog, Segment, pack_segment, sealed_log, write_files
from verdicts import both

from tallystick.events import outside_verifier
from tallystick.events.errors import LogMissing, UsageError
from tallystick.events.findings import NOT_SHOWN
from tallystick.events.verify import verify


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


def test_a_sealed_log_of_four_segments_holds_and_says_what_it_cannot_show(tmp_path: Path) -> None:
    log = sealed_log()
    verdict = both(log.write(tmp_path), log.vkey)
    assert verdict.exit_code == 0
    assert (verdict.segments, verdict.checkpoints, verdict.records) == (4, 7, 112)
    assert verdict.pruned > 0
    assert verdict.blobs > 0
    words = str(verdict)
    assert all(each in words for each in NOT_SHOWN)
    assert "witness" in words


def test_two_processes_say_what_one_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = sealed_log()
    log.write(tmp_path)
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_PROCESS_BYTES", 0)
    assert verify(tmp_path, log.vkey, processes=2) == verify(tmp_path, log.vkey)
    assert verify(tmp_path, log.vkey, processes=3) == verify(tmp_path, log.vkey)


def test_two_processes_name_the_same_fault_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = sealed_log()
    files = log.files()
    path = "00000000000000000092.seg"
    files[path] = files[path][:900] + bytes([files[path][900] ^ 1]) + files[path][901:]
    write_files(tmp_path, files)
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_PROCESS_BYTES", 0)
    assert verify(tmp_path, log.vkey, processes=2) == verify(tmp_path, log.vkey)
    assert verify(tmp_path, log.vkey).exit_code == 3


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    log = sealed_log()
    seen: list[tuple[int, int]] = []
    verify(log.write(tmp_path), log.vkey, progress=lambda done, total: seen.append((done, total)))
    assert seen
    assert all(0 <= done <= total for done, total in seen)


# -- what a sound log may look like


def test_an_unsigned_tail_is_exit_1_and_counted(tmp_path: Path) -> None:
    log = small_log()
    log.commit()
    verdict = both(log.write(tmp_path), log.vkey)
    assert (verdict.exit_code, verdict.unsigned_tail) == (1, 3)
    assert "unsigned tail: 3 events" in str(verdict)


def test_a_log_without_checkpoints_is_exit_1(tmp_path: Path) -> None:
    log = ReferenceLog()
    log.declare_demo()
    log.commit()
    verdict = both(log.write(tmp_path), log.vkey)
    assert (verdict.exit_code, verdict.unsigned_tail, verdict.proved_records) == (1, 6, 0)
    assert "no checkpoint" in str(verdict)


def test_a_consistently_rewritten_tail_is_exit_1_and_the_verdict_says_so(tmp_path: Path) -> None:
    log, other = small_log(), small_log()
    log.note("the truth")
    log.commit()
    other.note("a lie")
    other.commit()
    verdict = both(log.write(tmp_path / "a"), log.vkey)
    rewritten = both(other.write(tmp_path / "b"), log.vkey)
    assert rewritten.exit_code == verdict.exit_code == 1
    assert "unsigned tail: 4 events" in str(rewritten)
    assert "rewritten" in str(rewritten)
    assert rewritten.head != verdict.head


def test_lines_under_unknown_keys_are_reported_and_ignored(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    files = log.files()
    name = max(path for path in files if path.startswith("checkpoints/"))
    files[name] += f"— witness.example {b64encode(b'abcd' + bytes(64)).decode()}\n".encode()
    verdict = both(write_files(tmp_path, files), log.vkey)
    assert verdict.exit_code == 0
    assert len(verdict.other_signatures) == 1
    assert "witness.example" in str(verdict)


def test_plain_and_compressed_copies_of_a_segment_may_both_be_there_if_they_agree(tmp_path: Path) -> None:
    log = sealed_log()
    files = log.files()
    files["00000000000000000000.seg"] = pack_segment(log.origin, log.segments[0])
    assert both(write_files(tmp_path / "a", files), log.vkey).exit_code == 0
    files["00000000000000000000.seg"] = files["00000000000000000000.seg"][:-1]
    assert both(write_files(tmp_path / "b", files), log.vkey).exit_code == 3


def test_other_files_are_caches_that_nobody_reads(tmp_path: Path) -> None:
    log = sealed_log()
    files = log.files()
    files |= {
        "index.bin": b"x",
        "blobs/ab/" + "ab" * 32: b"an orphan",
        "cut/" + "cd" * 32: b"an orphan",
        "blobs/x.tmp": b"",
    }
    assert both(write_files(tmp_path, files), log.vkey).exit_code == 0


# -- what crashes leave


@pytest.mark.parametrize("torn", [b"", bytes(40), bytes(4096), b"TALLYSEG\x01", b"TALLYSEG\x01" + b"x" * 91])
def test_a_last_segment_that_is_empty_or_zeros_or_short_is_torn_whole(tmp_path: Path, torn: bytes) -> None:
    log = small_log()
    log.checkpoint(record=False)
    files = log.files() | {f"{len(log.records):020d}.seg": torn}
    verdict = both(write_files(tmp_path, files), log.vkey)
    assert (verdict.exit_code, verdict.torn_bytes) == (0 if not torn else 1, len(torn))


@pytest.mark.parametrize("share", [0.01, 0.3, 0.6, 0.99])
def test_a_group_torn_at_any_place_is_no_tampering(tmp_path: Path, share: float) -> None:
    log = small_log()
    log.checkpoint(record=False)
    before = log.files()
    log.note()
    log.order(9)
    log.commit()
    path = "00000000000000000000.seg"
    grown = len(log.files()[path]) - len(before[path])
    torn = max(1, int(grown * share))
    before[path] = log.files()[path][: len(before[path]) + torn]
    verdict = both(write_files(tmp_path, before), log.vkey)
    assert (verdict.exit_code, verdict.torn_bytes, verdict.unsigned_tail) == (1, torn, 0)


def test_zeros_after_the_last_group_are_torn(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    files = log.files()
    files["00000000000000000000.seg"] += bytes(4096)
    assert both(write_files(tmp_path, files), log.vkey).torn_bytes == 4096


@pytest.mark.parametrize("whose", ["the segment's own, of an earlier group", "of another marker"])
def test_the_image_of_a_frame_inside_a_torn_body_is_no_tampering(tmp_path: Path, whose: str) -> None:
    log = small_log()
    log.checkpoint(record=False)
    whole = log.files()["00000000000000000000.seg"]
    frame = whole[-72:]
    if whose == "of another marker":
        frame = pack_segment(log.origin, Segment(99, bytes(32), bytes(16), [log.records[:3]]))[-72:]
    log.say("demo.noted", {}, source=1, body=b"\x82\xa4text\xc4H" + frame + b"\xa5count\x07")
    log.commit()
    torn = log.files()["00000000000000000000.seg"][:-74]
    assert frame in torn[len(whole) :]
    files = log.files() | {"00000000000000000000.seg": torn}
    verdict = both(write_files(tmp_path, files), log.vkey)
    assert (verdict.exit_code, verdict.torn_bytes) == (1, len(torn) - len(whole))


def test_a_damaged_group_that_a_later_group_follows_is_tampering(tmp_path: Path) -> None:
    log = small_log()
    log.commit()
    log.note()
    log.commit()
    files = log.files()
    raw = bytearray(files["00000000000000000000.seg"])
    raw[-300] ^= 1
    verdict = both(write_files(tmp_path / "a", files), log.vkey)
    assert verdict.exit_code == 1
    for at in range(len(raw)):
        if log.records[-4].header == bytes(raw[at : at + len(log.records[-4].header)]):
            raw[at + 20] ^= 1
    files["00000000000000000000.seg"] = bytes(raw)
    assert both(write_files(tmp_path / "b", files), log.vkey).exit_code == 3


def test_a_torn_temporary_file_of_a_checkpoint_is_no_checkpoint(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    files = log.files() | {"checkpoints/00000000000000000099.checkpoint.tmp": b"referen"}
    assert both(write_files(tmp_path, files), log.vkey).exit_code == 0


def test_a_torn_tail_that_a_checkpoint_covers_is_tampering(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    files = log.files()
    files["00000000000000000000.seg"] = files["00000000000000000000.seg"][:-5]
    verdict = both(write_files(tmp_path, files), log.vkey)
    assert verdict.exit_code == 3
    assert verdict.findings[0].proved < len(log.records)


# -- what no log shows by itself: passes, and is said


def test_a_log_cut_at_a_genuine_older_checkpoint_passes_unless_one_remembers(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    older = log.write(tmp_path / "older")
    log.note()
    log.checkpoint(record=False)
    newest = log.files()[f"checkpoints/{len(log.records):020d}.checkpoint"]
    verdict = both(older, log.vkey)
    assert verdict.exit_code == 0
    assert "cut back to a genuine older checkpoint" in str(verdict)
    assert both(older, log.vkey, newest).exit_code == 3


def test_a_deleted_last_checkpoint_leaves_an_unsigned_tail_and_a_recorded_one_is_missed(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    files = log.files()
    first, last = sorted(path for path in files if path.startswith("checkpoints/"))
    unsigned = both(write_files(tmp_path / "a", {k: v for k, v in files.items() if k != last}), log.vkey)
    assert (unsigned.exit_code, unsigned.unsigned_tail) == (1, 3)
    assert "checkpoint files after the last one here were deleted" in str(unsigned)
    missed = both(write_files(tmp_path / "b", {k: v for k, v in files.items() if k != first}), log.vkey)
    assert missed.exit_code == 3
    assert "recorded a checkpoint" in missed.findings[0].what


def test_a_twin_under_the_same_key_passes_unless_one_remembers(tmp_path: Path) -> None:
    log, twin = small_log(), ReferenceLog()
    log.checkpoint(record=False)
    twin.declare_demo()
    twin.note("another history")
    twin.checkpoint(record=False)
    verdict = both(twin.write(tmp_path), log.vkey)
    assert verdict.exit_code == 0
    assert "twin" in str(verdict)
    remembered = log.files()[f"checkpoints/{len(log.records):020d}.checkpoint"]
    assert both(tmp_path, log.vkey, remembered).exit_code == 3


def test_bits_of_a_zlib_wrapper_that_change_nothing_inside_pass(tmp_path: Path) -> None:
    log = sealed_log()
    files = log.files()
    path = "00000000000000000000.seg.z"
    assert files[path][:2] == b"\x78\x9c"
    files[path] = b"\x78\xda" + files[path][2:]
    assert both(write_files(tmp_path, files), log.vkey).exit_code == 0


# -- forgeries that chain, are committed and signed: only the rules catch them


def forged(how: Any) -> ReferenceLog:
    log = small_log()
    how(log)
    log.commit()
    log.checkpoint(record=False)
    return log


FORGERIES: dict[str, Any] = {
    "an unknown flag": lambda log: log.note(flags=4),
    "a trading flag the type does not have": lambda log: log.note(flags=2),
    "a trading type without its flag": lambda log: log.order(3, flags=1),
    "another format": lambda log: log.note(format=2),
    "a gap in seq": lambda log: log.note(seq=99),
    "falling book time": lambda log: log.note(time=5),
    "a derived record at another time": lambda log: (log.note(), log.order(3, time=log.time + 1)),
    "a derived record of another cascade": lambda log: (log.note(), log.order(3, root=8)),
    "a derived record without a cause": lambda log: (log.note(), log.order(3, cause=NONE)),
    "a cause before the cascade": lambda log: (log.note(), log.order(3, cause=2)),
    "a cause that comes later": lambda log: log.note(cause=10_000),
    "a cause that is the record itself": lambda log: log.note(cause=len(log.records)),
    "a row without a cause": lambda log: log.note(row=3),
    "an input with another root": lambda log: log.note(root=0),
    "an epoch nobody opened": lambda log: log.note(epoch=1),
    "an epoch opened in another": lambda log: log.say("log.epoch_opened", {"epoch": 7, "reason": "x"}, epoch=6),
    "an undeclared type": lambda log: log.note(type=99),
    "an undeclared version": lambda log: log.note(version=2),
    "an undeclared source": lambda log: log.note(source=9),
    "a source that may not say it": lambda log: log.note(source=3),
    "the log saying a strategy's word": lambda log: log.order(3) and log.note(source=0),
    "a type declared twice": lambda log: log.declare("demo.noted", 16, False, ["kernel"], "text:str count:int"),
    "an id with another name": lambda log: log.declare("demo.other", 16, False, ["kernel"], "a:int", version=1),
    "a name with another id": lambda log: log.declare("demo.noted", 40, False, ["kernel"], "a:int"),
    "an id of the log's own": lambda log: log.declare("demo.low", 9, False, ["kernel"], "a:int"),
    "a name of the log's own": lambda log: log.declare("log.other", 40, False, ["kernel"], "a:int"),
    "an unknown kind": lambda log: log.declare("demo.odd", 40, False, ["kernel"], "a:decimal"),
    "a field declared twice": lambda log: log.declare("demo.odd", 40, False, ["kernel"], "a:int a:int"),
    "roles out of order": lambda log: log.declare("demo.odd", 40, False, ["risk", "kernel"], "a:int"),
    "a source declared twice": lambda log: log.say("log.source_declared", {"id": 1, "name": "x", "role": "kernel"}),
    "a source named twice": lambda log: log.say("log.source_declared", {"id": 8, "name": "feed", "role": "kernel"}),
    "a checkpoint of the future": lambda log: log.say("log.checkpointed", {"size": 999, "note_hash": "0" * 64}),
    "a checkpoint that never was": lambda log: log.say("log.checkpointed", {"size": 3, "note_hash": "0" * 64}),
    "a cut that is not there": lambda log: log.say("log.tail_cut", {"sha256": "0" * 64, "bytes": 1}),
    "a cut with a path for a name": lambda log: log.say("log.tail_cut", {"sha256": "../x", "bytes": 1}),
    "a blob that is not there": lambda log: log.note(blobs=[(5, bytes(32))]),
    "a blob of another length": lambda log: log.note(blobs=[(9, log.blob(b"hello")[1])]),
    "a blob of two lengths": lambda log: (log.note(blobs=[log.blob(b"a")]), log.note(blobs=[(2, log.blob(b"a")[1])])),
    "a pruning of the future": lambda log: log.say(
        "log.bodies_pruned", {"first": 1, "last": 999, "reason": "x", "person": "y"}
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_signed_forgery_breaks_a_rule(tmp_path: Path, name: str) -> None:
    log = forged(FORGERIES[name])
    verdict = both(log.write(tmp_path), log.vkey)
    assert verdict.exit_code == 3
    assert verdict.first_bad_seq >= 8 or name == "a checkpoint that never was"
    assert verdict.findings[0].proved >= 8


def test_the_honest_version_of_every_forgery_holds(tmp_path: Path) -> None:
    log = forged(lambda log: (log.note(), log.order(3), log.block(70), log.order(4, row=69)))
    assert both(log.write(tmp_path), log.vkey).exit_code == 0


def test_a_group_that_begins_inside_a_cascade_is_refused(tmp_path: Path) -> None:
    log = small_log()
    log.commit()
    log.order(5)
    log.checkpoint(record=False)
    assert both(log.write(tmp_path), log.vkey).exit_code == 3


def noted(body: bytes) -> ReferenceLog:
    return forged(lambda log: log.say("demo.noted", {}, source=1, body=body))


GOOD_NOTE = b"\x82\xa4text\xa2hi\xa5count\x07"
BODIES = {
    "a field out of order": b"\x82\xa5count\x07\xa4text\xa2hi",
    "a field missing": b"\x81\xa4text\xa2hi",
    "a field too many": b"\x83\xa4text\xa2hi\xa5count\x07\xa1x\x01",
    "a field twice": b"\x82\xa4text\xa2hi\xa4text\xa2hi",
    "another type": b"\x82\xa4text\x01\xa5count\x07",
    "a boolean for an integer": b"\x82\xa4text\xa2hi\xa5count\xc3",
    "a long integer": b"\x82\xa4text\xa2hi\xa5count\xcc\x07",
    "a longer integer": b"\x82\xa4text\xa2hi\xa5count\xcd\x00\xff",
    "a signed spelling": b"\x82\xa4text\xa2hi\xa5count\xd0\x07",
    "an integer over 64 bits": b"\x82\xa4text\xa2hi\xa5count\xcf" + b"\xff" * 8,
    "a long string": b"\x82\xa4text\xd9\x02hi\xa5count\x07",
    "a long map": b"\xde\x00\x02\xa4text\xa2hi\xa5count\x07",
    "a long name": b"\x82\xd9\x04text\xa2hi\xa5count\x07",
    "binary for text": b"\x82\xa4text\xc4\x02hi\xa5count\x07",
    "broken UTF-8": b"\x82\xa4text\xa2\xff\xfe\xa5count\x07",
    "text not in NFC": b"\x82\xa4text\xa3e\xcc\x81\xa5count\x07",
    "bytes behind": GOOD_NOTE + b"\xc0",
    "bytes missing": GOOD_NOTE[:-1],
    "no map": b"\x92\xa2hi\x07",
    "an array of pairs": b"\x94\xa4text\xa2hi\xa5count\x07",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_canonical_is_refused(tmp_path: Path, name: str) -> None:
    log = noted(BODIES[name])
    verdict = both(log.write(tmp_path), log.vkey)
    assert (verdict.exit_code, verdict.first_bad_seq) == (3, 11)


def test_the_canonical_body_beside_them_is_taken(tmp_path: Path) -> None:
    log = noted(GOOD_NOTE)
    assert both(log.write(tmp_path), log.vkey).exit_code == 0


FLOATS = {
    "an integer": b"\x07",
    "a float32": b"\xca\x3f\x80\x00\x00",
    "-0.0": b"\xcb\x80" + bytes(7),
    "infinity": b"\xcb\x7f\xf0" + bytes(6),
    "minus infinity": b"\xcb\xff\xf0" + bytes(6),
    "NaN": b"\xcb\x7f\xf8" + bytes(6),
    "a signalling NaN": b"\xcb\x7f\xf0" + bytes(5) + b"\x01",
    "nil": b"\xc0",
}


@pytest.mark.parametrize("name", FLOATS)
def test_a_float_field_holds_one_finite_float64(tmp_path: Path, name: str) -> None:
    log = ReferenceLog()
    log.declare_demo()
    log.declare("demo.priced", 30, False, ["kernel"], "price:float")
    log.say("demo.priced", {"price": 0.5}, source=1)
    log.say("demo.priced", {"price": 0.0}, source=1)
    at = log.say("demo.priced", {}, source=1, body=b"\x81\xa5price" + FLOATS[name])
    log.checkpoint(record=False)
    verdict = both(log.write(tmp_path), log.vkey)
    assert (verdict.exit_code, verdict.first_bad_seq) == (3, at)


KINDS = {
    "optional:float": ([b"\xc0", b"\xcb\x3f" + bytes(7)], [b"\x01", b"\xcb\x80" + bytes(7), b"\xa1x"]),
    "list:int": ([b"\x90", b"\x92\x01\xff"], [b"\xdc\x00\x01\x01", b"\x91\xa1x", b"\xc0"]),
    "list:str": ([b"\x91\xa1x"], [b"\x91\xa3e\xcc\x81"]),
    "map:int": (
        [b"\x80", b"\x82\xa1a\x01\xa1b\x02"],
        [b"\x82\xa1b\x01\xa1a\x02", b"\x82\xa1a\x01\xa1a\x02", b"\x81\x01\x01"],
    ),
    "map:float": ([b"\x81\xa1a\xcb\x3f" + bytes(7)], [b"\x81\xa1a\xcb\x7f\xf8" + bytes(6), b"\x81\xa3e\xcc\x81\x01"]),
    "u256": ([b"\xc4\x20" + bytes(32)], [b"\xc4\x1f" + bytes(31), b"\xc5\x00\x20" + bytes(32)]),
    "column:<i8": ([b"\xc4\x08" + bytes(8), b"\xc4\x00"], [b"\xc4\x07" + bytes(7)]),
    "list:column:<i4": ([b"\x91\xc4\x04" + bytes(4)], [b"\x91\xc4\x05" + bytes(5)]),
    "bytes": ([b"\xc4\x03abc"], [b"\xa3abc", b"\xc5\x00\x03abc"]),
    "bool": ([b"\xc2", b"\xc3"], [b"\x01", b"\xc0"]),
    "int": ([b"\xd3\x80" + bytes(7), b"\xcf\x7f" + b"\xff" * 7, b"\xd0\xdf"], [b"\xd0\xe0", b"\xcf\x80" + bytes(7)]),
    "optional:list:map:int": ([b"\xc0", b"\x91\x81\xa1a\x05"], [b"\x91\x81\xa1a\xc0"]),
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (good, _) in KINDS.items() for value in good])
def test_a_value_of_its_kind_is_taken(tmp_path: Path, kind: str, value: bytes) -> None:
    assert both(one_value(kind, value).write(tmp_path), one_value(kind, value).vkey).exit_code == 0


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (_, bad) in KINDS.items() for value in bad])
def test_a_value_of_another_kind_is_refused(tmp_path: Path, kind: str, value: bytes) -> None:
    assert both(one_value(kind, value).write(tmp_path), one_value(kind, value).vkey).exit_code == 3


def one_value(kind: str, value: bytes) -> ReferenceLog:
    log = ReferenceLog()
    log.declare_demo()
    log.declare("demo.valued", 30, False, ["kernel"], f"it:{kind}")
    log.say("demo.valued", {}, source=1, body=b"\x81\xa2it" + value)
    log.checkpoint(record=False)
    return log


def test_a_column_of_another_length_than_its_rows_is_refused(tmp_path: Path) -> None:
    log = small_log()
    values = {"rows": 2, "chunk_root": bytes(32), "time_msc": bytes(16), "series": bytes(4), "close": bytes(8)}
    log.say("market.bar_block", values, source=2)
    log.checkpoint(record=False)
    assert both(log.write(tmp_path), log.vkey).exit_code == 3


def test_a_missing_body_needs_a_pruning_under_a_later_checkpoint(tmp_path: Path) -> None:
    def pruned(first: int, last: int, *, signed: bool) -> ReferenceLog:
        log = small_log()
        log.checkpoint(record=False)
        log.say("log.bodies_pruned", {"first": first, "last": last, "reason": "old", "person": "ada"})
        log.commit()
        if signed:
            log.checkpoint(record=False)
        log.prune(6, 6)
        return log

    for folder, log, exit_code in (
        ("good", pruned(6, 7, signed=True), 0),
        ("unsigned", pruned(6, 7, signed=False), 3),
        ("elsewhere", pruned(7, 7, signed=True), 3),
    ):
        verdict = both(log.write(tmp_path / folder), log.vkey)
        assert (folder, verdict.exit_code) == (folder, exit_code)
        assert verdict.first_bad_seq == (-1 if exit_code == 0 else 6)


def test_the_logs_own_bodies_are_never_pruned(tmp_path: Path) -> None:
    log = small_log()
    log.say("log.bodies_pruned", {"first": 0, "last": 3, "reason": "old", "person": "ada"})
    log.checkpoint(record=False)
    log.records[2].pruned = True
    assert both(log.write(tmp_path), log.vkey).first_bad_seq == 2


def test_a_blob_may_be_missing_only_when_all_that_name_it_are_pruned(tmp_path: Path) -> None:
    def log_with(last: int) -> tuple[ReferenceLog, str]:
        log = small_log()
        blob = log.blob(b"content")
        first = log.note(blobs=[blob])
        log.note(blobs=[blob])
        log.say("log.bodies_pruned", {"first": first, "last": first + last, "reason": "old", "person": "ada"})
        log.checkpoint(record=False)
        log.prune(first, first + last)
        return log, f"blobs/{blob[1].hex()[:2]}/{blob[1].hex()}"

    for last, exit_code in ((0, 3), (1, 0)):
        log, path = log_with(last)
        files = log.files()
        del files[path]
        assert both(write_files(tmp_path / str(last), files), log.vkey).exit_code == exit_code
        files[path] = b"CONTENT"
        assert both(write_files(tmp_path / f"altered {last}", files), log.vkey).exit_code == 3


# -- usage, and being asked wrongly


def test_no_log_is_a_usage_error(tmp_path: Path) -> None:
    log = small_log()
    with pytest.raises(LogMissing):
        verify(tmp_path, log.vkey)
    assert outside_verifier.main([str(tmp_path), "--key", log.vkey]) == 2


def test_a_malformed_key_is_a_usage_error(tmp_path: Path) -> None:
    log = small_log()
    log.write(tmp_path)
    with pytest.raises(UsageError):
        verify(tmp_path, log.vkey[:-3])
    assert outside_verifier.main([str(tmp_path), "--key", log.vkey[:-3]]) == 2


def test_another_key_is_told_apart_from_tampering_in_words(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    other = ReferenceLog(seed=bytes(32))
    verdict = both(log.write(tmp_path), other.vkey)
    assert verdict.exit_code == 3
    assert "Give the key you expect" in str(verdict)


def test_a_trusted_checkpoint_of_another_key_is_a_usage_error(tmp_path: Path) -> None:
    log = small_log()
    log.checkpoint(record=False)
    log.write(tmp_path)
    foreign = ReferenceLog(seed=bytes(32)).signed(3, bytes(32))
    with pytest.raises(UsageError, match="trusted checkpoint"):
        verify(tmp_path, log.vkey, foreign)
    (tmp_path / "foreign").write_bytes(foreign)
    assert outside_verifier.main([str(tmp_path), "--key", log.vkey, "--checkpoint", str(tmp_path / "foreign")]) == 2


def test_checkpoints_without_segments_are_a_log_that_lost_everything(tmp_path: Path) -> None:
    log = small_log()
    files = {path: raw for path, raw in log.files().items() if path.startswith("checkpoints/")}
    assert both(write_files(tmp_path, files), log.vkey).exit_code == 3


def test_it_looks_once_more_before_it_says_broken_while_a_writer_is_at_work(tmp_path: Path) -> None:
    """Retention prunes a body and its blob after the segment was read and before its blobs are looked at."""
    log = small_log()
    blob = log.blob(b"content")
    at = log.note(blobs=[blob])
    log.say("log.bodies_pruned", {"first": at, "last": at, "reason": "old", "person": "ada"})
    log.checkpoint(record=False)
    log.write(tmp_path)

    def prune_meanwhile(done: int, total: int) -> None:
        log.prune(at, at)
        (tmp_path / f"blobs/{blob[1].hex()[:2]}/{blob[1].hex()}").unlink(missing_ok=True)
        (tmp_path / "00000000000000000000.seg").write_bytes(log.files()["00000000000000000000.seg"])

    verdict = verify(tmp_path, log.vkey, progress=prune_meanwhile)
    assert (verdict.exit_code, verdict.looks, verdict.pruned) == (0, 2, 1)


def test_the_outside_verifier_runs_alone(tmp_path: Path) -> None:
    """Copied into an empty folder, with no path to our packages."""
    log = sealed_log()
    log.write(tmp_path / "log")
    script = tmp_path / "alone" / "outside_verifier.py"
    script.parent.mkdir()
    shutil.copy(str(outside_verifier.__file__), script)
    (tmp_path / "key").write_text(log.vkey + "\n", encoding="utf-8")
    command = [sys.executable, "-I", str(script), str(tmp_path / "log"), "--key", str(tmp_path / "key"), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["records"], said["head"]) == (112, log.head.hex())
    assert sha256(script.read_bytes()).digest()
    source = script.read_text(encoding="utf-8")
    assert "import tallystick" not in source
    assert "from tallystick" not in source


def test_the_fast_way_and_the_plain_way_through_groups_give_one_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed, torn = sealed_log(), small_log()
    torn.commit()
    sealed.write(tmp_path / "sealed")
    torn.write(tmp_path / "torn")
    fast = [verify(tmp_path / name, sealed.vkey) for name in ("sealed", "torn")]
    monkeypatch.setattr("tallystick.events.fastgroup.FastGroups.take", lambda self, data, at, marker: 0)
    assert [verify(tmp_path / name, sealed.vkey) for name in ("sealed", "torn")] == fast
