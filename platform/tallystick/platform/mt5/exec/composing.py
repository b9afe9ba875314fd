"""From a plan with a bot to what runs: the simulated terminal, what answers the bot's calls, its order desk, risk.

Order of delivery: the module's answers, what watches the account for risk, orders, risk.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tallystick.events.module import Module
from tallystick.events.types import EVENTS
from tallystick.events.types.market import SeriesDeclared
from tallystick.market.server_time import ServerDay
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.mt5.answering.answers import Answers
from tallystick.platform.mt5.answering.made import server_of, store_of
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.exec.answers import ModuleAnswers
from tallystick.platform.mt5.exec.orders import BotOrders
from tallystick.platform.mt5.server import SimulatedTerminal
from tallystick.platform.orders import Orders
from tallystick.platform.plan import BotPlan, RunPlan, instruments_of
from tallystick.platform.plan_sessions import sessions_of
from tallystick.platform.portfolio.composing import watching_modules
from tallystick.platform.risk import Entries, Risk, refuse_ways_round_risk, risk_settings_from
from tallystick.platform.risk.unasked import Unasked


def definition_in(plan: RunPlan, bot: BotPlan) -> Definition:
    """The terminal that a plan describes: by a definition's own file, or by our instruments and account.

    Hours that the definition does not state are the plan's.
    """
    if bot.definition:
        from tallystick.platform.mt5.definitions.file import definition_of

        found = definition_of(bot.definition, "the plan's definition")
        return replace(found, sessions={**sessions_of(plan), **found.sessions})
    instruments = instruments_of(plan).values()
    return Definition.of_instruments(
        instruments, plan.account, server_time_rule=plan.server_time, sessions=sessions_of(plan)
    )


@dataclass(frozen=True, slots=True)
class BotComposition:
    """What runs, and what whoever drives it looks at.

    `world`: definition, symbols and the account's opening (ns UTC), of which a second terminal can be made that looks
    the same as `terminal` and `looked_at`.
    """

    composition: Composition
    answers: ModuleAnswers
    orders: BotOrders
    terminal: SimulatedTerminal
    looked_at: Answers
    world: tuple[Definition, Sequence[str], int]


def compose_bot(
    plan: RunPlan, bot: BotPlan, series: Sequence[SeriesDeclared], *, first_order: int = 1, journal: Path | None = None
) -> BotComposition:
    """Build what the plan of a bot describes, over these series of quotes.

    Raises `ValueError` naming what in the plan cannot be: a limit, an instrument, the definition.
    """
    definition = definition_in(plan, bot)
    symbols = [one.symbol for one in series]
    terminal = server_of(definition, symbols, latency_ns=plan.latency_ns, opened=bot.start, journal=journal)
    store = store_of(definition, symbols)
    answers = Answers(definition, terminal, store)
    module = ModuleAnswers(answers, store)
    modules: list[Module] = [module]
    retried = None
    risk: Module = Unasked()
    if bot.risk:
        limits = replace(risk_settings_from(plan.risk), server_time=plan.server_time)
        modules += watching_modules(limits)
        retried, risk = Entries(limits).retried, Risk(limits)
    desk = Orders(first_order=first_order, retried=retried) if retried else Orders(first_order=first_order)
    orders = BotOrders(desk, answers, bot.name)
    modules += [orders, risk]
    refuse_ways_round_risk(modules, EVENTS)
    composition = Composition(
        modules=modules,
        terminal=terminal,
        server_day=ServerDay(plan.server_time),
        strategies=[bot.name],
        seed=plan.seed,
        cascade_limit=plan.cascade_limit,
        spelling=orders.spelled,
        recalled=module.recalled,
    )
    return BotComposition(composition, module, orders, terminal, answers, (definition, symbols, bot.start))
