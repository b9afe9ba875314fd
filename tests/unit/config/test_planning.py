"""A config becomes the plan that a person would have written in a plan's own units."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tallystick.platform.config import Project
from tallystick.platform.config.quantities import NS, Duration, Lots, Moment, Money, Percent, ppm
from tallystick.platform.config.units import ByName, Each, Kind, Number, Text, Unfit, Whole
from tallystick.platform.config.writing import span
from tallystick.platform.plan import AccountPlan, RunPlan
from tests.unit.config.conftest import FLAT, Plan

WHOLE = """\
[run]
seed = 7
latency = "250ms"
server_time = "fixed:+02:00"
durability = "each-input"
checkpoint_records = 1500
cascade_limit = 500
modules = ["rhythms", "z", "ema", "portfolio", "protections", "flat_on_friday", "account_limits", "orders", "risk"]

[account]
name = "desk"
deposit = 25_000.5
leverage = 100
margin_mode = "netting"
stop_out_call = "80 %"
stop_out_level = 20.5
credit = "125.50"
limit_orders = 200
limit_positions = 50
message_limit = 30
fifo_close = true
hedge_prohibited = true
trade_allowed = false
trade_expert = false

[data]
start = 2014-03-01
end = 2014-03-31

[data.sessions.default]
monday = [["00:05", "24:00"]]
friday = [["00:00", "12:00"], ["13:00", "23:50:30"]]
[data.sessions.NZDUSD]
holidays = [2014-12-25, "2014-01-01"]

[[series]]
source = "EURUSD"
[[series]]
source = "demo"
symbol = "NZDUSD"

[[instrument]]
symbol = "NZDUSD"
like = "EURUSD"
commission = "2.50"
stops_level = 10
volume = { min = 0.05, step = "0.05", max = 20 }
swap = { mode = "currency", long = -1.5, short = 0, triple_day = "fri" }
currency = { base = "NZD", margin = "NZD" }

[[strategy]]
file = "ema.py"
name = "ema"
parameters = { fast = 5 }
sizing = { kind = "kelly", fraction = "25 %", cap = 1, fallback = "0.5%" }
[[strategy.filters.spreads]]
points = 30
[strategy.filters.friday]
close = "20:00"

[[strategy]]
kind = "z_score"
name = "z"
symbol = "NZDUSD"
parameters = { window = 96, entry_z = 2.5, stop_points = 500 }
protection = { trail_points = 300 }

[sizing]
kind = "risk_percent"
risk = "0.25 %"

[protection]
break_even_points = 200
lock_points = 20

[filters]
sessions = [{ days = "mon-thu", hours = "08:00-17:00", retry = true, symbols = ["EURUSD"] }]

[risk]
strategies = ["ema", "z"]
closed = ["sat 00:00-24:00", "sun 00:00-22:00"]
quote_age_max = "2m"
order_volume_max = "5"
order_value_max = "1000000"
daily_loss = "2.5 %"
collar = { order = 1, period = "30m" }
pace = { messages_per_s = 5, repeats_window = "2h" }
limits = { max_loss = "2000.00", trailing_loss = 1500, trailing_of = "end_of_day" }

[rhythm.hourly]
every = "1h"
offset = "5m"
"""


def test_every_table_says_what_a_plan_says(project: Plan) -> None:
    plan = project(WHOLE).plan
    assert plan.account == AccountPlan(
        name="desk",
        balance=2_500_050,
        leverage=100,
        margin_mode="netting",
        stop_out_call=8_000,
        stop_out_level=2_050,
        credit=12_550,
        limit_orders=200,
        limit_positions=50,
        message_limit=30,
        fifo_close=True,
        hedge_prohibited=True,
        trade_allowed=False,
        trade_expert=False,
    )
    assert plan.sessions == {
        "default": {"monday": [["00:05", "24:00"]], "friday": [["00:00", "12:00"], ["13:00", "23:50:30"]]},
        "NZDUSD": {"holidays": ["2014-01-01", "2014-12-25"]},
    }
    assert (plan.seed, plan.latency_ns, plan.server_time) == (7, 250_000_000, "fixed:+02:00")
    assert (plan.durability, plan.checkpoint_records, plan.cascade_limit) == ("each-input", 1_500, 500)
    assert plan.rhythms == {"hourly": (3_600_000_000_000, 300_000_000_000)}
    assert plan.sizing == {"kind": "risk_percent", "risk_ppm": 2_500}
    assert [one.name for one in plan.strategies] == ["z", "ema"]
    z, ema = plan.strategies
    assert z.parameters == {"symbol": "NZDUSD", "window": 96, "entry_z": 2.5, "stop_points": 500}
    assert (z.protection, z.sizing) == ({"trail_points": 300}, {})
    assert ema.parameters == {"fast": 5}
    assert ema.sizing == {"kind": "kelly", "fraction_ppm": 250_000, "cap_ppm": 10_000, "fallback_ppm": 5_000}
    assert ema.protection == {"break_even_points": 200, "lock_points": 20}
    assert plan.risk == {
        "strategies": ("ema", "z"),
        "closed_minutes": [[7_200, 8_640], [8_640, 9_960]],
        "quote_age_max_s": 120,
        "order_volume_max": 500_000_000,
        "order_value_max": 100_000_000,
        "daily_loss_ppm": 25_000,
        "collar": {"order_ppm": 10_000, "period_s": 1_800},
        "pace": {"messages_per_s": 5, "repeats_window_s": 7_200},
        "account_limits": {"max_loss": 200_000, "trailing_loss": 150_000, "trailing_of": "end_of_day"},
        "sessions": [{"days": "mon-thu", "hours": "08:00-17:00", "retry": True, "symbols": ("EURUSD",)}],
        "spreads": [{"points": 30, "strategies": ["ema"]}],
        "friday": {"close": "20:00", "strategies": ["ema"]},
    }


def test_instruments_are_the_built_in_ones_with_what_the_file_says_over_them(project: Plan) -> None:
    eurusd, nzdusd = project(WHOLE).plan.instruments
    assert (eurusd["symbol"], eurusd["commission_per_lot"], eurusd["swap_long"]) == ("EURUSD", 350, -3.1)
    said = {
        "symbol": "NZDUSD",
        "volume_min": 5_000_000,
        "volume_step": 5_000_000,
        "volume_max": 2_000_000_000,
        "stops_level": 10,
        "swap_mode": "currency",
        "swap_long": -1.5,
        "swap_short": 0.0,
        "swap_triple_weekday": 4,
        "currency_base": "NZD",
        "currency_margin": "NZD",
        "commission_per_lot": 250,
    }
    assert nzdusd == {**eurusd, **said}


def test_rows_are_those_of_the_dates_the_last_day_whole(project: Plan) -> None:
    feed = project(WHOLE).feed
    assert feed.symbols == ("EURUSD", "NZDUSD")
    times = [int(time) for rows in feed.rows() for time in rows.time]
    march, april = 1_393_632_000_000_000_000, 1_396_310_400_000_000_000
    assert march < times[0] < march + 3 * 86_400 * 10**9
    assert april - 3_600 * 10**9 <= times[-1] <= april


def test_a_file_that_says_nothing_has_the_defaults_of_a_backtest(project: Plan) -> None:
    plan = project('[[strategy]]\nfile = "ema.py"\n').plan
    usual = RunPlan()
    assert plan.account == usual.account
    assert (plan.seed, plan.latency_ns, plan.durability, plan.risk) == (0, 0, usual.durability, {})
    assert plan.sizing == {"kind": "fixed", "lots": "0.01"}
    assert [one["symbol"] for one in plan.instruments] == ["EURUSD"]


def test_strategies_with_one_friday_share_it(project: Plan) -> None:
    friday = '[strategy.filters.friday]\nclose = "20:00"\n'
    text = "".join(f'[[strategy]]\nfile = "ema.py"\nname = "{name}"\n{friday}' for name in "ab")
    assert project(text).plan.risk == {"friday": {"close": "20:00", "strategies": ["a", "b"]}}


def test_an_account_without_cents_has_whole_units(project: Plan) -> None:
    text = FLAT + '[account]\ncurrency = "JPY"\n[[instrument]]\nsymbol = "EURUSD"\ncurrency = { profit = "JPY" }\n'
    plan = project(text + '[[series]]\nsource = "EURUSD"\n').plan
    assert (plan.account.digits, plan.account.balance) == (0, 1_000_000)


def test_a_calendar_becomes_part_of_the_plan(project: Plan, tmp_path: Any) -> None:
    (tmp_path / "news.csv").write_text("time,currency,impact,title\n2014-01-10T13:30Z,USD,high,NFP\n", encoding="utf-8")
    risk = project(FLAT + '[[filters.news]]\nfile = "news.csv"\nbefore = "1h"\n').plan.risk
    event = ["2014-01-10T13:30Z", "USD", "high", "NFP"]
    assert risk == {"news": [{"minutes_before": 60, "events": [event]}]}


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        (Lots(), "0.10", "0.10"),
        (Lots(), Decimal("0.1"), "0.1"),
        (Lots(), 1, "1"),
        (Lots(zero=True), "0", "0"),
        (Money(), "10000.00", Decimal(10_000)),
        (Money(), Decimal("0.1"), Decimal("0.1")),
        (Percent(), "0.25 %", Decimal("0.25")),
        (Percent(), "100%", Decimal(100)),
        (Percent(), 3, Decimal(3)),
        (Duration(), "1h 30m", 5_400 * 10**9),
        (Duration(), "0.5s", 5 * 10**8),
        (Duration("m"), "120s", 2),
        (Number(-1, 1), Decimal("-0.1"), -0.1),
        (ByName(), {"a": Decimal("0.1"), "b": [Decimal("0.2")]}, {"a": 0.1, "b": [0.2]}),
    ],
)
def test_quantities_are_read_exactly(kind: Kind, value: object, read: object) -> None:
    assert kind.read(value) == read


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Lots(), ["0", "-1", "0.000000001", "nan", "ten", True, None, "", "1e999999999"]),
        (Money(), ["-1", Decimal("nan"), Decimal("inf"), "1,000", "10 USD", True, [1]]),
        (Percent(), ["-1", "101", "0.00001", "one", "%", Decimal("nan"), False]),
        (Duration(), [1, "1", "1x", "-1s", "", "  ", "1h,", "0.1ns", "367d", "9" * 40 + "s"]),
        (Number(0, 1), ["0.5", True, Decimal("nan"), Decimal("inf"), 2]),
        (Moment(), ["spring", 5, "2014-13-01", True]),
        (Whole(0, 1), [True, Decimal(1), "1", 2]),
        (Text(), ["", 1, None]),
        (Each(Text()), ["a", [1]]),
        (ByName(), [[1], {"a": Decimal("nan")}]),
    ],
)
def test_what_is_no_such_quantity_is_refused(kind: Kind, values: list[object]) -> None:
    for value in values:
        with pytest.raises(Unfit):
            kind.read(value)


@given(st.integers(0, 10**6), st.sampled_from(sorted(NS)))
def test_a_length_of_time_reads_as_it_is_written(count: int, unit: str) -> None:
    length = count * NS[unit]
    if length <= 366 * NS["d"]:
        assert Duration().read(span(length)) == length
        assert Duration().read(f"{count}{unit}") == length


@given(st.integers(0, 1_000_000))
def test_percent_and_millionths_are_the_same(share: int) -> None:
    assert ppm(Percent().read(str(Decimal(share) / 10_000))) == share


def test_the_command_line_may_ask_for_strict_data(write: Callable[[str], Any], project: Plan) -> None:
    made: Project = project(FLAT)
    assert made.config.data.strictness is None
    from tallystick.platform.config import ConfigError, project_of

    with pytest.raises(ConfigError, match="W107"):
        project_of(write(FLAT), strict=True)
