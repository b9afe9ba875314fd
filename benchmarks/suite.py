"""The benchmarks in order, the command line, and what is printed while they run."""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import machine, peers, report, yardstick
from benchmarks.harness import CACHE, ROOT, Benchmark, BenchmarkFailedError, Figure, Settings, SkippedError

MODULES = (
    "append_durable",
    "append_chained",
    "verify_log",
    "outside_verifier",
    "replay_micro",
    "replay_turnover",
    "eventsourcing_store",
    "ema_quotes",
    "bars_turnover",
    "bars_peers",
    "optimise_scaling",
    "mt5_calls",
    "mt5_exec",
    "quantum_engine",
    "quantum_reach",
    "quantum_quality",
    "quantum_walk_forward",
    "cli_help",
)


def benchmarks(names: Sequence[str]) -> list[Benchmark]:
    """The benchmarks asked for, in the suite's order; all of them without a name."""
    unknown = [name for name in names if name not in MODULES]
    if unknown:
        message = f'error[E902] no benchmark "{unknown[0]}". Fix: choose from {", ".join(MODULES)}'
        raise SystemExit(message)
    chosen = [name for name in MODULES if not names or name in names]
    return [import_module(f"benchmarks.{name}").BENCHMARK for name in chosen]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write; 0 when every benchmark ran or was skipped, 1 when one failed. A missed target is a result."""
    options = _parser().parse_args(arguments)
    if options.quick and options.write:
        message = "error[E903] --quick figures mean nothing and are not written. Fix: drop --quick or --write"
        raise SystemExit(message)
    CACHE.mkdir(parents=True, exist_ok=True)
    print("machine:", ", ".join(f"{name} {value}" for name, value in machine.describe().items()))
    results, skipped, failed = [], [], []
    for benchmark in benchmarks(options.names):
        with tempfile.TemporaryDirectory(dir=options.scratch or CACHE, ignore_cleanup_errors=True) as scratch:
            settings = Settings(options.quick, options.rounds, Path(scratch), peers.interpreter())
            described = {
                **machine.describe(),
                "load": machine.load_average(),
                "yardstick": f"{yardstick.pace():.2f} us",
            }
            print(f"\n{benchmark.name}: {benchmark.question}", flush=True)
            print(f"  load {described['load']}, yardstick {described['yardstick']}", flush=True)
            try:
                figures = benchmark.measure(settings)
            except SkippedError as reason:
                skipped.append(f"{benchmark.name}: {reason}")
                print(f"  SKIPPED: {reason}", flush=True)
                continue
            except BenchmarkFailedError as error:
                failed.append(benchmark.name)
                print(f"  FAILED: {error}", file=sys.stderr, flush=True)
                continue
        for figure in figures:
            print(_line(figure), flush=True)
        date = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        results.append(report.as_result(benchmark, date, described, figures))
    _write(options, results)
    for line in skipped:
        print(f"skipped {line}")
    return 1 if failed else 0


def _write(options: argparse.Namespace, results: list[dict[str, Any]]) -> None:
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8", newline="\n")
    if options.write and results:
        kept = report.merge(options.write.with_suffix(".json"), results, MODULES)
        options.write.write_text(report.page(kept), encoding="utf-8", newline="\n")
        print(f"\nwrote {options.write} and {options.write.with_suffix('.json')}")


def _line(figure: Figure) -> str:
    shown = {"least": figure.least, "most": figure.most}
    aim = report.target(shown)
    met = {True: "  yes", False: "  NO", None: ""}[figure.met]
    return f"  {figure.name:<44} {report.number(figure.value):>12} {figure.unit:<18} {aim}{met}" + (
        f"   ({figure.note})" if figure.note else ""
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks/run.py", description=__doc__)
    parser.add_argument("names", nargs="*", help=f"which ones; all by default: {', '.join(MODULES)}")
    parser.add_argument("--quick", action="store_true", help="smallest sizes, one round: does every part run?")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each comparison (default 5)")
    parser.add_argument("--scratch", type=Path, help="folder for the logs that are written (default .cache/benchmarks)")
    parser.add_argument("--json", type=Path, help="write this run's results as JSON")
    parser.add_argument("--write", type=Path, metavar="FILE.md", help="merge into FILE.json and write FILE.md from it")
    return parser


if os.name == "nt":
    # Windows consoles may not be UTF-8; a figure's note must not end the run.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a console's stream has it

__all__ = ["MODULES", "ROOT", "benchmarks", "main"]
