"""`tallystick optimise`: how a file is read, what the conditions mean, and that each is obeyed."""

import gzip
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tallystick.quantum import PortfolioProblem, solve
from tests.said import Say
from tests.unit.cli import desk

QUICK = ("--shots", 100, "--layers", 1, "--angles", "ramp")
Answered = Callable[..., dict[str, Any]]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return desk.write(tmp_path / "prices.csv", desk.lines(desk.prices(desk.returns())))


@pytest.fixture
def answered(say: Say) -> Answered:
    """Says `optimise FILE ... --json`, which must succeed."""

    def command(*words: object) -> dict[str, Any]:
        said = say("optimise", *words, "--json")
        assert said.code == 0, said.err
        found: dict[str, Any] = said.document
        return found

    return command


def test_the_answer_is_that_of_the_library(answered: Answered, table: Path) -> None:
    found = answered(table, "--k", 4, "--risk-aversion", 3, "--buy-in", 0.05, "--upper", 0.6, "--layers", 0)
    moves = desk.returns()
    problem = PortfolioProblem(
        moves.mean(axis=0),
        np.cov(moves, rowvar=False),
        k=4,
        risk_aversion=3.0,
        buy_in=0.05,
        upper=0.6,
        names=desk.NAMES,
    )
    library = solve(problem)
    assert found["objective"] == pytest.approx(library.objective, rel=1e-9)
    assert found["weights"] == pytest.approx(library.held, abs=1e-6)
    assert found["bound"] <= found["objective"]


def test_prices_and_their_returns_are_told_apart_and_give_one_answer(
    answered: Answered, table: Path, tmp_path: Path
) -> None:
    moves = desk.prices(desk.returns())
    of_returns = desk.write(tmp_path / "returns.csv", desk.lines(moves[1:] / moves[:-1] - 1.0))
    first, second = (answered(file, "--k", 4, "--layers", 0) for file in (table, of_returns))
    assert "prices, detected" in first["universe"]
    assert "returns, detected" in second["universe"]
    assert first["weights"] == pytest.approx(second["weights"], abs=1e-9)


def test_a_table_with_the_newest_row_first_is_turned_round_and_that_is_said(
    answered: Answered, table: Path, tmp_path: Path
) -> None:
    head, *rows = table.read_text(encoding="utf-8").splitlines()
    backwards = desk.write(tmp_path / "backwards.csv", [head, *reversed(rows)])
    found = answered(backwards, "--k", 4, "--layers", 0)
    assert found["weights"] == pytest.approx(answered(table, "--k", 4, "--layers", 0)["weights"], abs=1e-9)
    assert any("turned round" in note for note in found["notes"])


def test_other_spellings_of_one_table_give_one_answer(answered: Answered, table: Path, tmp_path: Path) -> None:
    text = table.read_text(encoding="utf-8")
    packed, european = tmp_path / "prices.csv.gz", tmp_path / "prices.tsv"
    packed.write_bytes(gzip.compress(text.encode()))
    european.write_text(text.replace(",", ";").replace(".", ","), encoding="utf-8")
    bare = desk.write(tmp_path / "bare.csv", [line.split(",", 1)[1] for line in text.splitlines()[1:]])
    expected = answered(table, "--k", 4, "--layers", 0)
    for file in (packed, european):
        assert answered(file, "--k", 4, "--layers", 0)["weights"] == expected["weights"]
    unnamed = answered(bare, "--k", 4, "--layers", 0)
    places = {f"asset {desk.NAMES.index(name) + 1}": weight for name, weight in expected["weights"].items()}
    assert unnamed["weights"] == places
    assert any("no names" in note for note in unnamed["notes"])


def test_parquet_gives_the_same_answer(answered: Answered, table: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="Parquet needs pyarrow: pip install tallystick[parquet]")
    import pandas as pd

    frame = pd.read_csv(table, index_col=0, parse_dates=True, float_precision="round_trip")
    frame.to_parquet(tmp_path / "prices.parquet")
    found = answered(tmp_path / "prices.parquet", "--k", 4, "--layers", 0)
    expected = answered(table, "--k", 4, "--layers", 0)
    assert found["weights"] == expected["weights"]
    assert found["universe"].replace(".parquet", ".csv") == expected["universe"]


def test_a_port_file_is_known_by_its_form(answered: Answered, tmp_path: Path) -> None:
    found = answered(desk.dax20(tmp_path / "dax.txt"), "--k", 5, "--risk-aversion", 9, *QUICK)
    assert "port file of the OR-Library, 20 assets, 52 periods a year" in found["universe"]
    assert len(found["weights"]) == 5
    assert found["closed"]


@pytest.mark.parametrize(
    ("step", "rhythm"), [(1, "daily, 252"), (5, "weekly, 52"), (21, "monthly, 12"), (2, "periods a year, counted")]
)
def test_the_dates_say_how_many_periods_a_year_has(answered: Answered, tmp_path: Path, step: int, rhythm: str) -> None:
    head, *rows = desk.lines(desk.prices(desk.returns(rows=420)))
    every = {1: 1, 5: 5, 21: 21, 2: 45}[step]
    found = answered(desk.write(tmp_path / "prices.csv", [head, *rows[::every]]), "--estimator", "ledoit-wolf")
    assert rhythm in found["universe"]


def test_rows_on_weekends_too_are_365_a_year(answered: Answered, tmp_path: Path) -> None:
    head, *rows = desk.lines(desk.prices(desk.returns(rows=60)))
    days = [(date(2020, 1, 1) + timedelta(days=place)).isoformat() for place in range(len(rows))]
    every = [f"{day},{row.split(',', 1)[1]}" for day, row in zip(days, rows, strict=True)]
    found = answered(desk.write(tmp_path / "prices.csv", [head, *every]))
    assert "daily with weekends, 365 periods a year" in found["universe"]


def test_sector_caps_are_obeyed(answered: Answered, table: Path, tmp_path: Path) -> None:
    free = answered(table, "--k", 4, "--layers", 0)["weights"]
    first, second = sorted(free, key=lambda name: -free[name])[:2]
    sectors = desk.write(tmp_path / "sectors.csv", ["asset,sector,cap", f"{first},one,25%", f"{second},two,"])
    held = answered(table, "--k", 4, "--layers", 0, "--sectors", sectors, "--sector-cap", 0.2)["weights"]
    assert held.get(first, 0.0) <= 0.25 + 1e-9 < free[first]
    assert held.get(second, 0.0) <= 0.2 + 1e-9 < free[second]
    assert sum(held.values()) == pytest.approx(1.0)


def test_no_more_of_a_sector_are_held_than_was_said(answered: Answered, table: Path, tmp_path: Path) -> None:
    free = answered(table, "--k", 4, "--layers", 0)["weights"]
    sectors = desk.write(tmp_path / "sectors.csv", ["asset,sector", *(f"{name},best" for name in free)])
    found = answered(table, "--k", 4, *QUICK, "--sectors", sectors, "--sector-most", 2)
    assert len(set(found["weights"]) & set(free)) == 2
    assert "best at most 2 of 4" in found["asked"]
    assert found["circuits"][0]["allowed_probability"] < 1.0


def test_a_sector_limit_without_sectors_is_refused(say: Say, table: Path) -> None:
    for words in (("--sector-cap", 0.3), ("--sector-most", 2)):
        said = say("optimise", table, "--k", 4, *words)
        assert said.error.startswith("error[E801] --sector-cap and --sector-most are of the sectors in a file")
        assert said.last == "Fix: --sectors FILE, lines asset,sector"


def test_a_buy_in_counts_without_a_number_of_assets_too(answered: Answered, table: Path) -> None:
    found = answered(table, "--buy-in", 0.2, "--risk-aversion", 50)["weights"]
    assert min(found.values()) >= 0.2 - 1e-9
    assert min(answered(table, "--risk-aversion", 50)["weights"].values()) < 0.2


def test_turnover_counts_from_what_an_earlier_run_said(
    answered: Answered, say: Say, table: Path, tmp_path: Path
) -> None:
    earlier = say("optimise", table, "--k", 4, "--layers", 0, "--last", 60, "--json")
    (tmp_path / "last.json").write_text(earlier.out, encoding="utf-8")
    words = (table, "--k", 4, "--layers", 0, "--previous", tmp_path / "last.json")
    before = earlier.document["weights"]
    found = answered(*words, "--turnover", 0.3)
    traded = sum(abs(found["weights"].get(name, 0.0) - before.get(name, 0.0)) for name in desk.NAMES)
    assert traded <= 0.3 + 1e-9
    assert found["turnover"] == pytest.approx(traded)
    still = answered(*words, "--cost", 10.0)
    assert still["weights"] == pytest.approx(before, abs=1e-6)
    assert still["trading_cost"] == pytest.approx(0.0, abs=1e-4)


def test_long_and_short_stay_within_the_gross_limit(answered: Answered, table: Path) -> None:
    found = answered(table, "--k", 6, "--long-short", "--gross", 1.5, "--layers", 0)["weights"]
    assert min(found.values()) < 0.0
    assert sum(abs(each) for each in found.values()) <= 1.5 + 1e-9
    assert sum(found.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("risk", ["cvar", "cdar"])
def test_tail_risk_is_that_of_the_returns(answered: Answered, table: Path, risk: str) -> None:
    pytest.importorskip("scipy")
    found = answered(table, "--k", 3, "--risk", risk, "--level", 0.9, "--layers", 0, "--last", 61)
    w = np.array([found["weights"].get(name, 0.0) for name in desk.NAMES])
    earned = desk.returns()[-60:] @ w
    path = np.cumsum(earned)
    losses = -earned if risk == "cvar" else np.maximum.accumulate(np.maximum(path, 0.0)) - path
    worst = np.sort(losses)[::-1][:6].mean()
    assert found["risk_value"] == pytest.approx(worst, rel=1e-6)
    assert found["bound_from"] == "HiGHS"


def test_least_risk_alone_asks_nothing_of_the_means(answered: Answered, table: Path) -> None:
    found = answered(table, "--expect", "nothing", "--risk-aversion", 1)
    assert found["objective"] == pytest.approx(found["risk_value"])
    assert "any number of 12 assets" in found["asked"]
    assert "QAOA was not run" in found["added"]


def test_fewer_rows_than_assets_warn_and_name_the_estimators_that_help(answered: Answered, table: Path) -> None:
    found = answered(table, "--k", 3, "--layers", 0, "--last", 10)
    assert any("singular" in each and "--estimator ledoit-wolf" in each for each in found["warnings"])
    for estimator in ("ledoit-wolf", "rmt"):
        assert not answered(table, "--k", 3, "--layers", 0, "--last", 10, "--estimator", estimator)["warnings"]


def test_a_gap_is_treated_by_the_rule_that_was_named_and_said(answered: Answered, table: Path, tmp_path: Path) -> None:
    head, *rows = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()]
    rows[7][2], rows[9][2], rows[9][3] = "", "NaN", "n/a"
    gappy = desk.write(tmp_path / "gappy.csv", [",".join(row) for row in [head, *rows]])
    by_row = answered(gappy, "--k", 4, "--layers", 0, "--missing", "rows")
    assert any("2 of 241 rows" in note for note in by_row["notes"])
    by_asset = answered(gappy, "--k", 4, "--layers", 0, "--missing", "assets")
    assert any("2 assets with gaps were left out (--missing assets): BETA, CAPA" in note for note in by_asset["notes"])
    assert {"BETA", "CAPA"}.isdisjoint(each["name"] for each in by_asset["holdings"])


def test_the_table_says_bound_sources_and_what_the_circuit_added(say: Say, table: Path) -> None:
    said = say("optimise", table, "--k", 4, *QUICK)
    assert said.code == 0
    for words in ("exactly 4 of 12 assets", "branch and bound", "random supports", "classical alone", "QAOA added"):
        assert words in said.out
    weights = [line for line in said.out.splitlines() if line.split(" ", 1)[0] in desk.NAMES]
    assert len(weights) == 4
    assert said.err == ""


def test_nodes_that_do_not_suffice_leave_a_gap_that_is_said(answered: Answered, table: Path) -> None:
    words = (table, "--k", 3, "--layers", 0, "--risk-aversion", 500, "--last", 21)
    left, whole = answered(*words, "--nodes", 1), answered(*words)
    assert not left["closed"]
    assert any("--nodes" in each for each in left["warnings"])
    assert whole["closed"]
    assert left["bound"] < whole["bound"] <= whole["objective"]
