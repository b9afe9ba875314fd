"""The built-in catalogue: every type has its card, its words and its roles, and the page in the docs shows them all."""

import re

import pytest

from ci.events_page import PAGE, page
from ci.hearers import event_types, hearers
from tallystick.events.event import ROLES, Event
from tallystick.events.kinds import cards_of
from tallystick.events.types.trading import OrderApproved, OrderRequested

TYPES = event_types()
BOOTSTRAP = {
    "log.type_declared",
    "log.source_declared",
    "log.epoch_opened",
    "log.bodies_pruned",
    "log.tail_cut",
    "log.checkpointed",
    "log.succeeded",
}
OF_TYPES = pytest.mark.parametrize("event_type", TYPES, ids=lambda each: each.FACT.name)


@OF_TYPES
def test_every_type_has_a_card_of_its_own(event_type: type[Event]) -> None:
    card = event_type.__dict__["FACT"]
    assert re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z_]+", card.name)
    assert card.version >= 1
    assert card.said_by
    assert set(card.said_by) <= ROLES


@OF_TYPES
def test_every_type_says_in_words_what_it_states(event_type: type[Event]) -> None:
    assert event_type.__doc__ is not None
    assert event_type.__doc__.strip().partition("\n")[0].endswith(".")


@OF_TYPES
def test_every_field_has_a_kind_and_a_meaning(event_type: type[Event]) -> None:
    nameless = [card.name for card in cards_of(event_type) if not card.kind or not card.meaning]
    assert nameless == []


def test_names_and_versions_are_taken_once() -> None:
    names = [(each.FACT.name, each.FACT.version) for each in TYPES]
    assert len(names) == len(set(names))


def test_only_the_log_says_what_concerns_the_log_itself() -> None:
    assert {each.FACT.name for each in TYPES if "log" in each.FACT.said_by} == BOOTSTRAP
    assert all(each.FACT.said_by == ("log",) for each in TYPES if each.FACT.name in BOOTSTRAP)


def test_only_risk_approves_and_only_risk_hears_a_requested_order() -> None:
    assert OrderApproved.FACT.said_by == ("risk",)
    assert hearers()[OrderRequested.FACT.name] == ("risk (Risk)", "risk (Unasked)")


def test_the_page_in_the_docs_is_what_the_catalogue_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run `python tasks.py docs`"


@OF_TYPES
def test_the_page_lists_the_type_and_all_its_fields(event_type: type[Event]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    part = text.partition(f"## {event_type.FACT.name}\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", part, re.MULTILINE) == list(event_type.__struct_fields__)
