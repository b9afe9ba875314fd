"""What a check is asked about: the strategy by a reference that fresh processes can follow, its rows and its source."""

import inspect
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tallystick.platform.authoring.purity.callers import is_users
from tallystick.platform.judging.errors import NotShareable
from tallystick.platform.judging.lookahead.findings import Finding, Kind, Report
from tallystick.platform.judging.lookahead.naming import line_of
from tallystick.platform.judging.lookahead.runs import Subject
from tallystick.platform.judging.lookahead.source_lines import Written, written_in

LOADED = "tallystick_user."
"""How the modules begin that `load` makes of files."""
CALLBACKS = ("on_bar", "on_quote", "on_fill", "on_timer", "on_start", "react")
AS_IT_STANDS = (
    "it is checked as it stands in this process: what its file read or kept before is not seen. Give the file to see it"
)


@dataclass(frozen=True)
class Asked:
    """A strategy and what is known of it before any run. Without a subject its source alone refuses it (E520)."""

    name: str
    subject: Subject | None
    has_columns: bool = False
    here: bool = False
    files: tuple[Path, ...] = ()
    columns_at: str = ""
    scan_at: str = ""
    callback_at: str = ""
    notes: tuple[str, ...] = ()
    written: tuple[Written, ...] = field(default=())

    def line_of(self, kind: Kind) -> str:
        """The line that most likely looks ahead in this way; where none does, the code that decides by it."""
        likely = line_of(kind, self.written)
        own = self.scan_at if kind is Kind.SCAN else ""
        return likely or own or self.columns_at or self.callback_at


def asked_of(strategy: object, data: object, given: dict[str, Any]) -> Asked:
    """Strategy, data and terms checked as `backtest` checks them. Raises what it raises, and `NotShareable`."""
    from tallystick.platform.authoring.errors import SourceUnrepeatable
    from tallystick.platform.backtesting.preparation import prepared
    from tallystick.platform.backtesting.terms import Terms

    terms = Terms(**given)
    try:
        ready = prepared(strategy, data, terms)
    except SourceUnrepeatable:
        if not isinstance(strategy, str | Path):
            raise
        file = Path(str(strategy).rpartition(":")[0] if not str(strategy).endswith(".py") else str(strategy))
        return Asked(file.stem, None, files=(file,))
    made = [one.fresh() for one in ready.strategies]
    files = tuple(path for one in made for path in (one.source_files() if hasattr(one, "source_files") else ()))
    reference, here, notes = _reference(strategy)
    return Asked(
        ", ".join(one.name for one in made),
        Subject(reference, ready.feed, terms),
        any(getattr(one, "has_columns", False) for one in made),
        here,
        files,
        _first(made, ("columns",)) if any(getattr(one, "has_columns", False) for one in made) else "",
        _first(made, ("scan",)),
        _first(made, ("function", *CALLBACKS)),
        notes,
        written_in(files),
    )


def refused_by_source(asked: Asked, seed: int) -> Report:
    """The report on a file whose callbacks reach for what no run may: each use with its line."""
    from tallystick.platform.authoring.purity import check_source

    findings = []
    for path in asked.files:
        for each in check_source(path.read_text(encoding="utf-8", errors="replace"), path.name):
            if not each.at_load:
                kind = Kind.FILE_IN_CALLBACK if each.kind == "file" else Kind.UNREPEATABLE
                where, remedy = f"{path.name}:{each.line}", f"{each.remedy}."
                findings.append(Finding(kind, each.what, where, 0, "", "", "the check of its source", "", remedy))
    tried = ("the source alone: a file that is refused is not run",)
    return Report(asked.name, 0, 0, 0, seed, 0, tuple(findings), tried)


def _reference(strategy: Any) -> tuple[Any, bool, tuple[str, ...]]:
    """What another process makes the same strategy of; whether it can only be this one; what to know of it."""
    from tallystick.platform.judging.lookahead.workers import SPLITS
    from tallystick.platform.strategies import KINDS

    if isinstance(strategy, str | Path):
        text = str(strategy)
        return (text if text in KINDS else _absolute(text)), False, ()
    kind = strategy if isinstance(strategy, type) else type(strategy)
    if strategy is kind and str(getattr(kind, "__module__", "")).startswith(LOADED):
        return f"{kind.files[0]}:{kind.__name__}", False, ()
    if not SPLITS:
        name = getattr(strategy, "__name__", None) or getattr(strategy, "name", kind.__name__)
        raise NotShareable(f"{name} cannot go to another process", "Keep it in a file and give that.")
    return strategy, True, (AS_IT_STANDS,)


def _absolute(text: str) -> str:
    path, colon, name = (text, "", "") if text.endswith(".py") else text.rpartition(":")
    return f"{os.path.abspath(path)}{colon}{name}"  # noqa: PTH100 -- text may have a :NAME


def _first(strategies: Sequence[Any], names: Sequence[str]) -> str:
    """File and line of the first of some methods that a strategy's own class has."""
    for one in strategies:
        for name in names:
            code = getattr(inspect.unwrap(getattr(type(one), name, _nothing)), "__code__", None)
            if code is not None and is_users(code.co_filename):
                return f"{Path(code.co_filename).name}:{code.co_firstlineno}"
    return ""


def _nothing() -> None:
    """In the place of a method that is not there."""
