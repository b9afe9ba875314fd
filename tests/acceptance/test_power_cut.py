"""A whole run on a disk that loses power: any subset of the unsynced writes is gone, every decision comes out again.

300 [20] power cuts, several in each run.
"""

import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.errors import LogMissing
from tallystick.events.reader import LogReader
from tallystick.events.verify import verify
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.replaying import replay_book
from tests.acceptance.books import FULL, CutFeed, exit_code_of_verify, leaves, run
from tests.acceptance.disks import FailingPower, PowerCut

CUTS = 300 if FULL else 20
CUTS_PER_RUN = 4
ROWS = 2_500


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    return run(tmp_path_factory.mktemp("undisturbed"), feed=CutFeed(ROWS))


@pytest.mark.parametrize("seed", range(CUTS // CUTS_PER_RUN))
def test_a_run_goes_on_after_power_cuts_as_if_nothing_had_happened(
    tmp_path: Path, undisturbed: RunResult, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    print(f"seed {seed}")
    chance, sure, cuts = random.Random(seed), 0, 0
    before: list[bytes] = []
    monkeypatch.setattr("tallystick.events.appending.GROUPS_WITHOUT_ROOM", chance.choice([0, 8]))
    while cuts < CUTS_PER_RUN:
        disk = FailingPower(chance.choice((chance.randrange(1, 30), chance.randrange(1, 250))))
        how: dict[str, Any] = {"batch_records": chance.randrange(1, 60), "snapshot_records": chance.randrange(20, 500)}
        try:
            run(tmp_path, feed=CutFeed(ROWS), files=disk, segment_bytes=chance.choice((40_000, 2**20)), **how)
        except PowerCut:
            cuts += 1
        except RunConfigurationError:  # the cut before came when the run had ended and was signed
            break
        else:
            break
        stood = whole(tmp_path, undisturbed)
        disk.lose_power(chance)
        (tmp_path / "log" / "writer.lock").unlink(missing_ok=True)  # the lock of a machine that went down is nobody's
        kept = whole(tmp_path, undisturbed)
        print(f"cut {cuts} at act {disk.done}: {len(stood)} records were written, {len(kept)} kept")
        assert kept[: len(before)] == before, "a record is missing that was committed before the last power cut"
        assert stood[: len(kept)] == kept
        sure, before = len(kept), kept
    if cuts == CUTS_PER_RUN:
        with suppress(RunConfigurationError):  # the last cut came when the run had ended and was signed
            run(tmp_path, feed=CutFeed(ROWS))
    assert leaves(tmp_path)[:sure] == before
    verdict = verify(tmp_path / "log", undisturbed.vkey)
    assert verdict.exit_code == 0
    assert verdict.decision_digest == undisturbed.decision_digest.hex()
    assert replay_book(tmp_path).equal


def whole(folder: Path, result: RunResult) -> list[bytes]:
    """Leaf hashes of every record that counts."""
    if not any((folder / "log").glob("*.seg")):
        return []
    try:
        verdict = verify(folder / "log", result.vkey)
    except LogMissing:
        return []
    assert verdict.findings == (), "a power cut is never called tampering"
    return LogReader(folder / "log").leaves()[: verdict.records]


def test_a_run_that_ended_without_its_last_checkpoint_is_signed_when_it_is_started_again(
    tmp_path: Path, undisturbed: RunResult
) -> None:
    run(tmp_path, feed=CutFeed(ROWS))
    for path in (tmp_path / "log" / "checkpoints").iterdir():
        path.unlink()
    assert exit_code_of_verify(tmp_path, undisturbed) == 1
    again = run(tmp_path, feed=CutFeed(ROWS))
    assert (again.head, again.rows, again.recovered) == (undisturbed.head, ROWS, True)
    assert exit_code_of_verify(tmp_path, undisturbed) == 0
    with pytest.raises(RunConfigurationError, match="has ended"):
        run(tmp_path, feed=CutFeed(ROWS))
