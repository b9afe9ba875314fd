"""Zero trades is never silent: why, with a count, the first case and what to do."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tallystick.platform import Bars, Strategy, strategy
from tallystick.platform.backtesting import Backtest, backtest
from tallystick.platform.report.cut_short import WHERE
from tallystick.platform.strategies import EmaCross
from tests.unit.backtesting.conftest import ema_cross, hours


@strategy(symbol="EURUSD", timeframe="H1")
def never(bars: Bars) -> int | None:
    return 1 if bars.ema(5) > 100 else None


@strategy(symbol="EURUSD", timeframe="H1")
def impatient(bars: Bars) -> int | None:
    return 1 if bars.ema(5_000) > 0 else -1


@strategy(symbol="EURUSD", timeframe="H1", lots="50")
def huge(bars: Bars) -> int | None:
    return 1 if bars.ema(5) > bars.ema(15) else -1


@strategy(symbol="EURUSD", timeframe="H1", lots="9")
def greedy(bars: Bars) -> int | None:
    return 1 if bars.ema(5) > bars.ema(15) else -1


@strategy(symbol="EURUSD", timeframe="D1")
def restless(bars: Bars) -> int | None:
    return 1 if len(bars.close) % 2 else -1


class FarAway(Strategy, symbol="EURUSD", timeframe="H1"):
    """A pending order that the market never reaches."""

    def on_start(self) -> None:
        self.asked = False

    def on_bar(self, bar: Any) -> None:
        if not self.asked:
            self.asked = True
            self.limit("buy", round(bar.close - 0.02, 5), "0.10")


class Ticking(Strategy, symbol="EURUSD", timeframe="ticks", lots="0.10"):
    """Hears quotes, and the data are bars."""

    def on_quote(self, quote: Any) -> None:
        self.buy()


class Patient(Strategy, symbol="EURUSD", timeframe="H1", warm_up=9_999):
    """Warms up for longer than there are rows."""

    def on_bar(self, bar: Any) -> None:
        self.target("0.10")


CASES: list[tuple[Callable[[], Any], dict[str, Any], str, str]] = [
    (lambda: never, {}, "W124", "saw 400 rows, 4 of them to warm up, and raised no signal"),
    (lambda: impatient, {}, "W123", "saw 400 rows, and at each an indicator that it asked for had too few"),
    (lambda: Ticking, {}, "W122", "saw no quotes of EURUSD; the data are EURUSD H1 (400 rows). Give its data"),
    (lambda: Patient, {}, "W123", "needs 9,999 rows to warm up and saw 400"),
    (lambda: EmaCross("EURUSD", slow=500), {}, "W123", "needs 500 rows to warm up and saw 400"),
    (lambda: EmaCross("EURUSD", period_s=86_400), {}, "W124", "raised no signal"),
    (
        lambda: EmaCross("EURUSD"),
        {"sizing": {"kind": "risk_percent", "risk_ppm": 100}},
        "W125",
        "withheld (stop): ema_cross signals without a stop",
    ),
    (lambda: huge, {}, "W126", "denied by risk (volume_max): 50 lots in one order"),
    (lambda: huge, {}, "W126", "raise `order_volume_max`. Settings of risk stand under [risk] in a tallystick.toml"),
    (lambda: greedy, {}, "W126", "denied by risk (margin): 10019 NO_MONEY: 9 lots need"),
    (lambda: FarAway, {}, "W126", "1 order of far_away placed (10008 PLACED). The price never came there"),
]


@pytest.mark.parametrize(
    ("make", "more", "code", "words"), CASES, ids=[f"{code} {words[:20]}" for _, _, code, words in CASES]
)
def test_the_reason_is_told(
    make: Callable[[], Any], more: dict[str, Any], code: str, words: str, frame: pd.DataFrame
) -> None:
    found = backtest(make(), frame, **more)
    assert found.summary.deals == 0
    assert any(line.startswith(code) and words in line for line in found.silence), found.silence
    assert all(line in str(found) for line in found.silence)


def test_a_strategy_that_risk_lets_open_nothing_any_more_is_told_from_when_on(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    lost = backtest(ema_cross, frame, lots="1.00", risk={"drawdown_ppm": 4_000, "daily_loss_ppm": 1_000_000})
    (told,) = [line for line in lost.own_warnings if line.startswith("W134")]
    assert told.startswith("W134 ema_cross opened nothing more from 2014-05-")
    assert " by a rule of risk that does not lift by itself (drawdown): " in told
    assert told.endswith("The figures are of what came before. " + WHERE)
    after = [order for order in lost.orders.itertuples() if order.rule == "drawdown"]
    assert f"{len(after)} order" in told
    assert f'<p class="note loss">{told}</p>' in lost.report(tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_denial_after_which_something_opened_is_not_the_end(frame: pd.DataFrame) -> None:
    lifted = backtest(ema_cross, frame, lots="1.00", risk={"daily_loss_ppm": 1_000})
    assert lifted.summary.denials["daily_loss"]
    assert not [line for line in lifted.own_warnings if line.startswith("W134")]


def test_what_closed_minutes_took_of_a_strategy_that_trades_is_told_with_the_remedy(tmp_path: Path) -> None:
    daily = hours(200, datetime(2014, 5, 4, 22, tzinfo=UTC)).resample("24h", offset="5h").last().dropna()
    found = backtest(restless, daily, tz="utc", lots="0.10")
    denied = found.orders[found.orders["rule"] == "market_state"]
    assert 0 < len(denied) < len(found.orders)
    (told,) = [line for line in found.own_warnings if line.startswith("W135")]
    first = denied.index[0].strftime("%Y-%m-%d %H:%M")
    assert told.startswith(f"W135 {len(denied)} orders of restless were denied in closed minutes, first at {first} UTC")
    assert "`closed_minutes`" in told
    assert f'<p class="note loss">{told}</p>' in found.report(tmp_path / "report.html").read_text(encoding="utf-8")
    opened = backtest(restless, daily, tz="utc", lots="0.10", risk={"closed_minutes": []})
    assert not [line for line in opened.own_warnings if line.startswith("W135")]


def test_trades_need_no_reason(result: Backtest) -> None:
    assert result.silence == ()


def test_a_strategy_that_is_quiet_beside_one_that_trades_is_named(frame: pd.DataFrame) -> None:
    found = backtest([EmaCross("EURUSD"), never], frame)
    assert found.stats["trades"] > 5
    assert len(found.silence) == 1
    assert "W124 no trade: never saw 400 rows" in found.silence[0]
