"""The drop-in's public names, values and docstrings are the wheel's."""

import inspect
import subprocess
import sys
from typing import Any

import pytest

import tallystick.platform.mt5.simulated as mt5

NOT_OURS = {"numba", "cryptography", "typer", "rich", "pandas", "tallystick.platform.kernel"}


def test_public_names_are_exactly_the_wheels(wheel: Any) -> None:
    public = {name for name in dir(mt5) if not name.startswith("_")}
    wanted = {*wheel["constants"], *wheel["functions"], *wheel["structs"], "Buy", "Sell", "Close"}
    assert public == wanted


def test_every_constant_has_the_wheels_value_and_is_an_int(wheel: Any) -> None:
    assert len(wheel["constants"]) == 223
    assert {name: getattr(mt5, name) for name in wheel["constants"]} == wheel["constants"]
    assert {type(getattr(mt5, name)) for name in wheel["constants"]} == {int}


def test_version_and_author_are_the_wheels(wheel: Any) -> None:
    assert (mt5.__version__, mt5.__author__) == (wheel["version"], wheel["author"])


def test_every_function_has_the_wheels_docstring_and_is_a_built_in_function(wheel: Any) -> None:
    for name, facts in wheel["functions"].items():
        function = getattr(mt5, name)
        assert inspect.isbuiltin(function), name
        assert (function.__name__, function.__doc__) == (name, facts["doc"])
        assert repr(function) == f"<built-in function {name}>"


def test_functions_take_keywords_exactly_where_the_wheels_do(wheel: Any) -> None:
    for name, facts in wheel["functions"].items():
        if "KEYWORDS" in facts["flags"] or name == "initialize":
            continue
        with pytest.raises(TypeError, match=r"takes no (keyword )?arguments"):
            getattr(mt5, name)(symbol="EURUSD")


def test_functions_without_arguments_refuse_one(wheel: Any) -> None:
    for name, facts in wheel["functions"].items():
        if facts["flags"] == "METH_NOARGS":
            with pytest.raises(TypeError, match=r"takes no arguments \(1 given\)"):
                getattr(mt5, name)(1)


def test_buy_sell_and_close_have_the_wheels_signatures(wheel: Any) -> None:
    shown = [
        name
        + str(inspect.signature(getattr(mt5, name))).split(" ->")[0].replace(": Any", "").replace(" = None", "=None")
        for name in ("Buy", "Sell", "Close")
    ]
    assert shown == wheel["python_functions"]


def test_functions_on_a_class_do_not_bind() -> None:
    class Carrier:
        error = mt5.last_error
        total = mt5.positions_total

    carrier = Carrier()
    assert carrier.error is mt5.last_error
    assert carrier.total() is None


def test_it_stands_in_for_the_module_where_modules_are_looked_up() -> None:
    code = (
        "import sys, tallystick.platform.mt5.simulated as mt5; sys.modules['MetaTrader5'] = mt5;"
        "import MetaTrader5; from MetaTrader5 import *; from MetaTrader5 import order_send as send;"
        "assert TIMEFRAME_H1 == 16385 and send is MetaTrader5.order_send and symbol_info_tick is mt5.symbol_info_tick"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True)


def test_importing_it_loads_neither_compiler_nor_command_line_nor_kernel() -> None:
    code = "import sys, tallystick.platform.mt5.simulated; print('\\n'.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not NOT_OURS & set(done.stdout.split())
