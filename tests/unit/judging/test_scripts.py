"""Scripts and sessions that search: in other processes a script is read for its strategies, and nothing else is run."""

import subprocess
import sys
from pathlib import Path

SCRIPT = """
import multiprocessing
multiprocessing.set_start_method("spawn")
from pathlib import Path
from tallystick.platform import Strategy, backtest
from tallystick.platform.judging.optimising import optimize

class Own(Strategy):
    fast: int = 5
    def on_bar(self, bar):
        self.target("0.1" if bar.close > self.ema(self.fast) else "-0.1")

how = {"start": "2014-01-01", "end": "2014-02-01", "research": Path("research")}
alone = backtest(Own, "EURUSD", **how)
study = optimize(Own, "EURUSD", parameters={"fast": [5, 9]}, jobs=2, **how)
print(list(study.trials["state"]), study.in_log, study.trials["digest"][0] == alone.digest)
"""


def _ran(folder: Path, *words: str, text: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, *words], cwd=folder, input=text, capture_output=True, text=True, timeout=200, check=False
    )


def test_a_script_without_a_guard_searches_once(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    ran = _ran(tmp_path, "script.py")
    assert ran.stdout.split("\n")[0] == "['completed', 'completed'] 3 True", ran.stderr


def test_a_class_of_a_session_is_told_to_go_to_a_file(tmp_path: Path) -> None:
    ran = _ran(tmp_path, "-", text=SCRIPT.replace("alone =", "#"))
    assert "E573" in ran.stderr.splitlines()[-1]
    assert "jobs=1" in ran.stderr.splitlines()[-1]
