"""Look-ahead found by experiment: `lookahead_check(strategy, data)` reports how a strategy knows what comes."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tallystick.platform.judging.lookahead.checking import NotCheckable, lookahead_check
    from tallystick.platform.judging.lookahead.findings import Finding, Kind, Report

__all__ = ["Finding", "Kind", "NotCheckable", "Report", "lookahead_check"]
_WHERE = {
    "Finding": "findings",
    "Kind": "findings",
    "NotCheckable": "checking",
    "Report": "findings",
    "lookahead_check": "checking",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no more."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)
