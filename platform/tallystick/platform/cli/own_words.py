"""What is wrong with data or an account, in the words that a verb has for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tallystick.platform.cli.failure import Failure
from tallystick.platform.cli.option_words import in_options


@contextmanager
def own_words(words: Mapping[str, str]) -> Iterator[None]:
    """Replace what others call a thing, in this order, by what it is called here. Raises `Failure` with the code."""
    from tallystick.platform.backtesting.errors import BacktestError
    from tallystick.platform.data.errors import DataError

    try:
        yield
    except (DataError, BacktestError) as error:
        what, fix = in_options(error.what), in_options(error.fix)
        for elsewhere, here in words.items():
            what, fix = what.replace(elsewhere, here), fix.replace(elsewhere, here)
        raise Failure(error.code, what, fix=fix) from error
