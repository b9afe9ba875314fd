"""What a rebalancing's parameters are held to before anything runs."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, get_args

from tallystick.market.spans import YEAR_S
from tallystick.platform.strategies.errors import need
from tallystick.platform.strategies.rebalance.calendar import Calendar

MOST_CLOSES = 1_000_000
"""Numbers in one window: 8 MB in each request."""
WHOLE = ("k", "every_s", "offset_s", "window", "layers", "seed", "due_s", "period_s")


def check(name: str, symbols: Sequence[str], given: Mapping[str, Any]) -> None:
    """Raise `StrategySettingError` for what no optimisation could meet."""
    count = len(symbols)
    for each in WHOLE:
        value = given[each]
        need(isinstance(value, int) and not isinstance(value, bool), name, each, value, "a whole number")
    need(
        count >= 2 and all(symbols) and len(set(symbols)) == count,
        name,
        "symbols",
        given["symbols"],
        "two different symbols or more, with commas between them",
    )
    need(1 <= given["k"] <= count, name, "k", given["k"], f"how many of the {count} symbols to hold, 1 to {count}")
    _check_calendar(name, given)
    most = MOST_CLOSES // count
    need(3 <= given["window"] <= most, name, "window", given["window"], f"moments of closes, 3 to {most}")
    _check_weights(name, given)
    need(1 <= given["layers"] <= 100, name, "layers", given["layers"], "layers of the circuit, 1 to 100")
    angles = ("ramp", "transfer", "optimise")
    need(given["angles"] in angles, name, "angles", given["angles"], f"one of {', '.join(angles)}")
    need(0 <= given["seed"] < 2**63, name, "seed", given["seed"], "a whole number from 0")
    need(0 <= given["due_s"] <= YEAR_S, name, "due_s", given["due_s"], "seconds of book time, 0 or more")


def _check_calendar(name: str, given: Mapping[str, Any]) -> None:
    calendar, every, calendars = given["calendar"], given["every_s"], get_args(Calendar)
    need(calendar in calendars, name, "calendar", calendar, f"one of {', '.join(calendars)}")
    if calendar == "seconds":
        need(1 <= every <= YEAR_S, name, "every_s", every, "the period in seconds, 1 or more, with calendar seconds")
    else:
        need(every == 0, name, "every_s", every, f"0: the calendar is {calendar}")
    need(0 <= given["offset_s"] <= YEAR_S, name, "offset_s", given["offset_s"], "seconds, 0 or more")


def _check_weights(name: str, given: Mapping[str, Any]) -> None:
    aversion, share, margin = given["risk_aversion"], given["share"], given["margin_share"]
    need(0.0 <= aversion < math.inf, name, "risk_aversion", aversion, "a number from 0")
    need(0.0 < share <= 1_000.0, name, "share", share, "value of all positions over the equity, above 0")
    need(0.0 < margin <= 1.0, name, "margin_share", margin, "a part of the equity, above 0 and at most 1")
    largest = given["largest"]
    takes = f"0, or a part of the equity with which {given['k']} positions reach the share {share:g}"
    need(
        largest == 0.0 or (0.0 < largest < math.inf and largest * given["k"] >= share), name, "largest", largest, takes
    )
    need(given["sides"] in {"long", "both"}, name, "sides", given["sides"], '"long" or "both"')
    gross = given["gross"]
    if given["sides"] == "long":
        need(gross == 0.0, name, "gross", gross, "0 where only longs are held")
    else:
        need(gross == 0.0 or share <= gross < math.inf, name, "gross", gross, f"0, or at least the share {share:g}")
