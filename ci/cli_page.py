"""Write docs/cli.md from the command line's own help; `--check` only says whether it is up to date."""

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from tallystick.platform.cli.main import run
from tallystick.platform.cli.verbs import VERBS, Group

PAGE = Path(__file__).resolve().parents[1] / "docs" / "cli.md"
WIDTH = 100
INTRODUCTION = """# The command line

Written from the program's own help by `ci/cli_page.py`, with typer {typer}; a test compares the two.

Every verb takes `--json`: one JSON document on standard output, in ASCII, and nothing else. `events tail --follow`
gives one document a line. Errors go to standard error, and the last line says what to do:

```text
error[CODE] what, where: got X / expected Y.
Fix: command
```

| code | of what |
|---|---|
| E100 to E146, W104 to W145 | data, instruments, the terms of a backtest, a plan, a config file (W: a warning) |
| E200 to E220 | the log: usage (E201), no log (E211), in use (E212), not written (E213), integrity (E220) |
| E301 to E309 | keys |
| E501 to E531 | a strategy and its file |
| E561 to E579 | judging: searches, splits, statistics, the research log |
| E580 to E595, E650 to E657 | a bot, and the bridge to a real terminal |
| E601, E602, E700 to E750 | risk and the kernel: runs, replay, halts, people |
| E801 to E899 | the command line: what was said, places, files; E899 is a fault of ours |

| exit code | when |
|---|---|
| 0 | all is well |
| 1 | findings: an unsigned tail, a difference under other code, a check of `doctor`, a run that was stopped |
| 2 | the command could not be done: usage, a missing folder, a wrong key, a locked log |
| 3 | integrity: the log was tampered with, or the same code no longer says what the log says |
| 130 | Ctrl-C |

During a run the first Ctrl-C ends it in good order (exit 1). A second one ends the process, and so do ten seconds
without an answer.

Your signing key is made by the first run in your configuration folder (`--home` or `TALLYSTICK_HOME` names another),
readable by you alone. `audit verify` uses it, or `--key`; it refuses a key that lies in the book's own folder.
"""


def page() -> str:
    """The whole page."""
    introduction = INTRODUCTION.replace("{typer}", typer_version())
    return "\n".join([introduction, *(_entry(words) for words in verbs())])


def typer_version() -> str:
    """Typer's release as far as it changes how help looks, such as 0.29."""
    return ".".join(version("typer").split(".")[:2])


def verbs() -> Iterator[tuple[str, ...]]:
    """The words that lead to each help, in the table's order."""
    yield ()
    for name, entry in VERBS.items():
        if isinstance(entry, Group):
            yield from ((name, verb) for verb in entry.verbs)
        else:
            yield (name,)


def help_of(words: tuple[str, ...]) -> str:
    """The help as the program prints it on a terminal of 100 columns."""
    before, said = os.environ.get("COLUMNS"), io.StringIO()
    os.environ["COLUMNS"] = str(WIDTH)
    try:
        with contextlib.redirect_stdout(said):
            run([*words, "--help"])
    finally:
        del os.environ["COLUMNS"]
        if before is not None:
            os.environ["COLUMNS"] = before
    return "\n".join(line.rstrip() for line in said.getvalue().strip().splitlines())


def _entry(words: tuple[str, ...]) -> str:
    return f"## {' '.join(('tallystick', *words))}\n\n```text\n{help_of(words)}\n```\n"


def main(arguments: list[str]) -> int:
    """Write the page, or say whether it differs."""
    new = page()
    if arguments == ["--check"]:
        same = PAGE.exists() and PAGE.read_text(encoding="utf-8") == new
        print("docs/cli.md is up to date" if same else "docs/cli.md is not: python -m ci.cli_page")
        return int(not same)
    PAGE.write_text(new, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
