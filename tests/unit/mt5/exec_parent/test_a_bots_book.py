"""What a bot's calls become in the log, and what the bot is told."""

from collections.abc import Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.events.types.market import QuoteBlock
from tallystick.events.types.mt5 import (
    BotEnded,
    CallsAnswered,
    CallsMade,
    ModuleCalled,
    OrderAnsweredToBot,
    OrderAsked,
)
from tallystick.events.types.running import RiskRulesDeclared, RunEnded
from tallystick.events.types.trading import DealMade, OrderDenied, OrderEnded, OrderRequested, OrderSending
from tallystick.market.server_time import offset_ns
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.halt import ask_halt
from tallystick.platform.kernel.history import RunSeen
from tallystick.platform.kernel.replaying import replay_book
from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.answering.answers import Answers
from tallystick.platform.mt5.answering.made import store_of
from tallystick.platform.mt5.exec.answers import ModuleAnswers, calls_in
from tallystick.platform.mt5.exec.composing import compose_bot, definition_in
from tallystick.platform.mt5.exec.errors import BookTaken
from tallystick.platform.mt5.exec.process import Over
from tallystick.platform.mt5.server import SimulatedTerminal
from tallystick.platform.mt5.wire import Answer, Call, Plain, Records
from tallystick.platform.plan import RunPlan, plan_from_json
from tests.unit.mt5.answering.market import MONDAY, SECOND
from tests.unit.mt5.exec_parent.written_bot import at, carried, send

DONE, REJECT, INVALID = 10009, 10006, 10013
Calls = Generator[Call, Answer, None]


def connected(*calls: Call) -> Calls:
    """A bot that connects and then makes these calls."""
    yield at(1, "initialize")
    for call in calls:  # noqa: UP028 -- a tuple takes no answers
        yield call


def test_an_order_goes_from_the_bots_words_past_risk_to_the_server_with_magic_and_comment(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(11, magic=77, comment="mine")))
    kinds = (OrderAsked, OrderRequested, OrderSending, DealMade, OrderAnsweredToBot)
    told = [each for each in made.of(*kinds) if not isinstance(each, DealMade) or each.type != "balance"]
    assert {type(each) for each in told} == set(kinds)
    assert isinstance(told[0], OrderAsked)
    assert isinstance(told[1], OrderRequested)
    sending = next(each for each in told if isinstance(each, OrderSending))
    assert (sending.magic, sending.comment, sending.volume) == (77, "mine", 10_000_000)
    assert made.result()[0] == DONE
    answered = made.of(OrderAnsweredToBot)[0]
    assert (answered.retcode, answered.book_order, answered.request_id) == (DONE, 1, 1)
    assert made.result()[:10] == tuple(getattr(answered, name) for name in answered.__struct_fields__[1:])


def test_at_real_speed_a_halt_is_heard_before_the_very_next_order(tmp_path: Path) -> None:
    def bot() -> Calls:
        yield at(1, "initialize")
        yield send(11)
        ask_halt(tmp_path / "book", "the spread looks wrong")
        yield send(21)

    made = carried(tmp_path, bot, risk={}, speed="real")
    assert (made.result(-2)[0], made.result(-1)[0]) == (DONE, REJECT)
    assert made.result(-1)[7] == "halt"
    assert len(made.of(OrderSending)) == 1


def test_the_bots_clock_goes_on_to_the_execution_of_its_order(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(11)), latency_ns=3 * SECOND)
    assert made.answers[-1].now == MONDAY + 15 * SECOND  # the first quote three seconds after it was sent


def test_a_replay_needs_no_bot_and_gives_every_record_again(tmp_path: Path) -> None:
    def bot() -> Calls:
        yield at(1, "initialize")
        yield at(2, "symbol_select", symbol="EURUSD", enable=True)
        for second in range(10, 300, 7):
            yield at(second, "symbol_info_tick", symbol="EURUSD")
            yield at(second, "copy_rates_from_pos", symbol="EURUSD", timeframe=1, start_pos=0, count=3)
            answer = yield at(second, "positions_get")
            assert isinstance(answer.value, Records)
            held = answer.value.rows
            if held and second % 3 == 0:
                yield send(second, type=1, position=held[0][0])
            elif second % 5 == 0:
                yield send(second, magic=second)

    made = carried(tmp_path, bot)
    assert len(made.of(OrderAsked)) > 5
    for by_row in (False, True):
        again = replay_book(made.folder, by_row=by_row)
        assert again.message == ""
        assert again.equal


def test_a_terminal_that_answers_otherwise_is_found_by_the_replay(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(at(5, "version")))

    def otherwise(run: RunSeen) -> Composition:
        plan = plan_from_json(run.started.settings["plan"])
        assert plan.bot
        parts = compose_bot(plan, plan.bot, run.series)
        store = store_of(definition_in(plan, plan.bot), ["EURUSD"])
        assert isinstance(parts.composition.terminal, SimulatedTerminal)
        older = TerminalSettings(build=4_000)
        answers = Answers(definition_in(plan, plan.bot), parts.composition.terminal, store, older)
        modules = [ModuleAnswers(answers, store), *parts.composition.modules[1:]]
        return replace(parts.composition, modules=modules)

    assert replay_book(made.folder).equal
    found = replay_book(made.folder, composing=otherwise)
    assert found.divergence is not None
    assert "mt5.calls_answered by module has another content" in found.message


def test_calls_that_change_nothing_are_one_record_with_their_places_among_the_rows(tmp_path: Path) -> None:
    quiet = [at(11 + place / 10, "symbols_total") for place in range(20)]
    made = carried(tmp_path, lambda: connected(*quiet, at(17, "symbols_total")))
    calls = made.of(CallsMade)[0]
    assert calls_in(calls) == [*quiet, at(17, "symbols_total")]
    assert np.frombuffer(calls.places, dtype="<u4").tolist() == [2] * 20 + [3]
    assert [each.count for each in made.of(CallsAnswered)] == [1, 21]
    assert replay_book(made.folder).equal


def test_calls_after_the_rows_of_a_block_need_no_places(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(11), at(12, "symbols_total"), send(13)))
    assert [each.places for each in made.of(CallsMade)] == [b""]
    assert replay_book(made.folder).equal


@pytest.mark.parametrize("risk", [None, {"account_limits": {"daily_loss": 100_000}}])
def test_calls_before_an_order_lapses_stand_before_its_end_also_where_no_row_comes(
    tmp_path: Path, risk: dict[str, Any] | None
) -> None:
    gap = [(second, 1.1) for second in (*range(0, 60, 5), *range(500, 600, 5))]
    lapses = MONDAY // SECOND + 100 + offset_ns(MONDAY, RunPlan().server_time) // SECOND
    pending = {"action": 5, "type": 2, "price": 1.098, "type_time": 2, "type_filling": 2, "expiration": lapses}
    looks = [at(second, "orders_total") for second in (60, 70, 99, 101, 120, 510)]
    made = carried(tmp_path, lambda: connected(send(57, **pending), *looks), quotes=gap, risk=risk)
    assert [each.rule for each in made.of(OrderDenied)] == []
    assert [each.value.value for each in made.answers[2:] if isinstance(each.value, Plain)] == [1, 1, 1, 0, 0, 0]
    assert len(made.of(OrderEnded)) == 1
    for by_row in (False, True):
        again = replay_book(made.folder, by_row=by_row)
        assert again.equal, again.message


def test_where_a_limit_of_risk_looks_at_every_row_each_call_ends_a_block(tmp_path: Path) -> None:
    limits = {"account_limits": {"daily_loss": 100}}
    calls = [at(second, "symbols_total") for second in (12, 13, 33)]
    made = carried(tmp_path, lambda: connected(*calls, send(40), at(90, "symbols_total")), risk=limits)
    assert [block.rows for block in made.of(QuoteBlock)][:3] == [1, 2, 4]
    assert {each.places for each in made.of(CallsMade)} == {b""}
    for by_row in (False, True):
        again = replay_book(made.folder, by_row=by_row)
        assert again.equal, again.message


def test_calls_that_change_what_others_see_are_records_of_their_own_and_hold_no_password(tmp_path: Path) -> None:
    login = at(2, "login", login=5, password="my secret", server="x")
    made = carried(tmp_path, lambda: connected(login, at(2, "symbol_select", symbol="EURUSD", enable=False)))
    assert [each.function for each in made.of(ModuleCalled)] == ["initialize", "login", "symbol_select"]
    assert "my secret" not in repr(made.events)


def test_a_password_of_an_ordinary_call_is_nowhere_in_the_files(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(at(2, "login", login=5, password="my secret", server="x")))
    kept = b"".join(path.read_bytes() for path in made.folder.rglob("*") if path.is_file())
    assert b"my secret" not in kept


def test_what_risk_denies_is_answered_with_its_rule_and_never_sent(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(11, volume=5.0)), risk={"order_volume_max": 100_000_000})
    assert made.of(OrderDenied)[0].rule == "volume_max"
    assert made.of(OrderSending) == []
    assert made.result()[0] == REJECT
    assert made.result()[7] == "volume_max"
    assert replay_book(made.folder).equal


def test_without_a_risk_file_the_log_says_that_no_rules_were_asked_for(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(11, volume=5.0)))
    assert made.of(RiskRulesDeclared)[0].rules == ()
    assert "none" in made.of(RiskRulesDeclared)[0].limits
    assert made.of(OrderDenied) == []


@pytest.mark.parametrize("risk", [None, {}])
def test_a_request_without_an_action_is_invalid_and_nothing_of_it_leaves(
    tmp_path: Path, risk: dict[str, int] | None
) -> None:
    made = carried(tmp_path, lambda: connected(send(11, action=99)), risk=risk)
    assert made.result()[0] == INVALID
    assert made.of(OrderRequested, OrderSending) == []
    assert made.of(OrderAnsweredToBot)[0].book_order == 0


def test_a_request_that_no_log_can_hold_is_refused_as_an_ordinary_call(tmp_path: Path) -> None:
    odd = [send(11, volume=float("nan")), send(11, comment="e\u0301"), send(11, magic=1, sl=float("inf"))]
    made = carried(tmp_path, lambda: connected(*odd))
    assert [made.result(place)[0] for place in (-3, -2, -1)] == [10014, INVALID, 10016]
    assert made.of(OrderAsked) == []
    assert replay_book(made.folder).equal


def test_minus_zero_is_zero(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(11, sl=-0.0)))
    assert made.result()[0] == DONE


def test_after_the_last_row_every_answer_says_so_and_shutdown_still_answers(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(at(595, "symbols_total"), at(596, "symbols_total"), at(597, "shutdown")))
    assert [answer.ended for answer in made.answers] == [False, False, True, True]
    assert made.answers[-1].value == Plain(value=True)
    assert made.run.result.ended == "end_of_data"


def test_an_order_that_finds_no_quote_any_more_is_answered_that_the_data_are_over(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(594)), latency_ns=3 * SECOND)
    assert made.answers[-1].ended
    assert replay_book(made.folder).equal


def test_positions_stay_open_at_the_end(tmp_path: Path) -> None:
    made = carried(tmp_path, lambda: connected(send(11), at(700, "symbols_total")))
    assert [deal.entry for deal in made.of(DealMade)][1:] == ["in"]


@pytest.mark.parametrize("margin_mode", ["hedging", "netting"])
@pytest.mark.parametrize("latency_ns", [0, SECOND])
def test_what_a_bot_left_open_is_closed_at_the_last_quotes_when_asked_for(
    tmp_path: Path, margin_mode: str, latency_ns: int
) -> None:
    bot = lambda: connected(send(11), send(21, volume=0.2), at(700, "symbols_total"))  # noqa: E731 -- one line says it
    made = carried(tmp_path, bot, close_at_end=True, margin_mode=margin_mode, latency_ns=latency_ns)
    deals = made.of(DealMade)[1:]
    assert sum(deal.volume * (1 if deal.type == "buy" else -1) for deal in deals) == 0
    assert replay_book(made.folder).equal


def test_rows_before_the_bot_begins_are_its_history(tmp_path: Path) -> None:
    def bot() -> Calls:
        yield at(301, "initialize")
        yield at(301, "copy_rates_from_pos", symbol="EURUSD", timeframe=1, start_pos=0, count=100)

    made = carried(tmp_path, bot, start=300)
    rates = made.answers[-1].value
    assert len(rates.data) == 60 * 6  # type: ignore[union-attr]  # a record, as the call gives


@pytest.mark.parametrize(
    ("ending", "how", "reason"),
    [
        (None, "returned", "bot_ended"),
        (Over("died", "killed"), "died", "bot_ended"),
        (Over("stopped"), "stopped", "stopped"),
    ],
)
def test_the_log_is_sealed_however_the_bot_ends(tmp_path: Path, ending: Over | None, how: str, reason: str) -> None:
    made = carried(tmp_path, lambda: connected(send(11)), ending=ending)
    assert [type(each) for each in made.events[-2:]] == [BotEnded, RunEnded]
    assert (made.of(BotEnded)[0].how, made.of(RunEnded)[0].reason) == (how, reason)


def test_a_book_that_holds_a_run_is_not_taken(tmp_path: Path) -> None:
    carried(tmp_path, connected)
    with pytest.raises(BookTaken, match="--book"):
        carried(tmp_path, connected)


def test_a_block_goes_on_until_something_happens(tmp_path: Path) -> None:
    calls = (at(12, "symbols_total"), at(33, "symbols_total"), at(34, "symbol_select", symbol="EURUSD", enable=True))
    made = carried(tmp_path, lambda: connected(*calls, at(41, "symbols_total")))
    assert [block.rows for block in made.of(QuoteBlock)] == [1, 6, 2]
