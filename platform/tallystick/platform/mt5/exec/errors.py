"""What is wrong with a bot's run before it begins.

BotRunError(ValueError)
    ScriptMissing   E581
    BadSpan         E582
    BookTaken       E583
    TooManySymbols  E585
    BadTerms        E586
    BrokenScript    E587
"""


class BotRunError(ValueError):
    """A run of a bot cannot begin; says what to do."""

    code = "E580"

    def __init__(self, what: str, fix: str) -> None:
        """`what` is wrong, and what to do about it."""
        super().__init__(f"{self.code} {what}. {fix}")


class ScriptMissing(BotRunError):
    """No script of that name."""

    code = "E581"


class BadSpan(BotRunError):
    """The days asked for hold nothing."""

    code = "E582"


class BookTaken(BotRunError):
    """A bot's run cannot be gone on with."""

    code = "E583"


class TooManySymbols(BotRunError):
    """The terminal's terms are larger than a record may be."""

    code = "E585"


class BadTerms(BotRunError):
    """Two things that were asked for exclude each other, or one of them cannot be."""

    code = "E586"


class BrokenScript(BotRunError):
    """The script is no Python."""

    code = "E587"
