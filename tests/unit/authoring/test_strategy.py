"""What a strategy says in a callback, and when it says nothing."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tallystick.events.types.running import TimerFired, TimerRequested
from tallystick.events.types.trading import (
    DecisionExplained,
    IntentRaised,
    ProtectionAsked,
    SignalRaised,
    TargetAsked,
)
from tallystick.market.rows import BarClosed, Quote
from tallystick.platform import Module, Strategy, strategy
from tallystick.platform.accounts.views import PositionView
from tallystick.platform.authoring.errors import (
    ActionRefused,
    CallbackFailed,
    NameUnknown,
    SettingRefused,
    SignalRefused,
)
from tests.unit.authoring.market import FIRST, HOUR, Seen, bar, declared, heard, only, walk


def test_a_target_is_said_only_when_the_volume_changes() -> None:
    class Mine(Strategy, symbol="EURUSD", timeframe="H1"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target("0.10" if bar.close > 1.1 else "-0.10", why={"close": bar.close})

    said = heard(Mine(), [bar(n, close) for n, close in enumerate([1.2, 1.3, 1.0, 1.0, 1.2])])
    assert [each.volume for each in only(said, TargetAsked)] == [10_000_000, -10_000_000, 10_000_000]
    assert [each.values for each in only(said, DecisionExplained)] == [{"close": 1.2}, {"close": 1.0}, {"close": 1.2}]


def test_a_target_is_asked_for_again_on_request() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target("0.10", again=len(self.bars) == 3)

    assert len(heard(Mine(), walk(5))) == 2


def test_flat_is_not_said_before_anything_was_held() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target(0)

    assert heard(Mine(), walk(3)) == []


def test_prices_of_stops_become_points_from_the_price_that_opens() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            far = self.points(300)
            if len(self.bars) == 1:
                self.target("0.10", sl=bar.ask_close - far, tp=bar.ask_close + 2 * far)
            else:
                self.target("-0.10", sl=bar.close + far)

    said = only(heard(Mine(), walk(2)), TargetAsked)
    assert [(each.stop_points, each.take_points) for each in said] == [(300, 600), (300, 0)]


def test_a_stop_on_the_wrong_side_is_a_negative_distance_for_the_portfolio_to_withhold() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target("0.10", sl=bar.ask_close + self.points(40))
            self.target("-0.10", tp=bar.close)

    said = only(heard(Mine(), [bar(0, 1.2)]), TargetAsked)
    assert [(each.stop_points, each.take_points) for each in said] == [(-40, 0), (0, -1)]


@pytest.mark.parametrize(
    ("lots", "message"),
    [
        (0.1, 'a float is not exact. Write it in quotes: "0.1"'),
        ("much", "is not a number"),
        ("0.000000001", "finer than 0.00000001"),
        (True, "is bool"),
        ("nan", "no size"),
        (None, "is NoneType"),
    ],
)
def test_lots_that_are_none_are_refused_with_the_line_and_the_remedy(lots: Any, message: str) -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target(lots)

    with pytest.raises(ActionRefused, match=r"^E112 lots .* in test_strategy.py:\d+") as refused:
        heard(Mine(), walk(1))
    assert message in str(refused.value)


@pytest.mark.parametrize("lots", ["-0.10", "0", 0, Decimal(-1)])
def test_the_size_of_an_order_is_positive(lots: Any) -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.sell(lots)

    with pytest.raises(ActionRefused, match=r"E112 .*size is positive"):
        heard(Mine(), walk(1))


def test_what_was_said_before_an_indicator_was_ready_is_dropped() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target("0.10")
            self.ema(4)

    mine = Mine()
    said = heard(mine, walk(6))
    assert len(said) == 1
    assert mine.report() == {"rows": 6, "waiting": 0, "undone": 3, "series": 0}


def test_warm_up_delays_the_first_call_until_so_many_bars_have_closed() -> None:
    calls: list[int] = []

    class Mine(Strategy, symbol="EURUSD", warm_up=5):
        def on_bar(self, bar: BarClosed) -> None:
            calls.append(len(self.bars))

    mine = Mine()
    heard(mine, walk(3))
    assert mine.report()["waiting"] == 2
    heard(mine, walk(7)[3:], start=False)
    assert calls == [5, 6, 7]


def test_it_hears_only_what_it_overrides_and_only_its_own_series() -> None:
    closes: list[float] = []

    class Mine(Strategy, symbol="EURUSD", timeframe="H1"):
        def on_bar(self, bar: BarClosed) -> None:
            closes.append(bar.close)

    mine = Mine()
    assert {each.__name__ for each in mine.hears} == {"SeriesDeclared", "ServerTimeRuled", "BarClosed"}
    mine.react(declared(0, "XAUUSD"), Seen())
    mine.react(declared(1, "EURUSD", 60 * 10**9), Seen())
    mine.react(declared(2, "EURUSD", HOUR), Seen())
    heard(mine, [bar(0, 1.0, series=0, symbol="XAUUSD"), bar(0, 2.0, series=1), bar(0, 3.0, series=2)], start=False)
    assert closes == [3.0]


def test_ticks_are_heard_by_on_quote_and_have_indicators() -> None:
    class Mine(Strategy, symbol="EURUSD", timeframe="ticks"):
        def on_quote(self, quote: Quote) -> None:
            self.target("0.10" if self.sma(2) > 1.12 else 0)

    mine = Mine()
    mine.react(declared(0, "EURUSD", 0), Seen())
    ticks = [Quote(0, "EURUSD", FIRST + n, bid, bid + 1e-4, n, 0) for n, bid in enumerate([1.1, 1.1, 1.3, 1.3, 1.0])]
    said = only(heard(mine, ticks, start=False), TargetAsked)
    assert [each.volume for each in said] == [10_000_000]


def test_orders_are_said_word_for_word() -> None:
    class Mine(Strategy, symbol="EURUSD", lots="0.20"):
        def on_bar(self, bar: BarClosed) -> None:
            self.buy(sl=1.0)
            self.sell("0.30", tp=1.05)
            self.limit("buy", 1.05, expires=timedelta(hours=2))
            self.stop("sell", 1.01, "0.4", expires=datetime(2014, 2, 1, tzinfo=UTC))

    first, second, third, fourth = only(heard(Mine(), [bar(0, 1.1)]), IntentRaised)
    assert (first.action, first.side, first.kind, first.volume, first.stop_loss) == (
        "open",
        "buy",
        "market",
        20_000_000,
        1.0,
    )
    assert (second.side, second.volume, second.take_profit) == ("sell", 30_000_000, 1.05)
    assert (third.action, third.kind, third.price, third.expires) == ("pending", "limit", 1.05, FIRST + 3 * HOUR)
    assert (fourth.kind, fourth.side, fourth.expires) == ("stop", "sell", 1_391_212_800_000_000_000)


def held(ticket: int, strategy: str = "mine", direction: int = 1) -> PositionView:
    return PositionView(
        ticket=ticket,
        symbol="EURUSD",
        strategy=strategy,
        direction=direction,
        volume=10_000_000,
        price_open=1.1,
        stop_loss=1.0,
        take_profit=0.0,
        swap=0,
        order=ticket,
        opened=0,
    )


def test_its_positions_are_its_own_and_close_and_protect_name_them() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            assert self.position == Decimal("0.10")
            assert [each.ticket for each in self.positions] == [4]
            self.protect(sl=1.05)
            self.close(4, "0.05")
            self.close()

    seen = Seen(positions={4: held(4), 5: held(5, "another")})
    protect, part, whole = only(heard(Mine(), [bar(0, 1.1)], seen), IntentRaised)
    assert (protect.action, protect.ticket, protect.stop_loss, protect.take_profit) == ("protect", 4, 1.05, 0.0)
    assert (part.action, part.side, part.ticket, part.volume) == ("close", "sell", 4, 5_000_000)
    assert (whole.ticket, whole.volume) == (4, 0)


@pytest.mark.parametrize("action", ["cancel", "protect", "close"])
def test_a_ticket_that_is_none_of_its_own_is_refused(action: str) -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, _bar: BarClosed) -> None:
            getattr(self, action)(5, **({"sl": 1.05} if action == "protect" else {}))

    seen = Seen(positions={5: held(5, "another")})
    with pytest.raises(ActionRefused, match=rf"{action}\(5\): no own"):
        heard(Mine(), [bar(0, 1.1)], seen)


def test_closing_what_a_target_opened_asks_for_flat() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            if len(self.bars) == 1:
                self.target("0.10")
            else:
                self.close()

    said = only(heard(Mine(), walk(3)), TargetAsked)
    assert [each.volume for each in said] == [10_000_000, 0]


def test_trail_and_break_even_are_asked_for_with_the_target() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target("0.10", trail=self.points(150), break_even=self.points(80))

    (asked,) = only(heard(Mine(), walk(3)), ProtectionAsked)
    assert (asked.trail_points, asked.break_even_points, asked.lock_points, asked.position) == (150, 80, 0, 0)


def test_single_orders_take_a_trail_too() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, _bar: BarClosed) -> None:
            self.buy("0.10", trail=self.points(150))
            self.stop("sell", 1.05, "0.10", break_even=self.points(80), expires=timedelta(hours=1))

    said = heard(Mine(), walk(1))
    asked = [(each.trail_points, each.break_even_points) for each in only(said, ProtectionAsked)]
    assert asked == [(150, 0), (0, 80)]
    assert [each.kind for each in only(said, IntentRaised)] == ["market", "stop"]


def test_single_orders_are_explained_after_what_they_ask_for() -> None:
    class Mine(Strategy, symbol="EURUSD", lots="0.10"):
        def on_bar(self, bar: BarClosed) -> None:
            self.buy(trail=self.points(150), why={"buy": 1})
            self.sell(why={"sell": 2})
            self.limit("buy", 1.05, why={"limit": 3})
            self.stop("sell", 1.05, why={"stop": 4})
            self.close(4, why={"ticket": 5})
            self.close(why={"all": 6})
            self.target("0.10")
            self.close(why={"target": 7})
            self.buy(why={})

    seen = Seen(positions={4: held(4), 5: held(5)})
    said = heard(Mine(), [bar(0, 1.1)], seen)
    kinds = [type(each) for each in said]
    assert kinds[:5] == [IntentRaised, ProtectionAsked, DecisionExplained, IntentRaised, DecisionExplained]
    assert kinds[-3:] == [TargetAsked, DecisionExplained, IntentRaised]
    values = [each.values for each in only(said, DecisionExplained)]
    assert [name for each in values for name in each] == ["buy", "sell", "limit", "stop", "ticket", "all", "target"]


@pytest.mark.parametrize("values", [{"z": float("nan")}, {"z": "high"}, {"z": None}])
def test_the_reason_of_an_order_is_numbers(values: Any) -> None:
    class Mine(Strategy, symbol="EURUSD", lots="0.10"):
        def on_bar(self, bar: BarClosed) -> None:
            self.buy(why=values)

    with pytest.raises(ActionRefused, match=r"^E510 mine.*why "):
        heard(Mine(), [bar(0, 1.1)])


def test_a_position_that_is_not_there_is_closed_without_a_reason() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.close(why={"z": 2.0})

    assert heard(Mine(), [bar(0, 1.1)]) == []


def test_timers_are_asked_for_and_heard() -> None:
    names: list[str] = []

    class Mine(Strategy, symbol="EURUSD"):
        def on_start(self) -> None:
            self.timer("soon", after=60)

        def on_bar(self, bar: BarClosed) -> None:
            self.why(bars=len(self.bars))

        def on_timer(self, name: str) -> None:
            names.append(name)
            self.timer("later", at=datetime(2014, 2, 1, tzinfo=UTC))

    mine = Mine()
    (soon,) = only(heard(mine, walk(2)), TimerRequested)
    assert (soon.module, soon.timer, soon.due) == ("mine", "soon", FIRST + HOUR + 60 * 10**9)
    (later,) = mine.react(TimerFired(module="mine", timer="soon", due=soon.due), Seen())
    assert isinstance(later, TimerRequested)
    assert not mine.react(TimerFired(module="orders", timer="soon", due=0), Seen())
    assert names == ["soon"]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"after": -5}, "the timer is to wait -5; it takes seconds or a timedelta from 0 on. Change it"),
        ({"after": timedelta(hours=-1)}, "it takes seconds or a timedelta from 0 on"),
        ({"after": float("nan")}, "it takes seconds or a timedelta from 0 on"),
        ({"after": 1e300}, "it takes seconds or a timedelta from 0 on"),
        ({"after": 60, "at": datetime(2014, 2, 1, tzinfo=UTC)}, "is given at and after. Give one of them"),
    ],
)
def test_a_timer_that_can_never_be_is_refused_where_it_is_asked_for(asked: dict[str, Any], said: str) -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.timer("soon", **asked)

    with pytest.raises(ActionRefused, match=f"E510 mine.*{re.escape(said)}"):
        heard(Mine(), walk(1))


def test_another_series_is_asked_for_in_on_start() -> None:
    class Mine(Strategy, symbol="EURUSD", timeframe="H1"):
        early: bool = True

        def on_start(self) -> None:
            if self.early:
                self.bars_of("XAUUSD")

        def on_bar(self, bar: BarClosed) -> None:
            self.why(gold=self.bars_of("XAUUSD")[-1].close, own=bar.close, seen=len(self.bars_of("XAUUSD")))

    rows = [one for n in range(3) for one in (bar(n, 1300.0 + n, series=1, symbol="XAUUSD"), bar(n, 1.1 + n))]
    for early in (True, False):
        mine = Mine(early=early)
        mine.react(declared(1, "XAUUSD"), Seen())
        if early:
            said = only(heard(mine, rows), DecisionExplained)
            assert [each.values for each in said] == [
                {"gold": 1300.0 + n, "own": 1.1 + n, "seen": n + 1.0} for n in range(3)
            ]
        else:
            with pytest.raises(ActionRefused, match=r"E522 .* too late"):
                heard(mine, rows)


def test_an_error_of_the_authors_is_told_with_file_line_and_callback() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.target("0.10")
            print(1 / (len(self.bars) - 1))

    with pytest.raises(CallbackFailed, match=r"E512 test_strategy.py:\d+ in on_bar: ZeroDivisionError"):
        heard(Mine(), walk(1))


def test_a_window_that_reaches_back_before_the_first_row_is_told_of_warm_up() -> None:
    @strategy(symbol="EURUSD", lots="0.10")
    def breakout(bars: Any) -> int:
        return 1 if bars.close[-1] > bars.high[-11:-1].max() else 0

    expected = r"E512 test_strategy.py:\d+ in breakout: ValueError: .* or say warm_up=N: 1 row had come in by then\.$"
    with pytest.raises(CallbackFailed, match=expected):
        heard(breakout(), walk(1))
    assert heard(breakout(warm_up=12), walk(14)) is not None


def test_the_line_told_is_the_authors_not_one_of_pythons_own_modules() -> None:
    import json

    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            json.loads("nothing")

    with pytest.raises(CallbackFailed, match=r"E512 test_strategy.py:\d+ in on_bar: JSONDecodeError"):
        heard(Mine(), walk(1))


def test_a_period_that_is_none_is_told_with_its_line_and_one_remedy() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.ema(0)

    told = r"^E502 test_strategy.py:\d+ in on_bar: Ema: period is 0; .* Change it where the indicator is asked for\.$"
    with pytest.raises(CallbackFailed, match=told):
        heard(Mine(), walk(1))


@pytest.mark.parametrize("says", ["why", "expires"])
def test_values_that_no_record_takes_are_told_with_their_line(says: str) -> None:
    class Mine(Strategy, symbol="EURUSD", lots="0.10"):
        def on_bar(self, bar: BarClosed) -> None:
            if says == "why":
                self.why(distance=float("nan"))
            else:
                self.limit("buy", 1.0, expires=3600.0)  # type: ignore[arg-type]  # as traders write

    with pytest.raises(ActionRefused, match=r"E510 mine in test_strategy.py:\d+: (why was given distance|the time is)"):
        heard(Mine(), walk(1))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("hello", "gave back a str; it takes a list of events"),
        (TimerRequested(module="reacts", timer="x", due=0), "gave back a TimerRequested; it takes a list"),
        ([1], "gave back a int in its list"),
        (
            [TargetAsked(strategy="other", symbol="EURUSD", volume=1, stop_points=0, take_points=0)],
            'speaks as "other"; it is "reacts"',
        ),
    ],
)
def test_a_reactor_that_gives_back_anything_but_its_own_events_is_told_so(said: Any, told: str) -> None:
    class Reacts(Module, hears=[BarClosed], symbol="EURUSD"):
        def react(self, event: Any, context: Any) -> Any:
            return said

    with pytest.raises(ActionRefused, match=rf"E510 Reacts.react {told}"):
        heard(Reacts(), walk(1))


def test_a_callback_that_ends_the_process_fails_instead() -> None:
    class Ends(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            raise SystemExit(0)

    class Reacts(Module, hears=[BarClosed], symbol="EURUSD"):
        def react(self, event: Any, context: Any) -> Any:
            raise SystemExit(0)

    for made in (Ends(), Reacts()):
        with pytest.raises(CallbackFailed, match=r"E512 test_strategy.py:\d+ in \w+: SystemExit"):
            heard(made, walk(1))


@pytest.mark.parametrize("shortcut", ["scan", "advance"])
def test_a_scan_that_raises_is_told_with_its_line_as_a_callback_is(shortcut: str) -> None:
    class Reacts(Module, hears=[BarClosed], symbol="EURUSD"):
        def scan(self, rows: Any) -> int:
            return len(rows.nothing)

        def advance(self, rows: Any) -> None:
            rows.nothing()

    expected = rf"E512 test_strategy.py:\d+ in {shortcut}: AttributeError: .*'nothing'\. Correct it there\.$"
    with pytest.raises(CallbackFailed, match=expected):
        getattr(Reacts(), shortcut)(object())


def test_a_parameter_whose_default_is_a_list_takes_lists() -> None:
    @strategy(symbol="EURUSD", lots="0.10")
    def mine(bars: Any, periods=(3, 5)) -> Any:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- as traders write
        return 1 if bars.sma(periods[0]) > bars.sma(periods[1]) else 0

    assert mine().given == {}
    assert mine(periods=[2, 4]).given == {"periods": [2, 4]}
    with pytest.raises(SettingRefused, match=r"periods is '2,4'; it takes list \| tuple"):
        mine(periods="2,4")


def test_a_clock_in_a_callback_is_refused_while_a_run_is_on() -> None:
    import time

    from tallystick.platform.authoring.purity import ImpureStrategy, guarding

    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            time.time()

    with guarding(), pytest.raises(ImpureStrategy, match=r"E520 .*test_strategy.py:\d+ on_bar reads a clock"):
        heard(Mine(), walk(1))
    time.time()


def test_a_wrong_name_is_told_with_the_nearest_one() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.targett("0.10")  # a slip

    with pytest.raises(NameUnknown, match=r'E506 Mine has no "targett".*did you mean "target"'):
        heard(Mine(), walk(1))


def test_a_wrong_name_of_the_bars_is_told_with_the_nearest_one() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.bars.emma(10)

    with pytest.raises(NameUnknown, match=r'E506 bars have no "emma" in test_strategy.py:\d+: did you mean "ema"'):
        heard(Mine(), walk(1))


def test_a_wrong_name_of_something_else_keeps_pythons_words() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def on_bar(self, bar: BarClosed) -> None:
            self.last = bar.closed  # type: ignore[attr-defined]  # an attribute of the strategy's own

    with pytest.raises(CallbackFailed, match=r"E512 test_strategy.py:\d+ in on_bar: AttributeError: .*'closed'"):
        heard(Mine(), walk(1))


def test_parameters_are_typed_and_known() -> None:
    class EmaCross(Strategy, symbol="EURUSD", lots="0.10"):
        fast: int = 10
        share: float = 0.5
        reach: Decimal = Decimal("1.5")

        def on_bar(self, bar: BarClosed) -> None:
            self.target(self.lots or 0)

    made = EmaCross(fast=12, share=1, reach="2.5", symbol="GBPUSD", lots="0.3", name="other", warm_up=3)
    assert (made.fast, made.share, made.reach, made.symbol, made.lots) == (
        12,
        1.0,
        Decimal("2.5"),
        "GBPUSD",
        Decimal("0.3"),
    )
    assert (made.name, made.warm_up, EmaCross().name, EmaCross.takes["fast"].default) == ("other", 3, "ema_cross", 10)
    again = made.fresh()
    assert again is not made
    assert (again.fast, again.symbol, again.name) == (12, "GBPUSD", "other")  # type: ignore[attr-defined]  # an attribute of the strategy's own
    for wrong in ({"fst": 3}, {"fast": 1.5}, {"fast": True}, {"share": "x"}, {"share": float("nan")}, {"warm_up": -1}):
        with pytest.raises(SettingRefused, match=r"E50[45] ema_cross"):
            EmaCross(**wrong)
    with pytest.raises(SettingRefused, match='"fst": did you mean "fast"'):
        EmaCross(fst=3)


def test_a_parameter_may_not_hide_an_action() -> None:
    with pytest.raises(SettingRefused, match=r'E525 Mine: parameter "stop" would hide self.stop'):

        class Mine(Strategy, symbol="EURUSD"):
            stop: float = 50.0  # type: ignore[assignment]  # what is refused

    @strategy(symbol="EURUSD", lots="0.10")
    def mine(bars: Any, stop: int = 50, time: int = 3) -> int:
        return 1 if stop + time == 63 else 0

    assert len(heard(mine(stop=60), walk(2))) == 1


def test_a_class_line_is_checked_when_it_is_read() -> None:
    with pytest.raises(SettingRefused, match='E502 unknown setting "timefram" of Mine: did you mean "timeframe"'):

        class Mine(Strategy, symbol="EURUSD", timefram="H1"):
            pass

    with pytest.raises(SettingRefused, match="E503 Late: timeframe is 'H5'"):

        class Late(Strategy, symbol="EURUSD", timeframe="H5"):
            pass

    with pytest.raises(ActionRefused, match=r'E112 lots "-0.10" in test_strategy.py:\d+: size is positive'):

        class Small(Strategy, symbol="EURUSD", lots="-0.10"):
            pass


def test_a_strategy_without_symbol_or_callback_cannot_be_made() -> None:
    class NoSymbol(Strategy):
        def on_bar(self, bar: BarClosed) -> None:
            pass

    class NoCallback(Strategy, symbol="EURUSD"):
        def on_bars(self, bar: BarClosed) -> None:
            pass

    with pytest.raises(SettingRefused, match="E511 no_symbol has no symbol"):
        NoSymbol()
    with pytest.raises(
        SettingRefused, match=r'E511 no_callback hears no rows \(it has on_bars: did you mean "on_bar"\?\)'
    ):
        NoCallback()


@pytest.mark.parametrize("answer", [5, True, "long", 0.5, [1]])
def test_a_function_that_answers_anything_else_is_told_so(answer: Any) -> None:
    @strategy(symbol="EURUSD", timeframe="H1")
    def mine(bars: Any) -> Any:
        return answer

    with pytest.raises(
        SignalRefused, match=r"E501 test_strategy.py:\d+ mine returned .*; a signal is -1, 0, \+1 or None"
    ):
        heard(mine(), walk(1))


def test_a_function_says_what_changes_and_none_changes_nothing() -> None:
    import numpy as np

    answers: list[Any] = [None, 0, 1, np.int64(1), None, -1.0, np.sign(-3.0), 0, None, 1]

    @strategy(symbol="EURUSD", sl_points=50)
    def mine(bars: Any) -> Any:
        return answers[len(bars) - 1]

    said = only(heard(mine(), walk(10)), SignalRaised)
    assert [(each.direction, each.stop_points) for each in said] == [(1, 50), (-1, 50), (0, 0), (1, 50)]
    sized = only(heard(mine(lots="0.5"), walk(10)), TargetAsked)
    assert [each.volume for each in sized] == [50_000_000, -50_000_000, 0, 50_000_000]


def test_a_functions_parameters_are_its_keywords() -> None:
    @strategy(symbol="EURUSD", lots="0.10")
    def mine(bars: Any, period: int = 3, level=1.1) -> Any:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- as traders write
        return 1 if bars.sma(period) > level else 0

    assert {name: each.default for name, each in mine.takes.items()} == {"period": 3, "level": 1.1}
    assert len(heard(mine(level=0.0), walk(4))) == 2
    with pytest.raises(SettingRefused, match="E505 mine: parameter level is 'x'"):
        mine(level="x")
    with pytest.raises(SettingRefused, match="E502 unknown setting"):
        strategy(simbol="EURUSD")


def test_several_lines_of_an_indicator_explain_a_decision_each() -> None:
    @strategy(symbol="EURUSD", lots="0.10")
    def mine(bars: Any) -> Any:
        return 1 if bars.close[-1] > bars.bollinger(5).lower - 1 and bars.higher("H4").ema(2) > 0 else None

    (said,) = only(heard(mine(), walk(12)), DecisionExplained)
    assert {"bollinger(5).lower", "bollinger(5).upper", "H4 ema(2)"} <= set(said.values)


def test_columns_prepared_over_the_sample_agree_with_those_of_the_bars_so_far() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        def columns(self, bars: Any) -> Any:
            return {"fast": bars["close"].rolling(3).mean(), "high": bars["high"]}

        def on_bar(self, bar: BarClosed) -> None:
            self.why(fast=self.column("fast"), high=self.column("high"))

    from tallystick.platform.authoring.bars import Bars

    rows, sample = walk(20), Bars()
    for row in rows:
        sample.take(row)
    prepared, plain = Mine(), Mine()
    assert len(prepared.prepare(sample.frame())) == 64
    said = heard(prepared, rows)
    assert said == heard(plain, rows)
    assert len(said) == 18
    assert prepared.report()["undone"] == 2


def test_columns_that_fail_or_do_not_fit_are_told_so() -> None:
    class Mine(Strategy, symbol="EURUSD"):
        how: str = "raises"

        def columns(self, bars: Any) -> Any:
            if self.how == "raises":
                return {"fast": 1 / 0}
            return {"fast": [1.0]} if self.how == "short" else []

        def on_bar(self, bar: BarClosed) -> None:
            self.column("fast")

    with pytest.raises(CallbackFailed, match=r"E512 test_strategy.py:\d+ in columns: ZeroDivisionError"):
        heard(Mine(), walk(2))
    for how, message in (("short", r"column fast has shape \(1,\).* 2 here"), ("list", "columns returned list")):
        with pytest.raises(ActionRefused, match=f"E523 mine: {message}"):
            heard(Mine(how=how, warm_up=2), walk(2))
