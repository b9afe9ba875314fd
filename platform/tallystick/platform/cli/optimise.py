"""`tallystick optimise`: choose assets and weights, with a bound, and say what a simulated circuit added."""

from pathlib import Path
from typing import Any

import typer

from tallystick.platform.cli import optimise_options as ask
from tallystick.platform.cli.call import Answer, Call
from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.optimise_answering import Search, answered
from tallystick.platform.cli.optimise_asking import Asked, Trades, hold_periods
from tallystick.platform.cli.optimise_library import its_errors_told, require_scipy
from tallystick.platform.cli.optimise_lots import Terms, desk_of, require_sense
from tallystick.platform.cli.optimise_progress import watched
from tallystick.platform.cli.optimise_side_files import previous_of, sectors_of
from tallystick.platform.cli.optimise_table import document_of, lines_of
from tallystick.platform.cli.optimise_universe import Kind, Reading, Universe, universe_of
from tallystick.platform.cli.output_file import require_place, write_replacing
from tallystick.platform.report.optimisation.outcome import Outcome
from tallystick.platform.report.optimisation.page import GENERATOR, page

PAGE = "optimisation.html"
GROSS = 2.0


def optimise(  # noqa: PLR0913 -- each option is one thing a desk may say
    context: typer.Context,
    file: ask.File,
    *,
    k: ask.Count = None,
    fewest: ask.Fewest = None,
    buy_in: ask.BuyIn = None,
    upper: ask.Upper = 1.0,
    risk_aversion: ask.Aversion = 5.0,
    expect: ask.Expected = "mean",
    long_short: ask.LongShort = False,
    gross: ask.Gross = None,
    risk: ask.RiskOf = "variance",
    level: ask.Level = 0.95,
    sectors: ask.Sectors = None,
    sector_cap: ask.SectorCap = None,
    sector_most: ask.SectorMost = None,
    previous: ask.Previous = None,
    cost: ask.Cost = 0.0,
    turnover: ask.Turnover = None,
    hold: ask.Hold = None,
    lots: ask.Lots = None,
    equity: ask.Equity = None,
    leverage: ask.Leverage = None,
    estimator: ask.EstimatorOf = "sample",
    returns: ask.AreReturns = False,
    prices: ask.ArePrices = False,
    missing: ask.Gaps = "refuse",
    last: ask.LastRows = None,
    periods_per_year: ask.Periods = None,
    layers: ask.Layers = 3,
    mixer: ask.MixerOf = "ring",
    start: ask.StartFrom = "uniform",
    angles: ask.AnglesBy = "optimise",
    shots: ask.Shots = 1_000,
    nodes: ask.Nodes = None,
    seed: ask.Seed = 0,
    threads: ask.Threads = 1,
    output: ask.PageIn = None,
) -> Answer:
    """Choose assets and their weights, with a bound that no portfolio is below, and say what a circuit added.

    The answer is the classical one unless supports that the simulated QAOA proposes lead to a better portfolio. All
    limits are counts, so the same call gives the same answer on any machine. Returns and deviations are of a year,
    added up; objective and bound are of one period. (Parameters of a strategy: tallystick optimize, with a z.)

    Example: tallystick optimise prices.csv --k 10 --upper 0.3 -o optimised
    """
    _require_sense(file, returns, prices, long_short, gross)
    if sectors is None and not (sector_cap is None and sector_most is None):
        what = "--sector-cap and --sector-most are of the sectors in a file"
        raise Failure("E801", what, where="tallystick optimise", fix="--sectors FILE, lines asset,sector")
    terms = Terms(lots, equity, leverage)
    require_sense(terms, risk)
    _require_positive({"--periods-per-year": periods_per_year, "--hold": hold, "--upper": upper, "--gross": gross})
    _require_positive({"--sector-cap": sector_cap, "--level": level, "--turnover": turnover})
    _require_positive({"--buy-in": buy_in, "--risk-aversion": risk_aversion, "--cost": cost}, zero=True)
    if layers and k is not None and angles != "ramp":
        require_scipy(f"--angles {angles}", "--angles ramp")
    if risk != "variance":
        require_scipy(f"--risk {risk}", "--risk variance")
    if output is not None:
        _require_place(output, context.obj)
    kind: Kind = "returns" if returns else "prices" if prices else ""
    with its_errors_told(), watched() as told:
        told("reading", 0, 1)
        universe = universe_of(file, Reading(kind, missing, last, periods_per_year, estimator))
        trades = _trades(universe, previous, cost, turnover, hold)
        asked = Asked(
            k=k,
            fewest=fewest,
            buy_in=buy_in,
            upper=upper,
            risk_aversion=risk_aversion,
            gross=(GROSS if gross is None else gross) if long_short else None,
            expect=expect,
            risk=risk,
            level=level,
            sectors=() if sectors is None else sectors_of(sectors, universe.names, sector_cap, sector_most),
            trades=trades,
        )
        search = Search(layers, mixer, start, angles, shots, nodes, seed, threads)
        desk = desk_of(terms, universe) if terms.asked else None
        found = answered(universe, asked, search, estimator, told, curves=output is not None, desk=desk)
    written = None if output is None else _write(found, output)
    return Answer({**document_of(found), "page": written}, lambda console: _show(found, written, console))


def _show(found: Outcome, written: Path | None, console: Any) -> None:
    for line in lines_of(found):
        console.print(line)
    if written is not None:
        console.print(f"page       {written}")


def _trades(
    universe: Universe, previous: Path | None, cost: float, turnover: float | None, hold: float | None
) -> Trades | None:
    if previous is None:
        if cost or turnover is not None:
            what = "--cost and --turnover count from what is held now"
            raise Failure("E801", what, where="tallystick optimise", fix="say it: --previous FILE, lines asset,weight")
        return None
    return Trades(previous_of(previous, universe.names), cost, turnover, hold_periods(universe, hold))


def _require_sense(file: Path, returns: bool, prices: bool, long_short: bool, gross: float | None) -> None:  # noqa: FBT001 -- the verb's own flags
    if file.suffix == ".py":
        what = f"{file.name} is a strategy, and optimise chooses assets"
        raise Failure("E801", what, where="tallystick optimise", fix=f"tallystick optimize {file} --set NAME=VALUES")
    if returns and prices:
        what = "--returns and --prices were both given"
        raise Failure("E801", what, where="tallystick optimise", fix="give one of them, or none: it is detected")
    if gross is not None and not long_short:
        what = "--gross is for weights on both sides"
        raise Failure("E801", what, where="tallystick optimise", fix="add --long-short, or leave --gross out")


def _require_positive(numbers: dict[str, float | None], *, zero: bool = False) -> None:
    """Finite, and above 0, or 0 where `zero` may be."""
    for name, value in numbers.items():
        if value is not None and not (0.0 < value < float("inf") or (zero and value == 0.0)):
            fix = f"give {name} a number {'from' if zero else 'above'} 0"
            raise Failure("E801", f"{name} {value:g}", where="tallystick optimise", fix=fix)


def _require_place(folder: Path, call: Call) -> None:
    """Raise `Failure` before anything is computed where the page could not be written."""
    place = folder if folder.exists() else next(each for each in folder.absolute().parents if each.exists())
    if not place.is_dir():
        raise Failure("E812", "a file stands where the folder would be", where=str(place), fix="choose another, -o DIR")
    require_place(folder / PAGE, call, ours=lambda head: GENERATOR.encode() in head)


def _write(found: Outcome, folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    text = page(found)
    write_replacing(folder / PAGE, lambda beside: beside.write_text(text, encoding="utf-8"))
    return folder / PAGE
