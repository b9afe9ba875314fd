"""What can be wrong with market data, each with a code and what to do next.

DataError (ValueError)
├── MissingData      E111  no such file (also FileNotFoundError)
├── UnreadableData   E105  a cell is no number, a line has too few columns, an archive is none
├── ImpossibleData   E106  prices that no market has: high below low, zero, negative
├── DisorderedData   E109  a time that appears twice, or times that go backwards
├── CrossedData      W107  ask below bid, refused because the caller asked for strictness
├── UnknownClock     E110  no such rule from the source's clock to UTC
└── EmptyRange       E103  no rows between the dates asked for
"""


class DataError(ValueError):
    """Something about market data; `code` is the message's number, `fix` what to do next."""

    code = "E100"

    def __init__(self, what: str, fix: str) -> None:
        """Say what is wrong and where, and what to do about it."""
        super().__init__(f"{what} {fix}")
        self.what = what
        self.fix = fix


class MissingData(DataError, FileNotFoundError):
    """A file is not there."""

    code = "E111"


class UnreadableData(DataError):
    """A file cannot be read as prices; the message names file, line and column."""

    code = "E105"


class ImpossibleData(DataError):
    """Prices that no market has."""

    code = "E106"


class DisorderedData(DataError):
    """Times that appear twice or go backwards."""

    code = "E109"


class CrossedData(DataError):
    """Ask below bid, where the caller asked for strictness."""

    code = "W107"


class UnknownClock(DataError):
    """A time rule nobody knows."""

    code = "E110"


class EmptyRange(DataError):
    """No rows in the range asked for."""

    code = "E103"
