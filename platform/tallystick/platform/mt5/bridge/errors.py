"""Errors of the bridge.

BridgeError
├── BridgeBusyError      another process serves this account already
├── BridgeDownError      there is no child to ask, and none can be started now; nothing was asked
├── BridgeLostError      the call was handed over and its answer will not come
├── BridgeProtocolError  the two ends do not understand each other
├── TerminalFailedError  the package answered None; the terminal's own reason
├── WrongTerminalError   the terminal stands on another account, or an instrument is not what the plan says
└── ServerClockError     the broker's clock is not what the rule says
"""


class BridgeError(Exception):
    """Root of what the bridge raises; `fix` says what to do next."""

    code = "E650"

    def __init__(self, message: str, fix: str = "") -> None:
        """`message` in one sentence, `fix` as a command or an action."""
        super().__init__(message)
        self.fix = fix


class BridgeBusyError(BridgeError, BlockingIOError):
    """Another process serves this account already."""

    code = "E651"


class BridgeDownError(BridgeError, ConnectionError):
    """There is no child to ask, and none can be started now; nothing was asked."""

    code = "E652"


class BridgeLostError(BridgeError, TimeoutError):
    """The call was handed over and its answer will not come: the child died, or overran and was ended."""

    code = "E653"


class BridgeProtocolError(BridgeError, ValueError):
    """The two ends do not understand each other."""

    code = "E654"


class TerminalFailedError(BridgeError, RuntimeError):
    """The package answered None; `error` is what its `last_error()` said."""

    code = "E655"

    def __init__(self, message: str, error: tuple[int, str], fix: str = "") -> None:
        """`error`: code and text of `last_error()`."""
        super().__init__(message, fix)
        self.error = error


class WrongTerminalError(BridgeError, ValueError):
    """The terminal stands on another account, or an instrument is not what the plan says."""

    code = "E656"


class ServerClockError(BridgeError, ValueError):
    """The broker's clock is not what the rule says."""

    code = "E657"
