"""Limits of risk said one by one: in the units of a config file, or with what is wrong with them."""

import pickle

import pytest

from tallystick.platform.config import ConfigError
from tallystick.platform.config.risk_said import risk_said
from tallystick.platform.plan import AccountPlan
from tests.unit.config.conftest import Plan

DOLLARS = AccountPlan(currency="USD", balance=1_000_000)
YEN = AccountPlan(currency="JPY", digits=0, balance=1_000_000)


def test_every_key_is_said_as_a_config_has_it(project: Plan) -> None:
    said = risk_said(
        [
            "drawdown=12.5%", "daily_loss=3", "quote_age_max=2h", "order_volume_max=0.50", "order_value_max=20000.25",
            "strategies=ema_cross,flat", "symbols=['EURUSD']", "closed=fri 20:00-24:00", "collar.period=30m",
            "pace.repeats_max=7", "limits.max_loss=500", "limits.daily_of=higher",
            "limits.trailing_stops_at_start=true",
        ]
    )  # fmt: skip
    written = """
[risk]
drawdown = "12.5 %"
daily_loss = 3
quote_age_max = "2h"
order_volume_max = "0.50"
order_value_max = "20000.25"
strategies = ["ema_cross", "flat"]
symbols = ["EURUSD"]
closed = ["fri 20:00-24:00"]
collar = { period = "30m" }
pace = { repeats_max = 7 }
limits = { max_loss = "500", daily_of = "higher", trailing_stops_at_start = true }
"""
    plan = project(f'[[strategy]]\nfile = "ema.py"\n[[strategy]]\nkind = "flat"\n{written}').plan
    assert said(plan.account) == plan.risk
    assert pickle.loads(pickle.dumps(said))(plan.account) == plan.risk  # noqa: S301 -- as a search hands it on


def test_amounts_are_of_the_accounts_money() -> None:
    said = risk_said(["limits.max_loss=5000"])
    assert said(DOLLARS) == {"account_limits": {"max_loss": 500_000}}
    assert said(YEN) == {"account_limits": {"max_loss": 5_000}}


def test_a_word_by_itself_is_a_preset_that_further_limits_change() -> None:
    said = risk_said(["funded_100k_5_10", "drawdown=5%"])
    fitting = AccountPlan(currency="USD", balance=10_000_000)
    assert said(fitting) == {"preset": "funded_100k_5_10", "drawdown_ppm": 50_000}
    with pytest.raises(ConfigError, match=r'E143 .*got 10000\.00 / expected 100000\.00\. Say account="100000\.00"'):
        said(DOLLARS)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ("drawdown=101", r"E143 .*--risk, risk\.drawdown: got 101 / expected percent from 0 to 100"),
        ("drawdwn=10", r'E142 no such key, --risk, risk\.drawdwn: .*Did you mean "drawdown"'),
        ("drawdown=ten", r"E143 .*got 'ten'"),
        ("quote_age_max=90", r"E143 .*got 90 / expected a length of time"),
        ("limits=5", r"E143 .*got 5 / expected a table"),
        ("closed=sat", r"E143 .*risk\.closed"),
        ("limits.max_loss=0.001", r"E143 .*got 0\.001 / expected at most 2 decimals"),
        ("easy", r"E601 .*got 'easy' / expected one of challenge_100k_5_10"),
        ("=5", r"E141 no limits, --risk: got =5 / expected KEY=VALUE"),
        ("draw down=5", r"E141 "),
        ("", r"E143 .*risk\.preset"),
    ],
)
def test_what_is_no_limit_is_refused_with_its_key(said: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        risk_said([said])(DOLLARS)


def test_a_limit_is_said_once() -> None:
    with pytest.raises(ConfigError, match=r"E141 .*got drawdown=5 drawdown=6 / expected KEY=VALUE, each key once"):
        risk_said(["drawdown=5", "drawdown=6"])
