"""Files of a desk for tests of `tallystick optimise`: prices of twelve assets, and the DAX's first twenty as a port."""

import json
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NAMES = ("ALFA", "BETA", "CAPA", "DELT", "ECHO", "FOXT", "GOLF", "HOTE", "INDI", "JULI", "KILO", "LIMA")
GOLDEN = Path(__file__).parents[2] / "golden/vectors/quantum/dax20.json"


def returns(rows: int = 240, seed: int = 3) -> Floats:
    """Daily returns (rows, 12) with a common factor."""
    rng = np.random.default_rng(seed)
    own = rng.normal(np.linspace(-0.0002, 0.0012, len(NAMES)), 0.012, (rows, len(NAMES)))
    return own + rng.normal(0.0002, 0.008, (rows, 1))


def days(rows: int) -> list[str]:
    """Working days from 4 January 2010."""
    first = date(2010, 1, 4)
    found: list[str] = []
    while len(found) < rows:
        if first.weekday() < 5:
            found.append(first.isoformat())
        first += timedelta(days=1)
    return found


def prices(moves: Floats) -> Floats:
    """From 100 on, a row more than there are returns."""
    return np.asarray(100.0 * np.cumprod(np.vstack([np.ones(moves.shape[1]), 1.0 + moves]), axis=0))


def lines(values: Floats, names: tuple[str, ...] = NAMES) -> list[str]:
    """A table as lines of CSV, every digit written."""
    rows = [f"{day},{','.join(map(repr, row))}" for day, row in zip(days(len(values)), values.tolist(), strict=True)]
    return [f"Date,{','.join(names)}", *rows]


def write(path: Path, wanted: list[str]) -> Path:
    """The lines as a file."""
    path.write_text("\n".join(wanted) + "\n", encoding="utf-8")
    return path


def dax20(path: Path) -> Path:
    """The first 20 assets of the DAX as the OR-Library writes such problems."""
    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    pairs = zip(golden["mean"], golden["deviation"], strict=True)
    found = [f" {len(golden['mean'])}", *(f" {mean!r} {deviation!r}" for mean, deviation in pairs)]
    for row, values in enumerate(golden["correlation"]):
        found += [f" {row + 1} {column + 1} {values[column]!r}" for column in range(row, len(values))]
    return write(path, found)
