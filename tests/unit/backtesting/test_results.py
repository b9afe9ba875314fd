"""What a result shows: tables in units people read, figures, lines, pictures, and the record beneath them."""

import html
from pathlib import Path

import pandas as pd
import pytest

from tallystick.market.rows import BarClosed
from tallystick.platform import Bars, Strategy, strategy
from tallystick.platform.backtesting import Backtest, backtest
from tallystick.platform.backtesting.printed import BLOCKS, sparkline
from tallystick.platform.backtesting.tables import DEALS, EQUITY, ORDERS, TRADES
from tests.unit.backtesting.conftest import ema_cross, hours


def test_every_table_has_its_columns_and_utc_times(result: Backtest) -> None:
    for table, columns in (
        (result.deals, DEALS),
        (result.orders, ORDERS),
        (result.trades, TRADES),
        (result.equity, EQUITY),
    ):
        assert tuple(table.columns) == columns
        assert table.index.name == "time"
        assert str(table.index.tz) == "UTC"
        assert table.index.is_monotonic_increasing


def test_money_and_lots_are_in_units_people_read(result: Backtest) -> None:
    deposit = result.deals.iloc[0]
    assert (deposit["type"], deposit["profit"], deposit["balance"]) == ("balance", 5000.0, 5000.0)
    assert set(result.trades["lots"]) == {0.1}
    assert set(result.trades["direction"]) == {1, -1}
    assert result.stats["deposit"] == 5000.0


def test_the_tables_agree_with_each_other_and_with_the_figures(result: Backtest) -> None:
    trading = result.deals[result.deals["type"] != "balance"]
    assert trading["net"].sum() == pytest.approx(result.stats["net_profit"])
    assert result.deals["balance"].iloc[-1] == pytest.approx(5000.0 + result.stats["net_profit"])
    assert result.equity["balance"].iloc[-1] == result.deals["balance"].iloc[-1]
    assert len(result.trades) == result.stats["trades"]
    assert (result.orders["outcome"] == "done").sum() == len(trading)
    assert (result.equity["drawdown"] <= 0).all()
    assert -result.equity["drawdown"].min() == pytest.approx(result.stats["equity_drawdown"])
    assert (result.trades["mfe"] >= 0).all()
    assert (result.trades["mae"] <= 0).all()


def test_deals_and_trades_stand_at_the_moment_of_their_price(result: Backtest, frame: pd.DataFrame) -> None:
    deals = result.deals[result.deals["reason"] == "expert"]
    bars = frame.loc[deals.index]
    opens = bars["open"] + (deals["type"] == "buy") * bars["spread"] * 1e-5
    assert (opens - deals["price"]).abs().max() < 1e-9
    assert set(result.trades["opened"]) <= set(deals.index)
    assert (result.trades["duration"] == result.trades.index - result.trades["opened"]).all()


def test_a_deal_of_a_stop_belongs_to_the_strategy_of_its_position() -> None:
    stopped = backtest("ema_cross", hours(), symbol="EURUSD", tz="utc", parameters={"stop_points": 60}, lots="0.10")
    deals = stopped.deals[stopped.deals["type"] != "balance"]
    assert "sl" in set(deals["reason"])
    assert set(deals["strategy"]) == set(stopped.trades["strategy"])


def test_what_is_still_open_at_the_end_is_told(frame: pd.DataFrame) -> None:
    @strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
    def hold(bars: Bars) -> int:
        return 1

    held = backtest(hold, frame)
    floating = held.stats["equity"] - held.stats["balance"]
    assert (held.stats["trades"], held.stats["open_positions"]) == (0, 1)
    assert f"W128 1 position is still open at the end: {floating:,.2f} not in the net result" in str(held)


def test_lots_that_no_order_is_of_are_told_for_the_strategy_says_its_own(frame: pd.DataFrame, result: Backtest) -> None:
    class Own(Strategy, symbol="EURUSD", timeframe="H1"):
        def on_bar(self, bar: object) -> None:
            self.target("0.30")

    own = backtest(Own, frame, lots="0.50")
    assert (
        'W129 lots="0.5" was not traded: what opened was of 0.3. Leave it out where a strategy or sizing says its own.'
        in own.own_warnings
    )
    for heard in (backtest(Own, frame), backtest(Own, frame, lots="0.3"), result):
        assert not any("W129" in each for each in heard.own_warnings)
    sized = backtest(ema_cross, frame, lots="0.50", sizing={"kind": "fixed", "lots": "0.02"})
    assert any('W129 lots="0.5" was not traded: what opened was of 0.02.' in each for each in sized.own_warnings)


def test_an_empty_result_has_empty_tables(frame: pd.DataFrame) -> None:
    quiet = backtest("flat", frame, symbol="EURUSD", tz="utc")
    assert tuple(quiet.trades.columns) == TRADES
    assert len(quiet.trades) == len(quiet.orders) == 0
    assert list(quiet.deals["type"]) == ["balance"]


def test_a_figure_nobody_knows_is_told_the_likely_one(result: Backtest) -> None:
    with pytest.raises(KeyError, match="did you mean net_profit"):
        result.stats["net_proft"]
    assert "Total Net Profit" in result.tester


def test_the_lines_name_the_baselines_the_digest_and_the_warnings(result: Backtest) -> None:
    text = str(result)
    assert "buy and hold " in text
    assert "flat 0.00" in text
    assert result.digest in text
    assert "verify OK, " in text
    assert "W120 " in text
    assert any(block in text for block in BLOCKS)
    assert html.escape(text.splitlines()[0]) in result._repr_html_()


def test_a_sparkline_rises_with_its_values() -> None:
    import numpy as np

    assert sparkline(np.arange(8)) == BLOCKS
    assert sparkline(np.full(3, 5)) == BLOCKS[0] * 3
    assert not sparkline(np.arange(0))


def test_the_report_is_written_where_it_is_asked_for(result: Backtest, tmp_path: Path) -> None:
    page = result.report(tmp_path / "deep" / "page.html")
    text = page.read_text(encoding="utf-8")
    assert "<html" in text
    assert "http://" not in text.replace("http://www.w3.org", "")
    assert "records hold and are signed" in text


def test_a_picture_shows_the_whole_report_inside_the_cell(result: Backtest, tmp_path: Path) -> None:
    picture = result.plot(tmp_path / "page.html", show=False)
    shown = picture._repr_html_()
    assert shown.startswith('<iframe srcdoc="')
    assert html.escape(picture.path.read_text(encoding="utf-8"), quote=True) in shown


def test_a_picture_without_a_path_outlives_its_result(
    frame: pd.DataFrame, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    picture = backtest(ema_cross, frame).plot()
    assert picture.path.is_file()
    assert opened == [picture.path.resolve().as_uri()]


def test_a_deal_is_explained_back_to_its_row(result: Backtest) -> None:
    deal = int(result.deals["deal"].iloc[1])
    told = result.why(deal)
    for word in ("deal.made", "order.sending", "order.approved", "target.set", "signal.raised", "market.bar_block"):
        assert word in told
    with pytest.raises(ValueError, match="E820 no deal 4711"):
        result.why(4711)


def test_single_orders_are_explained_in_the_record_and_on_the_page_and_decide_as_without(
    frame: pd.DataFrame, tmp_path: Path
) -> None:
    class Mine(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
        told: bool = True

        def on_bar(self, bar: BarClosed) -> None:
            if len(self.bars) == 3:
                self.buy(why={"bought": 3.5} if self.told else None)
                self.sell("0.05", why={"sold": 4.5} if self.told else None)
            elif len(self.bars) == 9:
                self.close(why={"closed": bar.close} if self.told else None)

    told, silent = backtest(Mine, frame), backtest(Mine(told=False), frame)
    assert told.digest == silent.digest
    assert told.replay(by_row=True).equal
    bought, closed = (" ".join(told.why(int(told.deals["deal"].iloc[row])).split()) for row in (1, -1))
    assert "symbol EURUSD, values bought 3.5" in bought
    assert "values closed 1.3" in closed
    assert "decision.explained" not in silent.why(int(silent.deals["deal"].iloc[1]))
    page = told.report(tmp_path / "report.html").read_text(encoding="utf-8")
    assert all(f"values seen: {values}" in page for values in ("bought 3.5", "sold 4.5", "closed 1.3"))


def test_the_record_holds_and_repeats(result: Backtest) -> None:
    assert result.verify().exit_code == 0
    assert result.replay().equal
    assert result.replay(by_row=True).equal


def test_a_temporary_book_goes_with_its_result(frame: pd.DataFrame) -> None:
    made = backtest(ema_cross, frame)
    folder = made.folder
    assert made.log.is_dir()
    del made
    assert not folder.exists()


def test_a_named_book_stays_and_is_not_run_twice(frame: pd.DataFrame, tmp_path: Path) -> None:
    from tallystick.events.signer import Ed25519Signer

    key = Ed25519Signer.generate("own")
    made = backtest(ema_cross, frame, book=tmp_path / "book", key=key)
    assert made.run.vkey == str(key.named(made.run.origin).vkey)
    del made
    assert (tmp_path / "book" / "log").is_dir()
    with pytest.raises(Exception, match="has ended"):
        backtest(ema_cross, frame, book=tmp_path / "book", key=key)
