"""Look-ahead found by experiment: `lookahead_check(strategy, data)` reports how a strategy knows what comes."""

from typing import TYPE_CHECKING

from tallystick.events.door import door

if TYPE_CHECKING:
    from tallystick.platform.judging.lookahead.checking import NotCheckable, lookahead_check
    from tallystick.platform.judging.lookahead.findings import Finding, Kind, Report

__all__ = ["Finding", "Kind", "NotCheckable", "Report", "lookahead_check"]
PLACES = {
    "Finding": ".findings",
    "Kind": ".findings",
    "NotCheckable": ".checking",
    "Report": ".findings",
    "lookahead_check": ".checking",
}

if not TYPE_CHECKING:  # a misspelt name is a type error
    __getattr__, __dir__ = door(__name__, PLACES)
