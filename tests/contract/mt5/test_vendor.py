"""The module beside MetaQuotes' own, neither of them connected: the same calls, the same values, errors and texts.

Theirs is for Windows (`pip install MetaTrader5`); `python -m ci.wine tests/contract/mt5/test_vendor.py` brings both.
"""

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import tallystick.platform.mt5.simulated as ours

pytestmark = pytest.mark.skipif(
    find_spec("MetaTrader5") is None, reason="MetaQuotes' package is for Windows: pip install MetaTrader5"
)
CALLS = 2_000
CONNECTING = frozenset({"initialize", "login"})
"""They look for a terminal."""
DATES = frozenset({"history_deals_get", "history_deals_total", "history_orders_get", "history_orders_total"})
WORDS = ("symbol", "group", "ticket", "date_from", "timeframe", "count", "flags", "action", "volume", "request", "none")
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        0,
        1,
        -1,
        2**31 - 1,
        -(2**31),
        1.5,
        math.nan,
        np.int64(3),
        np.float64(1.5),
        np.float32(1),
        Decimal(1),
    ),
    *("", "EURUSD", "x" * 40, "é€", "\ud800", b"EURUSD", [], (1, 2), {}, object, 3 + 0j),
    *({"action": 1}, {"action": "1"}, {"volume": 1}, {"symbol": 7}, {1: 2}, {"none": 1}),
    {"action": 1, "symbol": "EURUSD", "volume": 0.1, "type": 0, "price": 1.1},
    *(datetime(2024, 1, 1, tzinfo=UTC), date(2024, 1, 1), 1_700_000_000),
)
LARGE = (2**31, 2**32, 2**63 - 1, 2**64, -(2**31) - 1)


@pytest.fixture(scope="module")
def theirs() -> Any:
    """The package of MetaQuotes."""
    return import_module("MetaTrader5")


def functions(theirs: Any) -> list[str]:
    """All but those that connect, and `last_error`, which is asked after each."""
    public = [name for name in dir(theirs) if not name.startswith("_") and name not in {*CONNECTING, "last_error"}]
    return [name for name in public if callable(getattr(theirs, name)) and not isinstance(getattr(theirs, name), type)]


def calls(theirs: Any, seed: int) -> Iterator[tuple[str, Sequence[Any], Mapping[str, Any]]]:
    """Random calls of all functions; numbers beyond a C long only where both leave the same error behind."""
    draw = random.Random(seed)
    names = functions(theirs)
    for _ in range(CALLS):
        name = draw.choice(names)
        values = VALUES if name in DATES else VALUES + LARGE
        unnamed = [draw.choice(values) for _ in range(draw.randrange(6))]
        named = {draw.choice(WORDS): draw.choice(values) for _ in range(draw.choice((0, 0, 0, 1, 2)))}
        yield name, unnamed, named


def outcome(module: Any, name: str, unnamed: Sequence[Any], named: Mapping[str, Any]) -> tuple[str, Any]:
    """What a call gives or raises, and the error it leaves. Theirs has a module within the package in some texts."""
    function = getattr(module, name)
    try:
        given = repr(function(*unnamed, **named) if named else function(*unnamed))
    except Exception as error:  # noqa: BLE001 -- whatever it is
        given = f"{type(error).__name__}: {error}".replace("MetaTrader5._core.", "MetaTrader5.")
    return given, module.last_error()


def test_both_have_the_same_names(theirs: Any) -> None:
    public = [{name for name in dir(module) if not name.startswith("_")} for module in (theirs, ours)]
    assert public[0] == public[1]


def test_every_call_without_a_terminal_ends_as_theirs_does(theirs: Any) -> None:
    for module in (theirs, ours):
        module.shutdown()
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    for name, unnamed, named in calls(theirs, seed):
        told = [outcome(module, name, unnamed, named) for module in (theirs, ours)]
        assert told[1] == told[0], f"{name}(*{unnamed!r}, **{named!r})"
