"""A strategy out of a file: which one, what is wrong with the file, and which files it rests on."""

import sys
from pathlib import Path

import pytest

from tallystick.platform import load
from tallystick.platform.authoring.errors import StrategyError, StrategyUnreadable
from tallystick.platform.authoring.sources import source_of, sources_of, split_source, unpack

DOOR = "from tallystick.platform import strategy, Strategy, Module\n"
EUR = DOOR + '@strategy(symbol="E"'
ONE = DOOR + '@strategy(symbol="EURUSD")\ndef mine(bars): return 1\n'
TWO = ONE + 'class Other(Strategy, symbol="EURUSD", name="second"):\n    def on_bar(self, bar): pass\n'


def written(folder: Path, text: str, name: str = "mine.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def test_the_one_strategy_or_the_one_named_is_found(tmp_path: Path) -> None:
    assert load(written(tmp_path, ONE)).__name__ == "mine"
    two = written(tmp_path, TWO)
    assert load(two, "mine").__name__ == "mine"
    assert load(two, "Other").__name__ == load(two, "second").__name__ == "Other"


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("x = (\n", None, "E514 mine.py:1 is not Python: .* Correct that line"),
        ("x = 1\ny = x / 0\n", None, "E515 mine.py:2 raised ZeroDivisionError: .* Correct it there"),
        ("import no_such_thing\n", None, "E515 mine.py:1 raised ModuleNotFoundError"),
        ("x = 1\n", None, "E516 .*mine.py has no strategy in it. Write a function under @strategy"),
        (DOOR, None, "E516"),
        (TWO, None, "E517 .* 2 strategies: mine, Other. Say which: .*mine.py:mine"),
        (TWO, "Othr", 'E518 .* no strategy "Othr": did you mean "Other"'),
        (EUR + ', timefram="H1")\ndef f(bars): return 1\n', None, 'E502 .*mine.py:2: did you mean "timeframe"'),
        (EUR + ', lots="-0.10")\ndef f(bars): return 1\n', None, 'E112 lots "-0.10" in mine.py:2: size is'),
        ("import time\n" + EUR + ")\ndef f(bars): return time.time()\n", None, "E520 mine.py:4 .* reads a clock"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_file_is_told_with_its_line(
    tmp_path: Path, text: str, name: str | None, message: str
) -> None:
    with pytest.raises(StrategyError, match=message):
        load(written(tmp_path, text), name)


def test_a_file_that_is_not_there_is_told_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StrategyError, match=r"E513 no such file .*gone.py .* tallystick new"):
        load(tmp_path / "gone.py")


def test_local_imports_are_read_afresh_recorded_and_leave_no_trace(tmp_path: Path) -> None:
    written(tmp_path, "LEVEL = 1\n", "levels.py")
    written(tmp_path, "from lib.deep import SIDE\n", "lib/__init__.py")
    written(tmp_path, "import levels\nSIDE = levels.LEVEL\n", "lib/deep.py")
    written(tmp_path, "NEVER = 1\n", "not_imported.py")
    file = written(tmp_path, "import lib\n" + DOOR + '@strategy(symbol="EURUSD")\ndef mine(bars): return lib.SIDE\n')
    path, known = list(sys.path), set(sys.modules)
    made = load(file)()
    assert (sys.path, {name for name in set(sys.modules) - known if "lib" in name or "level" in name}) == (path, set())
    assert made.source_files()[0] == file
    assert set(sources_of([made])) == {"mine.py", "levels.py", "lib/__init__.py", "lib/deep.py"}
    written(tmp_path, "LEVEL = -1\n", "levels.py")
    assert sources_of([load(file)()])["levels.py"] == b"LEVEL = -1\n"
    assert load(file).function([]) == -1  # type: ignore[attr-defined]  # of a function


def test_sources_of_one_name_in_two_folders_are_kept_apart(tmp_path: Path) -> None:
    first = load(written(tmp_path / "a", ONE))()
    second = load(written(tmp_path / "b", ONE.replace("return 1", "return 0")))(name="second")
    same = load(written(tmp_path / "c", ONE))(name="third")
    assert set(sources_of([first, second, same])) == {"mine.py", "second/mine.py"}


def test_a_plan_says_where_a_strategy_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cls = load(written(tmp_path / "a", TWO), "Other")
    assert source_of(cls) == f"{(tmp_path / 'a' / 'mine.py').as_posix()}:Other"
    monkeypatch.chdir(tmp_path)
    assert source_of(cls) == "a/mine.py:Other"
    assert split_source("a/mine.py:Other") == ("a/mine.py", "Other")
    assert split_source("C:/a/mine.py") == ("C:/a/mine.py", "")


def test_a_strategy_written_at_a_prompt_is_recorded_from_its_cell() -> None:
    import linecache

    cell = DOOR + 'class Mine(Strategy, symbol="EURUSD"):\n    def on_bar(self, bar): pass\n'
    name = "<ipython-input-3-abc>"
    linecache.cache[name] = (len(cell), None, cell.splitlines(keepends=True), name)
    space = {"__name__": "__main__"}
    exec(compile(cell, name, "exec"), space)  # noqa: S102 -- as a notebook does
    made = space["Mine"]()  # type: ignore[operator]  # a class
    assert made.source_files() == ()
    assert sources_of([made]) == {"notebook/Mine.py": cell.encode()}
    assert source_of(type(made)) == "notebook/Mine.py:Mine"


def test_recorded_sources_are_not_unpacked_outside_their_folder(tmp_path: Path) -> None:
    unpack({"lib/a.py": b"1"}, tmp_path / "in")
    assert (tmp_path / "in" / "lib" / "a.py").read_bytes() == b"1"
    with pytest.raises(ValueError, match="E521"):
        unpack({"../out.py": b"1"}, tmp_path / "in")
    assert not (tmp_path / "out.py").exists()


def test_a_file_as_windows_editors_write_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    text = DOOR + '@strategy(symbol="EURUSD")\ndef mine(bars): return 1\n'
    file.write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert load(file)().name == "mine"


def test_a_file_that_ends_the_process_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(StrategyUnreadable, match=r"E515 mine.py:2 raised SystemExit"):
        load(written(tmp_path, DOOR + "raise SystemExit(0)\n"))
