"""The door: `tallystick`. It knows the names of the verbs and nothing of what they need."""

import gc
import sys
from collections.abc import Sequence
from typing import Annotated

import typer
import typer.main

from tallystick.platform.cli.call import Exit
from tallystick.platform.cli.verbs import VERBS, VerbGroup

NAME = "tallystick"


class Verbs(VerbGroup):
    """All verbs."""

    table = VERBS


def _version(asked: bool) -> None:  # noqa: FBT001 -- typer's own form of a callback
    if asked:
        from importlib.metadata import version

        typer.echo(f"{NAME} {version(NAME)}")
        raise typer.Exit


app = typer.Typer(
    name=NAME, cls=Verbs, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
)  # fmt: skip


@app.callback()
def tallystick(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and end.")
    ] = False,
) -> None:
    """Trade on MetaTrader 5 accounts, and prove afterwards why every order was sent.

    Begin with: tallystick demo

    Exit codes: 0 all is well, 1 there are findings, 2 the command could not be done, 3 the record was tampered with.
    """


def run(arguments: Sequence[str]) -> int:
    """Do what the arguments say; returns the exit code. Nothing escapes but what Python itself raises to end."""
    from tallystick.platform.cli.screen import aside, steady_streams

    steady_streams()
    try:
        code = typer.main.get_command(app).main(args=list(arguments), prog_name=NAME, standalone_mode=False)
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except Exception as error:  # noqa: BLE001 -- every error becomes a message that says what to do
        from tallystick.platform.cli.failure import tell

        return tell(error, arguments)
    if code == Exit.INTERRUPTED:
        aside("stopped by Ctrl-C; nothing was lost that had been committed")
    return int(code or 0)


def main() -> None:
    """The console script."""
    gc.set_threshold(50_000, 20, 20)  # looking for cycles while modules load takes a tenth of a start
    code = run(sys.argv[1:])
    gc.freeze()  # nor are those that the process ends with looked through again, which takes as long
    sys.exit(code)


if __name__ == "__main__":
    main()
