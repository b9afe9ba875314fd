"""An order never fills at a price older than its decision plus latency: read from the log of whole runs."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tallystick.events.reader import LogReader
from tallystick.events.types.trading import DealMade, OrderSending
from tallystick.market.rows import Rows
from tests.replay.market_kit import FULL, Turns, run, wandering
from tests.unit.kernel.kit import HOUR

MILLISECOND = 1_000_000
POINT = 0.00001


def market_deals(folder: Path) -> list[tuple[int, DealMade]]:
    """(when it was sent, the deal) of every deal of a market order the book sent."""
    sent: dict[int, int] = {}
    found = []
    for each in LogReader(folder / "log").envelopes():
        if isinstance(each.event, OrderSending) and each.event.type in {0, 1}:
            sent[each.event.order] = each.time
        elif isinstance(each.event, DealMade) and each.event.order in sent:
            found.append((sent[each.event.order], each.event))
    return found


def side(deal: DealMade) -> str:
    return "ask" if deal.type == "buy" else "bid"


def require_quote(rows: Rows, sent: int, deal: DealMade, latency: int) -> None:
    """It is filled at the first quote at or after the sending plus the latency, never at one before, nor on its own."""
    first = int(np.searchsorted(rows.time, max(sent + latency, sent + 1), side="left"))
    assert deal.moment == rows.time[first]
    assert deal.moment >= sent + latency
    assert deal.price == pytest.approx(float(rows.columns[side(deal)][first]), abs=1e-9)


def require_bar(rows: Rows, sent: int, deal: DealMade, latency: int) -> None:
    """It is filled at the price that a later bar's path has at the deal's moment, not before sending plus latency."""
    assert deal.moment >= sent + latency
    under_way = np.flatnonzero((rows.time - HOUR <= deal.moment) & (deal.moment <= rows.time) & (rows.time > sent))
    assert len(under_way), "never on the bar it was decided on"
    apart = [abs(deal.price - price_of_path(rows, int(bar), side(deal), deal.moment)) for bar in under_way]
    assert min(apart) <= POINT + 1e-9


def price_of_path(rows: Rows, bar: int, of: str, moment: int) -> float:
    """Where the bar's path is at a moment: four steps a third of the bar apart, straight lines between them."""
    rising = rows.columns["bid_close"][bar] >= rows.columns["bid_open"][bar]
    order = ("open", "low", "high", "close") if rising else ("open", "high", "low", "close")
    prices = [float(rows.columns[f"{of}_{step}"][bar]) for step in order]
    return float(np.interp(moment - (rows.time[bar] - HOUR), [0, HOUR // 3, 2 * HOUR // 3, HOUR], prices))


@settings(max_examples=200 if FULL else 15, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    kind=st.sampled_from(["quote", "bar"]),
    latency_ms=st.one_of(st.integers(0, 5_000), st.sampled_from([0, 1, 3_600_000, 7_200_001])),
    apart_ms=st.sampled_from([2, 50, 2_000, 20_000]),
)
@example(seed=1, kind="quote", latency_ms=0, apart_ms=2)
@example(seed=1, kind="bar", latency_ms=0, apart_ms=2)
@example(seed=2, kind="bar", latency_ms=3_600_000, apart_ms=2)
def test_an_order_never_fills_at_a_price_older_than_its_decision_plus_latency(
    tmp_path_factory: pytest.TempPathFactory, seed: int, kind: str, latency_ms: int, apart_ms: int
) -> None:
    folder, latency = tmp_path_factory.mktemp("book"), latency_ms * MILLISECOND
    rows = wandering(400, seed, kind=kind, most_ms=apart_ms)
    run(folder, rows, lambda: [Turns("one", 60), Turns("two", 110)], latency_ns=latency)
    require: Any = require_quote if kind == "quote" else require_bar
    for sent, deal in market_deals(folder):
        require(rows, sent, deal, latency)


@pytest.mark.parametrize("kind", ["quote", "bar"])
def test_the_property_is_shown_on_deals(tmp_path: Path, kind: str) -> None:
    rows = wandering(400, 1, kind=kind)
    run(tmp_path, rows, lambda: [Turns("one", 60)], latency_ns=250 * MILLISECOND)
    assert len(market_deals(tmp_path)) > 5
