"""Rhythms: one fact at the first row at or after a grid instant, with the count of instants since the last."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.running import RhythmReached
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.kernel.rhythms import Rhythms
from tallystick.platform.kernel.simulation import Simulation
from tests.acceptance.books import CutFeed, plan, run
from tests.unit.kernel.kit import HOUR, START, Commits, bars, make_desk


class Listener:
    """Notes what it hears."""

    name, role, hears, on_failure = "listener", "strategy", (RhythmReached,), "halt"

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def react(self, event: Any, _context: Any) -> Sequence[Event]:
        self.heard.append(event)
        return ()

    def freeze(self) -> Any:
        return None

    def thaw(self, state: Any) -> None:
        pass


def test_a_rhythm_that_missed_instants_fires_once_with_their_count() -> None:
    rows = bars([1.0] * 5, hours=[0, 1, 2, 9, 10])
    stories = []
    for by_row in (False, True):
        listener = Listener()
        desk = make_desk(Rhythms({"two hours": (2 * HOUR, 0)}), listener, by_row=by_row)
        Simulation(desk.kernel, iter([rows]), Commits()).run()
        stories.append([(each.instant - START, each.instants) for each in listener.heard])
    assert stories[0] == stories[1] == [(2 * HOUR, 1), (10 * HOUR, 4)]


def test_a_book_with_a_daily_rhythm_runs_and_replays(tmp_path: Path) -> None:
    run(tmp_path / "book", plan(rhythms={"daily": (24 * HOUR, 0)}), feed=CutFeed(1_500))
    reached = [one.event for one in LogReader(tmp_path / "book" / "log").envelopes() if one.type == "rhythm.reached"]
    assert len(reached) > 15
    assert replay_book(tmp_path / "book").equal
    assert replay_book(tmp_path / "book", by_row=True).equal
