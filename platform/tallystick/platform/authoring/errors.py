"""What can be wrong with a strategy somebody wrote.

StrategyError(ValueError)
    SettingRefused      a class line, decorator or parameter that no run could mean
        ParameterUnfit  a parameter that nobody has, or a value that is not of its kind
    ActionRefused       something asked for in a callback that no order could mean
    SignalRefused       a function's answer that is no signal
    StrategyUnreadable  a file without the one strategy meant
        SourceUnrepeatable  one whose source shows a callback that no replay can repeat
    StateNotKept        an attribute that a snapshot cannot hold
    NameUnknown         an attribute nobody knows (an AttributeError too)
    CallbackFailed      an error of any other kind in a callback, with its file and line
NotReady(Exception)     ends a callback until an indicator has enough rows; never seen outside

Each message reads "E5xx what, where. What to do."
"""

import difflib
import re
import sys
from collections.abc import Iterable
from pathlib import PurePath
from types import FrameType, TracebackType

OURS = str(PurePath(__file__).parent)
"""Frames of this folder are not the user's."""
PYTHONS = (str(PurePath(difflib.__file__).parent), "<frozen ")
"""Where Python's own modules lie."""
FEW_ROWS = 200
"""A callback that reaches further back than there are rows fails before this many, as a rule."""
CODED = re.compile(r"E\d{3} .+\.$", re.DOTALL)


class StrategyError(ValueError):
    """Any of the above."""


class SettingRefused(StrategyError):
    """A setting or parameter; the message names it, what it got and what it takes."""


class ParameterUnfit(SettingRefused):
    """A name that no parameter has (E504), or a value that is missing or not of its kind (E505)."""


class ActionRefused(StrategyError):
    """An action in a callback; the message names file and line."""


class SignalRefused(StrategyError):
    """A function answered something else than -1, 0, +1 or None."""


class StrategyUnreadable(StrategyError):
    """A file holds no strategy, several, or cannot be read as Python."""


class SourceUnrepeatable(StrategyUnreadable):
    """A callback reads a clock, draws chance, sleeps or opens something, as its source says (E520)."""


class StateNotKept(StrategyError):
    """An attribute that no snapshot can hold."""


class CallbackFailed(StrategyError):
    """A callback raised; the message says where."""


class NameUnknown(StrategyError, AttributeError):
    """An attribute that is neither a parameter, a view, an action nor an indicator."""


class NotReady(Exception):
    """An indicator was asked for before it had enough rows."""


def meant(word: str, known: Iterable[str]) -> str:
    """` Did you mean "timeframe"?` for a near miss, else nothing."""
    near = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f'did you mean "{near[0]}"? ' if near else ""


def place(line: int, file: str) -> str:
    """`ema.py:4`: of the file its name alone, so that a message is the same in every folder."""
    return f"{PurePath(file).name}:{line}"


def users_place() -> str:
    """File and line of the nearest caller outside this package, or nothing."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 -- the one way to name a caller's line
    while frame is not None and _ours(frame.f_code.co_filename):
        frame = frame.f_back
    return f" in {place(frame.f_lineno, frame.f_code.co_filename)}" if frame is not None else ""


def failed(error: BaseException, name: str, callback: str, rows: int = FEW_ROWS) -> CallbackFailed:
    """What an author's code raised, told with its line; one that says itself what to do keeps its words.

    rows: how many the strategy had seen; early on, a window that reaches back too far is the likely reason.
    """
    at, words = raised_at(error.__traceback__) or name, str(error)
    if CODED.match(words):
        code, _, what = words.partition(" ")
        return CallbackFailed(f"{code} {at} in {callback}: {what}")
    fix = "Correct it there"
    if rows < FEW_ROWS and (type(error) is IndexError or "zero-size array" in words):
        fix += f", or say warm_up=N: {rows} row{'s' if rows > 1 else ''} had come in by then"
    return CallbackFailed(f"E512 {at} in {callback}: {type(error).__name__}: {words}. {fix}.")


def raised_at(trace: TracebackType | None) -> str:
    """File and line of the innermost frame of a traceback that is the user's, or nothing."""
    found = ""
    inside = False
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if not _ours(file) and not (inside and ("site-packages" in file or file.startswith(PYTHONS))):
            found, inside = place(trace.tb_lineno, file), True
        trace = trace.tb_next
    return found


def _ours(file: str) -> bool:
    return file.startswith(OURS)
