"""MT5's trade server return codes: number, name, and what to do about it."""

REQUOTE, REJECT, CANCEL, PLACED, DONE, DONE_PARTIAL = 10004, 10006, 10007, 10008, 10009, 10010
INVALID, INVALID_VOLUME, INVALID_PRICE, INVALID_STOPS = 10013, 10014, 10015, 10016
MARKET_CLOSED, NO_MONEY, PRICE_OFF, INVALID_EXPIRATION = 10018, 10019, 10021, 10022
NO_CHANGES, FROZEN, INVALID_FILL, LIMIT_VOLUME = 10025, 10029, 10030, 10034
INVALID_ORDER, POSITION_CLOSED, INVALID_CLOSE_VOLUME = 10035, 10036, 10038

MEANING = {
    REQUOTE: ("REQUOTE", "the price moved; look at the new one and decide again"),
    REJECT: ("REJECT", "the server refused; read its comment"),
    CANCEL: ("CANCEL", "the trader cancelled"),
    PLACED: ("PLACED", "the order stands in the terminal's book"),
    DONE: ("DONE", "carried out"),
    DONE_PARTIAL: ("DONE_PARTIAL", "carried out in part"),
    INVALID: ("INVALID", "the request contradicts itself; check action, type and symbol"),
    INVALID_VOLUME: ("INVALID_VOLUME", "the volume is outside minimum, maximum or step"),
    INVALID_PRICE: ("INVALID_PRICE", "a limit goes below the ask or above the bid, a stop the other way"),
    INVALID_STOPS: ("INVALID_STOPS", "stop loss or take profit on the wrong side, or too near"),
    MARKET_CLOSED: ("MARKET_CLOSED", "wait for the next session"),
    NO_MONEY: ("NO_MONEY", "the margin is not there; trade less"),
    PRICE_OFF: ("PRICE_OFF", "there is no price for the symbol yet"),
    INVALID_EXPIRATION: ("INVALID_EXPIRATION", "the expiry has passed"),
    NO_CHANGES: ("NO_CHANGES", "everything stands like that already"),
    FROZEN: ("FROZEN", "the price is within the freeze level"),
    INVALID_FILL: ("INVALID_FILL", "the symbol does not allow that filling mode"),
    LIMIT_VOLUME: ("LIMIT_VOLUME", "positions and orders on that side would exceed the symbol's limit"),
    INVALID_ORDER: ("INVALID_ORDER", "there is no such pending order"),
    POSITION_CLOSED: ("POSITION_CLOSED", "there is no such position"),
    INVALID_CLOSE_VOLUME: ("INVALID_CLOSE_VOLUME", "more than the position holds"),
}


def explained(retcode: int) -> str:
    """`10019 NO_MONEY: the margin is not there; trade less`."""
    name, meaning = MEANING.get(retcode, ("UNKNOWN", "see MT5's documentation of trade server return codes"))
    return f"{retcode} {name}: {meaning}"
