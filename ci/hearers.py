"""Who hears each event, found in the modules themselves: every class of the platform that names the types it hears."""

import importlib
import inspect
import pkgutil
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from tallystick.events.event import Event

ROOT = Path(__file__).resolve().parents[1]
PLATFORM = ROOT / "platform" / "tallystick" / "platform"

DEFINES = re.compile(r"^    hears\b.*=", re.MULTILINE)
ASIDE: dict[str, tuple[str, ...]] = {
    "market.series_declared": ("strategy (the one whose series it is)",),
    "Quote": ("strategy (where its series is of quotes)",),
    "BarClosed": ("strategy (where its series is of bars)",),
    "optimisation.completed": ("strategy (Rebalance)",),
    "module.late": ("strategy (Rebalance)",),
    "work.failed": ("strategy (Rebalance)",),
    "order.approved": ("gateway (Outbox)",),
}
"""Hearers that no class attribute names, by event name or row type: by setting, or no modules at all."""


def hearers() -> dict[str, tuple[str, ...]]:
    """By event name (or row type), who hears it, sorted. Imports the files of the platform that define a hearer."""
    found: Mapping[str, set[str]] = defaultdict(set)
    for module in defining_modules():
        for name, hearing in inspect.getmembers(module, inspect.isclass):
            heard = getattr(hearing, "hears", ())
            if hearing.__module__ != module.__name__ or not isinstance(heard, tuple):
                continue
            for each in heard:
                what = each.FACT.name if issubclass(each, Event) else each.__name__
                found[what].add(f"{getattr(hearing, 'role', '') or 'platform'} ({name})")
    for event_name, others in ASIDE.items():
        found[event_name].update(others)
    return {event_name: tuple(sorted(who)) for event_name, who in found.items()}


def defining_modules() -> Iterator[ModuleType]:
    """Every file of the platform that defines a `hears`; folders without an `__init__.py` are included."""
    for path in sorted(PLATFORM.rglob("*.py")):
        if DEFINES.search(path.read_text(encoding="utf-8")):
            parts = path.relative_to(PLATFORM).with_suffix("").parts
            yield importlib.import_module(".".join(("tallystick", "platform", *parts)))


def event_types() -> tuple[type[Event], ...]:
    """Every event type of the built-in catalogue, by name and version."""
    package = importlib.import_module("tallystick.events.types")
    found: set[type[Event]] = set()
    for entry in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{entry.name}")
        found.update(
            value
            for _, value in inspect.getmembers(module, inspect.isclass)
            if issubclass(value, Event) and value is not Event and value.__module__ == module.__name__
        )
    return tuple(sorted(found, key=lambda each: (each.FACT.name, each.FACT.version)))
