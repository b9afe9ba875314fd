"""What an answer to `order_send` means for the order: over, refused, or open.

An approved order is never sent again, whatever the answer. After a refusal it has ended; whether there is to be another
order, with a number of its own and through risk again, is decided where orders are decided:

| answer | the order | what follows |
|---|---|---|
| 10008, 10009, 10010 | stands, is carried out, or in part | its deals are awaited |
| 10004, 10020, 10021 | refused: the price moved | `orders` compares the target with a fresh price after 60 s, 3 times |
| 10011, 10012, 10024, 10031, codes nobody knows | open | the history is looked at: found, or abandoned when quiet |
| every other code | refused | the purpose rests until its target is set anew |
| None with -10004, -2, -7, -8 | not taken: no connection yet, or refused on this side | abandoned at once |
| None with any other code (-10001, -10002, -10005, ...) | open | as above |
"""

from typing import Literal

Outcome = Literal["done", "refused", "open"]

DONE = frozenset({10008, 10009, 10010})
FRESH_PRICE = frozenset({10004, 10020, 10021})
STATE_CHECK = frozenset({10011, 10012, 10024, 10031})
REFUSED = frozenset(
    {10006, 10007, *range(10013, 10020), 10022, 10023, *range(10025, 10031), *range(10032, 10037), *range(10038, 10047)}
)
NOT_TAKEN = frozenset({-10_004, -2, -7, -8})
"""Codes of `last_error` after which the terminal has certainly not taken the order. -10001 (send failed) is none of
them: part of the message may have left."""


def outcome_of(retcode: int) -> Outcome:
    """What a return code means; one that nobody knows leaves the order open."""
    if retcode in DONE:
        return "done"
    return "refused" if retcode in REFUSED or retcode in FRESH_PRICE else "open"


def certainly_not_taken(error: int) -> bool:
    """True when `last_error` says that the order never reached the terminal."""
    return error in NOT_TAKEN
