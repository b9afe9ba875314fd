"""Definitions: from JSON and back, to instruments and back, and what every mistake in the file is told."""

import copy
import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tallystick.market.instrument import LOT, Instrument
from tallystick.market.sessions import Range, Sessions
from tallystick.market.spans import DAY_S
from tallystick.platform.data.demo import demo_instruments
from tallystick.platform.data.errors import BadConditions, MissingData, UnknownSymbol
from tallystick.platform.data.instruments import built_in
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.definitions.fields import ACCOUNT_FIELDS, ACCOUNT_TYPES, SYMBOL_FIELDS, SYMBOL_TYPES
from tallystick.platform.mt5.definitions.file import definition_from, definition_of, document_of
from tallystick.platform.mt5.definitions.modes import CALC_MODES, GTC_MODES, SWAP_MODES, TRADE_MODES
from tallystick.platform.mt5.server.account import AccountSettings

STOCK = Instrument(
    symbol="AAPL",
    digits=2,
    contract_size=1.0,
    volume_min=LOT,
    volume_max=1_000 * LOT,
    volume_step=LOT,
    volume_limit=5_000 * LOT,
    currency_base="USD",
    currency_profit="USD",
    currency_margin="USD",
    calc_mode="exch_futures",
    execution="exchange",
    filling_modes=7,
    stops_level=5,
    freeze_level=2,
    swap_mode="interest_open",
    swap_long=-2.5,
    swap_short=-1.5,
    swap_triple_weekday=4,
    margin_hedged=0.5,
    commission_per_lot=12,
    trade_mode="close_only",
    order_modes=33,
    expiration_modes=3,
    gtc_mode="daily_no_stops",
    tick_size=0.05,
    tick_value=0.4,
    margin_initial=100.0,
    margin_maintenance=80.0,
    margin_hedged_larger_leg=True,
    liquidity_volume=7 * LOT,
    sessions="AAPL",
    price_limit_min=10.0,
    price_limit_max=900.5,
    book_depth=5,
)
HOURS = Sessions(((Range(300, DAY_S - 300),),) * 5 + ((), ()), frozenset({16_429}))
NETTING = AccountSettings(
    currency="EUR",
    balance=123_456,
    leverage=100,
    margin_mode="netting",
    stop_out_call=8_000,
    stop_out_level=3_000,
    credit=5_000,
    limit_orders=200,
    fifo_close=True,
    trade_expert=False,
)


def document(*instruments: Instrument) -> dict[str, Any]:
    """A definition as JSON gives it, fresh for each change."""
    made = Definition.of_instruments(
        instruments or demo_instruments().values(), server_time_rule="new_york+7", sessions={"EURUSD": HOURS}
    )
    return copy.deepcopy(json.loads(json.dumps(document_of(made))))


def test_every_built_in_instrument_comes_back_from_its_fields() -> None:
    known = [*built_in().values(), STOCK]
    made = Definition.of_instruments(known, server_time_rule="new_york+7", sessions={"AAPL": HOURS})
    again = definition_of(json.loads(json.dumps(document_of(made))), "terminal.json")
    assert {one.symbol: again.instrument(one.symbol) for one in known} == {one.symbol: one for one in known}
    assert all(one.own is None for one in again.symbols)


def test_an_account_comes_back_from_its_fields() -> None:
    made = Definition.of_instruments([STOCK], NETTING)
    again = definition_of(json.loads(json.dumps(document_of(made))), "terminal.json")
    assert again.account_settings() == NETTING
    assert made.account_settings() is NETTING


def test_a_file_written_and_read_is_the_same_file(tmp_path: Path) -> None:
    path = tmp_path / "terminal.json"
    path.write_text(json.dumps(document()), encoding="utf-8")
    once = definition_from(path)
    path.write_text(json.dumps(document_of(once)), encoding="utf-8")
    assert definition_from(path) == once
    assert document_of(once) == document()
    assert once.calendars() == {"EURUSD": HOURS}
    assert once.instrument("EURUSD").sessions == "EURUSD"
    assert once.instrument("NZDUSD").sessions == ""


def test_the_fields_are_those_of_the_module_in_order_and_type() -> None:
    made = Definition.of_instruments([STOCK])
    assert (len(SYMBOL_FIELDS), len(ACCOUNT_FIELDS)) == (96, 28)
    assert tuple(made.symbols[0].info) == SYMBOL_FIELDS == tuple(SYMBOL_TYPES)
    assert tuple(made.account.info) == ACCOUNT_FIELDS == tuple(ACCOUNT_TYPES)
    assert {name: type(value) for name, value in made.symbols[0].info.items()} == SYMBOL_TYPES
    assert {name: type(value) for name, value in made.account.info.items()} == ACCOUNT_TYPES
    assert [SYMBOL_FIELDS.index(name) for name in ("custom", "bid", "basis", "path")] == [0, 31, 83, 95]


def test_what_is_stated_for_default_holds_for_symbols_that_are_not_named() -> None:
    read = document()
    read["commission"] = {"default": 3.5, "XAUUSD": 7, "_note": "from the broker's page"}
    read["sessions"] = {"default": {"monday": [["00:05", "24:00"]]}, "XAUUSD": {"tuesday": [["01:00:30", "02:00"]]}}
    read["liquidity"] = {"default": 2.5}
    made = definition_of(read, "terminal.json")
    assert [made.instrument(one).commission_per_lot for one in ("EURUSD", "XAUUSD")] == [350, 700]
    assert made.instrument("EURUSD").liquidity_volume == 5 * LOT // 2
    hours = made.calendars()
    assert hours["EURUSD"].week[0] == (Range(300, DAY_S),)
    assert hours["XAUUSD"].week == ((), (Range(3_630, 7_200),), (), (), (), (), ())
    assert made.instrument("NZDUSD").sessions == "NZDUSD"


FUTURE = replace(STOCK, symbol="FUT", calc_mode="futures", digits=0, tick_size=1.0, tick_value=12.5, contract_size=10.0)


def test_a_tick_as_large_as_a_point_keeps_its_value() -> None:
    made = definition_of(document(built_in()["EURUSD"], FUTURE), "terminal.json").instrument("FUT")
    assert (made.tick_size, made.tick_value) == (1.0, 12.5)
    assert made.profit_per_unit == Fraction(25, 2)


def test_the_value_of_a_futures_tick_is_the_accounts_as_metatrader_states_it() -> None:
    read = document(
        built_in()["EURUSD"], replace(FUTURE, currency_profit="JPY")
    )  # 12.5 dollars, in the fields of a terminal
    in_dollars = definition_of(read, "terminal.json").instrument("FUT")
    assert (in_dollars.profit_rate, in_dollars.tick_value) == (1.0, 12.5)
    stated = definition_of(read | {"profit_rate": {"FUT": 0.008}}, "terminal.json").instrument("FUT")
    assert (stated.profit_rate, stated.tick_value) == (0.008, 1562.5)
    assert in_dollars.money_per_point_step(2) == stated.money_per_point_step(2) == 1_250


def test_rates_of_profit_and_margin_are_stated_by_symbol_or_for_all() -> None:
    read = document() | {"profit_rate": {"default": 1.25}, "margin_rate": {"EURUSD": 0.9}}
    made = definition_of(read, "terminal.json")
    assert [made.instrument(one).profit_rate for one in ("EURUSD", "XAUUSD")] == [1.25, 1.25]
    assert [made.instrument(one).margin_rate for one in ("EURUSD", "XAUUSD")] == [0.9, 0.0]
    own = Definition.of_instruments([replace(built_in()["EURUSD"], profit_rate=1.5, margin_rate=2.0)])
    again = definition_of(json.loads(json.dumps(document_of(own))), "terminal.json").instrument("EURUSD")
    assert (again.profit_rate, again.margin_rate) == (1.5, 2.0)


def test_entries_that_the_export_left_empty_are_nothing() -> None:
    read = document() | {"sessions": {"EURUSD": {}}, "commission": {"EURUSD": None}, "_sessions": "fill these in"}
    made = definition_of(read, "terminal.json")
    assert made.instrument("EURUSD").commission_per_lot == 0
    assert made.calendars() == {}


def test_times_of_trading_are_read_on_the_servers_clock() -> None:
    read = document()
    read["symbols"][0]["start_time"] = 1_399_248_000  # 2014-05-05 00:00 on a clock at UTC+3
    assert definition_of(read, "terminal.json").instrument("EURUSD").trades_from == 1_399_237_200_000_000_000


@pytest.mark.parametrize("words", [CALC_MODES, TRADE_MODES, SWAP_MODES, GTC_MODES])
def test_every_mode_has_one_number(words: dict[int, str]) -> None:
    assert len(set(words.values())) == len(words)


def broken(path: list[str | int], value: Any) -> dict[str, Any]:
    read = document()
    place: Any = read
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return read


@pytest.mark.parametrize(
    ("read", "told"),
    [
        ([], r"terminal.json: it holds a list"),
        (broken(["symbols"], ...), r"the key symbols is missing"),
        (broken(["symbols"], []), r"symbols is no list"),
        (broken(["account"], ...), r"the key account is missing"),
        (broken(["comission"], {}), r"comission is no key. Did you mean commission\?"),
        (broken(["symbols", 0, "digits"], "5"), r"EURUSD.digits is '5': got str / expected int"),
        (broken(["symbols", 0, "digits"], True), r"EURUSD.digits is True: got bool / expected int"),
        (broken(["symbols", 0, "point"], ...), r"EURUSD.point is missing"),
        (broken(["symbols", 0, "pont"], 1), r"EURUSD.pont is no key. Did you mean point\?"),
        (broken(["symbols", 0, "name"], ""), r"symbols\[0\].name is empty"),
        (broken(["symbols", 0], 3), r"symbols\[0\] is int"),
        (broken(["symbols", 1, "name"], "EURUSD"), r"has EURUSD twice"),
        (broken(["symbols", 0, "swap_long"], float("inf")), r"EURUSD.swap_long is inf"),
        (broken(["account", "login"], 1.5), r"account.login is 1.5: got float / expected int"),
        (broken(["server_time_rule"], "GMT+2"), r"server_time_rule is 'GMT\+2'.*expected utc"),
        (broken(["server_time_rule"], ""), r"server_time_rule is empty"),
        (broken(["commission", "EURUSD"], "3.5"), r"commission.EURUSD is '3.5'"),
        (broken(["commission", "EURUSD"], -1), r"commission.EURUSD is -1"),
        (broken(["commission", "EURSUD"], 1), r"commission.EURSUD is no key. Did you mean EURUSD\?"),
        (broken(["sessions"], [1]), r"sessions is \[1\], not a table"),
        (broken(["sessions", "EURUSD", "mondy"], []), r"sessions.EURUSD does not fit: no weekday is called mondy"),
        (
            broken(["sessions", "EURUSD", "monday"], [["25:00", "26:00"]]),
            r"sessions.EURUSD.monday does not fit: '25:00' is no time",
        ),
        (
            broken(["sessions", "EURUSD", "monday"], [["09:00", "08:00"]]),
            r'EURUSD.monday does not fit: \["09:00", "08:00"\] ends before',
        ),
        (broken(["sessions", "EURUSD", "monday"], ["09:00"]), r"EURUSD.monday does not fit: '09:00' is no range"),
        (broken(["sessions", "EURUSD", "monday"], "09:00"), r"EURUSD.monday does not fit: '09:00' is no list"),
        (broken(["sessions", "EURUSD", "holidays"], ["25.12.2014"]), r"'25.12.2014' is no date"),
        (
            broken(["sessions", "EURUSD", "holidays"], "2014-12-25"),
            r"EURUSD.holidays does not fit: '2014-12-25' is no list",
        ),
        (broken(["sessions", "EURUSD"], [1]), r"sessions.EURUSD does not fit: it is"),
    ],
)
def test_a_mistake_is_told_with_its_key_and_what_to_do(read: Any, told: str) -> None:
    with pytest.raises(BadConditions, match=told) as raised:
        definition_of(read, "terminal.json")
    assert raised.value.fix


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("trade_calc_mode", 37, r"EURUSD.trade_calc_mode is 37.*expected 0 \(forex\)"),
        ("swap_mode", 8, r"EURUSD.swap_mode is 8"),
        ("volume_step", 0.0, r"EURUSD.volume_step is 0.0"),
        ("volume_min", 1_000.0, r"EURUSD.volume_min is above"),
        ("digits", 12, r"EURUSD.digits is 12"),
    ],
)
def test_terms_that_the_server_does_not_compute_are_refused_when_the_symbol_is_wanted(
    key: str, value: Any, told: str
) -> None:
    made = definition_of(broken(["symbols", 0, key], value), "terminal.json")
    assert made.instrument("NZDUSD").digits == 5
    with pytest.raises(BadConditions, match=told):
        made.instrument("EURUSD")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("margin_so_mode", 1, "stops out by percent"),
        ("margin_mode", 7, "margin_mode is 7"),
        ("leverage", 0, "leverage"),
    ],
)
def test_an_account_that_the_server_cannot_keep_is_refused(key: str, value: int, told: str) -> None:
    with pytest.raises(BadConditions, match=told):
        definition_of(broken(["account", key], value), "terminal.json").account_settings()


def test_hours_of_a_symbol_that_nobody_may_trade_stay_in_a_definition() -> None:
    made = definition_of(broken(["sessions", "EURUSD"], {"monday": []}), "terminal.json")
    assert made.sessions["EURUSD"].next_open(0) is None


def test_a_symbol_that_is_not_there_is_told_with_the_nearest() -> None:
    with pytest.raises(UnknownSymbol, match="Did you mean EURUSD"):
        definition_of(document(), "terminal.json").instrument("EURSD")


def test_a_file_that_is_no_json_or_not_there_is_told(tmp_path: Path) -> None:
    path = tmp_path / "terminal.json"
    with pytest.raises(MissingData):
        definition_from(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(BadConditions, match=r"terminal.json cannot be read as JSON"):
        definition_from(path)


def test_an_exchange_account_keeps_one_position_a_symbol() -> None:
    read = broken(["account", "margin_mode"], 1)
    read["account"]["login"] = 5_001_234
    settings = definition_of(read, "terminal.json").account_settings()
    assert settings == AccountSettings(name="5001234", margin_mode="netting")


def test_a_symbol_lies_in_a_folder_as_a_terminals_do() -> None:
    """Bots choose symbols by what stands before the backslash."""
    known = built_in()
    stated = [known["EURUSD"], known["XAUUSD"], STOCK, replace(STOCK, symbol="US30", calc_mode="cfd_leverage")]
    paths = [one.info["path"] for one in Definition.of_instruments(stated, server_time_rule="utc").symbols]
    assert paths == ["Forex\\EURUSD", "Metals\\XAUUSD", "Futures\\AAPL", "CFD\\US30"]
