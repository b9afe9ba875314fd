"""Where a run's book lies: a folder that the next run of its verb replaces, or one that the user names and keeps."""

from pathlib import Path

from tallystick.platform.cli.call import Call
from tallystick.platform.cli.demo_folder import Maker, take_folder
from tallystick.platform.cli.run_folder import require_key_elsewhere, require_own_folder

DEFAULT_FOLDER = Path("tallystick-backtest")
MAKER = Maker("tallystick backtest", "backtest.json", "the backtest")


def ready_folder(named: Path | None, call: Call, default: Path = DEFAULT_FOLDER, maker: Maker = MAKER) -> Path:
    """The folder, ready to be written. Raises `Failure` for one that is not ours, `LogLocked` for one in use."""
    if named is not None:
        require_own_folder(named, call)
        return named
    require_key_elsewhere(default, call)
    take_folder(default, again=True, maker=maker)
    return default
