"""The tester's statistics of a book of ours: from its deals, and what deals cannot tell from its rows."""

from tallystick.market.spans import MINUTE_NS
from tallystick.platform.report.excursions import Correlations, Excursions, correlations_of, excursions_of
from tallystick.platform.report.load import Load, load_of
from tallystick.platform.report.modelling import in_short, modelling_of, source_periods
from tallystick.platform.report.statistics import Drawdown
from tallystick.platform.report.summary import Book
from tallystick.platform.report.tester import BeyondDeals, TesterStatistics, tester_statistics
from tallystick.platform.report.tester_deals import deals_of
from tallystick.platform.report.tester_layout import printed
from tallystick.platform.report.tester_measures import Fall, Falls


def own_statistics(book: Book) -> TesterStatistics:
    """The statistics that follow from the book's deals."""
    deals = list(deals_of(book.story))
    return tester_statistics(deals, None if deals else book.summary.deposit, book.summary.digits)


def own_beyond(book: Book, excursions: Excursions | None = None, load: Load | None = None) -> BeyondDeals:
    """What the book's rows tell beyond its deals."""
    summary = book.summary
    found = _correlations(book, excursions)
    bound = load or own_load(book)
    periods = source_periods(modelling_of(book.story))
    return BeyondDeals(
        equity=_falls(summary.equity_drawdown),
        margin_level=bound.lowest_level,
        sharpe=summary.sharpe_ratio,
        profits_mfe=found.profits_mfe,
        profits_mae=found.profits_mae,
        mfe_mae=found.mfe_mae,
        bars=sum(one.bars(periods.get(one.symbol, MINUTE_NS)) for one in book.prices),
        ticks=sum(len(one) for one in book.prices if one.kind == "quote"),
        symbols=len(set(summary.symbols)),
        quality=_quality(book),
    )


def _quality(book: Book) -> str:
    """What the rows went through: faults that were treated, and how a bot's quotes were made of them."""
    faults = f"{sum(treated.count for treated in book.story.treated.values()):,} faults treated"
    made = in_short(modelling_of(book.story))
    return f"{made}; {faults}" if made else faults


def own_excursions(book: Book) -> Excursions:
    """MFE and MAE of the book's trades."""
    return excursions_of(
        book.positions.trades, book.prices, book.story.instruments, book.summary.digits, book.summary.currency
    )


def own_load(book: Book) -> Load:
    """Margin over the book's time."""
    leverage = book.story.account.leverage if book.story.account else 1
    return load_of(
        book.curve,
        book.positions.holdings,
        book.story.instruments,
        leverage,
        book.summary.digits,
        currency=book.summary.currency,
        fixed=book.story.margins,
    )


def tester_values(book: Book) -> dict[str, str]:
    """Every statistic of a book by name, in MT5's printed form."""
    return printed(own_statistics(book), own_beyond(book))


def _correlations(book: Book, excursions: Excursions | None) -> Correlations:
    return correlations_of(book.positions.trades, excursions or own_excursions(book))


def _falls(fall: Drawdown) -> Falls:
    return Falls(
        fall.absolute,
        Fall(fall.maximal, fall.maximal_share * 100),
        Fall(fall.relative, fall.relative_share * 100),
    )
