"""What a log may not hold is refused in a replay as it was in the run, though a replay looks at no body it knows."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.types.running import ModuleFailed
from tallystick.events.types.trading import DecisionExplained, SignalRaised
from tests.replay.market_kit import Turns, replay, run, wandering


class Overdone(Turns):
    """Says at each of its turns something that no log holds."""

    on_failure = "bypass"

    def __init__(self, said: Event) -> None:
        super().__init__("overdone")
        self.said = said

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        signals = super().react(event, context)
        return (self.said, *signals) if signals else ()


def signal(stop_points: Any) -> SignalRaised:
    return SignalRaised(strategy="overdone", symbol="EURUSD", direction=1, stop_points=stop_points, take_points=0)


@pytest.mark.parametrize(
    "said",
    [
        signal(2**63),
        signal(2**70),
        signal(True),
        signal(object()),
        DecisionExplained(strategy="overdone", symbol="EURUSD", values={"edge": math.nan}),
    ],
    ids=["too large to keep", "too large to encode", "of another kind", "nothing to encode", "no number"],
)
def test_a_refusal_is_the_same_fact_in_run_and_replay(tmp_path: Path, said: Event) -> None:
    run(tmp_path, wandering(300, 3), lambda: [Overdone(said)])
    failed = [each.event for each in LogReader(tmp_path / "log").envelopes() if isinstance(each.event, ModuleFailed)]
    assert failed
    assert all(each.error.startswith("EventRefused") for each in failed)
    result = replay(tmp_path, lambda: [Overdone(said)])
    assert result.equal, result.message
