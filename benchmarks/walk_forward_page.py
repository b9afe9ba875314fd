"""The page of the walk-forward and its picture, from the result alone, so that page and figures cannot differ."""

from itertools import pairwise
from pathlib import Path
from textwrap import fill
from typing import Any

from benchmarks.walk_forward_picture import picture

NAMES = {
    "solve": "ours, `solve`",
    "hybrid": "ours, `hybrid`",
    "skfolio": "skfolio, SCIP",
    "least": "least variance, all 20",
    "hrp": "HRP, all 20",
    "equal": "1/N, all 20",
}
COLUMNS = ("return", "deviation", "Sharpe", "worst fall", "turnover", "PSR(0)", "deflated", "above 1/N")
PAGE = """\
# Five of twenty, walked forward

Made by `python -m benchmarks.quantum_walk_forward` from `docs/quantum-walk-forward.json`; do not edit by hand.

Twenty large US stocks, {first} to {last}, {months} months. At the close of each month's first trading day every way
below trades to its weights, which it chose from the {rows} daily returns that end with the last close of the month
before. All see the same rows and, where they need a covariance, estimate it alike (Ledoit-Wolf). Between trades
holdings drift. Everything bought or sold costs {cost:g} basis points, the first purchase too.

- **Ours** and **skfolio** answer the same question: least variance with at most {held} stocks, each from {buy_in:.0%}
to {most:.0%}. `solve` is the classical answer with its bound, `hybrid` adds supports proposed by a simulated circuit
and keeps the best; skfolio's is `MeanRisk(cardinality=...)`, solved by SCIP.

- **Least variance**, **HRP** and **1/N** may hold all twenty.

![Value of one unit, costs paid](pictures/walk-forward.svg)

{table}

Return, deviation and Sharpe ratio a year, costs paid, no interest taken off; turnover is what was bought and sold in a
year over the value, so selling all and buying anew is 2. PSR(0) is the probability that the true Sharpe ratio is above
0, "deflated" that it is above {hurdle:.3f} a year, what the best of **{trials} trials** without skill would show. The
trials are these {trials} rows, each with settings fixed before the run; three of them are nearly one portfolio. "Above
1/N" is the probability that the mean daily return is above that of 1/N.

## What it says

- Highest Sharpe ratio: {best} ({best_sharpe:.3f}). Highest return: {richest} ({richest_return:.2%}). Least deviation:
{calmest} ({calmest_deviation:.2%}).

- Ours is number {place} of {trials} by Sharpe ratio, {stands} 1/N's {equal_sharpe:.3f}, with a return of
{own_return:.2%} against {equal_return:.2%}. Five stocks of least variance deviate by {own_deviation:.2%} a year, all
twenty at theirs by {least_deviation:.2%}.

- Most turnover: {dearest}, {dearest_turnover:.2f} a year, which costs {dearest_cost:.2%} a year; 1/N:
{equal_turnover:.2f}.

## The same question, two solvers

In {alike} of {months} months skfolio holds the same stocks as `solve`. Its variance divided by ours is 1{low:+.1e} to
1{high:+.1e}; `solve` proves in every month that nothing is lower by more than {gap:.1e} of its variance. CPU for a
month's weights, one thread: `solve` {cpu_solve:.2f} s, `hybrid` {cpu_hybrid:.2f} s, skfolio with SCIP
{cpu_skfolio:.2f} s ({versions}; {cpu}, shared with other work, {date}).

## What the circuit added

{added} Three layers of linear ramps propose among all 15,504 choices; the mean approximation ratio of their shots was
{ratio:.3f}, of uniform random choices {uniform:.3f}. Before any polishing the mean shot's variance was {raw_qaoa:.3f}
times the optimum, a random choice's {raw_random:.3f}; the circuit's was the lower one in {below_random} of {months}
months. After equal polishing {hits} of the circuit's {polished} searches and {random_hits} of as many random ones ended
at the best portfolio known.

## What it does not say

- **Survivors.** The twenty ({stocks}) are companies that were listed from 1990 on and still in the data set in 2022:
whoever chose in {year} could not have known that. Every row profits from it, 1/N too. These returns are no estimate of
anything to be earned.

- One market, one span, one setting of each way; {months} months hardly tell Sharpe ratios this near from one another,
which is what the last column says.

- Prices are adjusted for splits and dividends as skfolio's data set has them; {cost:g} basis points a side stand for
spread, commission and impact alike; no tax, no financing.

- Data and peer come by `python benchmarks/peers.py skfolio`.
"""


def write(found: dict[str, Any], folder: Path) -> None:
    """The Markdown page, and the picture beside it."""
    (folder / "pictures").mkdir(exist_ok=True)
    (folder / "pictures/walk-forward.svg").write_text(picture(found), encoding="utf-8", newline="\n")
    (folder / "quantum-walk-forward.md").write_text(page(found), encoding="utf-8", newline="\n")


def page(found: dict[str, Any]) -> str:
    """The whole page: the text above, filled in and its lines broken anew."""
    filled = PAGE.format(table=_table(found), **_setting(found), **_standing(found), **_solvers(found))
    parts = [_wrapped(each) for each in filled.strip().split("\n\n")]
    text = parts[0]
    for before, part in pairwise(parts):
        text += ("\n" if before.startswith("- ") and part.startswith("- ") else "\n\n") + part
    return text + "\n"


def _table(found: dict[str, Any]) -> str:
    lines = ["| | " + " | ".join(COLUMNS) + " |", "|---|" + "---|" * len(COLUMNS)]
    for name, row in found["rows"].items():
        beside = "" if row["beside_equal"] is None else f"{row['beside_equal']:.3f}"
        lines.append(
            f"| {NAMES[name]} | {row['return']:.2%} | {row['deviation']:.2%} | {row['sharpe']:.3f} | {row['fall']:.1%} "
            f"| {row['turnover']:.2f} | {row['probabilistic']:.4f} | {row['deflated']:.4f} | {beside} |"
        )
    return "\n".join(lines)


def _setting(found: dict[str, Any]) -> dict[str, Any]:
    terms = found["terms"]
    return {
        **{name: terms[name] for name in ("rows", "held", "buy_in", "most")},
        "cost": terms["cost"] * 1e4,
        "first": found["from"],
        "last": found["to"],
        "year": found["from"][:4],
        "months": found["months"],
        "stocks": ", ".join(found["names"]),
        "trials": len(found["rows"]),
        "hurdle": found["rows"]["equal"]["hurdle"],
    }


def _standing(found: dict[str, Any]) -> dict[str, Any]:
    """Who is first in what, and where ours stands."""
    rows = found["rows"]
    by_sharpe = sorted(rows, key=lambda name: -rows[name]["sharpe"])
    richest = max(rows, key=lambda name: rows[name]["return"])
    calmest = min(rows, key=lambda name: rows[name]["deviation"])
    dearest = max(rows, key=lambda name: rows[name]["turnover"])
    own, equal = rows["solve"], rows["equal"]
    return {
        "best": NAMES[by_sharpe[0]],
        "best_sharpe": rows[by_sharpe[0]]["sharpe"],
        "richest": NAMES[richest],
        "richest_return": rows[richest]["return"],
        "calmest": NAMES[calmest],
        "calmest_deviation": rows[calmest]["deviation"],
        "place": by_sharpe.index("solve") + 1,
        "stands": "above" if own["sharpe"] > equal["sharpe"] else "below",
        **{f"own_{name}": own[name] for name in ("return", "deviation")},
        **{f"equal_{name}": equal[name] for name in ("return", "sharpe", "turnover")},
        "least_deviation": rows["least"]["deviation"],
        "dearest": NAMES[dearest],
        "dearest_turnover": rows[dearest]["turnover"],
        "dearest_cost": rows[dearest]["turnover"] * found["terms"]["cost"],
    }


def _solvers(found: dict[str, Any]) -> dict[str, Any]:
    """How the two solvers agree, what they took, and what the circuit's supports came to."""
    met, circuit, months = found["agreement"], found["circuit"], found["months"]
    added = "No month's portfolio was improved by a proposed support: `hybrid` and `solve` are one line."
    if circuit["better"]:
        added = f"In {circuit['better']} months a proposed support improved on the classical answer."
    return {
        **circuit,
        "added": added,
        "alike": months - met["other_support"],
        "low": -met["most_below"],
        "high": met["most_above"],
        "gap": found["gap"],
        **{f"cpu_{name}": found["spent"][name] / months for name in ("solve", "hybrid", "skfolio")},
        "versions": ", ".join(f"{name} {each}" for name, each in found["versions"].items()),
        "cpu": found["machine"]["cpu"],
        "date": found["date"],
    }


def _wrapped(part: str) -> str:
    """A paragraph or an item with its lines broken at 118; tables, headings and pictures as they are."""
    if part.startswith(("|", "#", "!")):
        return part
    return fill(
        part, 118, subsequent_indent="  " * part.startswith("- "), break_long_words=False, break_on_hyphens=False
    )
