"""A scan that looks ahead is found by a replay row by row; through `react` later rows cannot be reached."""

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.events.event import Event
from tallystick.market.rows import BarClosed, Quote, Rows
from tallystick.platform.strategies import strategy_from
from tests.replay.cheats import CHEATS
from tests.replay.market_kit import FULL, ScanningTurns, Turns, replay, run, said_by, wandering

NO_ROW = 0xFFFF


def named(cheat: Any) -> Any:
    return pytest.param(cheat, id=cheat.__name__)


@pytest.mark.parametrize("cheat", [named(cheat) for cheat in CHEATS])
@pytest.mark.parametrize("seed", range(20) if FULL else [3])
def test_a_cheating_scan_is_found_row_by_row_and_named_with_its_row(tmp_path: Path, cheat: Any, seed: int) -> None:
    def make() -> Sequence[Any]:
        return [ScanningTurns("honest", 110), cheat("cheat")]

    run(tmp_path, wandering(1_500, seed), make)
    result = replay(tmp_path, make, by_row=True)
    assert not result.equal
    found = result.divergence
    assert found is not None
    assert found.module == "cheat", result.message
    assert found.cause_row != NO_ROW
    assert "cheat" in result.message
    assert f"record {found.seq}" in result.message
    assert found.recorded_body or found.derived_body


@pytest.mark.parametrize("kind", ["quote", "bar"])
def test_honest_scans_are_accused_by_nobody(tmp_path: Path, kind: str) -> None:
    source = "quotes" if kind == "quote" else "bars"
    period = {"period_s": 3_600} if kind == "bar" else {}

    def make() -> Sequence[Any]:
        ema = strategy_from("ema_cross", "ema", {"symbol": "EURUSD", "source": source, **period})
        score = strategy_from("z_score", "score", {"symbol": "EURUSD", "source": source, **period})
        return [ScanningTurns("scanning"), Turns("by row", 60), ema, score]

    run(tmp_path, wandering(4_000, 5, kind=kind), make)
    assert all(said_by(tmp_path, name) for name in ("scanning", "by row", "ema", "score"))
    for by_row in (False, True):
        result = replay(tmp_path, make, by_row=by_row)
        assert result.equal, result.message
        assert result.compared > 100


@settings(max_examples=300 if FULL else 12, deadline=None)
@given(seed=st.integers(0, 10**6), points=st.integers(10, 200), rows=st.integers(1, 600))
def test_an_honest_scan_is_never_accused(
    tmp_path_factory: pytest.TempPathFactory, seed: int, points: int, rows: int
) -> None:
    folder = tmp_path_factory.mktemp("book")

    def make() -> Sequence[Any]:
        return [ScanningTurns("scanning", points), Turns("by row", points)]

    run(folder, wandering(rows, seed), make)
    result = replay(folder, make, by_row=True)
    assert result.equal, result.message


class Curious(Turns):
    """Looks at everything it can reach through public names, and keeps what it found."""

    def __init__(self) -> None:
        super().__init__("curious")
        self.found: list[Any] = []
        self.referents: set[type] = set()
        self.latest: list[int] = []

    def react(self, event: Any, context: Any) -> Sequence[Event]:
        reached = list(_reachable([event, context]))
        self.found += [each for each in reached if isinstance(each, np.ndarray | Rows | memoryview)]
        self.latest.append(max(each.time for each in reached if isinstance(each, Quote | BarClosed)) - context.time)
        for fact in (each for each in reached if isinstance(each, Quote | BarClosed)):
            self.referents |= {type(each) for each in gc.get_referents(fact)} - {type(fact)}
            self.referents |= {type(getattr(fact, name)) for name in fact.__struct_fields__}
        return super().react(event, context)


def _reachable(start: Sequence[Any], depth: int = 4) -> Any:
    """Everything behind public attributes, mappings and sequences."""
    level, seen = list(start), set[int]()
    for _ in range(depth):
        deeper: list[Any] = []
        for each in level:
            if id(each) in seen or isinstance(each, str | int | float | type | None):
                continue
            seen.add(id(each))
            yield each
            if isinstance(each, Mapping):
                deeper += [*each.keys(), *each.values()]
            elif isinstance(each, list | tuple | set):
                deeper += each
            names = [name for name in dir(each) if not name.startswith("_")]
            deeper += [value for name in names if not callable(value := getattr(each, name, None))]
        level = deeper


@pytest.mark.parametrize("kind", ["quote", "bar"])
def test_through_react_later_rows_cannot_be_reached(tmp_path: Path, kind: str) -> None:
    curious = Curious()
    run(tmp_path, wandering(120, 9, kind=kind), lambda: [ScanningTurns("scanning"), curious])
    assert len(curious.latest) == 120
    assert curious.found == []
    assert max(curious.latest) <= 0, "nothing it reached is later than the row it heard"
    assert curious.referents <= {int, float, str}, "a row's fact refers to plain values only"


def test_what_a_module_sees_of_quotes_cannot_be_changed_by_it(tmp_path: Path) -> None:
    class Meddler(Turns):
        def react(self, event: Any, context: Any) -> Sequence[Event]:
            with pytest.raises(TypeError):
                context.quotes["EURUSD"] = event
            assert not hasattr(context.quotes, "see")
            assert not hasattr(context.quotes, "pass_over")
            return super().react(event, context)

    run(tmp_path, wandering(50, 1), lambda: [Meddler("meddler")])
    assert not any(each.event.FACT.name == "module.failed" for each in said_by(tmp_path, "kernel"))
