"""The parts of the page that say what happened: the account, prices, statistics, deals, orders."""

from collections.abc import Sequence

from tallystick.platform.quantities import limit_of
from tallystick.platform.report.markup import DASH, day, percent, ratio, section, table, text
from tallystick.platform.report.payload import TABLE_ROWS
from tallystick.platform.report.statistics import FORMULAS, TradeStatistics
from tallystick.platform.report.summary import Book, Summary
from tallystick.platform.report.tester_section import grid, listed, shares_positions, strategies
from tallystick.platform.report.wording import amount, average, money


def cards(book: Book, warnings: Sequence[str] = ()) -> str:
    """The numbers to see first, and what must not be overlooked; `warnings` are said by whoever ran the book."""
    summary = book.summary
    every = summary.all_trades
    share = summary.net_profit / summary.deposit if summary.deposit else None
    made = [
        (
            "Total net profit",
            money(summary, summary.net_profit),
            f"{percent(share, 2)} of {amount(summary, summary.deposit)}",
        ),
        ("Buy and hold beside it", money(summary, summary.buy_and_hold), f"flat {amount(summary, summary.flat)}"),
        (
            "Maximal equity drawdown",
            amount(summary, summary.equity_drawdown.maximal),
            f"{percent(summary.equity_drawdown.maximal_share)} of the peak",
        ),
        ("Profit factor", ratio(every.profit_factor), f"expected payoff {average(summary, every.expected_payoff)}"),
        ("Trades", f"{every.trades:,}", f"{percent(every.win_rate)} won"),
        (
            "Costs",
            money(summary, summary.commission + summary.swap),
            f"commission {money(summary, summary.commission)}, swap {money(summary, summary.swap)}",
        ),
        ("Denied by risk", f"{summary.denied:,}", f"of {summary.orders:,} orders"),
        ("Records in the log", f"{summary.proof.size:,}", f"head <code>{text(summary.proof.head[:12]) or DASH}</code>"),
    ]  # fmt: skip
    return '<div class="cards">' + "".join(
        f'<div class="card"><h3>{text(name)}</h3><p class="big">{value}</p><p>{under}</p></div>'
        for name, value, under in made
    ) + "</div>" + "".join(
        f'<p class="note loss">{text(line)}</p>'
        for line in (*(f"{one}." for one in summary.reached), *summary.cut_short, *warnings)
    )  # fmt: skip


def equity(book: Book) -> str:
    """The account over time."""
    summary = book.summary
    rows = [
        ("This book", summary.closing_equity - summary.deposit, summary.equity_drawdown),
        ("Flat: no trade at all", 0, None),
        ("Buy and hold", summary.buy_and_hold, summary.buy_and_hold_drawdown),
    ]
    compared = table(
        ["", "change of equity", "of the deposit", "maximal drawdown", "of the peak"],
        (
            [
                text(name),
                money(summary, change),
                percent(change / summary.deposit if summary.deposit else None, 2),
                amount(summary, fall.maximal) if fall else DASH,
                percent(fall.maximal_share) if fall else DASH,
            ]
            for name, change, fall in rows
        ),
    )
    note = (
        "Equity is the balance and every open position valued at its latest bid or ask, at every close. "
        f"Buy and hold: {_bought(book)}. Drag to move, pinch or scroll with Ctrl to zoom, double-click for everything."
    )
    return section("equity", "Equity and drawdown", chart("equity", "Balance and equity over time") + compared, note)


def prices(book: Book) -> str:
    """Candles with fills and stops, by symbol."""
    tabs = "".join(
        f'<button type="button" role="tab" data-symbol="{place}">{text(one.symbol)}</button>'
        for place, one in enumerate(book.prices)
    )
    legend = (
        '<p class="legend"><span class="key buy">buy</span><span class="key sell">sell</span>'
        '<span class="key won">won</span><span class="key lost">lost</span>'
        '<span class="key stop">stop loss</span><span class="key take">take profit</span></p>'
    )
    body = f'<div class="tabs" role="tablist">{tabs}</div>{chart("prices", "Prices with fills")}{legend}'
    note = "Candles are of the bid. A line joins entry and exit; close up, each fill has its stop loss and take profit."
    return section("prices", "Prices and fills", body, note)


def chart(name: str, label: str) -> str:
    """A place for a chart, with buttons that work without a mouse."""
    buttons = "".join(
        f'<button type="button" data-zoom="{key}" aria-label="{text(words)}">{text(shown)}</button>'
        for key, shown, words in (
            ("in", "+", "zoom in"),
            ("out", "\N{MINUS SIGN}", "zoom out"),
            ("week", "1W", "show a week"),
            ("month", "1M", "show a month"),
            ("quarter", "3M", "show three months"),
            ("all", "All", "show everything"),
        )
    )
    return (
        f'<figure class="chart" id="chart-{name}"><div class="tools">{buttons}</div>'
        f'<canvas role="img" aria-label="{text(label)}" tabindex="0"></canvas><div class="tip" hidden></div></figure>'
    )


def statistics(book: Book, values: dict[str, str]) -> str:
    """The tester's statistics, `values` by name as printed, then by month, strategy and symbol."""
    summary = book.summary
    more = listed(
        [
            ("Closing balance", amount(summary, summary.closing_balance)),
            ("Closing equity", amount(summary, summary.closing_equity)),
            ("Exposure", percent(summary.exposure)),
            ("Positions still open", f"{summary.open_positions:,}"),
            ("Commission", money(summary, summary.commission)),
            ("Commission of open positions", money(summary, summary.open_commission)),
            ("Swap", f"{money(summary, summary.swap)} in {summary.swaps_charged:,} nights"),
            ("Stop losses hit", f"{summary.stop_losses:,}"),
            ("Take profits hit", f"{summary.take_profits:,}"),
            ("Stop-outs", f"{summary.stop_outs:,}"),
        ]
    )
    adds = "The deals add up to the change of balance, to the last unit."
    if not summary.deals_add_up:
        adds = "<strong>The deals do not add up to the change of balance.</strong>"
    shared = shares_positions(book)
    rest = (strategies(book) if shared else "") + groups(summary, by_strategy=not shared)
    body = grid(values) + "<h3>Beyond the tester</h3>" + more + months(summary)
    paid = f" Commission paid for positions still open, {amount(summary, summary.open_commission)}, is no trade's yet."
    note = (
        f"In the terms and the printed form of MT5's tester; a trade is a closing deal. {adds}"
        f"{paid if summary.open_commission else ''}"
    )
    return section("statistics", "Statistics", body + rest + formulas(), note)


def formulas() -> str:
    """How each number is computed."""
    listed = table(["number", "formula"], ([text(name), text(words)] for name, words in FORMULAS), words=2)
    return f"<details><summary>How each number is computed</summary>{listed}</details>"


def months(summary: Summary) -> str:
    """Change of equity month by month, in money and of the equity each month began with."""
    names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    rows, equity = [], summary.deposit
    for year in sorted({name[:4] for name in summary.by_month}):
        began, cells, shares = equity, [], []
        for month in range(1, 13):
            change = summary.by_month.get(f"{year}-{month:02}")
            cells.append(DASH if change is None else money(summary, change))
            shares.append(DASH if change is None else percent(change / equity if equity > 0 else None, 2))
            equity += change or 0
        rows.append([year, *cells, money(summary, equity - began)])
        rows.append(["return", *shares, percent((equity - began) / began if began > 0 else None, 2)])
    return "<h3>Change of equity by month</h3>" + table(["", *names, "year"], rows)


def groups(summary: Summary, *, by_strategy: bool) -> str:
    """Trades by symbol, and by strategy where each position is one's own."""
    heads = ["trades", "won", "net", "profit factor", "payoff", "largest win", "largest loss", "swap", "commission"]
    return "".join(
        f"<h3>Trades by {word}</h3>"
        + table([word, *heads], ([text(name), *_group(summary, some)] for name, some in found.items()))
        for word, found in (("symbol", summary.by_symbol), ("strategy", summary.by_strategy if by_strategy else {}))
        if found
    )


def _group(summary: Summary, some: TradeStatistics) -> list[str]:
    return [
        f"{some.trades:,}",
        percent(some.win_rate),
        money(summary, some.net),
        ratio(some.profit_factor),
        average(summary, some.expected_payoff),
        money(summary, some.largest_win),
        money(summary, some.largest_loss),
        money(summary, some.swap),
        money(summary, some.commission),
    ]


def trades(book: Book) -> str:
    """Every trade with its excursions, and why it came to be when asked."""
    cut = _cut(len(book.positions.trades))
    note = (
        f"One line a closing deal; open one to read the chain of causes from the market row to the fill. {cut}"
        "MFE and MAE are the furthest the price went for and against it while it was held."
    )
    return section("trades", "Trades and why", '<div class="rows" id="rows-trades"></div>', note)


def deals(book: Book) -> str:
    """Every deal, filled in by the page's script."""
    cut = _cut(len(book.story.deals))
    note = f"Every deal of the account. {cut}<code>tallystick why SEQ</code> tells what caused one."
    return section("deals", "Deals", '<div class="rows" id="rows-deals"></div>', note)


def orders(book: Book) -> str:
    """Denials by rule, and every order with its verdict."""
    summary = book.summary
    written = book.story.rules.limits if book.story.rules else {}
    limits = {rule: limit_of(rule, each, summary.digits, summary.currency) for rule, each in written.items()}
    denials = table(
        ["rule", "denied", "limit"],
        ([text(rule), f"{count:,}", text(limits.get(rule, DASH))] for rule, count in summary.denials.items()),
    )
    body = denials if summary.denials else "<p>Risk denied nothing.</p>"
    note = (
        f"{summary.orders:,} orders asked for, {summary.approved:,} approved, {summary.denied:,} denied by risk, "
        f"{summary.refused_by_terminal:,} refused by the terminal. {_cut(summary.orders)}"
    )
    return section("orders", "Orders and denials", body + '<div class="rows" id="rows-orders"></div>', note)


def _bought(book: Book) -> str:
    lots = ", ".join(f"{volume / 1e8:g} {symbol}" for symbol, volume in book.held.bought.items())
    since = day(book.summary.first_time)
    return f"{lots} lots, unleveraged, from {since}, with commission and swap" if lots else "nothing to buy"


def _cut(count: int) -> str:
    if count <= TABLE_ROWS:
        return ""
    return f"The last {TABLE_ROWS:,} of {count:,} are shown; <code>tallystick audit export</code> writes all. "
