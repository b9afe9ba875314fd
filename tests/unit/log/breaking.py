"""Work of a log's writer that is broken off, as Ctrl-C may break it off at any line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from tallystick.events.errors import WriterPoisoned
from tallystick.events.writer import LogWriter


@contextmanager
def broken_off(line: int, *functions: str) -> Iterator[None]:
    """Interrupt what is done within before the line of that number in `functions`, where they run through so many."""
    left = iter([None] * line)

    def interrupt(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_name not in functions:
            return None
        if event == "line" and next(left, 0) == 0:
            raise KeyboardInterrupt
        return interrupt

    sys.settrace(interrupt)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        sys.settrace(None)


def committed_after(writer: LogWriter, before: int) -> int | str:
    """How many records beyond `before` a commit makes durable; "poisoned" where the writer refuses, and is given up."""
    try:
        writer.commit()
    except WriterPoisoned:
        writer.abandon()
        return "poisoned"
    return writer.committed - before
