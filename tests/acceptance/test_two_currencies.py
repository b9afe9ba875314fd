"""Whole books whose symbols pay in other currencies than the account: every deal and the end's equity by hand."""

import json
import math
import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tallystick.platform.backtesting import Backtest, backtest
from tallystick.platform.backtesting.preparation import prepared
from tallystick.platform.data.instruments import instrument_for
from tallystick.platform.data.series import Series

SPREAD = 12
HOURS = 500
NO_SWAPS = [replace(instrument_for(symbol), swap_mode="disabled") for symbol in ("EURUSD", "USDJPY")]
COMMAND = [sys.executable, "-m", "tallystick.platform.cli.main"]
YEN = """\
from tallystick.platform import strategy

@strategy(symbol="USDJPY", timeframe="H1", lots="0.10")
def ema_cross(bars, fast=5, slow=15): return +1 if bars.ema(fast) > bars.ema(slow) else -1
"""


def hours(middle: float, digits: int, period: float) -> pd.DataFrame:
    """Bid bars of weekdays with 12 points of spread: a wave whose opens are the closes before."""
    rows: list[tuple[float, ...]] = []
    times: list[datetime] = []
    close, time = middle, datetime(2014, 5, 5, tzinfo=UTC)
    while len(rows) < HOURS:
        if time.weekday() < 5:
            opened, close = close, round(middle * (1 + 0.004 * math.sin(len(rows) / period)), digits)
            high, low = max(opened, close) + 3 / 10**digits, min(opened, close) - 3 / 10**digits
            rows.append((opened, round(high, digits), round(low, digits), close, 100, SPREAD))
            times.append(time)
        time += timedelta(hours=1)
    columns = ["open", "high", "low", "close", "volume", "spread"]
    return pd.DataFrame(rows, columns=columns, index=pd.DatetimeIndex(times, name="time"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    (folder / "yen.py").write_text(YEN, encoding="utf-8")
    (folder / "euro.py").write_text(YEN.replace("USDJPY", "EURUSD").replace("ema_cross", "euros"), encoding="utf-8")
    hours(1.38, 5, 9).to_csv(folder / "EURUSD_H1.csv")
    hours(102.0, 3, 13).to_csv(folder / "USDJPY_H1.csv")
    return folder


def points(desk: Path, symbol: str) -> dict[str, list[int]]:
    """Opens and closes of the bids in whole points."""
    frame = pd.read_csv(desk / f"{symbol}_H1.csv")
    scale = 1000 if symbol == "USDJPY" else 100_000
    return {name: [round(value * scale) for value in frame[name]] for name in ("open", "close")}


def nearest(value: Fraction) -> int:
    whole = (abs(value) + Fraction(1, 2)).__floor__()
    return whole if value >= 0 else -whole


def run(desk: Path, strategies: list[str], deposit: str, **terms: Any) -> Backtest:
    data: Any = [desk / "EURUSD_H1.csv", desk / "USDJPY_H1.csv"]
    return backtest(
        [desk / name for name in strategies], data, account=deposit, instruments=NO_SWAPS, server_time="utc", **terms
    )


def test_euros_and_yen_on_one_dollar_account(desk: Path) -> None:
    """Market orders are filled at the next bar's open, at the bid or the ask of which the yen are exchanged too."""
    result = run(desk, ["euro.py", "yen.py"], "10000USD")
    deals = result.deals
    opens = set(points(desk, "USDJPY")["open"])
    opened, checked = dict[int, Any](), {"EURUSD": 0, "USDJPY": 0}
    for _, deal in deals[deals["type"] != "balance"].iterrows():
        scale = 1000 if deal.symbol == "USDJPY" else 100_000
        price = round(deal.price * scale)
        if deal.entry == "in":
            opened[deal.position] = (price, 1 if deal.type == "buy" else -1)
            continue
        before, direction = opened.pop(deal.position)
        moved = Fraction(direction * (price - before) * 10_000, scale)
        if deal.symbol == "USDJPY":
            bid = price if direction > 0 else price - SPREAD
            assert bid in opens
            moved /= Fraction(bid + SPREAD if moved > 0 else bid, 1000)
        assert round(deal.profit * 100) == nearest(moved * 100)
        checked[deal.symbol] += 1
    assert min(checked.values()) > 10
    assert result.replay().equal
    assert result.replay(by_row=True).equal
    assert result.digest == run(desk, ["euro.py", "yen.py"], "10000USD", latency_ms=0).digest


def test_euros_on_a_yen_account_end_at_the_equity_of_the_last_closes(desk: Path) -> None:
    result = run(desk, ["euro.py"], "1000000JPY")
    trades, last = result.trades, {symbol: points(desk, symbol)["close"][-1] for symbol in ("EURUSD", "USDJPY")}
    deals = result.deals
    assert len(trades) > 10
    held = deals[~deals["position"].isin(trades["position"]) & (deals["type"] != "balance")]
    (still,) = [deal for _, deal in held.iterrows()]
    direction = 1 if still.type == "buy" else -1
    close = last["EURUSD"] + (0 if direction > 0 else SPREAD)
    dollars = Fraction(direction * (close - round(still.price * 100_000)) * 10_000, 100_000)
    rate = Fraction(last["USDJPY"] + (SPREAD if dollars < 0 else 0), 1000)
    assert int(result.equity["equity"].iloc[-1]) == int(deals["balance"].iloc[-1]) + nearest(dollars * rate)
    assert result.replay().equal
    assert (result.stats["currency"], result.verify().exit_code) == ("JPY", 0)


def test_the_command_takes_a_currency_with_the_deposit(desk: Path) -> None:
    environment = {**os.environ, "TALLYSTICK_HOME": str(desk / "home"), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [*COMMAND, "backtest", "yen.py", "USDJPY_H1.csv", "--deposit", "10000USD", "--json"],
        cwd=desk, env=environment, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)["stats"]
    assert said["currency"] == "USD"
    assert 0 < abs(said["net_profit"]) < 1_000


def test_a_pair_that_is_missing_is_said_before_anything_is_written(desk: Path) -> None:
    with pytest.raises(
        ValueError, match=r"E118 USDJPY is in JPY, the account in EUR.* Add the data of JPYEUR or EURJPY"
    ):
        backtest(desk / "yen.py", desk / "USDJPY_H1.csv", account="10000EUR")


def test_symbols_of_several_currencies_without_one_said_are_kept_in_dollars(desk: Path) -> None:
    ready = prepared([desk / "euro.py", desk / "yen.py"], [desk / "EURUSD_H1.csv", desk / "USDJPY_H1.csv"])
    assert ready.plan.account.currency == "USD"
    assert all(isinstance(one, Series) for one in ready.feed.series)
    assert ready.notes == ("the account is in USD, to which EURUSD, USDJPY convert; choose with account=",)
