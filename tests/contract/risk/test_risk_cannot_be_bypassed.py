"""From the catalogue and the modules: no order leaves without risk's approval, and a planted way round is found."""

import importlib
import pkgutil
import re
from pathlib import Path
from typing import Any

import pytest

import tallystick.events.types as catalogue
from tallystick.events.event import Event, fact
from tallystick.events.module import Module, Scanner
from tallystick.events.types.trading import OrderApproved, OrderRequested, OrderSending, SignalRaised, TargetSet
from tallystick.platform.orders import Orders
from tallystick.platform.portfolio import Portfolio
from tallystick.platform.quantities import UNITS
from tallystick.platform.risk import RULES, Risk, RiskBypassed, refuse_ways_round_risk, ways_round_risk
from tallystick.platform.strategies import EmaCross, Flat, Hold, ZScoreReversion


def every_type() -> list[type[Event]]:
    """All event types of the built-in catalogue."""
    files = [
        importlib.import_module(f"{catalogue.__name__}.{one.name}") for one in pkgutil.iter_modules(catalogue.__path__)
    ]
    found = {one for file in files for one in vars(file).values() if isinstance(one, type) and issubclass(one, Event)}
    return sorted((one for one in found if one is not Event), key=lambda one: one.FACT.name)


class Gateway:
    """Anything with effects outside the book, by role and by what it hears."""

    name = "bridge"

    def __init__(self, *hears: type, role: str = "gateway") -> None:
        self.hears: tuple[type, ...] = hears
        self.role = role


def book(*gateways: Gateway) -> list[Any]:
    """The platform's own modules; the annotations let the type checker hold them to the protocols."""
    scanners: list[Scanner] = [EmaCross("EURUSD"), ZScoreReversion("EURUSD"), Hold("EURUSD")]
    modules: list[Module] = [*scanners, Flat(), Portfolio(), Orders(), Risk()]
    return [*modules, *gateways]


def test_in_the_platforms_own_book_there_is_no_way_round_risk() -> None:
    assert ways_round_risk(book(Gateway(OrderApproved)), every_type()) == ()


@pytest.mark.parametrize("role", ["gateway", "terminal", "worker"])
@pytest.mark.parametrize("heard", [OrderRequested, TargetSet, SignalRaised])
def test_nobody_with_outside_effects_may_hear_what_has_no_verdict(role: str, heard: type[Event]) -> None:
    with pytest.raises(RiskBypassed, match=f"bridge .* hears {heard.FACT.name}"):
        refuse_ways_round_risk(book(Gateway(OrderApproved, heard, role=role)), every_type())


def test_a_book_without_risk_is_refused() -> None:
    modules = [one for one in book() if one.role != "risk"]
    with pytest.raises(RiskBypassed, match="no module of role risk"):
        refuse_ways_round_risk(modules, every_type())


def test_a_type_that_passes_itself_off_as_an_approval_is_refused() -> None:
    @fact("order.approved", said_by="strategy", trading=True)
    class Forged(Event):
        order: int

    with pytest.raises(RiskBypassed, match="Forged passes itself off"):
        refuse_ways_round_risk(book(), [*every_type(), Forged])


def test_only_risk_may_say_approved_and_no_module_but_risk_has_that_role() -> None:
    assert OrderApproved.FACT.said_by == ("risk",)
    assert OrderSending.FACT.said_by == ("gateway",)
    assert [one.name for one in book() if one.role == "risk"] == ["risk"]
    hear_requests = [one.name for one in book(Gateway(OrderApproved)) if OrderRequested in one.hears]
    assert hear_requests == ["risk"]


def test_the_page_on_risk_lists_the_rules_in_the_order_they_are_asked() -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "risk.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| ([\w, ]+) \|", page, flags=re.MULTILINE)
    kinds = {rule.name: "all" if len(rule.asked_of) == 3 else ", ".join(rule.asked_of) for rule in RULES}
    assert rows == [(str(number), name, kinds[name]) for number, name in enumerate(kinds, start=1)]
    units = dict(re.findall(r"^\| \d+ \| `(\w+)` .*\|([^|]*)\|$", page, flags=re.MULTILINE))
    assert list(units) == list(kinds)
    for name, unit in units.items():
        known = UNITS.get(name, "")
        assert unit.strip() == known or (known and unit.strip().startswith(f"{known} ")), name
