"""What a caller says of how files are read, where none is: an argument without effect is refused, not passed over."""

from collections.abc import Sequence
from pathlib import Path

from tallystick.market.instrument import Instrument
from tallystick.platform.backtesting.market import DEMO, Reading
from tallystick.platform.backtesting.terms import Terms
from tallystick.platform.data.catalogue import Catalogue
from tallystick.platform.data.errors import UnfitRequest, UnknownSymbol


def require_of_use(sources: Sequence[object], said: Reading | Terms, kept: Catalogue | None = None) -> None:
    """Raise `UnfitRequest` when every source is the demo's or the catalogue's and something is said of a file's rows.

    Those of the catalogue are treated already, so there a strictness is in vain too; `kept`: default the user's.
    """
    names = [each for each in sources if isinstance(each, str) and not Path(each).exists()]
    if not names or len(names) < len(sources):
        return
    own = [name for name in names if name not in {"demo", *DEMO}]
    kept = Catalogue.of_user() if kept is None and own else kept
    if kept is not None and not all(name in kept for name in own):
        return  # one of them is nothing at all, which is said later
    in_vain = _arguments(said, treated=len(own) == len(names))
    if in_vain:
        what = f"{in_vain[0]} has no effect on {', '.join(names)}: those rows have been read already"
        raise UnfitRequest(f"{what}.", "Leave it out, or name the file that it is said of.")


def require_traded(symbols: Sequence[str], given: dict[str, Instrument]) -> None:
    """Raise `UnknownSymbol` for conditions of which none are of a symbol that is traded."""
    if given and not set(given) & set(symbols):
        what = f"the conditions given are of {', '.join(given)}: none of them is traded; {', '.join(symbols)} would be"
        raise UnknownSymbol(f"{what}.", "Write the symbol as the data have it, or leave the conditions out.")


def _arguments(said: Reading | Terms, *, treated: bool) -> list[str]:
    pairs = ", ".join(f'"{role}": "{column}"' for role, column in (said.mapping or {}).items())
    given = [
        f'tz="{said.tz}"' if said.tz else "",
        f"mapping={{{pairs}}}" if pairs else "",
        "" if said.spread_points is None else f"spread_points={said.spread_points}",
        f'strictness="{said.strictness}"' if treated and said.strictness != "treat" else "",
    ]
    return [each for each in given if each]
