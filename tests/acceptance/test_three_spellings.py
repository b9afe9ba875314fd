"""One strategy spelt three ways gives one decision digest: in one go, row by row, and across snapshots and stops.

The year of the demo's EURUSD in the full count, its first quarter of rows in the sample.
"""

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tallystick.events.types.running import TimerFired
from tallystick.events.types.trading import (
    DealMade,
    DecisionExplained,
    IntentRaised,
    ProtectionAsked,
    SignalRaised,
    TargetAsked,
)
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.kernel.errors import RunConfigurationError
from tallystick.platform.kernel.recomposing import Recomposing
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.plan import RunPlan, StrategyPlan
from tests.acceptance.books import FULL, ROWS, CutFeed, events, exit_code_of_verify, plan, run

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SPELLINGS = ("ema_function.py", "ema_class.py", "ema_module.py")
INTERRUPTED = 12 if FULL else 3

STOPPED = {
    "function": """
from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10", sl_points=300, tp_points=900)
def ema_cross(bars, fast=10, slow=30): return +1 if bars.ema(fast) > bars.ema(slow) else -1
""",
    "class": """
from tallystick.platform import Strategy

class EmaCross(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_bar(self, bar):
        stop, take = self.points(300), self.points(900)
        if self.ema(10) > self.ema(30):
            self.target("0.10", sl=bar.ask_close - stop, tp=bar.ask_close + take)
        else:
            self.target("-0.10", sl=bar.close + stop, tp=bar.close - take)
""",
    "module": (EXAMPLES / "ema_module.py")
    .read_text(encoding="utf-8")
    .replace("stop_points=0, take_points=0", "stop_points=300, take_points=900"),
}
SIGNALS = {
    "function": STOPPED["function"].replace(', lots="0.10"', "").replace(", tp_points=900", ""),
    "class": """
from tallystick.platform import Strategy

class EmaCross(Strategy, symbol="EURUSD", timeframe="H1"):
    def on_bar(self, bar):
        if self.ema(10) > self.ema(30):
            self.signal(+1, sl=bar.ask_close - self.points(300))
        else:
            self.signal(-1, sl=bar.close + self.points(300))
""",
}

EVERYTHING = """
from datetime import timedelta
from tallystick.platform import Strategy

class Everything(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    def on_start(self):
        self.fills, self.timers = [], 0
        self.gold = len(self.bars_of("XAUUSD"))
        self.timer("daily", after=3600)

    def on_timer(self, name):
        self.timers += 1
        self.timer("daily", after=timedelta(days=1))
        self.why(timers=self.timers, gold=len(self.bars_of("XAUUSD")), chance=self.random.random())

    def on_fill(self, fill):
        self.fills.append((fill.lots, fill.price, fill.reason))
        self.why(fills=len(self.fills), lots=float(fill.lots), sl=float(fill.reason == "sl"))

    def on_bar(self, bar):
        n = len(self.bars)
        if n % 50 == 0 and not self.positions:
            self.buy(sl=bar.close - self.points(200), tp=bar.close + self.points(300), why={"n": n})
        if n % 50 == 10:
            self.limit("buy", round(bar.close - self.points(150), 5), expires=timedelta(hours=8))
        if n % 50 == 30 and self.positions:
            self.protect(sl=bar.close - self.points(250))
        if n % 50 == 40:
            self.close()
            self.cancel()
        if n % 111 == 0 and self.higher("H4").ema(5) > self.ema(30):
            self.target("-0.20", sl=bar.ask_close + self.points(400), trail=self.points(300))
"""


def of_file(file: Path, **changes: Any) -> RunPlan:
    one = StrategyPlan(kind="file", name="ema_cross", source=str(file))
    return plan(**{"strategies": (one,), "risk": {}, "sizing": {}, **changes})


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, RunResult]:
    folder = tmp_path_factory.mktemp("function")
    return folder, run(folder, of_file(EXAMPLES / SPELLINGS[0]))


@pytest.mark.parametrize("file", SPELLINGS)
def test_each_spelling_gives_the_same_decisions_and_replays_both_ways(
    tmp_path: Path, undisturbed: tuple[Path, RunResult], file: str
) -> None:
    _, expected = undisturbed
    result = run(tmp_path, of_file(EXAMPLES / file))
    assert result.failures == 0
    assert len(events(tmp_path, TargetAsked)) > 30
    assert result.decision_digest == expected.decision_digest
    assert exit_code_of_verify(tmp_path, result) == 0
    whole, by_row = replay_book(tmp_path), replay_book(tmp_path, by_row=True)
    assert whole.equal
    assert whole.same_code
    assert whole == by_row


@pytest.mark.parametrize("file", SPELLINGS)
def test_row_by_row_from_the_start_the_decisions_are_the_same(
    tmp_path: Path, undisturbed: tuple[Path, RunResult], file: str
) -> None:
    _, expected = undisturbed
    result = run(tmp_path, of_file(EXAMPLES / file), CutFeed(chunks=random.Random(5)), by_row=True)
    assert result.decision_digest == expected.decision_digest


@pytest.mark.parametrize("sources", [STOPPED, SIGNALS], ids=["targets with stops", "signals with stops"])
def test_with_stops_the_spellings_agree_too(tmp_path: Path, sources: dict[str, str]) -> None:
    digests = set()
    for spelling, text in sources.items():
        file = tmp_path / f"{spelling}.py"
        file.write_text(text, encoding="utf-8")
        book = tmp_path / f"book of {spelling}"
        digests.add(run(book, of_file(file, sizing={"kind": "risk_percent", "risk_ppm": 2_500})).decision_digest)
        assert any(deal.reason == "sl" for deal in events(book, DealMade))
        said = events(book, TargetAsked, SignalRaised)
        assert all(each.stop_points == 300 for each in said)
    assert len(digests) == 1


def test_a_function_explains_itself_with_the_indicators_it_read(undisturbed: tuple[Path, RunResult]) -> None:
    folder, _ = undisturbed
    explained = events(folder, DecisionExplained)
    assert len(explained) == len(events(folder, TargetAsked))
    assert {name for each in explained for name in each.values} == {"ema(10)", "ema(30)"}


class Interrupted(BaseException):
    """The process goes no further than this."""


@pytest.mark.parametrize("file", SPELLINGS)
@pytest.mark.parametrize("seed", range(INTERRUPTED))
def test_snapshots_stops_and_crashes_change_no_decision(
    tmp_path: Path, undisturbed: tuple[Path, RunResult], file: str, seed: int
) -> None:
    print(f"seed {seed}")
    chance, (_, expected) = random.Random(seed), undisturbed
    mine, reached, taken = of_file(EXAMPLES / file), 0, 0
    for _ in range(3):
        reached += chance.randrange(ROWS // 20, ROWS // 4)
        stop = chance.random() < 0.5

        def watch(count: int, until: int = reached, stop: bool = stop) -> None:
            nonlocal taken
            taken = count
            if count >= until and not stop:
                raise Interrupted

        how = {"snapshot_records": chance.randrange(1, 300), "batch_records": chance.randrange(1, 400)}
        feed = CutFeed(chunks=chance)
        try:
            run(tmp_path, mine, feed, progress=watch, stop_asked=lambda: stop and taken >= reached, **how)  # noqa: B023 -- called within the loop
        except Interrupted:
            continue
    result = run(tmp_path, mine, CutFeed(chunks=chance))
    assert result.rows == ROWS
    assert result.decision_digest == expected.decision_digest
    assert replay_book(tmp_path).equal


@pytest.mark.parametrize("seed", range(INTERRUPTED))
def test_fills_timers_orders_chance_and_other_series_come_through_crashes(tmp_path: Path, seed: int) -> None:
    file, chance = tmp_path / "everything.py", random.Random(seed)
    file.write_text(EVERYTHING, encoding="utf-8")
    mine = of_file(file)
    expected = run(tmp_path / "whole", mine)
    assert expected.failures == 0
    kinds = {type(each) for each in events(tmp_path / "whole", TimerFired, IntentRaised, TargetAsked, ProtectionAsked)}
    assert len(kinds) == 4
    assert any(each.values.get("fills", 0) > 20 for each in events(tmp_path / "whole", DecisionExplained))
    for part in range(1, 4):

        def watch(count: int, until: int = ROWS * part // 4) -> None:
            if count >= until:
                raise Interrupted

        how = {"snapshot_records": chance.randrange(1, 200), "batch_records": chance.randrange(1, 300)}
        with pytest.raises(Interrupted):
            run(tmp_path / "book", mine, CutFeed(chunks=chance), progress=watch, **how)
    result = run(tmp_path / "book", mine)
    assert result.decision_digest == expected.decision_digest
    assert replay_book(tmp_path / "book").equal
    assert replay_book(tmp_path / "book", by_row=True).equal


@pytest.fixture
def changed(tmp_path: Path) -> tuple[Path, Path, RunPlan]:
    """A book whose strategy was changed after the run."""
    file, book = tmp_path / "mine.py", tmp_path / "book"
    text = (EXAMPLES / "ema_function.py").read_text(encoding="utf-8")
    file.write_text(text, encoding="utf-8")
    mine = of_file(file)
    taken = 0

    def watch(count: int) -> None:
        nonlocal taken
        taken = count

    assert run(book, mine, progress=watch, stop_asked=lambda: taken > ROWS // 2).ended == "stopped"
    file.write_text(text.replace("fast=10", "fast=12"), encoding="utf-8")
    return book, file, mine


def test_a_changed_file_makes_the_replay_a_what_if_that_says_so(changed: tuple[Path, Path, RunPlan]) -> None:
    book, _, _ = changed
    what_if = replay_book(book)
    assert not what_if.same_code
    assert what_if.differences == ("mine.py is another",)
    assert what_if.divergence is not None
    assert what_if.divergence.module == "ema_cross"


def test_the_copy_in_the_log_replays_whatever_became_of_the_file(changed: tuple[Path, Path, RunPlan]) -> None:
    book, file, _ = changed
    file.unlink()
    with pytest.raises(RunConfigurationError, match="is not there") as gone:
        replay_book(book)
    assert "recorded_code=True" in gone.value.fix
    assert "source=" in gone.value.fix
    recorded = replay_book(book, composing=Recomposing(book, recorded_code=True))
    assert recorded.equal
    assert recorded.same_code
    elsewhere = replay_book(book, composing=Recomposing(book, source=EXAMPLES / "ema_function.py"))
    assert elsewhere.equal
    assert elsewhere.same_code, "the same bytes, whatever the file is called"
    other = file.with_name("other.py")
    other.write_text((EXAMPLES / "ema_function.py").read_text(encoding="utf-8") + "# other\n", encoding="utf-8")
    what_if = replay_book(book, composing=Recomposing(book, source=other))
    assert what_if.equal
    assert what_if.differences == ("other.py was not there then",)


def test_a_run_is_not_gone_on_with_under_a_changed_file(changed: tuple[Path, Path, RunPlan]) -> None:
    book, _, mine = changed
    with pytest.raises(RunConfigurationError, match=r"mine\.py has changed since this run began"):
        run(book, mine)


def test_parameters_of_the_plan_reach_the_strategy(tmp_path: Path, undisturbed: tuple[Path, RunResult]) -> None:
    _, expected = undisturbed
    one = of_file(EXAMPLES / "ema_class.py").strategies[0]
    same = msgspec.structs.replace(one, parameters={"fast": 10, "slow": 30})
    other = msgspec.structs.replace(one, parameters={"fast": 11})
    digests = [
        run(tmp_path / str(index), of_file(EXAMPLES, strategies=(each,))).decision_digest
        for index, each in enumerate((same, other))
    ]
    assert digests[0] == expected.decision_digest
    assert digests[1] != expected.decision_digest
