"""`tallystick optimise` from outside: the optimum by enumeration, equal bytes, a page alone, bad input by the dozen."""

import hashlib
import itertools
import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.said import Said, Say, saying
from tests.unit.cli import desk

QUICK = ("--shots", 200, "--layers", 2, "--angles", "ramp")


@pytest.fixture
def say(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Say:
    """In a desk's folder, with its prices."""
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    desk.write(tmp_path / "prices.csv", desk.lines(desk.prices(desk.returns())))
    return saying(capsys)


def least(moves: desk.Floats, k: int, aversion: float, low: float, high: float) -> float:
    """The least objective over all supports of k assets, each by SciPy's SLSQP: no code of ours."""
    optimize = pytest.importorskip("scipy.optimize")
    mean, covariance = moves.mean(axis=0) * 1e3, np.cov(moves, rowvar=False) * 1e3
    values = []
    for support in itertools.combinations(range(moves.shape[1]), k):
        held = list(support)
        part, gain = covariance[np.ix_(held, held)], mean[held]

        def objective(w: Any, part: Any = part, gain: Any = gain) -> float:
            return float(aversion * w @ part @ w - gain @ w)

        end = optimize.minimize(
            objective, np.full(k, 1.0 / k), method="SLSQP", bounds=[(low, high)] * k, options={"ftol": 1e-12},
            constraints={"type": "eq", "fun": lambda w: w.sum() - 1.0},
        )  # fmt: skip
        values.append(float(end.fun))
    return min(values) / 1e3


def test_the_answer_is_the_least_of_all_supports(say: Say) -> None:
    found = say("optimise", "prices.csv", "--k", 3, "--buy-in", 0.1, "--upper", 0.7, *QUICK, "--json").document
    expected = least(desk.returns(), 3, 5.0, 0.1, 0.7)
    assert found["objective"] == pytest.approx(expected, rel=1e-6)
    assert found["bound"] <= expected + 1e-12
    assert len(found["weights"]) == 3


def test_seed_and_settings_give_the_same_bytes_whatever_the_threads(say: Say) -> None:
    words = ("optimise", "prices.csv", "--k", 4, *QUICK, "--json")
    first, again, threads = say(*words), say(*words), say(*words, "--threads", 2)
    assert first.code == again.code == threads.code == 0
    assert first.out == again.out == threads.out
    assert say(*words, "--seed", 1).document["circuits"] != first.document["circuits"]


def test_the_four_sources_stand_side_by_side_with_equal_polishing(say: Say) -> None:
    found = say("optimise", "prices.csv", "--k", 4, *QUICK, "--json").document
    rows = {each["name"]: each for each in found["sources"]}
    assert set(rows) == {"QAOA", "start alone", "random supports", "classical alone"}
    assert rows["QAOA"]["polished"] == rows["random supports"]["polished"] == rows["start alone"]["polished"]
    assert found["objective"] <= rows["classical alone"]["objective"]
    assert found["added"]


def test_the_page_stands_alone(say: Say, tmp_path: Path) -> None:
    said = say("optimise", "prices.csv", "--k", 4, *QUICK, "-o", "out")
    assert said.code == 0
    assert "page       out" in said.out
    page = (tmp_path / "out" / "optimisation.html").read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=|url\(|@import|<script", page)
    assert "default-src 'none'" in page
    assert page.count("<svg") == 4
    for words in ("Frontier", "Most probable bitstrings", "Search for the angles", "optimum", "1/N"):
        assert words in page
    assert say("optimise", "prices.csv", "--k", 3, *QUICK, "-o", "out").code == 0
    assert (tmp_path / "out" / "optimisation.html").read_text(encoding="utf-8") != page


def test_a_name_is_text_on_the_page_and_in_the_table(say: Say, tmp_path: Path) -> None:
    name = "<script>alert(1)</script>&[bold]"
    desk.write(tmp_path / "odd.csv", table((1, 3, name)))
    said = say("optimise", "odd.csv", "--expect", "nothing", "-o", "out")
    assert name in said.out
    page = (tmp_path / "out" / "optimisation.html").read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;[bold]" in page


def test_another_file_of_the_pages_name_is_left_alone(say: Say, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "optimisation.html").write_text("mine", encoding="utf-8")
    said = say("optimise", "prices.csv", "--k", 4, *QUICK, "-o", "out")
    assert (said.code, said.error.startswith("error[E812]")) == (2, True)
    assert (tmp_path / "out" / "optimisation.html").read_text(encoding="utf-8") == "mine"


def table(*changes: tuple[int, int, str], rows: int = 30) -> list[str]:
    """The desk's table with some cells (line from 1, column from 0) exchanged."""
    cells = [line.split(",") for line in desk.lines(desk.prices(desk.returns(rows)))]
    for line, column, value in changes:
        cells[line - 1][column] = value
    return [",".join(row) for row in cells]


ONE = [line.rsplit(",", 11)[0] for line in table()]
BAD: dict[str, tuple[list[str] | bytes, str, tuple[str, ...], str]] = {
    "a cell of letters": (table((5, 2, "abc")), "E105", (), r'line 5, column BETA: "abc" is no number'),
    "gaps": (table((5, 2, ""), (9, 2, "NaN"), (9, 4, "")), "E860", (), r"3 gap\(s\) in 2 asset\(s\): BETA 2 from 2010"),
    "a name twice": (table((1, 3, "BETA")), "E861", (), "more than one column: BETA"),
    "no name": (table((1, 3, "")), "E861", (), "has no name"),
    "a negative price": (table((7, 1, "-3")), "E106", (), "ALFA has the price -3 at 2010-01-11"),
    "a price of nothing": (table((7, 1, "0")), "E106", ("--prices",), "ALFA has the price 0"),
    "percentages as returns": (table(*((n, 3, "-1.5") for n in range(4, 9))), "E106", ("--returns",), "more than all"),
    "infinite": (table((7, 1, "1e999")), "E105", (), "line 7, column ALFA"),
    "a date twice": (table((9, 0, "2010-01-04")), "E109", (), "2010-01-04 comes after"),
    "a line too short": ([*table()[:6], "2010-02-01,1,2"], "E105", (), "line 7 has 3 columns"),
    "one column": (ONE, "E862", (), r"holds 1 asset\(s\)"),
    "two rows": (table()[:3], "E862", (), r"leaves 2 row\(s\)"),
    "names alone": (table()[:1], "E105", (), "no rows"),
    "nothing": ([], "E105", (), "no rows"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "E105", (), "neither UTF-8 nor UTF-16|NUL"),
    "bars of one symbol": (["date,open,high,low,close", *["2010-01-04,1,2,1,2"] * 4], "E861", (), "bars of one symbol"),
    "small prices": (
        table(*((n, c, "0.01") for n in range(2, 32) for c in range(1, 13))),
        "E861",
        (),
        "may hold prices",
    ),
    "a port with a nan": ([" 2", " .001 .04", " nan .05", " 1 1 1", " 1 2 .5", " 2 2 1"], "E105", (), 'line 3: "nan"'),
    "a port with a deviation below 0": (
        [" 2", " .001 .04", " .002 -.05", " 1 1 1", " 1 2 .5", " 2 2 1"],
        "E105",
        (),
        "asset 2 has the deviation -0.05",
    ),
    "a port with a correlation beyond 1": (
        [" 2", " .001 .04", " .002 .05", " 1 1 1", " 1 2 1.5", " 2 2 1"],
        "E105",
        (),
        "assets 1 and 2 is 1.5",
    ),
    "a line held that is too short to be text": (table(), "E867", ("--previous", "a0.csv"), 'got "x"'),
    "a weight held that is no number": (table(), "E867", ("--previous", "nan.json"), "weight of ALFA is no number"),
    "a torn port": ([" 3", " .001 .04", " .002 .05", " .003 .06", " 1 1 1"], "E105", (), "correlations are missing"),
    "k above n": (table(), "E864", ("--k", "13"), "k 13 of 12 assets"),
    "fewest above k": (table(), "E864", ("--k", "3", "--fewest", "4"), "fewest 4"),
    "bounds too narrow": (table(), "E864", ("--k", "3", "--upper", "0.2"), "sum to between"),
    "a bound of no number": (table(), "E801", ("--upper", "nan"), "--upper nan"),
    "a cost without what is held": (table(), "E801", ("--cost", "0.1"), "what is held now"),
    "both kinds": (table(), "E801", ("--prices", "--returns"), "both given"),
    "a level that is none": (table(), "E864", ("--risk", "cvar", "--level", "1.5"), "level 1.5"),
    "an estimator that is none": (table(), "E801", ("--estimator", "magic"), "magic"),
    "sectors that are not there": (table(), "E111", ("--sectors", "nosuch.csv"), "no such file nosuch.csv"),
    "a sector without a cap": (table(), "E867", ("--sectors", "sectors.csv"), "no cap for energy"),
    "a stranger held": (table(), "E867", ("--previous", "held.csv"), "holds ZULU"),
    "a folder as page": (table(), "E812", ("-o", "held.csv"), "a file stands"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_has_a_code_a_remedy_and_writes_nothing(say: Say, tmp_path: Path, case: str) -> None:
    content, code, words, says = BAD[case]
    file = tmp_path / "bad.csv"
    file.write_bytes(content if isinstance(content, bytes) else "\n".join(content).encode())
    desk.write(tmp_path / "sectors.csv", ["asset,sector", "ALFA,energy"])
    desk.write(tmp_path / "held.csv", ["asset,weight", "ZULU,1"])
    desk.write(tmp_path / "a0.csv", ["a0,x"])
    desk.write(tmp_path / "nan.json", ['{"weights": {"ALFA": NaN}}'])
    before = contents(tmp_path)
    chosen = words if "--k" in words else ("--k", "3", *words)
    output = () if "-o" in words else ("-o", "out")
    said = say("optimise", "bad.csv", *chosen, "--layers", 0, *output)
    assert said.code == 2
    refused(said, code, says)
    assert contents(tmp_path) == before
    document = say("optimise", "bad.csv", *chosen, "--layers", 0, *output, "--json").document
    assert (document["ok"], document["exit"], document["error"]["code"]) == (False, 2, code)


def test_a_file_that_is_not_there_and_a_strategy_are_refused(say: Say) -> None:
    refused(say("optimise", "nosuch.csv", "--k", 3), "E111", "no such file nosuch.csv")
    said = say("optimise", "ema.py", "--k", 3)
    refused(said, "E801", "is a strategy")
    assert "tallystick optimize ema.py" in said.last


def test_a_table_larger_than_memory_is_refused_before_it_is_read(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tallystick.quantum.memory.available", lambda: 20_000)
    refused(say("optimise", "prices.csv", "--k", 3), "E863", "would take .* MiB of memory")


def test_a_state_larger_than_memory_is_refused_with_the_remedy(
    say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.dax20(tmp_path / "dax.txt")
    monkeypatch.setattr("tallystick.quantum.memory.available", lambda: 2**20)
    refused(say("optimise", "dax.txt", "--k", 10, *QUICK), "E863", "would take")


@pytest.mark.parametrize("words", [("--angles", "optimise"), ("--layers", 0, "--risk", "cvar")])
def test_without_scipy_the_command_that_installs_it_is_named_at_once(
    say: Say, monkeypatch: pytest.MonkeyPatch, words: tuple[object, ...]
) -> None:
    monkeypatch.setattr("tallystick.platform.cli.optimise_library.find_spec", lambda _name: None)
    said = say("optimise", "prices.csv", "--k", 3, *words)
    refused(said, "E866", "needs scipy")
    assert 'pip install "tallystick[quantum]"' in said.last
    assert say("optimise", "prices.csv", "--k", 3, *QUICK).code == 0


def refused(said: Said, code: str, says: str) -> None:
    """The error has its code, says what is wrong, and ends with what to do; no traceback, no answer."""
    assert said.code == 2
    assert said.error.startswith(f"error[{code}]"), said.err
    assert re.search(says, said.error), said.err
    assert said.last.startswith("Fix: ")
    assert "Traceback" not in said.err
    assert said.out == ""


def contents(folder: Path) -> dict[str, str]:
    """Every file but the operators' log, by its hash."""
    files = (path for path in folder.rglob("*") if path.is_file() and "home" not in path.parts)
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_document_is_ascii_and_complete(say: Say) -> None:
    said = say("optimise", "prices.csv", "--k", 4, *QUICK, "--json")
    assert said.out.isascii()
    found = json.loads(said.out)
    assert {"weights", "objective", "bound", "gap", "bound_from", "sources", "added", "circuits", "provenance"} <= set(
        found
    )
    assert sum(found["weights"].values()) == pytest.approx(1.0)


PAGE = Path(__file__).resolve().parents[2] / "docs" / "quantum.md"


def blocks(language: str) -> list[str]:
    """The fenced blocks of the page for quants."""
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_five_of_twenty_takes_five_lines() -> None:
    first = blocks("python")[0].splitlines()
    assert len(first) == 5
    assert all(len(line) <= 120 and ";" not in line for line in first)
    assert "k=5" in blocks("python")[0]


def test_the_console_of_the_page_is_what_the_command_prints(say: Say, tmp_path: Path) -> None:
    """With TALLYSTICK_WRITE_GOLDEN=1 the page is written anew first."""
    command = next(block for block in blocks("sh") if "optimise" in block).split()
    desk.dax20(tmp_path / "dax20.txt")
    said = say(*command[1:])
    if os.environ.get("TALLYSTICK_WRITE_GOLDEN") == "1":
        PAGE.write_text(PAGE.read_text(encoding="utf-8").replace(blocks("text")[0], said.out), encoding="utf-8")
    shown, printed = blocks("text")[0].splitlines(), said.out.splitlines()
    assert [words(line) for line in shown] == [words(line) for line in printed]
    for line, other in zip(shown, printed, strict=True):  # another processor may count a few other shots
        assert numbers(line) == pytest.approx(numbers(other), rel=0.05, abs=1e-6)


NUMBER = re.compile(r"-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?")


def words(line: str) -> str:
    return " ".join(NUMBER.sub("#", line).split())


def numbers(line: str) -> list[float]:
    return [float(each.replace(",", "")) for each in NUMBER.findall(line)]
