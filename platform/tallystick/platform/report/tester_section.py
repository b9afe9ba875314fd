"""The tester's part of the page: settings, every statistic in MT5's rows, and results by strategy."""

from collections.abc import Iterable

from tallystick.events.event import Event
from tallystick.platform.portfolio.attribution import attributed
from tallystick.platform.report.markup import day, percent, section, signed, table, text
from tallystick.platform.report.summary import Book
from tallystick.platform.report.tester_layout import LAYOUT
from tallystick.platform.report.wording import amount, money


def settings(book: Book) -> str:
    """What was run on what, as MT5's report begins."""
    summary, story = book.summary, book.story
    run = story.runs[-1].event if story.runs else None
    account = story.account
    strategies = sorted({order.requested.event.strategy for order in story.orders.values() if order.requested})
    periods = sorted({f"{one.symbol} {_period(one.period_ns, one.kind)}" for one in book.prices})
    rows = [
        ("Strategies", text(", ".join(filter(None, strategies)) or "none traded")),
        ("Symbols", text(", ".join(periods) or "none")),
        ("Period", f"{day(summary.first_time)} to {day(summary.last_time)} UTC"),
        ("Currency", text(summary.currency)),
        ("Initial deposit", amount(summary, summary.deposit)),
        ("Leverage", f"1:{account.leverage}" if account else "unknown"),
        ("Account", text(account.margin_mode) if account else "unknown"),
        ("Execution", f"{account.latency / 1e6:g} ms after sending" if account else "unknown"),
        ("Seed", str(run.seed) if run else "unknown"),
    ]
    return section("settings", "Settings", listed(rows))


def grid(values: dict[str, str]) -> str:
    """Names and values in MT5's rows of three."""
    cells = "".join(
        f"<div><dt>{text(name)}</dt><dd>{text(signed(values.get(name, '')))}</dd></div>" if name else "<div></div>"
        for row in LAYOUT
        for name in (*row, *([""] * (3 - len(row))))
    )
    return f'<dl class="tester">{cells}</dl>'


def listed(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values (HTML already) three to a line, as the statistics are."""
    cells = "".join(f"<div><dt>{text(name)}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="tester">{cells}</dl>'


def strategies(book: Book) -> str:
    """Whose result it was on a netting account, whose positions are shared; on a hedging one each has its own."""
    summary = book.summary
    results = attributed(_foldable(book)).results
    total = sum(abs(one.net) for one in results.values()) or 1
    rows = (
        [
            text(name or "(nobody of the book)"),
            f"{one.trades:,}",
            percent(one.wins / one.trades if one.trades else None),
            money(summary, one.profit),
            money(summary, one.swap),
            money(summary, one.commission),
            money(summary, one.net),
            percent(one.net / total),
            f"{one.volume / 1e8:,.2f}",
        ]
        for name, one in sorted(results.items())
    )
    heads = ["strategy", "trades", "won", "profit", "swap", "commission", "net", "of all moved", "lots dealt"]
    return "<h3>Attribution by strategy</h3>" + table(heads, rows)


def shares_positions(book: Book) -> bool:
    """Whether strategies share a symbol's one position."""
    account = book.story.account
    return account is not None and account.margin_mode == "netting"


def _foldable(book: Book) -> Iterable[Event]:
    """The events of symbols whose conditions the log states."""
    known = {"", *book.story.instruments}
    return (event for event in book.story.attributable if getattr(event, "symbol", "") in known)


def _period(period_ns: int, kind: str) -> str:
    minutes = period_ns // 60_000_000_000
    if kind != "bar" or not minutes:
        return "ticks"
    for name, size in (("W", 10080), ("D", 1440), ("H", 60), ("M", 1)):
        if minutes % size == 0:
            return f"{name}{minutes // size}"
    return f"{minutes} min"
