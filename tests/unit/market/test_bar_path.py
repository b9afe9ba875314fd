"""The path of a bar and the line between two of its steps."""

from hypothesis import given
from hypothesis import strategies as st

from tallystick.market.bar_path import between, step_moment, step_prices

POINTS = st.integers(1, 10**7)


def test_a_rising_bar_falls_first() -> None:
    assert step_prices((5, 9, 1, 7), rising=True) == (5, 1, 9, 7)
    assert step_prices((5, 9, 1, 3), rising=False) == (5, 9, 1, 3)


def test_moments_are_thirds_of_the_period_floored() -> None:
    assert [step_moment(100, 10, step) for step in range(4)] == [100, 103, 106, 110]


@given(POINTS, POINTS, st.integers(0, 1_000))
def test_a_price_between_two_steps_lies_between_them_and_is_rounded_against_the_trader(
    before: int, after: int, moment: int
) -> None:
    bid = between(before, after, 0, 1_000, moment, up=False)
    ask = between(before, after, 0, 1_000, moment, up=True)
    assert min(before, after) <= bid <= ask <= max(before, after)
    assert ask - bid <= 1
    assert bid * 1_000 <= before * 1_000 + (after - before) * moment <= ask * 1_000


@given(POINTS, POINTS)
def test_the_line_begins_and_ends_at_the_steps(before: int, after: int) -> None:
    for up in (True, False):
        assert between(before, after, 0, 1_000, 0, up=up) == before
        assert between(before, after, 0, 1_000, 1_000, up=up) == after
