"""Small files beside the table of prices: sectors with their caps, and what is held already."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tallystick.market.arrays import Floats
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.optimise_panel import require_there
from tallystick.platform.data.text import read_text

Rows = list[tuple[int, list[str]]]
FIRST_HEADINGS = frozenset({"asset", "symbol", "name", "ticker"})


@dataclass(frozen=True, slots=True)
class Sector:
    """The weights of the assets at `members` (positions) sum to `cap` at most, and `most` of them are held."""

    name: str
    members: tuple[int, ...]
    cap: float | None = None
    most: int | None = None


def sectors_of(path: Path, names: Sequence[str], cap: float | None, most: int | None) -> tuple[Sector, ...]:
    """From lines `asset,sector[,cap]`; `cap` is that of sectors without one of their own, `most` how many are held.

    Assets that the file leaves out are in no sector; assets that are not in the universe are left out. Raises
    `Failure` E867.
    """
    members: dict[str, list[int]] = {}
    caps: dict[str, float] = {}
    for line, cells in _rows(path, ("asset", "sector"), most=3):
        asset, sector = cells[0], cells[1]
        if asset in names:
            members.setdefault(sector, []).append(names.index(asset))
        if len(cells) > 2 and cells[2]:
            own = _number(path, line, cells[2])
            if caps.setdefault(sector, own) != own:
                raise _wrong(path, line, f"{sector} has the caps {caps[sector]:g} and {own:g}", "one cap a sector")
    if not members:
        what = f"{path.name} gives no asset of the universe a sector"
        raise Failure("E867", what, fix="use the names in the first line of the file of prices")
    uncapped = [name for name in members if name not in caps]
    if uncapped and cap is None and most is None:
        what = f"{path.name}: no cap for {', '.join(uncapped[:5])}"
        fix = "add a third column, cap, or say one for all: --sector-cap 0.3, or how many are held: --sector-most 1"
        raise Failure("E867", what, fix=fix)
    return tuple(Sector(name, tuple(sorted(set(each))), caps.get(name, cap), most) for name, each in members.items())


def previous_of(path: Path, names: Sequence[str]) -> Floats:
    """Weights (n,) held before, from lines `asset,weight` or from the `--json` of an earlier run; others are 0.

    Raises `Failure` E867, also for an asset that is held and not in the universe: it could not be sold here.
    """
    found = dict(_of_json(path)) if path.suffix.lower() == ".json" else {}
    if path.suffix.lower() != ".json":
        for line, cells in _rows(path, ("asset", "weight"), most=2):
            if cells[0] in found:
                raise _wrong(path, line, f"{cells[0]} stands twice", "one line an asset")
            found[cells[0]] = _number(path, line, cells[1])
    strangers = [name for name, weight in found.items() if weight and name not in names]
    if strangers:
        what = f"{path.name} holds {', '.join(strangers[:5])}, which the universe does not"
        raise Failure("E867", what, fix="add the column(s) to the file of prices, or take the line(s) out")
    return np.array([found.get(name, 0.0) for name in names])


def _of_json(path: Path) -> Iterable[tuple[str, float]]:
    require_there(path)
    what = f"{path.name} is no answer of tallystick optimise --json"
    fix = "tallystick optimise FILE --json > last.json, or give lines asset,weight"
    try:
        weights = json.loads(path.read_text(encoding="utf-8"))["weights"]
        found = [(str(name), float(weight)) for name, weight in weights.items()]
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise Failure("E867", what, fix=fix) from error
    wrong = next((name for name, weight in found if not np.isfinite(weight)), None)
    if wrong is not None:
        raise Failure("E867", f"{what}: the weight of {wrong} is no number", fix=fix)
    return found


def _rows(path: Path, heading: tuple[str, ...], most: int) -> Rows:
    require_there(path)
    text = read_text(path)
    lines = text.data.decode("utf-8").split("\n")
    found: Rows = []
    for number, line in enumerate(lines, 1):
        cells = [cell.strip() for cell in line.split(text.separator.decode())]
        if not line.strip():
            continue
        if not found and cells[0].lower() in FIRST_HEADINGS:
            continue
        if not len(heading) <= len(cells) <= most or not cells[0] or not cells[1]:
            raise _wrong(path, number, f'"{line.strip()[:60]}"', ",".join(heading))
        found.append((number, cells))
    return found


def _number(path: Path, line: int, cell: str) -> float:
    try:
        value = float(cell.removesuffix("%")) / (100.0 if cell.endswith("%") else 1.0)
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise _wrong(path, line, f'"{cell}"', "a share, such as 0.3 or 30%")
    return value


def _wrong(path: Path, line: int, got: str, expected: str) -> Failure:
    return Failure(
        "E867", f"{path.name} line {line} cannot be used", got=got, expected=expected, fix="correct the line"
    )
