"""Whether the parts of a problem are of the kinds they must be, and name their assets alike."""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral

from tallystick.quantum.errors import ProblemError
from tallystick.quantum.problem.conditions import Condition, Group, Trading
from tallystick.quantum.problem.statement import Statement


def whole(name: str, value: object) -> None:
    """A whole number, or None."""
    if value is not None and (isinstance(value, bool) or not isinstance(value, Integral)):
        message = f"{name} {value!r} is not a whole number. Give one, as in {name}=5"
        raise ProblemError(message)


def kind(name: str, value: object, wanted: type | tuple[type, ...], remedy: str) -> None:
    """A part is what it must be."""
    if not isinstance(value, wanted):
        message = f"{name} is a {type(value).__name__}. {remedy}"
        raise ProblemError(message)


def labels(parts: Mapping[str, object], names: Sequence[str]) -> None:
    """Series and data frames name their assets alike and in one order: by position they would be mixed up."""
    seen = [("names", [str(each) for each in names])] if len(names) else []
    for part, value in parts.items():
        for axis in ("index", "columns"):
            found = getattr(value, axis, None)
            if (axis == "index" and part == "scenarios") or not isinstance(found, Iterable):
                continue
            given = list(found)
            if given and all(isinstance(each, str) for each in given):
                seen.append((f"{part}.{axis}", given))
    for part, given in seen[1:]:
        if given != seen[0][1]:
            message = (
                f"{part} begins {', '.join(given[:3])}, {seen[0][0]} {', '.join(seen[0][1][:3])}: other assets, or "
                "another order. Order them alike (reindex), or give arrays"
            )
            raise ProblemError(message)


def parts(problem: Statement) -> None:
    """What is listed is a list, what is an object is one, and what has labels has the same."""
    for name, one in (("groups", Group), ("conditions", Condition)):
        given = getattr(problem, name)
        kind(name, given, (list, tuple), f"Give a list: {name}=[{one.__name__}(...)]")
        for each in given:
            kind(f"one of {name}", each, one, f"Give {one.__name__}(...)")
    if problem.names is None:
        message = "names is None. Give a list of names, or leave it out"
        raise ProblemError(message)
    if problem.trading is not None:
        kind("trading", problem.trading, Trading, "Give Trading(previous, cost=0.001)")
    named = {each: getattr(problem, each) for each in ("expected_returns", "covariance", "scenarios")}
    labels(named, problem.names)
