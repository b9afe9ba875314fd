"""Others' development kits, imported where one is used: `pip install "tallystick[quantum-sdks]"` brings them."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from tallystick.quantum.errors import Missing

INSTALL = 'pip install "tallystick[quantum-sdks]"'


def kit(module: str) -> Any:
    """The module, imported now. Raises `Missing` with the command that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != module:
            raise
        message = f"{module} is not installed. Install it: {INSTALL}"
        raise Missing(message) from error


def release(package: str) -> str:
    """Name and version of a package, which need not be installed to run from its source."""
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} from source"
