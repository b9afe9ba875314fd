"""Zero trades is never silent: why, with a count, the first case and what to do."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from tallystick.platform import Bars, Strategy, strategy
from tallystick.platform.backtesting import Backtest, backtest
from tallystick.platform.strategies import EmaCross


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


class FarAway(Strategy, symbol="EURUSD", timeframe="H1"):
    """A pending order that the market never reaches."""

    def on_start(self) -> None:
        self.asked = False

    def on_bar(self, bar: Any) -> None:
        if not self.asked:
            self.asked = True
            self.limit("buy", round(bar.close - 0.02, 5), "0.10")


class Patient(Strategy, symbol="EURUSD", timeframe="H1", warm_up=9_999):
    """Warms up for longer than there are rows."""

    def on_bar(self, bar: Any) -> None:
        self.target("0.10")


CASES: list[tuple[Callable[[], Any], dict[str, Any], str, str]] = [
    (lambda: never, {}, "W124", "saw 400 rows, 4 of them to warm up, and raised no signal"),
    (lambda: impatient, {}, "W123", "saw 400 rows, and at each an indicator that it asked for had too few"),
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


def test_trades_need_no_reason(result: Backtest) -> None:
    assert result.silence == ()


def test_a_strategy_that_is_quiet_beside_one_that_trades_is_named(frame: pd.DataFrame) -> None:
    found = backtest([EmaCross("EURUSD"), never], frame)
    assert found.stats["trades"] > 5
    assert len(found.silence) == 1
    assert "W124 no trade: never saw 400 rows" in found.silence[0]
