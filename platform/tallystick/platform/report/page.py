"""One HTML page that needs nothing beside itself: styles, script and data inside, and a policy without network."""

from collections.abc import Mapping, Sequence

from tallystick.platform.report import evidence, sections, tester_section
from tallystick.platform.report.inlining import allowed, asset
from tallystick.platform.report.markup import day, text
from tallystick.platform.report.payload import payload
from tallystick.platform.report.pictures import distributions
from tallystick.platform.report.summary import Book
from tallystick.platform.report.tester_layout import printed
from tallystick.platform.report.tester_own import own_beyond, own_excursions, own_load, own_statistics

GENERATOR = "tallystick report"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="generator" content="{generator}">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>{style}</style>
</head>
<body>
<header class="top"><h1>{title}</h1><div class="badges">{badges}</div><p>{subtitle}</p></header>
<nav><div>{links}<button type="button" id="theme" aria-label="light or dark">Light / dark</button></div></nav>
<main>
<noscript><p class="note">Charts and long tables need JavaScript; statistics and proof do not.</p></noscript>
{cards}
{body}
</main>
<footer>Made by Tallystick from the log alone. Times are UTC, amounts in {currency}.
Past results promise nothing.</footer>
<script type="application/json" id="report-data">{data}</script>
<script>{script}</script>
</body>
</html>
"""
POLICY = "default-src 'none'; style-src {style}; script-src {script}; base-uri 'none'; form-action 'none'"
SCRIPTS = ("report.js", "trades.js")
LINKS = (
    ("equity", "Equity"),
    ("prices", "Prices and fills"),
    ("settings", "Settings"),
    ("statistics", "Statistics"),
    ("distributions", "Distributions"),
    ("trades", "Trades"),
    ("deals", "Deals"),
    ("orders", "Orders and denials"),
    ("data", "Data"),
    ("proof", "Proof"),
    ("manifest", "Manifest"),
)


def page(
    book: Book,
    verdicts: Mapping[str, str],
    title: str,
    *,
    place: str = "BOOK",
    warnings: Sequence[str] = (),
    extra: str = "",
) -> str:
    """The whole page; `verdicts` are words by name (verify, replay), good ones beginning with OK.

    `place` is the book's folder as its commands name it; `extra` are sections made elsewhere, such as a heat map.
    `warnings` stand at the top beside those that the log tells.
    """
    style, script = asset("report.css"), "\n".join(map(asset, SCRIPTS))
    excursions, load = own_excursions(book), own_load(book)
    values = printed(own_statistics(book), own_beyond(book, excursions, load))
    body = "\n".join(
        [
            sections.equity(book),
            sections.prices(book),
            tester_section.settings(book),
            sections.statistics(book, values),
            distributions(book, excursions),
            extra,
            sections.trades(book),
            sections.deals(book),
            sections.orders(book),
            evidence.incidents(book),
            evidence.data(book),
            evidence.proof(book, verdicts),
            evidence.manifest(book),
        ]
    )
    return PAGE.format(
        generator=GENERATOR,
        policy=POLICY.format(style=allowed(style), script=allowed(script)),
        title=text(title),
        style=style,
        badges=_badges(verdicts),
        subtitle=_subtitle(book),
        links="".join(f'<a href="#{anchor}">{text(name)}</a>' for anchor, name in LINKS),
        cards=sections.cards(book, warnings),
        body=body,
        currency=text(book.summary.currency),
        data=payload(book, excursions, load, place),
        script=script,
    )


def _badges(verdicts: Mapping[str, str]) -> str:
    return "".join(
        f'<span class="badge {evidence.verdict_tone(words)}" title="{text(words)}">{text(name)} '
        f"{'OK' if evidence.verdict_tone(words) == 'gain' else 'not OK'}</span>"
        for name, words in verdicts.items()
    )


def _subtitle(book: Book) -> str:
    summary = book.summary
    mode = book.story.runs[-1].event.mode if book.story.runs else ""
    parts = [
        summary.proof.origin,
        {"sim": "simulation", "paper": "paper account", "live": "live account"}.get(mode, mode),
        ", ".join(summary.symbols),
        f"{day(summary.first_time)} to {day(summary.last_time)}",
        f"{summary.rows:,} rows",
    ]
    return " · ".join(text(part) for part in parts if part)
