"""What keeps a strategy repeatable: a check of its source before the run, and a guard around its callbacks in it."""

from tallystick.platform.authoring.purity.guard import HERE, Guard
from tallystick.platform.authoring.purity.guarding import guarding
from tallystick.platform.authoring.purity.impure import ImpureStrategy
from tallystick.platform.authoring.purity.source import Finding, check_source

__all__ = ["HERE", "Finding", "Guard", "ImpureStrategy", "check_source", "guarding"]
