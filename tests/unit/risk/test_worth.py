"""Risk's quick whole numbers against the market's exact arithmetic: never less, and at most one minor unit more."""

import random
from dataclasses import replace
from fractions import Fraction

from tallystick.market.instrument import LOT
from tallystick.market.margin import order_rule
from tallystick.market.money import point_money, rounded
from tallystick.platform.accounts.rates import rate_between
from tallystick.platform.risk.worth import margin_of, value_of
from tests.unit.risk.desk import EURUSD, USDJPY, XAUUSD, FakeContext, account, quote

EURJPY = replace(USDJPY, symbol="EURJPY", currency_base="EUR")


def test_margin_and_value_are_the_markets_rounded_up() -> None:
    chance = random.Random(8)
    for _ in range(2_000):
        instrument = chance.choice((EURUSD, XAUUSD))
        volume, points = chance.randrange(1, 10_000 * 100) * (LOT // 100), chance.randrange(1, 2_000_000)
        leverage = chance.choice((1, 30, 100, 500))
        desk = FakeContext(account=account(leverage=leverage))
        units = point_money(instrument, 2).units(volume)
        market = rounded(*order_rule(instrument, leverage, 2, "USD").amount(1, units, points * units))
        own = margin_of(instrument, volume, points, desk.account, desk)
        assert own is not None
        assert market <= own <= market + 1
        exact = (
            Fraction(volume, LOT) * Fraction(instrument.contract_size) * Fraction(points, 10**instrument.digits) * 100
        )
        value = value_of(instrument, volume, points, desk.account, desk)
        assert value is not None
        assert exact <= value < exact + 1


def test_a_rate_comes_from_a_pair_either_way_round_and_is_never_made_up() -> None:
    instruments = {one.symbol: one for one in (EURUSD, USDJPY)}
    quotes = {"EURUSD": quote("EURUSD", 1.3, 1.3001), "USDJPY": quote("USDJPY", 99.0, 100.0)}
    desk = FakeContext(instruments=instruments, quotes=quotes)
    euro, dollar = account(currency="EUR"), desk.account
    assert rate_between("EUR", "XAUUSD", dollar, desk) == Fraction(130_010, 100_000)
    assert rate_between("JPY", "USDJPY", dollar, desk) == Fraction(1_000, 99_000)
    assert rate_between("JPY", "EURJPY", euro, desk) == Fraction(1_000, 99_000) * Fraction(100_000, 130_000)
    assert rate_between("CHF", "EURCHF", dollar, desk) is None
    assert rate_between("JPY", "USDJPY", dollar, FakeContext(instruments=instruments, quotes={})) is None


def test_a_position_in_a_third_currency_is_valued_over_the_quotes_or_not_at_all() -> None:
    instruments = {one.symbol: one for one in (EURJPY, USDJPY)}
    known = FakeContext(instruments=instruments, quotes={"USDJPY": quote("USDJPY", 100.0, 100.1)})
    assert value_of(EURJPY, LOT, 130_000, known.account, known) == 13_000_000
    unknown = FakeContext(instruments=instruments, quotes={})
    assert value_of(EURJPY, LOT, 130_000, unknown.account, unknown) is None
