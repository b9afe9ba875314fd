"""The statistics of MT5's tester report, against a real report and against cases small enough to do by hand."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.report.foreign import read_report
from tallystick.platform.report.tester import BeyondDeals
from tallystick.platform.report.tester import tester_statistics as computed
from tallystick.platform.report.tester_deals import Entry, TableDeal
from tallystick.platform.report.tester_layout import BEYOND, LAYOUT, lines, printed
from tallystick.platform.report.tester_measures import Falls, falls, holding, regression, runs, weekends, z_score
from tallystick.platform.report.tester_numbers import NOT_FROM_DEALS, clock, fixed, money, spaced
from tallystick.platform.report.tester_positions import Held, traded

VECTORS = Path(__file__).resolve().parents[2] / "golden" / "vectors" / "mt5"
DEALS = VECTORS / "mt5_report_small.deals.csv"
LOT = 100_000_000
HOUR = 3600
FRIDAY = 86_400 * (365 * 40 + 10 + 0)  # 1 January 2010 was a Friday


@pytest.fixture(scope="module")
def reported() -> dict[str, str]:
    text = (VECTORS / "mt5_report_small.recomputed.json").read_text(encoding="utf-8")
    found: dict[str, str] = json.loads(text)["reported"]
    return found


def deal(side: str, entry: Entry, amount: int = 0, **more: Any) -> TableDeal:
    """One deal; the balance is told by `book` below."""
    given: dict[str, Any] = {
        "time": 0, "deal": 0, "symbol": "EURUSD", "volume": LOT, "price": 1.0, "commission": 0, "swap": 0,
        "profit": amount, "balance": 0,
    }  # fmt: skip
    return TableDeal(type=side, entry=entry, **{**given, **more})


def book(*deals: TableDeal, deposit: int = 100_000) -> list[TableDeal]:
    """A table that begins with a deposit, every balance filled in."""
    listed = [deal("balance", "", deposit), *deals]
    found, balance = [], 0
    for number, one in enumerate(listed):
        balance += one.amount
        values = {name: getattr(one, name) for name in TableDeal.__slots__}
        found.append(TableDeal(**{**values, "deal": number, "balance": balance, "time": one.time or number * HOUR}))
    return found


def trades(*results: int) -> list[TableDeal]:
    return book(*(one for result in results for one in (deal("buy", "in"), deal("sell", "out", result))))


def test_every_statistic_from_deals_is_what_a_real_report_prints(reported: dict[str, str]) -> None:
    report = read_report(DEALS)
    values = report.values(report.statistics())
    names = [name for row in LAYOUT for name in row if name and name not in BEYOND | {"Recovery Factor"}]
    assert {name: values[name] for name in names} == {name: reported[name] for name in names}
    assert len(names) == 32


def test_what_deals_cannot_tell_is_marked(reported: dict[str, str]) -> None:
    report = read_report(DEALS)
    values = report.values(report.statistics())
    assert {name for name, value in values.items() if value == NOT_FROM_DEALS} == BEYOND | {"Recovery Factor"}
    assert set(reported) == {name for row in LAYOUT for name in row if name}


def test_the_table_adds_up_to_its_own_balances() -> None:
    with DEALS.open(encoding="utf-8") as file:
        last = list(csv.DictReader(file))[-1]["balance"]
    report = read_report(DEALS)
    statistics = report.statistics()
    assert money(statistics.deposit + statistics.net, 2) == f"{float(last):,.2f}".replace(",", " ")


def test_a_result_of_zero_is_a_win_and_ends_no_run() -> None:
    some = computed(trades(100, 0, 200, -50))
    assert (some.won, some.lost, some.longs.won) == (3, 1, 3)
    assert (some.wins.longest.count, some.wins.longest.money) == (3, 300)


def test_of_equally_long_runs_the_one_with_more_money_counts() -> None:
    won, lost = runs([1, 1, -5, -5, 9, 9, -1, -1])
    assert (won.longest.count, won.longest.money) == (2, 18)
    assert (lost.longest.count, lost.longest.money) == (2, -10)


def test_average_runs_round_halves_up() -> None:
    won, _ = runs([1, 1, -1, 1, -1])
    assert won.average == 2


def test_swap_and_commission_of_both_deals_belong_to_the_trade() -> None:
    table = book(deal("buy", "in", commission=-70), deal("sell", "out", 1000, commission=-70, swap=-10))
    some = computed(table)
    assert (some.net, some.gross_profit, some.deals) == (850, 850, 2)


def test_partial_closes_share_the_opening_commission_to_the_cent() -> None:
    parts = [deal("sell", "out", 100, volume=LOT) for _ in range(3)]
    table = book(deal("buy", "in", commission=-100, volume=3 * LOT), *parts)
    some = computed(table)
    assert (some.trades, some.net, some.longs.trades) == (3, 200, 3)
    assert len(traded(table).held) == 1


def test_the_commission_of_what_stays_open_is_part_of_the_net_and_of_no_trade() -> None:
    opened = [deal("buy", "in", commission=-70), deal("sell", "out", 1000, commission=-70)]
    some = computed(book(*opened, deal("buy", "in", commission=-70, volume=2 * LOT), deal("sell", "out", 0)))
    assert (some.trades, some.still_open) == (2, 1)
    assert some.gross_profit + some.gross_loss == 1000 - 140 - 35
    assert some.net == 1000 - 140 - 70


def test_a_turn_on_a_netting_account_closes_one_position_and_opens_another() -> None:
    table = book(
        deal("buy", "in", volume=LOT),
        deal("sell", "inout", 500, volume=3 * LOT),
        deal("buy", "out", -20, volume=2 * LOT),
    )
    some = computed(table)
    assert (some.trades, some.longs.trades, some.shorts.trades, some.net) == (2, 1, 1, 480)
    assert [one.closed - one.opened for one in traded(table).held] == [HOUR, HOUR]


def test_a_close_by_counts_both_positions() -> None:
    table = book(deal("buy", "in"), deal("sell", "in"), deal("sell", "out_by", 30), deal("buy", "out_by"))
    some = computed(table)
    assert (some.trades, some.longs.trades, some.shorts.trades, some.deals) == (2, 1, 1, 4)


def test_a_hedging_table_without_numbers_is_matched_by_what_a_price_step_is_worth() -> None:
    first = [deal("buy", "in", price=1.1), deal("sell", "out", 10_000, price=1.2)]
    both = [deal("buy", "in", price=1.2), deal("buy", "in", price=1.3)]
    ends = [deal("sell", "out", 10_000, price=1.4), deal("sell", "out", 20_000, price=1.4)]
    assert [one.closed - one.opened for one in traded(book(*first, *both, *ends)).held] == [HOUR, HOUR, 3 * HOUR]


def test_a_part_of_a_larger_position_is_not_taken_for_one_of_its_volume() -> None:
    first = [deal("buy", "in", price=1.1), deal("sell", "out", 10_000, price=1.2)]
    both = [deal("buy", "in", price=1.2, volume=2 * LOT), deal("buy", "in", price=1.3)]
    ends = [deal("sell", "out", 20_000, price=1.4), deal("sell", "out", 10_000, price=1.4)]
    rest = [deal("sell", "out", 20_000, price=1.4)]
    held = traded(book(*first, *both, *ends, *rest)).held
    assert [one.closed - one.opened for one in held] == [HOUR, 2 * HOUR, 4 * HOUR]


def test_what_a_price_step_is_worth_is_known_from_later_trades_too() -> None:
    both = [deal("buy", "in", price=1.2), deal("buy", "in", price=1.3)]
    ends = [deal("sell", "out", 10_000, price=1.4), deal("sell", "out", 20_000, price=1.4)]
    later = [deal("buy", "in", price=1.1), deal("sell", "out", 10_000, price=1.2)]
    assert [one.closed - one.opened for one in traded(book(*both, *ends, *later)).held] == [HOUR, 3 * HOUR, HOUR]


def test_positions_with_numbers_are_followed_by_number() -> None:
    table = book(
        deal("buy", "in", position=7), deal("buy", "in", position=8), deal("sell", "out", 5, position=8),
        deal("sell", "out", 6, position=7),
    )  # fmt: skip
    assert [one.closed - one.opened for one in traded(table).held] == [HOUR, 3 * HOUR]


def test_money_put_in_or_taken_out_is_no_result_and_no_drawdown() -> None:
    table = book(deal("buy", "in"), deal("sell", "out", 1_000), deal("balance", "", -50_000), deal("buy", "in"),
                 deal("sell", "out", -100))  # fmt: skip
    some = computed(table)
    assert (some.net, some.withdrawal, some.balance.maximal.money) == (900, 50_000, 100)
    assert printed(some)["Withdrawal"] == "500.00"
    assert some.ahpr == pytest.approx((101_000 / 100_000 + 50_900 / 51_000) / 2)


def test_a_brokers_charge_deepens_a_drawdown() -> None:
    falling = [deal("buy", "in"), deal("sell", "out", -1_000), deal("daily commission", "", -10), deal("buy", "in")]
    some = computed(book(*falling, deal("sell", "out", -500)))
    assert some.balance.maximal.money == 1_510
    assert some.net == -1_500


def test_a_credit_moves_no_balance() -> None:
    table = book(deal("buy", "in"), deal("sell", "out", 1_000), deal("buy", "in"), deal("sell", "out", 1_000))
    credit = deal("credit", "", 20_000, balance=101_000)
    some = computed([*table[:3], credit, *table[3:]])
    assert (some.net, some.withdrawal, some.deposit) == (2_000, 0, 100_000)
    assert some.ahpr == pytest.approx((1.01 + 102 / 101) / 2)


def test_drawdowns_are_absolute_maximal_and_relative() -> None:
    found = falls([(120, False), (90, False), (200, False), (150, False)], 100)
    assert (found.absolute, found.maximal.money, found.maximal.percent) == (10, 50, 25.0)
    assert (found.relative.money, found.relative.percent) == (30, 25.0)


def test_the_correlation_is_taken_over_nought_nought_one_two() -> None:
    correlation, error = regression([0, -3217, -6472, -9742])
    assert fixed(correlation) == "-0.95"
    assert fixed(error / 100) == "0.19"


@pytest.mark.parametrize(
    ("balances", "expected"), [([0, -3229, -6621], "-0.87"), ([0, -3351, 1597], "0.75"), ([0, 8575, 5048], "0.10")]
)
def test_correlations_of_short_tests_are_those_that_reports_print(balances: list[int], expected: str) -> None:
    assert fixed(regression(balances)[0]) == expected


def test_confidence_comes_from_a_table_that_ends_at_three_deviations() -> None:
    results = [1] * 200 + [-1] * 200
    score, confidence = z_score(results)
    assert score < -3
    assert confidence == 99.74
    assert z_score([1, -1]) == (0.0, 0.0)
    assert z_score([1, 1, 1]) == (0.0, 0.0)


def test_a_test_without_trades_prints_what_mt5_prints() -> None:
    values = printed(computed(book()))
    assert values["AHPR"] == "0.0000 (0.00%)"
    assert values["Z-Score"] == "0.00 (0.00%)"
    assert values["Balance Drawdown Maximal"] == "0.00 (0.00%)"
    assert values["Short Trades (won %)"] == "0 (0.00%)"
    assert values["Minimal position holding time"] == "0:00:00"


def test_whole_weekends_are_taken_out_of_holding_times() -> None:
    saturday, monday = FRIDAY + 24 * HOUR, FRIDAY + 72 * HOUR
    assert weekends(FRIDAY, monday) == 1
    assert weekends(FRIDAY, monday - 1) == 0
    assert weekends(saturday, monday) == 1
    assert weekends(saturday + 1, monday) == 0
    assert weekends(FRIDAY, monday + 7 * 24 * HOUR) == 2
    assert holding([Held(FRIDAY, monday + HOUR, 0)]).longest == 25 * HOUR


def test_the_shortest_holding_begins_anew_after_a_position_of_no_length() -> None:
    lengths = [5, 0, 9, 12]
    assert holding([Held(0, length, 0) for length in lengths]).shortest == 9


def test_numbers_are_printed_with_spaces_and_rounded_as_mt5_rounds() -> None:
    assert money(-123_456_789, 2) == "-1 234 567.89"
    assert money(-5, 0) == "-5"
    assert spaced(1234.5) == "1 234.50"
    assert fixed(-0.001) == "-0.00"
    assert fixed(2.675, 2) == "2.68"
    assert clock(12 * HOUR + 323) == "12:05:23"


def test_what_is_known_of_our_own_runs_fills_the_rest() -> None:
    beyond = BeyondDeals(equity=falls([(90_000, False)], 100_000), margin_level=9086.36, sharpe=0.05)
    values = printed(computed(trades(500)), beyond)
    assert values["Equity Drawdown Maximal"] == "100.00 (10.00%)"
    assert values["Recovery Factor"] == "0.05"
    assert values["Margin Level"] == "9086.36%"
    assert NOT_FROM_DEALS not in values.values()
    assert printed(computed(trades(500)), BeyondDeals(Falls()))["Recovery Factor"] == "0.00"


def test_what_cannot_be_computed_still_leaves_room_between_columns() -> None:
    shown = lines(printed(computed(trades(100, -50))))
    assert f"{NOT_FROM_DEALS} Ticks:" in "\n".join(shown)


def test_the_layout_shows_every_statistic_once() -> None:
    shown = "\n".join(lines(printed(computed(trades(5, -3)))))
    assert all(shown.count(f"{name}:") == 1 for row in LAYOUT for name in row if name)
