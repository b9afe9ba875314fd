"""`tallystick mt5 explain`: what a code of MetaTrader 5 means, what to do, whether a retry is safe."""

from typing import TYPE_CHECKING, Annotated

import typer

from tallystick.platform.cli.call import Answer
from tallystick.platform.cli.failure import Failure

if TYPE_CHECKING:
    from rich.console import Console


def explain(
    code: Annotated[str, typer.Argument(metavar="CODE|NAME", help="A number or a name: 10030, -10004, INVALID_FILL.")],
) -> Answer:
    """Say what a return code or an error of MetaTrader 5 means, and whether to try again.

    Return codes of the trade server (`order_send().retcode`) and codes of `last_error()`.

    Example: tallystick mt5 explain 10030
    """
    from tallystick.platform.mt5.explaining import explanation, near

    found = explanation(code)
    if found is None:
        alike = near(code)
        fix = f"tallystick mt5 explain {alike[0].split()[0]}" if alike else "tallystick mt5 explain 10030"
        expected = f"one of {', '.join(alike)}" if alike else "a return code (10004 to 10046) or a code of last_error()"
        raise Failure("E870", "no such code of MetaTrader 5", got=repr(code), expected=expected, fix=fix)

    def show(console: "Console") -> None:
        head = f"{found.number} {found.name}, of {found.where}"
        console.print(head + (f": {found.constant}" if found.constant else ", without a constant in the module"))
        for label, words in (
            ("says", found.text),
            ("means", found.meaning),
            ("do", found.remedy),
            ("again", found.retry),
        ):
            console.print(f"  {label:6}{words}")

    return Answer({"ok": True, **found._asdict()}, show)


explain.context_settings = {"ignore_unknown_options": True}  # type: ignore[attr-defined]  # `verbs` looks for it
"""So that a negative number is an argument, not an option."""
