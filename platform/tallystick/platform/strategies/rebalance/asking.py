"""What an optimiser is told of symbols and account: worth and margin of a volume step, in the account's currency."""

from dataclasses import dataclass

from tallystick.events.module import Context
from tallystick.events.types.optimisation import OptimisationRequested
from tallystick.market.instrument import Instrument
from tallystick.market.margin import order_rule, step_margin
from tallystick.platform.accounts.rates import account_rate, rate_between
from tallystick.platform.accounts.views import AccountView
from tallystick.platform.strategies.rebalance.window import Closes


@dataclass(frozen=True, slots=True)
class Terms:
    """What every request of one strategy says alike."""

    module: str
    worker: str
    symbols: tuple[str, ...]
    k: int
    risk_aversion: float
    share: float
    gross: float
    largest: float
    short: bool
    margin_share: float
    layers: int
    angles: str
    seed: int
    due: int
    """Book time that the work is given, ns."""


@dataclass(frozen=True, slots=True)
class Step:
    """One volume step of a symbol: its worth, and the margin of one bought or sold, in minor units."""

    value: float
    margin_long: float
    margin_short: float


def request_of(terms: Terms, closes: Closes, context: Context) -> OptimisationRequested | str:
    """What is asked now, or why nothing can be asked."""
    account: AccountView | None = context.account
    if account is None or account.equity <= 0:
        return f"the equity is {account.equity if account is not None else 0}. Deposit, or stop the strategy."
    instruments, steps = [], []
    for symbol in terms.symbols:
        instrument: Instrument | None = context.instruments.get(symbol)
        if instrument is None:
            return f"{symbol} was not declared by the terminal. Check the symbol."
        step = _step(instrument, account, context)
        if isinstance(step, str):
            return step
        instruments.append(instrument)
        steps.append(step)
    coarsest = max(step.value for step in steps) / account.equity
    return OptimisationRequested(
        module=terms.module,
        worker=terms.worker,
        due=context.time + terms.due,
        deadline=context.time + terms.due,
        symbols=terms.symbols,
        window=closes.size,
        closes=closes.table().astype("<f8").tobytes(),
        volume_min=tuple(one.volume_min for one in instruments),
        volume_max=tuple(one.volume_max for one in instruments),
        volume_step=tuple(one.volume_step for one in instruments),
        step_value=tuple(step.value for step in steps),
        step_margin_long=tuple(step.margin_long for step in steps),
        step_margin_short=tuple(step.margin_short for step in steps),
        equity=account.equity,
        currency=account.currency,
        digits=account.digits,
        k=terms.k,
        risk_aversion=terms.risk_aversion,
        share=terms.share,
        gross=terms.gross,
        largest=terms.largest,
        short=terms.short,
        margin_share=terms.margin_share,
        # Whole lots of any choice of symbols come within half of the coarsest step of the sum that is wanted.
        tolerance=min(coarsest, terms.share) / 2,
        layers=terms.layers,
        angles=terms.angles,
        seed=terms.seed,
    )


def _step(instrument: Instrument, account: AccountView, context: Context) -> Step | str:
    """Worth and margin of one volume step at the quote of now, or why they are not known."""
    symbol, quote = instrument.symbol, context.quotes.get(instrument.symbol)
    if quote is None:
        return f"{symbol} has no quote yet. Give its data from the beginning."
    points = instrument.points((quote.bid + quote.ask) * 0.5)
    rate = account_rate(instrument, account, context)
    rule = order_rule(instrument, account.leverage, account.digits, account.currency)
    margin_rate = rate_between(rule.currency, symbol, account, context)
    if rate is None or margin_rate is None or points <= 0:
        return (
            f"no quote leads from what {symbol} pays in, or from its margin currency, to {account.currency}."
            " Add the pair's data, or state profit_rate and margin_rate."
        )
    long, short = (step_margin(instrument, rule, side, points) * margin_rate for side in (1, -1))
    value = instrument.money_per_point_step(account.digits) * points * rate
    return Step(float(value), float(long), float(short))
