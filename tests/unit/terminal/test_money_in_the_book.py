"""The book values an account as the server does: ledger and limits fold the server's facts and the same quotes."""

from random import Random
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.trading import OrderSending
from tallystick.market.rows import Quote
from tallystick.platform.accounts.ledger import Ledger
from tallystick.platform.accounts.valuation import account_view
from tallystick.platform.mt5.server import SimulatedTerminal
from tallystick.platform.portfolio.limits_watch import LimitsWatch
from tallystick.platform.risk.account_limits import AccountLimits
from tests.unit.terminal import exchange
from tests.unit.terminal.exchange import order, pair, server
from tests.unit.terminal.server import BUY, SELL, moments, pass_deadlines
from tests.unit.terminal.test_money_through_pairs import ACCOUNTS

MOST = 60_000
"""The loss in minor units that the limits of these tests allow."""


def latest(terminal: SimulatedTerminal) -> dict[str, Quote]:
    """The server's prices as the kernel hands them to modules."""
    state, known = terminal.state, terminal.instruments
    price = {symbol: known[symbol].price for symbol in state.bids}
    return {
        symbol: Quote(0, symbol, 0, price[symbol](state.bids[symbol]), price[symbol](state.asks[symbol]), 0, 0)
        for symbol in state.bids
    }


@pytest.mark.parametrize("mode", ["hedging", "netting"])
@pytest.mark.parametrize("seed", range(12))
def test_the_ledger_values_the_account_as_the_server_does(seed: int, mode: str) -> None:
    random = Random(seed)
    currency = [*ACCOUNTS][seed % len(ACCOUNTS)]
    kind = random.choice(("quote", "bar"))
    terminal = server(
        currency,
        [pair(symbol) for symbol in ACCOUNTS[currency]],
        kind=kind,
        leverage=200,
        margin_mode=mode,
        balance=900_000,
        credit=seed * 1_000,
    )
    rows = (
        exchange.random_quotes(random, terminal, 250) if kind == "quote" else exchange.random_bars(random, terminal, 90)
    )
    ledger, valued = Ledger(lambda time: time // 86_400_000_000_000, terminal.instruments), 0
    for fact in terminal.opening():
        ledger.apply(fact, 0)
    for number, (start, stop) in enumerate(moments(rows)):
        told = [*pass_deadlines(terminal, rows, start)]
        told += [fact for _, fact in terminal.settle(rows.part(start, stop))]
        time = int(rows.time[stop - 1])
        if len(terminal.state.bids) == len(terminal.instruments) and random.random() < 0.4:
            sending: OrderSending = exchange.random_order(random, number, terminal)
            told += terminal.send(sending, time)
        for fact in told:
            ledger.apply(fact, time)
        view = account_view(ledger, latest(terminal), terminal.instruments, time)
        assert view is not None
        assert (view.balance, view.equity, view.margin) == (terminal.balance, terminal.equity, terminal.margin)
        valued += view.margin > 0
    assert valued > 20


@pytest.mark.parametrize("seed", range(10))
def test_limits_look_at_the_equity_that_the_server_has_row_by_row_and_at_once(seed: int) -> None:
    random = Random(seed)
    currency = [*ACCOUNTS][seed % len(ACCOUNTS)]
    terminal = server(currency, [pair(symbol) for symbol in ACCOUNTS[currency]], leverage=200, balance=5_000_000)
    symbols, ledger = [*terminal.instruments], Ledger(lambda _: 0, terminal.instruments)
    eager, lazy = (LimitsWatch(AccountLimits(max_loss=MOST), "utc") for _ in range(2))

    def context() -> Any:
        quotes, known = latest(terminal), terminal.instruments
        view = account_view(ledger, quotes, known, 0)
        positions = ledger.state.positions
        return SimpleNamespace(account=view, positions=positions, quotes=quotes, instruments=known, time=0, orders={})

    def heard(fact: Any) -> None:
        ledger.apply(fact, 0)
        for watch in (eager, lazy):
            watch.react(fact, context())

    for number, symbol in enumerate(symbols):
        heard(declared(number, symbol))
    for fact in terminal.opening():
        heard(fact)
    rows = exchange.random_quotes(random, terminal, 400, step=200)
    first = len(symbols)
    for place in range(first):
        terminal.settle(rows.part(place, place + 1))
    for number, symbol in enumerate(symbols):
        terminal.send(order(number, symbol, random.choice((BUY, SELL)), 0.7), 0)
    while terminal.state.in_flight:
        for _, fact in terminal.settle(rows.part(first, first + 1)):
            heard(fact)
        first += 1
    assert len(ledger.state.positions) == len(symbols)
    later = rows.part(first, 400)
    found, reached, equities = lazy.scan(later), -1, [terminal.equity]
    thawed = LimitsWatch(AccountLimits(max_loss=MOST), "utc")
    thawed.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(lazy.freeze()), strict=False))
    assert thawed.scan(later) == found
    for place in range(len(later)):
        assert not terminal.settle(later.part(place, place + 1))
        symbol = symbols[later.series.item(place)]
        said = eager.react(latest(terminal)[symbol], context())
        assert eager.equity == terminal.equity
        equities.append(eager.equity)
        reached = place if said and reached < 0 else reached
    assert reached == found
    quiet = found if found >= 0 else len(later)
    lazy.advance(later.part(0, quiet))
    assert lazy.equity == equities[quiet]


def declared(number: int, symbol: str) -> SeriesDeclared:
    return SeriesDeclared(
        series=number, symbol=symbol, kind="quote", period_ns=0, time_rule="utc", source="", rows=-1, data_hash=""
    )
