"""A search sees what positions still open have lost, and which trials risk has cut short."""

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


class Restless(Strategy, symbol="EURUSD", timeframe="H1"):
    """Pays the spread at every bar."""

    def on_bar(self, _bar: BarClosed) -> None:
        """Turn round."""
        self.target("0.10" if len(self.bars) % 2 else "-0.10")


def test_a_trial_that_risk_has_cut_short_says_so() -> None:
    held = backtest(Restless, "EURUSD", end="2014-01-31", risk={"drawdown_ppm": 10_000})
    free = backtest(Restless, "EURUSD", end="2014-01-31")
    assert outcome_of(held, objective_named("net")).cut_short
    assert not outcome_of(free, objective_named("net")).cut_short
