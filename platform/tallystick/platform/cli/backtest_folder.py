"""Where a run's book lies: a folder that the next run of its verb replaces, or one that the user names and keeps.

Of two runs at once the second writes beside the first, in `tallystick-backtest-2`: a folder that nobody named is no
reason to refuse a run.
"""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import typer

from tallystick.platform.cli.demo_folder import Maker, is_made_by, require_made_by, take_folder
from tallystick.platform.cli.holding import hold, hold_first
from tallystick.platform.cli.place import spoken
from tallystick.platform.cli.run_folder import require_key_elsewhere, require_own_folder
from tallystick.platform.cli.screen import aside

DEFAULT_FOLDER = Path("tallystick-backtest")
MAKER = Maker("tallystick backtest", "backtest.json", "the backtest")


def ready_folder(
    named: Path | None, context: typer.Context, default: Path = DEFAULT_FOLDER, maker: Maker = MAKER
) -> Path:
    """The folder, held for this verb and ready to be written.

    Raises `Failure` for one that is not ours, and for a named one that another run is at work in.
    """
    if named is not None:
        require_own_folder(named, context.obj)
        hold(named, context)
        return named
    require_key_elsewhere(default, context.obj)
    require_made_by(default, maker)

    def replaced(folder: Path) -> bool:
        take_folder(folder, again=True, maker=maker)
        return True

    folder = hold_first(_beside(default, maker), context, replaced)
    if folder != default:
        aside(f"note: another run is at work in {default}; this one's book is in {spoken(folder)}")
    return folder


def _beside(default: Path, maker: Maker) -> Iterator[Path]:
    """The folder itself, then those beside it that hold nothing else than what its maker wrote."""
    yield default
    for number in count(2):
        folder = default.with_name(f"{default.name}-{number}")
        if is_made_by(folder, maker):
            yield folder
