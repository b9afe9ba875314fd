"""Which of the portfolio's modules a plan needs, in the order in which they hear."""

from collections.abc import Sequence

from tallystick.events.module import Module
from tallystick.platform.plan import RunPlan
from tallystick.platform.portfolio.friday import FlatOnFriday
from tallystick.platform.portfolio.limits_watch import LimitsWatch
from tallystick.platform.portfolio.portfolio import Portfolio
from tallystick.platform.portfolio.protection import protection_from
from tallystick.platform.portfolio.protections import Protections
from tallystick.platform.portfolio.sizings import sizing_from
from tallystick.platform.risk.account_limits import AccountLimits
from tallystick.platform.risk.settings import RiskSettings
from tallystick.platform.strategies.kinds import KINDS


def portfolio_modules(plan: RunPlan, strategies: Sequence[Module], limits: RiskSettings) -> list[Module]:
    """The portfolio, and what else has something to do: a module that hears rows for nothing only slows a run."""
    modules: list[Module] = [
        Portfolio(
            sizing_from(plan.sizing) if plan.sizing else None,
            by_strategy={one.name: sizing_from(one.sizing) for one in plan.strategies if one.sizing},
        )
    ]
    protections = {one.name: protection_from(one.protection) for one in plan.strategies if one.protection}
    if protections or any(type(one) not in KINDS.values() for one in strategies):
        modules.append(Protections(protections))
    return [*modules, *watching_modules(limits)]


def watching_modules(limits: RiskSettings) -> list[Module]:
    """What closes everything when a limit says so: before the weekend, at a loss of the account."""
    modules: list[Module] = []
    if limits.friday is not None:
        modules.append(FlatOnFriday(limits.friday, limits.server_time))
    if limits.account_limits != AccountLimits():
        modules.append(LimitsWatch(limits.account_limits, limits.server_time))
    return modules
