"""A limit of the account and a stop-out are told where a result is read: printed, as a warning, on the page."""

from pathlib import Path

from tallystick.events.types.account import AccountLimitReached
from tallystick.platform.backtesting import Backtest, backtest
from tallystick.platform.report.reached import reached_lines
from tallystick.platform.report.story import Story, Told
from tests.unit.backtesting.conftest import ema_cross, hours

NEXT_DAY = "everything was closed, and nothing new until the server's next day"


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
