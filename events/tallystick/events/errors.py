"""The errors of the log, one tree; each also is the builtin kind it resembles.

TallystickError
├── UsageError (ValueError)        the caller asked for something that cannot be
│   ├── EventRefused               an event or body that may not enter a log
│   └── UnknownType (LookupError)  a type or source that nobody declared
├── LogError (OSError)             the log cannot be read or written now
│   ├── LogMissing                 there is no log in that folder
│   ├── LogLocked                  another process writes this log
│   ├── WriteFailed                a write or sync failed: full disk, read-only folder, lost device
│   └── WriterPoisoned             an earlier write failed; nothing may be appended any more
└── IntegrityError (ValueError)    bytes that no honest writer leaves behind

`code` is a short stable word for `--json`; `fix` says what to do next and is part of the message.
"""


class TallystickError(Exception):
    """Base of every error of ours: what happened, and what to do next."""

    code = "error"

    def __init__(self, what: str, *, fix: str = "") -> None:
        super().__init__(f"{what}; {fix}" if fix else what)
        self.what = what
        self.fix = fix


class UsageError(TallystickError, ValueError):
    """The caller asked for something that cannot be."""

    code = "usage"


class EventRefused(UsageError):
    """An event or a body that may not enter a log."""

    code = "event-refused"


class UnknownType(UsageError, LookupError):
    """A type or source that nobody declared."""

    code = "unknown-type"


class LogError(TallystickError, OSError):
    """The log cannot be read or written now."""

    code = "log"


class LogMissing(LogError):
    """There is no log in that folder."""

    code = "log-missing"


class LogLocked(LogError):
    """Another process writes this log; `pid` is its process id, 0 when unknown."""

    code = "log-locked"

    def __init__(self, what: str, *, pid: int, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.pid = pid


class WriteFailed(LogError):
    """A write or sync failed; what the last commit held is not promised to be durable."""

    code = "write-failed"


class WriterPoisoned(LogError):
    """An earlier write failed; this writer appends nothing any more."""

    code = "writer-poisoned"


class IntegrityError(TallystickError, ValueError):
    """Bytes that no honest writer leaves behind; `seq` is the first record concerned, -1 where none is."""

    code = "integrity"

    def __init__(self, what: str, *, seq: int = -1, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.seq = seq
