"""Content hashes: SHA-256 over one encoding of a value, the same on every machine.

Each part is written as a letter for its kind, its length and its bytes; numbers as the eight bytes of a big-endian
float64 or as decimal text, arrays with their shape. So no two different values share an encoding.
"""

from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from typing import Any

import numpy as np

from tallystick.quantum.classical.cardinality import Limits
from tallystick.quantum.pipeline.settings import HybridSettings
from tallystick.quantum.problem.portfolio_problem import PortfolioProblem


def problem_hash(problem: PortfolioProblem) -> str:
    """Of everything that the problem states; 64 hexadecimal digits."""
    return content_hash(problem)


def settings_hash(settings: HybridSettings, limits: Limits) -> str:
    """Of the settings and limits that may change an answer: `threads` never does, so it is left out."""
    return content_hash(
        (*(getattr(settings, each.name) for each in fields(settings) if each.name != "threads"), limits)
    )


def content_hash(value: Any) -> str:
    """SHA-256 of the encoding of a value object, its parts being value objects, arrays, sequences, texts or numbers."""
    return sha256(_encoded(value)).hexdigest()


def _encoded(value: Any) -> bytes:
    if isinstance(value, Enum):
        return _encoded(value.value)
    if value is None or isinstance(value, bool | int | np.integer):
        return _part(b"i", str(value if value is None or isinstance(value, bool) else int(value)).encode())
    if isinstance(value, float | np.floating):
        return _part(b"f", np.array(float(value) + 0.0, dtype=">f8").tobytes())
    if isinstance(value, str):
        return _part(b"s", value.encode())
    if isinstance(value, np.ndarray):
        numbers = (np.asarray(value, dtype=np.float64) + 0.0).astype(">f8")
        return _part(b"a", _encoded(numbers.shape) + numbers.tobytes())
    if isinstance(value, tuple | list):
        return _part(b"t", b"".join(_encoded(each) for each in value))
    if is_dataclass(value):
        parts = (part for each in fields(value) for part in (each.name, getattr(value, each.name)))
        return _part(b"o", b"".join(_encoded(each) for each in (type(value).__name__, *parts)))
    message = f"{type(value).__name__} has no encoding"
    raise TypeError(message)


def _part(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(8, "big") + content
