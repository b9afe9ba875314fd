"""What a book's rows tell beyond its deals: excursions, margin, the causes of trades, and the small pictures."""

import numpy as np
import pytest

from tallystick.events.types import trading
from tallystick.market.instrument import LOT
from tallystick.platform.data.demo import demo_instruments
from tallystick.platform.report.drawing import Cloud, bars, cloud
from tallystick.platform.report.equity import Curve
from tallystick.platform.report.excursions import correlations_of, excursions_of
from tallystick.platform.report.heatmap import Trial, heat_map
from tallystick.platform.report.load import load_of
from tallystick.platform.report.modelling import source_periods
from tallystick.platform.report.prices import Prices
from tallystick.platform.report.story import OrderStory, Said, Story, Told
from tallystick.platform.report.trades import Holding, Trade
from tallystick.platform.report.whys import why

HOUR = 3_600_000_000_000
SECOND = 1_000_000_000
EURUSD = demo_instruments()["EURUSD"]


def prices(*bid: tuple[float, float, float, float], spread: float = 0.0002) -> Prices:
    """Hourly bars from hour 0 as (open, high, low, close) of the bid."""
    opened, high, low, close = (np.array(column) for column in zip(*bid, strict=True))
    time = (np.arange(len(bid)) + 1) * HOUR
    return Prices("EURUSD", "bar", HOUR, time, close, close + spread, opened, high, low, high + spread, low + spread)


def trade(direction: int, entry: float, leaving: float, opened: float, closed: float) -> Trade:
    """A trade of 0.1 lots between two hours."""
    moments = (round(opened * HOUR), round(closed * HOUR))
    result = round((leaving - entry) * direction * 1_000_000)
    return Trade(
        9, 2, 1, "EURUSD", "s", direction, LOT // 10, *moments, entry, leaving, result, 0, 0, "expert", 5, *moments
    )


def test_longs_are_measured_at_the_bid_and_shorts_at_the_ask() -> None:
    one = prices((1.1, 1.101, 1.099, 1.1), (1.1, 1.104, 1.098, 1.103), (1.103, 1.105, 1.09, 1.1))
    long, short = trade(1, 1.1002, 1.103, 1, 2), trade(-1, 1.1, 1.1032, 1, 2)
    found = excursions_of([long, short], [one], {"EURUSD": EURUSD}, 2)
    assert found.mfe_points.tolist() == [380, 180]
    assert found.mae_points.tolist() == [-220, -420]
    assert found.mfe.tolist() == [3800, 1800]


def test_a_bar_in_which_a_trade_ended_part_way_counts_only_its_exit_price() -> None:
    one = prices((1.1, 1.101, 1.099, 1.1), (1.1, 1.2, 1.0, 1.1))
    found = excursions_of([trade(1, 1.1, 1.09, 0, 1.5)], [one], {"EURUSD": EURUSD}, 2)
    assert found.mfe_points.tolist() == [100]
    assert found.mae_points.tolist() == [-1000]


def test_excursions_bracket_the_result_and_correlate_with_it() -> None:
    one = prices(*[(1.1, 1.1, 1.1, 1.1)] * 5)
    some = [trade(1, 1.1, 1.1 + step / 1000, 0, 1) for step in range(-3, 4)]
    found = excursions_of(some, [one], {"EURUSD": EURUSD}, 2)
    assert found.mfe.tolist() == [max(one.result, 0) for one in some]
    assert found.mae.tolist() == [min(one.result, 0) for one in some]
    correlations = correlations_of(some, found)
    assert 0.8 < correlations.profits_mfe < 1
    assert correlations.profits_mfe == pytest.approx(correlations.profits_mae)
    assert correlations_of(some[:1], excursions_of(some[:1], [one], {}, 2)).mfe_mae == 0.0


def test_a_symbol_without_prices_has_no_excursion() -> None:
    assert excursions_of([trade(1, 1.1, 1.2, 0, 1)], [], {"EURUSD": EURUSD}, 2).mfe.tolist() == [0]


def curve(equity: int = 1_000_000) -> Curve:
    time = np.arange(1, 5) * HOUR
    return Curve(time, np.full(4, equity), np.full(4, equity), np.zeros(4, dtype=np.int64))


def holding(direction: int, since: int, until: int, volume: int = LOT // 10) -> Holding:
    return Holding(1, "EURUSD", direction, volume, 1.2, 0, since * HOUR, until if until < 0 else until * HOUR)


def test_margin_stands_while_a_position_does() -> None:
    load = load_of(curve(), [holding(1, 2, 4)], {"EURUSD": EURUSD}, 100, 2)
    assert load.margin.tolist() == [0, 12_000, 12_000, 0]
    assert load.lowest_level == pytest.approx(1_000_000 / 12_000 * 100)
    assert load_of(curve(), [], {}, 100, 2).lowest_level is None


def test_hedged_volume_binds_no_margin_where_the_instrument_says_so() -> None:
    both = [holding(1, 1, -1, LOT // 5), holding(-1, 1, -1)]
    load = load_of(curve(), both, {"EURUSD": EURUSD}, 100, 2)
    assert EURUSD.margin_hedged == 0.0
    assert load.margin.tolist() == [12_000] * 4


def deal(entry: str, order: int, reason: str, price: float) -> trading.DealMade:
    return trading.DealMade(
        deal=1, ticket=1, order=order, position=1, symbol="EURUSD", type="buy", entry=entry, reason=reason,  # type: ignore[arg-type]  # one of the words
        volume=LOT // 10, price=price, profit=0, swap=0, commission=0, balance=0, magic=0, moment=0, comment="",
    )  # fmt: skip


def test_the_causes_of_a_trade_are_told_from_the_row_to_the_stop() -> None:
    story = Story()
    signal = trading.SignalRaised(strategy="ema", symbol="EURUSD", direction=1, stop_points=0, take_points=0)
    seen = trading.DecisionExplained(strategy="ema", symbol="EURUSD", values={"fast": 1.2345})
    target = trading.TargetSet(strategy="ema", symbol="EURUSD", volume=LOT // 10, stop_points=0, take_points=0)
    asked = trading.OrderRequested(
        order=3, account="", strategy="ema", symbol="EURUSD", purpose="open", side="buy", kind="market",
        volume=LOT // 10, price=1.1, stop_loss=1.09, take_profit=0.0, position=0, ticket=0, expires=0, reduces=False,
    )  # fmt: skip
    story.said = {1: Said(1, 0, 0, 7, signal), 3: Said(3, 0, 1, -1, target), 4: Said(4, 0, 3, -1, asked)}
    story.explained = {(0, 7, "ema", "EURUSD"): [Said(2, 0, 0, 7, seen)]}
    approved = trading.OrderApproved(order=3, rule="volume_max", limit=10 * LOT, value=LOT // 10)
    story.orders = {3: OrderStory(requested=Told(4, 0, asked), verdict=Told(5, 0, approved))}
    told = why(story, trade(1, 1.1, 1.09, 0, 1), {5: deal("in", 3, "expert", 1.1), 9: deal("out", -1, "sl", 1.09)})
    assert [step.seq for step in told] == [0, 2, 1, 3, 4, 5, 5, 9]
    words = " | ".join(step.words for step in told)
    assert "row 7 of the market" in words
    assert "values seen: fast 1.2345" in words
    assert "ema signals long" in words
    assert "SL 1.09" in words
    assert "nearest limit volume_max at 0.10 lots of 10.00 lots" in words
    assert words.endswith("closed at 1.09: the market hit the stop loss")


def test_a_cloud_of_many_points_stays_small_and_an_empty_one_is_nothing() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=40_000), rng.normal(size=40_000)
    assert len(cloud(Cloud(x, y, y > 0, "x", "y"), "label")) < 120_000
    assert cloud(Cloud(x[:0], y[:0], y[:0] > 0, "x", "y"), "label") == ""


def test_columns_name_their_groups_and_amounts() -> None:
    drawn = bars(["Mon", "Tue"], [5.0, 0.0], [-2.0, -1.0], "money by weekday")
    assert drawn.count("<rect") == 3
    assert "<title>Mon: 5.00</title>" in drawn


def test_a_heat_map_shows_the_best_trial_of_each_cell() -> None:
    drawn = heat_map([Trial(1, 2, 5.0), Trial(1, 2, 9.0), Trial(3, 2, -4.0)], "fast", "slow", "net")
    assert drawn.count("<rect") == 2
    assert "<title>1, 2: 9</title>" in drawn
    assert heat_map([], "fast", "slow", "net") == ""


def quotes(opens_ms: list[int], offsets_ms: tuple[int, ...]) -> Prices:
    """Quotes at each offset after each opening; the source's clock is two hours ahead."""
    source_ms = np.array([opened + offset for opened in opens_ms for offset in offsets_ms], dtype=np.int64)
    no = np.zeros(len(source_ms))
    time = (source_ms - 7_200_000) * 1_000_000
    return Prices("EURUSD", "quote", 0, time, no, no, no, no, no, no, no, source_ms)


def test_quotes_lie_in_as_many_bars_as_they_were_made_of() -> None:
    hour, day = 3_600_000, 86_400_000
    hours = quotes([0, hour, 5 * hour], (0, hour // 2, hour - 1))
    assert (hours.bars(HOUR), hours.bars(60 * SECOND)) == (3, 9)
    days = quotes([0, day, 4 * day], (0, 23 * hour, day - 1))  # of UTC each of these would lie in two days
    assert days.bars(24 * HOUR) == 3
    weeks = quotes([3 * day, 10 * day], (0, 6 * day, 7 * day - 1))  # 1970-01-04 was a Sunday
    assert weeks.bars(7 * 24 * HOUR) == 2
    assert quotes([], ()).bars(HOUR) == 0


def test_the_bars_that_quotes_were_made_of_are_read_from_what_the_plan_says() -> None:
    lines = ["EURUSD: path from H1; four points", "GOLD: real-ticks from TICK; as they came"]
    assert source_periods(lines) == {"EURUSD": HOUR}
