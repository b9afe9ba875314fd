"""The parts of the page that say where results come from: data, incidents, proof, conditions and manifest."""

from collections.abc import Mapping
from typing import Any

from tallystick.events.event import Event
from tallystick.events.kinds import cards_of
from tallystick.platform.quantities import quantity
from tallystick.platform.report.markup import DASH, facts, moment, section, signed, table, text
from tallystick.platform.report.modelling import modelling_of
from tallystick.platform.report.story import Told
from tallystick.platform.report.summary import FAULT_WORDS, Book


def data(book: Book) -> str:
    """The series, and the faults that were found in them."""
    story = book.story
    series = table(
        ["series", "symbol", "kind", "source", "clock", "SHA-256 of the treated rows", "rows"],
        (
            [str(one.series), text(one.symbol), text(one.kind), text(one.source), text(one.time_rule),
             f'<code title="{text(one.data_hash)}">{text(one.data_hash[:16])}</code>', f"{one.rows:,}"]
            for one in story.series.values()
        ),
        words=6,
    )  # fmt: skip
    faults = table(
        ["symbol", "fault", "what", "rule", "first", "count"],
        (
            [text(one.symbol), f"<code>{text(one.fault)}</code>", text(FAULT_WORDS.get(one.fault, DASH)),
             f"<code>{text(one.rule)}</code>", moment(one.first_time), f"{one.count:,}"]
            for one in story.treated.values()
        ),
        words=5,
    )  # fmt: skip
    found = faults if story.treated else "<p>No fault was found.</p>"
    made = "".join(f"<p>Modelling quality: {text(line)}.</p>" for line in modelling_of(story))
    note = "Faults of the data are named, counted and treated by a stated rule before anybody trades on them."
    return section("data", "Data and their faults", series + made + "<h3>Faults</h3>" + found, note)


def incidents(book: Book) -> str:
    """Stop-outs, limits of the account, halts, failures and refusals."""
    story = book.story
    told: list[Told[Any]] = [*story.stop_outs, *story.limits, *story.incidents]
    if not told:
        return ""
    rows = table(
        ["seq", "time", "what", "detail"],
        (
            [str(one.seq), moment(one.time), text(one.event.FACT.name), text(_fields(one.event, story.digits))]
            for one in told[:500]
        ),
        words=4,
    )
    return section("incidents", "Stop-outs, limits, halts and failures", rows)


def proof(book: Book, verdicts: Mapping[str, str]) -> str:
    """What names the log, what was verified, and how anybody can do it again."""
    named = book.summary.proof
    covered = f"at {named.checkpoint:,} records" if named.checkpoint >= 0 else "none"
    names = facts(
        [
            ("Origin", f"<code>{text(named.origin) or DASH}</code>"),
            ("Records", f"{named.size:,}"),
            ("Head (last leaf hash)", f"<code class=hash>{text(named.head) or DASH}</code>"),
            ("Decision digest", f"<code class=hash>{text(named.decision_digest) or DASH}</code>"),
            ("Last signed checkpoint", covered),
            *((name.capitalize(), f'<span class="{verdict_tone(words)}">{text(words)}</span>')
              for name, words in verdicts.items()),
        ]
    )  # fmt: skip
    commands = (
        "<pre><code>tallystick audit verify BOOK --key KEY   # every byte, every signature, with the public key alone\n"
        "tallystick replay BOOK                   # every derived event again, compared bit for bit\n"
        "tallystick audit tamper-test BOOK        # damage a copy in eleven ways and see it found\n"
        "tallystick why SEQ BOOK                  # the chain of causes of any record, down to the market row\n"
        "tallystick audit prove SEQ BOOK          # a bundle that an outsider can check</code></pre>"
    )
    limits = (
        "<p>This proves that the log is whole, unaltered since it was signed, and that the recorded code makes these "
        "decisions from these inputs. It does not prove that the prices or fills of a broker are true, nor that a "
        "strategy is good. Remember the head or have a witness sign it: no log alone can show that it was replaced "
        "whole.</p>"
    )
    return section("proof", "Proof", names + "<h3>Verify it yourself</h3>" + commands + limits)


def manifest(book: Book) -> str:
    """What "same code" means for this book, and its account's conditions."""
    story = book.story
    parts = [conditions(book)]
    for told in story.runs[-3:]:
        run = told.event
        rows = [
            ("Mode, seed, durability", text(f"{run.mode}, {run.seed}, {run.durability}")),
            ("Modules", text(", ".join(run.modules))),
            ("Package", f"<code class=hash>{text(run.package_hash)}</code>"),
            ("Data", f"<code class=hash>{text(run.data_hash)}</code>"),
            ("Settings", f"<code class=hash>{text(run.settings_hash)}</code>"),
            ("Versions", text(", ".join(f"{name} {version}" for name, version in run.versions.items()))),
            *((name, f"<code class=hash>{text(digest)}</code>") for name, digest in run.sources.items()),
        ]
        settings = table(["setting", "value"], ([text(k), text(v)] for k, v in run.settings.items()), words=2)
        folded = f"<details><summary>{len(run.settings)} settings</summary>{settings}</details>" if run.settings else ""
        parts.append(f"<h3>Run {run.run}</h3>" + facts(rows) + folded)
    return section("manifest", "Conditions and manifest", "".join(parts))


def conditions(book: Book) -> str:
    """The account and the instruments."""
    story = book.story
    account = story.account
    line = ""
    if account is not None:
        line = (
            f"<p>Account {text(account.account)}: {text(account.margin_mode)}, leverage 1:{account.leverage}, "
            f"margin call at {account.stop_out_call / 100:g} %, stop-out at {account.stop_out_level / 100:g} %, "
            f"orders executed {account.latency / 1e6:g} ms after sending.</p>"
        )
    heads = ["symbol", "digits", "contract", "lots", "swap long", "swap short", "commission a side", "stops level"]
    rows = (
        [
            text(one.symbol), str(one.digits), f"{one.contract_size:,.0f}",
            f"{one.volume_min / 1e8:g} to {one.volume_max / 1e8:g} by {one.volume_step / 1e8:g}",
            signed(f"{one.swap_long:g}"), signed(f"{one.swap_short:g}"),
            book.summary.money(one.commission_per_lot), f"{one.stops_level:,}",
        ]
        for one in story.instruments.values()
    )  # fmt: skip
    return line + table(heads, rows)


def verdict_tone(words: str) -> str:
    """The class that colours a verdict: a good one begins with OK."""
    return "gain" if words.lower().startswith("ok") else "loss"


def _fields(event: Event, digits: int) -> str:
    values = ((card, getattr(event, card.name)) for card in cards_of(type(event)))
    return ", ".join(f"{card.name} {_told(card.unit, one, digits)}" for card, one in values if type(one) is not bytes)


def _told(unit: str, value: Any, digits: int) -> str:
    if unit.startswith("ns UTC"):
        return moment(value) if value else "never"
    return quantity(unit, value, digits) if unit.startswith(("minor units", "1e-8 lots")) else str(value)
