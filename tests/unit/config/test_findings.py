"""What a config says that cannot be: each finding with code, line, key, what it got, what it takes, what to do."""

from pathlib import Path

import pytest

from tallystick.platform.config import ConfigError, project_of
from tests.unit.config.conftest import FLAT, Find, Write

HOURS, FRIDAY = "[data.sessions.EURUSD]\n", "data.sessions.EURUSD.friday"
EMA = '[[strategy]]\nfile = "ema.py"\n'


@pytest.mark.parametrize(
    ("text", "code", "line", "key", "said"),
    [
        ("[data]\nend = 9999-12-31\n", "E143", 5, "data.end", "from 1700 to 2261"),
        ("[data]\nstart = 0001-01-01T00:00:00+02:00\n", "E143", 5, "data.start", "from 1700 to 2261"),
        ('[data]\nstrictness = "strict"\n', "W107", 1, "strategy", 'Write strictness = "treat"'),
        ('[run]\nbooks = "a\\u0000"\n', "E143", 5, "run.books", "a folder"),
        ('[sizing]\nkind = "risk_percent"\n', "E114", 4, "sizing", 'no field "risk"'),
        ('"\\u001b[31m" = 1\n', "E142", 4, "strategy[0].'\\x1b[31m'", "Take one of"),
        ('[[series]]\nsource = "demo"\n[[series]]\nsource = "EURUSD"\n', "E119", 4, "series", 'then source = "mine"'),
        ("[acount]\n", "E142", 4, "acount", 'Did you mean "account"?'),
        ("[account]\nleverag = 30\n", "E142", 5, "account.leverag", 'Did you mean "leverage"?'),
        ("[risk.pace]\nburst = 1\n", "E142", 5, "risk.pace.burst", "Take one of: messages_per_s"),
        ('[account]\nleverage = "30"\n', "E143", 5, "account.leverage", "a whole number from 1 to 10000"),
        ("[account]\nleverage = true\n", "E143", 5, "account.leverage", "a whole number"),
        ("[account]\nleverage = 30.0\n", "E143", 5, "account.leverage", "a whole number"),
        ("[account]\nleverage = -1\n", "E143", 5, "account.leverage", "got -1"),
        ("[account]\ndeposit = -1\n", "E143", 5, "account.deposit", "an amount"),
        ("[account]\ndeposit = nan\n", "E143", 5, "account.deposit", "got NaN"),
        ("[account]\ndeposit = inf\n", "E143", 5, "account.deposit", "got Infinity"),
        ("[account]\ndeposit = 1e400\n", "E143", 5, "account.deposit", "an amount"),
        ("[account]\ndeposit = 0\n", "E112", 5, "account.deposit", "no positive amount"),
        ("[account]\ndeposit = 10000.005\n", "E115", 5, "account.deposit", "finer than 2 decimals"),
        ('[account]\ncurrency = "JPY"\ndeposit = "100000.5"\n', "E115", 6, "account.deposit", "finer than 0 decimals"),
        ("[risk]\ndrawdown = 101\n", "E143", 5, "risk.drawdown", "percent from 0 to 100"),
        ('[risk]\ndrawdown = "20 percent"\n', "E143", 5, "risk.drawdown", "percent"),
        ("[risk]\ndrawdown = 0.00001\n", "E143", 5, "risk.drawdown", "steps of 0.0001"),
        ("[risk]\norder_value_max = 0.001\n", "E143", 5, "risk.order_value_max", "at most 2 decimals"),
        ('[risk]\nquote_age_max = "1500ms"\n', "E143", 5, "risk.quote_age_max", "in whole s"),
        ("[risk]\nquote_age_max = 60\n", "E143", 5, "risk.quote_age_max", '"90s"'),
        ('[risk]\nclosed = ["sat 0-24"]\n', "E143", 5, "risk.closed[0]", "no time of the day"),
        ('[risk]\npreset = "easy"\n', "E601", 5, "risk.preset", "challenge_100k_5_10"),
        ('[risk]\npreset = "challenge_100k_5_10"\n', "E143", 5, "risk.preset", 'Write deposit = "100000.00"'),
        ('[run]\nlatency = "2d"\n', "E143", 5, "run.latency", "up to 1d"),
        ('[run]\nserver_time = "berlin"\n', "E121", 5, "run.server_time", "new_york+7"),
        ('[run]\nmodules = ["flat", "risk"]\n', "E143", 5, "run.modules", "flat, portfolio, orders, risk"),
        ("[data]\nstart = 2014-02-01\nend = 2014-01-01\n", "E102", 5, "data.start", "Swap them"),
        ('[data]\nstart = "spring"\n', "E143", 5, "data.start", "a date"),
        ('[data]\nconditions = "none.toml"\n', "E111", 5, "data.conditions", "no such file"),
        ('[[series]]\nsymbol = "EURUSD"\n', "E146", 4, "series[0]", "source ="),
        ('[series]\nsource = "demo"\n', "E143", 4, "series", "Write [[series]] over it."),
        ("[filters]\nspreads = 5\n", "E143", 5, "filters.spreads", "Write [[filters.spreads]] over it."),
        ("filters.spreads = { points = 5 }\n", "E143", 4, "strategy[0].filters.spreads", "Write [{ ... }]."),
        ('[[series]]\nsource = "none.csv"\ntz = "mt5"\n', "E111", 5, "series[0].source", "no such file"),
        ('[[series]]\nsource = "demo"\nsymbol = "EURUSDX"\n', "E101", 4, "series[0]", "Did you mean EURUSD?"),
        ('[[instrument]]\nsymbol = "GBPUSD"\n', "E101", 5, "instrument[0].symbol", "[[series]]"),
        ('[[instrument]]\nsymbol = "EURUSD"\nlike = "EURUSF"\n', "E101", 6, "instrument[0].like", "EURUSD"),
        (
            '[[instrument]]\nsymbol = "EURUSD"\n[[instrument]]\nsymbol = "EURUSD"\n',
            "E144",
            7,
            "instrument[1].symbol",
            "each symbol once",
        ),
        ('[sizing]\nkind = "fixd"\n', "E143", 5, "sizing.kind", "fixed, risk_percent"),
        ('[sizing]\nlots = "0.10"\n', "E146", 4, "sizing", "kind ="),
        ('[sizing]\nkind = "fixed"\n', "E114", 4, "sizing", '"lots"'),
        ('[sizing]\nkind = "fixed"\nlots = "-0.1"\n', "E143", 6, "sizing.lots", "lots above 0"),
        ('[sizing]\nkind = "fixed"\nlots = "0.10"\nrisk = "1 %"\n', "E144", 7, "sizing.risk", "of fixed: lots"),
        ('[sizing]\nkind = "fixed"\nlots = "0.013"\n', "E113", 6, "sizing.lots", "Nearest: 0.01, 0.02"),
        ("[protection]\ntrail_points = -5\n", "E143", 5, "protection.trail_points", "got -5"),
        ("[protection]\nlock_points = 5\n", "E117", 4, "protection", "break_even_points"),
        ('[[filters.sessions]]\nhours = "8-17"\n', "E601", 4, "filters.sessions", "08:30"),
        ("[[filters.spreads]]\n", "E146", 4, "filters.spreads[0]", "points ="),
        ('[[filters.news]]\nfile = "none.csv"\n', "E121", 4, "filters.news", "none.csv"),
        (HOURS, "E131", 4, "data.sessions.EURUSD", "says no hours"),
        (HOURS, "E131", 4, "data.sessions.EURUSD", "leave the table out for a market that is always open"),
        (HOURS + "monday = []\n", "E131", 4, "data.sessions.EURUSD", "is closed all week"),
        (HOURS + 'friday = [["12:00", "11:00"]]\n', "E143", 5, FRIDAY, '["12:00", "11:00"] ends before it begins'),
        (
            HOURS + 'friday = [["23:00", "01:00"]]\n',
            "E143",
            5,
            FRIDAY,
            'split it at 24:00: ["23:00", "24:00"] on this day and ["00:00", "01:00"] on the next.',
        ),
        (HOURS + 'friday = [["12:00", "12:00"]]\n', "E143", 5, FRIDAY, '["12:00", "12:00"] has no length'),
        (HOURS + 'friday = [["25:00", "26:00"]]\n', "E143", 5, FRIDAY, "'25:00' is no time from 00:00 to 24:00"),
        (
            HOURS + 'friday = [["08:00", "12:00"], ["11:00", "13:00"]]\n',
            "E143",
            5,
            FRIDAY,
            '["11:00", "13:00"] overlaps ["08:00", "12:00"]',
        ),
        (
            HOURS + 'friday = [["13:00", "14:00"], ["11:00", "12:00"]]\n',
            "E143",
            5,
            FRIDAY,
            '["11:00", "12:00"] is earlier than ["13:00", "14:00"]',
        ),
        ('[keys]\nsigning = ""\n', "E143", 5, "keys.signing", "a name, or the path"),
        ('[rhythm.fast]\nevery = "1ms"\n', "E121", 5, "rhythm.fast.every", "a whole number from"),
    ],
)
def test_a_wrong_value_is_told_by_line_and_key(
    find: Find, text: str, code: str, line: int, key: str, said: str
) -> None:
    (found,) = find('[[strategy]]\nkind = "flat"\n\n' + text)
    assert (found.code, found.key) == (code, key)
    assert said in f"{found.text}. {found.fix}"
    assert found.line == line


@pytest.mark.parametrize(
    ("text", "code", "line", "key", "said"),
    [
        ("", "E146", 0, "", '[[strategy]] with file = "ema_cross.py"'),
        ('[[strategy]]\nname = "x"\n', "E146", 1, "strategy[0]", 'kind = "ema_cross"'),
        ('[[strategy]]\nfile = "ema.py"\nkind = "flat"\n', "E146", 1, "strategy[0]", "got both"),
        ('[[strategy]]\nkind = "ema_crss"\n', "E143", 2, "strategy[0].kind", 'Did you mean "ema_cross"?'),
        ('[[strategy]]\nfile = "em.py"\n', "E513", 2, "strategy[0].file", "tallystick new"),
        ('[[strategy]]\nfile = "ema.py:Ema"\n', "E518", 2, "strategy[0].file", "ema_cross"),
        (EMA + "parameters = { fst = 3 }\n", "E504", 3, "strategy[0].parameters", 'did you mean "fast"'),
        (EMA + 'parameters = { fast = "3" }\n', "E505", 3, "strategy[0].parameters", "it takes int"),
        (EMA + "parameters = { fast = nan }\n", "E143", 3, "strategy[0].parameters", "a table of values"),
        (EMA + EMA, "E144", 3, "strategy[1].name", "another name than that of strategy[0]"),
        (EMA + 'name = "a b"\n', "E143", 3, "strategy[0].name", "1 to 64"),
        (EMA + 'symbol = "EURUSX"\n', "E101", 3, "strategy[0].symbol", "EURUSD"),
        (EMA + 'timeframe = "H5"\n', "E50", 2, "strategy[0].file", "timeframe"),
        (EMA + "lots = 0.013\n", "E113", 3, "strategy[0].lots", "Nearest: 0.01, 0.02"),
        (EMA + "lots = -1\n", "E143", 3, "strategy[0].lots", "lots above 0"),
        (EMA + 'sizing = { kind = "kelly", lots = "1" }\n', "E144", 3, "strategy[0].sizing.lots", "of kelly: fraction"),
        (FLAT + 'lots = "0.10"\n', "E144", 3, "strategy[0].lots", "Take it out"),
        (
            EMA + '[[strategy.filters.spreads]]\npoints = 3\nstrategies = ["x"]\n',
            "E144",
            5,
            "strategy[0].filters.spreads[0].strategies",
            "the strategy's own",
        ),
        (
            EMA + '[strategy.filters.friday]\nclose = "20:00"\n[filters.friday]\nclose = "19:00"\n',
            "E144",
            3,
            "strategy[0].filters.friday",
            "Close them at one time",
        ),
    ],
)
def test_a_wrong_strategy_is_told_by_line_and_key(
    find: Find, text: str, code: str, line: int, key: str, said: str
) -> None:
    (found,) = find(text)
    assert (found.code[: len(code)], found.line, found.key) == (code, line, key)
    assert said in f"{found.text}. {found.fix}"


def test_everything_is_found_at_once_in_the_files_order(find: Find) -> None:
    text = """\
[account]
deposit = -5
[[strategy]]
file = "none.py"
[[series]]
source = "none.csv"
tz = "mt5"
[sizing]
kind = "fixed"
[risk]
drawdwn = 3
[data]
start = "spring"
"""
    found = find(text)
    assert [one.line for one in found] == [2, 4, 6, 8, 11, 13]
    assert [one.code for one in found] == ["E143", "E513", "E111", "E114", "E142", "E143"]


def test_an_error_says_the_first_and_how_to_see_the_rest(write: Write) -> None:
    path = write("[account]\nleverage = 0\ndeposit = -1\n" + FLAT)
    with pytest.raises(ConfigError) as caught:
        project_of(path)
    assert str(caught.value).startswith(
        "E143 a value that does not fit, tallystick.toml line 2, account.leverage: got 0"
    )
    assert f"(1 more: tallystick config check {path})" in caught.value.fix


def test_nothing_of_a_plan_can_be_said_that_the_file_has_no_line_for(find: Find, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("def f(:\n", encoding="utf-8")
    (found,) = find('[[strategy]]\nfile = "broken.py"\n')
    assert (found.code, found.line) == ("E514", 2)
    assert "broken.py:1" in found.what


BARS = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n" + "".join(
    f"2014.06.02\t{hour:02}:00:00\t1.5\t1.6\t1.4\t1.5\t10\t0\t12\n" for hour in range(20)
)


@pytest.mark.parametrize(
    ("series", "code", "fix"),
    [
        ('symbol = "EURUSD"', "E110", 'Say tz = "utc", tz = "mt5" (New York plus 7 hours)'),
        ('tz = "mt5"', "E101", 'Say it: symbol = "EURUSD"'),
        ('tz = "mt5"\nsymbol = "ACME"', "E101", "Give its conditions in [[instrument]]: digits"),
        ('tz = "mt5"\nsymbol = "EURUSD"\ntimeframe = "M1"', "E132", "Ask for H1 or longer bars"),
    ],
)
def test_what_is_said_of_options_elsewhere_is_said_of_keys_here(
    find: Find, tmp_path: Path, series: str, code: str, fix: str
) -> None:
    (tmp_path / "bars.csv").write_text(BARS, encoding="utf-8")
    (found,) = find(f'{FLAT}[[series]]\nsource = "bars.csv"\n{series}\n')
    assert found.code == code
    assert fix in found.fix
    assert "--" not in found.fix


def test_a_symbol_that_nobody_knows_needs_all_that_an_order_needs(find: Find, tmp_path: Path) -> None:
    (tmp_path / "bars.csv").write_text(BARS, encoding="utf-8")
    text = '[[series]]\nsource = "bars.csv"\ntz = "utc"\nsymbol = "ACME"\n[[instrument]]\nsymbol = "ACME"\n'
    text += "digits = 5\ncontract_size = 1\nvolume = { min = 1, max = 100, step = 1 }\n"
    own = '[[strategy]]\nfile = "ema.py"\nsymbol = "ACME"\nlots = '
    assert find(text + own + '"2"\n') == ()
    (found,) = find(text + own + '"0.5"\n')
    assert (found.code, found.key) == ("E113", "strategy[0].lots")
