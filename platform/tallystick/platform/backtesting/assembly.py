"""The plan of a backtest, and how its run is put together: the platform's own modules around the user's strategies."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from tallystick.events.module import Module
from tallystick.events.types.market import SeriesDeclared
from tallystick.market.instrument import Instrument
from tallystick.platform.backtesting.chosen import Chosen
from tallystick.platform.compose import composition_of
from tallystick.platform.kernel.composition import Composition
from tallystick.platform.kernel.history import RunSeen
from tallystick.platform.plan import AccountPlan, RunPlan, StrategyPlan, plan_from_json
from tallystick.platform.plan_check import check_plan
from tallystick.platform.plan_news import with_calendars
from tallystick.platform.portfolio.lots import check_lots, in_lots, tradable, volume_of

DEFAULT_LOTS = "0.01"


class Assembly:
    """Builds the same run as often as it is asked to, each time with new strategies."""

    def __init__(self, strategies: Sequence[Chosen]) -> None:
        """In the plan's order."""
        self.strategies = tuple(strategies)
        self.made: tuple[Module, ...] = ()
        """The strategies that were made last, as they stand now."""

    def __call__(
        self, plan: RunPlan, series: Sequence[SeriesDeclared], *, first_order: int = 1, journal: Path | None = None
    ) -> Composition:
        """Build it."""
        self.made = tuple(one.fresh() for one in self.strategies)
        return composition_of(plan, series, self.made, first_order=first_order, journal=journal)

    def recorded(self, run: RunSeen) -> Composition:
        """Build what a manifest describes, for a replay."""
        started = run.started
        return self(plan_from_json(started.settings["plan"]), run.series, first_order=started.next_order)


def plan_of(
    strategies: Sequence[Chosen],
    instruments: Mapping[str, Instrument],
    account: AccountPlan,
    *,
    lots: str | None,
    sizing: Mapping[str, Any] | None,
    risk: Mapping[str, Any] | None,
    seed: int,
    latency_ms: float,
    server_time: str,
    sessions: Mapping[str, Mapping[str, Any]] | None,
) -> RunPlan:
    """The plan. Raises `PlanError`, `LotsNotTradable`, and what sizing and risk refuse."""
    usual = _usual_lots(instruments.values()) if lots is None else lots
    own: dict[str, Any] = dict(sizing) if sizing else {"kind": "fixed", "lots": usual}
    plan = RunPlan(
        seed=seed,
        account=account,
        server_time=server_time,
        latency_ns=round(latency_ms * 1_000_000),
        instruments=tuple(msgspec.to_builtins(one.fields()) for one in instruments.values()),
        strategies=tuple(one.plan for one in strategies),
        sizing=own,
        risk=dict(risk or {}),
        sessions={name: dict(written) for name, written in (sessions or {}).items()},
    )
    plan = with_calendars(plan, Path())  # of news, as a plan's file names them
    _check_lots(own, strategies, instruments)
    check(plan)
    return plan


def _usual_lots(instruments: Iterable[Instrument]) -> str:
    """What is traded where nobody says how much: 0.01 lots, or the least of a symbol that trades no so few."""
    least = [one.volume_min for one in instruments if not tradable(volume_of(DEFAULT_LOTS), one)]
    return in_lots(max(least)) if least else DEFAULT_LOTS


def check(plan: RunPlan) -> None:
    """Raise `PlanError` for a plan that cannot run; strategies out of files have been checked when they were made."""
    check_plan(msgspec.structs.replace(plan, strategies=tuple(map(_checkable, plan.strategies))))


def _checkable(one: StrategyPlan) -> StrategyPlan:
    return (
        StrategyPlan(kind="flat", name=one.name, sizing=one.sizing, protection=one.protection)
        if one.kind == "file"
        else one
    )


def _check_lots(sizing: Mapping[str, Any], strategies: Sequence[Chosen], instruments: Mapping[str, Instrument]) -> None:
    """Raise `LotsNotTradable` for lots that no order could carry, before anything runs."""
    for one in strategies:
        lots = one.lots or (str(sizing["lots"]) if sizing.get("kind") == "fixed" and "lots" in sizing else "")
        for symbol, instrument in instruments.items():
            if lots and one.symbol in {"", symbol}:
                check_lots(lots, instrument)
