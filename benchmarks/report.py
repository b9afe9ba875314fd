"""Results as JSON, and `docs/benchmarks.md` made from that JSON alone, so that page and figures cannot differ."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.harness import Benchmark, Figure

INTRODUCTION = """\
# Benchmarks

Made by `python benchmarks/run.py --write docs/benchmarks.md` from `docs/benchmarks.json`; do not edit by hand.

Each side runs in a process of its own, sides in turn; medians of the rounds, ratios taken within each round. CPU is
user and system time of the measured part alone: loading data, imports and compilation are outside unless a line says
so. The targets are the project's own; "no" is a result, not an error. Peers are fetched by pip into an environment of
their own (`python benchmarks/peers.py`); nothing of theirs is part of Tallystick.

Machines differ, and so do builds of Python: the yardstick is the CPU of a fixed piece of plain Python (a header packed,
two hashes, a table entry; `benchmarks/yardstick.py`) on the same machine just before. A machine of half its figure does
about twice ours.
"""


def as_result(benchmark: Benchmark, date: str, machine: Mapping[str, str], figures: Sequence[Figure]) -> dict[str, Any]:
    """One benchmark's result as plain values."""
    return {
        "name": benchmark.name,
        "question": benchmark.question,
        "date": date,
        "machine": dict(machine),
        "figures": [{**asdict(figure), "met": figure.met} for figure in figures],
    }


def merge(path: Path, results: Sequence[Mapping[str, Any]], order: Sequence[str]) -> list[dict[str, Any]]:
    """Put new results in the place of older ones of the same name and write the file, in the suite's order."""
    known: dict[str, dict[str, Any]] = {}
    if path.exists():
        known = {result["name"]: result for result in json.loads(path.read_text(encoding="utf-8"))}
    known |= {result["name"]: dict(result) for result in results}
    kept = [known[name] for name in order if name in known]
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")
    return kept


def page(results: Sequence[Mapping[str, Any]]) -> str:
    """The Markdown page."""
    parts = [INTRODUCTION, _machines(results)]
    parts += [_section(result) for result in results]
    return "\n".join(parts)


def verdict(met: bool | None) -> str:  # noqa: FBT001 -- the three answers of one question
    """yes, no, or nothing where there is no target."""
    return "" if met is None else "yes" if met else "no"


def target(figure: Mapping[str, Any]) -> str:
    """The target in words."""
    if figure["least"] is not None:
        return f"at least {number(figure['least'])}"
    if figure["most"] is not None:
        return f"at most {number(figure['most'])}"
    return ""


def number(value: float | None) -> str:
    """Three significant digits, thousands grouped."""
    if value is None:
        return "not measured"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _machines(results: Sequence[Mapping[str, Any]]) -> str:
    lines = ["| benchmark | date | load before | yardstick | machine |", "|---|---|---|---|---|"]
    for result in results:
        machine = dict(result["machine"])
        load, yardstick = machine.pop("load", ""), machine.pop("yardstick", "not taken")
        described = f"{machine.pop('cpu')}, {machine.pop('cores')} cores, {machine.pop('system')}"
        versions = ", ".join(f"{name} {version}" for name, version in machine.items())
        lines.append(f"| {result['name']} | {result['date']} | {load} | {yardstick} | {described}; {versions} |")
    return "\n".join(lines) + "\n"


def _section(result: Mapping[str, Any]) -> str:
    head = "| figure | value | unit | target | met | note |\n|---|--:|---|---|---|---|"
    lines = [f"## {result['name']}", "", result["question"], "", head]
    for figure in result["figures"]:
        cells = (
            figure["name"],
            number(figure["value"]),
            figure["unit"],
            target(figure),
            verdict(figure["met"]),
            figure["note"],
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
