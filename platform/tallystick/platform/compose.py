"""From a plan to what runs: modules in order, the simulated terminal, the magic ranges.

Order of delivery: rhythms, strategies in the plan's order, portfolio and what goes with it, orders, risk.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tallystick.events.module import Module
from tallystick.events.types import EVENTS
from tallystick.events.types.market import SeriesDeclared
from tallystick.events.types.running import RiskRulesDeclared
from tallystick.market.server_time import ServerDay
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.rhythms import Rhythms
from tallystick.platform.mt5.server import SimulatedTerminal
from tallystick.platform.orders import Orders
from tallystick.platform.plan import RunPlan, StrategyPlan, instruments_of
from tallystick.platform.plan_check import check_plan
from tallystick.platform.plan_sessions import hours_of, in_session, opening_of
from tallystick.platform.portfolio.composing import portfolio_modules
from tallystick.platform.risk import (
    Entries,
    Risk,
    RiskSettings,
    refuse_ways_round_risk,
    risk_settings_from,
    rules_declared,
)
from tallystick.platform.risk.unasked import NO_RULES
from tallystick.platform.strategies import strategy_from


def compose(
    plan: RunPlan, series: Sequence[SeriesDeclared], *, first_order: int = 1, journal: Path | None = None
) -> Composition:
    """Build what a plan describes, over these series.

    Raises `ValueError` naming what in the plan cannot be: an unknown strategy, a parameter, a limit, a symbol.
    """
    check_plan(plan)
    if plan.bot:
        from tallystick.platform.mt5.exec.composing import compose_bot

        return compose_bot(plan, plan.bot, series, first_order=first_order, journal=journal).composition
    strategies = [_strategy(one) for one in plan.strategies]
    return composition_of(plan, series, strategies, first_order=first_order, journal=journal)


class Composed:
    """`compose`, and what it built last, for whoever wants to ask the modules once the run has ended."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.modules: Sequence[Module] = ()

    def __call__(
        self, plan: RunPlan, series: Sequence[SeriesDeclared], *, first_order: int = 1, journal: Path | None = None
    ) -> Composition:
        """Build it."""
        made = compose(plan, series, first_order=first_order, journal=journal)
        self.modules = made.modules
        return made


def composition_of(
    plan: RunPlan,
    series: Sequence[SeriesDeclared],
    strategies: Sequence[Module],
    *,
    first_order: int = 1,
    journal: Path | None = None,
) -> Composition:
    """The same with strategies of one's own in place of the plan's."""
    names = [strategy.name for strategy in strategies]
    if len(set(names)) != len(names):
        message = f"E120 strategy names {names}: got one twice / expected each once. Rename one."
        raise ValueError(message)
    modules: list[Module] = [Rhythms(plan.rhythms)] if plan.rhythms else []
    modules += strategies
    limits = _risk_settings(plan)
    modules += portfolio_modules(plan, strategies, limits)
    retried, opening = Entries(limits).retried, opening_of(plan)
    modules += [Orders(first_order=first_order, retried=retried, opening=opening), Risk(limits)]
    refuse_ways_round_risk(modules, EVENTS)
    return Composition(
        modules=modules,
        terminal=_terminal(plan, series, journal) if plan.mode != "live" else None,
        server_day=ServerDay(plan.server_time),
        strategies=names,
        seed=plan.seed,
        cascade_limit=plan.cascade_limit,
        **_own_code(strategies),
    )


def _strategy(one: StrategyPlan) -> Module:
    if one.kind != "file":
        made: Module = strategy_from(one.kind, one.name, one.parameters)
        return made
    from tallystick.platform.authoring.planned import from_file

    return from_file(one)


def _own_code(strategies: Sequence[Module]) -> dict[str, Any]:
    """Sources of the user's own strategies, and the guard they run under; imported only where there are any."""
    if all(type(one).__module__.startswith("tallystick.platform.strategies") for one in strategies):
        return {}
    from tallystick.platform.authoring.planned import guard_of
    from tallystick.platform.authoring.sources import sources_of

    return {"sources": sources_of(strategies), "during": lambda: guard_of(strategies)}


def rules_of(plan: RunPlan) -> RiskRulesDeclared:
    """The risk rules of a plan, as they are recorded at the start of its run."""
    if plan.bot and not plan.bot.risk:
        return NO_RULES
    return rules_declared(_risk_settings(plan))


def _risk_settings(plan: RunPlan) -> RiskSettings:
    return replace(risk_settings_from(plan.risk), server_time=plan.server_time, hours=hours_of(plan))


def _terminal(plan: RunPlan, series: Sequence[SeriesDeclared], journal: Path | None) -> SimulatedTerminal:
    instruments, calendars = in_session(plan, instruments_of(plan))
    return SimulatedTerminal(
        plan.account,
        instruments,
        [(one.symbol, one.kind, one.period_ns) for one in series],
        server_time=plan.server_time,
        latency_ns=plan.latency_ns,
        journal=journal,
        calendars=calendars,
    )
