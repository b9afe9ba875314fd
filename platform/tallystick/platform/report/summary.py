"""A book's result: the numbers a terminal prints and the report shows."""

from collections import Counter
from dataclasses import asdict, dataclass

import numpy as np

from tallystick.platform.report.baselines import BuyAndHold, buy_and_hold
from tallystick.platform.report.equity import Curve, curve_of
from tallystick.platform.report.prices import Prices, prices_of
from tallystick.platform.report.reckoning import Reckoning, first_deposit, opening_balance, reckoning_of
from tallystick.platform.report.statistics import (
    Drawdown,
    Streak,
    TradeStatistics,
    daily_returns,
    drawdown_of,
    exposure_of,
    grouped,
    monthly_results,
    sharpe_ratio,
    streak,
    trade_statistics,
)
from tallystick.platform.report.story import Story
from tallystick.platform.report.trades import Positions, positions_of


@dataclass(frozen=True, slots=True)
class Proof:
    """What names the log: origin, records, head, decision digest, the size of the last checkpoint (-1: none).

    `pruned` trading records have no body any more: what they said is in no figure.
    """

    origin: str = ""
    size: int = 0
    head: str = ""
    decision_digest: str = ""
    checkpoint: int = -1
    pruned: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Reckoning):
    """A book's result: its reckoning, and what prices and trades tell besides; shares from 0 to 1."""

    proof: Proof
    first_time: int
    last_time: int
    symbols: tuple[str, ...]
    rows: int
    closing_equity: int
    deals_add_up: bool
    open_positions: int
    open_commission: int
    buy_and_hold: int
    buy_and_hold_drawdown: Drawdown
    all_trades: TradeStatistics
    by_symbol: dict[str, TradeStatistics]
    by_strategy: dict[str, TradeStatistics]
    by_month: dict[str, int]
    wins: Streak
    losses: Streak
    balance_drawdown: Drawdown
    equity_drawdown: Drawdown
    sharpe_ratio: float | None
    exposure: float
    approved: int
    take_profits: int
    stop_outs: int
    swaps_charged: int
    swap: int
    commission: int
    incidents: int
    warnings: tuple[str, ...]

    @property
    def flat(self) -> int:
        """What doing nothing makes."""
        return 0

    @property
    def recovery_factor(self) -> float | None:
        """Total net profit over maximal equity drawdown; none without a drawdown."""
        return self.net_profit / self.equity_drawdown.maximal if self.equity_drawdown.maximal else None


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that was computed from a story, for the page to draw."""

    story: Story
    prices: list[Prices]
    positions: Positions
    curve: Curve
    held: BuyAndHold
    summary: Summary


def book_of(story: Story, proof: Proof) -> Book:
    """Compute everything."""
    prices = prices_of(story.series, story.blocks)
    positions = positions_of(story)
    curve = curve_of(story, prices, positions.holdings)
    deposits = _deposits(story, curve)
    initial = opening_balance(story) + first_deposit(story)
    held = buy_and_hold(curve.time, prices, story.instruments, initial, story.currency, story.digits)
    return Book(story, prices, positions, curve, held, _summary(story, proof, prices, positions, curve, held, deposits))


def _summary(  # noqa: PLR0917 -- the parts it sums up
    story: Story,
    proof: Proof,
    prices: list[Prices],
    positions: Positions,
    curve: Curve,
    held: BuyAndHold,
    deposits: "np.ndarray[tuple[int], np.dtype[np.int64]]",
) -> Summary:
    opening = opening_balance(story)
    reckoning = reckoning_of(story)
    initial, net = reckoning.deposit, reckoning.net_profit
    moved = int(deposits[-1]) if len(deposits) else 0
    trading = [told.event for told in story.deals if told.event.type != "balance"]
    reasons = Counter(deal.reason for deal in trading)
    verdicts = sum(order.verdict is not None for order in story.orders.values())
    grown = slice(int(np.argmax(deposits > 0)) if moved else 0, None)
    earned = initial - opening - deposits[grown]  # what money put in or taken out is not
    return Summary(
        **asdict(reckoning),
        proof=proof,
        first_time=int(curve.time[0]) if len(curve) else story.first_time,
        last_time=int(curve.time[-1]) if len(curve) else story.last_time,
        symbols=tuple(one.symbol for one in prices),
        rows=sum(len(one) for one in prices),
        closing_equity=int(curve.equity[-1]) if len(curve) else opening,
        deals_add_up=sum(deal.profit + deal.swap + deal.commission for deal in trading) == net,
        open_positions=positions.still_open,
        open_commission=positions.open_commission,
        buy_and_hold=held.result(initial),
        buy_and_hold_drawdown=drawdown_of(held.equity, initial),
        all_trades=trade_statistics(positions.trades),
        by_symbol=grouped(positions.trades, lambda trade: trade.symbol),
        by_strategy=grouped(positions.trades, lambda trade: trade.strategy or "(none)"),
        by_month=monthly_results(curve, opening, deposits),
        wins=streak(positions.trades, wins=True),
        losses=streak(positions.trades, wins=False),
        balance_drawdown=drawdown_of(curve.balance[grown] + earned, initial),
        equity_drawdown=drawdown_of(curve.equity[grown] + earned, initial),
        sharpe_ratio=sharpe_ratio(daily_returns(curve.time[grown], curve.equity[grown] + earned, initial)[1]),
        exposure=exposure_of(curve),
        approved=verdicts - reckoning.denied,
        take_profits=reasons["tp"],
        stop_outs=reasons["so"],
        swaps_charged=len(story.swaps),
        swap=sum(told.event.amount for told in story.swaps),
        commission=sum(deal.commission for deal in trading),
        incidents=len(story.incidents),
        warnings=tuple(_warning(story, *key) for key in story.treated),
    )


def _deposits(story: Story, curve: Curve) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """Deposits less withdrawals so far, at each time of the curve."""
    moved = [(told.time, told.event.profit) for told in story.deals if told.event.type == "balance"]
    time = np.array([when for when, _ in moved], dtype=np.int64)
    total = np.cumsum([0, *(amount for _, amount in moved)]).astype(np.int64)
    return total[np.searchsorted(time, curve.time, side="right")]


FAULT_WORDS = {
    "crossed_open": "bars open with ask below bid",
    "crossed_high": "bars have their highest ask below their highest bid",
    "crossed_low": "bars have their lowest ask below their lowest bid",
    "crossed_close": "bars close with ask below bid",
    "crossed_quote": "quotes have ask below bid",
    "empty_weekday": "weekdays have no bars",
    "thin_weekday": "weekdays are thin",
}


def _warning(story: Story, symbol: str, fault: str) -> str:
    treated = story.treated[symbol, fault]
    code = "W107" if fault.startswith("crossed") else "W108" if fault.endswith("weekday") else "W109"
    words = FAULT_WORDS.get(fault, f"rows are {fault}")
    return f"{code} {symbol}: {treated.count:,} {words} ({treated.rule})"
