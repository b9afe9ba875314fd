"""One config file, `tallystick.toml`: account, data, strategies, sizing, limits and keys in the units people use.

It is read exactly, checked whole with the line of every finding, and becomes a plan and a feed like any other.
"""

from tallystick.platform.config.errors import ConfigError, Finding
from tallystick.platform.config.file import NAME
from tallystick.platform.config.project import Project, findings_of, project_of

__all__ = ["NAME", "ConfigError", "Finding", "Project", "findings_of", "project_of"]
