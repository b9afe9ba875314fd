"""Programs of orders under whatever conditions a broker may set: the invariants of an account, and the oracle's word.

500 programs by default; TALLYSTICK_FULL=1 takes 10,000. One in twenty-five goes through the module's functions, as a
bot would. Each is compared with the oracle fact by fact while it runs; one in which no order was sent is not counted. A
failure names its seed: `program(seed).run()` repeats it, `BotProgram(seed).run()` one through the module.
"""

import os
import random
from collections import Counter

import pytest

from tallystick.market.margin import CALC_MODES
from tallystick.market.swap import SWAP_MODES
from tests.simulation.bot_program import BotProgram
from tests.simulation.comparison import Comparison, Habits
from tests.simulation.oracle.names import WORDS
from tests.simulation.sampled_conditions import sampled_program_market
from tests.simulation.seen import Seen

PROGRAMS = 10_000 if os.environ.get("TALLYSTICK_FULL") else 500  # how much to sample, never what
BOT_PROGRAMS = PROGRAMS // 25


def program(seed: int) -> Comparison:
    """One program on the server itself."""
    market = sampled_program_market(random.Random(f"program {seed}"))
    return Comparison(seed, Habits(by_row=seed % 7 == 0, order_chance=0.35), market)


@pytest.fixture(scope="module")
def seen() -> Seen:
    """Every program on the server, its ledger kept and compared with the oracle after each call."""
    print(f"seeds 0 to {PROGRAMS - BOT_PROGRAMS - 1}")
    found = Seen()
    for seed in range(PROGRAMS - BOT_PROGRAMS):
        one = program(seed)
        found.take(one, one.run())
    return found


@pytest.fixture(scope="module")
def bots() -> list[BotProgram]:
    """Programs through the module's functions, their answers compared with the oracle after each order."""
    print(f"seeds 0 to {BOT_PROGRAMS - 1} through the module")
    programs = [BotProgram(seed) for seed in range(BOT_PROGRAMS)]
    for one in programs:
        one.run()
    return programs


def test_nine_programs_of_ten_and_more_are_compared_with_the_oracle(seen: Seen, bots: list[BotProgram]) -> None:
    compared = seen.compared + sum(1 for one in bots if one.compared)
    print(f"{compared} of {PROGRAMS} programs compared, {seen.calls} calls, {seen.filled} orders filled")
    assert seen.programs + len(bots) == PROGRAMS
    assert compared >= 0.9 * PROGRAMS


def test_the_programs_meet_every_return_code_and_every_kind_of_deal_and_end(seen: Seen) -> None:
    print(seen.codes)
    assert set(seen.codes) == set(WORDS)
    assert seen.codes[10010] > PROGRAMS // 10
    assert seen.deals == {
        ("expert", "in"), ("expert", "out"), ("expert", "inout"), ("expert", "out_by"), ("sl", "out"), ("tp", "out"),
        ("so", "out"),
    }  # fmt: skip
    assert seen.ends == {"filled", "cancelled", "expired", "rejected"}
    assert seen.kinds == {
        "order.answered", "order.triggered", "order.ended", "deal.made", "position.protected", "swap.charged",
        "account.stopped_out", "position.margin_fixed",
    }  # fmt: skip


def test_the_programs_run_on_both_kinds_of_account_and_under_every_condition(seen: Seen) -> None:
    assert seen.accounts == {
        "margin_mode": {"netting", "hedging"},
        "currency": {"USD", "EUR"},
        "fifo_close": {True, False},
        "hedge_prohibited": {True, False},
        "trade_allowed": {True, False},
        "trade_expert": {True, False},
    }
    assert seen.symbols == {
        "execution": {"market", "exchange", "instant", "request"},
        "trade_mode": {"full", "long_only", "short_only", "close_only", "disabled"},
        "gtc_mode": {"gtc", "daily", "daily_no_stops"},
        "calc_mode": set(CALC_MODES),
        "swap_mode": set(SWAP_MODES),
        "has sessions": {True, False},
    }


def test_no_order_is_filled_at_a_quote_older_than_its_request_and_latency(seen: Seen) -> None:
    assert seen.filled_too_early == []
    assert seen.filled > PROGRAMS


def test_equity_margin_and_level_hang_together_where_the_account_is_stopped_out(seen: Seen) -> None:
    assert seen.wrong_levels == []
    assert seen.stopped_out > PROGRAMS // 100


def test_an_account_without_positions_is_worth_its_balance_and_credit_and_binds_nothing(seen: Seen) -> None:
    assert seen.wrong_when_idle == []
    assert seen.idle > PROGRAMS // 20


def test_what_the_module_shows_of_an_account_hangs_together(bots: list[BotProgram]) -> None:
    # The comparing is done while the programs run; this holds that there was something to compare.
    answered = Counter(code for one in bots for code in one.codes)
    print(answered)
    assert answered[10009] > len(bots)
    assert sum(one.looks for one in bots) > 10 * len(bots)
    assert {one.market.account.margin_mode for one in bots} == {"netting", "hedging"}
