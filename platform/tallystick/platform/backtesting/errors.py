"""What can be wrong with a backtest, each with a code and what to do next; of data and symbols: `data.errors`.

BacktestError (ValueError)
├── BadAccount       E115  an account that cannot be: unknown field, other currency, no deposit
├── ReversedDates    E102  the first date lies after the last
├── UnknownData      E116  data that name nothing
├── DoubledData      E119  two sources hold the same bars or quotes of one symbol
├── UnknownStrategy  E530  what was given is no strategy
└── StrategyFailed   E531  the strategy raised; file and line are its own (also RuntimeError; in `failed`)
"""


class BacktestError(ValueError):
    """A backtest that cannot be done; `code` is the message's number, `fix` what to do next."""

    code = "E100"

    def __init__(self, what: str, fix: str) -> None:
        """Say what is wrong and where, and what to do about it."""
        super().__init__(f"{self.code} {what.rstrip('.')}. {fix}")
        self.what = what
        self.fix = fix


class BadAccount(BacktestError):
    """An account that cannot be."""

    code = "E115"


class ReversedDates(BacktestError):
    """The first date lies after the last."""

    code = "E102"


class UnknownData(BacktestError):
    """Data that name nothing."""

    code = "E116"


class DoubledData(BacktestError):
    """Two sources hold the same bars or quotes of one symbol, of which a run could trade the first only."""

    code = "E119"


class UnknownStrategy(BacktestError):
    """What was given is no strategy."""

    code = "E530"
