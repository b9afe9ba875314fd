"""The JSON of the original's names, and an open line with somebody who answers everything."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.mt5.wire import Plain, Record, Records
from tests.unit.mt5.dropin.answering import TICK, Scripted, answered_by

WHEEL = Path(__file__).parents[3] / "golden" / "vectors" / "mt5" / "mt5_constants.json"


@pytest.fixture(scope="session")
def wheel() -> Any:
    """What was read from the wheel 5.0.6231."""
    return json.loads(WHEEL.read_text(encoding="utf-8"))


@pytest.fixture
def far() -> Iterator[Scripted]:
    """Who answers; `far.last` is the latest call."""
    with answered_by(
        Scripted(
            symbol_info_tick=Record("Tick", TICK),
            positions_get=Records("TradePosition", ()),
            order_send=Plain(None),
        )
    ) as scripted:
        yield scripted
