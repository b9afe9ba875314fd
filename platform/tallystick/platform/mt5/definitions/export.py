"""Writes what a MetaTrader 5 terminal says of its symbols and account to one JSON file. Needs only MetaTrader5.

It runs on Python 3.9 and later. Copy this file to the Windows machine with the terminal, log in there, and run

    pip install MetaTrader5
    python export.py -o my_terminal.json [--symbols EURUSD,XAUUSD]

Without --symbols it takes those in Market Watch. Sessions and commissions are not in MetaTrader's Python functions: the
file has an empty entry for each symbol, and a note beside it on how to fill it in. The rule of the server's clock is
worked out from the newest tick while the market is open, else it is left empty for you to say.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HOUR_S = 3_600
FRESH_S = 120
"""A newest tick may be this old to tell the server's clock."""
NOTES = {
    "_sessions": 'When orders are taken, on the server\'s clock: "EURUSD": {"monday": [["00:05", "23:55"]], '
    '"holidays": ["2014-12-25"]}; a weekday that is left out is closed; "default" holds for all; {} is always open.',
    "_commission": 'Money of the account for one lot and side: "EURUSD": 3.5; "default" holds for all; null is none.',
    "_server_time_rule": "The server's clock: utc, fixed:+02:00, or new_york+7 (most brokers: UTC+2, UTC+3 in summer).",
}


class NoExport(Exception):
    """Nothing can be exported; what to do stands beside it."""

    def __init__(self, what: str, fix: str) -> None:
        """Say what is missing, and what to do about it."""
        super().__init__(what)
        self.fix = fix


def main(arguments: list[str] | None = None) -> int:
    """Export, and say what came of it; 0 when the file is written, 1 when there is nothing to write."""
    asked = _asked(arguments)
    try:
        document = _exported(_terminal(), asked)
        _write(asked.output, document)
    except NoExport as error:
        sys.stderr.write(f"error[E532] {error}.\nFix: {error.fix}\n")
        return 1
    rule = document["server_time_rule"] or "empty: say it in the file"
    sys.stdout.write(f"wrote {asked.output}: {len(document['symbols'])} symbols; server_time_rule {rule}\n")
    sys.stdout.write("fill in: sessions and commission (the notes in the file show how)\n")
    return 0


def _asked(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Export a MetaTrader 5 terminal's symbols and account as JSON.")
    parser.add_argument("-o", "--output", type=Path, default=Path("my_terminal.json"), help="the file to write")
    parser.add_argument("--symbols", default="", help='such as EURUSD,XAUUSD; "*" for all the broker has')
    parser.add_argument("--path", default="", help="terminal64.exe, where there is more than one terminal")
    parser.add_argument("--anonymous", action="store_true", help="leave out login and name of the account")
    return parser.parse_args(arguments)


def _terminal() -> Any:
    """The MetaTrader5 module."""
    try:
        return importlib.import_module("MetaTrader5")
    except ImportError:
        what = "the package MetaTrader5 is not here"
        raise NoExport(what, "on Windows, with the terminal installed: pip install MetaTrader5") from None


def _exported(mt5: Any, asked: argparse.Namespace) -> dict[str, Any]:
    """Everything the terminal states; it is left as it was found."""
    if not (mt5.initialize(asked.path) if asked.path else mt5.initialize()):
        what = f"no terminal answers: last_error {mt5.last_error()}"
        raise NoExport(what, "start the MetaTrader 5 terminal, log in, and run this again (or name it with --path)")
    try:
        account = mt5.account_info()
        if account is None:
            what = f"the terminal has no account: last_error {mt5.last_error()}"
            raise NoExport(what, "log in to an account in the terminal, and run this again")
        infos = [_finite(info._asdict()) for info in _symbols(mt5, asked.symbols)]
        names = [info["name"] for info in infos]
        stated = _finite(account._asdict())
        if asked.anonymous:
            stated |= {"login": 0, "name": ""}
        return {
            "symbols": infos,
            "account": stated,
            "sessions": {"_sessions": NOTES["_sessions"], **{name: {} for name in names}},
            "commission": {"_commission": NOTES["_commission"], **dict.fromkeys(names)},
            "_server_time_rule": NOTES["_server_time_rule"],
            "server_time_rule": _clock_rule(mt5, names),
            "_terminal": [str(part) for part in (mt5.version() or ())],
        }
    finally:
        mt5.shutdown()


def _symbols(mt5: Any, wanted: str) -> list[Any]:
    """The symbols asked for, or those in Market Watch."""
    if wanted in {"", "*"}:
        every = mt5.symbols_get() or ()
        found = [info for info in every if wanted or info.select]
        if not found:
            what = f"no symbol is in Market Watch: last_error {mt5.last_error()}"
            raise NoExport(what, "show symbols in Market Watch, or name them: --symbols EURUSD,XAUUSD")
        return found
    found = []
    for name in dict.fromkeys(part.strip() for part in wanted.split(",") if part.strip()):
        info = mt5.symbol_info(name)
        if info is None:
            what = f"the broker has no symbol {name}: last_error {mt5.last_error()}"
            raise NoExport(what, "spell it as the terminal's Market Watch does, ending included (EURUSD.r)")
        found.append(info)
    return found


def _finite(fields: dict[str, Any]) -> dict[str, Any]:
    """JSON has no infinite numbers."""
    return {name: 0.0 if isinstance(one, float) and not math.isfinite(one) else one for name, one in fields.items()}


def _clock_rule(mt5: Any, names: list[str]) -> str:
    """The rule of the server's clock by its newest tick; empty when no tick is fresh enough to tell."""
    now = time.time()  # noqa: TID251 -- the machine's clock is what the server's is compared with
    ticks = [mt5.symbol_info_tick(name) for name in names]
    newest = max((tick.time for tick in ticks if tick is not None), default=0)
    ahead = round((newest - now) / (HOUR_S / 2)) * (HOUR_S // 2)
    if abs(newest - now - ahead) > FRESH_S or abs(ahead) > 14 * HOUR_S:
        return ""
    if ahead == (3 if _us_summer(now) else 2) * HOUR_S:
        return "new_york+7"
    if ahead == 0:
        return "utc"
    minutes = abs(ahead) // 60
    return f"fixed:{'+' if ahead > 0 else '-'}{minutes // 60:02d}:{minutes % 60:02d}"


def _us_summer(now: float) -> bool:
    """Whether New York keeps summer time: second Sunday of March to first Sunday of November."""
    utc = dt.timezone.utc  # noqa: UP017 -- `dt.UTC` came with Python 3.11
    local = dt.datetime.fromtimestamp(now - 5 * HOUR_S, utc)  # New York's winter time, labelled UTC
    march, november = dt.datetime(local.year, 3, 8, 2, tzinfo=utc), dt.datetime(local.year, 11, 1, 1, tzinfo=utc)
    begins = march + dt.timedelta(days=(6 - march.weekday()) % 7)
    ends = november + dt.timedelta(days=(6 - november.weekday()) % 7)
    return begins <= local < ends


def _write(path: Path, document: dict[str, Any]) -> None:
    """The whole file or none: written beside it, then put in its place."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as part:
                json.dump(document, part, indent=1, ensure_ascii=False, allow_nan=False)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink()
            raise
    except OSError as error:
        what = f"{path} cannot be written: {error.strerror or error}"
        raise NoExport(what, "name a folder you may write to: -o FILE") from error


if __name__ == "__main__":
    raise SystemExit(main())
