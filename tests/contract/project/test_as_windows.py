"""The blocks that stand for Windows really block, in this process's children too."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

ASK = """
import os, socket
try:
    import fcntl
except ImportError as error:
    assert "fcntl" in str(error)
else:
    raise SystemExit("fcntl is there")
raise SystemExit(hasattr(os, "fdatasync") or hasattr(socket, "AF_UNIX"))
"""


def test_with_the_blocks_a_new_process_lacks_what_windows_lacks() -> None:
    environment = {**os.environ, "TALLYSTICK_AS_WINDOWS": "1", "PYTHONPATH": str(ROOT / "ci" / "as_windows")}
    done = subprocess.run([sys.executable, "-c", ASK], env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_this_process_is_blocked_exactly_when_it_was_asked_for() -> None:
    asked = os.environ.get("TALLYSTICK_AS_WINDOWS") == "1"
    if sys.platform == "linux":
        assert hasattr(os, "fdatasync") is not asked


def test_a_child_of_a_blocked_test_run_is_blocked_as_well() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], check=False, capture_output=True, text=True)
    asked = os.environ.get("TALLYSTICK_AS_WINDOWS") == "1" or os.name == "nt"
    assert (done.returncode == 0) is asked, done.stderr
