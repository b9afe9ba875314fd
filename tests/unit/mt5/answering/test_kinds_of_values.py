"""Every value of every struct has the kind that the module's users compute with."""

from typing import Any

import pytest

from tallystick.platform.mt5.answering.local import LocalTerminal
from tallystick.platform.mt5.answering.scripted import feed_of
from tallystick.platform.mt5.definitions.file import definition_of, document_of
from tallystick.platform.mt5.wire import Record, Records
from tests.unit.mt5.answering.market import EURUSD, QUOTES, Desk, request, script

WHOLE, REAL, TEXT, TRUTH = int, float, str, bool
KINDS: dict[str, dict[type, str]] = {
    "Tick": {WHOLE: "time volume time_msc flags", REAL: "bid ask last volume_real"},
    "BookInfo": {WHOLE: "type volume", REAL: "price volume_dbl"},
    "TradePosition": {
        WHOLE: "ticket time time_msc time_update time_update_msc type magic identifier reason",
        REAL: "volume price_open sl tp price_current swap profit",
        TEXT: "symbol comment external_id",
    },
    "TradeOrder": {
        WHOLE: "ticket time_setup time_setup_msc time_done time_done_msc time_expiration type type_time type_filling"
        " state magic position_id position_by_id reason",
        REAL: "volume_initial volume_current price_open sl tp price_current price_stoplimit",
        TEXT: "symbol comment external_id",
    },
    "TradeDeal": {
        WHOLE: "ticket order time time_msc type entry magic position_id reason",
        REAL: "volume price commission swap profit fee",
        TEXT: "symbol comment external_id",
    },
    "OrderSendResult": {
        WHOLE: "retcode deal order request_id retcode_external",
        REAL: "volume price bid ask",
        TEXT: "comment",
    },
    "OrderCheckResult": {
        WHOLE: "retcode",
        REAL: "balance equity profit margin margin_free margin_level",
        TEXT: "comment",
    },
    "AccountInfo": {
        WHOLE: "login trade_mode leverage limit_orders margin_so_mode margin_mode currency_digits",
        TRUTH: "trade_allowed trade_expert fifo_close",
        REAL: "balance credit profit equity margin margin_free margin_level margin_so_call margin_so_so margin_initial"
        " margin_maintenance assets liabilities commission_blocked",
        TEXT: "name server currency company",
    },
    "TerminalInfo": {
        TRUTH: "community_account community_connection connected dlls_allowed trade_allowed tradeapi_disabled"
        " email_enabled ftp_enabled notifications_enabled mqid",
        WHOLE: "build maxbars codepage ping_last",
        REAL: "community_balance retransmission",
        TEXT: "company name language path data_path commondata_path",
    },
    "SymbolInfo": {
        TRUTH: "custom select visible spread_float margin_hedged_use_leg",
        WHOLE: "time digits spread ticks_bookdepth trade_mode filling_mode volume session_deals start_time",
        REAL: "bid ask bidhigh bidlow askhigh asklow last point trade_tick_value trade_tick_value_loss volume_min"
        " session_open session_close price_change volume_real margin_initial swap_long",
        TEXT: "name path description currency_base currency_profit currency_margin",
    },
}


def busy() -> Desk:
    """A terminal in which every struct has something to show."""
    desk = Desk()
    desk.at = 0.5
    desk.buy(sl=1.09, tp=1.2)
    desk.send(action=5, type=2, type_filling=2, price=1.05)
    desk.value("market_book_add", symbol="EURUSD")
    return desk


CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("symbol_info_tick", {"symbol": "EURUSD"}),
    ("market_book_get", {"symbol": "EURUSD"}),
    ("positions_get", {}),
    ("orders_get", {}),
    ("history_orders_get", {"ticket": 1}),
    ("history_deals_get", {"date_from": 0.0, "date_to": float(2**31)}),
    ("order_send", {"request": request(action=1)}),
    ("order_send", {"request": request(action=99)}),
    ("order_check", {"request": request(action=1)}),
    ("order_check", {"request": request(action=99)}),
    ("account_info", {}),
    ("terminal_info", {}),
    ("symbol_info", {"symbol": "EURUSD"}),
    ("symbols_get", {}),
)


@pytest.mark.parametrize(("function", "arguments"), CALLS)
def test_every_value_has_its_kind(function: str, arguments: dict[str, Any]) -> None:
    """Whole numbers are int, prices and money float, never NumPy's."""
    desk = busy()
    value = desk.ask(function, **arguments).value
    assert isinstance(value, Record | Records)
    rows = desk.structs(function, **arguments) if isinstance(value, Records) else [desk.struct(function, **arguments)]
    assert rows
    for row in rows:
        for kind, names in KINDS[value.name].items():
            for name in names.split():
                assert type(row[name]) is kind, (name, row[name])


def test_a_terminal_from_its_own_export_answers_alike() -> None:
    """The definition's document read back: the same symbols, the same account, the same trade."""
    desk = Desk(instruments=[EURUSD], quotes=[one for one in QUOTES if one[1] == "EURUSD"])
    again = LocalTerminal(
        definition_of(document_of(desk.definition), "the test's"), feed_of(script(QUOTES, "EURUSD")), latency_ns=0
    )
    other = Desk(instruments=[EURUSD], quotes=[one for one in QUOTES if one[1] == "EURUSD"], connected=False)
    other.terminal = again
    assert other.value("initialize") is True
    for each in (desk, other):
        each.buy(0.1, sl=1.05)
    for function, arguments in (
        ("symbol_info", {"symbol": "EURUSD"}),
        ("account_info", {}),
        ("positions_get", {}),
        ("history_deals_get", {"ticket": 1}),
    ):
        assert desk.ask(function, **arguments) == other.ask(function, **arguments)
