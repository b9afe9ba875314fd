"""Group filters of `symbols_get`, `positions_get`, `orders_get` and `history_*_get`: "*EUR*,!*USD*".

Conditions stand between commas and are applied one after the other: each takes the names it matches in, one with `!`
puts them out again. `*` stands for any characters. After the documentation's own example ("*, !EUR" leaves out names
that contain EUR) an exclusion without `*` is for every name that contains it; an inclusion without `*` is for that
name alone.
"""

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def conditions(group: str) -> tuple[tuple[bool, re.Pattern[str]], ...]:
    """The conditions in order: whether it takes in, and what it matches."""
    found: list[tuple[bool, re.Pattern[str]]] = []
    for part in group.split(","):
        mask = part.strip()
        takes_in = not mask.startswith("!")
        mask = mask if takes_in else mask[1:].strip()
        if mask and not takes_in and "*" not in mask:
            mask = f"*{mask}*"
        if mask:
            found.append((takes_in, re.compile(".*".join(map(re.escape, mask.split("*"))), re.DOTALL)))
    return tuple(found)


def in_group(name: str, group: str) -> bool:
    """Whether a symbol's name passes a filter."""
    inside = False
    for takes_in, mask in conditions(group):
        if takes_in != inside and mask.fullmatch(name):
            inside = takes_in
    return inside
