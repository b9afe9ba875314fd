"""Sizings as a plan writes them, by kind."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from tallystick.platform.portfolio.sizing import FixedLots, RiskPercent, Sizing
from tallystick.platform.portfolio.sizing_kelly import KellyFraction
from tallystick.platform.portfolio.sizing_volatility import VolatilityTarget
from tallystick.platform.portfolio.sizing_weights import Weights

SIZINGS: dict[str, type[Any]] = {
    "fixed": FixedLots,
    "risk_percent": RiskPercent,
    "volatility_target": VolatilityTarget,
    "kelly": KellyFraction,
    "weights": Weights,
}


def sizing_from(plan: Mapping[str, Any]) -> Sizing:
    """A sizing as a plan writes it: its `kind` and its numbers, such as {"kind": "fixed", "lots": "0.10"}.

    Each call gives a sizing of its own, which has learnt nothing. Raises `ValueError` for another kind, a field it
    does not have, one it needs, or a number that does not fit.
    """
    given = {name: value for name, value in plan.items() if name != "kind"}
    make = SIZINGS.get(str(plan.get("kind", "none")))
    if make is None:
        message = (
            f"E114 sizing kind: got {plan.get('kind')!r} / expected one of {', '.join(SIZINGS)}. Write one of them."
        )
        raise ValueError(message)
    takes = [one for one in fields(make) if one.init]
    wrong = sorted(set(given) - {one.name for one in takes})
    missing = [
        one.name for one in takes if one.default is MISSING and one.default_factory is MISSING and one.name not in given
    ]
    if wrong or missing:
        got = f'no field "{missing[0]}"' if missing else f'a field "{wrong[0]}"'
        message = (
            f"E114 sizing {plan['kind']}: got {got} / expected {', '.join(one.name for one in takes)}."
            " Correct it in the plan."
        )
        raise ValueError(message)
    sizing: Sizing = make(**given)
    return sizing
