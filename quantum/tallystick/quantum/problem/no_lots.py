"""Why no lots meet a problem: volumes too small or too large for the budget, margin, the number held, or the rest."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.errors import NoLots, Obstacle
from tallystick.quantum.problem.integer import IntegerProblem, best_integers
from tallystick.quantum.problem.listing import Account, Tradable


def no_lots(
    numbers: IntegerProblem,
    listings: Sequence[Tradable],
    account: Account,
    searched: tuple[int, ...],
    limits: Limits,
) -> NoLots:
    """The error with what stands in the way, and the remedy; `limits` are those of the search that found none."""
    problem, here = numbers.problem, list(searched)
    low, high = ((problem.budget + each) * account.equity for each in (-numbers.window, numbers.window))
    some = f"no lots meet the budget of {low:,.2f} to {high:,.2f} {account.currency}"
    equity = f"the equity {account.equity:,.2f}"
    smallest = numbers.step * np.maximum(numbers.least, 1)
    place = here[int(smallest[here].argmin())]
    fits = np.maximum(numbers.high, -numbers.low) >= np.maximum(numbers.least, 1)
    least, wanted = float(smallest[place]), abs(problem.budget)
    if not fits[here].any() or least > wanted + numbers.window:
        takes = max(abs(float(np.asarray(each)[place])) for each in (problem.lower, problem.upper))
        bound = takes < 1.0
        return NoLots(
            f"{some} and the margin: the smallest position, {listings[place].symbol}, is "
            f"{least * account.equity:,.2f} {account.currency}, {equity}"
            f"{f', of which it may take {takes * account.equity:,.2f}' if bound else ''}",
            f"Raise the equity{' or the upper bound' if bound else ''}, or take symbols with smaller lots",
            Obstacle.BOUND if bound else Obstacle.SMALL,
        )
    sizes = np.maximum(numbers.high, 0) if problem.budget >= 0.0 else np.maximum(-numbers.low, 0)
    greatest = float(np.sort((sizes * numbers.step)[here])[::-1][: problem.most].sum())
    if greatest < wanted - numbers.window:
        return NoLots(
            f"{some}: the greatest volumes of {len(here)} symbols come to {greatest * account.equity:,.2f} "
            f"{account.currency}, {equity}",
            "Lower the equity or the budget, or take more symbols, or larger volumes",
            Obstacle.LARGE,
        )
    margins = (numbers.margin_long if problem.budget >= 0.0 else numbers.margin_short) / numbers.step
    margin = float(margins[here].min()) * max(wanted - numbers.window, least)
    if margin > numbers.margin:
        return NoLots(
            f"{some} and the margin: they would bind {margin * account.equity:,.2f} {account.currency} of it or more, "
            f"{numbers.margin * account.equity:,.2f} may be",
            "Raise leverage or margin_share, or lower the budget",
            Obstacle.MARGIN,
        )
    holding = _without_the_least(numbers, limits)
    if holding:
        return NoLots(
            f"{some} and hold {'' if problem.least == problem.most else 'at least '}{problem.least} symbols of "
            f"{len(here)}: the best that may hold fewer hold {holding}, {equity}",
            f"Raise the equity, lower k, or allow fewer: fewest={holding}",
            Obstacle.COUNT,
            holding=holding,
        )
    return NoLots(
        f"{some}, the margin and the other conditions: {len(here)} symbols were searched, {equity}",
        "Raise the equity or the tolerance, or loosen the conditions",
        Obstacle.OTHER,
    )


def _without_the_least(numbers: IntegerProblem, limits: Limits) -> int:
    """How many symbols the best lots hold where any number up to the most may be; 0 where none are found."""
    if numbers.problem.least <= 1:
        return 0
    fewer = replace(numbers, problem=replace(numbers.problem, fewest=0))
    found = best_integers(fewer, limits)
    return 0 if found is None else int(np.count_nonzero(found.steps))
