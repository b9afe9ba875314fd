"""Where a strategy failed: its own file and line, out of the traceback that no record keeps."""

import traceback
from dataclasses import dataclass
from pathlib import Path

import tallystick.platform.backtesting

OURS = Path(tallystick.platform.backtesting.__file__ or "").parents[1]
MARKET = OURS.parents[2] / "events" / "tallystick"


@dataclass(frozen=True, slots=True)
class Failure:
    """A module that raised."""

    module: str
    error: Exception


class Failures:
    """Keeps the first failure of a run."""

    def __init__(self) -> None:
        """None so far."""
        self.first: Failure | None = None

    @property
    def any(self) -> bool:
        """Whether a module has failed."""
        return self.first is not None

    def heard(self, module: str, error: Exception) -> None:
        """A module failed."""
        if self.first is None:
            self.first = Failure(module, error)


def where_it_failed(failure: Failure) -> tuple[str, str]:
    """What to say of a failure, and what to do: the innermost line that is not ours."""
    frames = traceback.extract_tb(failure.error.__traceback__)
    theirs = [frame for frame in frames if not _is_ours(frame.filename)]
    kind, text = type(failure.error).__name__, str(failure.error)
    said = text if text[:1] == "E" and text[1:4].isdigit() else f"{kind}: {text}" if text else kind
    if not theirs:
        return f"{failure.module} failed: {said}", "Look at the values it was given; the error is raised on its behalf."
    last = theirs[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    what = f"{failure.module} failed at {place} in {last.name}: {said}"
    return what, f'Correct the line "{(last.line or "").strip()}".'


def _is_ours(name: str) -> bool:
    path = Path(name)
    return OURS in path.parents or MARKET in path.parents
