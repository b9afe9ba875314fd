"""A config file in a folder of its own, and everything that is found in it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tallystick.platform.config import Finding, Project, findings_of, project_of

SIGNAL = """\
from tallystick.platform import strategy

@strategy(symbol="EURUSD", timeframe="H1", lots="0.10")
def ema_cross(bars, fast=10, slow=30): return +1 if bars.ema(fast) > bars.ema(slow) else -1
"""
DIRECTION = SIGNAL.replace(', lots="0.10"', "").replace("ema_cross", "direction")
FLAT = '[[strategy]]\nkind = "flat"\n'
Write = Callable[[str], Path]
Find = Callable[[str], tuple[Finding, ...]]
Plan = Callable[[str], Project]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a config beside two strategies; gives its path."""
    (tmp_path / "ema.py").write_text(SIGNAL, encoding="utf-8")
    (tmp_path / "direction.py").write_text(DIRECTION, encoding="utf-8")

    def written(text: str) -> Path:
        path = tmp_path / "tallystick.toml"
        path.write_text(text, encoding="utf-8", newline="\n")
        return path

    return written


@pytest.fixture
def find(write: Write) -> Find:
    """Everything that is wrong with a text."""
    return lambda text: findings_of(write(text))


@pytest.fixture
def project(write: Write) -> Plan:
    """The project of a text that holds."""
    return lambda text: project_of(write(text))
