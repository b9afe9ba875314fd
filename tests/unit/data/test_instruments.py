"""Conditions: typical ones built in, your own before them, MetaTrader's own fields understood."""

import json
from pathlib import Path

import pytest

from tallystick.market.instrument import LOT
from tallystick.platform.data.conditions import instrument_from, instruments_from
from tallystick.platform.data.demo import demo_instruments
from tallystick.platform.data.errors import BadConditions, UnknownSymbol
from tallystick.platform.data.instruments import MAJORS, built_in, instrument_for, symbol_in

MT5 = {
    "name": "GBPJPY",
    "digits": 3,
    "trade_contract_size": 100000.0,
    "volume_min": 0.01,
    "volume_max": 50.0,
    "volume_step": 0.01,
    "volume_limit": 0.0,
    "currency_base": "GBP",
    "currency_profit": "JPY",
    "currency_margin": "GBP",
    "trade_calc_mode": 0,
    "trade_exemode": 2,
    "filling_mode": 1,
    "trade_stops_level": 10,
    "trade_freeze_level": 0,
    "swap_mode": 1,
    "swap_long": 3.5,
    "swap_short": -9.25,
    "swap_rollover3days": 3,
    "margin_hedged": 50000.0,
    "bid": 188.1,
}


def test_pairs_and_metals_have_the_digits_and_currencies_of_the_market() -> None:
    for symbol, digits, base, quote, size in (
        ("GBPUSD", 5, "GBP", "USD", 100_000.0),
        ("USDJPY", 3, "USD", "JPY", 100_000.0),
        ("EURGBP", 5, "EUR", "GBP", 100_000.0),
        ("NZDCAD", 5, "NZD", "CAD", 100_000.0),
        ("USDHUF", 3, "USD", "HUF", 100_000.0),
        ("XAGUSD", 3, "XAG", "USD", 5_000.0),
    ):
        found = instrument_for(symbol)
        assert (found.digits, found.currency_base, found.currency_profit) == (digits, base, quote)
        assert (found.contract_size, found.swap_long, found.swap_short) == (size, 0.0, 0.0)
        assert (found.volume_min, found.volume_step) == (LOT // 100, LOT // 100)
    pairs = {symbol for symbol in built_in() if {symbol[:3], symbol[3:]} <= set(MAJORS)}
    assert len(pairs) == 28


def test_the_demo_s_symbols_have_the_demo_s_conditions() -> None:
    for symbol, conditions in demo_instruments().items():
        assert instrument_for(symbol) == conditions


def test_a_brokers_ending_is_looked_through_and_a_wrong_symbol_is_not() -> None:
    assert instrument_for("EURUSD.r").fields() == {**instrument_for("EURUSD").fields(), "symbol": "EURUSD.r"}
    with pytest.raises(UnknownSymbol, match=r'symbol "EURUSDX" has no conditions.* Did you mean EURUSD'):
        instrument_for("EURUSDX")
    with pytest.raises(UnknownSymbol, match=r"docs/data\.md shows: instruments="):
        instrument_for("")


def test_a_files_name_tells_its_symbol_when_it_holds_just_one() -> None:
    assert symbol_in("fxcm_hour_eurusd_2014.zip") == "EURUSD"
    assert symbol_in("EURUSD.r_H1.csv") == "EURUSD"
    assert symbol_in("eurusd_and_gbpusd.csv") is None
    assert symbol_in("prices.csv") is None


def test_your_own_conditions_stand_over_the_built_in_ones(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[EURUSD]\nswap_long = -6.2\nvolume_min = 0.1\n\n[US500]\ndigits = 1\ncontract_size = 1\n'
                    'volume_min = 0.1\nvolume_max = 100\nvolume_step = 0.1\ncalc_mode = "cfd"\n')  # fmt: skip
    own = instruments_from(path)
    assert instrument_for("EURUSD", own).swap_long == -6.2
    assert instrument_for("EURUSD", own).volume_min == LOT // 10
    assert instrument_for("EURUSD", own).commission_per_lot == 350
    assert instrument_for("US500", own).contract_size == 1.0
    assert instrument_for("GBPUSD", own) == instrument_for("GBPUSD")


def test_metatraders_symbol_info_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "gbpjpy.json"
    path.write_text(json.dumps(MT5), encoding="utf-8")
    found = instruments_from(path)["GBPJPY"]
    assert (found.digits, found.volume_max, found.volume_limit) == (3, 50 * LOT, 0)
    assert (found.execution, found.filling_modes, found.stops_level) == ("market", 1, 10)
    assert (found.swap_long, found.swap_short, found.swap_triple_weekday) == (3.5, -9.25, 2)
    assert (found.calc_mode, found.margin_hedged, found.commission_per_lot) == ("forex", 50_000.0, 0)
    path.write_text(json.dumps({"GBPJPY": MT5}), encoding="utf-8")
    assert instruments_from(path)["GBPJPY"] == found


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"digit": 5}, "no field is called digit"),
        ({"digits": "five"}, "digits is 'five'"),
        ({"digits": 12}, "digits 12 is not within 0..8"),
        ({"volume_step": 0}, "must be above 0"),
        ({"volume_min": 200}, "must be above 0, and the minimum not above the maximum"),
        ({"calc_mode": 3}, "calc_mode is 3"),
        ({**MT5, "trade_calc_mode": 34}, "trade_calc_mode 34 is none"),
        ({**MT5, "swap_mode": 7}, "swap_mode 7 is none"),
        ({name: value for name, value in MT5.items() if name != "digits"}, "KeyError 'digits'"),
    ],
)
def test_conditions_that_do_not_fit_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(BadConditions, match=message.replace(".", r"\.")):
        instrument_from("EURUSD", fields)


def test_conditions_of_a_symbol_that_is_not_built_in_say_which_fields_they_lack() -> None:
    lacking = "AAPL do not fit: it is not built in, so it must also say volume_min, volume_max, volume_step"
    with pytest.raises(BadConditions, match=lacking):
        instrument_from("AAPL", {"digits": 2, "contract_size": 1, "calc_mode": "cfd"})


@pytest.mark.parametrize(("name", "text"), [("a.json", "[1]"), ("a.json", "{"), ("a.toml", "x ="), ("a.toml", "x = 1")])
def test_a_file_of_conditions_that_is_none_is_refused(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadConditions):
        instruments_from(path)


def test_a_dump_of_a_future_keeps_its_ticks_margins_and_modes() -> None:
    future = {
        **MT5,
        "trade_calc_mode": 1,
        "swap_mode": 6,
        "trade_mode": 3,
        "trade_tick_size": 0.5,
        "trade_tick_value": 12.5,
        "margin_initial": 11_000.0,
        "margin_maintenance": 9_000.0,
        "margin_hedged_use_leg": True,
        "expiration_mode": 3,
        "profit_rate": 0.0055,
    }
    found = instrument_from("FUT", future)
    assert (found.calc_mode, found.swap_mode, found.trade_mode) == ("futures", "interest_open", "close_only")
    assert (found.tick_size, found.tick_value, found.profit_rate) == (0.5, 12.5, 0.0055)
    assert (found.margin_initial, found.margin_maintenance, found.margin_hedged_larger_leg) == (11_000.0, 9_000.0, True)
    assert found.expiration_modes == 3
    with pytest.raises(BadConditions, match="swap_multipliers"):
        instrument_from("EURUSD", {"swap_multipliers": [1, 1]})
    assert instrument_from("EURUSD", {"swap_multipliers": [1, 1, 3, 1, 1, 0, 0]}).swap_multipliers[2] == 3.0
