"""The strategies of a config file, each loaded once, so that what is wrong with it is said now."""

from dataclasses import replace
from pathlib import Path

from msgspec import structs

from tallystick.platform.backtesting.chosen import Chosen, Settings, chosen_from
from tallystick.platform.config.errors import Findings, Place, meant
from tallystick.platform.config.limits import protection_of, sizing_of
from tallystick.platform.config.tables import Config, Strategy
from tallystick.platform.strategies import KINDS


def chosen_of(config: Config, folder: Path, only_symbol: str, findings: Findings) -> list[Chosen | None]:
    """One for each table, None for one that cannot be; a name that is there twice is a finding."""
    found = [
        _one(one, folder, only_symbol, ("strategy", number), findings) for number, one in enumerate(config.strategy)
    ]
    names: dict[str, int] = {}
    for number, one in enumerate(found):
        if one is None:
            continue
        if one.plan.name in names:
            what, place = "a name is there twice", ("strategy", number, "name")
            first = f"another name than that of strategy[{names[one.plan.name]}]"
            findings.add("E144", what, place, got=one.plan.name, expected=first, fix="Give each a name of its own.")
        names.setdefault(one.plan.name, number)
    return [one if one is None else _protected(one, config, findings) for one in found]


def _one(one: Strategy, folder: Path, only_symbol: str, place: Place, findings: Findings) -> Chosen | None:
    if findings.under(*place):
        return None
    if (one.file is None) == (one.kind is None):
        got = "neither" if one.file is None else "both"
        expected = 'file = "ema.py" or kind = "ema_cross"'
        findings.add("E146", "a strategy has one of file and kind", place, got=got, expected=expected)
        return None
    if one.kind is not None and one.kind not in KINDS:
        expected = f"one of {', '.join(KINDS)}"
        findings.add(
            "E143", "no such strategy", (*place, "kind"), got=one.kind, expected=expected, fix=meant(one.kind, KINDS)
        )
        return None
    parameters, where = dict(one.parameters or {}), "kind" if one.file is None else "file"
    if one.kind is not None and (one.timeframe or one.lots):
        fix = "Take it out: a built-in strategy has parameters (period_s) and the sizing."
        findings.add(
            "E144", "a key of strategies in files", (*place, "timeframe" if one.timeframe else "lots"), fix=fix
        )
    settings = Settings(one.symbol or "", one.timeframe or "", one.lots or "", only_symbol)
    try:
        (chosen,) = chosen_from(one.kind or _located(one.file or "", folder), parameters, settings)
    except ValueError as error:
        findings.refused(error, (*place, "parameters") if " parameter" in str(error) else (*place, where))
        return None
    plan = structs.replace(chosen.plan, name=one.name or chosen.plan.name)
    if one.sizing is not None:
        plan = structs.replace(plan, sizing=sizing_of(one.sizing, (*place, "sizing"), findings))
    if one.protection is not None:
        plan = structs.replace(plan, protection=protection_of(one.protection, (*place, "protection"), findings))
    return replace(chosen, plan=plan)


def _protected(one: Chosen, config: Config, findings: Findings) -> Chosen:
    """With the file's own protection, where it has none."""
    if config.protection is None or one.plan.protection or findings.under("protection"):
        return one
    return one.protected(protection_of(config.protection, ("protection",), findings))


def _located(source: str, folder: Path) -> str:
    """A strategy's file, seen from the config's folder."""
    from tallystick.platform.authoring.sources import split_source

    path, name = split_source(source)
    place = str(folder / Path(path).expanduser())
    return f"{place}:{name}" if name else place
