"""Accounting: sampled order sequences on the simulated terminal and on the oracle, compared after every call.

100 sequences by default; TALLYSTICK_FULL=1 takes 1,000. A failure names its seed: `Comparison(seed).run()` repeats it.
"""

import os
from collections import Counter

import msgspec
import pytest

from tallystick.events.types.account import AccountStoppedOut
from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded
from tallystick.platform.mt5.server import JournalConflictError
from tests.simulation.comparison import Comparison, Habits, Story
from tests.simulation.oracle import Bar

SEQUENCES = 1_000 if os.environ.get("TALLYSTICK_FULL") else 100  # how much to sample, never what
FIRST_SEED = 0
RETURN_CODES = {
    10008, 10009, 10013, 10014, 10015, 10016, 10019, 10021, 10022, 10025, 10029, 10030, 10034, 10035, 10036, 10038,
    10039,
}  # fmt: skip
"""Every code that an account and symbols without special conditions meet."""
DEALS = {
    ("expert", "in"), ("expert", "out"), ("expert", "inout"), ("sl", "out"), ("tp", "out"), ("so", "out"),
    ("expert", "out_by"),
}  # fmt: skip


@pytest.fixture(scope="module")
def stories() -> list[tuple[Comparison, Story]]:
    """The sampled sequences, each compared call by call while it ran."""
    print(f"seeds {FIRST_SEED} to {FIRST_SEED + SEQUENCES - 1}")
    comparisons = [Comparison(seed) for seed in range(FIRST_SEED, FIRST_SEED + SEQUENCES)]
    return [(comparison, comparison.run()) for comparison in comparisons]


def test_terminal_and_oracle_agree_on_every_fact_balance_equity_and_margin(
    stories: list[tuple[Comparison, Story]],
) -> None:
    # The comparing is done while the stories are made; this holds that there was something to compare.
    told = Counter(type(fact).FACT.name for _, story in stories for _, fact in story.facts)
    print(dict(told))
    assert len(stories) == SEQUENCES
    assert told["deal.made"] > 10 * SEQUENCES


def test_the_sample_meets_every_return_code_and_every_kind_of_fact(stories: list[tuple[Comparison, Story]]) -> None:
    facts = [fact for _, story in stories for _, fact in story.facts]
    assert {fact.retcode for fact in facts if isinstance(fact, OrderAnswered)} == RETURN_CODES
    assert {(fact.reason, fact.entry) for fact in facts if isinstance(fact, DealMade)} == DEALS
    ended = {fact.state for fact in facts if isinstance(fact, OrderEnded)}
    assert ended == {"filled", "cancelled", "expired", "rejected"}
    nights = {fact.nights for fact in facts if hasattr(fact, "nights")}
    assert nights == {1, 3}
    assert {type(fact).FACT.name for fact in facts} == {
        "order.answered", "deal.made", "order.ended", "position.protected", "swap.charged", "account.stopped_out",
        "order.triggered",
    }  # fmt: skip


def test_the_sample_meets_both_margin_modes_and_all_server_clocks(stories: list[tuple[Comparison, Story]]) -> None:
    markets = [comparison.market for comparison, _ in stories]
    assert {market.account.margin_mode for market in markets} == {"hedging", "netting"}
    assert {market.rule for market in markets} == {"utc", "fixed:+02:00", "fixed:-05:30", "new_york+7"}
    assert {market.latency > 0 for market in markets} == {True, False}
    stopped = [story for _, story in stories if any(isinstance(f, AccountStoppedOut) for _, f in story.facts)]
    assert len(stopped) * 20 > len(stories)


def test_no_order_fills_before_its_decision_plus_latency(stories: list[tuple[Comparison, Story]]) -> None:
    filled = 0
    for comparison, story in stories:
        decided = {sending.order: time for time, sending in reversed(story.sent)}
        for time, fact in story.facts:
            if isinstance(fact, DealMade) and fact.order >= 0 and fact.entry != "out_by":
                filled += 1
                assert fact.moment >= decided[fact.order] + comparison.market.latency, f"seed {comparison.seed}: {fact}"
                assert time >= fact.moment, f"seed {comparison.seed}: {fact} is told before it happens"
    assert filled > SEQUENCES


def test_no_order_fills_better_than_the_row_that_came_after_it(
    stories: list[tuple[Comparison, Story]],
) -> None:
    for comparison, story in stories:
        rows = {(row.series, row.time): row for moment in comparison.market.moments for row in moment}
        firsts = {symbol: n for n, (symbol, _, _) in reversed(list(enumerate(comparison.market.series)))}
        for time, fact in story.facts:
            if isinstance(fact, DealMade) and fact.reason == "expert" and fact.entry != "out_by":
                row = rows[firsts[fact.symbol], time]
                if isinstance(row, Bar):  # several quotes may share one time
                    half = 0.51 * comparison.market.instruments[fact.symbol].point
                    better_by = row.ask[2] - fact.price if fact.type == "buy" else fact.price - row.bid[1]
                    assert better_by <= half, f"seed {comparison.seed}: {fact}, {row}"


def test_the_balance_is_the_sum_of_the_deals(stories: list[tuple[Comparison, Story]]) -> None:
    for comparison, story in stories:
        balance = comparison.market.account.balance
        for _, fact in story.facts:
            if isinstance(fact, DealMade):
                balance += fact.profit + fact.swap + fact.commission
                assert fact.balance == balance, f"seed {comparison.seed}: {fact}"
        assert comparison.terminal.balance == balance


def test_deal_tickets_count_without_a_gap_and_no_order_deals_twice(stories: list[tuple[Comparison, Story]]) -> None:
    for comparison, story in stories:
        deals = [fact for _, fact in story.facts if isinstance(fact, DealMade)]
        assert [deal.deal for deal in deals] == list(range(2, len(deals) + 2)), f"seed {comparison.seed}"
        acted = {(deal.ticket, deal.position if deal.entry == "out_by" else 0) for deal in deals}  # a close-by has two
        assert len(acted) == len(deals), f"seed {comparison.seed}"


def test_an_order_that_names_a_position_never_opens_one(stories: list[tuple[Comparison, Story]]) -> None:
    for comparison, story in stories:
        closing = {sending.order for _, sending in story.sent if sending.action == 1 and sending.position}
        for _, fact in story.facts:
            assert not (isinstance(fact, DealMade) and fact.order in closing and fact.entry == "in"), comparison.seed


def test_margin_is_never_negative(stories: list[tuple[Comparison, Story]]) -> None:
    margins = [margin for _, story in stories for margin in story.margins]
    assert min(margins) == 0
    assert max(margins) > 0


def test_freezing_thawing_and_ignoring_scans_change_nothing() -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + SEQUENCES // 10):
        stories = [
            Comparison(seed, habits).run()
            for habits in (Habits(thaws=0.0), Habits(thaws=1.0), Habits(thaws=0.0, by_row=True))
        ]
        assert stories[0].facts == stories[1].facts == stories[2].facts, f"seed {seed}"


def test_a_known_order_number_with_another_content_is_an_error_on_both_sides() -> None:
    comparison = Comparison(FIRST_SEED + 1, Habits(thaws=1.0))
    comparison.run()
    time, sending = comparison.story.sent[0]
    other = msgspec.structs.replace(sending, volume=sending.volume + 1)
    with pytest.raises(ValueError, match="known"):
        comparison.oracle.send(other, time)
    with pytest.raises(JournalConflictError, match="another content"):
        comparison.terminal.send(other, time)


def test_presenting_every_order_again_deals_nothing_and_answers_as_at_first() -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + 10):
        comparison = Comparison(seed)
        story = comparison.run()
        before = comparison.terminal.freeze()
        for time, sending in story.sent:
            assert list(comparison.terminal.send(sending, time)) == comparison.oracle.known[sending.order][1]
        assert comparison.terminal.freeze() == before
