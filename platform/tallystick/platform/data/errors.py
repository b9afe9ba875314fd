"""What can be wrong with market data, each with a code and what to do next.

DataError (ValueError)
├── UnknownSymbol    E101  no conditions are known for a symbol, or no symbol for a file
├── ReversedRange    E102  the start is not before the stop
├── MissingData      E111  no such file or series (also FileNotFoundError)
├── UnreadableData   E105  a cell is no number, a line has too few columns, an archive is none
├── ImpossibleData   E106  prices that no market has: high below low, zero, negative
├── DisorderedData   E109  a time that appears twice, or times that go backwards
├── CrossedData      W107  ask below bid, refused because the caller asked for strictness
├── UnknownClock     E110  no rule from the source's clock to UTC, or none that is known
├── EmptyRange       E103  no rows between the dates asked for
├── BadConditions    E131  an instrument's conditions do not fit together or cannot be read
├── UnfitRequest     E132  what was asked for cannot be made of this source
└── DamagedSeries    E133  a file of the catalogue is not what was written
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


class UnknownSymbol(DataError):
    """Nothing is known of a symbol."""

    code = "E101"


class ReversedRange(DataError):
    """The start is not before the stop."""

    code = "E102"


class BadConditions(DataError):
    """An instrument's conditions do not fit together or cannot be read."""

    code = "E131"


class UnfitRequest(DataError):
    """What was asked for cannot be made of this source."""

    code = "E132"


class DamagedSeries(DataError):
    """A file of the catalogue is not what was written."""

    code = "E133"
