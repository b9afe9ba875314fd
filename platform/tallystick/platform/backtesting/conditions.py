"""Trading conditions of the symbols in the data: given, else those that are built in (`data.instruments`)."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tallystick.market.conversion import CurrencyError
from tallystick.market.instrument import Instrument
from tallystick.market.terms import AccountTerms
from tallystick.platform.backtesting.errors import BadAccount
from tallystick.platform.data.errors import UnknownSymbol

USUAL = "USD"
"""The account's currency where symbols pay in several and nobody says one."""
Instruments = Mapping[str, Instrument | Mapping[str, Any]] | Iterable[Instrument] | Instrument | str | Path | None
"""By symbol (made, or its fields as in a file), some, one, or a JSON or TOML file; None: those built in."""


def given_instruments(given: Instruments) -> dict[str, Instrument]:
    """What was given, by symbol. Raises `BadConditions` (E131), and what reading a file raises."""
    if given is None:
        return {}
    if isinstance(given, Instrument):
        return {given.symbol: given}
    if not isinstance(given, str | Path | Mapping):
        return {one.symbol: one for one in given}
    from tallystick.platform.data.conditions import instrument_from, instruments_from

    if isinstance(given, str | Path):
        return dict(instruments_from(Path(given)))
    made = [one if isinstance(one, Instrument) else instrument_from(name, one) for name, one in given.items()]
    return {one.symbol: one for one in made}


def conditions_of(symbols: Sequence[str], given: dict[str, Instrument]) -> dict[str, Instrument]:
    """The instruments of some symbols in their order; raises `UnknownSymbol` (E101) for one without conditions."""
    from tallystick.platform.data.instruments import instrument_for

    return {symbol: instrument_for(symbol, given) for symbol in symbols}


def unknown_symbol(symbol: str, known: Sequence[str], where: str) -> UnknownSymbol:
    """E101 with the nearest symbol that is known."""
    near = difflib.get_close_matches(symbol, known, n=1)
    listed = ", ".join(known) or "none"
    return UnknownSymbol(
        f'symbol "{symbol}" is not in {where}: got {symbol} / expected one of {listed}.',
        f'Did you mean {near[0]}? Say symbol="{near[0]}".' if near else "Name one of them: symbol=NAME.",
    )


def currency_of(instruments: Mapping[str, Instrument]) -> str:
    """The currency in which all instruments pay; of several USD, else the first by name, to which the others convert.

    Raises `BadAccount` where there is none.
    """
    currencies = sorted({one.currency_profit for one in instruments.values()})
    if len(currencies) == 1:
        return currencies[0]
    for currency in dict.fromkeys([USUAL, *currencies]):
        try:
            AccountTerms(instruments, currency, 2, 1).require(instruments)
        except CurrencyError:
            continue
        return currency
    paying = ", ".join(f"{one.symbol} {one.currency_profit}" for one in instruments.values())
    what = f"the symbols pay in several currencies ({paying}), and their pairs lead to none from all of them"
    raise BadAccount(what, "Add the data of the pair that is missing, or give instruments= with profit_rate.")
