"""What it costs to come through the door: `tallystick --help` and `import tallystick.events`."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.harness import ROOT, Benchmark, BenchmarkFailedError, Figure, Settings

HELP = "import sys; sys.argv = ['tallystick', '--help']; from tallystick.platform.cli.main import main; main()"
EVENTS = "import tallystick.events"
AT_EXIT = """
import atexit, json, pathlib, sys, time
cost = pathlib.Path(sys.argv[1])
atexit.register(lambda: cost.write_text(json.dumps([start, time.process_time(), sorted(sys.modules)])))
start = time.process_time()
"""
"""`process_time` counts from the start of the process, so the interpreter's own start is in it, on Windows too."""


def measure(settings: Settings) -> Sequence[Figure]:
    """CPU of whole processes, the interpreter's own start included."""
    rounds = 1 if settings.quick else max(settings.rounds, 9)
    whole: dict[str, list[float]] = {"bare": [], "events": [], "help": []}
    beyond: dict[str, list[float]] = {name: [] for name in whole}
    loaded: dict[str, set[str]] = {}
    for _ in range(rounds):
        for name, code in (("bare", ""), ("events", EVENTS), ("help", HELP)):
            start, cpu, modules = _cost(code, settings.scratch)
            whole[name].append(cpu)
            beyond[name].append(cpu - start)
            loaded[name] = modules
    foreign = loaded["events"] - loaded["bare"] - set(sys.stdlib_module_names)
    listed = ", ".join(sorted(name for name in foreign if not name.startswith("_")))
    return [
        Figure("tallystick --help", statistics.median(whole["help"]), "s of CPU", most=0.3, note="whole process"),
        Figure(
            "import tallystick.events",
            statistics.median(beyond["events"]),
            "s of CPU",
            note=f"beyond Python's start; loads {listed} besides the standard library",
        ),
        Figure("python -c pass", statistics.median(whole["bare"]), "s of CPU"),
    ]


def _cost(code: str, scratch: Path) -> tuple[float, float, set[str]]:
    """CPU seconds of a process before `code` and by its end, and the packages it had loaded by then."""
    cost = scratch / "cost.json"
    command = [sys.executable, "-c", f"{AT_EXIT}{code}", str(cost)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        message = f"python -c {code!r} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-800:]}"
        raise BenchmarkFailedError(message)
    start, cpu, modules = json.loads(cost.read_text(encoding="utf-8"))
    return start, cpu, {name.partition(".")[0] for name in modules}


BENCHMARK = Benchmark("cli_help", "What the command line and the contract cost before they do anything.", measure)
