"""The user's own files a strategy rests on: its file, and what that imports from the same folder or below it.

A strategy written in a notebook or at a prompt has no file; its cell's text is taken from `linecache`.
"""

import ast
import linecache
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

NOTEBOOK = "notebook"


def sources_of(strategies: Iterable[Any]) -> dict[str, bytes]:
    """Name to content of every source file of these strategies; names are relative to each strategy's folder.

    Where two strategies have different files of one name, all files of the later stand under its own name.
    """
    found: dict[str, bytes] = {}
    for one in strategies:
        if not _tells_files(type(one)):
            continue
        own = _contents(type(one))
        if any(found.get(name, content) != content for name, content in own.items()):
            own = {f"{one.name}/{name}": content for name, content in own.items()}
        found.update(own)
    return found


def files_of(cls: type) -> tuple[Path, ...]:
    """The files of a strategy's class, its own first; none where it was written in a notebook."""
    file = Path(_code_file(cls))
    if not file.is_file():
        return ()
    known = dict.fromkeys([file.resolve(), *getattr(cls, "files", ())])
    return tuple(dict.fromkeys([*known, *imported_by(file.resolve())]))


def source_of(cls: type) -> str:
    """Where a plan says that the strategy stands: `ema.py:EmaCross`, as seen from the current folder if it is below."""
    files = files_of(cls)
    if not files:
        return f"{NOTEBOOK}/{cls.__name__}.py:{cls.__name__}"
    here = Path.cwd()
    path = files[0].relative_to(here) if files[0].is_relative_to(here) else files[0]
    return f"{path.as_posix()}:{cls.__name__}"


def split_source(source: str) -> tuple[str, str]:
    """`ema.py:EmaCross` to path and name; the name is empty when none is said."""
    path, colon, name = source.rpartition(":")
    return (path, name) if colon and path.endswith(".py") else (source, "")


def unpack(sources: Mapping[str, bytes], folder: Path) -> None:
    """Write recorded sources into an empty folder, each under its name."""
    for name, content in sources.items():
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            message = f'E521 a recorded source is named "{name}", outside its folder. Do not trust this log.'
            raise ValueError(message)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _contents(cls: type) -> dict[str, bytes]:
    files = files_of(cls)
    if files:
        folder = files[0].parent
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    lines = linecache.getlines(_code_file(cls))
    return {f"{NOTEBOOK}/{cls.__name__}.py": "".join(lines).encode()} if lines else {}


def _tells_files(cls: type) -> bool:
    """Whether a class says which files it rests on, as `authoring.Module` does; what only watches one does not."""
    return hasattr(cls, "source_files")


def _code_file(cls: type) -> str:
    """The file, or a notebook's cell, that the class's own code was compiled from."""
    for each in vars(cls).values():
        function = each.__func__ if isinstance(each, staticmethod | classmethod) else each
        function = getattr(function, "__wrapped__", function)
        code = getattr(function, "__code__", None)
        if code is not None and getattr(function, "__module__", "") == cls.__module__:
            return str(code.co_filename)
    parents = [one for one in cls.__mro__[1:] if _tells_files(one) and one.__module__ == cls.__module__]
    module = sys.modules.get(cls.__module__)
    return _code_file(parents[0]) if parents else str(getattr(module, "__file__", "") or "")


def imported_by(file: Path) -> Sequence[Path]:
    """Every file below a file's folder that its imports name, and theirs."""
    folder, found, waiting = file.parent, dict[Path, None](), [file]
    while waiting:
        path = waiting.pop()
        try:
            tree = ast.parse(path.read_bytes())
        except (SyntaxError, ValueError):
            continue
        for one in _named(tree, path.parent, folder):
            if one != file and one not in found:
                found[one] = None
                waiting.append(one)
    return sorted(found)


def _named(tree: ast.Module, beside: Path, folder: Path) -> Iterator[Path]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _modules(folder, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            start = folder
            if node.level:
                start = beside.joinpath(*[".."] * (node.level - 1)).resolve()
            words = node.module.split(".") if node.module else []
            yield from _modules(start, words)
            for alias in node.names:
                yield from _modules(start, [*words, alias.name])


def _modules(folder: Path, words: Sequence[str]) -> Iterator[Path]:
    """The files that importing a dotted name loads: each package's own and the module's."""
    for count in range(1, len(words) + 1):
        path = folder.joinpath(*words[:count])
        for each in (path / "__init__.py", path.with_suffix(".py")):
            if each.is_file():
                yield each.resolve()
