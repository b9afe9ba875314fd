"""The errors of the log, one tree; each also is the builtin kind it resembles.

TallystickError                     E200
├── UsageError (ValueError)         E201  the caller asked for something that cannot be
│   ├── EventRefused                E202  an event or body that may not enter a log
│   └── UnknownType (LookupError)   E203  a type or source that nobody declared
├── LogError (OSError)              E210  the log cannot be read or written now
│   ├── LogMissing                  E211  there is no log in that folder
│   ├── LogLocked                   E212  another process writes this log
│   ├── WriteFailed                 E213  a write or sync failed: full disk, read-only folder, lost device
│   └── WriterPoisoned              E214  an earlier write failed; nothing may be appended any more
└── IntegrityError (ValueError)     E220  bytes that no honest writer leaves behind

`code` is the message's number, also in `--json`; `fix` says what to do next and is part of the message.
"""


class TallystickError(Exception):
    """Base of every error of ours: what happened, and what to do next."""

    code = "E200"

    def __init__(self, what: str, *, fix: str = "") -> None:
        super().__init__(f"{what}; {fix}" if fix else what)
        self.what = what
        self.fix = fix


class UsageError(TallystickError, ValueError):
    """The caller asked for something that cannot be."""

    code = "E201"


class EventRefused(UsageError):
    """An event or a body that may not enter a log."""

    code = "E202"


class UnknownType(UsageError, LookupError):
    """A type or source that nobody declared."""

    code = "E203"


class LogError(TallystickError, OSError):
    """The log cannot be read or written now."""

    code = "E210"


class LogMissing(LogError):
    """There is no log in that folder."""

    code = "E211"


class LogLocked(LogError):
    """Another process writes this log; `pid` is its process id, 0 when unknown."""

    code = "E212"

    def __init__(self, what: str, *, pid: int, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.pid = pid


class WriteFailed(LogError):
    """A write or sync failed; what the last commit held is not promised to be durable."""

    code = "E213"


class WriterPoisoned(LogError):
    """An earlier write failed; this writer appends nothing any more."""

    code = "E214"


class IntegrityError(TallystickError, ValueError):
    """Bytes that no honest writer leaves behind; `seq` is the first record concerned, -1 where none is."""

    code = "E220"

    def __init__(self, what: str, *, seq: int = -1, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.seq = seq
