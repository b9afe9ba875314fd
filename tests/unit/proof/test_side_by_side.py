"""Several processes at one log: they share the work, and a process that is lost costs nothing but time."""

import os
from pathlib import Path
from typing import NoReturn

import pytest

from tallystick.events import verify_processes
from tallystick.events.errors import LogError
from tallystick.events.note import VerifierKey
from tallystick.events.stored import stored_segments
from tallystick.events.verify import verify
from tallystick.events.verify_processes import read_side_by_side
from tallystick.events.verify_range import Stretch, StretchReader
from tests.unit.log.ways import way
from tests.unit.proof.reference_writer import sealed_log


def whole(folder: Path) -> Stretch:
    log = sealed_log()
    log.write(folder)
    return Stretch(VerifierKey.parse(log.vkey).name, stored_segments(folder), 0, ())


@pytest.mark.parametrize("loops", [False, True])
@pytest.mark.parametrize("processes", [2, 3, 5])
def test_the_first_stretch_takes_in_what_all_of_them_decided(tmp_path: Path, processes: int, loops: bool) -> None:
    stretch = whole(tmp_path)
    with way(loops=False):
        alone = StretchReader(stretch).read()
    with way(loops=loops):
        outcomes = read_side_by_side(stretch, processes)
    assert len(outcomes) == processes
    assert [each.begun for each in outcomes[1:]] == [each.ended for each in outcomes[:-1]]
    assert outcomes[-1].ended == alone.ended
    first = outcomes[0].found
    assert alone.found.decisions > 0
    assert (first.decision, first.decisions) == (alone.found.decision, alone.found.decisions)


def test_a_process_that_is_lost_leaves_the_verdict_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stretch = whole(tmp_path)
    monkeypatch.setattr(verify_processes, "_read", lost)
    assert read_side_by_side(stretch, 2) == []
    monkeypatch.setattr("tallystick.events.verify.WORTH_A_PROCESS_BYTES", 0)
    vkey = sealed_log().vkey
    assert verify(tmp_path, vkey, processes=2) == verify(tmp_path, vkey)


def test_what_another_process_cannot_read_is_an_error_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stretch = whole(tmp_path)
    monkeypatch.setattr(StretchReader, "_skim", unreadable)
    with pytest.raises(LogError, match="the disk is gone"):
        read_side_by_side(stretch, 2)


def lost(*_: object) -> NoReturn:
    os._exit(9)


def unreadable(*_: object) -> NoReturn:
    message = "the disk is gone"
    raise LogError(message)
