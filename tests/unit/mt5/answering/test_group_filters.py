"""Group filters, as `symbols_get` and the other functions read them."""

import pytest

from tallystick.platform.mt5.answering.groups import in_group

NAMES = ("EURUSD", "EURGBP", "GBPUSD", "USDJPY", "XAUUSD", "EURUSD.m", "#AAPL")


@pytest.mark.parametrize(
    ("group", "chosen"),
    [
        ("*", NAMES),
        ("", ()),
        ("EURUSD", ("EURUSD",)),
        ("EUR*", ("EURUSD", "EURGBP", "EURUSD.m")),
        ("*USD", ("EURUSD", "GBPUSD", "XAUUSD")),
        ("*USD*", ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD", "EURUSD.m")),
        ("*EUR*,!*USD*", ("EURGBP",)),
        ("*, !EUR", ("GBPUSD", "USDJPY", "XAUUSD", "#AAPL")),
        ("*,!*USD*,!*EUR*", ("#AAPL",)),
        ("!*EUR*", ()),
        ("!*EUR*,*GBP*", ("EURGBP", "GBPUSD")),
        ("*EUR*,!*USD*,EURUSD.m", ("EURGBP", "EURUSD.m")),
        ("E*D", ("EURUSD",)),
        (" GBPUSD , USDJPY ,", ("GBPUSD", "USDJPY")),
        ("eur*", ()),
        ("EURUSD.*", ("EURUSD.m",)),
    ],
)
def test_conditions_are_applied_one_after_the_other(group: str, chosen: tuple[str, ...]) -> None:
    """`*` stands for any characters, `!` takes names out again, and a dot is a dot."""
    assert tuple(name for name in NAMES if in_group(name, group)) == chosen


def test_a_deal_without_a_symbol_is_in_the_group_of_everything_that_is_not_euro() -> None:
    """The balance deal has no symbol; MT5's own example shows it in "*,!*EUR*,!*GBP*"."""
    assert in_group("", "*,!*EUR*,!*GBP*")
    assert not in_group("", "*EUR*")
