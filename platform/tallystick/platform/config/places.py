"""The line of every key of a TOML text, which the standard library's reader does not tell.

For text that `tomllib` has read already: nothing is checked here, only found.
"""

import re
import tomllib
from collections.abc import Iterator

from tallystick.platform.config.errors import Place

TOKEN = re.compile(
    r"""(?P<text>\"{3}(?:\\.|[^\\])*?\"{3,5}|'{3}.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')"""
    r"|(?P<comment>#[^\n]*)|(?P<line>\n)|(?P<mark>[\[\]{}=,])|(?P<bare>[^\s\[\]{}=,#\"']+)|(?P<space>[^\S\n]+)",
    re.DOTALL,
)
ENDS = frozenset({",", "]", "}", "\n"})


def lines_of(text: str) -> dict[Place, int]:
    """Line by key, counted from 1; of a table the line of its heading."""
    return _Scan(text).found


class _Scan:
    """One pass."""

    def __init__(self, text: str) -> None:
        self.found: dict[Place, int] = {}
        self._tokens = list(_tokens(text))
        self._at = 0
        self._counts: dict[Place, int] = {}
        self._table: Place = ()
        while self._at < len(self._tokens):
            kind, word, _ = self._tokens[self._at]
            if word == "[":
                self._heading()
            elif kind in {"bare", "text"}:
                self._pair(self._table)
            else:
                self._at += 1

    def _heading(self) -> None:
        line = self._tokens[self._at][2]
        many = self._tokens[self._at + 1][1] == "["
        self._at += 2 if many else 1
        parts = self._name("]")
        self._at += 2 if many else 1
        table: Place = ()
        for place, part in enumerate(parts):
            table = (*table, part)
            if not many or place < len(parts) - 1:
                self.found.setdefault(table, line)
            if many and place == len(parts) - 1:
                self._counts[table] = self._counts.get(table, -1) + 1
                self.found.setdefault(table, line)
            if table in self._counts:
                table = (*table, self._counts[table])
        self._table = table
        self.found.setdefault(table, line)

    def _pair(self, table: Place) -> None:
        line = self._tokens[self._at][2]
        place = table
        for part in self._name("="):
            place = (*place, part)
            self.found.setdefault(place, line)
        self._at += 1
        self._value(place)

    def _name(self, until: str) -> list[str]:
        """The parts of a dotted key."""
        parts: list[str] = []
        while self._tokens[self._at][1] != until:
            kind, word, _ = self._tokens[self._at]
            parts += (
                [tomllib.loads(f"k = {word}")["k"]] if kind == "text" else [part for part in word.split(".") if part]
            )
            self._at += 1
        return parts

    def _value(self, place: Place) -> None:
        word, line = self._tokens[self._at][1:]
        self.found.setdefault(place, line)
        if word == "{":
            self._at += 1
            while self._tokens[self._at][1] != "}":
                if self._tokens[self._at][0] in {"bare", "text"}:
                    self._pair(place)
                else:
                    self._at += 1
            self._at += 1
        elif word == "[":
            self._list(place)
        else:
            while self._at < len(self._tokens) and self._tokens[self._at][1] not in ENDS:
                self._at += 1

    def _list(self, place: Place) -> None:
        self._at += 1
        number = 0
        while self._tokens[self._at][1] != "]":
            if self._tokens[self._at][1] in {",", "\n"}:
                self._at += 1
                continue
            self._value((*place, number))
            number += 1
        self._at += 1


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, word and line of everything but spaces and comments."""
    line = 1
    for match in TOKEN.finditer(text):
        kind, word = str(match.lastgroup), match[0]
        if kind not in {"space", "comment"}:
            yield kind, word, line
        line += word.count("\n")
