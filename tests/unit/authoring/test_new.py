"""`tallystick new` writes a file that loads and trades, and overwrites nothing."""

from pathlib import Path

import pytest

from tallystick.platform import load
from tallystick.platform.cli.main import run
from tests.unit.authoring.market import heard, walk


@pytest.mark.parametrize(("options", "lines"), [([], 4), (["--class"], 10), (["--module"], 15)])
def test_what_it_writes_loads_and_trades(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], lines: int
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "EmaCross", *options]) == 0
    file = tmp_path / "ema_cross.py"
    assert len(file.read_text(encoding="utf-8").splitlines()) == lines
    assert "Next: tallystick backtest ema_cross.py demo" in capsys.readouterr().out
    made = load(file)()
    assert made.name == "ema_cross"
    assert len(heard(made, walk(300))) > 2


def test_it_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text("mine", encoding="utf-8")
    assert run(["new", "mine"]) == 2
    assert (tmp_path / "mine.py").read_text(encoding="utf-8") == "mine"
    assert "error[E519] there is a file of that name already" in capsys.readouterr().err


def test_the_ending_of_a_file_may_be_given_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "ema.py"]) == 0
    assert load(tmp_path / "ema.py")().name == "ema"


@pytest.mark.parametrize("name", ["json", "Random", "numpy.py"])
def test_a_name_that_would_hide_a_module_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", name]) == 2
    assert "Try: tallystick new " + name.lower().removesuffix(".py") + "_strategy" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["1st", "a b", "a/b", "class", "../x", "é"])
def test_a_name_that_is_none_in_python_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", name]) == 2
    assert "error[E524]" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
