"""Routes through pairs: which one is taken, what its sides are, and that nothing is ever made of a round trip."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.market.conversion import CurrencyError, Prices, Route, required_route, route_between
from tallystick.market.instrument import LOT, Instrument
from tallystick.market.terms import AccountTerms, NoRateError, converted

QUOTES = {"EURUSD": (120_000, 120_010), "USDJPY": (110_000, 110_020), "EURJPY": (132_000, 132_050)}


def pair(symbol: str, digits: int = 5, **changes: object) -> Instrument:
    made = Instrument(symbol, digits, 100_000.0, LOT // 100, LOT, LOT // 100)
    fields = made.fields() | {
        "currency_base": symbol[:3],
        "currency_profit": symbol[3:6],
        "currency_margin": symbol[:3],
    }
    return Instrument(**(fields | changes))


BOOK = {
    "EURUSD": pair("EURUSD"),
    "USDJPY": pair("USDJPY", 3),
    "EURJPY": pair("EURJPY", 3),
    "XAUUSD": pair("XAUUSD", 2, calc_mode="cfd_leverage"),
}


def of(*symbols: str) -> dict[str, Instrument]:
    return {symbol: BOOK[symbol] for symbol in symbols}


def symbols_of(route: Route | None) -> list[tuple[str, bool]]:
    assert route is not None
    return [(leg.symbol, leg.inverse) for leg in route.legs]


def rate(route: Route | None, *, dear: bool, quotes: Prices = QUOTES.get) -> Fraction:
    assert route is not None
    found = route.rate(quotes, dear=dear)
    assert found is not None
    return Fraction(*found)


def test_a_pair_in_its_own_direction_has_its_own_bid_and_ask() -> None:
    route = route_between("EUR", "USD", of("EURUSD"))
    assert symbols_of(route) == [("EURUSD", False)]
    assert (rate(route, dear=False), rate(route, dear=True)) == (Fraction(12, 10), Fraction(120_010, 100_000))


def test_a_pair_the_other_way_round_has_the_inverses_exchanged() -> None:
    route = route_between("JPY", "USD", of("USDJPY"))
    assert symbols_of(route) == [("USDJPY", True)]
    assert (rate(route, dear=False), rate(route, dear=True)) == (Fraction(1000, 110_020), Fraction(1000, 110_000))


def test_one_pair_is_taken_before_two_and_two_where_there_is_no_other_way() -> None:
    assert symbols_of(route_between("EUR", "JPY", BOOK)) == [("EURJPY", False)]
    over_two = route_between("EUR", "JPY", of("EURUSD", "USDJPY"))
    assert symbols_of(over_two) == [("EURUSD", False), ("USDJPY", False)]
    assert rate(over_two, dear=True) == Fraction(120_010, 100_000) * Fraction(110_020, 1000)
    assert symbols_of(route_between("JPY", "EUR", of("EURUSD", "USDJPY"))) == [("USDJPY", True), ("EURUSD", True)]


def test_the_instrument_itself_comes_before_another_name_of_its_pair() -> None:
    twice = {symbol: pair(symbol) for symbol in ("EURUSD.a", "EURUSD.b")}
    assert symbols_of(route_between("EUR", "USD", twice)) == [("EURUSD.a", False)]
    assert symbols_of(route_between("EUR", "USD", twice, "EURUSD.b")) == [("EURUSD.b", False)]
    assert symbols_of(route_between("EUR", "USD", dict(reversed(twice.items())))) == [("EURUSD.a", False)]


def test_metals_and_nothing_at_all_are_no_pairs() -> None:
    assert route_between("XAU", "USD", of("XAUUSD")) is None
    assert symbols_of(route_between("USD", "USD", {})) == []
    with pytest.raises(CurrencyError, match="Add the data of GBPUSD or USDGBP, or state profit_rate of UK100"):
        required_route("GBP", "USD", BOOK, "UK100", "profit_rate")


def test_without_a_price_there_is_no_rate_and_none_is_made_up() -> None:
    route = route_between("EUR", "JPY", of("EURUSD", "USDJPY"))
    assert route is not None
    assert route.rate({"EURUSD": (120_000, 120_010)}.get, dear=True) is None
    assert route.rate({"EURUSD": (120_000, 120_010), "USDJPY": (0, 0)}.get, dear=True) is None
    with pytest.raises(NoRateError, match="EURUSD and USDJPY"):
        converted(route, 1, 1, lambda _: None)


points = st.integers(1, 10**7)
spreads = st.integers(0, 1000)


@given(points, spreads, points, spreads, st.integers(-(10**12), 10**12), st.integers(1, 10**6))
def test_a_gain_is_never_flattered_and_a_loss_never_spared(
    first: int, wide: int, second: int, wider: int, numerator: int, denominator: int
) -> None:
    quotes = {"EURUSD": (first, first + wide), "USDJPY": (second, second + wider)}
    for source, target in (("EUR", "USD"), ("USD", "EUR"), ("EUR", "JPY"), ("JPY", "EUR")):
        there = route_between(source, target, of("EURUSD", "USDJPY"))
        back = route_between(target, source, of("EURUSD", "USDJPY"))
        assert rate(there, dear=False, quotes=quotes.get) <= rate(there, dear=True, quotes=quotes.get)
        assert rate(there, dear=False, quotes=quotes.get) * rate(back, dear=True, quotes=quotes.get) == 1
        assert there is not None
        exact = Fraction(numerator, denominator) * rate(there, dear=numerator < 0, quotes=quotes.get)
        assert abs(converted(there, numerator, denominator, quotes.get) - exact) <= Fraction(1, 2)


def test_terms_are_made_anew_when_the_book_learns_of_another_instrument() -> None:
    book = of("EURUSD")
    terms = AccountTerms(book, "USD", 2, 100)
    assert not terms["EURUSD"].converts
    with pytest.raises(KeyError):
        terms["USDJPY"]
    book |= of("USDJPY")
    assert terms["USDJPY"].pairs == ("USDJPY",)
    assert terms["EURUSD"].money.profit(7) == 7
