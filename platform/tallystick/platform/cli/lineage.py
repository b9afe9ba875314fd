"""Why a record came to be: its causes, back to the market row, as a tree.

Two branches are followed: the cause that every record's header names, and what its body refers to. A stop loss is
caused by the row that hit it, and closes a position whose opening has a cause of its own: both are shown. An order that
was asked for again, after a refusal or a while, is caused by that, and leads to the target that stands.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tallystick.events.errors import IntegrityError
from tallystick.platform.cli.reading import seqs_of
from tallystick.platform.cli.wording import values_of

if TYPE_CHECKING:
    from tallystick.events.reader import Envelope, LogReader

BLOCKS = frozenset({"market.bar_block", "market.quote_block"})
OF_A_POSITION = frozenset({"deal.made", "swap.charged", "position.protected", "account.stopped_out"})
OF_AN_ORDER = frozenset({"order.answered", "order.ended", "order.abandoned", "deal.made"})
AGAIN = frozenset({"timer.fired", "order.answered", "order.ended", "order.denied", "deal.made"})
"""What makes the platform order again for a target that stands: time, or how an earlier order fared."""
EXPLAINED = frozenset({"signal.raised", "intent.raised", "target.asked", "target.set"})


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a market block: its number, instrument, book time (ns UTC) and values."""

    number: int
    symbol: str
    time: int
    values: Mapping[str, float]


@dataclass(slots=True)
class Step:
    """A record in the tree: how it relates to the one above, and what it rests on in turn."""

    relation: str
    envelope: "Envelope"
    row: Row | None = None
    rests_on: "list[Step]" = field(default_factory=list)
    shown_above: bool = False

    def steps(self) -> "Iterator[Step]":
        """This step and all below it."""
        yield self
        for step in self.rests_on:
            yield from step.steps()


class Lineage:
    """Finds causes in one log."""

    def __init__(self, reader: "LogReader") -> None:
        """Nothing is read before somebody asks."""
        self._reader = reader
        self._openings: dict[int, int] | None = None
        self._sendings: dict[int, int] | None = None
        self._symbols: dict[int, Any] | None = None
        self._targets: list[tuple[int, tuple[str, str]]] | None = None
        self._seen: dict[int, set[int]] = {}

    def of(self, seq: int) -> Step:
        """The tree of one record."""
        self._seen = {}
        return self._step("", seq, None)

    def _step(self, relation: str, seq: int, row: int | None) -> Step:
        step = Step(relation, self._reader.fetch(seq))
        rows = self._seen.setdefault(seq, set())
        number = -1 if row is None else row
        step.shown_above = number in rows
        rows.add(number)
        if step.envelope.type in BLOCKS:
            step.row = self._row(step.envelope, row)
        elif not step.shown_above:
            step.rests_on = list(self._below(step.envelope))
        return step

    def _below(self, envelope: "Envelope") -> Iterator[Step]:
        """What a record rests on: its reasons in words, its cause, and what its body refers to."""
        values = values_of(envelope)
        for seq in self._explanations(envelope, values):
            yield Step("explained by", self._reader.fetch(seq))
        if envelope.cause is not None:
            yield self._step("because of", envelope.cause, envelope.cause_row)
        if envelope.type in OF_AN_ORDER and envelope.cause is None:
            sending = self._sending(int(values.get("order", -1)))
            if sending is not None and sending < envelope.seq:
                yield self._step("its order", sending, None)
        if envelope.type == "order.requested" and envelope.cause is not None:
            target = self._target(envelope, values)
            if target is not None and target not in self._seen:
                yield self._step("for what stands since", target, None)
        if envelope.type in OF_A_POSITION:
            opening = self._opening(int(values.get("position", 0)))
            if opening is not None and opening < envelope.seq and opening not in self._seen:
                yield self._step("its position was opened by", opening, None)

    def _explanations(self, envelope: "Envelope", values: Mapping[str, Any]) -> Iterator[int]:
        """Seqs of the `decision.explained` that one strategy said with this very decision."""
        if envelope.type not in EXPLAINED or envelope.cause is None:
            return
        for near in self._reader.envelopes(envelope.root, envelope.seq + 64):
            if near.root != envelope.root:
                break
            same_cause = (near.cause, near.cause_row) == (envelope.cause, envelope.cause_row)
            if near.type == "decision.explained" and same_cause:
                said = values_of(near)
                if (said.get("strategy"), said.get("symbol")) == (values.get("strategy"), values.get("symbol")):
                    yield near.seq

    def _target(self, order: "Envelope", values: Mapping[str, Any]) -> int | None:
        """Seq of the target that an order was asked for once more; None of one that a target itself led to."""
        if order.cause is None or self._reader.fetch(order.cause).type not in AGAIN:
            return None
        if self._targets is None:
            self._targets = [(seq, (each["strategy"], each["symbol"])) for seq, each in self._all("target.set")]
        key = values.get("strategy"), values.get("symbol")
        return max((seq for seq, own in self._targets if own == key and seq < order.seq), default=None)

    def _opening(self, position: int) -> int | None:
        """Seq of the deal that opened a position."""
        if self._openings is None:
            self._openings = {}
            for seq, values in self._all("deal.made"):
                if values.get("entry") in {"in", "inout"} and values.get("type") != "balance":
                    self._openings.setdefault(int(values["position"]), seq)
        return self._openings.get(position)

    def _sending(self, order: int) -> int | None:
        """Seq of the sending of an order."""
        if self._sendings is None:
            self._sendings = {int(values["order"]): seq for seq, values in self._all("order.sending")}
        return self._sendings.get(order)

    def _all(self, name: str) -> Iterator[tuple[int, dict[str, Any]]]:
        types = frozenset(key[0] for key, each in self._reader.types.items() if each.name == name)
        for seq in seqs_of(self._reader, types) if types else ():
            values = values_of(self._reader.fetch(seq))
            if values:
                yield seq, values

    def _row(self, envelope: "Envelope", number: int | None) -> Row | None:
        """A row of a block; without a number its last, which is the one somebody acted on."""
        import numpy as np

        values = values_of(envelope)
        if not values:
            return None
        index = int(values["rows"]) - 1 if number is None else number
        kinds = {
            card.name: card.kind for card in self._reader.declarations.named[envelope.type, envelope.version].cards
        }
        columns = {
            name: np.frombuffer(values[name], dtype=kind.removeprefix("column:"))
            for name, kind in kinds.items()
            if kind.startswith("column:")
        }
        if not 0 <= index < min(map(len, columns.values()), default=0):
            raise IntegrityError(f"the block has no row {index}, which is named", seq=envelope.seq)
        cells = {name: column[index].item() for name, column in columns.items()}
        symbol, time = self._series(cells, envelope)
        return Row(index, symbol, time, {name: cell for name, cell in cells.items() if name != "series"})

    def _series(self, cells: Mapping[str, Any], envelope: "Envelope") -> tuple[str, int]:
        """Instrument and book time of a row."""
        import numpy as np

        from tallystick.market.server_time import to_utc_ns

        if self._symbols is None:
            self._symbols = {int(values["series"]): values for _, values in self._all("market.series_declared")}
        series = self._symbols.get(int(cells["series"]))
        if series is None:
            return f"series {cells['series']}", envelope.time
        received = np.array([cells["time_msc"]], dtype=np.int64)
        return str(series["symbol"]), int(to_utc_ns(received, series["time_rule"])[0]) + int(series["period_ns"])
