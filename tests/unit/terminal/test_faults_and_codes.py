"""Refusals that tests put there (`docs/fills.md`, section 18), and the table of every code."""

import json
from pathlib import Path

import pytest

from tallystick.platform.mt5 import retcodes
from tallystick.platform.mt5.server.faults import Fault
from tests.unit.terminal.scenes import Scene
from tests.unit.terminal.server import BUY

FAULTS = (10007, 10011, 10012, 10020, 10023, 10027, 10028, 10031, 10032, 10041)


@pytest.mark.parametrize("code", FAULTS)
def test_a_fault_is_met_once_and_changes_nothing(code: int) -> None:
    scene = Scene()
    scene.terminal.faults.append(Fault(retcode=code))
    before = scene.terminal.freeze()["state"] | {"faults": []}
    assert scene.code(BUY) == code
    assert scene.terminal.freeze()["state"] == before
    assert scene.code(BUY) == 0


def test_a_fault_waits_for_its_order_or_its_symbol() -> None:
    scene = Scene()
    scene.terminal.faults.extend([Fault(retcode=10031, order=1), Fault(retcode=10012, symbol="XAUUSD")])
    assert [scene.code(BUY) for _ in range(3)] == [0, 10031, 0]
    assert scene.code(BUY, symbol="XAUUSD") == 10012
    assert scene.terminal.faults == []


def test_every_code_has_a_name_words_and_a_way_out() -> None:
    for number, code in retcodes.CODES.items():
        assert number == code.number
        assert code.name.isupper()
        assert all((code.text, code.meaning, code.remedy, code.retry))


def test_codes_are_the_package_s_and_one_that_has_no_constant() -> None:
    listed = Path(__file__).parents[2] / "golden/vectors/mt5/mt5_constants.json"
    constants = json.loads(listed.read_text(encoding="utf-8"))["constants"]
    theirs = {value: name for name, value in constants.items() if name.startswith("TRADE_RETCODE_")}
    ours = {number: f"TRADE_RETCODE_{code.name}" for number, code in retcodes.CODES.items()}
    assert ours == theirs | {10046: "TRADE_RETCODE_HEDGE_PROHIBITED"}
