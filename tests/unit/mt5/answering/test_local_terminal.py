"""A terminal in one's own process: its clock, its market, and what does not depend on how often it is asked."""

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from tallystick.platform.mt5.answering.demo import START_NS, demo_terminal
from tallystick.platform.mt5.answering.local import LocalTerminal
from tallystick.platform.mt5.wire import NOTHING, Answer, Call, Plain, Record, Records, decoded_answer, encoded_answer
from tests.unit.mt5.answering.market import EURUSD, GBPUSD, MONDAY, SECOND, Desk, request, server_s

MILLISECOND = 1_000_000
MINUTE = 60 * SECOND


def ask(terminal: LocalTerminal, function: str, **arguments: Any) -> Answer:
    """One call at the terminal's own clock."""
    return terminal.answer(Call(terminal.clock(), function, arguments))


def test_each_call_costs_a_stated_time() -> None:
    """So that a loop without a pause comes to an end."""
    desk = Desk(call_cost_ns=3 * MILLISECOND)
    before = desk.terminal.clock()
    assert desk.ask("symbols_total").now - before == 3 * MILLISECOND


def test_a_busy_loop_meets_the_end_of_the_data() -> None:
    """200,000 seconds of script at 100 seconds a call."""
    desk = Desk(call_cost_ns=100 * SECOND)
    calls = 0
    while not desk.ask("symbol_info_tick", symbol="EURUSD").ended:
        calls += 1
    assert calls == 2_000


def test_the_last_row_itself_can_still_be_seen() -> None:
    """The data are over after it, not at it."""
    desk = Desk()
    desk.at = 200_000
    assert desk.struct("symbol_info_tick", symbol="EURUSD")["bid"] == 1.103
    answer = desk.ask("symbol_info_tick", symbol="EURUSD")
    assert (answer.ended, answer.value) == (True, NOTHING)


def test_shutdown_answers_after_the_end() -> None:
    """Bots call it in `finally`."""
    desk = Desk()
    desk.at = 200_001
    answer = desk.ask("shutdown")
    assert (answer.ended, answer.value) == (True, Plain(value=True))


def test_a_caller_without_a_clock_of_its_own_waits() -> None:
    """The terminal's clock stands still between calls until it is told to go on."""
    terminal = Desk().terminal
    terminal.wait(61 * SECOND)
    tick = ask(terminal, "symbol_info_tick", symbol="EURUSD").value
    assert isinstance(tick, Record)
    assert tick.values[0] == server_s(61)


def test_a_call_from_before_the_data_is_at_their_beginning() -> None:
    """A caller whose clock says nothing yet."""
    assert Desk(connected=False).terminal.answer(Call(0, "initialize", {})).now == MONDAY + MILLISECOND


def test_a_terminal_can_begin_later_than_its_data() -> None:
    """What lies before is history."""
    desk = Desk(start_ns=MONDAY + 100 * SECOND)
    bars = desk.table("copy_rates_from_pos", symbol="EURUSD", timeframe=1, start_pos=0, count=9)
    assert bars["time"].tolist() == [server_s(0), server_s(60)]


def test_an_expiry_comes_before_the_quote_of_its_moment() -> None:
    """A limit order that the quote would have filled is gone when it comes."""
    desk = Desk()
    expiring = {"action": 5, "type": 2, "type_filling": 2, "price": 1.0997, "type_time": 2}
    assert desk.send(**expiring, expiration=server_s(61))["retcode"] == 10009
    assert desk.send(**{**expiring, "expiration": server_s(62)})["retcode"] == 10009
    desk.at = 61
    assert [one["state"] for one in desk.structs("history_orders_get", ticket=1)] == [6]
    assert [one["state"] for one in desk.structs("history_orders_get", ticket=2)] == [4]


def test_a_deadline_passes_between_two_quotes_too() -> None:
    """Nobody has to wait for a quote to see that an order has lapsed."""
    desk = Desk()
    desk.send(action=5, type=2, type_filling=2, price=1.05, type_time=2, expiration=server_s(30))
    desk.at = 29.9
    assert desk.value("orders_total") == 1
    desk.at = 30
    assert desk.value("orders_total") == 0


def everything(desk: Desk) -> list[tuple[Any, ...]]:
    """What a bot can know of its account at the end."""
    dates = {"date_from": 0.0, "date_to": float(2**31)}
    answers = [desk.ask(name, **arguments).value for name, arguments in (
        ("history_deals_get", dates), ("history_orders_get", dates), ("positions_get", {}), ("orders_get", {}),
    )]  # fmt: skip
    return [answer.rows for answer in answers if isinstance(answer, Records)]


@pytest.mark.parametrize("seed", range(5))
def test_looking_often_changes_nothing(seed: int) -> None:
    """The same orders at the same moments, with a thousand glances between them or none."""
    random, ends = Random(seed), []
    quotes, bid = [], 1.1
    for second in range(0, 4_000, 7):
        bid = round(bid + random.randint(-30, 30) / 100_000, 5)
        quotes.append((float(second), "EURUSD", bid, round(bid + random.randint(0, 4) / 100_000, 5)))
    orders = [(random.randint(1, 3_900), random.randint(0, 1), random.choice((1, 1, 5))) for _ in range(40)]
    for glances in (0, 25):
        desk = Desk(quotes, call_cost_ns=1, latency_ns=200 * MILLISECOND)
        for at, side, action in sorted(orders):
            for glance in range(glances):
                desk.at = max(desk.at, at - 1 + glance / 100)
                desk.ask("symbol_info_tick", symbol="EURUSD")
            desk.at = at
            tick = desk.struct("symbol_info_tick", symbol="EURUSD")
            price = tick["bid"] - 0.0005 if side == 0 else tick["ask"] + 0.0005
            stop = price - 0.0008 if side == 0 else price + 0.0008
            pending = {"type": 2 + side, "type_filling": 2, "price": price, "sl": stop}
            desk.send(action=action, volume=0.01, **(pending if action == 5 else {"type": side}))
        desk.at = 3_990
        ends.append([[tuple(row[:1] + row[5:]) for row in rows] for rows in everything(desk)])
    assert ends[0] == ends[1]
    assert len(ends[0][0]) > 20


def test_answers_cross_a_pipe_unchanged() -> None:
    """Every value is one that the messages can hold."""
    desk = Desk()
    desk.buy()
    for function, arguments in (
        ("account_info", {}), ("symbols_get", {}), ("symbol_info_tick", {"symbol": "EURUSD"}), ("version", {}),
        ("copy_rates_from_pos", {"symbol": "EURUSD", "timeframe": 1, "start_pos": 0, "count": 3}),
        ("positions_get", {}), ("order_check", {"request": request(action=1)}), ("positions_get", {"ticket": 9}),
    ):  # fmt: skip
        answer = desk.ask(function, **arguments)
        sent = decoded_answer(encoded_answer(answer))
        assert encoded_answer(sent) == encoded_answer(answer)
        assert sent.value == answer.value or isinstance(answer.value, Plain | Record)


def test_the_terminals_own_memory_is_one_value() -> None:
    """Connection, Market Watch, depth and request numbers go on where they were."""
    desk, other = Desk(), Desk(connected=False)
    desk.value("symbol_select", symbol="GBPUSD", enable=False)
    desk.value("market_book_add", symbol="EURUSD")
    desk.send(action=99)
    other.terminal.answers.thaw(desk.terminal.answers.freeze())
    assert other.ask("symbol_info_tick", symbol="GBPUSD").error[0] == -4
    assert len(other.structs("market_book_get", symbol="EURUSD")) == 2
    assert other.send(action=99)["request_id"] == 2


def test_the_demo_begins_in_the_middle_of_its_year() -> None:
    """Five months of bars lie before it, and its account is the demo's."""
    terminal = demo_terminal()
    assert ask(terminal, "initialize").value == Plain(value=True)
    assert terminal.clock() == START_NS + MILLISECOND
    account = ask(terminal, "account_info").value
    assert isinstance(account, Record)
    assert account.values[10] == 10_000.0
    symbols = ask(terminal, "symbols_get").value
    assert isinstance(symbols, Records)
    assert [row[-3] for row in symbols.rows] == ["EURUSD", "NZDUSD", "XAUUSD"]


def test_an_order_between_two_made_quotes_meets_the_market_between_them() -> None:
    """The demo's bars are walked in a line from point to point: an order is executed at its own time, 250 ms later."""
    terminal = demo_terminal()
    ask(terminal, "initialize")
    terminal.wait(10 * MINUTE)
    sent = terminal.clock()
    answer = ask(terminal, "order_send", request=request(action=1, volume=0.1))
    assert isinstance(answer.value, Record)
    assert answer.value.values[0] == 10009
    assert answer.now == sent + 250 * MILLISECOND
    tick = ask(terminal, "symbol_info_tick", symbol="EURUSD").value
    assert isinstance(tick, Record)
    assert tick.values[2] == answer.value.values[4]


def test_a_row_of_another_symbol_at_that_moment_is_no_obstacle() -> None:
    """EURUSD and NZDUSD both step at 20 minutes past: an order for XAUUSD due then is executed then."""
    terminal = demo_terminal()
    ask(terminal, "initialize")
    moment = START_NS + 20 * MINUTE
    answer = terminal.answer(
        Call(moment - 250 * MILLISECOND, "order_send", {"request": request(action=1, symbol="XAUUSD", volume=0.1)})
    )
    assert isinstance(answer.value, Record)
    assert (answer.value.values[0], answer.now) == (10009, moment)


def test_nothing_happens_behind_the_last_row() -> None:
    """A position open at the end pays no swap for nights that nobody saw."""
    desk = Desk(instruments=[replace(EURUSD, swap_long=-5.0), GBPUSD])
    desk.at = 199_000
    desk.buy()
    desk.at = 10**7
    assert desk.ask("positions_get").ended
    (position,) = desk.terminal.server.state.positions.values()
    assert position.swap == 0


def values(answer: Answer) -> tuple[Any, ...]:
    assert isinstance(answer.value, Record)
    return answer.value.values


def test_between_made_quotes_an_order_is_executed_at_the_tick_that_was_seen_and_adds_none() -> None:
    terminal = demo_terminal()
    ask(terminal, "initialize")
    ask(terminal, "symbol_select", symbol="EURUSD", enable=True)
    for minutes in (7, 13, 29, 31, 54):
        terminal.wait(minutes * 60 * 10**9)
        seen = values(ask(terminal, "symbol_info_tick", symbol="EURUSD"))
        before = len(terminal.store.ticks_from("EURUSD", 0, 10**9, -1))
        result = values(ask(terminal, "order_send", request=request(action=1, symbol="EURUSD", volume=0.1, type=0)))
        assert (result[0], result[4]) == (10009, seen[2])
        assert values(ask(terminal, "symbol_info_tick", symbol="EURUSD")) == seen
        assert len(terminal.store.ticks_from("EURUSD", 0, 10**9, -1)) == before


def test_at_the_weekend_the_demonstrations_market_is_closed() -> None:
    terminal = demo_terminal()
    ask(terminal, "initialize")
    ask(terminal, "symbol_select", symbol="EURUSD", enable=True)
    terminal.wait(5 * 86_400 * 10**9 + 12 * 3_600 * 10**9)  # Saturday noon
    answer = ask(terminal, "order_send", request=request(action=1, symbol="EURUSD", volume=0.1, type=0))
    assert values(answer)[0] == 10018
