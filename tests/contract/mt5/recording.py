"""What a real terminal answered, kept in tests/golden/mt5_real/, and held against the simulated one from then on.

A case says facts that do not depend on the day: return codes, error texts, counts, types. On the real terminal they are
written down; on the simulated one they must equal what was written, or stand alone as long as nothing was.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "golden" / "mt5_real"


class Facts:
    """The facts of one file of cases."""

    def __init__(self, name: str, *, recording: bool, folder: Path = FOLDER) -> None:
        """`recording`: this run writes; another compares with what was written, if anything."""
        self._path = folder / f"{name}.json"
        self._recording = recording
        self._written: dict[str, Any] = {}
        if self._path.exists():
            self._written = json.loads(self._path.read_text(encoding="utf-8"))

    def say(self, case: str, fact: str, value: Any) -> None:
        """State a fact of a case, as JSON can hold it."""
        plain = json.loads(json.dumps(value))
        if self._recording:
            self._written.setdefault(case, {})[fact] = plain
            return
        recorded = self._written.get(case, {})
        if fact in recorded:
            assert plain == recorded[fact], f"{case}, {fact}: the real terminal said {recorded[fact]!r}, ours {plain!r}"

    def save(self) -> None:
        """Write what was recorded."""
        if self._recording and self._written:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps(self._written, indent=1, sort_keys=True)
            self._path.write_text(text + "\n", encoding="utf-8", newline="\n")
