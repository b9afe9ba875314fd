"""What `mt5 exec` is given, settled before anything is written."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tallystick.platform.backtesting.errors import BacktestError
from tallystick.platform.data.catalogue import Catalogue
from tallystick.platform.data.errors import DataError
from tallystick.platform.data.instruments import built_in
from tallystick.platform.data.opening import series_of
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.definitions.file import document_of
from tallystick.platform.mt5.definitions.week import WEEKDAYS, sessions_written
from tallystick.platform.mt5.exec.composing import definition_in
from tallystick.platform.mt5.exec.errors import BadSpan, BrokenScript, ScriptMissing
from tallystick.platform.mt5.exec.preparing import BotTerms, prepared_bot
from tallystick.platform.plan import plan_from_json

TERMS: dict[str, Any] = {"data": "EURUSD", "history": "2014-03-03", "start": "2014-03-04", "end": "2014-03-05"}


def script(folder: Path) -> Path:
    """A bot that does nothing."""
    path = folder / "bot.py"
    path.write_text("", encoding="utf-8")
    return path


def terminal(folder: Path, *symbols: str) -> Path:
    """A terminal's definition as a file."""
    definition = Definition.of_instruments([built_in()[symbol] for symbol in symbols], server_time_rule="utc")
    path = folder / "my_terminal.json"
    path.write_text(json.dumps(document_of(definition)), encoding="utf-8")
    return path


def test_the_bot_begins_where_it_was_told_and_rows_before_are_there(tmp_path: Path) -> None:
    ready = prepared_bot(script(tmp_path), BotTerms(**TERMS))
    day = 86_400_000_000_000
    assert ready.bot.start % day == 0
    assert ready.feed.first_time < ready.bot.start < ready.bot.end <= ready.bot.start + 2 * day


def test_the_plan_alone_makes_the_same_terminal_again(tmp_path: Path) -> None:
    known = BotTerms(**TERMS, terminal=terminal(tmp_path, "EURUSD", "XAUUSD"), account={"deposit": "2500"})
    ready = prepared_bot(script(tmp_path), known)
    assert "1 symbols of my_terminal.json have no rows" in ready.notes[0]
    again = plan_from_json(ready.plan.as_json())
    assert again == ready.plan
    assert again.bot
    definition = definition_in(again, again.bot)
    assert [one.name for one in definition.symbols] == ["EURUSD"]
    assert definition.account_settings().balance == 250_000
    assert again.server_time == "utc"


def test_conditions_kept_with_the_data_hold_unless_others_are_given_as_in_a_backtest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALLYSTICK_HOME", str(tmp_path))
    series = series_of("demo", symbol="EURUSD", start="2014-03-03", stop="2014-03-06")
    dear = replace(built_in()["EURUSD"], commission_per_lot=123_456)
    Catalogue.of_user().keep("dear", series, "0" * 64, dear)
    ready = prepared_bot(script(tmp_path), BotTerms(data="dear"))
    assert [one["commission_per_lot"] for one in ready.plan.instruments] == [123_456]
    assert "conditions are those kept with the data" in ready.notes[0]
    cheap = tmp_path / "cheap.toml"
    cheap.write_text("[EURUSD]\ncommission_per_lot = 1\n", encoding="utf-8")
    given = prepared_bot(script(tmp_path), BotTerms(data="dear", instruments=cheap))
    assert [one["commission_per_lot"] for one in given.plan.instruments] == [1]
    assert "conditions are those of cheap.toml" in given.notes[0]


def test_a_folder_is_started_by_its_main_as_python_does(tmp_path: Path) -> None:
    with pytest.raises(ScriptMissing, match=r"is a folder without __main__\.py"):
        prepared_bot(tmp_path, BotTerms(**TERMS))
    (tmp_path / "__main__.py").write_text("", encoding="utf-8")
    ready = prepared_bot(tmp_path, BotTerms(**TERMS))
    assert (ready.script, ready.bot.script) == (tmp_path / "__main__.py", "__main__.py")


def test_a_notebook_and_a_script_of_another_python_are_refused_with_what_to_do(tmp_path: Path) -> None:
    notebook = tmp_path / "bot.ipynb"
    notebook.write_text("{}", encoding="utf-8")
    with pytest.raises(BrokenScript, match=r"bot\.ipynb is a notebook.*jupyter nbconvert --to script"):
        prepared_bot(notebook, BotTerms(**TERMS))
    old = script(tmp_path)
    old.write_text("print 'hello'\n", encoding="utf-8")
    with pytest.raises(BrokenScript, match=r"line 1: Missing parentheses.*Correct it for Python 3\.\d+;"):
        prepared_bot(old, BotTerms(**TERMS))


def test_a_symbol_that_the_terminal_does_not_have_is_refused(tmp_path: Path) -> None:
    terms = BotTerms(**TERMS, terminal=terminal(tmp_path, "XAUUSD"))
    with pytest.raises(DataError, match="EURUSD"):
        prepared_bot(script(tmp_path), terms)


def test_a_script_that_is_not_there_and_a_start_behind_the_data_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ScriptMissing, match="E581"):
        prepared_bot(tmp_path / "none.py", BotTerms(**TERMS))
    late = {**TERMS, "start": "2014-03-09", "end": None}
    with pytest.raises(BadSpan, match="E582"):
        prepared_bot(script(tmp_path), BotTerms(**{**late, "start": "2019-01-01"}))


def test_plans_without_a_bot_are_written_as_ever(tmp_path: Path) -> None:
    ready = prepared_bot(script(tmp_path), BotTerms(**TERMS))
    without = json.loads(ready.plan.as_json())
    del without["bot"]
    assert "bot" not in json.loads(plan_from_json(json.dumps(without)).as_json())


def test_hours_that_nobody_states_are_those_of_the_rows_and_stand_in_the_plan(tmp_path: Path) -> None:
    """On UTC's clock the demo's weeks begin on Sundays, gold's later."""
    given = BotTerms(data=["EURUSD", "XAUUSD"], start="2014-03-04", end="2014-05-05", server_time="utc")
    ready = prepared_bot(script(tmp_path), given)
    assert {name: list(hours) for name, hours in ready.plan.sessions.items()} == {
        "EURUSD": [*WEEKDAYS[:5], "sunday"],
        "XAUUSD": [*WEEKDAYS[:5], "sunday"],
    }
    assert ready.plan.sessions["EURUSD"]["sunday"] == [["18:00", "24:00"]]
    assert ready.plan.sessions["XAUUSD"]["sunday"] == [["23:00", "24:00"]]
    calendar = definition_in(ready.plan, ready.bot).calendars()["EURUSD"]
    assert not calendar.week[5]
    assert definition_in(plan_from_json(ready.plan.as_json()), ready.bot).calendars()["EURUSD"] == calendar


def test_hours_of_a_terminal_stay_and_only_the_others_are_the_rows(tmp_path: Path) -> None:
    path = terminal(tmp_path, "EURUSD", "XAUUSD")
    told = json.loads(path.read_text(encoding="utf-8"))
    fridays = {"friday": [["10:00", "11:00"]]}
    none: set[str] = set()
    stated: list[tuple[dict[str, Any], set[str]]] = [
        ({}, {"EURUSD", "XAUUSD"}),
        ({"EURUSD": fridays}, {"XAUUSD"}),
        ({"default": fridays}, none),
    ]
    for sessions, unstated in stated:
        path.write_text(json.dumps(told | {"sessions": sessions}), encoding="utf-8")
        ready = prepared_bot(
            script(tmp_path), BotTerms(data=["EURUSD", "XAUUSD"], terminal=path, start="2014-03-04", end="2014-03-05")
        )
        assert set(ready.plan.sessions) == unstated
        calendars = definition_in(ready.plan, ready.bot).calendars()
        for symbol in {"EURUSD", "XAUUSD"} - unstated:
            assert sessions_written(calendars[symbol]) == fridays


@pytest.mark.parametrize("deposit", ["0", "-5", "nan", "100 GBP"])
def test_a_balance_that_a_defined_account_cannot_have_is_refused(tmp_path: Path, deposit: str) -> None:
    terms = BotTerms(**TERMS, terminal=terminal(tmp_path, "EURUSD"), account={"deposit": deposit})
    with pytest.raises(BacktestError, match="deposit"):
        prepared_bot(script(tmp_path), terms)
