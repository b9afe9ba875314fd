"""Every finding names a line: one that is likely to do it, else the callback that decides by it."""

from pathlib import Path

import pytest

from tallystick.platform.judging.lookahead import naming
from tallystick.platform.judging.lookahead.findings import Kind
from tallystick.platform.judging.lookahead.source_lines import written_in
from tallystick.platform.judging.lookahead.subject import Asked, asked_of
from tests.unit.lookahead.test_changes import month

TOP = """\
from functools import lru_cache
import numpy as np
from tallystick.platform import BarClosed, Module, Strategy, strategy
"""
CLASS = """
class Own(Strategy, symbol="EURUSD", timeframe="H1", lots="0.10"):
    %s
    def on_bar(self, bar):
        self.target("0.10" if Of.get(bar.time) else "-0.10")
"""
FUNCTION = """
def edge(bars):
    return {"edge": bars.close}

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10", columns=edge)
def own(bars):
    return +1 if bars.column("edge") > 1 else -1
"""
MODULE = """
class Own(Module, hears=[BarClosed], symbol="EURUSD", timeframe="H1"):
    def react(self, event, context):
        return []

    def scan(self, rows):
        return -1
"""


def asked(folder: Path, source: str) -> Asked:
    path = folder / "own.py"
    path.write_text(TOP + source, encoding="utf-8")
    return asked_of(path, month(), {})


@pytest.mark.parametrize(
    "line",
    [
        "Of = {}",
        "CLOSES: list = []",
        "SEEN = dict()",
        "known = np.__dict__.setdefault('known', [])",
        "def remembered(at, known={}): return known",
        "@lru_cache(maxsize=None)\ndef at(row): return row",
        "def count():\n    global N\n    N = 1",
    ],
)
def test_what_a_run_leaves_to_the_next_is_named_by_the_line_that_keeps_it(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.py"
    path.write_text(f"import numpy as np\n\n{line}\n", encoding="utf-8")
    number = 4 if "global" in line else 3
    assert naming.line_of(Kind.FIRST_PASS, written_in([path])).startswith(f"own.py:{number}: ")


@pytest.mark.parametrize(
    "line",
    [
        "low = np.fft.irfft(np.fft.rfft(closes)[:20], 400)",
        "for n in LENGTHS:\n    if gain(n) > best: best = gain(n)",
        "for n in LENGTHS:\n    if score > best: best, length = score, n",
    ],
)
def test_what_fits_the_sample_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "own.py"
    path.write_text(f"total = closes.sum()\n{line}\n", encoding="utf-8")
    assert naming.line_of(Kind.FIT, written_in([path])).startswith(f"own.py:{2 + line.count(chr(10))}: ")
    path.write_text("if fast > slow: side = 1\nif side > 0: lots = 2 * side\n", encoding="utf-8")
    assert naming.line_of(Kind.FIT, written_in([path])) == ""


def test_state_of_the_class_is_named_and_state_set_in_a_callback_is_not(tmp_path: Path) -> None:
    shared = asked(tmp_path, CLASS % "memory = {}")
    assert naming.line_of(Kind.FIRST_PASS, shared.written) == "own.py:6: memory = {}"
    own = asked(tmp_path, CLASS % "def on_start(self): self.memory = {}")
    assert naming.line_of(Kind.FIRST_PASS, own.written) == ""


@pytest.mark.parametrize(
    ("source", "kind", "line"),
    [
        (CLASS % "size = 1", Kind.LATER_ROWS, 7),
        (CLASS % "size = 1", Kind.FIRST_PASS, 7),
        (FUNCTION, Kind.LATER_ROWS, 5),
        (FUNCTION, Kind.FIT, 5),
        (MODULE, Kind.LATER_ROWS, 6),
        (MODULE, Kind.SCAN, 9),
    ],
)
def test_where_no_line_is_likely_the_callback_is_named(tmp_path: Path, source: str, kind: Kind, line: int) -> None:
    assert asked(tmp_path, source).line_of(kind).startswith(f"own.py:{line}")
