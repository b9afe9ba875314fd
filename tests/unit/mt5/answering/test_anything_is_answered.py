"""Whatever a bot asks, it is answered: no call raises, and each refusal has a code that the tables know."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from tallystick.platform.mt5.retcodes import CODES
from tallystick.platform.mt5.server import AccountSettings
from tallystick.platform.mt5.wire import Record, encoded_answer
from tests.unit.mt5.answering.market import USDJPY, Desk, request, server_s

NUMBERS = (
    0.0,
    -0.0,
    -1.0,
    1e-9,
    0.01,
    0.1,
    1.0,
    1.05,
    1.0999,
    1.1005,
    1.2,
    250.0,
    1e9,
    1e300,
    float("nan"),
    float("inf"),
)
WHOLE = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 99, -1, 2**31 - 1, 2**63, 2**64 - 1)
NAMES = ("EURUSD", "GBPUSD", "USDJPY", "NONE", "", "*", "EUR*")
ERRORS = {1, -1, -2, -4}


@pytest.mark.parametrize("margin_mode", ["hedging", "netting"])
@pytest.mark.parametrize("seed", range(4))
def test_any_request_is_answered(seed: int, margin_mode: Any) -> None:
    """Random requests, sensible and not, one after the other: checked and sent."""
    random = Random(seed)
    quotes = [(float(at), "EURUSD", 1.1 + at / 1e5, 1.1001 + at / 1e5) for at in range(2_000)]
    desk = Desk(quotes, others=[USDJPY], account=AccountSettings(margin_mode=margin_mode), latency_ns=0)
    seen = set()
    for _ in range(300):
        desk.at += 1
        given = sensible(random, desk)
        for name in random.sample(sorted(ODD), random.choice((0, 0, 1, 1, 2))):
            given[name] = random.choice(ODD[name])
        asked = request(**given)
        checked, result = desk.struct("order_check", request=asked), desk.struct("order_send", request=asked)
        assert checked["retcode"] in {0, *CODES}
        assert result["retcode"] in CODES
        if asked["action"] not in {1, 5}:  # of a market order the price may have changed, of a pending one too
            assert checked["retcode"] in {0, result["retcode"]}
        assert len(result["request"]) == len(asked)
        seen.add(result["retcode"])
    assert {10009, 10013, 10014, 10015, 10016, 10030} <= seen


def sensible(random: Random, desk: Desk) -> dict[str, Any]:
    """A request of some action that could well be carried out."""
    tick = desk.struct("symbol_info_tick", symbol="EURUSD")
    action, side = random.choice((1, 1, 5, 5, 6, 7, 8, 10)), random.randint(0, 1)
    positions, orders = desk.structs("positions_get"), desk.structs("orders_get")
    given: dict[str, Any] = {"action": action, "type": side, "volume": 0.01, "magic": random.randint(0, 9)}
    below = {"price": tick["bid"] - random.randint(50, 90) / 1e5, "sl": tick["bid"] - 0.02}
    if action in {5, 7}:
        given |= {"type": 2, "type_filling": 2, **below}
    if action in {7, 8} and orders:
        given |= {"order": random.choice(orders)["ticket"]}
    if positions and (action in {6, 10} or random.random() < 0.3):
        held = random.choice(positions)
        given |= {"position": held["ticket"], "position_by": positions[0]["ticket"]}
        if action == 1:
            given |= {"type": 1 - held["type"]}
        elif action == 6 and held["type"] == 0:
            given |= {"sl": below["sl"] + random.randint(0, 9) / 1e4}
    return given


ODD: dict[str, Sequence[Any]] = {
    "action": WHOLE,
    "type": WHOLE[:10],
    "symbol": NAMES,
    "volume": NUMBERS,
    "price": NUMBERS,
    "stoplimit": NUMBERS,
    "sl": NUMBERS,
    "tp": NUMBERS,
    "type_filling": WHOLE,
    "type_time": WHOLE,
    "position": WHOLE,
    "position_by": WHOLE,
    "order": WHOLE,
    "expiration": (1, 2**31 - 1, -1),
    "deviation": (1, 2**64 - 1),
}


Ranges = dict[str, Sequence[Any]]
DATES = (0, -1, server_s(0), server_s(100), 2**31 - 1)
FRAMES = (1, 5, 16385, 16408, 32769, 49153, 0, 7)
COUNTS = (0, 1, 5, 99, -1, 2**31 - 1)
FLAGS = (-1, 1, 2, 0)
SYMBOL: Ranges = {"symbol": NAMES}
RANGE: Ranges = {"date_from": DATES, "date_to": DATES}
QUESTIONS: tuple[tuple[str, Ranges], ...] = (
    ("symbol_info", SYMBOL),
    ("symbol_info_tick", SYMBOL),
    ("symbol_select", {**SYMBOL, "enable": (True, True, False)}),
    ("symbols_get", {"group": NAMES}),
    ("market_book_add", SYMBOL),
    ("market_book_get", SYMBOL),
    ("market_book_release", SYMBOL),
    ("positions_get", {"ticket": WHOLE}),
    ("positions_get", SYMBOL),
    ("positions_get", {"group": NAMES}),
    ("orders_get", {"ticket": WHOLE}),
    ("orders_get", SYMBOL),
    ("orders_get", {"group": NAMES}),
    ("history_orders_get", {"ticket": WHOLE}),
    ("history_orders_get", {"position": WHOLE}),
    ("history_orders_get", {**RANGE, "group": NAMES}),
    ("history_orders_total", RANGE),
    ("history_deals_get", {"ticket": WHOLE}),
    ("history_deals_get", {"position": WHOLE}),
    ("history_deals_get", {**RANGE, "group": NAMES}),
    ("history_deals_total", RANGE),
    ("copy_rates_from", {**SYMBOL, "timeframe": FRAMES, "date_from": DATES, "count": COUNTS}),
    ("copy_rates_from_pos", {**SYMBOL, "timeframe": FRAMES, "start_pos": COUNTS, "count": COUNTS}),
    ("copy_rates_range", {**SYMBOL, **RANGE, "timeframe": FRAMES}),
    ("copy_ticks_from", {**SYMBOL, "date_from": DATES, "count": COUNTS, "flags": FLAGS}),
    ("copy_ticks_range", {**SYMBOL, **RANGE, "flags": FLAGS}),
    ("order_calc_margin", {**SYMBOL, "action": WHOLE, "volume": NUMBERS, "price": NUMBERS}),
    (
        "order_calc_profit",
        {**SYMBOL, "action": WHOLE, "volume": NUMBERS, "price_open": NUMBERS, "price_close": NUMBERS},
    ),
)


@pytest.mark.parametrize(("function", "ranges"), QUESTIONS)
def test_any_question_is_answered(function: str, ranges: Ranges) -> None:
    """Random arguments to every other function; the answer can cross a pipe."""
    random = Random(function)
    desk = Desk(others=[USDJPY], call_cost_ns=0)
    desk.at = 126
    desk.buy()
    for _ in range(120):
        arguments = {name: random.choice(values) for name, values in ranges.items()}
        answer = desk.ask(function, **arguments)
        assert answer.error[0] in ERRORS, (arguments, answer)
        assert encoded_answer(answer)
        assert not isinstance(answer.value, Record) or answer.error[0] == 1
