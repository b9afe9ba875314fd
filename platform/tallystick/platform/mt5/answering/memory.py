"""What the terminal itself remembers, apart from its server: the connection, Market Watch, depth subscriptions."""

import msgspec


class Memory(msgspec.Struct, kw_only=True):
    """Terminal memory as one value; symbols in order of selection."""

    connected: bool = False
    login: int = 0
    """The account a bot logged in to, where the definition names none and any is taken; 0 before."""
    server: str = ""
    """The server it named with it."""
    selected: dict[str, bool] = {}
    """Market Watch: the symbols in it, in the order of the definition and then of their selection."""
    books: dict[str, int] = {}
    """Depth subscriptions, counted: a symbol is released as often as it was added."""
    requests: int = 0
    """Trade requests so far; `request_id` counts them."""
