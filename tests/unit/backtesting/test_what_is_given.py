"""What may be given to `backtest`: strategies, data, accounts, sizes; and how what cannot be is refused."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tallystick.events.signer import Ed25519Signer
from tallystick.platform import Strategy
from tallystick.platform.backtesting import Backtest, BacktestError, StrategyFailed, backtest
from tallystick.platform.backtesting.market import moment_ns
from tallystick.platform.data.catalogue import Catalogue
from tallystick.platform.data.conditions import instrument_from
from tallystick.platform.data.demo import demo_feed
from tallystick.platform.data.errors import BadConditions
from tallystick.platform.data.opening import series_of
from tallystick.platform.plan import AccountPlan
from tallystick.platform.strategies import EmaCross
from tests.unit.backtesting.conftest import Fails, ema_cross

MONTH: dict[str, Any] = {"start": "2014-03-01", "end": "2014-03-31"}


def test_a_built_in_decides_the_same_by_name_class_and_instance() -> None:
    parameters = {"fast": 5, "slow": 20}
    by_name = backtest("ema_cross", "EURUSD", parameters=parameters, **MONTH)
    by_class = backtest(EmaCross, "EURUSD", parameters=parameters, **MONTH)
    by_instance = backtest(EmaCross("EURUSD", fast=5, slow=20), "demo", **MONTH)
    assert by_name.stats["trades"] > 5
    assert by_name.digest == by_class.digest == by_instance.digest


def test_a_strategy_decides_the_same_by_class_and_instance(frame: pd.DataFrame, result: Backtest) -> None:
    same: dict[str, Any] = {"lots": "0.10", "account": 5_000}
    assert backtest(ema_cross(fast=5), frame, **same).digest == result.digest
    assert backtest(ema_cross, frame, parameters={"fast": 5, "slow": 15}, **same).digest == result.digest
    assert backtest(ema_cross, frame, parameters={"fast": 6}, **same).digest != result.digest


def test_a_strategy_has_backtest_itself(frame: pd.DataFrame, result: Backtest) -> None:
    same: dict[str, Any] = {"lots": "0.10", "account": 5_000}
    assert ema_cross.backtest(frame, parameters={"fast": 5, "slow": 15}, **same).digest == result.digest
    assert ema_cross(fast=5).backtest(frame, **same).digest == result.digest


def test_two_strategies_of_one_name_are_told_how_to_differ(frame: pd.DataFrame) -> None:
    with pytest.raises(BacktestError, match=r'2 strategies are called "ema_cross".* ema_cross\(name="ema_cross_2"\)'):
        backtest([ema_cross, ema_cross(fast=3)], frame)
    both = backtest([ema_cross, ema_cross(fast=3, name="ema_cross_2")], frame, lots="0.10")
    assert set(both.trades["strategy"]) == {"ema_cross", "ema_cross_2"}


def test_conditions_may_be_fields_by_symbol_as_in_a_file(frame: pd.DataFrame, result: Backtest) -> None:
    dear: dict[str, Any] = {"lots": "0.10", "account": 5_000, "instruments": {"EURUSD": {"commission_per_lot": 700}}}
    assert backtest(ema_cross, frame, **dear).summary.commission == 2 * result.summary.commission
    with pytest.raises(BadConditions, match="conditions of EURUSD do not fit: no field is called comission"):
        backtest(ema_cross, frame, instruments={"EURUSD": {"comission": 700}})
    bare: dict[str, Any] = {"EURUSD": 3.5}
    with pytest.raises(BadConditions, match="conditions of EURUSD do not fit: got float / expected its fields by name"):
        backtest(ema_cross, frame, instruments=bare)


def test_a_calendar_of_news_may_be_a_file(frame: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cal.csv").write_text("time,currency,impact,title\n2014-05-08T12:00Z,USD,high,x\n", encoding="utf-8")
    news = {"minutes_before": 10_000, "minutes_after": 10_000}
    by_file = backtest(ema_cross, frame, lots="0.10", risk={"news": [{"file": "cal.csv", **news}]})
    events = [["2014-05-08T12:00Z", "USD", "high", "x"]]
    by_events = backtest(ema_cross, frame, lots="0.10", risk={"news": [{"events": events, **news}]})
    assert by_file.digest == by_events.digest
    assert by_file.stats["denied"] > 0


def test_a_series_and_a_frame_are_the_same_rows(frame: pd.DataFrame, result: Backtest) -> None:
    series = series_of(frame, symbol="EURUSD", timeframe="H1")
    assert backtest(ema_cross, series, lots="0.10", account=5_000).digest == result.digest


def test_the_demo_is_cut_to_the_strategys_symbol() -> None:
    found = backtest("hold", "XAUUSD", **MONTH)
    assert found.feed.symbols == ("XAUUSD",)
    both = backtest([EmaCross("EURUSD", name="a"), EmaCross("NZDUSD", name="b")], **MONTH)
    assert both.feed.symbols == ("EURUSD", "NZDUSD")
    assert set(both.trades["strategy"]) == {"a", "b"}


def test_the_whole_demo_is_the_demos_feed() -> None:
    from tallystick.platform.backtesting.market import Reading, feed_from

    assert feed_from("demo", (), Reading()).data_hash == demo_feed().data_hash


def test_dates_cut_the_data_and_a_last_day_is_whole() -> None:
    found = backtest("flat", "EURUSD", start="2014-03-03", end="2014-03-04")
    assert str(found.equity.index[0]).startswith("2014-03-03 01:00")
    assert str(found.equity.index[-1]).startswith("2014-03-05 00:00")
    assert moment_ns(date(2014, 3, 4), last=True) == moment_ns("2014-03-05T00:00") == moment_ns("2014-03-05")


@pytest.mark.parametrize(
    ("account", "balance", "leverage"),
    [
        (None, 1_000_000, 30),
        (2_500, 250_000, 30),
        ("99.50", 9_950, 30),
        (Decimal("7.01"), 701, 30),
        ({"deposit": 5_000, "leverage": 100}, 500_000, 100),
        (AccountPlan(balance=123, leverage=2), 123, 2),
    ],
)
def test_an_account_is_given_as_people_think_of_it(account: Any, balance: int, leverage: int) -> None:
    plan = backtest("flat", "EURUSD", account=account, **MONTH).plan
    assert (plan.account.balance, plan.account.leverage, plan.account.currency) == (balance, leverage, "USD")


def test_the_account_takes_the_currency_that_the_symbol_pays_in_and_says_so(frame: pd.DataFrame) -> None:
    yen = backtest("flat", frame * 100, symbol="USDJPY", timeframe="H1")
    assert (yen.plan.account.currency, yen.plan.account.digits, yen.plan.account.balance) == ("JPY", 0, 1_000_000)
    assert any("in JPY" in note for note in yen.notes)


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"account": {"depositt": 5}}, "E115", 'Did you mean "deposit"'),
        ({"account": -5}, "E112", "deposit -5"),
        ({"account": "nan"}, "E112", "deposit nan"),
        ({"account": "0.001"}, "E112", "deposit 0.001"),
        ({"account": "1.001"}, "E115", "finer than 2 decimals"),
        ({"strategy": EmaCross("EURUSD"), "data": []}, "E116", "no data"),
        ({"strategy": []}, "E530", "no strategy"),
        ({"strategy": 7}, "E530", "7 is no strategy"),
        ({"strategy": "emacross"}, "E530", "is no strategy"),
        ({"start": "2014-05-01", "end": "2014-04-01"}, "E102", "Swap them"),
        ({"start": "May"}, "E102", "no date"),
        ({"symbol": "EURUSDX"}, "E101", "Did you mean EURUSD"),
        ({"strategy": EmaCross("GBPUSD")}, "E101", "GBPUSD"),
        ({"lots": "0.015"}, "E113", "Nearest: 0.01, 0.02"),
        ({"lots": -1}, "E112", "size is positive"),
        ({"account": {"currency": "GBP"}}, "E118", "no pair of the book leads from one to the other"),
        ({"account": {"deposit": "5000 EUR", "currency": "USD"}}, "E115", "Say one of them"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(changes: dict[str, Any], code: str, words: str) -> None:
    given: dict[str, Any] = {"strategy": "ema_cross", "data": "demo", **changes}
    with pytest.raises(ValueError, match=words) as raised:
        backtest(given.pop("strategy"), given.pop("data"), **given)
    said = str(raised.value)
    assert said.startswith(code) or getattr(raised.value, "code", "") == code


def test_a_failure_is_raised_with_its_line_and_the_result_up_to_there(frame: pd.DataFrame) -> None:
    with pytest.raises(StrategyFailed, match=r"conftest\.py:\d+ in on_bar: ZeroDivisionError: on purpose") as raised:
        backtest(Fails, frame)
    assert raised.value.result.run.rows == 10
    assert raised.value.result.verify().exit_code == 0
    assert isinstance(raised.value, BacktestError)


def test_a_failure_is_kept_when_it_is_asked_for(frame: pd.DataFrame) -> None:
    found = backtest(Fails, frame, on_failure="keep")
    assert found.failure is not None
    assert "FAILED: " in str(found)


def test_a_file_whose_name_holds_no_known_symbol_is_read_as_the_strategys_and_that_is_noted(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    path = tmp_path / "BTCUSD-1h.csv"
    frame.to_csv(path)
    (noted,) = [note for note in backtest(ema_cross, path, tz="utc").notes if "BTCUSD" in note]
    assert noted == "BTCUSD-1h.csv is read as EURUSD, the strategy's: its name holds no symbol that is built in"
    assert not any("read as" in note for note in backtest(ema_cross, path, tz="utc", symbol="EURUSD").notes)
    named = path.rename(tmp_path / "EURUSD-1h.csv")
    assert not any("read as" in note for note in backtest(ema_cross, named, tz="utc").notes)


class Nameless(Strategy, timeframe="H1"):
    """Says no symbol, so it takes the one of the data."""

    def on_bar(self, bar: Any) -> None:
        """Long from the first bar on."""
        self.target("0.10")


def test_a_strategy_without_a_symbol_takes_the_one_that_the_file_is_named_for(
    tmp_path: Path, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    path = tmp_path / "GBPUSD_H1_2014.csv"
    frame.to_csv(path)
    assert backtest(Nameless, path, tz="utc").feed.symbols == ("GBPUSD",)
    assert backtest(Nameless, [str(path)], tz="utc").feed.symbols == ("GBPUSD",)
    Catalogue.of_user().keep("mine", series_of(path, tz="utc"), "0" * 64, None)
    assert backtest(Nameless, "mine").feed.symbols == ("GBPUSD",)
    with pytest.raises(ValueError, match="nameless has no symbol"):
        backtest(Nameless, path.rename(tmp_path / "prices.csv"), tz="utc")


def test_a_symbol_that_trades_no_hundredth_of_a_lot_is_traded_by_its_least(frame: pd.DataFrame) -> None:
    shares = instrument_from("ACME", {"digits": 5, "contract_size": 1, "calc_mode": "cfd", "volume_min": 5,
                                      "volume_max": 1_000, "volume_step": 5})  # fmt: skip
    found = backtest(EmaCross, frame, symbol="ACME", timeframe="H1", instruments=shares)
    assert set(found.trades["lots"]) == {5.0}
    assert backtest(EmaCross, frame, symbol="EURUSD", timeframe="H1").trades["lots"].iloc[0] == 0.01


def test_conditions_kept_with_the_rows_are_those_traded_under_unless_others_are_given(
    tmp_path: Path, frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path))
    dear, dearer = (instrument_from("EURUSD", {"commission_per_lot": cents}) for cents in (5_000, 9_000))
    series = series_of(frame, symbol="EURUSD", timeframe="H1")
    Catalogue.of_user().keep("dear", series, "0" * 64, dear)
    usual = backtest(EmaCross, frame, symbol="EURUSD", timeframe="H1", lots="1")
    kept = backtest(EmaCross, "dear", lots="1")
    longer = backtest(EmaCross, "dear", timeframe="H4", end="2014-05-20", lots="1")
    given = backtest(EmaCross, "dear", instruments=dearer, lots="1")
    rates = [one.deals["commission"].iloc[-1] for one in (usual, kept, longer, given)]
    assert rates == [-3.5, -50, -50, -90]


def test_a_file_that_is_named_for_another_symbol_is_not_taken_for_the_strategys(
    tmp_path: Path, frame: pd.DataFrame
) -> None:
    path = tmp_path / "GBPUSD_H1_2014.csv"
    frame.to_csv(path)
    with pytest.raises(ValueError, match=r'symbol "EURUSD" is not in the data: got EURUSD / expected one of GBPUSD'):
        backtest(ema_cross, path, tz="utc")
    assert backtest(ema_cross, path, tz="utc", symbol="EURUSD").feed.symbols == ("EURUSD",)
    assert backtest(ema_cross, path, tz="utc", symbol="GBPUSD").feed.symbols == ("GBPUSD",)
    unnamed = path.rename(tmp_path / "prices.csv")
    assert backtest(ema_cross, unnamed, tz="utc").feed.symbols == ("EURUSD",)


def test_progress_is_told_up_to_the_last_row(frame: pd.DataFrame) -> None:
    seen: list[tuple[int, int]] = []
    backtest(ema_cross, frame, progress=lambda rows, total: seen.append((rows, total)))
    assert seen[-1] == (400, 400)


def test_a_file_names_its_strategy(tmp_path: Path, frame: pd.DataFrame) -> None:
    path = tmp_path / "two.py"
    path.write_text(
        "from tallystick.platform import strategy\n"
        '@strategy(symbol="EURUSD", timeframe="H1")\n'
        "def up(bars): return 1\n"
        '@strategy(symbol="EURUSD", timeframe="H1")\n'
        "def down(bars): return -1\n",
        encoding="utf-8",
    )
    assert backtest(f"{path}:down", frame).trades["direction"].tolist() == []
    assert backtest(f"{path}:down", frame).deals["type"].iloc[-1] == "sell"
    with pytest.raises(ValueError, match="2 strategies: up, down"):
        backtest(path, frame)


def test_stops_follow_the_price_where_it_is_asked_for(frame: pd.DataFrame, result: Backtest) -> None:
    found = backtest(ema_cross, frame, lots="0.10", account=5_000, protection={"trail_points": 100})
    assert result.stats["stop_losses"] == 0
    assert found.stats["stop_losses"] > 3
    assert found.replay().equal


def test_a_backtest_that_was_stopped_is_gone_on_with(frame: pd.DataFrame, result: Backtest, tmp_path: Path) -> None:
    same: dict[str, Any] = {
        "lots": "0.10", "account": 5_000, "book": tmp_path / "book", "key": Ed25519Signer.generate("own"),
    }  # fmt: skip
    asked = iter([False] * 10 + [True] * 1_000)
    stopped = backtest(ema_cross, frame, stop_asked=lambda: next(asked), **same)
    assert stopped.run.ended == "stopped"
    assert 0 < stopped.run.rows < 400
    gone_on = backtest(ema_cross, frame, **same)
    assert gone_on.run.ended == "end_of_data"
    assert gone_on.digest == result.digest
    assert gone_on.stats["net_profit"] == result.stats["net_profit"]
    assert gone_on.replay().equal
