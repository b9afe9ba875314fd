"""The order in which modules hear: strategies as the file wants them, then the platform's own, which have one order."""

from collections.abc import Sequence

from tallystick.platform.compose import compose
from tallystick.platform.config.errors import Findings
from tallystick.platform.plan import RunPlan, StrategyPlan


def modules_of(plan: RunPlan) -> tuple[str, ...]:
    """Names of a plan's modules in the order in which they hear."""
    return tuple(module.name for module in compose(plan, ()).modules)


def ordered(plan: RunPlan, wanted: Sequence[str], findings: Findings) -> tuple[StrategyPlan, ...]:
    """The strategies in the order of `run.modules`; a list of other modules, or in no possible order, is a finding."""
    by_name = {one.name: one for one in plan.strategies}
    strategies = tuple(by_name[name] for name in dict.fromkeys(wanted) if name in by_name)
    names = iter(one.name for one in strategies)
    there = modules_of(plan)
    missing = len(strategies) < len(by_name)
    possible = there if missing else tuple(next(names) if name in by_name else name for name in there)
    if tuple(wanted) != possible:
        expected = ", ".join(possible)
        fix = "Only strategies may change places; without the key the order is that of their tables."
        what, got = "no order of this run's modules", ", ".join(wanted)
        findings.add("E143", what, ("run", "modules"), got=got, expected=expected, fix=fix)
        return plan.strategies
    return strategies
