"""Run the code blocks of the documents: what a page shows is what happens.

Looked at are README.md and every page of `docs`. Blocks marked `python` run in page order in one namespace, in a folder
of their own; one with `title="ema.py"` is written there as that file first, and numbered pages of one folder find the
files of those before them. A comment above a block says otherwise:

    <!-- not run: needs a file of yours -->    only its syntax is looked at
    <!-- raises: E112 -->                      it must end with an error that says so
    <!-- needs: scipy -->                      where that cannot be imported, its page is skipped

Blocks marked `py` are signatures of the generated reference. Consoles are run by `ci/consoles.py`.
"""

import ast
import contextlib
import os
import re
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FENCE = re.compile(r"```(?P<language>\w*)(?P<rest>[^`]*)$")
TITLE = re.compile(r'title="([^"]+)"')
SAYS = re.compile(r"<!-- (?P<word>[a-z ]+): (?P<value>.+?) -->$")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block; `line` is that of its first line of content, from 1."""

    page: Path
    line: int
    language: str
    title: str
    says: dict[str, str]
    body: str

    @property
    def place(self) -> str:
        """Where it stands, for messages."""
        known = self.page.relative_to(ROOT) if self.page.is_relative_to(ROOT) else self.page
        return f"{known.as_posix()}:{self.line}"


class SnippetFailed(Exception):
    """A block did not do what its page says."""


def pages() -> list[Path]:
    """The documents whose blocks are looked at."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block of a page, with what the comments directly above it say."""
    says: dict[str, str] = {}
    lines = iter(enumerate(page.read_text(encoding="utf-8").splitlines(), 1))
    for _, line in lines:
        said, fence = SAYS.match(line), FENCE.match(line)
        if said:
            says[said["word"]] = said["value"]
        elif fence:
            title = TITLE.search(fence["rest"])
            body, first = [], 0
            for number, inside in lines:
                first = first or number
                if inside == "```":
                    break
                body.append(inside)
            text = "".join(f"{one}\n" for one in body)
            yield Block(page, first, fence["language"], title[1] if title else "", says, text)
            says = {}
        elif line.strip():
            says = {}


def python_blocks(page: Path) -> list[Block]:
    """Those that are Python."""
    return [block for block in blocks(page) if block.language == "python"]


def run_page(page: Path, folder: Path) -> int:
    """Run a page's Python in an empty folder; how many blocks ran. Raises `SnippetFailed`."""
    todo = python_blocks(page)
    script = folder / f"{page.stem.lower().replace('-', '_')}_page.py"
    script.write_text(_as_script(todo), encoding="utf-8")
    module = types.ModuleType(script.stem)
    module.__file__ = str(script)
    ran = 0
    for name, body in files_before(page).items():
        (folder / name).write_text(body, encoding="utf-8")
    with _module_in_folder(module, folder):
        for block in todo:
            if "not run" in block.says:
                _parse(block)
                continue
            if block.title:
                (folder / block.title).write_text(block.body, encoding="utf-8")
            _run(block, script, module)
            ran += 1
    return ran


def files_before(page: Path) -> dict[str, str]:
    """Files that the numbered pages before a numbered page write: name to content."""
    if not page.name[0].isdigit():
        return {}
    earlier = [each for each in sorted(page.parent.glob("[0-9]*.md")) if each.name < page.name]
    return {block.title: block.body for each in earlier for block in python_blocks(each) if block.title}


def _as_script(todo: list[Block]) -> str:
    """The page's code at the page's own lines: where an error stands there, it stands in the page."""
    lines: list[str] = []
    for block in todo:
        lines += [""] * (block.line - 1 - len(lines))
        lines += block.body.splitlines() if "not run" not in block.says else []
    return "\n".join(lines) + "\n"


@contextlib.contextmanager
def _module_in_folder(module: types.ModuleType, folder: Path) -> Iterator[None]:
    before, environment = Path.cwd(), os.environ.get("TALLYSTICK_HOME")
    os.chdir(folder)
    os.environ["TALLYSTICK_HOME"] = str(folder / "home")
    sys.modules[module.__name__] = module
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name, each in list(sys.modules.items()):
            if str(getattr(each, "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]
        os.chdir(before)
        del os.environ["TALLYSTICK_HOME"]
        if environment is not None:
            os.environ["TALLYSTICK_HOME"] = environment


def _parse(block: Block) -> ast.Module:
    try:
        return ast.parse("\n" * (block.line - 1) + block.body)
    except SyntaxError as error:
        message = f"{block.place}: this is no Python: {error}"
        raise SnippetFailed(message) from error


def _run(block: Block, script: Path, module: types.ModuleType) -> None:
    expected = block.says.get("raises")
    try:
        exec(compile(_parse(block), str(script), "exec"), vars(module))  # noqa: S102 -- the documents are ours
    except SnippetFailed:
        raise
    except Exception as error:
        if expected is not None and expected in f"{type(error).__name__}: {error}":
            return
        message = f"{block.place}: {type(error).__name__}: {error}"
        raise SnippetFailed(message) from error
    if expected is not None:
        message = f"{block.place}: it was to raise {expected} and raised nothing"
        raise SnippetFailed(message)
