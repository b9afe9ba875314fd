"""What a number of MetaTrader 5 means and what to do: return codes of the trade server and codes of `last_error()`.

The return codes' words stand in `retcodes.py`, which the simulated server answers with; here are the module's own.
"""

import difflib
from typing import Literal, NamedTuple

from tallystick.platform.mt5.retcodes import CODES, Code, Retry

Where = Literal["trade server", "last_error()", "order_check()"]
RETRY = {
    "done": "nothing to repeat: it was carried out",
    "never": "no: the same request will get the same answer",
    "fresh price": "yes, at the new price: nothing was done",
    "later": "yes, later: nothing was done",
    "look first": "only after looking at orders, positions and deals: it may have been carried out",
}
"""Whether a retry is safe, by `Code.retry`."""


class Explanation(NamedTuple):
    """One code in words: `text` is what the terminal writes, `constant` the module's name of it, where it has one."""

    number: int
    name: str
    constant: str
    where: Where
    text: str
    meaning: str
    remedy: str
    retry: str


_LOOK: Retry = "look first"
_ERRORS: tuple[Code, ...] = (
    Code(1, "S_OK", "Success", "the call worked", "nothing; an empty tuple is an answer too", "done"),
    Code(-1, "E_FAIL", "Terminal: Call failed",
         "the terminal could not carry the call out; the commonest case is a symbol that is not in Market Watch",
         "symbol_select(symbol, True), then ask again", "later"),
    Code(-2, "E_INVALID_PARAMS", "Terminal: Invalid params",
         "the module or the terminal refuses the arguments: an int where a float belongs (volume, price, sl, tp), a "
         "NumPy integer where an int belongs, more than 29 characters in a symbol or comment",
         'read the text: it names the argument; write {"volume": 1.0, "sl": 0.0}', "never"),
    Code(-3, "E_NO_MEMORY", "Terminal: Out of memory", "the answer does not fit the memory",
         "ask for fewer bars or ticks at once", "never"),
    Code(-4, "E_NOT_FOUND", "Terminal: Not found", "there is no such symbol, order or history",
         "see symbols_get(); names are spelled as the broker spells them", "never"),
    Code(-5, "E_INVALID_VERSION",
         "Terminal: Incompatible versions, please install the latest version of Terminal and Python module",
         "module and terminal do not fit each other", "update both: pip install -U MetaTrader5", "never"),
    Code(-6, "E_AUTH_FAILED", "Terminal: Authorization failed",
         "the account's number, password or server is wrong, or the account is closed",
         "log in by hand in the terminal with the same three", "never"),
    Code(-7, "E_UNSUPPORTED", "Terminal: Unsupported function",
         "the terminal cannot do that; at a login: the account wants a one-time password",
         "use an account without one-time passwords", "never"),
    Code(-8, "E_AUTO_TRADING_DISABLED", "Auto-Trading using Python API disabled in Terminal",
         "the terminal's options forbid trading through Python",
         "Tools, Options, Expert Advisors: allow the Python API; see terminal_info().tradeapi_disabled", "never"),
    Code(-10000, "E_INTERNAL_FAIL", "IPC call failed", "the terminal answered another call than the one made",
         "shutdown(), initialize(), then look at orders and positions", _LOOK),
    Code(-10001, "E_INTERNAL_FAIL_SEND", "IPC send failed", "the call did not reach the terminal",
         "the terminal was closed: initialize() anew", "later"),
    Code(-10002, "E_INTERNAL_FAIL_RECEIVE", "IPC recv failed",
         "the terminal was closed, or died, before it answered; an order may have been sent",
         "initialize() anew, then look at orders, positions and deals", _LOOK),
    Code(-10003, "E_INTERNAL_FAIL_INIT", "IPC initialize failed, %S",
         "no terminal was found or it did not start; the text ends with the reason",
         'give the path: initialize(r"C:\\Program Files\\MetaTrader 5\\terminal64.exe")', "later"),
    Code(-10004, "E_INTERNAL_FAIL_CONNECT", "No IPC connection",
         "initialize() was not called, failed, or shutdown() was called since",
         "initialize(), and look at what it gives", "later"),
    Code(-10005, "E_INTERNAL_FAIL_TIMEOUT", "IPC timeout",
         "the terminal did not answer in time (60 s by default); an order may have been sent",
         "look at orders, positions and deals before asking again", _LOOK),
)  # fmt: skip
_CHECKED = Code(0, "CHECKED", "Done", "order_check: the request would be accepted, and the margin is there",
                "send it; the market may have moved by then", "done")  # fmt: skip


def _explained(code: Code, prefix: str, where: Where) -> Explanation:
    constant = prefix + code.name if prefix and code.name not in _WITHOUT_CONSTANT else ""
    return Explanation(code.number, code.name, constant, where, code.text, code.meaning, code.remedy, RETRY[code.retry])


_WITHOUT_CONSTANT = frozenset(("HEDGE_PROHIBITED", "CHECKED"))

EXPLANATIONS: dict[int, Explanation] = {
    **{code.number: _explained(code, "RES_", "last_error()") for code in _ERRORS},
    0: _explained(_CHECKED, "TRADE_RETCODE_", "order_check()"),
    **{code.number: _explained(code, "TRADE_RETCODE_", "trade server") for code in CODES.values()},
}
"""Every code by its number; the two tables share none."""


def explanation(asked: str) -> Explanation | None:
    """The explanation of a number or a name: `10030`, `INVALID_FILL`, `TRADE_RETCODE_INVALID_FILL`, `invalid fill`."""
    word = asked.strip()
    try:
        return EXPLANATIONS.get(int(word))
    except ValueError:
        return _BY_NAME.get(_plain(word))


def near(asked: str) -> list[str]:
    """Up to three codes that were perhaps meant, as `10030 INVALID_FILL`."""
    try:
        number = int(asked)
        found = sorted(EXPLANATIONS.values(), key=lambda one: abs(one.number - number))[:3]
        found = [one for one in found if abs(one.number - number) <= FAR]
    except ValueError:
        names = difflib.get_close_matches(_plain(asked), _BY_NAME, n=3, cutoff=0.6)
        found = [_BY_NAME[name] for name in names]
    return [f"{one.number} {one.name}" for one in found]


def _plain(word: str) -> str:
    """A name as it is compared: capitals, underscores, without the module's prefixes."""
    name = "_".join(word.upper().replace("-", "_").split())
    return name.removeprefix("TRADE_RETCODE_").removeprefix("RES_")


FAR = 50
"""Numbers further apart than this were not mistaken for each other."""
_BY_NAME = {one.name: one for one in EXPLANATIONS.values()}
