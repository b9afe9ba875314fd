"""The process that runs are split off from: `python -m tallystick.platform.judging.lookahead.server FOLDER`."""

import importlib
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from tallystick.platform.judging.handing import receive, send
from tallystick.platform.judging.lookahead.runs import Subject, Task, told
from tallystick.platform.judging.lookahead.workers import SPLITS, split_off, subject_in
from tallystick.platform.pipes import private_pipe

READING = ("pandas", "numpy", "zipfile", "tallystick.platform.authoring.columns", "tallystick.platform.report.report")
"""Imported before the first run: each is part of every run, or a library whose readers are watched."""
MENTIONED = ("polars", "pyarrow.parquet", "pyarrow.feather", "pyarrow.csv", "sqlite3")
"""Imported where the strategy's file names them."""
WARM_ROWS = 40


def main(folder: Path) -> None:
    """Answer tasks until there are no more."""
    tempfile.tempdir = str(folder)  # what a killed run leaves goes with the check's folder
    asked, answers = private_pipe()  # what a strategy prints must not stand between two answers
    subject = subject_in(folder)
    get_ready(subject)
    while True:
        try:
            task: Task = receive(asked)
            send(answers, split_off(subject, task, asked) if SPLITS else told(subject, task))
        except (EOFError, BrokenPipeError):
            return


def get_ready(subject: Subject) -> None:
    """Import and compile what every run needs, without touching the strategy."""
    from tallystick.platform.backtesting.preparation import prepared
    from tallystick.platform.backtesting.tester import carried_out
    from tallystick.platform.judging.lookahead.changes import Change, changed
    from tallystick.platform.judging.lookahead.runs import sorted_times

    named = str(subject.strategy).rpartition(":")[0] or str(subject.strategy)
    text = Path(named).read_text(encoding="utf-8", errors="replace") if Path(named).is_file() else ""
    for library in (*READING, *(one for one in MENTIONED if one.partition(".")[0] in text)):
        with suppress(ImportError):
            importlib.import_module(library)
    times = sorted_times(subject.feed)
    few = changed(subject.feed, Change("cut", int(times[min(WARM_ROWS, len(times)) - 1])))
    with suppress(Exception):  # only to have it compiled
        carried_out(prepared("hold", few, subject.terms))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
