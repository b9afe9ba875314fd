"""What an answer to `order_send` means for the order: over, refused, or open.

An approved order is never sent again, whatever the answer. After a refusal it has ended; whether there is to be another
order, with a number of its own and through risk again, is decided where orders are decided:

| answer | the order | what follows |
|---|---|---|
| 10008, 10009, 10010 | stands, is carried out, or in part | its deals are awaited |
| 10004, 10020, 10021 | refused: the price moved | `orders` compares the target with a fresh price after 60 s, 3 times |
| 10011, 10012, 10024, 10028, 10031, codes nobody knows | open | the history is looked at: found, or abandoned |
| every other code | refused | the purpose rests until its target is set anew |
| None with -10004, -2, -7, -8 | not taken: no connection yet, or refused on this side | abandoned at once |
| None with any other code (-10001, -10002, -10005, ...) | open | as above |
"""

from typing import Literal

from tallystick.platform.mt5 import retcodes

Outcome = Literal["done", "refused", "open"]

FRESH_PRICE = frozenset({retcodes.REQUOTE, retcodes.PRICE_CHANGED, retcodes.PRICE_OFF})
STATE_CHECK = frozenset(
    {retcodes.ERROR, retcodes.TIMEOUT, retcodes.TOO_MANY_REQUESTS, retcodes.LOCKED, retcodes.CONNECTION}
)
REFUSED = frozenset(retcodes.CODES) - retcodes.CARRIED_OUT - FRESH_PRICE - STATE_CHECK
NOT_TAKEN = frozenset({-10_004, -2, -7, -8})
"""Codes of `last_error` after which the terminal has certainly not taken the order. -10001 (send failed) is none of
them: part of the message may have left."""


def outcome_of(retcode: int) -> Outcome:
    """What a return code means; one that nobody knows leaves the order open."""
    if retcode in retcodes.CARRIED_OUT:
        return "done"
    return "refused" if retcode in REFUSED or retcode in FRESH_PRICE else "open"


def certainly_not_taken(error: int) -> bool:
    """True when `last_error` says that the order never reached the terminal."""
    return error in NOT_TAKEN
