"""What was read from the wheel: names, values, structs, array types, call styles, error texts."""

import json
from pathlib import Path
from typing import Any

VECTORS = Path(__file__).parents[2] / "golden" / "vectors" / "mt5"
WHEEL: dict[str, Any] = json.loads((VECTORS / "mt5_constants.json").read_text(encoding="utf-8"))
TYPES: dict[str, dict[str, str]] = json.loads((VECTORS / "mt5_field_types.json").read_text(encoding="utf-8"))
"""The Python type of each field of each struct, by struct."""


def enumerations() -> dict[str, dict[str, int]]:
    """The constants by the beginning of their names, as the documentation groups them."""
    two = ("ORDER", "DEAL", "POSITION", "SYMBOL", "ACCOUNT", "TRADE")
    groups: dict[str, dict[str, int]] = {}
    for name, value in WHEEL["constants"].items():
        words = name.split("_")
        groups.setdefault("_".join(words[: 2 if words[0] in two else 1]), {})[name] = value
    return groups
