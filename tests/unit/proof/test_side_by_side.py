"""Several readers of one log: they share the work, and one that is lost costs nothing but time."""

import multiprocessing
import os
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import pytest

from tallystick.events import compiled, skimming, verify_processes
from tallystick.events.compiled import keeping
from tallystick.events.compiled.walks import Walking
from tallystick.events.errors import LogError
from tallystick.events.note import VerifierKey
from tallystick.events.rules import Found
from tallystick.events.skimming import Before, Seam, skim
from tallystick.events.stored import plain_bytes, stored_segments
from tallystick.events.verify import verify
from tallystick.events.verify_processes import read_by_processes
from tallystick.events.verify_range import Outcome, Stretch, StretchReader
from tallystick.events.verify_split import seamless
from tallystick.events.verify_threads import SharedSegments, read_by_threads
from tallystick.events.window import Window
from tests.unit.log.ways import way
from tests.unit.proof.reference_writer import ReferenceLog, pack_frame, sealed_log


def whole(folder: Path) -> Stretch:
    log = sealed_log()
    log.write(folder)
    return Stretch(VerifierKey.parse(log.vkey).name, stored_segments(folder), 0, ())


inherits = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="a process that is not forked has no function of this one"
)


def read_beside(stretch: Stretch, readers: int, *, threads: bool) -> list[Outcome]:
    if threads:
        return read_by_threads(stretch, readers, SharedSegments(stretch.segments), lambda _more: None)
    return read_by_processes(stretch, readers)


@pytest.mark.parametrize("near", [False, True])
@pytest.mark.parametrize(("threads", "loops"), [(False, False), (True, True), (True, False)])
@pytest.mark.parametrize("readers", [2, 3, 5])
def test_the_first_stretch_takes_in_what_all_of_them_decided(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, readers: int, threads: bool, loops: bool, near: bool
) -> None:
    stretch = whole(tmp_path)
    if near:  # others begin at a frame, and know nothing of what was declared before they ask
        monkeypatch.setattr(skimming, "FIRST_BYTES", 1)
    with way(loops=False):
        alone = StretchReader(stretch).read()
    with way(loops=loops):
        outcomes = read_beside(stretch, readers, threads=threads)
    assert len(outcomes) == readers
    assert seamless(outcomes)
    assert outcomes[-1].ended == alone.ended
    first = outcomes[0].found
    assert alone.found.decisions > 0
    assert (first.decision, first.decisions) == (alone.found.decision, alone.found.decisions)


def test_loops_that_numba_loads_itself_find_what_those_of_kept_code_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stretch = whole(tmp_path)
    with way(loops=True):
        alone = [StretchReader(stretch).read(), *read_beside(stretch, 2, threads=True)]
    monkeypatch.setattr(keeping, "loads_alone", lambda: False)  # as on other systems than Linux
    monkeypatch.setattr(compiled, "_entries", keeping.entries)
    with way(loops=True):
        by_numba = [StretchReader(stretch).read(), *read_beside(stretch, 2, threads=True)]
        assert isinstance(compiled.walking(), Walking)
    assert [(each.begun, each.ended, each.found.decision) for each in by_numba] == [
        (each.begun, each.ended, each.found.decision) for each in alone
    ]
    assert keeping.kept()


def test_a_process_that_is_lost_leaves_the_verdict_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stretch = whole(tmp_path)
    monkeypatch.setattr(verify_processes, "_read", lost)
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_PROCESS_BYTES", 0)
    with way(loops=False):
        assert read_by_processes(stretch, 2) == []
        vkey = sealed_log().vkey
        assert verify(tmp_path, vkey, cores=2) == verify(tmp_path, vkey)


def test_a_thread_that_meets_what_it_cannot_skim_leaves_the_verdict_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stretch = whole(tmp_path)
    monkeypatch.setattr(Before, "_walk", puzzled)
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_THREAD_BYTES", 0)
    with way(loops=True):
        assert read_beside(stretch, 2, threads=True) == []
        vkey = sealed_log().vkey
        assert verify(tmp_path, vkey, cores=2) == verify(tmp_path, vkey)


@pytest.mark.parametrize("threads", [pytest.param(False, marks=inherits), True])
def test_what_another_reader_cannot_read_is_an_error_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: bool
) -> None:
    stretch = whole(tmp_path)
    monkeypatch.setattr(Before, "_walk", unreadable)
    with pytest.raises(LogError, match="the disk is gone"):
        read_beside(stretch, 2, threads=threads)


def test_a_fault_in_our_own_stretch_is_not_waited_with(tmp_path: Path) -> None:
    stretch = whole(tmp_path)
    path = stretch.segments[0].paths[0]
    path.write_bytes(path.read_bytes()[:-1] + b"?")
    (outcome,) = read_beside(stretch, 3, threads=True)
    assert outcome.fault is not None


def test_a_segment_that_two_threads_look_at_is_unpacked_once(tmp_path: Path) -> None:
    first, second, *_ = whole(tmp_path).segments
    assert not first.is_one_plain_file
    shared = SharedSegments((first, second))
    there = shared.bytes_of(first)
    first.paths[0].unlink()
    assert shared.bytes_of(first) is there
    assert shared.bytes_of(second) == plain_bytes(second)
    with pytest.raises(LogError):
        shared.bytes_of(first)  # only the latest is kept


@pytest.mark.parametrize("loops", [False, True])
def test_readers_of_a_log_that_grows_meanwhile_meet_at_one_place(tmp_path: Path, loops: bool) -> None:
    log = ReferenceLog()
    log.declare_demo()
    write_groups(log, tmp_path, 40)
    stretch = Stretch(log.origin, stored_segments(tmp_path), 0, ())
    write_groups(log, tmp_path, 41)
    with way(loops=loops):
        outcomes = read_beside(stretch, 2, threads=True)
        assert seamless(outcomes)
        assert outcomes[-1].ended == StretchReader(stretch).read().ended
        assert outcomes[0].ended[0] > 0
        assert outcomes[-1].ended[0] == len(log.records)


def test_what_another_thread_says_is_taken_in_while_it_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stretch = whole(tmp_path)
    taken: list[int] = []
    take_in = Found.decide_waiting

    def listening(found: Found, said: bytes) -> None:
        taken.append(len(said))
        take_in(found, said)

    monkeypatch.setattr("tallystick.events.verify_range.PROGRESS_BYTES", 0)
    monkeypatch.setattr(Found, "decide_waiting", listening)
    with way(loops=False):
        read_beside(stretch, 2, threads=True)
    assert len(taken) > 1


def test_threads_report_together_how_far_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole(tmp_path)
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_THREAD_BYTES", 0)
    seen: list[tuple[int, int]] = []
    with way(loops=True):
        verify(tmp_path, sealed_log().vkey, cores=3, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] == seen[-1][1]


@pytest.fixture
def near(monkeypatch: pytest.MonkeyPatch) -> None:
    """Small logs are long: others begin at a frame, and know only what the first group declared."""
    monkeypatch.setattr(skimming, "FIRST_BYTES", 1_500)
    monkeypatch.setattr(skimming, "NEAR_BYTES", 1_500)


@pytest.mark.usefixtures("near")
def test_who_begins_at_a_frame_has_passed_over_hardly_anything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stretch, passed = long_log(tmp_path), list[int]()

    def counted(window: Window, begin: int, *rest: Any) -> tuple[int, Seam]:
        end, seam = skim(window, begin, *rest)
        passed.append(end - begin)
        return end, seam

    monkeypatch.setattr(skimming, "skim", counted)
    ours, theirs = read_beside(stretch, 2, threads=True)
    assert seamless([ours, theirs])
    assert ours.ends[1] > 5 * sum(passed) > 0
    assert not seamless([ours, replace(theirs, begins=(0, theirs.begins[1] + 1))])


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("threads", [False, True])
def test_what_was_declared_late_is_known_to_who_began_at_a_frame(tmp_path: Path, threads: bool) -> None:
    stretch = long_log(tmp_path, "late")
    with way(loops=threads):
        assert seamless(read_beside(stretch, 2, threads=threads))


@pytest.mark.usefixtures("near")
@pytest.mark.parametrize("loops", [False, True])
def test_what_was_declared_late_may_not_be_declared_again_behind_the_seam(tmp_path: Path, loops: bool) -> None:
    stretch = long_log(tmp_path, "late again")
    with way(loops=loops):
        *_, theirs = read_beside(stretch, 2, threads=True)
        assert theirs.begins[1] > 0
        assert theirs.fault is not None
        assert "declared a second time" in theirs.fault.what
        assert theirs.fault == StretchReader(stretch).read().fault


def test_who_takes_a_group_in_a_body_for_one_of_the_log_leaves_the_verdict_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stretch, vkey = long_log(tmp_path, "images"), ReferenceLog().vkey
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_THREAD_BYTES", 0)
    monkeypatch.setattr(skimming, "FIRST_BYTES", 1_500)
    monkeypatch.setattr(skimming, "NEAR_BYTES", 300)
    misled = 0
    with way(loops=True):
        for cores in range(2, 12):
            misled += not seamless(read_beside(stretch, cores, threads=True))
            assert verify(tmp_path, vkey, cores=cores) == verify(tmp_path, vkey)
    assert misled


def long_log(folder: Path, what: str = "") -> Stretch:
    """A log of 300 groups: of late declarations, or each with the one before in a body."""
    log = ReferenceLog()
    log.declare_demo()
    log.declare("demo.raw", 20, False, ["kernel"], "raw:bytes")
    log.commit()
    groups, marker = log.segments[0].groups, log.segments[0].marker
    for number in range(300):
        if "late" in what and number in {60, 260 if "again" in what else 60}:
            log.declare("demo.late", 30, False, ["kernel"], "count:int")
        log.note()
        if "late" in what and number > 200:
            log.say("demo.late", {"count": number}, source=1)
        if what == "images" and number % 2:
            before, there = groups[-2:]
            first = len(log.records) - 1 - len(there)
            image = pack_frame(marker, first - len(before), before) + b"".join(map(bytes, there))
            log.say("demo.raw", {"raw": image + pack_frame(marker, first, there)}, source=1)
        log.commit()
    log.write(folder)
    return Stretch(log.origin, stored_segments(folder), 0, ())


def write_groups(log: ReferenceLog, folder: Path, count: int) -> None:
    for _ in range(count):
        log.note()
        log.commit()
    log.write(folder)


def lost(*_: object) -> NoReturn:
    os._exit(9)


def unreadable(*_: object) -> NoReturn:
    message = "the disk is gone"
    raise LogError(message)


def puzzled(*_: object) -> NoReturn:
    message = "no such declaration"
    raise KeyError(message)
