"""What can be wrong with a search or its record, each with a code and what to do next.

JudgingError (ValueError)
├── UnknownObjective  E571  no such objective or method
├── BadSpace          E572  a range of parameters that cannot be
├── NotShareable      E573  a strategy or data that cannot go to another process
├── NothingCompleted  E574  no trial came to its end
├── BadWindow         E575  windows of a walk-forward that do not fit the data
├── LogBusy           E576  somebody else writes the research log
├── ForeignLog        E577  the research log is another key's
├── NotComparable     E578  what was given is no book with a run
└── NotCheckable      E579  a strategy that fails by itself, so that nothing can be said of it (lookahead.checking)
"""

from pathlib import Path


class JudgingError(ValueError):
    """A study that cannot be done; `code` is the message's number, `fix` what to do next."""

    code = "E570"

    def __init__(self, what: str, fix: str) -> None:
        """Say what is wrong and where, and what to do about it."""
        super().__init__(f"{self.code} {what.rstrip('.')}. {fix}")
        self.what = what
        self.fix = fix


class UnknownObjective(JudgingError):
    """No such objective or method."""

    code = "E571"


class BadSpace(JudgingError):
    """A range of parameters that cannot be."""

    code = "E572"


class NotShareable(JudgingError):
    """A strategy or data that cannot go to another process."""

    code = "E573"


class NothingCompleted(JudgingError):
    """No trial came to its end."""

    code = "E574"


class BadWindow(JudgingError):
    """Windows of a walk-forward that do not fit the data."""

    code = "E575"


class LogBusy(JudgingError):
    """Somebody else has been writing the research log for too long."""

    code = "E576"

    def __init__(self, folder: Path, pid: int, waited_s: float) -> None:
        """`pid` of the writer, 0 when unknown."""
        who = f"process {pid}" if pid else "another process"
        what = f"{who} has been writing the research log in {folder} for {waited_s:g} s"
        super().__init__(what, 'End that process, or count this trial elsewhere with research="DIR".')


class ForeignLog(JudgingError):
    """The research log is another key's."""

    code = "E577"

    def __init__(self, folder: Path, owner: str) -> None:
        """`owner`: its verifier key."""
        what = f"the research log in {folder} belongs to the key {owner}: got your own key / expected that one"
        super().__init__(what, 'Use that key with TALLYSTICK_HOME=DIR, or keep a log of your own with research="DIR".')


class NotComparable(JudgingError):
    """What was given is no book with a run."""

    code = "E578"
