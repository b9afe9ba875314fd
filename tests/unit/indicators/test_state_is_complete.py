"""Freezing anywhere and going on gives the same bits, and so does any way of feeding."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tallystick.platform.authoring.indicators import IndicatorSettingError
from tests.unit.indicators.cases import CASES, Case, streamed
from tests.unit.indicators.price_walk import walk

BARS = walk(160, still=slice(70, 90))


@given(case=st.sampled_from(CASES), cut=st.integers(0, 159))
@settings(max_examples=400, deadline=None)
def test_an_indicator_goes_on_from_frozen_state_with_the_same_bits(case: Case, cut: int) -> None:
    whole, first, second = case.made(), case.made(), case.made()
    expected = streamed(whole, BARS)
    streamed(first, BARS[:cut])

    second.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(first.freeze())))

    assert second.freeze() == first.freeze()
    assert streamed(second, BARS[cut:]).tobytes() == expected[cut:].tobytes()


@given(case=st.sampled_from(CASES), seed=st.integers(0, 2**32), rows=st.integers(1, 200))
@settings(max_examples=200, deadline=None)
def test_reading_the_value_or_not_changes_no_bit(case: Case, seed: int, rows: int) -> None:
    bars, unread = walk(rows, seed=seed), case.made()
    for bar in bars:
        unread.push(bar)
    read = case.made()
    streamed(read, bars)

    assert repr(read.value) == repr(unread.value)
    assert read.freeze() == unread.freeze()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_thawing_takes_nothing_of_the_other_indicator_along(case: Case) -> None:
    first, second = case.made(), case.made()
    streamed(first, BARS[:50])
    second.thaw(first.freeze())
    before = second.freeze()

    streamed(first, BARS[50:60])

    assert second.freeze() == before


def test_an_indicator_shows_how_it_was_made() -> None:
    for case in CASES:
        shown = repr(case.made())
        assert all(f"{name}={value!r}" in shown for name, value in case.parameters.items()), shown


@pytest.mark.parametrize(
    ("name", "parameters", "says"),
    [
        ("ema", {"period": 0}, "E502 Ema: period is 0; it takes a whole number of rows from 1"),
        ("ema", {"period": 2.5}, "E502 Ema: period is 2.5"),
        ("ema", {"period": True}, "E502 Ema: period is True"),
        ("sma", {"period": "10"}, "E502 Sma: period is '10'"),
        ("hma", {"period": 1}, "from 2"),
        ("rsi", {"source": "clsoe"}, "did you mean 'close'?"),
        ("macd", {"fast": 26, "slow": 12}, "E502 Macd: fast, slow is (26, 12); it takes fast below slow"),
        ("bollinger", {"deviations": 0.0}, "E502 Bollinger: deviations is 0.0; it takes a finite number above 0"),
        ("bollinger", {"deviations": float("nan")}, "E502 Bollinger: deviations is nan"),
        ("parabolic_sar", {"step": 0.3}, "step below maximum"),
        ("ichimoku", {"span": 20}, "E502 Ichimoku: span is 20; it takes a whole number of rows from 26"),
    ],
)
def test_a_parameter_no_indicator_could_mean_is_refused(name: str, parameters: dict[str, object], says: str) -> None:
    from tallystick.platform.authoring.indicators import NAMED

    with pytest.raises(IndicatorSettingError) as refused:
        NAMED[name](**parameters)
    assert says in str(refused.value)
    assert str(refused.value).endswith("Change it where the indicator is asked for.")
