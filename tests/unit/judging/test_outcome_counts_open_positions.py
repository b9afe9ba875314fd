"""A search for net profit sees what positions still open have lost."""

from tallystick.market.rows import BarClosed
from tallystick.platform import Strategy, backtest
from tallystick.platform.judging.outcome import objective_named, outcome_of


class BuyAndForget(Strategy, symbol="EURUSD", timeframe="H1"):
    """EURUSD fell for most of the year."""

    def on_bar(self, _bar: BarClosed) -> None:
        """Hold from the first bar."""
        self.target("0.10")


def test_a_loser_that_is_kept_open_is_no_profit() -> None:
    made = backtest(BuyAndForget, "EURUSD")
    outcome = outcome_of(made, objective_named("net"))
    closed = made.summary.net_profit
    assert closed > -10_00
    assert outcome.objective is not None
    assert outcome.objective < -1_000.0
    assert outcome.objective == (made.summary.closing_equity - made.summary.deposit) / 100
