"""Functions of the connection, the terminal and the account."""

from typing import Any

from tallystick.platform.mt5.connecting import LINE
from tallystick.platform.mt5.dropin.arguments import (
    ACCOUNT_LENGTH,
    PATH_LENGTH,
    ULONG,
    ULONG_LONG,
    Refused,
    text,
    whole,
)
from tallystick.platform.mt5.dropin.calling import asking, function
from tallystick.platform.mt5.dropin.native import Style, native


@function(Style.NAMED, 'initialize([path],[server="SERVER"],[login=LOGIN],[password="PASSWORD"])', refused=False)
def initialize(*unnamed: Any, **named: Any) -> bool:
    """Connect; an earlier connection is given up first, also where these arguments are then refused."""
    LINE.open = False
    if len(unnamed) > 1:
        raise Refused("Invalid number of arguments")
    arguments: dict[str, Any] = {}
    if unnamed:
        arguments["path"] = text(unnamed[0], PATH_LENGTH, "Invalid 1st unnamed argument")
    _account(named, arguments)
    if "path" in named:
        arguments["path"] = text(named["path"], PATH_LENGTH, 'Invalid "path" argument')
    if "portable" in named:
        arguments["portable"] = bool(named["portable"])
    return LINE.begin(arguments)


@function(Style.NAMED, 'login(login,[server="SERVER"],[password="PASSWORD"])', refused=False)
def login(*unnamed: Any, **named: Any) -> Any:
    """Change the account; unnamed are number, password and server, in this order."""
    if len(unnamed) > 3:
        raise Refused("Invalid number of arguments")
    arguments: dict[str, Any] = {}
    if unnamed:
        arguments["login"] = whole(unnamed[0], 0, ULONG_LONG, "login", "Invalid 1st unnamed argument")
    if len(unnamed) > 1:
        arguments["password"] = text(unnamed[1], ACCOUNT_LENGTH, "Invalid 2nd unnamed argument")
    if len(unnamed) > 2:
        arguments["server"] = text(unnamed[2], ACCOUNT_LENGTH, "Invalid 3rd unnamed argument")
    _account(named, arguments)
    if not arguments.get("login"):
        raise Refused('Invalid "login" argument')
    return LINE.ask("login", arguments, failing=False)


def _account(named: dict[str, Any], arguments: dict[str, Any]) -> None:
    """The arguments that `initialize` and `login` share, in the order in which they are looked at."""
    if "login" in named:
        arguments["login"] = whole(named["login"], 0, ULONG_LONG, "login")
    for name in ("server", "password"):
        if name in named:
            arguments[name] = text(named[name], ACCOUNT_LENGTH, f'Invalid "{name}" argument')
    if "timeout" in named:
        arguments["timeout"] = whole(named["timeout"], 0, ULONG, "timeout")


@function(Style.NONE, "shutdown()")
def shutdown() -> bool:
    """Give the connection up; True also where there was none."""
    LINE.end()
    return True


def _last_error() -> tuple[int, str]:
    """Code and text of the last call; the one function that does not reset them."""
    LINE.before("last_error")
    return LINE.error


_last_error.__name__ = "last_error"
last_error = native(_last_error, Style.NONE, "last_error()")
version = asking("version", "version()", failing=(0, 0, ""))
terminal_info = asking("terminal_info", "terminal_info()")
account_info = asking("account_info", "account_info()")
