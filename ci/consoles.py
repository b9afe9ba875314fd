"""Run the console blocks of README.md and the tutorial, and write what they print into the pages; `--check` compares.

Commands run in the order of the pages, in an empty folder, as a new user has it: one for README.md, one for the
tutorial. What differs from one user to the next is elided, and this is all:

1. a hash, a key or an identity (16 hex digits and more) is `....`; a decision digest is printed, because it is equal
   everywhere; the numbers of records are printed too and may change with Tallystick's version;
2. digits of the machine's own clock are dots;
3. why a damaged signature is none is `....`: with some keys it is no longer base64, with others it does not hold;
4. the folder is called /home/you/trading.

Comments above a block: `<!-- shown: 12, 3 -->` prints the first 12 and the last 3 lines, `<!-- exit: 1 -->` is the
expected exit code (else 0), `<!-- from before: tallystick why -->` takes the command from the last printed line that
begins so, `<!-- runs: nightly -->` is compared with TALLYSTICK_FULL=1 only, `<!-- not run: reason -->` leaves the
block alone, `<!-- shown: none -->` prints nothing.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ci.snippets import ROOT, Block, SnippetFailed, blocks

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs" / "tutorial").glob("*.md"))]
WIDTH = "110"
FULL = os.environ.get("TALLYSTICK_FULL") == "1"
KEY = re.compile(r"\+[0-9a-f]{8}(?:\+[A-Za-z0-9+/=]{40,}|\b)")
HEX = re.compile(r"(?<!\.)\b(?!\d{20}\b)[0-9a-f]{16,}\b")
"""No decimals of a number, and no 20 digits: those name a segment or a checkpoint."""
SIGNATURE = re.compile(r"(\.checkpoint is not valid): .+?\. (?=No checkpoint proves)")
CLOCK = re.compile(r"\b20(?:2[5-9]|[3-9]\d)-\d\d-\d\d[ T]\d\d:\d\d:\d\d")


class Session:
    """One user's folder, and what has been printed in it so far."""

    def __init__(self, home: Path) -> None:
        """In an empty folder."""
        self.home = home
        self.folder = home / "trading"
        self.folder.mkdir(parents=True)
        self.printed: list[str] = []
        settings = {"TALLYSTICK_HOME": str(home / ".config" / "tallystick"), "COLUMNS": WIDTH, "NO_COLOR": "1"}
        self.environment = {**os.environ, **settings, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        self.environment.pop("TALLYSTICK_RESEARCH", None)

    def take(self, block: Block) -> str:
        """Run a block's commands; the block as it should stand in the page. Raises `SnippetFailed`."""
        shown = []
        for command in commands(block):
            line = self._from_before(block.says["from before"]) if "from before" in block.says else command
            output = self._run(block, line)
            shown += [f"$ {line}", *_cut(output, block.says.get("shown", ""))]
        return "".join(f"{line}\n" for line in shown)

    def write(self, block: Block) -> None:
        """Put a page's file into the folder; one that a command has written must be the one that the page shows."""
        path = self.folder / block.title
        if path.exists() and path.read_text(encoding="utf-8") != block.body:
            message = f"{block.place}: {block.title} is there already, with another content:\n{path.read_text('utf-8')}"
            raise SnippetFailed(message)
        path.write_text(block.body, encoding="utf-8")

    def _run(self, block: Block, line: str) -> list[str]:
        words = shlex.split(line, comments=True)
        programs = {"tallystick": [str(Path(sys.executable).with_name("tallystick"))], "python": [sys.executable]}
        if words[0] not in programs:
            message = (
                f"{block.place}: `{line}` calls {words[0]}, which is not run here. Say `<!-- not run: reason -->`."
            )
            raise SnippetFailed(message)
        done = subprocess.run(
            [*programs[words[0]], *words[1:]],
            cwd=self.folder, env=self.environment, check=False, encoding="utf-8",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        if done.returncode != int(block.says.get("exit", "0")):
            message = f"{block.place}: `{line}` ended with {done.returncode}:\n{done.stdout}"
            raise SnippetFailed(message)
        output = [self._elided(each) for each in done.stdout.rstrip().splitlines()]
        self.printed += output
        return output

    def _elided(self, line: str) -> str:
        line = line.rstrip().replace(str(self.home), "/home/you")
        line = SIGNATURE.sub(r"\1: .... ", line)
        if "digest" not in line:
            line = HEX.sub("....", KEY.sub("+....", line))
        return CLOCK.sub(lambda found: re.sub(r"\d", ".", found[0]), line)

    def _from_before(self, beginning: str) -> str:
        return next(line.strip() for line in reversed(self.printed) if line.strip().startswith(beginning))


def commands(block: Block) -> list[str]:
    """The lines that a reader types."""
    return [line.removeprefix("$ ") for line in block.body.splitlines() if line.startswith("$ ")]


def _cut(output: list[str], shown: str) -> list[str]:
    if not shown:
        return output
    if shown == "none":
        return []
    first, last = (int(number) for number in shown.split(","))
    if len(output) <= first + last:
        return output
    return [*output[:first], "...", *(output[-last:] if last else [])]


def played(home: Path, *, full: bool) -> Iterator[tuple[Block, str]]:
    """Every block that runs, with what it should be; files that pages write are written. A folder is one session.

    `full`: with those that are compared at night only.
    """
    sessions: dict[Path, Session] = {}
    for page in PAGES:
        if page.parent not in sessions:
            sessions[page.parent] = Session(home / str(len(sessions)))
        session = sessions[page.parent]
        for block in blocks(page):
            late = block.says.get("runs") == "nightly" and not (full and block.says.get("shown") != "none")
            if "not run" in block.says or (late and not FULL):
                continue
            if block.language == "console":
                yield block, session.take(block)
            elif block.language == "python" and block.title:
                session.write(block)


def differences(home: Path) -> list[str]:
    """What the pages show otherwise than it is."""
    return [f"{block.place}: it prints\n{new}" for block, new in played(home, full=FULL) if new != block.body]


def rewrite(home: Path) -> None:
    """Write into the pages what the commands print."""
    found: dict[Path, list[tuple[Block, str]]] = {}
    for block, new in played(home, full=True):
        print(f"{block.place}: {', '.join(commands(block))}", flush=True)
        found.setdefault(block.page, []).append((block, new))
    for page, changed in found.items():
        lines = page.read_text(encoding="utf-8").splitlines(keepends=True)
        for block, new in reversed(changed):
            first = block.line - 1
            lines[first : first + len(block.body.splitlines())] = [new]
        page.write_text("".join(lines), encoding="utf-8", newline="\n")


def main(arguments: list[str]) -> int:
    """Write the pages, or say where they differ."""
    with tempfile.TemporaryDirectory() as folder:
        if arguments != ["--check"]:
            rewrite(Path(folder).resolve())
            return 0
        wrong = differences(Path(folder).resolve())
        print("\n".join(wrong) or "the consoles of README.md and the tutorial print what they show")
        return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
