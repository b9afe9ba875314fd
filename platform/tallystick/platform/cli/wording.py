"""Records in words: values with their units, as the log declared them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from tallystick.market.spans import SECOND_NS
from tallystick.platform.quantities import BY_RULE, UNITS, quantity

if TYPE_CHECKING:
    from tallystick.events.kinds import FieldCard
    from tallystick.events.reader import Envelope, LogReader

TOLD: Mapping[str, tuple[str, ...]] = {
    "signal.raised": ("strategy", "symbol", "direction", "stop_points", "take_points"),
    "intent.raised": ("strategy", "action", "side", "kind", "volume", "symbol", "price", "stop_loss", "take_profit"),
    "decision.explained": ("strategy", "symbol", "values"),
    "decision.withheld": ("strategy", "about", "reason"),
    "optimisation.requested": ("module", "symbols", "window", "equity", "k", "risk_aversion", "share", "seed"),
    "optimisation.completed": (
        "outcome",
        "reason",
        "symbols",
        "weights",
        "volumes",
        "objective",
        "gap",
        "lot_gap",
        "added",
        "engine",
    ),
    "target.asked": ("strategy", "symbol", "volume", "stop_points", "take_points"),
    "target.set": ("strategy", "symbol", "volume", "stop_points", "take_points"),
    "target.withheld": ("strategy", "symbol", "rule", "limit", "value", "detail"),
    "order.requested": ("order", "purpose", "side", "kind", "volume", "symbol", "price", "stop_loss", "take_profit"),
    "order.approved": ("order", "rule", "limit", "value"),
    "order.denied": ("order", "rule", "limit", "value", "detail"),
    "order.sending": ("order", "symbol", "volume", "price", "stop_loss", "take_profit", "magic"),
    "order.answered": ("order", "retcode", "deal", "price"),
    "deal.made": ("deal", "type", "entry", "volume", "symbol", "price", "reason", "position", "profit", "balance"),
    "position.protected": ("position", "stop_loss", "take_profit"),
    "swap.charged": ("position", "symbol", "amount", "nights"),
    "run.started": ("run", "mode", "seed", "modules"),
    "run.ended": ("run", "reason", "rows"),
    "log.type_declared": ("id", "version", "name"),
    "log.checkpointed": ("size",),
    "market.bar_block": ("rows",),
    "market.quote_block": ("rows",),
    "market.instrument_declared": ("symbol", "digits", "contract_size"),
    "market.series_declared": ("series", "symbol", "kind", "source"),
    "market.row_settled": ("series",),
}
"""The fields that tell what happened, in the order of telling; of a type not named here all are told."""


NUMBERED_FROM_0 = frozenset({"order", "series", "run", "id", "rows", "direction", "first", "size"})


def values_of(envelope: "Envelope") -> dict[str, Any]:
    """The fields of a record's body; empty where the body was pruned."""
    event = envelope.event
    if event is None:
        return {}
    return dict(event) if isinstance(event, Mapping) else msgspec.structs.asdict(event)


def cards_of(reader: "LogReader", envelope: "Envelope") -> "tuple[FieldCard, ...]":
    """What the log declared about the fields of a record, a unit "by rule" being that of the record's rule."""
    cards = reader.declarations.named[envelope.type, envelope.version].cards
    if all(card.unit != BY_RULE for card in cards):
        return cards
    unit = UNITS.get(values_of(envelope).get("rule", ""), BY_RULE)
    return tuple(replace(card, unit=unit) if card.unit == BY_RULE else card for card in cards)


def plain_values(cards: "Iterable[FieldCard]", values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as JSON has them: columns as lists of numbers, other bytes as hex."""
    kinds = {card.name: card.kind for card in cards}
    return {name: _plain(kinds.get(name, ""), value) for name, value in values.items()}


def _plain(kind: str, value: Any) -> Any:
    if isinstance(value, bytes):
        if not kind.startswith("column:"):
            return value.hex()
        import numpy as np

        return np.frombuffer(value, dtype=kind.removeprefix("column:")).tolist()
    return msgspec.to_builtins(value)


def told(reader: "LogReader", envelope: "Envelope", digits: int = 2) -> str:
    """A record in one line, without what is empty."""
    values = values_of(envelope)
    if envelope.event is None:
        return "(body pruned)"
    cards = {card.name: card for card in cards_of(reader, envelope)}
    names = TOLD.get(envelope.type, tuple(values))
    parts = []
    for name in names:
        value = values.get(name)
        if value in (0, 0.0, "", None, b"", (), {}) and not _says_by_zero(envelope.type, name):
            continue
        text = worded(cards[name], value, digits) if name in cards else str(value)
        if name in cards and cards[name].unit and name.endswith(cards[name].unit):  # "nights 1", not "nights 1 nights"
            text = text.removesuffix(f" {cards[name].unit}")
        parts.append(f"{name} {text}")
    return ", ".join(parts)


def _says_by_zero(type_name: str, field: str) -> bool:
    """True where 0 is a value like any other: a number that begins at 0, no direction, a target of nothing."""
    return field in NUMBERED_FROM_0 or (field == "volume" and type_name.startswith("target."))


def worded(card: "FieldCard", value: Any, digits: int = 2) -> str:
    """One value with its unit; money with the account's decimals."""
    if isinstance(value, bytes):
        if card.kind.startswith("column:"):
            size = int(card.kind[-1])
            return f"{len(value) // size:,} values of {card.kind.removeprefix('column:')}"
        return value.hex()
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(worded(card, one, digits) for one in value)
    return _with_unit(card.unit, value, digits)


def _with_unit(unit: str, value: Any, digits: int) -> str:
    if unit.startswith("ns UTC"):
        return instant(value) if value else "never"
    return quantity(unit, value, digits)


def instant(time: int) -> str:
    """Book time (ns UTC) as 2014-05-05 10:00:00Z, with as many decimals as it has."""
    seconds, rest = divmod(time, SECOND_NS)
    try:
        text = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return f"{time} ns"
    return f"{text}.{f'{rest:09d}'.rstrip('0')}Z" if rest else f"{text}Z"
