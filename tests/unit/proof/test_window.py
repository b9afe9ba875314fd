"""A segment a window at a time: the same bytes as all at once, whatever becomes of the file meanwhile."""

import random
from pathlib import Path

import pytest

from tallystick.events.errors import LogError
from tallystick.events.stored import StoredSegment, stored_segments
from tallystick.events.window import Window
from tests.unit.proof.verdicts import look_through_small_windows

SIZE = 50_000


@pytest.fixture
def segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StoredSegment:
    look_through_small_windows(monkeypatch)
    (tmp_path / f"{0:020d}.seg").write_bytes(random.Random(1).randbytes(SIZE))
    (found,) = stored_segments(tmp_path)
    return found


def test_every_byte_is_seen_in_its_place(segment: StoredSegment) -> None:
    there = segment.paths[0].read_bytes()
    seen, at = bytearray(), 0
    with Window(segment) as window:
        while at < window.size:
            ahead = window.ahead(at)
            assert at < ahead <= window.base + len(window.data)
            seen += window.data[at - window.base : ahead - window.base]
            at = ahead
    assert seen == there


def test_a_window_is_widened_to_the_largest_group_and_then_to_everything(segment: StoredSegment) -> None:
    with Window(segment) as window:
        at = window.ahead(0)
        sizes = []
        while window.widen(at):
            assert window.base == at
            sizes.append(len(window.data))
    assert sizes == [9_000, SIZE - at]


def test_a_window_begins_anew_only_where_most_of_it_is_behind(segment: StoredSegment) -> None:
    with Window(segment) as window:
        assert not window.renew(1_000)
        assert window.renew(2_000)
        assert (window.base, len(window.data)) == (2_000, 3_000)
        assert not window.renew(2_000)


def test_a_file_that_grows_is_read_up_to_its_end(segment: StoredSegment) -> None:
    with Window(segment) as window:
        with segment.paths[0].open("ab") as file:
            file.write(b"more")
        window.ahead(SIZE - 10)
        assert window.data[-4:] == b"more"
        assert window.size == SIZE + 4
        assert window.place(0.5) == SIZE // 2


def test_a_file_that_is_cut_back_meanwhile_cannot_be_read(segment: StoredSegment) -> None:
    with Window(segment) as window:
        segment.paths[0].write_bytes(b"short")
        with pytest.raises(LogError, match="became shorter"):
            window.ahead(SIZE // 2)
