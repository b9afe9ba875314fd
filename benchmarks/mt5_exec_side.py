"""Our side of `mt5_exec`: `tallystick mt5 exec` of `sma_bot.py`, both of its processes, start-up included.

Its modules are compiled to bytecode beforehand, as an installer leaves them (the peer's are), whatever this checkout
and its environment say of bytecode.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.harness import ROOT, BenchmarkFailedError

BYTECODE = ROOT / ".cache" / "bytecode"
DONE = "import sys; from tallystick.platform.cli.main import main; sys.exit(main())"


def main() -> None:
    """Run once in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("data")
    parser.add_argument("--bot", nargs="+", required=True, help="periods, timeframe, seconds")
    parser.add_argument("--rows", type=int, required=True)
    options = parser.parse_args()
    shutil.rmtree(options.folder, ignore_errors=True)
    command = [
        *(sys.executable, "-c", DONE, "mt5", "exec", str(ROOT / "benchmarks" / "sma_bot.py")),
        *("--data", options.data, "--balance", "1000000", "--book", str(options.folder), "--json", "--no-report"),
        *("--", *options.bot),
    ]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
    compiling = (sys.executable, "-m", "compileall", "-q", str(ROOT / "platform"), str(ROOT / "events"))
    subprocess.run(compiling, env=environment, stdout=subprocess.DEVNULL, check=True)
    before, wall = os.times(), time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=environment)
    after, wall = os.times(), time.perf_counter() - wall
    if done.returncode != 0:
        message = f"exec ended with {done.returncode}: {done.stderr.strip()[-1500:]}"
        raise BenchmarkFailedError(message)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    said = json.loads(done.stdout)
    print(
        json.dumps(
            {
                "events": options.rows,
                "cpu_s": cpu,
                "wall_s": wall,
                "orders": said["orders"],
                "calls": said["bot"]["calls"],
            }
        )
    )


if __name__ == "__main__":
    main()
