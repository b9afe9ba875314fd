"""Programs of orders under whatever conditions a broker may set: the invariants of an account, and the oracle's word.

500 programs by default; TALLYSTICK_FULL=1 takes 10,000. One in twenty-five goes through the module's functions, as a
bot would. Each is compared with the oracle fact by fact while it runs; one in which no order was sent is not counted. A
failure names its seed: `program(seed).run()` repeats it, `BotProgram(seed).run()` one through the module.
"""

import os
import random
from collections import Counter

import pytest

from tallystick.events.types.trading import AccountStoppedOut, DealMade, OrderAnswered, OrderEnded
from tallystick.market.margin import CALC_MODES
from tallystick.market.swap import SWAP_MODES
from tests.simulation.bot_program import BotProgram
from tests.simulation.comparison import Comparison, Habits, Story
from tests.simulation.oracle.names import WORDS
from tests.simulation.sampled_conditions import sampled_program_market

PROGRAMS = 10_000 if os.environ.get("TALLYSTICK_FULL") else 500  # how much to sample, never what
BOT_PROGRAMS = PROGRAMS // 25
DEALS = {
    ("expert", "in"), ("expert", "out"), ("expert", "inout"), ("expert", "out_by"), ("sl", "out"), ("tp", "out"),
    ("so", "out"),
}  # fmt: skip
Told = list[tuple[Comparison, Story]]


def program(seed: int) -> Comparison:
    """One program on the server itself."""
    market = sampled_program_market(random.Random(f"program {seed}"))
    return Comparison(seed, Habits(by_row=seed % 7 == 0, order_chance=0.35), market)


@pytest.fixture(scope="module")
def told() -> Told:
    """Every program on the server, its invariants held and compared with the oracle after each call."""
    print(f"seeds 0 to {PROGRAMS - BOT_PROGRAMS - 1}")
    programs = [program(seed) for seed in range(PROGRAMS - BOT_PROGRAMS)]
    return [(one, one.run()) for one in programs]


@pytest.fixture(scope="module")
def bots() -> list[BotProgram]:
    """Programs through the module's functions, their answers compared with the oracle after each order."""
    print(f"seeds 0 to {BOT_PROGRAMS - 1} through the module")
    programs = [BotProgram(seed) for seed in range(BOT_PROGRAMS)]
    for one in programs:
        one.run()
    return programs


def test_nine_programs_of_ten_and_more_are_compared_with_the_oracle(told: Told, bots: list[BotProgram]) -> None:
    compared = sum(1 for _, story in told if story.calls and story.sent) + sum(1 for one in bots if one.compared)
    print(f"{compared} of {PROGRAMS} programs compared, {sum(story.calls for _, story in told)} calls")
    assert len(told) + len(bots) == PROGRAMS
    assert compared >= 0.9 * PROGRAMS


def test_the_programs_meet_every_return_code_and_every_kind_of_deal_and_end(told: Told) -> None:
    facts = [fact for _, story in told for _, fact in story.facts]
    print(Counter(fact.retcode for fact in facts if isinstance(fact, OrderAnswered)))
    assert {fact.retcode for fact in facts if isinstance(fact, OrderAnswered)} == set(WORDS)
    assert {(fact.reason, fact.entry) for fact in facts if isinstance(fact, DealMade)} == DEALS
    assert {fact.state for fact in facts if isinstance(fact, OrderEnded)} == {
        "filled", "cancelled", "expired", "rejected",
    }  # fmt: skip
    assert {type(fact).FACT.name for fact in facts} == {
        "order.answered", "order.triggered", "order.ended", "deal.made", "position.protected", "swap.charged",
        "account.stopped_out", "position.margin_fixed",
    }  # fmt: skip


def test_the_programs_run_on_both_kinds_of_account_and_under_every_condition(told: Told) -> None:
    accounts = [one.market.account for one, _ in told]
    symbols = [terms for one, _ in told for terms in one.market.instruments.values()]
    assert {account.margin_mode for account in accounts} == {"netting", "hedging"}
    for name in ("fifo_close", "hedge_prohibited", "trade_allowed", "trade_expert"):
        assert {getattr(account, name) for account in accounts} == {True, False}, name
    assert {terms.execution for terms in symbols} == {"market", "exchange", "instant", "request"}
    assert {terms.trade_mode for terms in symbols} == {"full", "long_only", "short_only", "close_only", "disabled"}
    assert {terms.gtc_mode for terms in symbols} == {"gtc", "daily", "daily_no_stops"}
    assert {bool(terms.sessions) for terms in symbols} == {True, False}
    assert {account.currency for account in accounts} == {"USD", "EUR"}
    assert {terms.calc_mode for terms in symbols} == set(CALC_MODES)
    assert {terms.swap_mode for terms in symbols} == set(SWAP_MODES)
    partial = sum(1 for _, story in told for _, fact in story.facts if getattr(fact, "retcode", 0) == 10010)
    assert partial > len(told) // 10


def test_no_order_is_filled_at_a_quote_older_than_its_request_and_latency(told: Told) -> None:
    filled = 0
    for one, story in told:
        sent = {sending.order: time for time, sending in reversed(story.sent)}
        for time, fact in story.facts:
            if isinstance(fact, DealMade) and fact.order >= 0 and fact.entry != "out_by":
                filled += 1
                due = sent[fact.order] + one.market.latency
                assert due <= fact.moment <= time, f"seed {one.seed}: {fact}, due {due}, told {time}"
    assert filled > PROGRAMS


def test_equity_margin_and_level_hang_together_where_the_account_is_stopped_out(told: Told) -> None:
    stopped = 0
    for one, story in told:
        for _, fact in story.facts:
            if isinstance(fact, AccountStoppedOut):
                stopped += 1
                assert fact.level == fact.equity * 10_000 // fact.margin
                assert fact.level < one.market.account.stop_out_level
    assert stopped > PROGRAMS // 100


def test_an_account_without_positions_is_worth_its_balance_and_credit_and_binds_nothing(told: Told) -> None:
    idle = 0
    for one, _ in told:
        if not one.ledger.volumes:
            idle += 1
            assert one.terminal.equity == one.ledger.balance + one.market.account.credit
            assert one.terminal.margin == 0
    assert idle > PROGRAMS // 20


def test_what_the_module_shows_of_an_account_hangs_together(bots: list[BotProgram]) -> None:
    # The comparing is done while the programs run; this holds that there was something to compare.
    answered = Counter(code for one in bots for code in one.codes)
    print(answered)
    assert answered[10009] > len(bots)
    assert sum(one.looks for one in bots) > 10 * len(bots)
    assert {one.market.account.margin_mode for one in bots} == {"netting", "hedging"}
