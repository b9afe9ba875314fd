"""What a crash leaves is cut off and recorded; what no crash leaves is never cut."""

import os
import shutil
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest

from tallystick.events import IntegrityError, LogReader
from tallystick.events.outside import outside_verifier
from tallystick.events.segment import FRAME, SEGMENT, pack_frame
from tallystick.events.signer import Ed25519Signer

STEP = 1 if os.environ.get("TALLYSTICK_FULL") == "1" else 3
"""Every truncation point is the full count."""


@pytest.fixture
def written(tmp_path: Path, scribe: Any) -> tuple[Path, Path, list[tuple[int, int, bytes]]]:
    """A log of three groups without its cache: folder, segment file, and size and head after each group."""
    folder, stood = tmp_path / "log", []
    with scribe() as book:
        for number in range(3):
            book.cascade(number)
            book.writer.commit()
            size = next(folder.glob("*.seg")).stat().st_size
            stood.append((size, book.writer.committed, book.writer.head))
    shutil.rmtree(folder / "cache")
    return folder, next(folder.glob("*.seg")), stood


def test_every_truncation_point_of_the_last_group_recovers_to_the_group_before(
    tmp_path: Path, scribe: Any, written: Any, origin: str, quick: Any
) -> None:
    _folder, segment, stood = written
    whole = segment.read_bytes()
    before, committed, head = stood[-2]
    key = outside_verifier.read_key(str(Ed25519Signer(origin, bytes(32)).vkey))
    for cut in range(before + 1, len(whole), STEP):
        copy = tmp_path / "copy"
        copy.mkdir()
        (copy / segment.name).write_bytes(whole[:cut])
        if cut % 16 == 0:  # both implementations agree that it is a crash
            assert outside_verifier.verify_log(copy, key, None)["exit"] == 1
        with scribe(copy, files=quick) as book:
            assert (book.writer.committed, book.writer.head) == (committed, head)
            assert book.writer.torn_bytes == cut - before
            book.groups(1)
        said = LogReader(copy).fetch(committed)
        torn = whole[before:cut]
        assert (said.type, said.event.bytes) == ("log.tail_cut", len(torn))
        assert said.event.sha256 == sha256(torn).hexdigest()
        assert (copy / "cut" / said.event.sha256).read_bytes() == torn
        shutil.rmtree(copy)


def test_garbage_after_the_last_group_is_cut(scribe: Any, written: Any) -> None:
    _folder, segment, stood = written
    for garbage in (b"\0" * 700, b"\xff" * 300, b"\xffTALLYCM" + bytes(64), b"\0\0\0\x80rest"):
        with segment.open("ab") as file:
            file.write(garbage)
        with scribe() as book:
            assert book.writer.torn_bytes == len(garbage)
            assert book.writer.committed >= stood[-1][1]
            book.groups(1)


def test_a_flipped_bit_anywhere_in_the_last_group_looks_like_a_crash(
    tmp_path: Path, scribe: Any, written: Any, quick: Any
) -> None:
    _, segment, stood = written
    whole = segment.read_bytes()
    before, committed, head = stood[-2]
    for at in range(before, len(whole), 7):
        copy = tmp_path / "copy"
        copy.mkdir()
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        (copy / segment.name).write_bytes(damaged)
        with scribe(copy, files=quick) as book:
            assert (book.writer.committed, book.writer.head) == (committed, head)
        shutil.rmtree(copy)


def test_damage_before_the_last_group_is_never_cut(tmp_path: Path, scribe: Any, written: Any) -> None:
    _, segment, stood = written
    whole = segment.read_bytes()
    for at in range(SEGMENT.size, stood[-2][0], 23):
        copy = tmp_path / "copy"
        copy.mkdir()
        damaged = bytearray(whole)
        damaged[at] ^= 1 << at % 8
        (copy / segment.name).write_bytes(damaged)
        with pytest.raises(IntegrityError, match="was committed after it"):
            scribe(copy)
        assert (copy / segment.name).read_bytes() == damaged
        shutil.rmtree(copy)


def test_a_log_shorter_than_a_checkpoint_is_never_opened(scribe: Any, written: Any, origin: str) -> None:
    folder, segment, stood = written
    with scribe() as book:
        book.writer.checkpoint(Ed25519Signer(origin, bytes(32)))
    shutil.rmtree(folder / "cache")
    whole = segment.read_bytes()
    for cut in (stood[-1][0] - 1, stood[-2][0], stood[-2][0] + 5, 50, 0):
        segment.write_bytes(whole[:cut])
        with pytest.raises(IntegrityError, match="a checkpoint covers"):
            scribe()
        assert segment.read_bytes() == whole[:cut]
    segment.write_bytes(whole)
    with scribe() as book:
        assert book.writer.committed == stood[-1][1]


def test_the_image_of_a_frame_inside_a_torn_body_is_no_frame(tmp_path: Path, scribe: Any, written: Any) -> None:
    _, segment, stood = written
    seq = stood[-1][1]
    images = (
        pack_frame(b"a guessed marker", seq + 5, 1, bytes(32)),  # nobody knows the next segment's marker
        pack_frame(segment.read_bytes()[81:97], seq, 1, bytes(32)),  # a right marker, but not a higher seq
        pack_frame(segment.read_bytes()[81:97], seq + 5, 1, bytes(32))[:-1] + b"x",  # a wrong CRC
    )
    for number, image in enumerate(images):
        folder = tmp_path / f"copy{number}"
        folder.mkdir()
        (folder / segment.name).write_bytes(segment.read_bytes())
        with scribe(folder) as book:
            book.cascade(9, note=image)
            book.writer.commit()
        shutil.rmtree(folder / "cache")
        whole = (folder / segment.name).read_bytes()
        (folder / segment.name).write_bytes(whole[: -FRAME.size // 2])
        with scribe(folder) as book:
            assert book.writer.committed == seq


def test_a_later_frame_of_the_segment_is_an_integrity_finding(scribe: Any, written: Any) -> None:
    _, segment, stood = written
    marker = segment.read_bytes()[81:97]
    with segment.open("ab") as file:
        file.write(bytes(40) + pack_frame(marker, stood[-1][1] + 3, 1, bytes(32)))
    with pytest.raises(IntegrityError, match="no crash leaves this"):
        scribe()


@pytest.mark.parametrize("left", [b"", bytes(7), bytes(4096), b"TALLYSEG\x01short", b"?"])
def test_a_last_segment_that_is_empty_zero_or_short_is_torn_whole(tmp_path: Path, scribe: Any, left: bytes) -> None:
    folder = tmp_path / "log"
    with scribe(segment_bytes=2_000) as book:
        book.groups(4)
        committed, head = book.writer.committed, book.writer.head
    shutil.rmtree(folder / "cache")
    (folder / f"{committed:020d}.seg").write_bytes(left)
    with scribe(segment_bytes=2_000) as book:
        assert (book.writer.committed, book.writer.head) == (committed, head)
        assert book.writer.torn_bytes == len(left)
        book.groups(2)
    assert LogReader(folder).fetch(committed).type == ("log.tail_cut" if left else "test.noted")
    assert [path.read_bytes() for path in (folder / "cut").glob("*")] == ([left] if left else [])


def test_a_first_segment_torn_whole_leaves_an_empty_log(tmp_path: Path, scribe: Any) -> None:
    folder = tmp_path / "log"
    folder.mkdir()
    (folder / f"{0:020d}.seg").write_bytes(bytes(100))
    with scribe() as book:
        book.groups(1)
    assert LogReader(folder).fetch(0).type == "log.tail_cut"


def test_a_cut_whose_record_was_lost_is_recorded_by_the_next_process(tmp_path: Path, scribe: Any, written: Any) -> None:
    folder, segment, _ = written
    with segment.open("ab") as file:
        file.write(b"torn")
    book = scribe()
    book.writer.abandon()  # died after the cut, before its first commit
    with scribe() as book:
        assert book.writer.torn_bytes == 0
        book.groups(1)
    said = [each.event for each in LogReader(folder).envelopes() if each.type == "log.tail_cut"]
    assert [(each.sha256, each.bytes) for each in said] == [(sha256(b"torn").hexdigest(), 4)]


def test_a_damaged_header_of_the_last_segment_is_an_integrity_finding(scribe: Any, written: Any) -> None:
    _, segment, _ = written
    whole = bytearray(segment.read_bytes())
    whole[60] ^= 1
    segment.write_bytes(whole)
    with pytest.raises(IntegrityError, match="header of a segment is damaged"):
        scribe()


def test_a_segment_of_another_format_is_named_by_it(scribe: Any, written: Any) -> None:
    _, segment, _ = written
    whole = bytearray(segment.read_bytes())
    whole[8] = 2
    whole[97:101] = crc32(whole[:97]).to_bytes(4, "big")
    segment.write_bytes(whole)
    with pytest.raises(IntegrityError, match="says format 2; this version reads format 1"):
        scribe()


def test_the_segment_header_has_the_bytes_of_the_format(written: Any, origin: str) -> None:
    raw = written[1].read_bytes()[:101]
    assert raw[:9] == b"TALLYSEG\x01"
    assert raw[9:41] == sha256(origin.encode()).digest()
    assert raw[41:49] == bytes(8)
    assert raw[49:81] == sha256(b"tallystick/log/1" + origin.encode()).digest()
    assert raw[97:] == zlib.crc32(raw[:97]).to_bytes(4, "big")
