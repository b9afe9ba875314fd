"""What verifiers say of whole logs: sound, unsigned, torn, forged, and what no log can show. Both must agree."""

from base64 import b64encode
from pathlib import Path

import pytest

from tallystick.events.errors import LogMissing, UsageError
from tallystick.events.findings import NOT_SHOWN
from tallystick.events.note import VerifierKey
from tallystick.events.outside import outside_verifier
from tallystick.events.verify import verify
from tests.unit.proof.reference_writer import ReferenceLog, Segment, pack_segment, sealed_log, small_log, write_files
from tests.unit.proof.verdicts import both


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


def test_two_readers_say_what_one_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = sealed_log()
    log.write(tmp_path)
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_PROCESS_BYTES", 0)
    assert verify(tmp_path, log.vkey, cores=2) == verify(tmp_path, log.vkey)
    assert verify(tmp_path, log.vkey, cores=3) == verify(tmp_path, log.vkey)


def test_two_readers_name_the_same_fault_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = sealed_log()
    files = log.files()
    path = "00000000000000000092.seg"
    files[path] = files[path][:900] + bytes([files[path][900] ^ 1]) + files[path][901:]
    write_files(tmp_path, files)
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_PROCESS_BYTES", 0)
    assert verify(tmp_path, log.vkey, cores=2) == verify(tmp_path, log.vkey)
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


def test_a_broken_log_with_nothing_proved_never_says_that_its_chain_holds(tmp_path: Path) -> None:
    log = small_log()
    files = log.files()
    first = min(name for name in files if name.endswith(".seg"))
    write_files(tmp_path, {**files, first: files[first][:300] + bytes([files[first][300] ^ 1]) + files[first][301:]})
    verdict = both(tmp_path, log.vkey)
    assert (verdict.exit_code, verdict.proved_records) == (3, 0)
    words = str(verdict)
    assert "proved: nothing" in words
    assert "the chain holds" not in words
    assert "unsigned tail:" not in words


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


@pytest.mark.parametrize(
    ("name", "algorithm", "public"),
    [("x", 4, bytes(32)), ("x", 1, bytes(31)), ("x", 1, bytes(33)), ("a b", 1, bytes(32)), ("", 1, bytes(32))],
)
def test_a_key_that_no_log_can_have_is_a_usage_error(tmp_path: Path, name: str, algorithm: int, public: bytes) -> None:
    log = small_log()
    log.checkpoint(record=False)
    log.write(tmp_path)
    key = str(VerifierKey(name, algorithm, public))
    with pytest.raises(UsageError):
        verify(tmp_path, key)
    assert outside_verifier.main([str(tmp_path), "--key", key]) == 2


def test_a_log_that_is_gone_whole_is_missed_by_who_remembers_a_checkpoint(tmp_path: Path) -> None:
    log = small_log()
    (tmp_path / "kept").write_bytes(log.signed(3, bytes(32)))
    (tmp_path / "log").mkdir()
    words = [str(tmp_path / "log"), "--key", log.vkey]
    with pytest.raises(LogMissing):
        verify(tmp_path / "log", log.vkey)
    assert outside_verifier.main(words) == 2
    verdict = verify(tmp_path / "log", log.vkey, (tmp_path / "kept").read_bytes())
    assert (verdict.exit_code, verdict.findings[0].what) == (
        3,
        "the log ends at 0, but a checkpoint signed 3: 3 are missing",
    )
    assert outside_verifier.main([*words, "--checkpoint", str(tmp_path / "kept")]) == 3


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


def test_a_checkpoint_that_was_signed_while_the_segments_were_read_is_not_missed(tmp_path: Path) -> None:
    """Else a log at work that takes longer to read than its writer takes to the next checkpoint never holds."""
    log = small_log()
    before = set(log.files())
    log.checkpoint()
    log.commit()
    log.checkpoint(record=False)
    files = log.files()
    first, _ = sorted(path for path in files if path not in before and path.startswith("checkpoints/"))
    write_files(tmp_path, {path: raw for path, raw in files.items() if path != first})

    def sign_meanwhile(done: int, total: int) -> None:
        write_files(tmp_path, {first: files[first]})

    assert verify(tmp_path, log.vkey).exit_code == 3
    verdict = verify(tmp_path, log.vkey, progress=sign_meanwhile)
    assert (verdict.exit_code, verdict.looks) == (0, 1)


def test_the_fast_way_and_the_plain_way_through_groups_give_one_verdict(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed, torn = sealed_log(), small_log()
    torn.commit()
    sealed.write(tmp_path / "sealed")
    torn.write(tmp_path / "torn")
    fast = [verify(tmp_path / name, sealed.vkey) for name in ("sealed", "torn")]
    monkeypatch.setattr("tallystick.events.fastgroup.FastGroups.take", lambda *_: 0)
    assert [verify(tmp_path / name, sealed.vkey) for name in ("sealed", "torn")] == fast
