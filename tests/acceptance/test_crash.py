"""`kill -9` at 300 [20] random moments of a real process: every decision comes out as if nothing had happened.

Half of the kills are followed by what a power cut may do to the last, unsynced group.
"""

import json
import random
from pathlib import Path

import pytest

from tallystick.events.errors import LogMissing
from tallystick.events.findings import Verdict
from tallystick.events.reader import LogReader
from tallystick.events.types.log import TailCut
from tallystick.events.types.running import RunRecovered, RunStarted
from tallystick.events.verify import verify
from tallystick.platform.kernel.replaying import replay_book
from tests.acceptance.books import FULL, QUARTER, ROWS, events, leaves, signer
from tests.acceptance.mortal import Process, orders_in_journal, tear, time_of_a_run

KILLS = 300 if FULL else 20
KILLS_PER_TEST = 5
ROWS_BY_DURABILITY = {"batch": ROWS, "each-input": QUARTER}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[float, bytes]]:
    """Seconds and decision digest of a run that nobody kills, by durability."""
    times = ROWS_BY_DURABILITY.items()
    return {each: time_of_a_run(tmp_path_factory.mktemp(each), rows, each) for each, rows in times}


class Mortal:
    """A book whose processes are killed until `kills` are used up or one of them gets through."""

    def __init__(self, folder: Path, durability: str, lasts_s: float, chance: random.Random) -> None:
        self.folder, self.durability, self.lasts_s, self.chance = folder, durability, lasts_s, chance
        self.sure: list[bytes] = []
        self.kills = self.recoveries = 0

    def live(self, most: int) -> None:
        """Process after process until one gets through; up to `most` of them are killed in their run."""
        while self.kills < most:
            if not self._process().kill_after(self.chance.uniform(0, self.lasts_s * 0.6)):
                return
            self.kills += 1
            self._look()
        self._process().result()

    def _process(self) -> Process:
        chance = self.chance
        how = {"snapshot_records": chance.randrange(20, 2_000), "batch_records": chance.randrange(1, 100)}
        how["segment_bytes"] = chance.choice((60_000, 2**20))
        return Process(self.folder, ROWS_BY_DURABILITY[self.durability], self.durability, **how)

    def _look(self) -> None:
        """What was committed stands; from here on, so does what a power cut now leaves."""
        stood = committed(self.folder)
        assert stood[: len(self.sure)] == self.sure, "a committed record is missing after the kill"
        before, torn = self.sure, "not torn"
        if len(stood) > len(before) and self.chance.random() < 0.6:  # what stood before that has been synced
            torn = tear(self.folder, self.chance)
        self.sure = committed(self.folder)
        assert stood[: len(self.sure)] == self.sure
        assert len(self.sure) >= len(before)
        print(f"kill {self.kills}: {len(stood)} records stood, {len(self.sure)} still stand; {torn}")


@pytest.mark.parametrize("durability", ["batch", "each-input"])
@pytest.mark.parametrize("seed", range(KILLS // KILLS_PER_TEST // 2))
def test_a_killed_run_goes_on_as_if_nothing_had_happened(
    tmp_path: Path, undisturbed: dict[str, tuple[float, bytes]], durability: str, seed: int
) -> None:
    print(f"seed {seed}")
    chance, (lasts_s, digest), kills = random.Random(f"{durability}/{seed}"), undisturbed[durability], 0
    for number in range(100):
        book = Mortal(tmp_path / str(number), durability, lasts_s, chance)
        book.live(KILLS_PER_TEST - kills)
        require_whole(book, digest)
        kills += book.kills
        if kills == KILLS_PER_TEST:
            return
    pytest.fail("the runs are over too soon to be killed")


def require_whole(book: Mortal, digest: bytes) -> None:
    """Nothing committed is missing, nothing was sent twice, and the log proves itself."""
    folder = book.folder
    assert leaves(folder)[: len(book.sure)] == book.sure, "a committed record is missing at the end"
    verdict = verdict_of(folder)
    assert (verdict.exit_code, verdict.decision_digest) == (0, digest.hex())
    assert replay_book(folder).equal
    orders = orders_in_journal(folder)
    assert len(orders) == len(set(orders))
    assert orders
    assert len(events(folder, RunStarted)) == 1
    recoveries = events(folder, RunRecovered)
    assert len(recoveries) <= book.kills
    assert recoveries or not book.sure or len(leaves(folder)) == len(book.sure)
    assert not recoveries or recoveries[-1].resumed_from <= len(book.sure) - 1
    cuts = sorted(path.name for path in (folder / "log" / "cut").glob("?" * 64))
    assert sorted(each.sha256 for each in events(folder, TailCut)) == cuts


def committed(folder: Path) -> list[bytes]:
    """Leaf hashes of what stands in the log right after a kill, torn tails left out; nothing when no log was begun."""
    if not any((folder / "log").glob("*.seg")):
        return []
    try:
        verdict = verdict_of(folder)
    except LogMissing:
        return []
    assert verdict.findings == (), "a crash is never called tampering"
    return LogReader(folder / "log").leaves()[: verdict.records]


def verdict_of(folder: Path) -> Verdict:
    """What the verifier says."""
    origin = json.loads((folder / "book.json").read_text(encoding="utf-8"))["origin"]
    return verify(folder / "log", signer(origin).vkey)
