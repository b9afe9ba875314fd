"""Same data and seed, same decisions: in other processes and surroundings, however the feed is cut, across snapshots.

200 [20] partitions and 60 [8] interrupted runs; the whole year in the full count, its first quarter in the sample.
"""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.catalogue import Catalogue
from tallystick.events.reader import LogReader
from tallystick.events.types.running import RunStarted
from tallystick.events.types.trading import OrderRequested
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.history import history_of
from tallystick.platform.kernel.replaying import compose_recorded, replay_book
from tallystick.platform.kernel.standing import require_same_code, stand
from tests.acceptance.books import FULL, QUARTER, ROWS, CutFeed, events, exit_code_of_verify, leaves, plan, run

ROOT = Path(__file__).resolve().parents[2]
PARTITIONS = 200 if FULL else 20
INTERRUPTED = 60 if FULL else 8


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    folder = tmp_path_factory.mktemp("undisturbed")
    return folder, run(folder)


SURROUNDINGS = [
    {"PYTHONHASHSEED": "0", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "12345", "TZ": "America/New_York", "LC_ALL": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "random", "TZ": "Pacific/Apia", "LC_ALL": "tr_TR.UTF-8", "PYTHONUTF8": "0"},
]


@pytest.mark.parametrize("surroundings", SURROUNDINGS, ids=lambda each: each["TZ"])
def test_another_process_in_other_surroundings_writes_the_same_log(
    tmp_path: Path, undisturbed: tuple[Path, RunResult], surroundings: dict[str, str]
) -> None:
    away = tmp_path / "ein Ordner für Bücher"
    away.mkdir()
    path = os.pathsep.join([str(ROOT), *filter(None, sys.path)])
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tests" / "acceptance" / "one_run.py"), str(away / "book"), str(ROWS)],
        env={**os.environ, **surroundings, "PYTHONPATH": path},
        cwd=away,
        check=True,
        capture_output=True,
        encoding="utf-8",
    )
    _, expected = undisturbed
    assert done.stdout.split() == [expected.head.hex(), expected.decision_digest.hex()]


def test_an_undisturbed_run_holds_and_replays_both_ways(undisturbed: tuple[Path, RunResult]) -> None:
    folder, result = undisturbed
    assert result.rows == ROWS
    assert result.ended == "end_of_data"
    assert exit_code_of_verify(folder, result) == 0
    whole, by_row = replay_book(folder), replay_book(folder, by_row=True)
    assert whole.equal
    assert whole.same_code
    assert whole == by_row


def test_another_seed_or_limit_is_another_book_but_the_seed_alone_changes_no_decision_of_these_strategies(
    tmp_path: Path, undisturbed: tuple[Path, RunResult]
) -> None:
    _, expected = undisturbed
    seeded = run(tmp_path / "seed", plan(seed=8))
    limited = run(tmp_path / "limit", plan(risk={"daily_loss_ppm": 500}))
    assert seeded.head != expected.head
    assert seeded.decision_digest == expected.decision_digest
    assert limited.decision_digest != expected.decision_digest


@pytest.mark.parametrize("seed", range(PARTITIONS))
def test_the_partition_of_the_feed_changes_no_bit(
    tmp_path: Path, undisturbed: tuple[Path, RunResult], seed: int
) -> None:
    print(f"seed {seed}")
    folder, expected = undisturbed
    result = run(tmp_path, feed=CutFeed(chunks=random.Random(seed)))
    assert result.decision_digest == expected.decision_digest
    assert result.head == expected.head
    assert leaves(tmp_path) == leaves(folder)


class Interrupted(BaseException):
    """The process goes no further than this; nothing that was not committed is written."""


@pytest.mark.parametrize("seed", range(INTERRUPTED))
def test_snapshots_taken_anywhere_and_gone_on_from_change_no_decision(
    tmp_path: Path, undisturbed: tuple[Path, RunResult], seed: int
) -> None:
    print(f"seed {seed}")
    chance, (_, expected) = random.Random(seed), undisturbed
    rows, stops = 0, 0
    for _ in range(chance.randrange(1, 6)):
        rows += chance.randrange(ROWS // 20, ROWS // 4)
        stops += _part_of_a_run(tmp_path, chance, rows, stop=chance.random() < 0.5)
        for newest in sorted((tmp_path / "snapshots").glob("*.snapshot"))[-1:]:
            if chance.random() < 0.2:  # a snapshot is a cache: a damaged one is passed over
                newest.write_bytes(newest.read_bytes()[: chance.randrange(1, 500)])
    result = run(tmp_path, feed=CutFeed(chunks=chance))
    assert result.rows == ROWS
    assert result.decision_digest == expected.decision_digest
    assert exit_code_of_verify(tmp_path, result) == 0
    assert replay_book(tmp_path).equal
    assert replay_book(tmp_path, by_row=True).equal
    runs = events(tmp_path, RunStarted)
    assert [each.run for each in runs] == list(range(stops + 1))
    assert result.run == stops
    assert all(each.resumed_from > 0 for each in runs[1:])


def _part_of_a_run(folder: Path, chance: random.Random, rows: int, *, stop: bool) -> bool:
    """Trade up to about row `rows`, then be stopped in good order (True) or interrupted (False)."""
    taken = 0

    def watch(count: int) -> None:
        nonlocal taken
        taken = count
        if count >= rows and not stop:
            raise Interrupted

    how: dict[str, Any] = {"snapshot_records": chance.randrange(1, 300), "batch_records": chance.randrange(1, 400)}
    try:
        result = run(
            folder, feed=CutFeed(chunks=chance), progress=watch, stop_asked=lambda: stop and taken >= rows, **how
        )
    except Interrupted:
        return False
    assert result.ended == "stopped"
    return True


def test_a_run_that_took_over_counts_its_orders_on(tmp_path: Path) -> None:
    taken = 0

    def watch(count: int) -> None:
        nonlocal taken
        taken = count

    stopped = run(tmp_path, progress=watch, stop_asked=lambda: taken >= ROWS // 2)
    asked_before = [each.order for each in events(tmp_path, OrderRequested)]
    done = run(tmp_path)
    second = events(tmp_path, RunStarted)[1]
    asked = [each.order for each in events(tmp_path, OrderRequested)]
    assert (second.starting_rows, second.next_order) == (stopped.rows, asked_before[-1] + 1)
    assert asked == list(range(1, len(asked) + 1))
    assert (done.run, done.ended, done.rows) == (1, "end_of_data", ROWS)
    with pytest.raises(RunConfigurationError, match="has ended"):
        run(tmp_path)


def test_from_every_snapshot_the_rest_of_the_run_comes_out_again(tmp_path: Path) -> None:
    book, kept = tmp_path / "book", tmp_path / "kept"
    kept.mkdir()

    def keep(_rows: int) -> None:
        for path in (book / "snapshots").glob("*.snapshot"):
            if not (kept / path.name).exists():
                shutil.copy(path, kept)

    run(book, feed=CutFeed(QUARTER), progress=keep, snapshot_records=1)
    history = history_of(LogReader(book / "log"))
    code = require_same_code(history.runs[-1])
    chosen = sorted(kept.iterdir())
    assert len(chosen) > 100
    for path in chosen if FULL else random.Random(3).sample(chosen, 40):
        shutil.rmtree(book / "snapshots")
        (book / "snapshots").mkdir()
        shutil.copy(path, book / "snapshots")
        composition = compose_recorded(history.runs[-1])
        kernel = stand(book, composition, Catalogue(), history, code)
        assert kernel.rows_taken == QUARTER, path.name
