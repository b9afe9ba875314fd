"""The report says of a book what its log says, to the cent, and stands alone as one page."""

import html
import importlib.util
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import msgspec
import numpy as np
import pytest

from tallystick.events.canonical import encode
from tallystick.events.record import TRADING
from tallystick.events.types import log, market, running, trading
from tallystick.events.writer import LogWriter
from tallystick.market.instrument import LOT
from tallystick.platform.data.demo import demo_account, demo_feed, demo_instruments
from tallystick.platform.report import Book, Proof, book_of, summarise, write_report
from tallystick.platform.report.equity import Curve
from tallystick.platform.report.page import page
from tallystick.platform.report.payload import CANDLES, CURVE_POINTS, payload
from tallystick.platform.report.statistics import drawdown_of, monthly_results, streak, trade_statistics
from tallystick.platform.report.story import Told, tell
from tallystick.platform.report.tester_own import own_excursions, own_load
from tallystick.platform.report.trades import Trade, positions_of

SECTIONS = (
    "equity", "prices", "settings", "statistics", "distributions", "trades", "deals", "orders", "data", "proof",
    "manifest",
)  # fmt: skip
PROOF = Proof("example.org/handmade", 5450, "ab" * 32, "cd" * 32, 5000)
HOUR_NS = 3_600_000_000_000


def handmade() -> ModuleType:
    """The stand-in beside this file; tests are not a package."""
    spec = importlib.util.spec_from_file_location("handmade_book", Path(__file__).with_name("handmade_book.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


made = handmade()


@pytest.fixture(scope="module")
def records() -> list[Any]:
    played: list[Any] = made.HandmadeBook(demo_feed()).play()
    return played


@pytest.fixture(scope="module")
def book(records: list[Any]) -> Book:
    return book_of(tell(records), PROOF)


@pytest.fixture(scope="module")
def whole_page(book: Book) -> str:
    return page(book, {"verify": "OK 5,450 records", "replay": "FAILED at record 7"}, "A <book>")


def payload_of(book: Any) -> str:
    return payload(book, own_excursions(book), own_load(book), "BOOK")


def data_of(text: str) -> Any:
    found = re.search(r'<script type="application/json" id="report-data">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def rows_of(packed: list[Any]) -> list[tuple[Any, ...]]:
    """A table of the page, row by row, as its script unpacks it."""
    card, *columns = packed
    whole = [
        [column["words"][at] for at in column["places"]]
        if isinstance(column, dict)
        else np.cumsum(column).tolist()
        if place in card["differences"]
        else column
        for place, column in enumerate(columns)
    ]
    return list(zip(*whole, strict=True))


def test_equity_is_that_of_a_slow_walk_over_every_row(records: list[Any], book: Book) -> None:
    slow = made.slow_equity(records, demo_instruments())
    assert book.curve.time.tolist() == sorted(slow)
    assert book.curve.equity.tolist() == [slow[time] for time in book.curve.time.tolist()]


def test_deals_add_up_to_the_change_of_balance(records: list[Any], book: Book) -> None:
    deals = [one.event for one in records if isinstance(one.event, trading.DealMade) and one.event.type != "balance"]
    assert sum(deal.profit + deal.swap + deal.commission for deal in deals) == book.summary.net_profit
    assert book.summary.deals_add_up
    assert book.summary.closing_balance == book.summary.deposit + book.summary.net_profit
    assert book.summary.all_trades.net + book.summary.open_commission == book.summary.net_profit


def test_money_that_does_not_add_up_is_said(records: list[Any]) -> None:
    last = max(at for at, one in enumerate(records) if isinstance(one.event, trading.DealMade))
    one = records[last]
    robbed = made.Record(one.seq, one.time, msgspec.structs.replace(one.event, profit=one.event.profit + 1))
    book = book_of(tell([*records[:last], robbed, *records[last + 1 :]]), PROOF)
    assert not book.summary.deals_add_up
    assert "The deals do not add up" in page(book, {}, "robbed")


def test_groups_and_months_sum_to_the_whole(book: Book) -> None:
    summary = book.summary
    for groups in (summary.by_symbol, summary.by_strategy):
        assert sum(some.net for some in groups.values()) == summary.all_trades.net
        assert sum(some.trades for some in groups.values()) == summary.all_trades.trades
    assert sum(summary.by_month.values()) == summary.closing_equity - summary.deposit
    assert len(summary.by_month) == 12


def test_counts_are_those_of_the_records(records: list[Any], book: Book) -> None:
    kinds = [one.type for one in records]
    assert book.summary.orders == kinds.count("order.requested")
    assert book.summary.denied == kinds.count("order.denied") == sum(book.summary.denials.values())
    assert book.summary.approved == kinds.count("order.approved")
    assert book.summary.swaps_charged == kinds.count("swap.charged")
    assert book.summary.deals == kinds.count("deal.made") - 1
    assert book.summary.stop_losses == sum(getattr(one.event, "reason", "") == "sl" for one in records)


def test_the_page_has_every_section_and_links_to_each(whole_page: str) -> None:
    for anchor in SECTIONS:
        assert f'<section id="{anchor}">' in whole_page
        assert f'href="#{anchor}"' in whole_page


def test_the_page_holds_every_deal_and_every_order(records: list[Any], whole_page: str) -> None:
    data = data_of(whole_page)
    deals = [one for one in records if isinstance(one.event, trading.DealMade)]
    assert [(row[1], row[2], row[14]) for row in rows_of(data["deals"])] == [
        (one.seq, one.event.deal, one.event.balance) for one in deals
    ]
    orders = [one.event.order for one in records if isinstance(one.event, trading.OrderRequested)]
    assert [row[2] for row in rows_of(data["orders"])] == orders
    denied = [one.event for one in records if isinstance(one.event, trading.OrderDenied)]
    assert [row[11] for row in rows_of(data["orders"]) if row[10] == "denied: volume"] == [one.detail for one in denied]


def test_curves_and_candles_in_the_page_are_those_of_the_log(book: Book, whole_page: str) -> None:
    data = data_of(whole_page)
    assert np.cumsum(data["curve"]["equity"]).tolist() == book.curve.equity.tolist()
    assert np.cumsum(data["curve"]["hold"]).tolist() == book.held.equity.tolist()
    for symbol, one in zip(data["symbols"], book.prices, strict=True):
        close = np.cumsum(symbol["close"]) / 10 ** symbol["digits"]
        assert np.array_equal(close, one.bid)
        assert np.array_equal(np.cumsum(symbol["high"]) / 10 ** symbol["digits"], one.bid_high)


def test_the_page_names_head_digest_verdicts_and_warnings(book: Book, whole_page: str) -> None:
    assert "ab" * 32 in whole_page
    assert "cd" * 32 in whole_page
    assert "OK 5,450 records" in whole_page
    assert 'class="badge loss" title="FAILED at record 7"' in whole_page
    assert "tallystick audit verify" in whole_page
    assert "crossed_open" in whole_page
    assert ">389<" in whole_page
    assert any(warning.startswith("W107 EURUSD: 389 bars open with ask below bid") for warning in book.summary.warnings)


class Links(HTMLParser):
    """Collects what would make a browser fetch something, and counts elements."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        names = dict(attrs)
        assert not [name for name in names if name.startswith("on") or name == "style"]
        for name in ("src", "href", "srcset", "action", "data"):
            value = names.get(name)
            if value and not value.startswith("#"):
                self.fetched.append(value)


def test_the_page_fetches_nothing_and_is_small(whole_page: str) -> None:
    links = Links()
    links.feed(whole_page)
    assert links.fetched == []
    assert links.scripts == 2
    assert "default-src &#x27;none&#x27;" in whole_page or "default-src 'none'" in whole_page
    assert "url(" not in whole_page
    assert len(whole_page.encode()) < 1_500_000


def test_a_busy_year_stays_under_a_megabyte_and_a_half() -> None:
    busy = book_of(tell(made.HandmadeBook(demo_feed(), every=5).play()), PROOF)
    assert busy.summary.deals > 5_000
    assert len(page(busy, {}, "busy").encode()) < 1_500_000


def test_text_from_the_log_is_escaped(book: Book, whole_page: str) -> None:
    assert "<title>A &lt;book&gt;</title>" in whole_page
    assert "</script><b>&" not in whole_page
    assert rows_of(data_of(whole_page)["deals"])[0][15] == "</script><b>&"
    assert html.escape("<img>") in page(book, {"verify": "<img>"}, "t")


def test_an_empty_log_still_makes_a_page() -> None:
    book = book_of(tell([]), Proof())
    assert book.summary.net_profit == 0
    assert '<section id="proof">' in page(book, {}, "empty")


def test_long_books_are_drawn_with_their_extremes(records: list[Any]) -> None:
    book = book_of(tell(records), PROOF)
    long = SimpleNamespace(
        **{name: getattr(book, name) for name in ("story", "prices", "positions", "summary")},
        curve=Curve(*(np.tile(getattr(book.curve, name), 5) for name in ("time", "balance", "equity", "held"))),
        held=SimpleNamespace(equity=np.tile(book.held.equity, 5)),
    )
    curve = json.loads(payload_of(long))["curve"]
    drawn = np.cumsum(curve["equity"])
    assert len(drawn) <= CURVE_POINTS
    assert (drawn.max(), drawn.min(), drawn[-1]) == (
        book.curve.equity.max(),
        book.curve.equity.min(),
        book.curve.equity[-1],
    )


def test_many_quotes_become_few_candles() -> None:
    count = 50_000
    time = 1_399_248_000_000 + np.arange(count) * 500
    bid = 1.38 + np.sin(np.arange(count) / 900).round(4) / 100
    columns = {
        "time_msc": time.astype("<i8"),
        "series": np.zeros(count, "<u2"),
        "bid": bid.astype("<f8"),
        "ask": (bid + 0.0001).astype("<f8"),
        "flags": np.zeros(count, "<u4"),
    }
    declared = market.SeriesDeclared(
        series=0, symbol="EURUSD", kind="quote", period_ns=0, time_rule="utc", source="", rows=count, data_hash=""
    )
    block = market.QuoteBlock(
        rows=count, chunk_root=bytes(32), **{key: value.tobytes() for key, value in columns.items()}
    )
    events = [demo_account(), declared, block]
    book = book_of(tell([made.Record(seq, 0, event) for seq, event in enumerate(events)]), PROOF)
    (drawn,) = json.loads(payload_of(book))["symbols"]
    assert drawn["period"] == "M1"
    assert len(drawn["time"]) <= CANDLES
    assert len(drawn["time"]) == len(np.unique(time // 60_000))
    assert max(np.cumsum(drawn["high"])) == round(bid.max() * 1e5)


def deal(
    number: int, side: Any, entry: Any, lots: float, price: float, position: int, **money: int
) -> trading.DealMade:
    return trading.DealMade(
        deal=number, ticket=number, order=-1, position=position, symbol="EURUSD", type=side, entry=entry,
        reason="expert", volume=round(lots * LOT), price=price, profit=money.get("profit", 0),
        swap=money.get("swap", 0), commission=money.get("commission", 0), balance=0, magic=0, moment=0, comment="",
    )  # fmt: skip


def told(*events: trading.DealMade) -> Any:
    story = tell([])
    story.deals = [Told(seq, seq * HOUR_NS, event) for seq, event in enumerate(events)]
    return story


def test_partial_closes_share_the_opening_commission_to_the_cent() -> None:
    story = told(
        deal(1, "buy", "in", 0.3, 1.1, 1, commission=-100),
        deal(2, "sell", "out", 0.1, 1.2, 1, profit=1000, commission=-10),
        deal(3, "sell", "out", 0.1, 1.2, 1, profit=1000, commission=-10),
        deal(4, "sell", "out", 0.1, 1.2, 1, profit=1000, commission=-10),
    )
    positions = positions_of(story)
    assert sum(trade.commission for trade in positions.trades) == -130
    assert [trade.volume for trade in positions.trades] == [LOT // 10] * 3
    assert positions.still_open == 0
    assert [holding.volume for holding in positions.holdings] == [3 * LOT // 10, 2 * LOT // 10, LOT // 10]


def test_a_netting_turn_closes_and_opens() -> None:
    story = told(
        deal(1, "buy", "in", 0.1, 1.1, 1), deal(2, "buy", "in", 0.3, 1.2, 1), deal(3, "sell", "inout", 0.6, 1.3, 1)
    )
    positions = positions_of(story)
    (trade,) = positions.trades
    assert (trade.volume, trade.direction) == (4 * LOT // 10, 1)
    assert trade.price_open == pytest.approx(1.175)
    last = positions.holdings[-1]
    assert (last.direction, last.volume, last.until) == (-1, 2 * LOT // 10, -1)


def trade_of(result: int, direction: int = 1) -> Trade:
    return Trade(0, 0, 0, "EURUSD", "s", direction, LOT, 0, HOUR_NS, 1.0, 1.0, result, 0, 0, "expert")


def test_statistics_follow_their_formulas() -> None:
    trades = [trade_of(result) for result in (100, 200, -50, -60, -70, 10, 0, 5)]
    found = trade_statistics(trades)
    assert (found.gross_profit, found.gross_loss, found.net) == (315, -180, 135)
    assert found.profit_factor == 315 / 180
    assert found.expected_payoff == 135 / 8
    assert (found.won, found.lost, found.win_rate) == (4, 3, 0.5)
    assert (streak(trades, wins=True).longest_result, streak(trades, wins=False).longest) == (300, 3)
    assert trade_statistics([]).profit_factor is None


def test_drawdowns_are_absolute_maximal_and_relative() -> None:
    fall = drawdown_of(np.array([120, 90, 200, 150, 160]), 100)
    assert (fall.absolute, fall.maximal, fall.maximal_share) == (10, 50, 0.25)
    assert (fall.relative, fall.relative_share) == (30, 0.25)
    assert drawdown_of(np.array([], dtype=np.int64), 100).maximal == 0


def test_buy_and_hold_is_bought_in_whole_steps_without_leverage(book: Book) -> None:
    assert book.held.bought == {"EURUSD": 2 * LOT // 100, "NZDUSD": 4 * LOT // 100, "XAUUSD": 2 * LOT // 100}
    first = {one.symbol: one.ask[0] for one in book.prices}
    instruments = demo_instruments()
    value = sum(lots / LOT * instruments[name].contract_size * first[name] for name, lots in book.held.bought.items())
    assert value < 10_000
    assert book.summary.buy_and_hold == int(book.held.equity[-1]) - 1_000_000


def test_a_log_on_disk_gives_the_same_numbers_and_its_own_names(records: list[Any], book: Book, tmp_path: Path) -> None:
    folder = tmp_path / "book"
    with LogWriter(folder, "example.org/handmade") as writer:
        types = {type(one.event) for one in records}
        writer.declare([log.TypeDeclared, *sorted(types, key=lambda one: one.FACT.name)], time=records[0].time)
        for one in records:
            role = one.event.FACT.said_by[0]
            source = writer.declare_source(role, role)
            flags = TRADING if one.event.FACT.trading else 0
            writer.append(
                writer.type_id(type(one.event)), one.event.FACT.version, encode(one.event),
                time=max(one.time, writer.time), source=source, flags=flags,
            )  # fmt: skip
        writer.commit()
        head, digest, size = writer.head.hex(), writer.decision_digest.hex(), writer.committed
    out = tmp_path / "new folder" / "report.html"
    summary = write_report(folder, out, verdicts={"verify": "OK"}, title="From disk")
    assert summary == summarise(folder)
    assert (summary.proof.head, summary.proof.decision_digest, summary.proof.size) == (head, digest, size)
    assert (summary.net_profit, summary.closing_equity) == (book.summary.net_profit, book.summary.closing_equity)
    assert head in out.read_text(encoding="utf-8")


def test_a_bar_that_closes_at_a_months_midnight_belongs_to_the_month_that_ended() -> None:
    midnight = int(np.datetime64("2014-02-01", "ns").astype(np.int64))
    time = np.array([midnight - 1, midnight, midnight + 1])
    none = np.zeros(3, dtype=np.int64)
    curve = Curve(time, none, np.array([100, 150, 160]), none)
    assert monthly_results(curve, 100, none) == {"2014-01": 50, "2014-02": 10}


def test_incidents_are_shown() -> None:
    halted = running.BookHalted(reason="loss of the day <reached>")
    text = page(book_of(tell([made.Record(0, 0, halted)]), Proof()), {}, "t")
    assert '<section id="incidents">' in text
    assert "loss of the day &lt;reached&gt;" in text
