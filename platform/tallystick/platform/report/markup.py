"""HTML from plain values; every text is escaped here and nowhere else."""

import html
from collections.abc import Iterable, Sequence

import numpy as np

DASH = "\N{EN DASH}"


def text(value: object) -> str:
    """Escaped text."""
    return html.escape(str(value), quote=True)


def signed(number: str) -> str:
    """A number with a true minus sign."""
    return number.replace("-", "\N{MINUS SIGN}")


def percent(share: float | None, decimals: int = 1) -> str:
    """A share from 0 to 1 in per cent; a dash for none."""
    return DASH if share is None else signed(f"{share * 100:.{decimals}f}\N{NO-BREAK SPACE}%")


def ratio(value: float | None) -> str:
    """A ratio with two decimals; a dash for none."""
    return DASH if value is None else signed(f"{value:.2f}")


def moment(ns: int) -> str:
    """A time in UTC to the minute."""
    return str(np.datetime64(ns, "ns").astype("datetime64[m]")).replace("T", " ")


def day(ns: int) -> str:
    """A UTC day."""
    return str(np.datetime64(ns, "ns").astype("datetime64[D]"))


def span(ns: int) -> str:
    """A length of time in its two largest units."""
    minutes = ns // 60_000_000_000
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def tone(amount: float) -> str:
    """The class that colours an amount."""
    return "gain" if amount > 0 else "loss" if amount < 0 else ""


def facts(rows: Iterable[tuple[str, str]]) -> str:
    """Names and values, one a line; values are HTML already."""
    lines = "".join(f"<div><dt>{text(name)}</dt><dd>{value}</dd></div>" for name, value in rows)
    return f'<dl class="facts">{lines}</dl>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1) -> str:
    """A table whose first `words` columns are text and the rest numbers; cells are HTML already."""

    def cells(tag: str, values: Sequence[str]) -> str:
        return "".join(
            f"<{tag}{'' if place < words else ' class=num'}>{value}</{tag}>" for place, value in enumerate(values)
        )

    body = "".join(f"<tr>{cells('td', row)}</tr>" for row in rows)
    head = cells("th", [text(name) for name in heads])
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def section(anchor: str, title: str, body: str, note: str = "") -> str:
    """A titled part of the page; `note` is a line of explanation under the title (HTML already)."""
    under = f'<p class="note">{note}</p>' if note else ""
    return f'<section id="{anchor}"><h2>{text(title)}</h2>{under}{body}</section>'
