"""Everything of a bot's run that is settled before anything is written: script, rows, terminal, plan."""

import hashlib
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from tallystick.market.instrument import Instrument
from tallystick.market.server_time import TimeRuleError, offset_ns
from tallystick.market.sessions import EVERY
from tallystick.market.spans import MS_NS, SECOND_NS
from tallystick.platform.backtesting.account import account_plan
from tallystick.platform.backtesting.conditions import conditions_of, given_instruments
from tallystick.platform.backtesting.in_vain import require_of_use, require_traded
from tallystick.platform.backtesting.market import feed_from, reading_of
from tallystick.platform.data.faults import Strictness
from tallystick.platform.mt5.definitions.definition import MORE, Definition
from tallystick.platform.mt5.definitions.week import sessions_written
from tallystick.platform.mt5.exec.child.zone import words_for
from tallystick.platform.mt5.exec.composing import definition_in
from tallystick.platform.mt5.exec.errors import BadSpan, BadTerms, BrokenScript, ScriptMissing, TooManySymbols
from tallystick.platform.mt5.exec.settings import Threads
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.prices.folders import unfolded
from tallystick.platform.plan import BotPlan, RunPlan
from tallystick.platform.plan_check import check_plan

DOLLAR = "USD"
USUAL_SERVER_TIME = "new_york+7"
LARGEST_PLAN = 400_000
"""Bytes of a plan, which stands in the first record of the run with all it was told."""
NETTING, HEDGING = 0, 2
"""MT5's margin modes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotTerms:
    """What `mt5 exec` may be told besides the script; the command's help says what each means."""

    data: object = "demo"
    argv: tuple[str, ...] = ()
    terminal: Path | None = None
    instruments: Path | None = None
    risk: Mapping[str, Any] | None = None
    model: str = "auto"
    start: str | None = None
    end: str | None = None
    history: str | None = None
    symbol: str = ""
    clock: str = ""
    tz: str = "UTC"
    seed: int = 0
    account: Mapping[str, Any] | None = None
    server_time: str = ""
    latency_ms: float = 0.0
    call_cost_ms: float = 0.1
    threads: Threads = "refused"
    close_at_end: bool = False
    mapping: Mapping[str, str | int] | None = None
    spread_points: int | None = None
    strictness: Strictness = "treat"


@dataclass(frozen=True, slots=True)
class PreparedBot:
    """A run that can begin; the feed stands at its first row."""

    script: Path
    plan: RunPlan
    bot: BotPlan
    feed: ExecFeed
    notes: tuple[str, ...]


def prepared_bot(script: Path, terms: BotTerms) -> PreparedBot:
    """What `mt5 exec` is given, checked and settled. Writes nothing.

    Raises `BotRunError`, `ZoneRefusedError`, and what data, a definition, a limit or an account raises.
    """
    script = _started(script)
    source = _source_of(script)
    _require_fitting(script, terms)
    asked = reading_of(terms.symbol, "", terms.clock, terms.start, terms.end, terms.strictness)
    reading = reading_of(terms.symbol, "", terms.clock, terms.history, terms.end, terms.strictness)
    reading = replace(reading, mapping=terms.mapping, spread_points=terms.spread_points)
    if asked.start_ns is not None and reading.start_ns is not None and reading.start_ns > asked.start_ns:
        what = f"the history would begin after the bot: --history-from {terms.history}, --from {terms.start}"
        raise BadSpan(what, "Let it begin earlier, or leave --history-from out.")
    given = unfolded(terms.data, reading)
    require_of_use(given, reading)
    read = feed_from(given, (), reading)
    feed = ExecFeed(read, terms.model)
    start = max(feed.first_time, asked.start_ns or feed.all_begun)
    if start >= feed.last_time:
        raise BadSpan(f"the bot would begin after the last row: --from {terms.start}", "Give an earlier day.")
    words_for(terms.tz, start // SECOND_NS)  # says now what the bot's process would say of its time zone
    terminal, notes = _terminal(terms, list(feed.symbols), read.instruments)
    bot = BotPlan(
        script=script.name,
        hash=hashlib.sha256(source).hexdigest(),
        argv=terms.argv,
        start=start,
        end=feed.last_time,
        tz=terms.tz,
        call_cost_ns=round(terms.call_cost_ms * MS_NS),
        threads=terms.threads,
        model=terms.model,
        modelling=tuple(
            f"{one.symbol}: {one.model} from {one.source_timeframe}; {one.quality}" for one in feed.modelling
        ),
        close_at_end=terms.close_at_end,
        risk=terms.risk is not None,
        definition=terminal.pop("definition", {}),
    )
    plan = RunPlan(
        seed=terms.seed,
        latency_ns=round(terms.latency_ms * MS_NS),
        risk=dict(terms.risk or {}),
        bot=bot,
        sessions=_unstated_hours(feed, bot.definition, terminal["server_time"]),
        **terminal,
    )
    check_plan(plan)
    if len(plan.as_json()) > LARGEST_PLAN:
        what = f"the terms of {len(feed.symbols)} symbols do not fit into one record"
        raise TooManySymbols(what, "Run the bot on fewer symbols at a time.")
    definition_in(plan, bot)  # says now what a replay could not make of it
    return PreparedBot(script, plan, bot, feed, notes)


def _started(script: Path) -> Path:
    """The file that Python starts: of a folder its `__main__.py`. Raises `ScriptMissing`."""
    if not script.is_dir():
        return script
    main = script / "__main__.py"
    if not main.is_file():
        raise ScriptMissing(f"{script} is a folder without __main__.py", "Give the Python file that starts the bot.")
    return main


def _source_of(script: Path) -> bytes:
    """The script, which Python understands. Raises `ScriptMissing`, `BrokenScript`."""
    if not script.is_file():
        raise ScriptMissing(f"there is no script {script}", "Give the path of a Python file.")
    if script.suffix == ".ipynb":
        raise BrokenScript(f"{script} is a notebook", f"jupyter nbconvert --to script {script}, and give what it made.")
    source = script.read_bytes()
    try:
        with warnings.catch_warnings(action="ignore"):  # the bot's own process shows them
            compile(source, str(script), "exec", dont_inherit=True)
    except SyntaxError as error:
        line = f": {error.text.strip()}" if error.text else ""
        where = f"{script}, line {error.lineno}" if error.lineno else str(script)
        fix = f"Correct it for Python {sys.version_info[0]}.{sys.version_info[1]}; no bot was started."
        raise BrokenScript(f"{where}: {error.msg}{line}", fix) from None
    except ValueError as error:  # a null byte
        raise BrokenScript(f"{script} is no Python file: {error}", "Give a file of Python source.") from None
    except (RecursionError, MemoryError):
        raise BrokenScript(f"{script} is nested too deeply for Python", "Break its long expressions up.") from None
    return source


def _require_fitting(script: Path, terms: BotTerms) -> None:
    """Refuse what a terminal's definition says already, words no record holds, and a server's clock there is not."""
    stated = {
        "--instruments": terms.instruments,
        "--server-time": terms.server_time,
        "--currency": (terms.account or {}).get("currency"),
    }
    for option, value in stated.items():
        if value and terms.terminal is not None:
            raise BadTerms(f"{option} {value} beside --terminal, whose file says it", "Leave one of them out.")
    for word in (script.name, *terms.argv):
        if any("\ud800" <= unit <= "\udfff" for unit in word):  # how POSIX's Python holds a byte that is no UTF-8
            raise BadTerms(f"{word!a} is no UTF-8, and could not be recorded", "Write it in UTF-8.")
    try:
        offset_ns(0, terms.server_time or USUAL_SERVER_TIME)
    except TimeRuleError as error:
        raise BadTerms(f"--server-time: {error}", "Say such as --server-time utc.") from None


def _terminal(
    terms: BotTerms, symbols: list[str], kept: Mapping[str, Instrument]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Fields of the plan that make the terminal: its file's, or conditions (`kept` with the data) and an account."""
    if terms.terminal is not None:
        from tallystick.platform.mt5.definitions.file import definition_from, document_of

        definition = definition_from(terms.terminal)
        told = _with_account(_cut(document_of(definition), definition, symbols), terms.account or {})
        out = len(definition.symbols) - len(symbols)
        notes = (f"{out} symbols of {terms.terminal.name} have no rows and are left out",) if out else ()
        return {"definition": told, "server_time": definition.server_time_rule}, notes
    given = given_instruments(terms.instruments)
    require_traded(symbols, given)
    conditions = conditions_of(symbols, {**kept, **given})
    currencies = {one.currency_profit for one in conditions.values()}
    account = account_plan(dict(terms.account or {}), currencies.pop() if len(currencies) == 1 else DOLLAR)
    whose = _whose(terms.instruments, symbols, kept)
    note = f"no --terminal: conditions are {whose}, the account is in {account.currency}"
    instruments = tuple(msgspec.to_builtins(one.fields()) for one in conditions.values())
    return {"instruments": instruments, "account": account, "server_time": terms.server_time or USUAL_SERVER_TIME}, (
        note,
    )


def _whose(file: Path | None, symbols: list[str], kept: Mapping[str, Instrument]) -> str:
    if file is not None:
        return f"those of {file.name}"
    if not kept:
        return "the built-in ones"
    others = "" if set(symbols) <= set(kept) else f" ({', '.join(kept)}), else the built-in ones"
    return f"those kept with the data{others}"


def _unstated_hours(feed: ExecFeed, definition: Mapping[str, Any], rule: str) -> dict[str, dict[str, Any]]:
    """Hours that the rows show of symbols whose terminal states none, as a plan holds them."""
    stated = definition.get("sessions", {})
    shown = feed.hours(rule) if EVERY not in stated else {}
    return {symbol: sessions_written(one) for symbol, one in shown.items() if symbol not in stated}


def _cut(told: dict[str, Any], definition: Definition, symbols: list[str]) -> dict[str, Any]:
    """A definition's document without the symbols that there are no rows of. Raises `UnknownSymbol`."""
    kept = {*symbols, EVERY}
    by_symbol: dict[str, Any] = {
        key: {name: one for name, one in told[key].items() if name in kept}
        for key in ("sessions", "commission", *MORE)
        if key in told
    }
    return {**told, **by_symbol, "symbols": [dict(definition.symbol(symbol).info) for symbol in symbols]}


def _with_account(told: dict[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """A definition as its file holds it, with another balance, leverage or margin mode."""
    account = dict(told["account"])
    if "deposit" in given:
        money = {"deposit": given["deposit"], "currency": account["currency"], "digits": account["currency_digits"]}
        deposit = account_plan(money, account["currency"]).balance / 10 ** account["currency_digits"]
        account["balance"] = account["equity"] = account["margin_free"] = deposit
    if "leverage" in given:
        account["leverage"] = given["leverage"]
    if "margin_mode" in given:
        account["margin_mode"] = HEDGING if given["margin_mode"] == "hedging" else NETTING
    return {**told, "account": account}
