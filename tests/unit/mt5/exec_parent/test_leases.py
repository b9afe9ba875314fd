"""Looks that a bot's process answers itself: the log does not show who answered, no answer what comes later."""

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.events.event import Event
from tallystick.events.reader import LogReader
from tallystick.events.signer import Ed25519Signer
from tallystick.events.types.market import QuoteBlock
from tallystick.events.types.mt5 import BotEnded, CallsAnswered, CallsMade
from tallystick.events.types.running import RunStarted
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.mt5.answering.answers import Answers
from tallystick.platform.mt5.answering.made import server_of, store_of
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.exec.carrying_out import Carrying, carry_out, started
from tallystick.platform.mt5.exec.child.leased import Leased
from tallystick.platform.mt5.exec.lending import Lender
from tallystick.platform.mt5.exec.preparing import BotTerms, prepared_bot
from tallystick.platform.mt5.exec.process import BotProcess
from tallystick.platform.mt5.exec.settings import ChildSettings, Lease
from tallystick.platform.mt5.wire import Answer, Call
from tests.unit.mt5.exec_parent.written_bot import EURUSD
from tests.unit.mt5.prices.quotes import walk

KEY = Ed25519Signer.generate("test")
TERMS: dict[str, Any] = {"history": "2014-03-03", "start": "2014-03-04", "end": "2014-03-06"}
EURUSD_ALONE, ALL = ("EURUSD",), ("EURUSD", "NZDUSD", "XAUUSD")
LOOKING = """
import os, random, time
import MetaTrader5 as mt5
NAMES = {names}
mt5.initialize()
for name in NAMES:
    mt5.symbol_select(name, True)
while True:
    name = random.choice(NAMES)
    for _ in range(random.randrange(4)):
        random.choice([
            lambda: mt5.symbol_info_tick(name), lambda: mt5.symbol_info(name), mt5.account_info, mt5.symbols_get,
            lambda: mt5.copy_rates_from_pos(name, mt5.TIMEFRAME_H4, 0, 9), lambda: mt5.positions_get(symbol=name),
            lambda: mt5.copy_ticks_from(name, time.time() - 9000, 40, mt5.COPY_TICKS_ALL), mt5.orders_get,
            lambda: mt5.copy_rates_range(name, mt5.TIMEFRAME_D1, 0, time.time() + 90000), mt5.positions_total,
            lambda: mt5.order_calc_profit(mt5.ORDER_TYPE_BUY, name, 1.0, 1.1, 1.2),
            lambda: mt5.history_deals_total(0, time.time() + 90000), lambda: mt5.copy_rates_from_pos(name, 99, 0, 1),
            lambda: mt5.symbol_info_tick("NONE"), lambda: mt5.market_book_get(name), mt5.terminal_info,
        ])()
    tick, info = mt5.symbol_info_tick(name), mt5.symbol_info(name)
    near = 300 * info.point
    dice = random.random()
    if dice < 0.15:
        mt5.Buy(name, info.volume_min * 10)
    elif dice < 0.25:
        mt5.Close(name)
    elif dice < 0.5:
        mt5.order_send(dict(action=mt5.TRADE_ACTION_PENDING, symbol=name, volume=info.volume_min * 10, type=2,
            price=round(tick.bid - near, info.digits), sl=round(tick.bid - 3 * near, info.digits),
            tp=round(tick.bid + near / 9, info.digits), type_filling=2))
    elif dice < 0.52:
        os.urandom(1)
    time.sleep(random.choice([0.5, 7, 600, 1801, 7200]))
"""
POLLING = """
import time
import MetaTrader5 as mt5
mt5.initialize()
for turn in range(10**6):
    tick = mt5.symbol_info_tick("EURUSD")
    if turn % 5 == 0:
        rates = mt5.copy_rates_from_pos("EURUSD", mt5.TIMEFRAME_H1, 0, 3)
    if turn % 90 == 50:
        mt5.Buy("EURUSD", 0.1)
    if turn % 70 == 60:
        mt5.Close("EURUSD")
    mt5.symbol_info_tick("NONE")
    time.sleep(60 if turn % 400 < 200 else 1800)
"""
DYING = """
import os, time
import MetaTrader5 as mt5
mt5.initialize()
for _ in range(5):
    mt5.symbol_info_tick("EURUSD")
    time.sleep(60)
mt5.symbol_select("EURUSD", True)
mt5.symbol_info_tick("EURUSD")
os.kill(os.getpid(), 9)
"""


def carried(folder: Path, text: str, data: tuple[str, ...], *, lends: bool, **terms: Any) -> list[Event]:
    """The events of a bot's run in a process of its own."""
    folder.mkdir(exist_ok=True)
    script = folder.parent / "bot.py"
    script.write_text(text, encoding="utf-8")
    ready = prepared_bot(script, BotTerms(data=list(data), **TERMS, **terms))
    carry_out(ready, folder, KEY.named, Carrying(control=False, lends=lends))
    return [each.event for each in LogReader(folder / "log").envelopes()]


def told(events: list[Event]) -> list[Event]:
    """Without the record that names this machine and moment."""
    return [each for each in events if not isinstance(each, RunStarted)]


@pytest.mark.parametrize(("data", "latency_ms"), [(EURUSD_ALONE, 0.0), (EURUSD_ALONE, 900_000.0), (ALL, 0.0)])
def test_the_log_is_the_same_whoever_answers_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, data: tuple[str, ...], latency_ms: float
) -> None:
    lent: list[Lease] = []
    lend = BotProcess.lend

    def seen(process: BotProcess, lease: Lease) -> None:
        lent.append(lease)
        lend(process, lease)

    monkeypatch.setattr(BotProcess, "lend", seen)
    text = LOOKING.format(names=list(data))
    ours = carried(tmp_path / "parent", text, data, lends=False, latency_ms=latency_ms)
    assert lent == []
    theirs = carried(tmp_path / "child", text, data, lends=True, latency_ms=latency_ms)
    assert len(lent) > 20
    assert sum(each.count for each in ours if isinstance(each, CallsMade)) > 300
    assert told(theirs) == told(ours)
    assert replay_book(tmp_path / "child").equal


def test_the_log_is_the_same_where_blocks_and_records_are_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tallystick.platform.mt5.exec.market.OPEN_ROWS", 7)
    monkeypatch.setattr("tallystick.platform.mt5.exec.gathering.MOST_CALLS", 20)
    monkeypatch.setattr("tallystick.platform.mt5.exec.gathering.MOST_BYTES", 900)
    ours = carried(tmp_path / "parent", POLLING, EURUSD_ALONE, lends=False)
    theirs = carried(tmp_path / "child", POLLING, EURUSD_ALONE, lends=True)
    counts = {each.count for each in ours if isinstance(each, CallsMade)}
    assert {20} < counts
    assert max(each.rows for each in ours if isinstance(each, QuoteBlock)) == 7
    assert told(theirs) == told(ours)
    assert replay_book(tmp_path / "child").equal


def test_what_was_told_before_a_process_died_is_in_the_log(tmp_path: Path) -> None:
    events = carried(tmp_path / "book", DYING, EURUSD_ALONE, lends=True)
    assert [each.count for each in events if isinstance(each, CallsAnswered)][1] == 5
    assert [each.how for each in events if isinstance(each, BotEnded)] == ["died"]
    assert replay_book(tmp_path / "book").equal


def test_at_real_speed_nothing_is_lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Lender] = []
    monkeypatch.setattr("tallystick.platform.mt5.exec.driving.Lender", lambda *given: made.append(Lender(*given)))
    script = tmp_path / "bot.py"
    script.write_text("import MetaTrader5 as mt5\nmt5.initialize()\n", encoding="utf-8")
    ready = prepared_bot(script, BotTerms(data="EURUSD", **TERMS))
    key = KEY.named
    carry_out(ready, tmp_path / "book", key, Carrying(control=False, speed="real"), started)
    assert made == []


@pytest.mark.parametrize("seed", range(8))
def test_an_answer_shows_no_row_of_a_lease_that_comes_later(seed: int) -> None:
    rows, chance = walk(400, 1_700_000_000_000_000_000, 20_000, seed), np.random.default_rng(seed)
    definition = Definition.of_instruments([EURUSD])
    leased, known = Leased(), store_of(definition, ["EURUSD"])
    server = server_of(definition, ["EURUSD"])
    answers = Answers(definition, server, known)
    now = int(rows.time[0]) - 1
    answers.answer(Call(now, "initialize", {}))
    given = seen = 0
    asked: list[tuple[str, dict[str, Any]]] = [
        ("symbol_info_tick", {"symbol": "EURUSD"}),
        ("account_info", {}),
        ("symbol_info", {"symbol": "EURUSD"}),
    ]
    asked += [("copy_rates_from_pos", {"symbol": "EURUSD", "timeframe": 1, "start_pos": 0, "count": 5})]
    while given < len(rows):
        stop = min(given + int(chance.integers(1, 60)), len(rows))
        until = int(rows.time[stop - 1]) + 1
        leased.take(lease_of(rows.part(given, stop), until, answers, definition, first=not given))
        given = stop
        while now < leased.until:
            function, arguments = asked[chance.integers(len(asked))]
            passed = int(rows.time.searchsorted(now, side="right"))
            if passed > seen:
                known.append(rows.part(seen, passed))
                server.advance(rows.part(seen, passed))
                seen = passed
            call = Call(now, function, dict(arguments))
            reply = answers.answer(call)
            assert leased.answer(call) == Answer(now, reply.error, reply.value)
            now += int(chance.integers(0, 60_000)) * 1_000_000


def lease_of(rows: Any, until: int, answers: Answers, definition: Definition, *, first: bool) -> Lease:
    """A lease of these rows."""
    time, series, bid, ask, flags = rows.time, rows.series, rows.bid, rows.ask, rows.columns["flags"]
    world = pickle.dumps((definition, ["EURUSD"], 0)) if first else b""
    told = time.tobytes(), series.tobytes(), bid.tobytes(), ask.tobytes(), flags.tobytes()
    return Lease(until, *told, answers.seen(), world)


def test_a_bots_process_starts_as_ever_where_nothing_is_lent() -> None:
    assert Leased().until < 0
    assert ChildSettings(script="", start_ns=0, end_ns=0).speed == "max"
