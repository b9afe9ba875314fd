"""Every benchmark runs from end to end in its smallest size and yields figures; nothing here judges a speed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.harness import Benchmark, Figure
from benchmarks.report import as_result, merge, page
from benchmarks.suite import MODULES

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", MODULES)
def test_a_benchmark_in_quick_mode_yields_figures(name: str, tmp_path: Path) -> None:
    written = tmp_path / "results.json"
    command = [sys.executable, "benchmarks/run.py", name, "--quick", "--scratch", str(tmp_path), "--json", str(written)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "SKIPPED: the peers" in done.stdout or "SKIPPED" not in done.stdout, done.stdout
    figures = [figure for result in json.loads(written.read_text(encoding="utf-8")) for figure in result["figures"]]
    measured = [figure["value"] for figure in figures if figure["value"] is not None]
    assert measured
    assert all(value > 0 for value in measured)


def test_an_unknown_name_is_answered_with_the_names_there_are() -> None:
    command = [sys.executable, "benchmarks/run.py", "no_such_thing"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode != 0
    assert all(name in done.stderr for name in MODULES)


def test_quick_figures_are_never_written_to_the_page(tmp_path: Path) -> None:
    page_file = tmp_path / "benchmarks.md"
    command = [sys.executable, "benchmarks/run.py", MODULES[-1], "--quick", "--write", str(page_file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode != 0
    assert "E903" in done.stderr
    assert not page_file.exists()


def test_the_page_says_whether_a_target_is_met_and_what_was_not_measured() -> None:
    figures = [
        Figure("fast enough", 400_000.0, "events/s", least=300_000),
        Figure("too dear", 4.0, "us", most=3.5),
        Figure("a peer", None, "events/s", note="SKIPPED"),
    ]
    result = as_result(Benchmark("one", "How fast?", lambda _: figures), "2026-01-01", {"cpu": "x"}, figures)
    shown = page([{**result, "machine": {"cpu": "x", "cores": "2", "system": "y"}}])
    assert "| fast enough | 400,000 | events/s | at least 300,000 | yes |" in shown
    assert "| too dear | 4 | us | at most 3.5 | no |" in shown
    assert "| a peer | not measured | events/s |" in shown


def test_a_later_result_replaces_the_earlier_one_of_its_name_and_keeps_the_order(tmp_path: Path) -> None:
    def result(name: str, value: float) -> dict[str, object]:
        figures = [Figure("figure", value, "s")]
        return as_result(Benchmark(name, "?", lambda _: figures), "2026-01-01", {}, figures)

    kept = tmp_path / "benchmarks.json"
    merge(kept, [result("a", 1.0), result("b", 2.0)], ("b", "a"))
    merged = merge(kept, [result("a", 3.0)], ("b", "a"))
    assert [entry["name"] for entry in merged] == ["b", "a"]
    assert merged[1]["figures"][0]["value"] == 3.0


def test_the_committed_page_is_made_from_the_committed_figures() -> None:
    figures = ROOT / "docs" / "benchmarks.json"
    if not figures.exists():
        pytest.skip("nothing has been measured yet: python benchmarks/run.py --write docs/benchmarks.md")
    made = page(json.loads(figures.read_text(encoding="utf-8")))
    assert made == (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
