"""What can be wrong with a config file, each finding with its line, and what to do about it.

ConfigError (ValueError)
├── E140  the file cannot be read: not there, a folder, not UTF-8, too long
├── E141  it is no TOML
├── E142  a key that nobody knows
├── E143  a value that does not fit: its type, its form, its bounds
├── E144  keys that exclude each other, and a name that is there twice
├── E145  a secret key stands in the file
└── E146  a key that is needed is not there

What the platform itself refuses (a symbol, lots, a strategy's file, data) keeps the code it has there.
"""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

Place = tuple[str | int, ...]
"""Where a key stands: names of tables, and numbers in lists of tables, such as ("strategy", 0, "name")."""
NUMBERED = re.compile(r"(?:(?P<code>[EW]\d{3}) )?(?P<what>.+?)(?:\. (?P<fix>[A-Z][^.].*))?$", re.DOTALL)
PLANS = re.compile(r"^the plan's (?P<field>[\w.\[\]]+)(?P<rest>.*)$", re.DOTALL)
MSGSPEC = re.compile(r" - at `[^`]*`(?:\. Limits are whole numbers; see docs/risk\.md\.?)?")
"""What another reader says of places in a plan, which nobody of the file knows."""
ARGUMENT = re.compile(r'\b(tz|symbol|timeframe|lots|strictness)=("[^"]*")')
MOST_SHOWN = 60
SAID_HERE = {
    'its conditions in a JSON or TOML file, as docs/data.md shows: instruments="FILE"': (
        "its conditions in [[instrument]]: digits, contract_size, volume = { min, max, step }"
    ),
    'mapping={"time": "Date", "open": "O", "high": "H", "low": "L", "close": "C"}': (
        'mapping = { time = "Date", open = "O", high = "H", low = "L", close = "C" }'
    ),
    'Drop strictness = "strict" to take': 'Write strictness = "treat" in [data] to take',
    "Name one of them: symbol=NAME": "Name one of them",
    "account=10_000": 'deposit = "10000"',
    "then backtest mine": 'then source = "mine"',
    "Correct it in the plan.": "Correct it.",
    "Correct the path in the plan.": "Correct the path.",
    "[Errno 2] ": "",
    "[Errno 21] ": "",
}
"""What another part says of its own doors, and how one says it of the file."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `line` is 0 where no line says it."""

    code: str
    what: str
    file: str
    line: int
    key: str
    fix: str
    got: str = ""
    expected: str = ""

    @property
    def where(self) -> str:
        """`tallystick.toml line 12, account.deposit`."""
        line = f" line {self.line}" if self.line else ""
        return f"{self.file}{line}{f', {self.key}' if self.key else ''}"

    @property
    def text(self) -> str:
        """What, where, got and expected, without the fix."""
        pairs = [f"{name} {value}" for name, value in (("got", self.got), ("expected", self.expected)) if value]
        return f"{self.what}, {self.where}{': ' if pairs else ''}{' / '.join(pairs)}"

    def document(self) -> dict[str, str | int]:
        """For `--json`."""
        return {name: getattr(self, name) for name in self.__slots__}


class ConfigError(ValueError):
    """A config file that nothing can be run with; `findings` are all that were made."""

    def __init__(self, findings: Sequence[Finding], path: Path) -> None:
        """The first is said in full, the others by their number."""
        first = findings[0]
        more = f" ({len(findings) - 1} more: tallystick config check {path})" if len(findings) > 1 else ""
        super().__init__(f"{first.code} {first.text}. {first.fix}{more}")
        self.findings = tuple(findings)
        self.code, self.what, self.fix = first.code, first.text, first.fix + more


class Findings:
    """What was found so far, in the file's order when it is asked for."""

    def __init__(self, file: str, lines: dict[Place, int]) -> None:
        """`lines` of the keys that the file has."""
        self._file = file
        self._lines = lines
        self._found: list[tuple[Place, Finding]] = []

    def __iter__(self) -> Iterator[Finding]:
        return iter(sorted((finding for _, finding in self._found), key=lambda one: one.line))

    def __len__(self) -> int:
        return len(self._found)

    def add(
        self, code: str, what: str, place: Place, *, got: str = "", expected: str = "", fix: str = "Correct it."
    ) -> None:
        """Take one."""
        finding = Finding(code, what, self._file, self.line(place), spoken(place), fix, got, expected)
        self._found.append((place, finding))

    def refused(self, error: Exception, place: Place) -> None:
        """Take what another part of the platform refused; its own code stays."""
        what, fix, code = str(error), getattr(error, "fix", ""), getattr(error, "code", "")
        said = getattr(error, "what", "")
        matched = NUMBERED.match(what)
        if said:
            what = said
        elif matched:
            what, fix, code = matched["what"], fix or matched["fix"] or "", code or matched["code"] or ""
        planned = PLANS.match(what)
        if planned:
            place = _of_plan(planned["field"])
            what = "a value that cannot be" + planned["rest"]
        what, fix = (_in_a_file(text) for text in (what, fix))
        what, _, rest = what.partition(": got ")
        got, _, expected = rest.partition(" / expected ")
        self.add(
            code or "E143",
            what.rstrip("."),
            place,
            got=got,
            expected=expected.rstrip("."),
            fix=fix or "Correct it.",
        )

    def under(self, *place: str | int) -> bool:
        """Whether something was found in a table already, so that nothing more is asked of it."""
        return any(found[: len(place)] == place for found, _ in self._found)

    def line(self, place: Place) -> int:
        """The line of a key, or of the nearest table round it that has one."""
        while place:
            if place in self._lines:
                return self._lines[place]
            place = place[:-1]
        return 0


def _in_a_file(text: str) -> str:
    """What another part says of a plan or of its arguments, as one says it of the file."""
    text = MSGSPEC.sub("", text)
    text = ARGUMENT.sub(r"\1 = \2", text)
    for elsewhere, here in SAID_HERE.items():
        text = text.replace(elsewhere, here)
    return text


def spoken(place: Place) -> str:
    """`strategy[0].parameters.fast`; the first of a list is 0, as in a plan."""
    text = ""
    for part in place:
        if isinstance(part, str) and not (part and part.isprintable()):
            part = ascii(part)  # noqa: PLW2901 -- what a terminal would obey, or nobody would see
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def meant(word: str, known: Iterable[str]) -> str:
    """What to do about a word that nobody knows."""
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f'Did you mean "{near[0]}"?' if near else f"Take one of: {', '.join(names)}."


def shown(value: object) -> str:
    """A wrong value, short."""
    text = ascii(value) if isinstance(value, str) else str(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


OF_PLAN = {
    "strategies": "strategy",
    "instruments": "instrument",
    "balance": "deposit",
    "latency_ns": "latency",
    "rhythms": "rhythm",
}

OF_RUN = ("seed", "latency", "server_time", "durability", "checkpoint_records", "cascade_limit")


def _of_plan(field: str) -> Place:
    """Where a plan's field stands in the file: `strategies[0].name` as ("strategy", 0, "name")."""
    words = re.findall(r"\w+", field)
    parts: list[str | int] = [int(word) if word.isdigit() else OF_PLAN.get(word, word) for word in words]
    if parts[:1] == ["rhythm"] and isinstance(parts[-1], int):
        parts[-1] = ("every", "offset")[parts[-1]]
    return ("run", *parts) if parts and parts[0] in OF_RUN else tuple(parts)
