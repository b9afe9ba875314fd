"""The process that runs are split off from: `python -m tallystick.platform.judging.lookahead.server FOLDER`."""

import ast
import importlib
import importlib.util
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from tallystick.platform.authoring.purity.callers import SITE
from tallystick.platform.judging.handing import receive, send
from tallystick.platform.judging.lookahead.runs import Subject, Task, told
from tallystick.platform.judging.lookahead.workers import SPLITS, split_off, subject_in
from tallystick.platform.pipes import private_pipe

READING = ("pandas", "numpy", "zipfile", "tallystick.platform.authoring.columns", "tallystick.platform.report.report")
"""Imported before the first run: each is part of every run, or a library whose readers are watched."""
MENTIONED = ("polars", "pyarrow.parquet", "pyarrow.feather", "pyarrow.csv", "sqlite3")
"""Libraries whose readers are watched too, imported where the strategy's file names them."""
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
    mentioned = (one for one in MENTIONED if one.partition(".")[0] in text)
    for library in (*READING, *mentioned, *libraries_of(text)):
        with suppress(Exception):  # a library that cannot be imported fails the runs, which say so
            importlib.import_module(library)
    times = sorted_times(subject.feed)
    few = changed(subject.feed, Change("cut", int(times[min(WARM_ROWS, len(times)) - 1])))
    with suppress(Exception):  # only to have it compiled
        carried_out(prepared("hold", few, subject.terms))


def libraries_of(text: str) -> list[str]:
    """Modules of installed libraries that a strategy's source imports: their imports alone may take seconds a run."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return []
    named = [one for node in ast.walk(tree) for one in _imported(node)]
    return [one for one in dict.fromkeys(named) if _is_library(one.partition(".")[0])]


def _imported(node: ast.AST) -> list[str]:
    """Modules that a statement imports, by their whole names."""
    if isinstance(node, ast.Import):
        return [one.name for one in node.names]
    return [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []


def _is_library(package: str) -> bool:
    """Whether a package is an installed one: neither the user's own, nor Python's, nor ours."""
    try:
        found = importlib.util.find_spec(package)
    except (ImportError, ValueError):
        return False
    return found is not None and str(found.origin).startswith(SITE)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
