"""Where a strategy failed: its own file and line, out of the traceback that no record keeps."""

import re
import traceback
from dataclasses import dataclass
from pathlib import Path

import tallystick.events.event

OURS = Path(__file__).parents[1]
CONTRACT = Path(tallystick.events.event.__file__).parents[1]
CODE = "E531"
NUMBERED = re.compile(r"(?P<code>[EW]\d{3}) (?P<what>.+?)\.?(?:(?<=\.) (?P<fix>[A-Z][^.].*))?$", re.DOTALL)
"""How our own errors read: `E501 what and where. What to do.`"""


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


def where_it_failed(failure: Failure) -> tuple[str, str, str]:
    """Code, what happened and where, and what to do; the place is the innermost line that is not ours."""
    kind, text = type(failure.error).__name__, str(failure.error)
    numbered = NUMBERED.match(text)
    if numbered:  # it says itself where and what to do
        return numbered["code"], numbered["what"], numbered["fix"] or "Correct it there."
    frames = [frame for frame in traceback.extract_tb(failure.error.__traceback__) if not _is_ours(frame.filename)]
    said = f"{kind}: {text}" if text else kind
    if not frames:
        return CODE, f"{failure.module} failed: {said}", "Look at the last records: r.why(seq=...)."
    last = frames[-1]
    what = f"{failure.module} failed at {Path(last.filename).name}:{last.lineno} in {last.name}: {said}"
    return CODE, what, f'Correct the line "{(last.line or "").strip()}".'


def _is_ours(name: str) -> bool:
    path = Path(name)
    return OURS in path.parents or CONTRACT in path.parents
