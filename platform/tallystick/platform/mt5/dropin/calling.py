"""What every function of the module does around its own work: reset `last_error()`, refuse, look native."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from tallystick.platform.mt5.connecting import LINE, NO_CONNECTION
from tallystick.platform.mt5.dropin.arguments import Refused
from tallystick.platform.mt5.dropin.native import Style, native
from tallystick.platform.mt5.wire import SUCCESS

INVALID = -2


def function(style: Style, doc: str, refused: Any = None) -> Callable[[Callable[..., Any]], Any]:
    """Make a built-in function of a Python one; `refused` is what it gives for arguments that are refused."""

    def made(body: Callable[..., Any]) -> Any:
        name = body.__name__

        @wraps(body)
        def call(*unnamed: Any, **named: Any) -> Any:
            LINE.before(name)
            LINE.error = SUCCESS
            try:
                return body(*unnamed, **named)
            except Refused as refusal:
                LINE.refuse(name, (INVALID, refusal.text))
                if refusal.left is None:
                    return refused
                left = refusal.left
            message = f"<built-in function {body.__name__}> returned a result with an exception set"
            raise SystemError(message) from left

        return native(call, style, doc)

    return made


def asking(name: str, doc: str, failing: Any = None, unconnected: tuple[int, str] = NO_CONNECTION) -> Any:
    """A function without arguments that only asks; see `Line.ask`."""

    def body() -> Any:
        return LINE.ask(name, {}, failing, unconnected)

    body.__name__ = name
    return function(Style.NONE, doc)(body)
