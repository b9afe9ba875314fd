"""Where Numba does not compile, the same code decides the same as plain Python."""

import os
import subprocess
import sys
from pathlib import Path

from tests.acceptance.books import CutFeed, run

ROOT = Path(__file__).resolve().parents[3]
ROWS = 1_500


def test_a_run_without_the_compiler_decides_the_same(tmp_path: Path) -> None:
    compiled = run(tmp_path / "compiled", feed=CutFeed(ROWS))
    done = subprocess.run(
        [sys.executable, "-P", str(ROOT / "tests" / "acceptance" / "one_run.py"), str(tmp_path / "plain"), str(ROWS)],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    head, digest = done.stdout.split()
    assert digest == compiled.decision_digest.hex()
    assert head == compiled.head.hex()
    assert compiled.failures == 0
