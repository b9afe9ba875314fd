"""Check the documents: every relative link, every file named and every command shown exists.

Looked at are the Markdown files of the root, `docs` and `examples`: links `[text](path#heading)`, paths in backticks
that begin with one of our folders, and lines of `console` blocks that call `tallystick` or `python tasks.py`.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("docs", "examples", "benchmarks", "ci", "events", "platform", "quantum", "tests")
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
PATH_NAMED = re.compile(rf"`((?:{'|'.join(FOLDERS)})/[\w./-]+|\w+\.(?:py|toml|md))`")
YOURS = frozenset({"tallystick.toml", "ema.py", "ema_cross.py"})
"""Files a reader makes, so that no repository has them."""
FENCE = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)
ANY_FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def documents(root: Path) -> list[Path]:
    """The Markdown files that are read by people."""
    return sorted([*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / "examples").rglob("*.md")])


def anchor(heading: str) -> str:
    """The anchor under which a heading is reached."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def broken_links(path: Path) -> Iterator[str]:
    """Relative links of a document that lead nowhere."""
    for target in LINK.findall(ANY_FENCE.sub("", path.read_text(encoding="utf-8"))):
        if "://" in target or target.startswith("mailto:"):
            continue
        file, _, fragment = target.partition("#")
        aim = (path.parent / file).resolve() if file else path
        if not aim.exists():
            yield f"link to {target}: no such file"
        elif fragment and aim.suffix == ".md":
            headings = HEADING.findall(ANY_FENCE.sub("", aim.read_text(encoding="utf-8")))
            if fragment not in map(anchor, headings):
                yield f"link to {target}: no such heading"


def missing_files(path: Path, root: Path) -> Iterator[str]:
    """Files a document names in backticks that nobody has."""
    names = {file.name for part in FOLDERS for file in (root / part).rglob("*")} | {f.name for f in root.iterdir()}
    for name in PATH_NAMED.findall(ANY_FENCE.sub("", path.read_text(encoding="utf-8"))):
        there = (root / name).exists() if "/" in name else name in names or name in YOURS
        if not there:
            yield f"names {name}: no such file"


def unknown_commands(path: Path, known: Callable[[list[str]], bool]) -> Iterator[str]:
    """Commands a document shows in a `console` block that do not exist."""
    for block in FENCE.findall(path.read_text(encoding="utf-8")):
        for line in block.splitlines():
            words = line.removeprefix("$ ").split()
            if line.startswith("$ ") and words and words[0] in {"tallystick", "python"} and not known(words):
                yield f"shows `{line.removeprefix('$ ')}`: no such command"


def known_command(words: list[str]) -> bool:
    """Whether the command line names a verb of ours (for other programs: yes)."""
    if words[:2] == ["python", "tasks.py"]:
        from tasks import WORDS

        return len(words) < 3 or words[2] in WORDS
    return words[0] != "tallystick" or verb_exists(words[1:])


def verb_exists(words: list[str]) -> bool:
    """Whether the words lead to a verb of the command line, through its groups."""
    import typer.main

    from tallystick.platform.cli.main import app

    command: object = typer.main.get_command(app)
    for word in words:
        subcommands = getattr(command, "commands", None)
        if subcommands is None or word.startswith("-"):
            return True
        if word not in subcommands:
            return False
        command = subcommands[word]
    return True


def unlisted(root: Path) -> Iterator[str]:
    """Pages of `docs` and of its folders that no index leads to."""
    for index in (root / "docs").rglob("README.md"):
        linked = {
            (index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(index.read_text("utf-8"))
        }
        for page in sorted(index.parent.glob("*.md")):
            if page != index and page.resolve() not in linked:
                yield f"{index.relative_to(root).as_posix()}: does not lead to {page.name}"


def findings(root: Path) -> list[str]:
    """Everything wrong in the documents below `root`, each with its file."""
    found: list[str] = []
    for path in documents(root):
        wrong = [*broken_links(path), *missing_files(path, root), *unknown_commands(path, known_command)]
        found.extend(f"{path.relative_to(root).as_posix()}: {each}" for each in wrong)
    return [*found, *unlisted(root)]


def main() -> int:
    """Print the findings; 0 when there is none."""
    found = findings(ROOT)
    print("\n".join(found) or f"{len(documents(ROOT))} documents: links, files and commands exist")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
