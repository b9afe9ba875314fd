"""The frontiers of the page: of any number of assets, exactly, and of few, by local search; both of variance."""

from dataclasses import replace
from typing import Any

import numpy as np

from tallystick.platform.cli.optimise_asking import Asked, stated
from tallystick.platform.cli.optimise_library import quantum
from tallystick.platform.cli.optimise_universe import Universe
from tallystick.platform.report.optimisation.outcome import Curve, Place

POINTS = 40
AVERSIONS = np.geomspace(0.05, 100.0, 16)
"""Times the aversion at which a spread of means weighs as much as a variance: the few-asset frontier's points."""
STARTS = 3


def place_of(name: str, universe: Universe, weights: Any) -> Place:
    """Weights (n,) by mean return and deviation a year."""
    w = np.asarray(weights, dtype=np.float64)
    variance = max(float(w @ universe.covariance @ w), 0.0)
    return Place(name, float(w @ universe.earns), float(np.sqrt(variance * universe.periods)))


def frontiers(universe: Universe, asked: Asked) -> tuple[Curve, ...]:
    """What the conditions leave of a frontier; costs and turnover are left aside, for they depend on what is held."""
    plain = replace(asked, trades=None, risk="variance", expect="mean", risk_aversion=1.0)
    sectors = tuple(replace(each, most=None) for each in asked.sectors)
    any_number = replace(plain, k=None, fewest=None, buy_in=0.0, sectors=sectors)
    free = quantum("frontier")(stated(universe, any_number), POINTS)
    curves = [_curve("any number of assets", universe, list(free.weights))]
    if asked.k is not None:
        few = [weights for weights in (_few(universe, plain, each) for each in AVERSIONS) if weights is not None]
        if few:
            count = f"{asked.k}" if asked.fewest in (None, asked.k) else f"{asked.fewest} to {asked.k}"
            curves.append(_curve(f"{count} assets", universe, few))
    return tuple(curves)


def _few(universe: Universe, asked: Asked, times: float) -> Any:
    """Weights (n,) that local search finds at one risk aversion; None where it finds none."""
    spread = float(np.ptp(universe.mean)) or float(np.abs(universe.mean).max())
    unit = spread / float(np.median(np.diag(universe.covariance)))
    form = quantum("numeric")(stated(universe, replace(asked, risk_aversion=times * unit)))
    found = quantum("search")(form.cardinality, quantum("limits")(nodes=1, starts=STARTS))
    return None if found is None else form.weights(found.weights)


def _curve(name: str, universe: Universe, weights: list[Any]) -> Curve:
    """By deviation; points that are worse than another in both are dropped."""
    places = sorted((place_of("", universe, each) for each in weights), key=lambda each: (each.deviation, -each.earns))
    kept: list[Place] = []
    for each in places:
        if not kept or each.earns > kept[-1].earns:
            kept.append(each)
    return Curve(name, tuple(each.deviation for each in kept), tuple(each.earns for each in kept))
