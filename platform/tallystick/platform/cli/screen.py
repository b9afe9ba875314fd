"""What people look at: consoles that survive any code page, and progress on stderr where somebody watches."""

import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from tallystick.platform.cli.option_words import in_options

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


class Done(Protocol):
    """Says how far something is."""

    def __call__(self, done: int, total: int | None = None) -> None:
        """`done` of `total`; None leaves the total as it was."""
        ...


UNWATCHED_WIDTH = 160
"""Columns when nobody looks: output goes to a file or another program, where broken lines help nobody."""


def steady_streams() -> None:
    """A character that a console cannot show becomes a question mark instead of an error.

    Where the process was started without a stream (a service, pythonw, `>&-`), what is said goes nowhere; and no file
    that is opened later, such as a log's, gets the stream's number, under which others would write into it.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 -- to the end
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@cache
def console() -> "Console":
    """Standard output: plain when it is no terminal, without box characters where the encoding has none."""
    from rich.console import Console

    from tallystick.events.findings import legible

    class Printed(Console):
        """As rich has it, but no text from a log moves the cursor, and a reader that has gone ends nothing.

        Rich would end the process with a code of its own, which is 1.
        """

        def on_broken_pipe(self) -> None:
            raise  # noqa: PLE0704 -- rich calls it where it caught the error

        def render_str(self, text: str, **how: Any) -> "Text":
            return super().render_str(legible(text, keep="\n\t"), **how)

    width = None if sys.stdout.isatty() else UNWATCHED_WIDTH
    return Printed(highlight=False, markup=False, emoji=False, soft_wrap=True, width=width, safe_box=True)


def aside(line: str) -> None:
    """Say a line on stderr: standard output is the answer's alone."""
    from tallystick.events.findings import legible

    print(legible(line, keep="\n\t"), file=sys.stderr)  # noqa: T201 -- the one place where something is said besides the answer


def warn(warnings: Iterable[str]) -> None:
    """Say what is doubtful, in the words of the command line."""
    for warning in warnings:
        aside(f"warning: {in_options(warning)}")


def hush() -> None:
    """Let nothing more be said: who read standard output has gone, and what is left must not fail at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def plain_where_needed(line: str) -> str:
    """The line, its blocks as digits 1 to 8 where the encoding has none."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        line.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return line.translate({ord(block): str(level) for level, block in enumerate("▁▂▃▄▅▆▇█", 1)})
    return line


@contextmanager
def progress(what: str, total: int | None = None) -> Iterator[Done]:
    """A bar on stderr while the block runs; takes how many are done, and of how many. Silent when nobody watches."""
    if not sys.stderr.isatty():
        yield lambda _done, _total=None: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, safe_box=True), transient=True) as bar:
        task = bar.add_task(what, total=total)
        yield lambda done, total=None: bar.update(task, completed=done, total=total)
