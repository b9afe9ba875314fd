"""One call of a verb: how the caller wants to be answered, and the answer a verb gives back.

A verb returns an `Answer`; nobody but `give` writes to stdout. So `--json` is one document and nothing else, and what
people read is a view of the same document.
"""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

Document = dict[str, Any]


class Exit(IntEnum):
    """What the exit code says; `INTERRUPTED` is the shell's own number for Ctrl-C."""

    OK = 0
    FINDINGS = 1
    USAGE = 2
    INTEGRITY = 3
    INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Call:
    """What every verb takes besides its own arguments."""

    as_json: bool = False
    debug: bool = False
    home: Path | None = None
    log_level: str = "info"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a verb found: the document, how people see it, and the exit code."""

    document: Document
    show: Callable[["Console"], None]
    exit: Exit = Exit.OK


def give(answer: Answer, call: Call) -> int:
    """Write the answer to stdout; returns the exit code, which stays the answer's where nobody reads to the end."""
    from tallystick.platform.cli.screen import console, hush

    try:
        if call.as_json:
            print(as_json(answer.document), flush=True)  # noqa: T201 -- the one place where a document is written
        else:
            answer.show(console())
            sys.stdout.flush()
    except BrokenPipeError:
        hush()
    return int(answer.exit)


def as_json(document: Mapping[str, Any] | list[Any], indent: int | None = 1) -> str:
    """A document as JSON in ASCII, so that no console's code page can spoil it; bytes are hex."""
    return json.dumps(document, indent=indent, default=_plain)


def _plain(value: Any) -> Any:
    """What JSON has no word for."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Path):
        return str(value)
    message = f"{type(value).__name__} has no form in JSON"
    raise TypeError(message)
