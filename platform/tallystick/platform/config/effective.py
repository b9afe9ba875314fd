"""What holds where a file says nothing: the platform's own defaults, in the file's units. Stated nowhere else.

`defaults()` is made from the plan, risk and account that the platform begins with; `effective()` from a project's plan.
"""

from collections.abc import Mapping
from decimal import Decimal
from inspect import signature
from typing import Any, TypeVar

from msgspec import structs

from tallystick.market.instrument import Instrument
from tallystick.platform.config.hours import Hours
from tallystick.platform.config.key import Table
from tallystick.platform.config.limits import OF_PACE, OF_RISK, SIZED
from tallystick.platform.config.project import DEFAULT_BOOKS, DEFAULT_KEY, Project
from tallystick.platform.config.tables import Account, Config, Keys, Report, Research, Rhythm, Run, Strategy
from tallystick.platform.config.tables_market import Currencies, Data, Series, Swap, Volume
from tallystick.platform.config.tables_market import Instrument as Conditions
from tallystick.platform.config.tables_risk import (
    Collar,
    Filters,
    Friday,
    Limits,
    News,
    Pace,
    Protection,
    Risk,
    Session,
    Sizing,
    Spread,
)
from tallystick.platform.judging.research_log import FOLDER
from tallystick.platform.plan import AccountPlan, RunPlan, StrategyPlan
from tallystick.platform.portfolio import sizing_from
from tallystick.platform.portfolio.lots import in_lots
from tallystick.platform.risk import RiskSettings, filters, risk_settings_from
from tallystick.platform.risk.week import WEEKDAYS
from tallystick.platform.strategies import KINDS

T = TypeVar("T", bound=Table)
CENTS = 2
DAY_MINUTES = 1_440
STRICTNESS = "treat"
ENTRY = ("clock", "retry")
SESSION = Session(**{name: getattr(filters.Session(), name) for name in ("days", "hours", *ENTRY)})
SPREAD = Spread(points=0, retry=filters.Spread(points=0).retry)
FRIDAY = Friday(**{name: getattr(filters.Friday(), name) for name in ("close", *ENTRY)})
_NEWS = filters.News(events=())
NEWS = News(before=_NEWS.minutes_before, after=_NEWS.minutes_after, impacts=_NEWS.impacts, retry=_NEWS.retry)


def defaults() -> Config:
    """A file's defaults."""
    return Config(
        run=structs.replace(_run(RunPlan()), books=DEFAULT_BOOKS),
        account=_account(AccountPlan()),
        data=Data(strictness=STRICTNESS),
        risk=_risk(RiskSettings(), CENTS),
        keys=Keys(signing=DEFAULT_KEY),
        report=Report(write=True),
        research=Research(folder=FOLDER),
    )


def effective(project: Project) -> Config:
    """What a file comes to, everything said."""
    plan, config, usual = project.plan, project.config, defaults()
    digits = plan.account.digits
    return Config(
        run=merged(_run(plan), config.run, usual.run),
        account=_account(plan.account),
        data=structs.replace(merged(config.data, usual.data), sessions=_sessions(plan)),
        series=config.series or tuple(Series(source="demo", symbol=symbol) for symbol in project.feed.symbols),
        instrument=tuple(_conditions(fields, digits) for fields in plan.instruments),
        strategy=tuple(_strategy(one, project.tables_by_name[one.name]) for one in plan.strategies),
        sizing=_sizing(plan.sizing),
        filters=_filters(config.filters),
        risk=structs.replace(_risk(risk_settings_from(plan.risk), digits), preset=config.risk.preset),
        rhythm={name: Rhythm(every=every, offset=offset) for name, (every, offset) in plan.rhythms.items()},
        keys=merged(config.keys, usual.keys),
        report=merged(config.report, usual.report),
        research=merged(config.research, usual.research),
    )


def merged(*tables: T) -> T:
    """The first that says something, key by key."""
    known: dict[str, Any] = {}
    for table in tables:
        for name, value in structs.asdict(table).items():
            if known.get(name) is None or known[name] == ():
                known[name] = value
    return structs.replace(tables[0], **known)


def _sessions(plan: RunPlan) -> dict[str, Hours] | None:
    return {name: Hours(**written) for name, written in plan.sessions.items()} or None


def _run(plan: RunPlan) -> Run:
    return Run(
        seed=plan.seed,
        latency=plan.latency_ns,
        server_time=plan.server_time,
        durability=plan.durability,
        checkpoint_records=plan.checkpoint_records,
        cascade_limit=plan.cascade_limit,
    )


def _account(account: AccountPlan) -> Account:
    return Account(
        name=account.name,
        currency=account.currency,
        digits=account.digits,
        deposit=_money(account.balance, account.digits),
        leverage=account.leverage,
        margin_mode=account.margin_mode,
        stop_out_call=_percent(account.stop_out_call * 100),
        stop_out_level=_percent(account.stop_out_level * 100),
        credit=_money(account.credit, account.digits),
        limit_orders=account.limit_orders,
        limit_positions=account.limit_positions,
        message_limit=account.message_limit,
        fifo_close=account.fifo_close,
        hedge_prohibited=account.hedge_prohibited,
        trade_allowed=account.trade_allowed,
        trade_expert=account.trade_expert,
    )


def _conditions(fields: Mapping[str, Any], digits: int) -> Conditions:
    one = Instrument(**fields)
    same = ("symbol", "digits", "contract_size", "calc_mode", "execution", "filling_modes", "stops_level")
    return Conditions(
        **{name: fields[name] for name in (*same, "freeze_level", "margin_hedged")},
        commission=_money(one.commission_per_lot, digits),
        volume=Volume(
            min=in_lots(one.volume_min),
            max=in_lots(one.volume_max),
            step=in_lots(one.volume_step),
            limit=in_lots(one.volume_limit),
        ),
        swap=Swap(
            mode=one.swap_mode,
            long=one.swap_long,
            short=one.swap_short,
            triple_day=WEEKDAYS[one.swap_triple_weekday],
            year_days=one.swap_year_days,
        ),
        currency=Currencies(
            base=one.currency_base or None,
            profit=one.currency_profit,
            margin=one.currency_margin or None,
            profit_rate=one.profit_rate,
            margin_rate=one.margin_rate,
        ),
    )


def _strategy(plan: StrategyPlan, given: Strategy) -> Strategy:
    said = {name: value for name, value in plan.parameters.items() if name not in {"symbol", "timeframe", "lots"}}
    own = {**_usual_parameters(plan), **said}
    if given.kind is not None and "symbol" in plan.parameters:
        given = structs.replace(given, symbol=plan.parameters["symbol"])
    return structs.replace(
        given,
        name=plan.name,
        parameters=own or None,
        sizing=_sizing(plan.sizing) if plan.sizing else None,
        protection=_protection(plan.protection) if plan.protection else None,
        filters=_filters(given.filters),
    )


def _usual_parameters(plan: StrategyPlan) -> dict[str, Any]:
    """A strategy's own defaults."""
    if plan.kind == "file":
        from tallystick.platform.authoring.parameters import NOTHING
        from tallystick.platform.authoring.planned import from_file

        takes = getattr(type(from_file(plan)), "takes", {})
        return {name: one.default for name, one in takes.items() if one.default is not NOTHING}
    own = signature(KINDS[plan.kind]).parameters.values()
    return {one.name: one.default for one in own if one.default is not one.empty and one.name != "name"}


def _sizing(plan: Mapping[str, Any]) -> Sizing:
    """With the defaults of its kind."""
    sizing = sizing_from(plan)
    return Sizing(
        kind=plan["kind"],
        **{name: _sized(getattr(sizing, field), field) for name, field in SIZED[plan["kind"]].items()},
    )


def _sized(value: Any, field: str) -> Any:
    if field == "weights":
        return {symbol: _percent(share) for symbol, share in value.items()}
    return _percent(value) if field.endswith("_ppm") else value


def _protection(plan: Mapping[str, int]) -> Protection:
    return Protection(**{name: plan.get(name, 0) for name in Protection.__struct_fields__})


def _filters(own: Filters) -> Filters:
    return Filters(
        sessions=tuple(merged(one, SESSION) for one in own.sessions),
        spreads=tuple(merged(one, SPREAD) for one in own.spreads),
        news=tuple(merged(one, NEWS) for one in own.news),
        friday=None if own.friday is None else merged(own.friday, FRIDAY),
    )


def _risk(settings: RiskSettings, digits: int) -> Risk:
    def said(name: str, field: str) -> Any:
        value = getattr(settings, field)
        if name.endswith("volume_max"):
            return in_lots(value)
        if name.endswith("value_max"):
            return _money(value, digits)
        return _percent(value) if field.endswith("_ppm") else value

    limits = settings.account_limits
    return Risk(
        **{name: said(name, field) for name, field in OF_RISK.items()},
        closed=tuple(_window(start, stop) for start, stop in settings.closed_minutes),
        collar=Collar(
            order=_percent(settings.collar.order_ppm),
            over_period=_percent(settings.collar.period_ppm),
            period=settings.collar.period_s,
        ),
        pace=Pace(**{name: getattr(settings.pace, OF_PACE.get(name, name)) for name in Pace.__struct_fields__}),
        limits=Limits(
            daily_loss=_money(limits.daily_loss, digits),
            daily_of=limits.daily_of,
            max_loss=_money(limits.max_loss, digits),
            trailing_loss=_money(limits.trailing_loss, digits),
            trailing_of=limits.trailing_of,
            trailing_stops_at_start=limits.trailing_stops_at_start,
            profit_target=_money(limits.profit_target, digits),
        ),
    )


def _window(start: int, stop: int) -> str:
    """Minutes of the week as days and hours."""
    day, begin, length = start // DAY_MINUTES, start % DAY_MINUTES, stop - start
    end = begin + length if begin + length <= DAY_MINUTES else begin + length - DAY_MINUTES
    return f"{WEEKDAYS[day]} {_clock(begin)}-{_clock(end)}"


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _percent(ppm: int) -> Decimal:
    return Decimal(ppm) / 10_000


def _money(minor: int, digits: int) -> Decimal:
    return Decimal(minor).scaleb(-digits)
