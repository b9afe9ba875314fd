"""(a) Constants, structs and array types, byte for byte as in the wheel; (j) the module under its own name."""

import inspect
import pickle
import subprocess
import sys
from typing import Any

import pytest

from tests.contract.mt5.wheel import WHEEL, enumerations


@pytest.mark.parametrize("group", enumerations())
def test_constants_have_the_wheels_values(mt5: Any, group: str) -> None:
    for name, value in enumerations()[group].items():
        assert (getattr(mt5, name), type(getattr(mt5, name))) == (value, int)


@pytest.mark.parametrize("name", WHEEL["structs"])
def test_structs_have_the_wheels_fields_in_order(mt5: Any, name: str) -> None:
    fields = WHEEL["structs"][name]["fields"]
    kind = getattr(mt5, name)
    one = kind(range(len(fields)))
    assert [getattr(one, field) for field in fields] == list(one) == list(range(len(fields)))
    assert (kind.n_fields, kind.n_sequence_fields, kind.__doc__) == (
        len(fields),
        len(fields),
        WHEEL["structs"][name]["doc"],
    )
    assert list(one._asdict()) == fields


@pytest.mark.parametrize("name", ["rates", "ticks"])
def test_arrays_are_packed_as_the_wheels(mt5: Any, world: Any, name: str) -> None:
    if name == "rates":
        array = mt5.copy_rates_from_pos(world.symbol, mt5.TIMEFRAME_M1, 0, 2)
    else:
        array = mt5.copy_ticks_from(world.symbol, world.now - 3 * 86_400, 5, mt5.COPY_TICKS_ALL)
    facts = WHEEL["dtypes"][name]
    assert array.dtype.itemsize == facts["itemsize"]
    assert [[n, array.dtype.fields[n][0].str, array.dtype.fields[n][1]] for n in array.dtype.names] == facts["fields"]


@pytest.mark.to_be_recorded
def test_arrays_own_their_memory_and_are_read_only(mt5: Any, world: Any, say: Any) -> None:
    array = mt5.copy_rates_from_pos(world.symbol, mt5.TIMEFRAME_M1, 0, 1)
    say("flags", [array.flags.owndata, array.flags.writeable])
    assert (array.flags.owndata, array.flags.writeable) == (True, False)


def test_public_names_are_the_wheels_and_no_others(mt5: Any) -> None:
    public = {name for name in dir(mt5) if not name.startswith("_")}
    wanted = {*WHEEL["constants"], *WHEEL["functions"], *WHEEL["structs"], "Buy", "Sell", "Close"}
    assert wanted <= public
    assert public == wanted


def test_version_is_of_the_wheel_that_was_read(mt5: Any, say: Any) -> None:
    say("author", mt5.__author__)
    assert isinstance(mt5.__version__, str)
    assert mt5.__author__ == WHEEL["author"]


@pytest.mark.parametrize("name", WHEEL["functions"])
def test_functions_are_built_in_and_carry_the_wheels_words(mt5: Any, name: str) -> None:
    function = getattr(mt5, name)
    assert inspect.isbuiltin(function)
    assert (function.__name__, function.__doc__) == (name, WHEEL["functions"][name]["doc"])


def test_functions_on_a_class_do_not_bind(mt5: Any, world: Any) -> None:
    carrier = type("Carrier", (), {"info": mt5.symbol_info, "error": mt5.last_error})()
    assert carrier.info(world.symbol).name == world.symbol
    assert carrier.error() == (1, "Success")


def test_a_struct_of_the_terminal_is_a_tuple_that_compares_as_one(mt5: Any) -> None:
    account: Any = mt5.account_info()
    assert issubclass(type(account), tuple)
    assert account == tuple(account)
    assert hash(account.__class__(account)) == hash(tuple(account))
    assert account[0] == account.login == account._asdict()["login"]
    assert not hasattr(account, "_fields")


@pytest.mark.to_be_recorded
def test_a_struct_can_not_be_pickled(mt5: Any, say: Any) -> None:
    try:
        pickle.dumps(mt5.account_info())
        outcome = "pickled"
    except pickle.PicklingError as error:
        outcome = str(error)
    say("outcome", outcome)
    assert "attribute lookup AccountInfo on builtins failed" in outcome


@pytest.mark.to_be_recorded
def test_asdict_leaves_the_request_inside_an_answer_a_struct(mt5: Any, world: Any, say: Any) -> None:
    checked = mt5.order_check({"action": mt5.TRADE_ACTION_DEAL, "symbol": world.symbol, "volume": 0.01})
    inside = checked._asdict()["request"]
    say("type", type(inside).__name__)
    assert type(inside) is mt5.TradeRequest
    assert inside._asdict()["symbol"] == world.symbol


@pytest.mark.sim_only("the package stands under its own name there")
def test_the_drop_in_stands_in_sys_modules() -> None:
    code = (
        "import sys, tallystick.platform.mt5.simulated as mt5; sys.modules['MetaTrader5'] = mt5\n"
        "import MetaTrader5 as real\nfrom MetaTrader5 import *\n"
        "assert real.initialize is initialize and TIMEFRAME_H1 == 16385 and real.Tick is Tick"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
