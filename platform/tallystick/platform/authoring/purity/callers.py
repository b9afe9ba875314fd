"""Who called: the line of the user's code, or somebody who may.

Between a watched call and the callback lie the frames of libraries and of the user. Imports may open files, compilers
may cache, debuggers may ask, warnings and log lines may carry a time, finalizers may tidy up: none of it reaches a
decision. A library may also look at clocks and settings, ask which packages are installed, name things by chance and
use threads for its own sake; what it reads from files or draws from a generator it hands on.
"""

import inspect
import logging
import sysconfig
import traceback
import warnings
import weakref
from importlib import metadata
from pathlib import Path
from types import FrameType
from typing import Final, NamedTuple

from tallystick import events

OURS: Final = (str(Path(__file__).parents[3]), str(Path(events.__path__[0]).parent))
"""Folders of our own packages."""

SITE: Final = tuple({sysconfig.get_path("purelib"), sysconfig.get_path("platlib")})
STANDARD: Final = (sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), "<frozen")

TRUSTED_FILES: Final = frozenset(
    {
        "<frozen importlib._bootstrap>",
        "<frozen importlib._bootstrap_external>",
        "<frozen zipimport>",
        *(module.__file__ for module in (logging, traceback, warnings, weakref)),
    }
)
TRUSTED_PACKAGES: Final = frozenset(
    {
        *("numba", "llvmlite", "logging"),
        "threadpoolctl",  # which libraries of linear algebra the process has loaded
        *("zoneinfo", "pytz", "dateutil"),  # time zones that come as packages
        *(
            "pdb",
            "bdb",
            "cmd",
            "debugpy",
            "pydevd",
            "_pydevd_bundle",
        ),  # whoever steps through a callback asks questions
    }
)

INSTALLED: Final = str(Path(metadata.__file__).parent)
"""What tells which packages there are. Of a library it is like an import; of the user's code it reads any file."""

OF_THE_MACHINE: Final = frozenset({"cpu_count"})
"""Functions of libraries that ask the system how large the machine is."""

LIBRARIES_MAY: Final = frozenset({"clock", "sleep", "entropy", "environment", "thread"})
"""Kinds of thing a third party's library may do for its own sake."""


class Caller(NamedTuple):
    """A line of the user's code."""

    path: str
    line: int
    function: str


def is_users(path: str) -> bool:
    """Whether code of this file is the user's: neither ours nor a library's."""
    return not path.startswith((*OURS, *SITE, *STANDARD))


def culprit(kind: str) -> Caller | None:
    """The innermost line of user code above this call, or None where somebody in between may do such a thing."""
    frame: FrameType | None = inspect.currentframe()
    found: Caller | None = None
    caller_known = asks_installed = False
    while frame is not None:
        path = frame.f_code.co_filename
        if _trusted(frame):
            return None
        if path.startswith(OURS):
            if found is not None:
                return found  # the callback's own caller: further out is the run, not the strategy
        elif path.startswith(SITE):
            if not caller_known and (kind in LIBRARIES_MAY or asks_installed):
                return None
            if asks_of_the_machine(frame):
                return None
            caller_known = True
        elif path.startswith(INSTALLED):
            asks_installed = True
        elif not path.startswith(STANDARD):
            caller_known = True
            found = found or Caller(path, frame.f_lineno, frame.f_code.co_name)
        frame = frame.f_back
    return found


def asks_of_the_machine(frame: FrameType) -> bool:
    """Whether a library asks here how large the machine is: it reads the system's files, or runs a program of it."""
    code = frame.f_code
    return code.co_name in OF_THE_MACHINE and code.co_filename.startswith(SITE)


def _trusted(frame: FrameType) -> bool:
    code = frame.f_code
    if code.co_filename in TRUSTED_FILES or code.co_name == "__del__":
        return True
    return str(frame.f_globals.get("__name__", "")).partition(".")[0] in TRUSTED_PACKAGES
