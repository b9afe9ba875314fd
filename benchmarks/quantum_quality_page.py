"""docs/quantum-quality.md, written from docs/quantum-quality.json."""

import json
from dataclasses import asdict

from benchmarks.harness import ROOT
from benchmarks.quantum_quality_rows import ROWS, Row

KEPT, PAGE = ROOT / "docs" / "quantum-quality.json", ROOT / "docs" / "quantum-quality.md"
LONG_S = 300.0
HEAD = """# Quantum: how good a circuit's answers are

Choose k of the first n assets of OR-Library's Hang Seng and DAX data, min 0.5 x'Sx - mu'x, by a circuit of p layers
with the XY ring from the Dicke state, simulated exactly. The approximation ratio is (Emax - E) / (Emax - Emin) over the
feasible choices, of angles that minimise the expected cost; P(optimum) is of angles found in a search of its own, which
maximises it. "Table" is the project's reference table, whose angles were all searched for the expectation; a ratio
counts as reached from 0.005 below it, a probability from the number itself.

Every row follows its starts in order until one ends at the table's number, 150 iterations of L-BFGS each: what the
other objective found at this depth (P(optimum) alone), what the depth before found, extended, six linear ramps
(`ramps(p, 1.0)`, costs scaled to a deviation of 1), and if none of them does, the best so far shifted by normal
deviates of 0.15 from the seeds 0, 1, ... So numbers well above the table were not asked for, and better angles may
exist. A mark after the seconds of CPU says that a row took more than five minutes.

The classical answer to each of these is proved in well under a second ([quantum-bounds.md](quantum-bounds.md)); the
table says what a simulated circuit does, not that it is of use.

Again: `python benchmarks/run.py quantum_quality`, or `python -m benchmarks.quantum_quality --only 12,6`.

| data, n, k | p | objective | found | table | reached | start that led there | starts | CPU s |
|---|--:|---|--:|--:|---|---|--:|--:|
"""


def keep(row: Row) -> None:
    """Put a row among the others, in the place of an older one of its name."""
    rows = {each.name: each for each in kept()} | {row.name: row}
    text = json.dumps([asdict(each) for each in rows.values()], indent=1)
    KEPT.write_text(text + "\n", encoding="utf-8", newline="\n")


def kept() -> list[Row]:
    """The rows that were measured."""
    return [Row(**each) for each in json.loads(KEPT.read_text(encoding="utf-8"))] if KEPT.exists() else []


def write(margin: float) -> None:
    """Write the page; rows in the table's order, those nobody ran yet named as such."""
    rows = {each.name: each for each in kept()}
    lines = list[str]()
    for case in ROWS:
        for layers, (ratio, chance) in case.table.items():
            for objective, wanted in (("expectation", ratio), ("optimum", chance)):
                asked = Row(case.index, case.n, case.k, layers, objective, wanted, 0.0, "not run yet", 0, 0, 0.0)
                lines.append(_line(rows.get(asked.name, asked), margin))
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _line(row: Row, margin: float) -> str:
    where = f"{row.index} {row.n}, {row.k}"
    what = "ratio" if row.objective == "expectation" else "P(optimum)"
    if not row.tried:
        return f"| {where} | {row.layers} | {what} | | {row.wanted:g} | | {row.start} | | |"
    found = (
        f"{row.found:.4f}" if row.objective == "expectation" else f"{row.found:.4g} (x {row.found / row.uniform:,.0f})"
    )
    took = f"{row.cpu_s:,.1f}" + (" (long)" if row.cpu_s > LONG_S else "")
    parts = (where, row.layers, what, found, f"{row.wanted:g}", "yes" if row.reached(margin) else "NO", row.start)
    return f"| {' | '.join(map(str, parts))} | {row.tried} | {took} |"
