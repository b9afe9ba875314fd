"""Profits, margins and equity in another currency than the account's: by hand, and against an oracle in fractions."""

from fractions import Fraction
from random import Random

import msgspec
import pytest

from tallystick.events.event import Event
from tallystick.events.types.account import AccountStoppedOut, PositionMarginFixed
from tallystick.events.types.trading import DealMade
from tallystick.market.conversion import CurrencyError
from tallystick.platform.mt5.server import SimulatedTerminal
from tests.unit.terminal import exchange
from tests.unit.terminal.exchange import deals, order, pair, quote, server
from tests.unit.terminal.server import BUY, LOT, SECOND, SELL, moments, pass_deadlines

ACCOUNTS = {
    "USD": ("EURUSD", "USDJPY"),
    "EUR": ("EURUSD", "EURJPY"),
    "JPY": ("EURUSD", "USDJPY"),
    "CHF": ("USDJPY", "USDCHF"),
    "GBP": ("EURUSD", "GBPUSD", "USDJPY"),
}
"""Account currencies with pairs that convert directly, inversely and over two."""


def test_a_yen_profit_on_a_dollar_account_is_sold_at_the_ask_of_usdjpy() -> None:
    terminal = server("USD", [pair("EURUSD"), pair("USDJPY")], leverage=100)
    quote(terminal, 0, EURUSD=(120_000, 120_010), USDJPY=(110_000, 110_010))
    terminal.send(order(1, "USDJPY", BUY, 1.0), 0)
    (opened,) = deals(quote(terminal, 1, USDJPY=(110_000, 110_010)))
    assert opened.price == 110.010
    # One lot of dollars needs no rate: 100,000 / 100.
    assert terminal.margin == 100_000
    quote(terminal, 2, USDJPY=(111_000, 111_020))
    # 0.990 yen on 100,000 dollars is 99,000 yen; each dollar costs 111.020 of them: 891.73 dollars.
    assert terminal.equity == 100_000_000 - 350 + 89_173
    terminal.send(order(2, "USDJPY", SELL, 1.0, position=opened.position), 0)
    (closed,) = deals(quote(terminal, 3, USDJPY=(111_000, 111_020)))
    assert closed.profit == 89_173
    assert terminal.balance == 100_000_000 - 700 + 89_173


def test_a_yen_loss_on_a_dollar_account_is_bought_at_the_bid_of_usdjpy() -> None:
    terminal = server("USD", [pair("USDJPY")], leverage=100)
    quote(terminal, 0, USDJPY=(110_000, 110_010))
    terminal.send(order(1, "USDJPY", BUY, 1.0), 0)
    quote(terminal, 1, USDJPY=(110_000, 110_010))
    quote(terminal, 2, USDJPY=(109_000, 109_020))
    # 1.010 yen lost on 100,000 dollars are 101,000 yen; each dollar sold brings 109.000: 926.61 dollars.
    assert terminal.equity == 100_000_000 - 350 - 92_661


def test_both_pairs_on_one_dollar_account_add_up() -> None:
    terminal = server("USD", [pair("EURUSD"), pair("USDJPY")], leverage=100)
    quote(terminal, 0, EURUSD=(120_000, 120_010), USDJPY=(110_000, 110_010))
    terminal.send(order(1, "EURUSD", SELL, 2.0), 0)
    terminal.send(order(2, "USDJPY", SELL, 0.5), 0)
    quote(terminal, 1, EURUSD=(120_000, 120_010), USDJPY=(110_000, 110_010))
    # Two lots of euros at 1.20000 by 100, half a lot of dollars by 100.
    assert terminal.margin == 240_000 + 50_000
    quote(terminal, 2, EURUSD=(119_500, 119_520), USDJPY=(109_000, 109_020))
    euros = 200_000 * Fraction(120_000 - 119_520, 100_000)
    yen = 50_000 * Fraction(110_000 - 109_020, 1_000)
    assert terminal.equity == 100_000_000 - 700 - 175 + 96_000 + round(yen / Fraction(109_020, 1_000) * 100)
    assert (int(euros), int(yen)) == (960, 49_000)


def test_euros_against_dollars_on_a_yen_account_go_over_usdjpy() -> None:
    terminal = server("JPY", [pair("EURUSD", commission_per_lot=400), pair("USDJPY")], leverage=100)
    quote(terminal, 0, EURUSD=(120_000, 120_010), USDJPY=(110_000, 110_010))
    terminal.send(order(1, "EURUSD", BUY, 1.0), 0)
    told = quote(terminal, 1, EURUSD=(120_000, 120_010))
    # A buy's margin is bought at the ask: 1,000 euros are 1,200.10 dollars, those 132,023 yen (132,023.001).
    assert [type(fact).__name__ for fact in told] == ["PositionMarginFixed", "DealMade", "OrderAnswered"]
    assert told[0] == PositionMarginFixed(position=1, symbol="EURUSD", margin=132_023, moment=deals(told)[0].moment)
    quote(terminal, 2, EURUSD=(120_110, 120_120), USDJPY=(112_000, 112_010))
    # Fixed where it opened; the profit of 100 dollars moves with USDJPY and is sold at its bid.
    assert terminal.margin == 132_023
    assert terminal.equity == 100_000_000 - 400 + 11_200
    quote(terminal, 3, EURUSD=(119_910, 119_920))
    assert terminal.equity == 100_000_000 - 400 - 11_201


def test_a_part_closed_takes_its_part_of_the_margin_with_it() -> None:
    terminal = server("JPY", [pair("EURUSD"), pair("USDJPY")], leverage=100)
    quote(terminal, 0, EURUSD=(120_000, 120_010), USDJPY=(110_000, 110_010))
    terminal.send(order(1, "EURUSD", BUY, 1.0), 0)
    quote(terminal, 1, EURUSD=(120_000, 120_010))
    terminal.send(order(2, "EURUSD", SELL, 0.25, position=1), 0)
    told = quote(terminal, 2, EURUSD=(120_000, 120_010))
    assert [fact.margin for fact in told if isinstance(fact, PositionMarginFixed)] == [99_017]
    assert terminal.margin == 99_017


def test_a_constant_rate_stands_in_for_a_pair() -> None:
    rated = pair("EURJPY", profit_rate=0.009, margin_rate=1.25)
    terminal = server("USD", [rated], leverage=50)
    quote(terminal, 0, EURJPY=(130_000, 130_010))
    terminal.send(order(1, "EURJPY", BUY, 1.0), 0)
    quote(terminal, 1, EURJPY=(130_000, 130_010))
    assert terminal.margin == 2_000 * 125
    quote(terminal, 2, EURJPY=(130_110, 130_120))
    # 0.100 yen on 100,000 euros: 10,000 yen at 0.009.
    assert terminal.equity == 100_000_000 - 350 + 9_000


def test_a_missing_pair_is_named_with_the_ways_out() -> None:
    with pytest.raises(
        CurrencyError,
        match=r"E118 EURJPY is in JPY, the account in USD.*Add the data of JPYUSD or USDJPY, or state profit_rate",
    ):
        server("USD", [pair("EURJPY")])


def test_no_order_is_taken_before_the_pair_that_converts_it_has_a_price() -> None:
    terminal = server("JPY", [pair("EURUSD"), pair("USDJPY")])
    quote(terminal, 0, EURUSD=(120_000, 120_010))
    (answer,) = terminal.send(order(1, "EURUSD"), 0)
    assert getattr(answer, "retcode", 0) == 10021
    assert terminal.order_profit("EURUSD", 1, LOT, 1.2, 1.3) is None
    assert terminal.order_margin("EURUSD", 1, LOT, 1.2) is None


def test_a_pair_s_fall_alone_stops_an_account_out() -> None:
    """The position's own price stands still; the rate of its loss grows."""
    terminal = server("USD", [pair("EURJPY"), pair("EURUSD"), pair("USDJPY")], balance=230_000, leverage=100)
    quote(terminal, 0, EURJPY=(130_000, 130_010), EURUSD=(120_000, 120_000), USDJPY=(110_000, 110_000))
    terminal.send(order(1, "EURJPY", BUY, 1.0), 0)
    quote(terminal, 1, EURJPY=(130_000, 130_010))
    quote(terminal, 2, EURJPY=(128_185, 128_195))
    assert terminal.margin == 120_000
    rows = exchange.quotes(terminal, [("USDJPY", 3 * 10**9, 109_000, 109_000), ("USDJPY", 4 * 10**9, 107_500, 107_500)])
    assert terminal.scan(rows) == 1
    assert terminal.settle(rows.part(0, 1)) == []
    told = [fact for _, fact in terminal.settle(rows.part(1, 2))]
    assert [type(fact) for fact in told] == [AccountStoppedOut, DealMade]


# -- random accounts


def feed(seed: int) -> tuple[Random, SimulatedTerminal, bool]:
    random = Random(seed)
    currency = [*ACCOUNTS][seed % len(ACCOUNTS)]
    kind = random.choice(("quote", "bar"))
    terminal = server(
        currency,
        [pair(symbol) for symbol in ACCOUNTS[currency]],
        kind=kind,
        balance=random.choice((100_000, 300_000, 1_000_000)),
        leverage=random.choice((100, 500)),
        margin_mode=random.choice(("hedging", "netting")),
        server_time="new_york+7",
    )
    return random, terminal, kind == "quote"


def run(seed: int, *, thaw_at: int = -1) -> list[Event]:
    """Every fact of a random run, the scan checked against the settling of every moment."""
    random, terminal, quoted = feed(seed)
    rows = exchange.random_quotes(random, terminal, 250) if quoted else exchange.random_bars(random, terminal, 100)
    told: list[Event] = []
    for number, (start, stop) in enumerate(moments(rows)):
        told += pass_deadlines(terminal, rows, start)
        hit = terminal.scan(rows.part(start, len(rows)))
        facts = terminal.settle(rows.part(start, stop))
        assert (hit == 0) == bool(facts), f"seed {seed}, moment {number}: scan said {hit}, settled {facts}"
        told += [fact for _, fact in facts]
        if len(terminal.state.bids) == len(terminal.instruments) and random.random() < 0.3:
            sending = exchange.random_order(random, number, terminal)
            told += terminal.send(sending, int(rows.time[stop - 1]))
        if number == thaw_at:
            frozen = msgspec.msgpack.decode(msgspec.msgpack.encode(terminal.freeze()), strict=False)
            terminal = feed(seed)[1]
            terminal.thaw(frozen)
    return told


@pytest.mark.parametrize("seed", range(30))
def test_the_scan_names_the_first_moment_that_settle_acts_on(seed: int) -> None:
    assert run(seed)


@pytest.mark.parametrize("seed", range(10))
def test_a_thawed_server_goes_on_as_if_nothing_had_happened(seed: int) -> None:
    assert run(seed, thaw_at=40) == run(seed)


def test_the_random_runs_stop_accounts_out_and_fix_margins() -> None:
    told = [fact for seed in range(30) for fact in run(seed)]
    assert sum(isinstance(fact, AccountStoppedOut) for fact in told) > 5
    assert sum(isinstance(fact, PositionMarginFixed) for fact in told) > 20


@pytest.mark.parametrize("seed", range(40))
def test_every_figure_of_a_hedging_account_is_the_oracle_s(seed: int) -> None:
    """Quote by quote: each deal's profit, the balance, the equity and the margins kept."""
    random = Random(seed)
    currency = [*ACCOUNTS][seed % len(ACCOUNTS)]
    terminal = server(currency, [pair(symbol) for symbol in ACCOUNTS[currency]], leverage=100, balance=50_000_000)
    rows = exchange.random_quotes(random, terminal, 200)
    balance, held, dealt = 50_000_000, dict[int, tuple[str, int, Fraction, Fraction, int]](), 0
    for number in range(len(rows)):
        for _, fact in terminal.settle(rows.part(number, number + 1)):
            if not isinstance(fact, DealMade):
                continue
            quoted = {
                symbol: (terminal.state.bids[symbol], terminal.state.asks[symbol]) for symbol in terminal.state.bids
            }
            lots, points = (
                Fraction(fact.volume, LOT),
                round(fact.price * 10 ** terminal.instruments[fact.symbol].digits),
            )
            direction, expected = 1 if fact.type == "buy" else -1, 0
            if fact.entry == "in":
                bound = exchange.margin(fact.symbol, direction, lots, Fraction(points), 100, currency, quoted)
                held[fact.position] = fact.symbol, direction, lots, Fraction(points), bound
            else:
                symbol, own, volume, opened, bound = held.pop(fact.position)
                expected = exchange.profit(symbol, own, lots, opened, points, currency, quoted)
                if lots < volume:
                    held[fact.position] = (
                        symbol,
                        own,
                        volume - lots,
                        opened,
                        exchange.nearest(bound * (volume - lots) / volume),
                    )
            assert fact.profit == expected
            balance += expected + fact.commission
            dealt += 1
            assert fact.balance == balance
        quoted = {symbol: (terminal.state.bids[symbol], terminal.state.asks[symbol]) for symbol in terminal.state.bids}
        floating = sum(
            exchange.profit(symbol, own, lots, opened, quoted[symbol][own < 0], currency, quoted)
            for symbol, own, lots, opened, _ in held.values()
        )
        assert terminal.equity == balance + floating
        for ticket, (_, _, _, _, bound) in held.items():
            kept = terminal.state.positions[ticket].margin
            assert kept in {-1, bound}
        if len(terminal.state.bids) == len(terminal.instruments) and random.random() < 0.4:
            terminal.send(exchange.random_order(random, number, terminal), int(rows.time[number]))
    assert dealt > 10


@pytest.mark.parametrize("seed", range(20))
def test_what_is_reckoned_before_is_what_the_deal_books(seed: int) -> None:
    random = Random(seed)
    currency = [*ACCOUNTS][seed % len(ACCOUNTS)]
    symbols = ACCOUNTS[currency]
    terminal = server(currency, [pair(symbol) for symbol in symbols], leverage=100, balance=50_000_000)
    quote(terminal, 0, **{symbol: (exchange.MIDDLES[symbol], exchange.MIDDLES[symbol] + 7) for symbol in symbols})
    symbol, kind = random.choice(symbols), random.choice((BUY, SELL))
    lots = random.randint(1, 300) / 100
    instrument, direction = terminal.instruments[symbol], 1 if kind == BUY else -1
    opening = terminal.order_margin(
        symbol,
        direction,
        round(lots * LOT),
        instrument.price((terminal.state.asks if kind == BUY else terminal.state.bids)[symbol]),
    )
    checked = terminal.check(order(1, symbol, kind, lots), 0)
    terminal.send(order(1, symbol, kind, lots), 0)
    (opened,) = deals(quote(terminal, 1, **{symbol: (terminal.state.bids[symbol], terminal.state.asks[symbol])}))
    assert checked.retcode == 0
    assert opening == terminal.margin == checked.margin
    moved = exchange.MIDDLES[symbol] + random.randint(-900, 900)
    quote(terminal, 2, **{symbol: (moved, moved + random.randint(0, 20))})
    closing = (terminal.state.bids if kind == BUY else terminal.state.asks)[symbol]
    reckoned = terminal.order_profit(symbol, direction, round(lots * LOT), opened.price, instrument.price(closing))
    back = order(2, symbol, SELL if kind == BUY else BUY, lots, position=opened.position)
    after = terminal.check(back, 0)
    terminal.send(back, 0)
    (closed,) = deals(quote(terminal, 3, **{symbol: (terminal.state.bids[symbol], terminal.state.asks[symbol])}))
    assert reckoned == closed.profit
    assert after.retcode == 0
    assert (after.balance + closed.commission, after.margin, after.profit) == (terminal.balance, 0, 0)


def test_closing_by_an_opposite_position_leaves_its_part_of_the_margin() -> None:
    terminal = server("JPY", [pair("EURUSD"), pair("USDJPY")], leverage=100)
    quote(terminal, 0, EURUSD=(120_000, 120_010), USDJPY=(110_000, 110_010))
    terminal.send(order(1, "EURUSD", BUY, 1.0), 0)
    terminal.send(order(2, "EURUSD", SELL, 0.25), 0)
    quote(terminal, 1, EURUSD=(120_000, 120_010))
    assert terminal.state.positions[1].margin == 132_023
    told = terminal.send(order(3, "EURUSD", 8, 0.25, action=10, position=1, opposite=2), 0)
    assert [type(fact).__name__ for fact in told] == ["PositionMarginFixed", "DealMade", "DealMade", "OrderAnswered"]
    assert terminal.margin == 99_017
    frozen = msgspec.msgpack.decode(msgspec.msgpack.encode(terminal.freeze()), strict=False)
    thawed = server("JPY", [pair("EURUSD"), pair("USDJPY")], leverage=100)
    thawed.thaw(frozen)
    assert thawed.send(order(3, "EURUSD", 8, 0.25, action=10, position=1, opposite=2), 0) == told


@pytest.mark.parametrize("short", [0, 1])
@pytest.mark.parametrize("seed", range(25))
def test_the_scan_is_right_to_the_minor_unit_of_the_stop_out(seed: int, short: int) -> None:
    """Equity exactly at the stop-out level stands; one minor unit below it does not."""
    random = Random(seed)
    currency = [*ACCOUNTS][seed % len(ACCOUNTS)]
    symbols = ACCOUNTS[currency]
    terminal = server(currency, [pair(symbol) for symbol in symbols], leverage=100, balance=10**9)
    quote(terminal, 0, **{symbol: (exchange.MIDDLES[symbol], exchange.MIDDLES[symbol] + 9) for symbol in symbols})
    for number, symbol in enumerate(symbols):
        terminal.send(order(number, symbol, random.choice((BUY, SELL)), random.randint(1, 2000) / 100), 0)
    quote(terminal, 1, **{symbol: (exchange.MIDDLES[symbol], exchange.MIDDLES[symbol] + 9) for symbol in symbols})
    moved, state = random.choice(symbols), terminal.state
    bid = exchange.MIDDLES[moved] + random.randint(-2_000, 2_000)
    rows = exchange.quotes(terminal, [(moved, 2 * SECOND, bid, bid + random.randint(0, 40))])
    before = dict(state.bids), dict(state.asks)
    assert terminal.settle(rows) == []
    state.balance -= terminal.equity - (terminal.margin + 1) // 2 + short
    told = [state.balance, terminal.equity * 10_000 < 5_000 * terminal.margin]
    state.bids, state.asks = before
    frozen = server(currency, [pair(symbol) for symbol in symbols], leverage=100, balance=10**9)
    frozen.thaw(terminal.freeze())
    assert told == [frozen.balance, bool(short)]
    if frozen.equity * 10_000 >= 5_000 * frozen.margin:
        assert (frozen.scan(rows) == 0) == bool(short)
        assert bool(frozen.settle(rows)) == bool(short)
