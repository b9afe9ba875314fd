"""A limit of the account and a stop-out are told where a result is read: printed, as a warning, on the page."""

import re
from pathlib import Path

import pytest

from tallystick.events.types.account import AccountLimitReached
from tallystick.platform import Bars, strategy
from tallystick.platform.backtesting import Backtest, backtest
from tallystick.platform.quantities import limit_of
from tallystick.platform.report.reached import reached_lines
from tallystick.platform.report.story import Story, Told
from tests.unit.backtesting.conftest import ema_cross, hours

NEXT_DAY = "everything was closed, and nothing new until the server's next day"


@strategy(symbol="EURUSD", timeframe="D1")
def restless(bars: Bars) -> int:
    return 1 if len(bars.close) % 2 else -1


def limited(**limits: int) -> Backtest:
    return backtest(ema_cross, hours(), lots="1.00", account=10_000, risk={"account_limits": limits})


def test_a_limit_that_ended_the_trading_is_named_with_its_time_its_amounts_and_what_followed(tmp_path: Path) -> None:
    result = limited(max_loss=4_000)
    (told,) = result.summary.reached
    assert told.startswith("max_loss_limit reached at 2014-05-")
    assert told.endswith("40.00 allowed; everything was closed, and nothing new until a person resumes the book")
    assert f"warning: W130 {told}." in str(result)
    page = result.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count(told) == 1
    assert "account.limit_reached" in page


def test_the_page_has_amounts_in_the_accounts_money_and_volumes_in_lots(tmp_path: Path) -> None:
    limits = {"account_limits": {"daily_loss": 4_050, "max_loss": 60_000}, "order_value_max": 13_815_000}
    result = backtest(restless, hours(), lots="1.00", account=10_000, risk=limits)
    assert result.summary.denials.keys() == {"account_limit", "order_value"}
    page = result.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert "daily 40.50 USD of the day&#x27;s balance, max 600.00 USD" in page
    assert ">138,150.00 USD</td>" in page
    assert "rule daily_loss_limit, limit 40.50, value 301.50, equity 9,698.50, until 2014-05-07 21:00," in page
    assert re.search(r"nearest: order_value 13\d,\d{3}\.\d\d of 138,150\.00", page)
    assert not re.search(r"minor units|1e-8 lots|daily 4050|limit 4050", page)


@pytest.mark.parametrize(
    ("rule", "written", "digits", "currency", "shown"),
    [
        ("order_value", "200000000 minor units", 2, "USD", "2,000,000.00 USD"),
        ("exposure", "500000 minor units", 0, "JPY", "500,000 JPY"),
        ("account_limit", "trailing 250000 of end_of_day, target 1", 3, "KWD",
         "trailing 250.000 KWD of end_of_day, target 0.001 KWD"),
        ("volume_max", "1000000000 1e-8 lots", 2, "USD", "10.00 lots"),
        ("daily_loss", "50000 ppm of the day's first balance", 2, "USD", "50000 ppm of the day's first balance"),
        ("none", "no risk rules were asked for", 2, "USD", "no risk rules were asked for"),
    ],
)  # fmt: skip
def test_a_recorded_limit_is_shown_in_the_units_people_read(
    rule: str, written: str, digits: int, currency: str, shown: str
) -> None:
    assert limit_of(rule, written, digits, currency) == shown


def test_a_limit_of_the_day_is_counted_and_a_target_says_what_was_won() -> None:
    day = AccountLimitReached(
        rule="daily_loss_limit", limit=2_000, value=2_550, equity=997_450, until=86_400 * 10**9, closes=True
    )
    target = AccountLimitReached(rule="profit_target", limit=100, value=1_234_50, equity=1, until=0, closes=False)
    story = Story(limits=[Told(7, 0, day), Told(9, 10**15, target), Told(11, 2 * 10**15, day)])
    assert reached_lines(story) == (
        f"daily_loss_limit reached 2 times, first at 1970-01-01 00:00 UTC: 25.50 lost, 20.00 allowed; {NEXT_DAY}",
        "profit_target reached at 1970-01-12 13:46 UTC: 1,234.50 won, 1.00 asked for; nothing was closed",
    )


def test_a_stop_out_is_told_with_its_margin_level() -> None:
    result = backtest(ema_cross, hours(), lots="1.00", account={"deposit": 4_700, "stop_out_level": 100})
    (told,) = result.summary.reached
    assert told.startswith("stopped out by the server")
    assert "margin level 9" in told


def test_a_run_that_reached_nothing_says_nothing(result: Backtest) -> None:
    assert result.summary.reached == ()
    assert "W130" not in str(result)
