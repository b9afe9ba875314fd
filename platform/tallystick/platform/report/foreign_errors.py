"""What can be wrong with a report or a deals table that somebody else wrote; each error says what to do.

ValueError
└── ReportError
    ├── UnknownReport     E850: neither an MT5 report, nor a deals table, nor a book of ours
    ├── DamagedReport     E851: a line of its deals table does not read
    └── EmptyReport       E852: it holds no deals table
"""


class ReportError(ValueError):
    """A report could not be read."""

    code = "E850"
    fix = "tallystick report --help"

    def __init__(self, what: str, *, fix: str) -> None:
        """`what` was met, and what to do: `fix`."""
        super().__init__(what)
        self.what = what
        self.fix = fix


class UnknownReport(ReportError):
    """The file is none of the kinds that can be read."""

    code = "E850"


class DamagedReport(ReportError):
    """A line of the deals table does not read."""

    code = "E851"


class EmptyReport(ReportError):
    """There is no deals table in it."""

    code = "E852"
