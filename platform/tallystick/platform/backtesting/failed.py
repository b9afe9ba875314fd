"""A backtest whose strategy raised: the error that carries what the run came to."""

from tallystick.platform.backtesting.errors import BacktestError
from tallystick.platform.backtesting.failure import where_it_failed
from tallystick.platform.backtesting.result import Backtest


class StrategyFailed(BacktestError, RuntimeError):
    """A strategy raised. `result` is what the run came to up to there; the error itself is its cause."""

    code = "E531"

    def __init__(self, result: Backtest) -> None:
        """Say which strategy, in which line, and why; an error that has a code of its own keeps it."""
        assert result.failure is not None
        self.code, what, fix = where_it_failed(result.failure)
        super().__init__(what, fix)
        self.result = result
