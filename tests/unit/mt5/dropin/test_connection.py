"""The connection: what opens it, what `last_error()` says, when it is reset, whose clock runs."""

from typing import Any

import pytest

import tallystick.platform.mt5.simulated as mt5
from tallystick.platform.mt5.connecting import EndOfData, connect, disconnect
from tallystick.platform.mt5.wire import NOTHING, Plain, Record, Records, Table
from tests.unit.mt5.dropin.answering import TICK, Scripted

NO_CONNECTION = (-10004, "No IPC connection")
UNKNOWN_VERSION = (
    -5,
    "Terminal: Incompatible versions, please install the latest version of Terminal and Python module",
)
CALLS: list[tuple[str, tuple[Any, ...], Any]] = [
    ("version", (), (0, 0, "")),
    ("terminal_info", (), None),
    ("account_info", (), None),
    ("symbols_total", (), None),
    ("symbols_get", (), None),
    ("symbol_info", ("EURUSD",), None),
    ("symbol_info_tick", ("EURUSD",), None),
    ("symbol_select", ("EURUSD",), False),
    ("market_book_get", ("EURUSD",), None),
    ("copy_rates_from_pos", ("EURUSD", 1, 0, 1), None),
    ("copy_ticks_range", ("EURUSD", 0, 1, -1), None),
    ("positions_total", (), None),
    ("positions_get", (), None),
    ("orders_get", (), None),
    ("history_deals_total", (0, 1), None),
    ("history_orders_get", (0, 1), None),
    ("order_calc_margin", (0, "EURUSD", 1.0, 1.1), None),
    ("order_check", ({},), None),
    ("order_send", ({},), None),
    ("login", (7,), False),
]


@pytest.fixture(autouse=True)
def _nobody() -> Any:
    disconnect()
    yield
    disconnect()


@pytest.mark.parametrize(("name", "arguments", "given"), CALLS, ids=[name for name, _, _ in CALLS])
def test_before_initialize_every_call_says_so(name: str, arguments: tuple[Any, ...], given: Any) -> None:
    assert getattr(mt5, name)(*arguments) == given
    assert mt5.last_error() == (UNKNOWN_VERSION if name in {"symbols_get", "symbols_total"} else NO_CONNECTION)


@pytest.mark.parametrize("name", ["market_book_add", "market_book_release"])
def test_subscriptions_to_depth_fail_without_a_reason(name: str) -> None:
    assert getattr(mt5, name)("EURUSD") is False
    assert mt5.last_error() == (1, "Success")


def test_shutdown_is_true_even_without_a_connection() -> None:
    assert mt5.shutdown() is True
    assert mt5.last_error() == (1, "Success")


def test_arguments_are_looked_at_before_the_connection() -> None:
    mt5.order_send({"volume": 1})
    assert mt5.last_error() == (-2, 'Invalid "volume" argument')


def test_initialize_opens_shutdown_closes() -> None:
    far = Scripted()
    connect(far)
    assert mt5.account_info() is None
    assert mt5.initialize(login=7, server="Demo", password="x", portable=1, timeout=60_000, colour="red") is True
    assert far.last.arguments == {"login": 7, "server": "Demo", "password": "x", "portable": True, "timeout": 60_000}
    assert mt5.positions_total() is True
    assert mt5.shutdown() is True
    assert [call.function for call in far.calls] == ["initialize", "positions_total", "shutdown"]
    mt5.positions_total()
    assert mt5.last_error() == NO_CONNECTION


def test_a_terminal_that_refuses_leaves_the_line_closed() -> None:
    far = Scripted(initialize=Plain(False))
    far.error = (-6, "Terminal: Authorization failed")
    connect(far)
    assert mt5.initialize(r"C:\terminal64.exe") is False
    assert mt5.last_error() == (-6, "Terminal: Authorization failed")
    assert far.last.arguments == {"path": r"C:\terminal64.exe"}
    mt5.version()
    assert mt5.last_error() == NO_CONNECTION


@pytest.mark.parametrize(
    ("unnamed", "named", "text"),
    [
        (("a", "b"), {}, "Invalid number of arguments"),
        ((7,), {}, "Invalid 1st unnamed argument"),
        ((), {"path": 7}, 'Invalid "path" argument'),
        ((), {"login": "7"}, 'Invalid "login" argument'),
        ((), {"login": 7.0, "server": 1}, 'Invalid "login" argument'),
        ((), {"server": None}, 'Invalid "server" argument'),
        ((), {"server": "s" * 254}, 'Invalid "server" argument'),
        ((), {"password": 7}, 'Invalid "password" argument'),
        ((), {"timeout": 60.0}, 'Invalid "timeout" argument'),
    ],
)
def test_initialize_refuses_and_gives_up_an_earlier_connection(
    unnamed: tuple[Any, ...], named: dict[str, Any], text: str
) -> None:
    connect(Scripted())
    mt5.initialize()
    assert mt5.initialize(*unnamed, **named) is False
    assert mt5.last_error() == (-2, text)
    mt5.version()
    assert mt5.last_error() == NO_CONNECTION


def test_login_takes_number_password_server_in_this_order(far: Scripted) -> None:
    assert mt5.login(7, "secret", "Demo", timeout=5) is True
    assert far.last.arguments == {"login": 7, "password": "secret", "server": "Demo", "timeout": 5}


@pytest.mark.parametrize(
    ("unnamed", "named", "text"),
    [
        ((), {}, 'Invalid "login" argument'),
        ((), {"password": "x"}, 'Invalid "login" argument'),
        (("7",), {}, "Invalid 1st unnamed argument"),
        ((7, 8), {}, "Invalid 2nd unnamed argument"),
        ((7, "x", 8), {}, "Invalid 3rd unnamed argument"),
        ((7, "x", "y", "z"), {}, "Invalid number of arguments"),
    ],
)
def test_login_refuses_with_false(far: Scripted, unnamed: tuple[Any, ...], named: dict[str, Any], text: str) -> None:
    assert mt5.login(*unnamed, **named) is False
    assert mt5.last_error() == (-2, text)


def test_the_next_call_resets_the_error_and_asking_for_it_does_not(far: Scripted) -> None:
    far.error = (-4, "Terminal: Not found")
    mt5.symbol_info("NONE")
    assert mt5.last_error() == mt5.last_error() == (-4, "Terminal: Not found")
    far.error = (1, "Success")
    mt5.symbols_total()
    assert mt5.last_error() == (1, "Success")


def test_answers_become_what_the_module_gives(far: Scripted) -> None:
    tick = mt5.symbol_info_tick("EURUSD")
    assert (type(tick), tick) == (mt5.Tick, TICK)
    assert mt5.positions_get() == ()
    far.values["version"] = Plain((5, 4000, "1 Jan 2024"))
    assert mt5.version() == (5, 4000, "1 Jan 2024")
    far.values["copy_rates_from_pos"] = Table("rates", bytes(120))
    assert mt5.copy_rates_from_pos("EURUSD", 1, 0, 2).shape == (2,)
    far.values["market_book_get"] = Records("BookInfo", ((1, 1.1, 5, 5.0),))
    assert mt5.market_book_get("EURUSD")[0].volume_dbl == 5.0
    far.values["symbol_info"] = NOTHING
    assert mt5.symbol_info("EURUSD") is None


def test_time_goes_on_with_answers_or_with_the_callers_clock_and_never_back() -> None:
    far, clock = Scripted(), [5_000]
    connect(far, lambda: clock[0])
    mt5.initialize()
    mt5.version()
    clock[0] = 1
    mt5.version()
    clock[0] = 9_000
    mt5.version()
    assert [call.now for call in far.calls] == [5_000, 6_000, 7_000, 9_000]


def test_after_the_last_row_a_call_raises_what_no_bot_catches_by_accident(far: Scripted) -> None:
    far.ended = True
    with pytest.raises(EndOfData):
        mt5.symbol_info_tick("EURUSD")
    assert not issubclass(EndOfData, Exception)


def test_with_nobody_connected_initialize_reaches_the_demonstration() -> None:
    assert mt5.initialize() is True
    assert "demo" in mt5.terminal_info().company
    assert mt5.symbol_info_tick("EURUSD").bid > 0.0
    assert mt5.Buy("EURUSD", 0.01).retcode == mt5.TRADE_RETCODE_DONE
    assert mt5.Close("EURUSD") is True


def test_a_request_comes_back_inside_the_answer(far: Scripted) -> None:
    request = (1, 7, 0, "EURUSD", 0.1, 1.1, 0.0, 0.0, 0.0, 10, 0, 1, 0, 0, "note", 0, 0)
    far.values["order_send"] = Record("OrderSendResult", (10009, 1, 2, 0.1, 1.1, 1.1, 1.2, "", 1, 0, list(request)))
    sent = mt5.order_send({})
    assert (type(sent.request), sent.request) == (mt5.TradeRequest, request)
