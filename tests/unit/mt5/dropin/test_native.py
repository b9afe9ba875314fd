"""Functions that look native: genuine built-in functions, and what stands in where these cannot be made."""

import ctypes
import subprocess
import sys
from typing import Any

import pytest

from tallystick.platform.mt5.dropin.native import Style, Unbound, genuine, native


def _said(*unnamed: Any, **named: Any) -> tuple[Any, Any]:
    return unnamed, named


def _genuine(function: Any, style: Style, doc: str) -> Any:
    return genuine(ctypes, function, style, doc)


both = pytest.mark.parametrize("make", [_genuine, Unbound], ids=["genuine", "stand-in"])


@both
def test_arguments_arrive_as_they_were_given(make: Any) -> None:
    assert make(_said, Style.NAMED, "said()")(1, "2", c=3.0) == ((1, "2"), {"c": 3.0})
    assert make(_said, Style.POSITIONAL, "said()")(1, "2") == ((1, "2"), {})
    assert make(_said, Style.NONE, "said()")() == ((), {})


@both
def test_a_wrong_style_of_call_is_refused(make: Any) -> None:
    with pytest.raises(TypeError, match="takes no keyword arguments"):
        make(_said, Style.POSITIONAL, "said()")(a=1)
    with pytest.raises(TypeError, match="takes no keyword arguments"):
        make(_said, Style.NONE, "said()")(a=1)
    with pytest.raises(TypeError, match=r"takes no arguments \(2 given\)"):
        make(_said, Style.NONE, "said()")(1, 2)


@both
def test_name_docstring_and_repr_are_those_of_a_built_in_function(make: Any) -> None:
    made = make(_said, Style.NAMED, "said(anything)")
    assert (made.__name__, made.__doc__, repr(made)) == ("_said", "said(anything)", "<built-in function _said>")


@both
def test_it_does_not_bind(make: Any) -> None:
    carrier = type("Carrier", (), {"call": make(_said, Style.NAMED, "said()")})()
    assert carrier.call(1) == ((1,), {})


@both
def test_what_the_function_raises_reaches_the_caller(make: Any) -> None:
    class Over(BaseException):
        """The end of something."""

    def raising() -> None:
        raise Over

    with pytest.raises(Over):
        make(raising, Style.NONE, "raising()")()


def test_many_calls_leave_nothing_behind() -> None:
    made, kept = native(_said, Style.NAMED, "said()"), object()
    before = sys.getrefcount(kept)
    for _ in range(1_000):
        made(kept, name=kept)
    assert sys.getrefcount(kept) == before


WITHOUT_CTYPES = """
import sys
sys.modules["ctypes"] = None
import copy
import tallystick.platform.mt5.simulated as mt5
from tests.unit.mt5.dropin.answering import TICK, Scripted, answered_by
from tallystick.platform.mt5.wire import Record
with answered_by(Scripted(symbol_info_tick=Record("Tick", TICK))):
    carrier = type("Carrier", (), {"tick": mt5.symbol_info_tick})()
    tick = carrier.tick("EURUSD")
assert tick == TICK and tick.bid == 1.1 and copy.copy(tick) == TICK and type(tick) is mt5.Tick
assert tick._asdict()["ask"] == 1.10002 and type(mt5.symbol_info_tick).__name__ == "Unbound"
"""


def test_without_ctypes_the_drop_in_has_the_same_face() -> None:
    subprocess.run([sys.executable, "-c", WITHOUT_CTYPES], check=True)
