"""What a config may say and hardly means: a warning with code, line and key; a run can begin all the same."""

import json
from pathlib import Path

import pytest

from tallystick.platform.cli.main import run
from tallystick.platform.config import project_of
from tallystick.platform.config.doubts import checked, doubts_of
from tallystick.platform.risk import PRESETS
from tests.unit.config.conftest import Plan, Write

EMA = '[[strategy]]\nfile = "ema.py"\n'
CALENDAR = "time,currency,impact,title\n2014-01-10T13:30Z,USD,high,Payrolls\n2014-02-07T13:30Z,USD,low,Speech\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "key", "said"),
    [
        ('[risk]\nstrategies = ["ema_cros"]\n', "W141", 4, "risk.strategies", 'Did you mean "ema_cross"?'),
        ("[risk]\nstrategies = []\n", "W141", 4, "risk.strategies", "got none / expected ema_cross"),
        ('[risk]\nsymbols = ["GBPUSD"]\n', "W141", 4, "risk.symbols", "got GBPUSD / expected EURUSD"),
        ('[[filters.spreads]]\npoints = 90\nsymbols = ["USDJPY"]\n', "W141", 5, "filters.spreads[0].symbols", "USDJPY"),
        ('[filters.friday]\nstrategies = ["x", "ema_cross"]\n', "W141", 4, "filters.friday.strategies", "got x"),
        ('[risk]\nposition_volume_max = "5"\n', "W142", 4, "risk.position_volume_max", "got 10 / expected at most"),
        ('[risk]\norder_value_max = "9000000"\n', "W142", 4, "risk.order_value_max", "5,000,000.00 USD"),
        (
            '[risk]\ndaily_loss = "20.5 %"\n',
            "W142",
            4,
            "risk.daily_loss",
            "got 20.5 % / expected at most drawdown, 20 %",
        ),
        ('[risk.limits]\nmax_loss = "10000.00"\n', "W142", 4, "risk.limits.max_loss", "less than the deposit"),
        ('[risk]\norder_volume_max = "0.05"\n', "W143", 1, "strategy[0]", "0.1 / expected at most 0.05"),
        ('[risk]\norder_value_max = "10000"\n', "W143", 1, "strategy[0]", "13,648.20 USD"),
        ('[account]\ndeposit = "100"\n', "W143", 1, "strategy[0]", "454.94 USD / expected at most 100.00 USD"),
        (
            '[[filters.sessions]]\ndays = "sat"\nhours = "08:00-09:00"\n',
            "W144",
            3,
            "filters.sessions[0]",
            "08:00-09:00",
        ),
        ("[[filters.spreads]]\npoints = 0\n", "", 0, "", ""),
        ('[[filters.news]]\nfile = "old.csv"\n', "W144", 4, "filters.news[0].file", "got 0 of impact high"),
        ('[[filters.news]]\nfile = "new.csv"\n', "", 0, "", ""),
        ('[filters.friday]\nclose = "24:00"\n', "W145", 4, "filters.friday.close", "on 0 of 51 Fridays"),
        ('[filters.friday]\nclose = "23:00"\n', "", 0, "", ""),
    ],
)
def test_what_is_hardly_meant_is_a_warning_with_its_line(
    write: Write, tmp_path: Path, text: str, code: str, line: int, key: str, said: str
) -> None:
    (tmp_path / "new.csv").write_text(CALENDAR, encoding="utf-8")
    (tmp_path / "old.csv").write_text(CALENDAR.replace(",high,", ",medium,"), encoding="utf-8")
    wrong, doubts = checked(write(EMA + text))
    assert wrong == ()
    if not code:
        assert doubts == ()
        return
    (doubt,) = doubts
    assert (doubt.code, doubt.line, doubt.key) == (code, line, key)
    assert said in f"{doubt.text}. {doubt.fix}"


def test_a_spread_narrower_than_every_row_is_told_with_the_narrowest(write: Write, tmp_path: Path) -> None:
    rows = "".join(f"2014.06.02\t{hour:02}:00:00\t1.5\t1.6\t1.4\t1.5\t10\t0\t12\n" for hour in range(20))
    head = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\n"
    (tmp_path / "bars.csv").write_text(head + rows, encoding="utf-8")
    series = '[[series]]\nsource = "bars.csv"\ntz = "mt5"\nsymbol = "EURUSD"\n'
    assert doubts_of(project_of(write(f"{EMA}{series}[[filters.spreads]]\npoints = 12\n"))) == ()
    (doubt,) = doubts_of(project_of(write(f"{EMA}{series}[[filters.spreads]]\npoints = 11\n")))
    assert (doubt.code, doubt.key, doubt.expected) == (
        "W144",
        "filters.spreads[0].points",
        "at least 12, the narrowest that occurs",
    )


def test_a_filter_of_a_strategy_is_told_at_its_own_line(project: Plan) -> None:
    own = 'filters.sessions = [{ days = "sun", hours = "02:00-03:00" }]\n'
    second = '[[strategy]]\nfile = "ema.py"\nname = "slow"\n'
    (doubt,) = doubts_of(project(f'{EMA}{second}{own}[[filters.sessions]]\ndays = "mon-fri"\n'))
    assert (doubt.code, doubt.line, doubt.key) == ("W144", 6, "strategy[1].filters.sessions[0]")


@pytest.mark.parametrize("preset", sorted(PRESETS))
def test_nothing_is_doubted_of_a_preset(project: Plan, preset: str) -> None:
    deposit = f"{PRESETS[preset].balance / 100:.2f}"
    assert doubts_of(project(f'{EMA}[account]\ndeposit = "{deposit}"\n[risk]\npreset = "{preset}"\n')) == ()


def test_a_list_of_nobody_lets_nobody_open(project: Plan) -> None:
    assert project(f"{EMA}[risk]\nstrategies = []\n").plan.risk["strategies"] == []


def test_the_command_warns_and_says_that_a_run_can_begin(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(write(f'{EMA}[risk]\norder_volume_max = "0.05"\n'))
    assert run(["config", "check", path]) == 0
    told = capsys.readouterr().out
    assert told.startswith("warning: W143 no order of ema_cross can pass")
    assert "a run can begin from it" in told
    assert run(["config", "check", path, "--json"]) == 0
    (warned,) = json.loads(capsys.readouterr().out)["warnings"]
    assert (warned["code"], warned["line"]) == ("W143", 1)
