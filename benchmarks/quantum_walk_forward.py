"""Five of twenty stocks, month by month for 23 years, costs included: ours beside skfolio, HRP, least variance and 1/N.

`python benchmarks/run.py quantum_walk_forward` prints figures; `python -m benchmarks.quantum_walk_forward` also writes
docs/quantum-walk-forward.md with its picture from docs/quantum-walk-forward.json. The peer comes first:
`python benchmarks/peers.py skfolio`.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import machine, peers, walk_forward_page
from benchmarks.harness import CACHE, ROOT, Benchmark, Figure, Settings, SkippedError, ours, sample
from benchmarks.walk_forward import (
    BUY_IN,
    COST,
    HELD,
    MOST,
    ROWS,
    Market,
    Walked,
    cut,
    drawn_market,
    first_days,
    judged,
    read_market,
    walked,
    windows,
)
from tallystick.platform.judging.statistics import (
    deflated_sharpe,
    moments_of,
    probabilistic_sharpe,
    variance_of_sharpes,
)

Floats = NDArray[np.float64]
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), "1")
CURVES = ("solve", "hybrid", "skfolio", "least", "hrp", "equal")
"""What is compared, all from the same rows; they are the trials by which a Sharpe ratio is deflated."""


def compared(scratch: Path, market: Market | None, months: int | None = None) -> dict[str, Any]:
    """Everything that the page says. Without a market the peer gives its own, and its answers too."""
    answers: dict[str, Floats] = {}
    notes: dict[str, Any] = {}
    if market is None:
        python = _python()
        peer = [str(python), "-m", "benchmarks.peer_skfolio"]
        sample([*peer, "prices", str(scratch / "market.npz")])
        market = read_market(scratch / "market.npz")
    else:
        peer = []
    if months is not None:
        market = cut(market, months)
    first = first_days(market)
    asked = scratch / "asked.npz"
    np.savez(asked, returns=market.returns, windows=windows(first), terms=np.array([HELD, BUY_IN, MOST]))
    own = sample(ours("quantum_walk_forward_side", asked, scratch / "ours.npz"), **ONE_THREAD).notes
    with np.load(scratch / "ours.npz") as found:
        answers |= {name: found[name] for name in found.files}
    if peer:
        other = sample([*peer, "weights", str(asked), str(scratch / "theirs.npz")], **ONE_THREAD)
        with np.load(scratch / "theirs.npz") as found:
            answers["skfolio"] = found["weights"]
        notes = {"versions": other.notes["versions"], **_agreement(market, first, answers)}
        own["spent"]["skfolio"] = other.cpu_s
    curves = {name: walked(market, first, answers[name]) for name in CURVES if name in answers}
    dates = market.days.astype("datetime64[D]")
    return {
        "names": list(market.names),
        "from": str(dates[first[0]]),
        "to": str(dates[-1]),
        "months": len(first),
        "terms": {"rows": ROWS, "cost": COST, "held": HELD, "buy_in": BUY_IN, "most": MOST},
        "rows": _rows(curves),
        "dates": [str(dates[each]) for each in [*first.tolist(), len(dates) - 1]],
        "values": {name: [round(each, 6) for each in one.values.tolist()] for name, one in curves.items()},
        "gap": float(((answers["objective"] - answers["bound"]) / answers["objective"]).max()),
        **own,
        **notes,
    }


def _rows(curves: dict[str, Walked]) -> dict[str, dict[str, Any]]:
    """Figures of each curve; the Sharpe ratio deflated by the number of curves and the variance among them."""
    variance = variance_of_sharpes([moments_of(one.daily).sharpe for one in curves.values()], len(curves))
    equal = curves["equal"].daily
    rows = {}
    for name, one in curves.items():
        deflated = deflated_sharpe(one.daily, len(curves), variance)
        beside = None if name == "equal" else probabilistic_sharpe(one.daily - equal)
        rows[name] = {
            **judged(one),
            "probabilistic": probabilistic_sharpe(one.daily),
            "deflated": deflated.probability,
            "hurdle": deflated.hurdle * 252.0**0.5,
            "beside_equal": beside,
        }
    return rows


def _agreement(market: Market, first: NDArray[np.int64], answers: dict[str, Floats]) -> dict[str, Any]:
    """How the peer's answers stand to ours in the problem's own objective, month by month."""
    from tallystick.quantum.estimators.covariance import ledoit_wolf

    above, apart, broken = [], [], 0.0
    for place, (start, stop) in enumerate(windows(first).tolist()):
        sigma = ledoit_wolf(market.returns[start:stop])
        ours_, theirs = answers["solve"][place], answers["skfolio"][place]
        above.append(float(theirs @ sigma @ theirs) / float(ours_ @ sigma @ ours_) - 1.0)
        apart.append(set(np.flatnonzero(ours_ > 1e-6)) != set(np.flatnonzero(theirs > 1e-6)))
        inside = np.where(theirs > 1e-6, np.maximum(BUY_IN - theirs, theirs - MOST), np.abs(theirs))
        broken = max(broken, abs(float(theirs.sum()) - 1.0), float(inside.max()))
    return {
        "agreement": {
            "most_above": max(above),
            "most_below": -min(above),
            "other_support": int(np.sum(apart)),
            "broken": broken,
        }
    }


def _python() -> Path:
    python = peers.interpreter("skfolio")
    if python is None:
        message = "skfolio's environment does not exist; create it: python benchmarks/peers.py skfolio"
        raise SkippedError(message)
    return python


def measure(settings: Settings) -> Sequence[Figure]:
    """The whole walk; in a quick run three months of made-up stocks, without the peer."""
    if settings.quick:
        found = compared(settings.scratch, drawn_market(1))
        return [Figure("months walked, of made-up stocks", float(found["months"]), "months")]
    return _figures(compared(settings.scratch, None))


def _figures(found: dict[str, Any]) -> list[Figure]:
    figures = []
    for name in CURVES:
        row = found["rows"][name]
        words = f"{row['return']:.1%} a year, turnover {row['turnover']:.2f} a year, deflated {row['deflated']:.3f}"
        figures.append(
            Figure(f"{walk_forward_page.NAMES[name]}: Sharpe ratio, net", row["sharpe"], "a year", note=words)
        )
    per_month = {name: found["spent"][name] / found["months"] * 1e3 for name in ("solve", "hybrid", "skfolio")}
    return [*figures, *(Figure(f"{name}: a month's weights", each, "ms of CPU") for name, each in per_month.items())]


BENCHMARK = Benchmark("quantum_walk_forward", __doc__.splitlines()[0], measure)


def main() -> None:
    """Walk, keep what was found, write the page and its picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--months", type=int, help="only the first so many, nothing is written")
    parser.add_argument("--page", action="store_true", help="only write the page anew from what was kept")
    options = parser.parse_args()
    kept = ROOT / "docs/quantum-walk-forward.json"
    if not options.page:
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            found = compared(Path(scratch), None, options.months)
        found |= {"date": datetime.now(UTC).strftime("%Y-%m-%d"), "machine": machine.describe()}
        if options.months is not None:
            print(json.dumps({name: found[name] for name in found if name not in {"values", "dates"}}, indent=1))
            return
        kept.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8", newline="\n")
    walk_forward_page.write(json.loads(kept.read_text(encoding="utf-8")), ROOT / "docs")
    print("wrote docs/quantum-walk-forward.md and its picture")


if __name__ == "__main__":
    main()
