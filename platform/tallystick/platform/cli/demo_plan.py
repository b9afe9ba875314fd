"""The demo's plan: an EMA cross and a z-score reversion on each of the three series, a rebalancing, and risk limits.

Several plans were tried and their results seen. The first hit the 20 % drawdown limit early and traded no more; this
one was taken because it trades all year and shows a denial, stops and swaps. It was not chosen for its result, which is
a loss, and nothing about it says that it would ever be anything else.
"""

from collections.abc import Iterable

import msgspec

from tallystick.market.instrument import Instrument
from tallystick.platform.data.demo import demo_account, demo_instruments
from tallystick.platform.plan import AccountPlan, RunPlan, StrategyPlan

STOPS = {"EURUSD": 500, "NZDUSD": 500, "XAUUSD": 15_000}
"""Stop loss of every position in points: 50 pips, or 15 dollars an ounce."""


REBALANCE = {"k": 2, "calendar": "monthly", "window": 480, "share": 0.3}
"""Each month two of the three, by twenty trading days of closes, in lots worth 30 % of the equity.

More would run into the daily limit so often that the other strategies hardly traded.
"""


def demo_plan(seed: int = 0) -> RunPlan:
    """A hedging account of USD 10,000 that risks a quarter of a percent on each position."""
    account = demo_account()
    instruments = demo_instruments()
    return RunPlan(
        seed=seed,
        account=AccountPlan(
            name=account.account,
            currency=account.currency,
            digits=account.digits,
            balance=account.balance,
            leverage=account.leverage,
            margin_mode=account.margin_mode,
            stop_out_call=account.stop_out_call,
            stop_out_level=account.stop_out_level,
        ),
        latency_ns=account.latency,
        checkpoint_records=1_500,
        instruments=tuple(_conditions(each) for each in instruments.values()),
        strategies=(*(each for symbol in instruments for each in _strategies(symbol)), _rebalance(instruments)),
        sizing={"kind": "risk_percent", "risk_ppm": 2_500},
        risk={"daily_loss_ppm": 5_000},
    )


def _strategies(symbol: str) -> tuple[StrategyPlan, StrategyPlan]:
    stop = STOPS[symbol]
    ema = {"symbol": symbol, "fast": 24, "slow": 96, "stop_points": stop}
    reversion = {"symbol": symbol, "window": 96, "entry_z": 2.0, "exit_z": 0.5, "stop_points": stop}
    return (
        StrategyPlan(kind="ema_cross", name=f"ema_{symbol.lower()}", parameters=ema),
        StrategyPlan(kind="z_score", name=f"z_{symbol.lower()}", parameters=reversion),
    )


def _rebalance(symbols: Iterable[str]) -> StrategyPlan:
    return StrategyPlan(kind="rebalance", name="rebalance", parameters={"symbols": ",".join(symbols), **REBALANCE})


def _conditions(instrument: Instrument) -> dict[str, object]:
    conditions: dict[str, object] = msgspec.to_builtins(instrument.fields())
    return conditions
