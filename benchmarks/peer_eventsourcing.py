"""eventsourcing's side of `eventsourcing_store`: deals on an account aggregate, stored in SQLite in equal batches.

Run by the peers' own interpreter; imports nothing of ours but the deals' values. Written as its users write it: an
aggregate with an `@event` method, an application, `save()` after each batch, which is one SQLite transaction. The
aggregate is kept in memory between batches, which spares it the reload that a command handler would do. SQLite's own
defaults are left alone and printed (journal mode, `synchronous`).
"""

import argparse
import json
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event
from eventsourcing.sqlite import SQLiteApplicationRecorder

from benchmarks.deals import deal


class Account(Aggregate):  # type: ignore[misc]  # the peer is not installed beside us
    """An account whose balance follows its deals."""

    def __init__(self, currency: str) -> None:
        """A new account holds nothing."""
        self.currency = currency
        self.balance = 0

    @event("DealMade")
    def deal_made(
        self,
        deal: int,
        ticket: int,
        order: int,
        position: int,
        symbol: str,
        type: str,  # noqa: A002 -- the field's name in MT5
        entry: str,
        reason: str,
        volume: int,
        price: float,
        profit: int,
        swap: int,
        commission: int,
        balance: int,
        magic: int,
        moment: int,
        comment: str,
    ) -> None:
        """Book one deal."""
        self.balance = balance


def pragmas(application: Application[Any]) -> str:
    """Journal mode and `synchronous` (2 is FULL) of the connection that saves."""
    recorder = application.recorder
    if not isinstance(recorder, SQLiteApplicationRecorder):
        message = "set PERSISTENCE_MODULE=eventsourcing.sqlite"
        raise TypeError(message)
    with recorder.datastore.transaction(commit=False) as cursor:
        cursor.execute("PRAGMA journal_mode")
        journal = cursor.fetchone()[0]
        cursor.execute("PRAGMA synchronous")
        return f"journal_mode={journal}, synchronous={cursor.fetchone()[0]}"


def store(folder: Path, batch: int, commits: int) -> dict[str, Any]:
    """Save `commits` batches of `batch` deals; the loop alone is measured."""
    os.environ["PERSISTENCE_MODULE"] = "eventsourcing.sqlite"
    os.environ["SQLITE_DBNAME"] = str(folder / "events.db")
    application: Application[Any] = Application()
    account = Account("USD")
    application.save(account)
    numbers = iter(range(batch * commits))
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(commits):
        for _ in range(batch):
            account.deal_made(**deal(next(numbers)))
        application.save(account)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    last = application.recorder.max_notification_id()
    setting = pragmas(application)
    application.close()
    if last != batch * commits + 1:
        message = f"eventsourcing holds {last} events, expected {batch * commits + 1}"
        raise RuntimeError(message)
    return {
        "events": batch * commits,
        "cpu_s": cpu,
        "wall_s": wall,
        "version": f"eventsourcing {version('eventsourcing')} ({setting})",
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--batch", type=int, required=True)
    parser.add_argument("--commits", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(store(options.folder, options.batch, options.commits)))
