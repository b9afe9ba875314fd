"""Write `docs/events.md` from the catalogue: each event with its version, who says and hears it, and its fields.

`python -m ci.events_page` writes it, `--check` only compares and fails on a difference.
"""

import inspect
import sys
from collections.abc import Iterator, Sequence

from ci.hearers import ROOT, event_types, hearers
from tallystick.events.event import ROLES, Event
from tallystick.events.kinds import cards_of
from tallystick.market.rows import BarClosed, Quote

PAGE = ROOT / "docs" / "events.md"
HEAD = """\
# The catalogue of events

Written by `python tasks.py docs` from the code; edit the types in `events/tallystick/events/types/`, not this page.
Kinds are those of the log's own declarations: `int` is 64 bits, `float` is finite, `wide` is an unsigned 256-bit
amount, `column:<dtype>` a little-endian NumPy column, `list:`, `map:` and `optional:` hold the kind that follows.
Trading events count in the decision digest. A book's log declares every type before its first use, so for an old log
its own declarations rule, not this page.
"""


def page() -> str:
    """The whole page."""
    types = event_types()
    heard = hearers()
    return "\n".join([HEAD, *overview(types, heard), *(line for each in types for line in section(each))])


def overview(types: Sequence[type[Event]], heard: dict[str, tuple[str, ...]]) -> Iterator[str]:
    """One line an event."""
    yield "| event | version | trading | said by | heard by |"
    yield "|---|---|---|---|---|"
    for each in types:
        card = each.FACT
        link = f"[`{card.name}`](#{card.name.replace('.', '')})"
        trading = "yes" if card.trading else "no"
        said, listening = ", ".join(card.said_by), ", ".join(heard.get(card.name, ())) or "no module"
        yield f"| {link} | {card.version} | {trading} | {said} | {listening} |"
    yield ""
    yield f"Roles: {', '.join(sorted(ROLES))}."
    yield ""
    yield "Market blocks are heard row by row:"
    yield ""
    for row_type in (Quote, BarClosed):
        yield f"* `{row_type.__name__}` by {', '.join(heard.get(row_type.__name__, ())) or 'no module'}"
    yield ""


def section(event_type: type[Event]) -> Iterator[str]:
    """One event: what it states and a table of its fields."""
    yield f"## {event_type.FACT.name}"
    yield ""
    yield inspect.cleandoc(event_type.__doc__ or "")
    yield ""
    yield "| field | kind | unit | meaning |"
    yield "|---|---|---|---|"
    for card in cards_of(event_type):
        yield f"| `{card.name}` | `{card.kind}` | {card.unit} | {card.meaning} |"
    yield ""


def main(arguments: list[str]) -> int:
    """Write the page, or with `--check` compare it; 0 when it stands as it should."""
    wanted = page()
    if arguments == ["--check"]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == wanted:
            return 0
        print(f"{PAGE.relative_to(ROOT)} is not what the catalogue says: run `python tasks.py docs`")
        return 1
    PAGE.write_text(wanted, encoding="utf-8", newline="\n")
    print(f"{PAGE.relative_to(ROOT)}: {len(event_types())} events")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
