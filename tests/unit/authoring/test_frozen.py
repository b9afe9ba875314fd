"""A strategy's attributes go through a snapshot with their types; what cannot is refused by name."""

import random
from collections import Counter, defaultdict, deque
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.market.rows import BarClosed
from tallystick.platform import Ema, Module, Strategy
from tallystick.platform.authoring.errors import StateNotKept
from tallystick.platform.authoring.frozen import frozen, thawed
from tallystick.platform.authoring.indicators import Bollinger
from tests.unit.authoring.market import bar, heard, walk

VALUES: list[Any] = [
    None,
    True,
    0,
    -(2**63),
    2**80,
    1.5,
    float("inf"),
    "text",
    b"bytes",
    (1, ("two", 3.0)),
    [1, [2, (3,)]],
    {"a": 1, 2: (3,), (4, 5): None},
    {1, "two", (3,)},
    frozenset({1, 2}),
    deque([1, 2, 3], maxlen=3),
    Counter("abca"),
    defaultdict(list, {"a": [1]}),
    Decimal("0.10"),
    Fraction(1, 3),
    datetime(2014, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    date(2014, 1, 2),
    timedelta(days=-1, microseconds=5),
    np.float64(1.5),
    np.int32(7),
    np.bool_(True),
    bar(3, 1.1),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda each: type(each).__name__)
def test_a_value_comes_back_equal_and_of_the_same_type(value: Any) -> None:
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(frozen({"mine": value}, "x")))
    back = thawed(state, {})["mine"]
    assert back == value
    assert type(back) is type(value)
    if isinstance(value, deque):
        assert back.maxlen == value.maxlen


def test_arrays_indicators_generators_and_named_tuples_come_back() -> None:
    made = Bollinger(5, source="mid")
    for each in walk(9):
        made.push(each)
    generator = random.Random(4)
    generator.random()
    own = {"array": np.arange(6, dtype=np.int16).reshape(2, 3), "made": made, "chance": generator, "lines": made.value}
    back = thawed(msgspec.msgpack.decode(msgspec.msgpack.encode(frozen(own, "x"))), {})
    assert back["array"].dtype == np.int16
    assert back["array"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert back["lines"].upper == made.value.upper
    assert back["chance"].random() == generator.random()
    for each in walk(12)[9:]:
        made.push(each)
        back["made"].push(each)
    assert back["made"].value == made.value


class Plain:
    """Something of one's own without a frozen form."""


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (Plain(), "a Plain"),
        ([Plain()], "a Plain"),
        (len, "a builtin_function_or_method"),
        (np.array([object()]), "an array of objects"),
        (defaultdict(lambda: 3), "a defaultdict of a function of its own"),
    ],
)
def test_what_no_snapshot_can_keep_is_refused_with_the_attribute_and_the_remedy(value: Any, said: str) -> None:
    with pytest.raises(StateNotKept, match=f"E508 mine: attribute thing holds {said}, .* Keep numbers"):
        frozen({"thing": value}, "mine")


def test_a_value_that_holds_itself_is_refused() -> None:
    round_: list[Any] = []
    round_.append(round_)
    with pytest.raises(StateNotKept, match="holds itself"):
        frozen({"thing": round_}, "mine")


class Ring:
    """An object of one's own with a frozen form."""

    def __init__(self) -> None:
        self.seen: list[float] = []

    def freeze(self) -> Any:
        return self.seen

    def thaw(self, state: Any) -> None:
        self.seen = state


class Remembers(Strategy, symbol="EURUSD", timeframe="H1"):
    """Keeps state of many kinds and decides by it."""

    fast: int = 5

    def __init__(self, **settings: Any) -> None:
        self.ring = Ring()
        self.own = Ema(7)
        self.closes: deque[float] = deque(maxlen=4)

    def on_start(self) -> None:
        self.counts = {"up": 0}

    def on_bar(self, bar: BarClosed) -> None:
        self.own.push(bar)
        self.closes.append(bar.close)
        self.ring.seen.append(bar.close)
        self.counts["up"] += bar.close > self.closes[0]
        if self.ema(self.fast) > self.own.value and self.higher("H4").ema(2) > sum(self.closes) / len(self.closes):
            self.target("0.10", why={"up": self.counts["up"], "seen": len(self.ring.seen)})
        else:
            self.target(0)


class Reactor(Module, hears=[BarClosed], symbol="EURUSD"):
    """A reactor whose state is its attributes."""

    def __init__(self, period: int = 3) -> None:
        self.average, self.rows = Ema(period), 0

    def react(self, event: Any, context: Any) -> Any:
        self.average.push(event)
        self.rows += 1
        return ()


@pytest.mark.parametrize("cut", [1, 3, 20, 77, 199])
def test_a_strategy_goes_on_from_a_snapshot_as_if_nothing_had_happened(cut: int) -> None:
    rows = walk(200)
    whole, first, second = Remembers(), Remembers(), Remembers()
    expected = heard(whole, rows)
    before = heard(first, rows[:cut])
    second.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(first.freeze())))
    after = heard(second, rows[cut:], start=False)
    assert [*before, *after] == expected
    assert len(expected) > 10
    assert msgspec.msgpack.encode(second.freeze()) == msgspec.msgpack.encode(whole.freeze())


def test_a_reactor_goes_on_from_a_snapshot() -> None:
    first, second = Reactor(period=4), Reactor(period=4)
    heard(first, walk(50))
    second.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(first.freeze())))
    heard(second, walk(60)[50:], start=False)
    whole = Reactor(period=4)
    heard(whole, walk(60))
    assert (second.rows, second.average.value, second.given) == (60, whole.average.value, {"period": 4})
    assert (whole.fresh().rows, whole.fresh().average.period) == (0, 4)  # type: ignore[attr-defined]  # an attribute of the strategy's own
