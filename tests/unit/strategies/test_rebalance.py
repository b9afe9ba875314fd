"""Rebalance: when it asks, what it asks with, and what it makes of an answer."""

import random
import re
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.events.types.optimisation import DecisionWithheld, OptimisationCompleted, OptimisationRequested
from tallystick.events.types.trading import DecisionExplained, TargetAsked
from tallystick.market.instrument import LOT
from tallystick.market.rows import Rows
from tallystick.platform.cli.demo_plan import demo_plan
from tallystick.platform.plan_check import PlanError, check_plan
from tallystick.platform.strategies import Rebalance, StrategySettingError, strategy_from
from tallystick.platform.strategies.rebalance.calendar import next_instant
from tallystick.platform.strategies.rebalance.window import Closes
from tests.unit.risk.desk import EURUSD, XAUUSD, FakeContext, account, position, quote
from tests.unit.strategies.market_rows import SYMBOLS, declared, heard_by_scan, heard_row_by_row, rows_of, walk

HOUR = 3_600 * 10**9
NZDUSD = replace(EURUSD, symbol="NZDUSD")
DESK = FakeContext(
    quotes={
        "EURUSD": quote("EURUSD", 1.3, 1.3002),
        "NZDUSD": quote("NZDUSD", 0.8, 0.8002),
        "XAUUSD": quote("XAUUSD", 1200.0, 1200.5),
    },
    instruments={"EURUSD": EURUSD, "NZDUSD": NZDUSD, "XAUUSD": XAUUSD},
)
ANSWER = OptimisationCompleted(
    module="rebalance",
    worker="tallystick.quantum.worker",
    request=7,
    request_hash="",
    engine="",
    version="",
    settings_hash="",
    seed=0,
    outcome="lots",
    reason="",
    symbols=SYMBOLS,
    weights=(0.5, 0.5, 0.0),
    objective=0.0,
    bound=0.0,
    gap=0.0,
    bound_from="",
    sub_universes=(),
    gammas=(),
    betas=(),
    approximation_ratios=(),
    optimum_probabilities=(),
    sources=(),
    source_objectives={},
    source_raw_best={},
    source_raw_mean={},
    source_supports=(),
    source_polished=(),
    source_hits=(),
    added="",
    volumes=(3 * LOT, LOT, 0),
    lot_weights=(0.6, 0.4, 0.0),
    lot_objective=0.0,
    lot_bound=0.0,
    lot_gap=0.0,
    lots_proved=True,
    fractional_gap=0.0,
    margin=0.0,
)


class Standing:
    """A rebalancing that looks at one desk, whatever it is given."""

    def __init__(self, desk: Any = DESK, kind: str = "bar", **parameters: Any) -> None:
        parameters = {
            "symbols": ",".join(SYMBOLS),
            "calendar": "seconds",
            "every_s": 86_400,
            "window": 20,
            **parameters,
        }
        self.inner = Rebalance(**parameters, source="quotes" if kind == "quote" else "bars")
        self.desk, self.scan, self.advance = desk, self.inner.scan, self.inner.advance
        self.freeze, self.thaw = self.inner.freeze, self.inner.thaw
        for number, name in enumerate(SYMBOLS):
            self.react(declared(number, name, kind))

    def react(self, event: Any, _context: Any = None) -> Any:
        return self.inner.react(event, self.desk)


@pytest.mark.parametrize("kind", ["quote", "bar"])
@pytest.mark.parametrize("seed", range(12))
def test_scan_and_advance_ask_as_react_does_for_any_partition(seed: int, kind: str) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    rows = walk(seed, 900, kind)
    period = int(rows.time[-1] - rows.time[0]) // 10**9 // chance.randrange(3, 40)
    how: dict[str, Any] = {"every_s": max(period, 1), "window": chance.choice((3, 17, 150, 400)), "kind": kind}
    cuts = sorted(chance.sample(range(1, len(rows)), chance.randrange(60)))
    by_row, by_scan = Standing(**how), Standing(**how)
    said = heard_row_by_row(by_row, rows)
    assert heard_by_scan(by_scan, rows, cuts) == said
    assert by_scan.freeze() == by_row.freeze()
    assert said or how["window"] == 400


@pytest.mark.parametrize("seed", range(12))
def test_scan_waits_for_a_symbol_as_react_does_for_any_partition(seed: int) -> None:
    print(f"seed {seed}")
    chance = random.Random(seed)
    rows = walk(seed, 600, "bar")
    away, first = chance.randrange(3), chance.randrange(100, 400)
    silent = (rows.series == away) & (np.arange(600) > first) & (np.arange(600) < first + chance.randrange(20, 250))
    kept = np.flatnonzero(~silent)
    rows = rows_of("bar", rows.time[kept], rows.series[kept], rows.bid[kept], rows.ask[kept])
    how: dict[str, Any] = {"every_s": 3_600 * chance.randrange(1, 12), "window": 9}
    cuts = sorted(chance.sample(range(1, len(rows)), chance.randrange(60)))
    by_row, by_scan = Standing(**how), Standing(**how)
    said = heard_row_by_row(by_row, rows)
    assert heard_by_scan(by_scan, rows, cuts) == said
    assert by_scan.freeze() == by_row.freeze()
    assert any(isinstance(event, DecisionWithheld) for _, event in said)
    asked = [row for row, event in said if isinstance(event, OptimisationRequested)]
    for before, row in pairwise(asked):
        assert set(rows.series[before + 1 : row + 1].tolist()) == {0, 1, 2}


def test_it_decides_when_every_symbol_has_had_a_row_since_the_instant() -> None:
    """A week's open at which XAUUSD begins three hours after the others."""
    hours, series = week_open(late=3)
    rows = rows_of("bar", hours, series, np.ones(len(hours)), np.ones(len(hours)))
    (row, asked), *_ = heard_row_by_row(Standing(window=4, every_s=24 * 3_600), rows)
    assert isinstance(asked, OptimisationRequested)
    assert (int(rows.time[row]) // HOUR, int(rows.series[row])) == (39, 2)  # the others began at hour 36


def test_instants_that_come_while_it_waits_are_one_decision_and_are_told_once() -> None:
    hours, series = week_open(late=9)
    rows = rows_of("bar", hours, series, np.ones(len(hours)), np.ones(len(hours)))
    asking = Standing(window=4, every_s=2 * 3_600)
    said = [(int(rows.time[row]) // HOUR, event) for row, event in heard_row_by_row(asking, rows)]
    assert [(hour, type(event)) for hour, event in said if 20 < hour < 47] == [
        (38, DecisionWithheld),
        (45, OptimisationRequested),
        (46, OptimisationRequested),
    ]
    told = next(event for _, event in said if isinstance(event, DecisionWithheld))
    assert told.reason == (
        "no row of XAUUSD since 1970-01-01 22:00:00Z, when the calendar asked, and it asks again."
        " It waits on; check the data, or leave out a symbol that has ended."
    )


def week_open(late: int) -> tuple[Any, Any]:
    """Hours of 20 bars of each symbol, of a pause, and of 20 more of which XAUUSD lacks the first `late`."""
    hours = np.repeat(np.concatenate([np.arange(1, 21), np.arange(36, 56)]), 3)
    series = np.tile(np.arange(3, dtype=np.uint16), 40)
    kept = ~((series == 2) & (hours >= 36) & (hours < 36 + late))
    return hours[kept] * HOUR, series[kept]


def test_thawed_anywhere_it_goes_on_with_the_same_requests() -> None:
    rows = walk(3, 700, "bar")
    whole = heard_row_by_row(Standing(), rows)
    assert len(whole) > 2
    for cut in (0, 1, 80, 400, 699):
        first, second = Standing(), Standing()
        before = heard_row_by_row(first, rows.part(0, cut))
        second.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(first.freeze())))
        after = [(cut + row, event) for row, event in heard_row_by_row(second, rows.part(cut, len(rows)))]
        assert before + after == whole


def test_a_request_holds_the_moments_complete_before_its_row_and_none_after() -> None:
    count = 60
    hours = np.repeat(np.arange(count // 3, dtype=np.int64), 3) * HOUR
    series = np.tile(np.arange(3, dtype=np.uint16), count // 3)
    closes = np.arange(count, dtype=np.float64) + 1.0
    rows: Rows = rows_of("bar", hours, series, closes, closes)
    asking = Standing(window=4, every_s=6 * 3_600)
    (row, asked), *_ = heard_row_by_row(asking, rows)
    assert isinstance(asked, OptimisationRequested)
    assert (rows.time[row] - rows.time[0]) // HOUR == row // 3
    table = np.frombuffer(asked.closes, dtype="<f8").reshape(asked.window, 3)
    assert table.tolist() == (closes.reshape(-1, 3)[row // 3 - 4 : row // 3]).tolist()


def test_a_request_states_steps_and_equity_in_the_accounts_money() -> None:
    (_, asked), *_ = heard_row_by_row(Standing(share=0.5), walk(1, 300, "bar"))
    assert isinstance(asked, OptimisationRequested)
    assert asked.symbols == SYMBOLS
    assert asked.volume_step == (LOT // 100, LOT // 100, LOT // 100)
    assert asked.step_value == (130_010.0, 80_010.0, 120_025.0)  # cents of 0.01 lots
    assert asked.step_margin_long == pytest.approx((1_300.1, 800.1, 120_025.0))
    assert asked.equity == 10_000_000
    assert asked.tolerance == pytest.approx(130_010.0 / 10_000_000 / 2)
    assert asked.due == asked.deadline == DESK.time + 30 * 10**9


@pytest.mark.parametrize(
    ("desk", "why"),
    [
        (replace(DESK, account=account(equity=0)), "the equity is 0. Deposit"),
        (replace(DESK, account=None), "the equity is 0. Deposit"),
        (replace(DESK, instruments={"EURUSD": EURUSD}), "NZDUSD was not declared by the terminal"),
        (replace(DESK, quotes={}), "EURUSD has no quote yet"),
        (replace(DESK, account=account(currency="GBP")), "no quote leads from what EURUSD pays in"),
    ],
)
def test_what_cannot_be_asked_is_a_recorded_decision_with_the_reason(desk: Any, why: str) -> None:
    said = heard_row_by_row(Standing(desk), walk(1, 300, "bar"))
    assert said
    for _, event in said:
        assert isinstance(event, DecisionWithheld)
        assert event.reason.startswith(why)
        assert event.reason.endswith(".")


def test_an_answer_becomes_targets_and_those_that_reduce_come_first() -> None:
    asking = Standing()
    said = asking.react(ANSWER)
    assert [(each.symbol, each.volume) for each in said if isinstance(each, TargetAsked)] == [
        ("EURUSD", 3 * LOT),
        ("NZDUSD", LOT),
    ]
    asking.desk = replace(DESK, positions={1: mine(1, "EURUSD"), 2: mine(2, "NZDUSD")})
    said = asking.react(msgspec.structs.replace(ANSWER, volumes=(4 * LOT, 0, -LOT)))
    assert [(each.symbol, each.volume) for each in said if isinstance(each, TargetAsked)] == [
        ("NZDUSD", 0),
        ("EURUSD", 4 * LOT),
        ("XAUUSD", -LOT),
    ]
    assert [each.symbol for each in said if isinstance(each, DecisionExplained)] == ["NZDUSD", "EURUSD", "XAUUSD"]


def test_what_stands_is_not_asked_again_but_what_was_stopped_out_is() -> None:
    asking = Standing()
    asking.react(ANSWER)
    asking.desk = replace(DESK, positions={1: mine(1, "EURUSD")})
    said = asking.react(ANSWER)
    assert [(each.symbol, each.volume) for each in said if isinstance(each, TargetAsked)] == [("NZDUSD", LOT)]


def test_a_refused_optimisation_is_recorded_and_what_is_held_stays() -> None:
    asking = Standing()
    asking.react(ANSWER)
    refused = msgspec.structs.replace(ANSWER, outcome="refused", reason="no lots meet the budget.", volumes=())
    assert asking.react(refused) == (
        DecisionWithheld(strategy="rebalance", about="rebalance", reason="no lots meet the budget."),
    )


def test_the_answer_to_somebody_else_is_not_heard() -> None:
    assert Standing().react(msgspec.structs.replace(ANSWER, module="another")) == ()


@pytest.mark.parametrize(
    ("calendar", "at", "following"),
    [
        ("daily", "2014-03-01T00:00", "2014-03-02T00:00"),
        ("daily", "2014-02-28T23:59", "2014-03-01T00:00"),
        ("weekly", "2014-03-02T23:00", "2014-03-03T00:00"),
        ("weekly", "2014-03-03T00:00", "2014-03-10T00:00"),
        ("monthly", "2014-12-31T23:59", "2015-01-01T00:00"),
        ("monthly", "2016-02-01T00:00", "2016-03-01T00:00"),
    ],
)
def test_calendars_of_utc(calendar: Any, at: str, following: str) -> None:
    assert next_instant(ns(at), calendar) == ns(following)
    assert next_instant(ns(at) + 10 * HOUR, calendar, offset=10 * HOUR) == ns(following) + 10 * HOUR


def test_a_grid_of_seconds_is_counted_from_the_epoch() -> None:
    assert next_instant(100, "seconds", every=30, offset=7) == 127
    assert next_instant(97, "seconds", every=30, offset=7) == 127


@pytest.mark.parametrize("seed", range(20))
def test_many_closes_at_once_are_taken_as_one_by_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    times = np.cumsum(chance.integers(0, 2, 120)) + 5
    symbols, closes = chance.integers(0, 3, 120), chance.random(120)
    single, many = Closes(3, 7), Closes(3, 7)
    for symbol, time, close in zip(symbols.tolist(), times.tolist(), closes.tolist(), strict=True):
        single.see(symbol, time, close)
    for part in np.split(np.arange(120), np.sort(chance.integers(0, 120, 5))):
        many.take(symbols[part], times[part], closes[part])
    assert many.freeze() == single.freeze()
    assert single.full
    assert np.array_equal(many.table(), single.table())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"symbols": "EURUSD"}, "symbols is 'EURUSD'; it takes two different symbols"),
        ({"symbols": "EURUSD,EURUSD"}, "symbols is 'EURUSD,EURUSD'"),
        ({"symbols": "EURUSD,,XAUUSD"}, "symbols is"),
        ({"k": 4}, "k is 4; it takes how many of the 3 symbols to hold"),
        ({"k": 0}, "k is 0"),
        ({"calendar": "yearly"}, "calendar is 'yearly'; it takes one of daily, weekly, monthly, seconds"),
        ({"calendar": "seconds"}, "every_s is 0; it takes the period in seconds"),
        ({"every_s": 60}, "every_s is 60; it takes 0: the calendar is monthly"),
        ({"window": 2}, "window is 2"),
        ({"window": 10**6}, "window is 1000000; it takes moments of closes, 3 to 333333"),
        ({"share": 0.0}, "share is 0.0"),
        ({"largest": 0.4}, "largest is 0.4; it takes 0, or a part of the equity with which 2 positions reach"),
        ({"gross": 2.0}, "gross is 2.0; it takes 0 where only longs are held"),
        ({"sides": "both", "gross": 0.5}, "gross is 0.5; it takes 0, or at least the share 1"),
        ({"sides": "short"}, "sides is 'short'"),
        ({"margin_share": 1.5}, "margin_share is 1.5"),
        ({"risk_aversion": -1.0}, "risk_aversion is -1.0"),
        ({"layers": 0}, "layers is 0"),
        ({"angles": "guess"}, "angles is 'guess'; it takes one of ramp, transfer, optimise"),
        ({"seed": -1}, "seed is -1"),
        ({"due_s": -1}, "due_s is -1"),
        ({"source": "ticks"}, "source is 'ticks'"),
    ],
)
def test_parameters_that_no_run_could_mean_are_refused(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(StrategySettingError) as refused:
        strategy_from("rebalance", "mine", {"symbols": "EURUSD,NZDUSD,XAUUSD", **changes})
    assert str(refused.value).startswith(f"E501 mine: {told}")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"symbols": "EURUSD,GBPUSD"}, "parameters.symbols: got 'GBPUSD' / expected an instrument of the plan"),
        ({"symbols": ["EURUSD", "XAUUSD"]}, "parameters.symbols: got ['EURUSD', 'XAUUSD'] / expected text"),
        ({"calendar": "yearly"}, "parameters.calendar: got 'yearly' / expected one of daily, weekly, monthly, seconds"),
        ({"k": 1.5}, "parameters.k: got 1.5 / expected a whole number"),
        ({"share": "half"}, "parameters.share: got 'half' / expected a number"),
    ],
)
def test_a_plan_names_the_parameter_that_cannot_be(changes: dict[str, Any], told: str) -> None:
    demo = demo_plan()
    last = demo.strategies[-1]
    wrong = msgspec.structs.replace(last, parameters={**last.parameters, **changes})
    with pytest.raises(PlanError, match=re.escape(f"E121 the plan's strategies[6].{told}")):
        check_plan(msgspec.structs.replace(demo, strategies=(*demo.strategies[:-1], wrong)))


def test_it_is_made_again_from_its_settings() -> None:
    made = Rebalance("EURUSD, XAUUSD", k=1, share=0.5, sides="both")
    assert made.settings["symbols"] == "EURUSD,XAUUSD"
    assert made.settings["share"] == "0.5"
    with pytest.raises(StrategySettingError, match="E501 x: rebalance needs symbols"):
        strategy_from("rebalance", "x", {})


def mine(ticket: int, symbol: str) -> Any:
    return msgspec.structs.replace(position(ticket, symbol), strategy="rebalance")


def ns(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 10**9


@pytest.mark.parametrize("wrong", [{"k": 2.5}, {"k": True}, {"window": "240"}, {"seed": 1.0}, {"symbols": 5}], ids=str)
def test_a_parameter_of_another_kind_is_refused_by_name(wrong: dict[str, Any]) -> None:
    given: dict[str, Any] = {"symbols": "EURUSD, XAUUSD", "k": 1} | wrong
    with pytest.raises(StrategySettingError, match=f"{next(iter(wrong))} is"):
        Rebalance(**given)
