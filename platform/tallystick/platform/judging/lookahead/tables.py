"""How many values a text or a literal may hold: what has one for every row or two can say of each what comes.

A number is a value, and so is a word with a digit, each letter of a run that is no word, each bit of an integer too big
for a number, and each word of a text that has few different ones (`up down down up`). Prose holds next to none.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from tallystick.platform.judging.lookahead.source_lines import Written

TABLE = "table"
LITERALS = (ast.List, ast.Tuple, ast.Set, ast.Dict, ast.Constant)
SERIES_SHARE, SERIES_LEAST = 0.5, 100
"""Values for a row, and in all, from which on a file or a table in the source may say something of every row."""
PIECE = 64
"""Values of a literal that counts as part of a table which is written in pieces."""
PARTED = re.compile(r"[\s,;:|\"'{}\[\]()]+")
JOINED = re.compile(r"[-_./]")
LONG, FEW_LETTERS, TWO_LETTERS = 40, (8, 4), 4
"""Letters of a run that is no word; letters, and different ones, of a shorter run; letters of one that has two."""
FEW_WORDS, WORDS_EACH = 8, 10
"""Different words of a text that is a table, and how often each stands in it at least, on average."""
INTEGER_BITS = 256
"""Bits of an integer that is no number any more: no seed and no key is longer."""


def series_from(rows: int) -> float:
    """How many values may be a series beside so many rows."""
    return max(rows * SERIES_SHARE, SERIES_LEAST)


def values_in(text: str) -> int:
    """How many values a text may hold."""
    count, words = 0, list[str]()
    for each in PARTED.split(text):
        if _is_run(each):
            count += len(each)
        elif any(letter.isdigit() for letter in each):
            count += 1
        elif each:
            words.append(each)
    few = len(set(words)) <= FEW_WORDS and len(words) >= WORDS_EACH * len(set(words))
    return count + len(words) * few


def tables_in(files: Sequence[Path], rows: int) -> tuple[Written, ...]:
    """Tables in source files with a value for every second of so many rows; one in pieces is named by its largest."""
    least, found, pieces = series_from(rows), list[Written](), list[tuple[int, Written]]()
    for path in files:
        try:
            tree = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
        except (OSError, SyntaxError, ValueError):
            continue
        for node, size in _outermost_tables(tree, min(PIECE, least)):
            written = Written(TABLE, f"{path.name}:{node.lineno}", f"{size:,} values")
            if size >= least:
                found.append(written)
            else:
                pieces.append((size, written))
    count = sum(size for size, _ in pieces)
    if not found and count >= least:
        _, largest = max(pieces, key=lambda each: each[0])
        found.append(Written(TABLE, largest.where, f"{count:,} values in {len(pieces)} pieces, the largest here"))
    return tuple(found)


def _outermost_tables(node: ast.AST, least: float) -> Iterator[tuple[ast.expr, int]]:
    """Literals of at least so many values with their sizes, none within another."""
    if isinstance(node, LITERALS) and (size := _size(node)) >= least:
        yield node, size
        return
    for child in ast.iter_child_nodes(node):
        yield from _outermost_tables(child, least)


def _size(node: ast.expr) -> int:
    """Values in a literal."""
    if isinstance(node, ast.Constant):
        return _size_of(node.value)
    constants = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
    texts = [each.decode("latin-1") if isinstance(each, bytes) else each for each in constants]
    count = sum(_size_of(each) for each in constants if isinstance(each, int | float))
    return count + values_in(" ".join(each for each in texts if isinstance(each, str)))


def _size_of(value: object) -> int:
    """Values in a constant by itself; of text without blanks every letter may be one."""
    if isinstance(value, int):
        return value.bit_length() if value.bit_length() > INTEGER_BITS else 1
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str):
        return len(value) if len(value.split()) == 1 else values_in(value)
    return int(isinstance(value, float))


def _is_run(text: str) -> bool:
    """Whether letters without blanks are no word: very long, or long and of few different letters."""
    letters, few = FEW_LETTERS
    if not any(each.isalnum() for each in text):
        return False
    different = len(set(text))
    if text.isalpha() and len(text) >= TWO_LETTERS and different == 2:
        return True
    return (len(text) >= letters and 1 < different <= few) or any(len(part) >= LONG for part in JOINED.split(text))
