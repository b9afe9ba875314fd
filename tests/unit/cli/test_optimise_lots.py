"""`tallystick optimise` in lots: the broker's conditions, the account, and what an account cannot hold."""

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.market.instrument import LOT
from tallystick.platform.data.demo import demo_instruments
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.definitions.file import document_of
from tallystick.platform.report.optimisation.in_lots import facts
from tallystick.platform.report.optimisation.outcome import InLots, Volume
from tallystick.quantum import PortfolioProblem
from tallystick.quantum.problem.listing import Account, Listing
from tallystick.quantum.problem.lots import allocate
from tests.said import Say
from tests.unit.cli import desk

NAMES = ("EURUSD", "NZDUSD", "XAUUSD")
LAST = np.array([1.2, 0.8, 1_200.0])
WORDS = ("--k", 3, "--fewest", 1, "--layers", 0)


def returns() -> desk.Floats:
    """Daily returns (240, 3), a third of the desk's in size."""
    return desk.returns()[:, :3] / 3.0


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Prices that end at `LAST`."""
    grown = desk.prices(returns())
    return desk.write(tmp_path / "prices.csv", desk.lines(grown / grown[-1] * LAST, NAMES))


@pytest.fixture
def terminal(tmp_path: Path) -> Path:
    """A broker's export: the demo's symbols without prices, 10,000 USD at 1:30."""
    return exported(tmp_path / "terminal.json")


def exported(path: Path, **quoted: float) -> Path:
    document = document_of(Definition.of_instruments(demo_instruments().values()))
    for symbol in document["symbols"]:
        symbol["bid"] = symbol["ask"] = quoted.get(symbol["name"], 0.0)
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def found(say: Say, *words: object) -> dict[str, Any]:
    said = say("optimise", *words, *WORDS, "--json")
    assert said.code == 0, said.err
    lots: dict[str, Any] = said.document["lots"]
    return lots


def test_the_lots_are_those_of_the_library_and_obey_the_broker(say: Say, table: Path, terminal: Path) -> None:
    lots = found(say, table, "--lots", terminal, "--equity", 50_000)
    moves = returns()
    problem = PortfolioProblem(
        moves.mean(axis=0), np.cov(moves, rowvar=False), k=3, fewest=1, risk_aversion=5.0, buy_in=0.01
    )
    instruments = demo_instruments()
    rates = (1.0, 1.0, 1.0)
    listings = [Listing(instruments[each], price, rate) for each, price, rate in zip(NAMES, LAST, rates, strict=True)]
    library = allocate(problem, listings, Account(50_000.0, leverage=30))
    volumes = {each["name"]: each["lots"] for each in lots["volumes"]}
    assert [volumes.get(each, 0.0) for each in NAMES] == pytest.approx(library.lots.tolist(), abs=1e-12)
    assert lots["objective"] == pytest.approx(library.objective, rel=1e-6)
    assert lots["proved"]
    for name, volume in volumes.items():
        one = instruments[name]
        units = round(abs(volume) * LOT)
        assert units == 0 or (one.volume_min <= units <= one.volume_max and units % one.volume_step == 0)


def test_worth_and_margin_add_up_to_the_accounts(say: Say, table: Path, terminal: Path) -> None:
    lots = found(say, table, "--lots", terminal, "--equity", 50_000, "--leverage", 100)
    worth = {"EURUSD": 120_000.0, "NZDUSD": 80_000.0, "XAUUSD": 120_000.0}  # of a lot, at the last prices
    for each in lots["volumes"]:
        assert each["worth"] == pytest.approx(each["lots"] * worth[each["name"]], rel=1e-9)
        assert each["weight"] == pytest.approx(each["worth"] / 50_000.0, rel=1e-9)
        by_leverage = 100.0 if demo_instruments()[each["name"]].calc_mode in {"forex", "cfd_leverage"} else 1.0
        assert each["margin"] == pytest.approx(each["worth"] / by_leverage, rel=1e-6)
    assert lots["margin"] == pytest.approx(sum(each["margin"] for each in lots["volumes"]))
    assert (lots["equity"], lots["leverage"], lots["currency"]) == (50_000.0, 100, "USD")


def test_an_export_says_the_account_itself_and_built_in_conditions_need_no_file(
    say: Say, table: Path, terminal: Path
) -> None:
    lots = found(say, table, "--lots", terminal)
    assert (lots["equity"], lots["leverage"], lots["currency"]) == (10_000.0, 30, "USD")
    assert lots["conditions"] == "terminal.json"
    assert "last row of prices.csv" in lots["prices"]
    built_in = found(say, table, "--equity", "10000 USD")
    assert built_in["conditions"] == "built-in conditions"
    assert built_in["volumes"] == lots["volumes"]


def test_an_account_in_another_currency_is_converted_by_the_tables_own_pair(say: Say, table: Path) -> None:
    in_euro, in_dollars = (found(say, table, "--equity", each) for each in ("50000EUR", "60000USD"))
    assert [each["lots"] for each in in_euro["volumes"]] == [each["lots"] for each in in_dollars["volumes"]]
    for one, other in zip(in_euro["volumes"], in_dollars["volumes"], strict=True):
        assert one["margin"] * 1.2 == pytest.approx(other["margin"], rel=1e-6)


def test_returns_are_made_into_lots_at_the_bid_and_ask_of_an_export(say: Say, tmp_path: Path) -> None:
    table = desk.write(tmp_path / "returns.csv", desk.lines(returns(), NAMES))
    quoted = dict(zip(NAMES, LAST.tolist(), strict=True))
    lots = found(say, table, "--lots", exported(tmp_path / "quoted.json", **quoted))
    assert lots["prices"] == "bid and ask in quoted.json"
    said = say("optimise", table, "--lots", exported(tmp_path / "bare.json"), *WORDS)
    assert said.error.startswith("error[E861] returns.csv holds no prices, and nothing else says that of EURUSD")


def test_console_and_page_show_the_lots(say: Say, table: Path, terminal: Path, tmp_path: Path) -> None:
    said = say("optimise", table, "--lots", terminal, *WORDS, "-o", tmp_path / "out")
    for words in ("margin, USD", "of the equity", "proved, no other lots are better", "10,000.00 USD at 1:30"):
        assert words in said.out
    page = (tmp_path / "out" / "optimisation.html").read_text(encoding="utf-8")
    assert '<section id="lots">' in page
    assert "proved, no other lots are better" in page
    say("optimise", table, *WORDS, "-o", tmp_path / "bare")
    assert '<section id="lots">' not in (tmp_path / "bare" / "optimisation.html").read_text(encoding="utf-8")


def test_lots_of_what_is_held_of_many_say_that_others_were_not_searched(say: Say, tmp_path: Path) -> None:
    names = ("EURUSD", "GBPUSD", "AUDUSD", "NZDUSD", "USDCHF", "USDCAD", "XAUUSD", "XAGUSD")
    grown = desk.prices(desk.returns()[:, :8] / 3.0)
    table = desk.write(tmp_path / "eight.csv", desk.lines(grown / 100.0, names))
    words = (table, "--k", 3, "--layers", 0, "--equity", 100_000)
    said = say("optimise", *words)
    assert "of the 3 symbols that the weights hold; others were not searched" in said.out
    document = say("optimise", *words, "--json").document
    assert not document["lots"]["proved"]
    assert sorted(document["lots"]["searched"]) == sorted(document["weights"])


REFUSED: dict[str, tuple[tuple[object, ...], str, str]] = {
    "too small for a lot": (("--equity", 500), "E864", r"smallest position, NZDUSD, is 800.00 USD, the equity 500.00"),
    "too small for its bound": (("--equity", 1_000, "--upper", 0.6), "E864", "of which it may take 600.00"),
    "larger than all volumes": (("--equity", "1e9"), "E864", "the greatest volumes of 3 symbols come to"),
    "no account": (("--lots", "own.toml"), "E801", "no account"),
    "a file that is not there": (("--lots", "nosuch.json"), "E111", "no such file nosuch.json"),
    "a symbol without conditions": (("--lots", "one.json"), "E101", "no symbol"),
    "no way to the currency": (("--equity", "10000GBP"), "E118", "EURUSD is in USD, the account in GBP"),
    "leverage of nothing": (("--leverage", 50), "E801", "account that lots are for"),
    "a tail": (("--equity", 1e5, "--risk", "cvar"), "E801", "searched for the variance"),
    "no money": (("--equity", 0), "E112", "equity 0"),
    "a currency that nothing converts": (
        ("--equity", "10000XYZ"),
        "E118",
        "USD, the account in XYZ, and no symbol here",
    ),
    "too small for three": (("--equity", 2_000, "--fewest", 3), "E864", "hold 3 symbols of 3: the best .* hold 2"),
    "no JSON": (("--lots", "bad.json"), "E131", "bad.json cannot be read"),
    "a list": (("--lots", "list.json"), "E131", "list.json has no table for each symbol"),
    "an empty file": (("--lots", "empty.json"), "E131", "empty.json cannot be read"),
    "no table at all": (("--lots", "empty.toml"), "E131", "empty.toml holds conditions of no symbol"),
    "two currencies": (("--lots", "terminal.json", "--equity", "10000 EUR"), "E115", "currency USD"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_lots_cannot_be_made_of_is_refused_with_a_remedy(
    say: Say, table: Path, terminal: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(table.parent)
    (table.parent / "own.toml").write_text("[EURUSD]\nvolume_min = 0.1\n", encoding="utf-8")
    one = json.loads(terminal.read_text(encoding="utf-8"))
    one["symbols"] = one["symbols"][:1]
    one["sessions"] = one["commission"] = {}
    (table.parent / "one.json").write_text(json.dumps(one), encoding="utf-8")
    words, code, says = REFUSED[case]
    for name, text in {"bad.json": "{bad", "list.json": "[]", "empty.json": "", "empty.toml": ""}.items():
        (table.parent / name).write_text(text, encoding="utf-8")
    said = say("optimise", table, *WORDS, *words)
    assert said.code == 2
    assert said.error.startswith(f"error[{code}]"), said.err
    assert re.search(says, said.error), said.err
    assert said.last.startswith("Fix: ")
    assert not re.search(r"tolerance|budget|margin_share|instruments=|the book", said.last)
    assert said.out == ""


def test_a_remedy_for_too_few_held_is_one_that_helps(say: Say, table: Path) -> None:
    words = (table, "--layers", 0, "--equity", 2_000, "--k", 3)
    said = say("optimise", *words)
    assert said.last == "Fix: raise --equity, lower --k, or allow fewer: --fewest 2"
    assert len([each for each in found_lots(say, *words, "--fewest", 2) if each["lots"]]) == 2


@pytest.mark.parametrize("more", [("--k", 3, "--buy-in", 0.2), ("--k", 3, "--fewest", 2, "--upper", 0.9)], ids=str)
def test_lots_hold_as_many_symbols_as_must_be_held(say: Say, table: Path, more: tuple[object, ...]) -> None:
    volumes = found_lots(say, table, "--layers", 0, "--equity", 6_000, *more)
    assert sum(each["lots"] != 0.0 for each in volumes) >= (2 if "--fewest" in more else 3)


def found_lots(say: Say, *words: object) -> list[dict[str, Any]]:
    said = say("optimise", *words, "--json")
    assert said.code == 0, said.err
    volumes: list[dict[str, Any]] = said.document["lots"]["volumes"]
    return volumes


def test_a_missing_symbol_points_at_the_file_for_lots(say: Say, table: Path) -> None:
    strange = desk.write(table.parent / "strange.csv", table.read_text(encoding="utf-8").replace("NZD", "QQQ").split())
    said = say("optimise", strange, *WORDS, "--equity", 1e4)
    assert said.error.startswith('error[E101] symbol "QQQUSD"')
    assert "--lots FILE" in said.last


def test_lots_below_the_weights_say_by_how_much_less_they_sum_to(say: Say, table: Path) -> None:
    words = (table, *WORDS, "--expect", "nothing", "--equity", 10_500)
    lots = say("optimise", *words, "--json").document["lots"]
    less = 1.0 - sum(each["weight"] for each in lots["volumes"])
    assert less > 0.001
    assert lots["fractional_gap"] < 0.0
    assert f"for these lots sum to {less * 100:.3g} % less of the equity" in " ".join(
        say("optimise", *words).out.split()
    )


def test_lots_of_the_same_sum_below_the_weights_give_another_reason() -> None:
    volume = Volume("EURUSD", 0.05, 1.0, 1.0, 6_000.0, 200.0)
    found = InLots(
        (volume,), "built-in", "here", "USD", 2, 6_000.0, 30, 200.0,
        objective=-2.0, bound=-2.0, gap=0.0, fractional_gap=-1e-7, closed=True, proved=True,
        searched=("EURUSD",), nodes=1,
    )  # fmt: skip
    said = dict(facts(found))["in lots"]
    assert "sum" not in said
    assert said.endswith("1e-05 % below that of the weights without lots, for the weights are the best only to "
                         "within their own gap")  # fmt: skip
