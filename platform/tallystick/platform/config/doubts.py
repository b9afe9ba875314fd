"""What a config file may say and hardly means. Each doubt is a warning with its line; a run can begin all the same.

W141  a list names nobody of this run
W142  a limit that another one always comes before
W143  lots that no order can have: a limit of risk, or the deposit's margin, is below them
W144  a filter that no row passes, or news of which none falls into the data
W145  a Friday's close for which the week has no row left
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tallystick.market.server_time import offset_ns
from tallystick.market.spans import DAY_NS, HOUR_NS, MINUTE_NS, MONDAY_NS, WEEK_NS
from tallystick.market.terms import AccountTerms, NoRateError
from tallystick.platform.config.errors import ConfigError, Finding, Findings, Place, meant
from tallystick.platform.config.project import Project, project_of
from tallystick.platform.config.tables_risk import Scope as ScopeTable
from tallystick.platform.data.series import Series
from tallystick.platform.plan import instruments_of
from tallystick.platform.portfolio.lots import in_lots, volume_of
from tallystick.platform.risk import risk_settings_from
from tallystick.platform.risk.filters import FRIDAY, Clock, Scope
from tallystick.platform.risk.week import until_open

PERCENT = 10_000
"""Millionths in one."""


def checked(path: Path) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Everything that is wrong with a file, and, where a run can begin from it, what it hardly means."""
    try:
        project = project_of(path)
    except ConfigError as error:
        return error.findings, ()
    return (), doubts_of(project)


def doubts_of(project: Project) -> tuple[Finding, ...]:
    """Warnings in the order of the file's lines."""
    case = Case(project)
    for doubt in (nobody, behind, too_many_lots, shut, after_the_week):
        doubt(case)
    return tuple(case.findings)


class Case:
    """A project, its limits and rows, and the doubts found so far."""

    def __init__(self, project: Project) -> None:
        """Nothing is doubted yet."""
        self.project, self.config, self.plan = project, project.config, project.plan
        self.findings: Findings = project.file.findings()
        self.settings = risk_settings_from(project.plan.risk)

    def scopes(self, name: str) -> Iterator[tuple[Place, ScopeTable]]:
        """Filters of a kind with their places, in the plan's order: the file's, then each strategy's."""
        for number, one in enumerate(getattr(self.config.filters, name)):
            yield ("filters", name, number), one
        for strategy, table in enumerate(self.config.strategy):
            for number, one in enumerate(getattr(table.filters, name)):
                yield ("strategy", strategy, "filters", name, number), one

    def concerned(self, scope: Scope) -> list[Series]:
        """The series whose symbols a filter concerns."""
        pairs = [(name, one) for name in self.project.names for one in self.project.feed.series]
        return list({id(one): one for name, one in pairs if scope.concerns(name, one.symbol)}.values())

    def times(self, series: Sequence[Series], clock: Clock) -> NDArray[np.int64]:
        """Times (ns) since a Monday's midnight of a clock at which rows stand, to the minute."""
        rule = self.plan.server_time if clock == "server" else "utc"
        minutes = np.unique(np.concatenate([one.time // MINUTE_NS for one in series])) * MINUTE_NS
        hours, places = np.unique(minutes // HOUR_NS, return_inverse=True)
        offsets = np.array([offset_ns(int(hour) * HOUR_NS, rule) for hour in hours], dtype=np.int64)
        return minutes + offsets[places] - MONDAY_NS

    @cached_property
    def first_prices(self) -> dict[str, tuple[int, int]]:
        """First bid and ask of each symbol in points."""
        instruments = instruments_of(self.plan)
        found: dict[str, tuple[int, int]] = {}
        for one in self.project.feed.series:
            bid, ask = _quotes(one)
            points = instruments[one.symbol].points
            found.setdefault(one.symbol, (points(float(bid[0])), points(float(ask[0]))))
        return found


def _quotes(series: Series) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    side = "_close" if series.kind == "bar" else ""
    return series.rows.columns[f"bid{side}"], series.rows.columns[f"ask{side}"]


def nobody(case: Case) -> None:
    """W141: a strategy that is not there; symbols of which none is."""
    risk, strategies, symbols = case.config.risk, case.project.names, case.project.feed.symbols
    lists: list[tuple[Place, tuple[str, ...] | None, tuple[str, ...] | None]] = [
        (("risk",), risk.strategies, risk.symbols)
    ]
    scopes = [each for name in ("sessions", "spreads", "news") for each in case.scopes(name)]
    if case.config.filters.friday is not None:
        scopes.append((("filters", "friday"), case.config.filters.friday))
    lists += [(place, one.strategies or None, one.symbols or None) for place, one in scopes]
    for place, named, of_symbols in lists:
        unknown = [one for one in named or () if one not in strategies]
        if unknown or named == ():
            what = "a list names a strategy that is not in this run" if unknown else "a list names no strategy"
            _unmet(case, what, (*place, "strategies"), unknown, strategies)
        if of_symbols is not None and not set(of_symbols) & set(symbols):
            _unmet(case, "a list names no symbol of this run", (*place, "symbols"), of_symbols, symbols)


def _unmet(case: Case, what: str, place: Place, named: Sequence[str], known: Sequence[str]) -> None:
    names = list(dict.fromkeys(known))
    fix = meant(named[0] if named else "", names)
    case.findings.add("W141", what, place, got=", ".join(named) or "none", expected=", ".join(names), fix=fix)


Written = Callable[[Case, int], str]


def behind(case: Case) -> None:
    """W142: what is refused by the one was refused by the other before."""
    pairs: tuple[tuple[str, str, str, Written], ...] = (
        ("order_volume_max", "position_volume_max", "", lambda _case, value: in_lots(value)),
        ("order_value_max", "exposure_value_max", "", _amount),
        ("daily_loss", "drawdown", "_ppm", lambda _case, value: f"{Decimal(value) / PERCENT:f} %"),
    )
    for name, other, unit, written in pairs:
        value, before = (getattr(case.settings, key + unit) for key in (name, other))
        said = [key for key in (name, other) if getattr(case.config.risk, key) is not None]
        if value > before and said:
            expected = f"at most {other}, {written(case, before)}"
            fix = f"Lower {name}, or raise {other}."
            what = f"{name} never counts, {other} comes before it"
            case.findings.add("W142", what, ("risk", said[0]), got=written(case, value), expected=expected, fix=fix)
    lost, deposit = case.settings.account_limits.max_loss, case.plan.account.balance
    if lost >= deposit and case.config.risk.limits.max_loss is not None:
        what, place = "max_loss never counts, the deposit is lost before", ("risk", "limits", "max_loss")
        expected = f"less than the deposit, {_amount(case, deposit)}"
        case.findings.add("W142", what, place, got=_amount(case, lost), expected=expected, fix="Lower it.")


def _amount(case: Case, units: int) -> str:
    account = case.plan.account
    return f"{Decimal(units).scaleb(-account.digits):,.{account.digits}f} {account.currency}"


def too_many_lots(case: Case) -> None:
    """W143: fixed lots of a strategy that no order of it can have, at the first price of its symbol."""
    for number, one in enumerate(case.project.chosen):
        own = one.plan.sizing or case.plan.sizing
        lots = one.lots or (own.get("lots", "") if own.get("kind") == "fixed" else "")
        if not lots or one.symbol not in case.first_prices:
            continue
        in_file = [("strategy", number, "lots"), ("strategy", number, "sizing", "lots"), ("sizing", "lots")]
        place = next((each for each in in_file if each in case.project.file.lines), ("strategy", number))
        for limit, most, needed in _needs(case, one.symbol, volume_of(lots)):
            if needed > most:
                written = in_lots if "volume" in limit else lambda units: _amount(case, units)
                what = f"no order of {one.plan.name} can pass: {lots} lots of {one.symbol} are beyond {limit}"
                fix = "Trade less, or raise the limit." if "max" in limit else "Trade less, or deposit more."
                case.findings.add(
                    "W143", what, place, got=written(needed), expected=f"at most {written(most)}", fix=fix
                )
                break


def _needs(case: Case, symbol: str, volume: int) -> Iterator[tuple[str, int, int]]:
    """What is compared with what: the limit's name, the most, what the lots come to."""
    settings, account = case.settings, case.plan.account
    yield "order_volume_max", settings.order_volume_max, volume
    yield "position_volume_max", settings.position_volume_max, volume
    terms = AccountTerms(instruments_of(case.plan), account.currency, account.digits, account.leverage)[symbol]
    ask, units = case.first_prices[symbol][1], terms.money.units(volume)
    try:
        yield "order_value_max", settings.order_value_max, abs(terms.profit_of(ask * units, case.first_prices.get))
        yield "the deposit's margin", account.balance, terms.order_margin(1, units, ask, case.first_prices.get)
    except NoRateError:
        return


def shut(case: Case) -> None:
    """W144: hours and spreads in which no row stands, calendars of which no event falls into the data."""
    series = case.project.feed.series
    first, last = min(int(one.time[0]) for one in series), max(int(one.time[-1]) for one in series)
    for (place, _), session in zip(case.scopes("sessions"), case.settings.sessions, strict=True):
        rows = case.concerned(session)
        week = np.unique(case.times(rows, session.clock) % WEEK_NS) if rows else ()
        if len(week) and all(until_open(int(each), session.windows) for each in week):
            what, got = "no row falls into these hours", f"{session.days} {session.hours}, {session.clock}"
            case.findings.add("W144", what, place, got=got, fix="Name hours of the data, or take it out.")
    instruments = instruments_of(case.plan)
    for (place, _), spread in zip(case.scopes("spreads"), case.settings.spreads, strict=True):
        least = [
            round(float((ask - bid).min()) * 10 ** instruments[one.symbol].digits)
            for one in case.concerned(spread)
            for bid, ask in [_quotes(one)]
        ]
        if least and min(least) > spread.points:
            got, expected = str(spread.points), f"at least {min(least)}, the narrowest that occurs"
            what, key = "no row has so narrow a spread", (*place, "points")
            case.findings.add("W144", what, key, got=got, expected=expected, fix="Raise it.")
    for (place, _), news in zip(case.scopes("news"), case.settings.news, strict=True):
        impacts = {one.lower() for one in news.impacts}
        counted = [one.time_ns for one in news.events if one.impact.lower() in impacts]
        if not any(first <= time <= last for time in counted):
            got, span = f"{len(counted)} of impact {', '.join(news.impacts)}", _span(first, last)
            what = "no event of the calendar falls into the data"
            case.findings.add("W144", what, (*place, "file"), got=got, expected=span, fix="Take another calendar.")


def _span(first: int, last: int) -> str:
    days = (str(np.datetime64(time, "ns").astype("datetime64[D]")) for time in (first, last))
    return f"some from {' to '.join(days)}"


def after_the_week(case: Case) -> None:
    """W145: the close of a Friday is executed at the next row, which is Monday's where none follows on that day."""
    friday = case.settings.friday
    rows = case.concerned(friday) if friday is not None else []
    if friday is None or not rows:
        return
    times = case.times(rows, friday.clock)
    begins = FRIDAY * DAY_NS
    fridays = times[(times % WEEK_NS >= begins) & (times % WEEK_NS <= begins + DAY_NS)]
    weeks, late = np.unique(fridays // WEEK_NS), np.unique(fridays[fridays % WEEK_NS > friday.closed[0]] // WEEK_NS)
    if len(weeks) and len(late) * 2 < len(weeks):
        tables = [("filters", "friday")] + [
            ("strategy", one, "filters", "friday") for one in range(len(case.config.strategy))
        ]
        place = next(each for each in tables if each in case.project.file.lines)
        got = f"{friday.close}, {friday.clock}: rows after it on {len(late)} of {len(weeks)} Fridays"
        what = "positions stay over the weekend, the week has no row after this time"
        case.findings.add("W145", what, (*place, "close"), got=got, fix="Name a time before the week's last row.")
