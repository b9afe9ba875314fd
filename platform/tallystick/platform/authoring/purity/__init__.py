"""What keeps a strategy repeatable: a check of its source before the run, and a guard around its callbacks in it."""

from tallystick.platform.authoring.purity.guard import HERE, Guard, guarding
from tallystick.platform.authoring.purity.impure import ImpureStrategy

__all__ = ["HERE", "Guard", "ImpureStrategy", "guarding"]
