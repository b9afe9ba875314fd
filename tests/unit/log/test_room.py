"""Room: zeros made durable behind the last group, over which small groups are written; none is left where all ended."""

import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from tallystick.events import IntegrityError, LogReader
from tallystick.events.appending import GROUPS_WITHOUT_ROOM, SMALL_GROUP_BYTES
from tallystick.events.bundle import prove
from tallystick.events.files import Disk
from tallystick.events.segment import ROOM_UNIT_BYTES, pack_frame
from tallystick.events.signer import Ed25519Signer
from tallystick.events.tamper import cut_tail, flip_body
from tests.acceptance.disks import FillingDisk
from tests.unit.proof.verdicts import both

pytestmark = pytest.mark.skipif(os.name == "nt", reason="no room is made where a mapped file cannot be cut")

SMALL = 2 * GROUPS_WITHOUT_ROOM


@pytest.fixture
def signer(origin: str) -> Ed25519Signer:
    return Ed25519Signer(origin, bytes(32))


@pytest.fixture
def killed(tmp_path: Path, scribe: Any, signer: Ed25519Signer) -> tuple[Path, Path, bytes]:
    """A log whose writer was killed after many small groups and a checkpoint: folder, segment, and what was written."""
    book = scribe().groups(SMALL)
    book.writer.checkpoint(signer)
    book.writer.abandon()
    (segment,) = (tmp_path / "log").glob("*.seg")
    return tmp_path / "log", segment, segment.read_bytes().rstrip(b"\0")


def test_a_killed_writer_leaves_room_that_is_no_finding_and_no_tail(
    killed: tuple[Path, Path, bytes], signer: Ed25519Signer
) -> None:
    folder, segment, written = killed
    assert segment.stat().st_size % ROOM_UNIT_BYTES == 0
    assert segment.stat().st_size > len(written)
    verdict = both(folder, str(signer.vkey))
    assert (verdict.exit_code, verdict.torn_bytes, verdict.unsigned_tail) == (0, 0, 0)


def test_the_next_writer_goes_on_at_the_last_group_and_records_no_cut(
    killed: tuple[Path, Path, bytes], scribe: Any, signer: Ed25519Signer
) -> None:
    folder, segment, written = killed
    for cached in (False, True):
        if not cached:
            shutil.rmtree(folder / "cache", ignore_errors=True)
        with scribe() as book:
            assert book.writer.torn_bytes == 0
            assert segment.read_bytes().rstrip(b"\0") == written
            book.groups(SMALL)
            book.writer.checkpoint(signer)
            written = segment.read_bytes().rstrip(b"\0")
            assert segment.stat().st_size > len(written)
            if not cached:
                book.writer.close()
        segment.write_bytes(written + bytes(-len(written) % ROOM_UNIT_BYTES))
    assert not (folder / "cut").exists()
    assert both(folder, str(signer.vkey)).exit_code == 0


def test_a_log_that_was_closed_has_the_bytes_of_its_groups_and_nothing_behind(
    tmp_path: Path, scribe: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.urandom", lambda count: b"m" * count)  # markers are all that differs between copies
    with scribe(tmp_path / "with") as book:
        book.groups(3 * SMALL)
    monkeypatch.setattr("tallystick.events.appending.GROUPS_WITHOUT_ROOM", 10**9)
    with scribe(tmp_path / "without") as book:
        book.groups(3 * SMALL)
    (with_room,) = (tmp_path / "with").glob("*.seg")
    assert with_room.read_bytes() == (tmp_path / "without" / with_room.name).read_bytes()


def test_a_segment_that_another_one_follows_has_no_room(tmp_path: Path, scribe: Any, signer: Ed25519Signer) -> None:
    book = scribe(segment_bytes=20_000).groups(8 * SMALL)
    book.writer.checkpoint(signer)
    book.writer.abandon()
    *closed, last = sorted((tmp_path / "log").glob("*.seg"))
    assert len(closed) > 1
    assert all(path.stat().st_size < ROOM_UNIT_BYTES for path in closed)
    assert both(tmp_path / "log", str(signer.vkey)).exit_code == 0
    closed[0].write_bytes(closed[0].read_bytes() + bytes(ROOM_UNIT_BYTES - closed[0].stat().st_size))
    assert both(tmp_path / "log", str(signer.vkey)).exit_code == 3
    assert last.exists()


def test_large_groups_are_written_once(tmp_path: Path, scribe: Any) -> None:
    with scribe() as book:
        for number in range(SMALL):
            book.cascade(number, note=bytes(SMALL_GROUP_BYTES))
            book.writer.commit()
            (segment,) = (tmp_path / "log").glob("*.seg")
            assert segment.read_bytes()[-1] or segment.stat().st_size % ROOM_UNIT_BYTES


def test_a_large_group_lies_over_the_room_and_beyond(tmp_path: Path, scribe: Any, signer: Ed25519Signer) -> None:
    book = scribe().groups(SMALL)
    book.cascade(99, derived=4, note=b"x" * 100_000)
    book.groups(SMALL)
    book.writer.checkpoint(signer)
    book.writer.abandon()
    assert both(tmp_path / "log", str(signer.vkey)).exit_code == 0
    with scribe() as book:
        assert book.writer.torn_bytes == 0


def test_a_byte_that_is_not_zero_in_the_room_is_torn_with_the_zeros_before_it(
    killed: tuple[Path, Path, bytes], scribe: Any, signer: Ed25519Signer
) -> None:
    folder, segment, _ = killed
    with scribe() as book:  # its first group has another end than zeros, so that the room's first byte is known
        end = segment.stat().st_size
        book.writer.abandon()
    room = 3 * ROOM_UNIT_BYTES - end % ROOM_UNIT_BYTES
    for at in (0, 1, 500, room - 1):
        left = bytearray(room)
        left[at] = 1 << at % 8
        segment.write_bytes(segment.read_bytes()[:end] + left)
        verdict = both(folder, str(signer.vkey))
        assert (verdict.exit_code, verdict.torn_bytes) == (1, at + 1)
    with scribe() as book:
        assert book.writer.torn_bytes == room
        assert segment.stat().st_size == end


def test_zeros_that_end_anywhere_else_are_torn(
    killed: tuple[Path, Path, bytes], scribe: Any, signer: Ed25519Signer
) -> None:
    folder, segment, _ = killed
    scribe().writer.abandon()
    end = segment.stat().st_size
    for zeros in (1, 700, 4096, -end % ROOM_UNIT_BYTES + 1):
        segment.write_bytes(segment.read_bytes()[:end] + bytes(zeros))
        verdict = both(folder, str(signer.vkey))
        assert (verdict.exit_code, verdict.torn_bytes) == (1, zeros)


def test_a_later_frame_in_the_room_is_an_integrity_finding_whatever_its_last_bytes_are(
    killed: tuple[Path, Path, bytes], scribe: Any, signer: Ed25519Signer
) -> None:
    folder, segment, _ = killed
    book = scribe()
    committed = book.writer.committed
    book.writer.abandon()
    whole = segment.read_bytes()
    frames = (pack_frame(whole[81:97], committed + 5, count, bytes(32)) for count in range(2_000))
    frame = next(each for each in frames if each.endswith(b"\0"))
    room = bytes(-(len(whole) + len(frame)) % ROOM_UNIT_BYTES)
    segment.write_bytes(whole + room + frame)
    assert both(folder, str(signer.vkey)).exit_code == 3
    with pytest.raises(IntegrityError, match="was committed after it"):
        scribe()


def test_a_log_zeroed_from_a_covered_group_on_is_shorter_than_its_checkpoint(
    killed: tuple[Path, Path, bytes], scribe: Any, signer: Ed25519Signer
) -> None:
    folder, segment, written = killed
    last = written.rindex(b"\xffTALLYCM", 0, len(written) - 72)
    segment.write_bytes(written[: last + 72] + bytes(segment.stat().st_size - last - 72))
    verdict = both(folder, str(signer.vkey))
    assert verdict.exit_code == 3
    assert "are missing" in str(verdict.findings[0])
    shutil.rmtree(folder / "cache", ignore_errors=True)
    with pytest.raises(IntegrityError, match="a checkpoint covers"):
        scribe()


def test_a_reader_follows_into_the_room_and_outlives_its_end(tmp_path: Path, scribe: Any) -> None:
    """A reader that had mapped the room would be killed when it looks where the file has ended."""
    writer = scribe().groups(SMALL)
    log = LogReader(tmp_path / "log", writer.catalogue)
    seen = []
    for number in range(40):
        committed = writer.writer.committed
        assert len(log) == committed
        writer.cascade(number)
        writer.writer.commit()
        assert log.refresh()
        seen += [each.seq for each in log.envelopes(committed)]
    writer.writer.close()
    assert not log.refresh()
    assert seen == list(range(len(log) - len(seen), len(log)))
    assert len(list(log.envelopes())) == len(log)


def test_a_disk_without_space_for_room_takes_groups_as_long_as_they_fit(tmp_path: Path, scribe: Any) -> None:
    disk = FillingDisk(ROOM_UNIT_BYTES)
    with scribe(files=disk) as book:
        book.groups(2 * SMALL)
    (segment,) = (tmp_path / "log").glob("*.seg")
    with scribe() as book:
        assert book.writer.torn_bytes == 0
        assert segment.stat().st_size < ROOM_UNIT_BYTES


def test_pruning_leaves_no_room_within(tmp_path: Path, scribe: Any, signer: Ed25519Signer) -> None:
    with scribe() as book:
        book.groups(SMALL)
        book.writer.prune(5, 20, reason="a test", person="nobody", signer=signer)
        book.groups(SMALL)
        book.writer.checkpoint(signer)
        assert both(tmp_path / "log", str(signer.vkey)).exit_code == 0


def test_what_reads_a_log_at_work_reads_it_with_room(
    killed: tuple[Path, Path, bytes], signer: Ed25519Signer, tmp_path: Path
) -> None:
    folder, _, _ = killed
    assert prove(folder, signer.vkey, 7)
    for damage in (flip_body, cut_tail):
        copy = shutil.copytree(folder, tmp_path / damage.__name__)
        damage(copy)
        assert both(copy, str(signer.vkey)).exit_code == 3


def test_no_bit_of_a_log_with_room_turns_unnoticed(killed: tuple[Path, Path, bytes], signer: Ed25519Signer) -> None:
    folder, segment, _ = killed
    whole, chance = segment.read_bytes(), random.Random(4)
    for at in [chance.randrange(len(whole)) for _ in range(12)]:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << chance.randrange(8)
        segment.write_bytes(damaged)
        assert both(folder, str(signer.vkey)).exit_code in {1, 3}


def test_the_room_is_durable_before_a_group_lies_in_it(scribe: Any) -> None:
    """What is synced in which order: zeros alone, then the group alone."""
    acts: list[str] = []

    class Watched(Disk):
        def create(self, path: Path) -> Any:
            return Seen(super().create(path))

    class Seen:
        def __init__(self, file: Any) -> None:
            self._file, self.seek, self.truncate, self.close = file, file.seek, file.truncate, file.close

        def write(self, data: bytes | bytearray) -> None:
            acts.append("group" if any(data) else "zeros")
            self._file.write(data)

        def sync(self) -> None:
            acts.append("sync")
            self._file.sync()

    with scribe(files=Watched()) as book:
        book.groups(SMALL)
    at = acts.index("zeros")
    assert acts[at - 1 : at + 4] == ["sync", "zeros", "sync", "group", "sync"]
