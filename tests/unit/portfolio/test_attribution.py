"""Attribution: results add up to every deal of the account, and each strategy has had its own once it is flat."""

import random
from collections import Counter
from fractions import Fraction

import msgspec
import pytest

from tallystick.events.event import Event
from tallystick.market.instrument import LOT
from tallystick.market.money import point_money, rounded
from tallystick.platform.portfolio import Attribution
from tests.unit.portfolio.told import AccountBook
from tests.unit.risk.desk import EURUSD

STEP = LOT // 100
MONEY = point_money(EURUSD, 2)


def nets(attribution: Attribution) -> dict[str, int]:
    return {name: result.net for name, result in attribution.results.items()}


def test_a_hedging_position_is_of_the_strategy_that_opened_it_whoever_closes_it() -> None:
    attribution = Attribution()
    book = AccountBook(attribution.fold)
    first = book.open("ema", LOT, 1.3, commission=-350)
    second = book.open("rsi", -LOT, 1.3, commission=-350)
    book.deal(order=book.asked("other"), position=first, type="sell", entry="out", price=1.301, profit=10_000, swap=-70)
    book.deal(order=-1, position=second, type="buy", entry="out", reason="sl", price=1.302, profit=-20_000)
    assert nets(attribution) == {"ema": 9_580, "rsi": -20_350}
    ema = attribution.results["ema"]
    assert (ema.profit, ema.swap, ema.commission, ema.volume, ema.deals) == (10_000, -70, -350, 2 * LOT, 2)
    assert (ema.trades, ema.wins, ema.won, ema.lost) == (1, 1, 9_580, 0)


def test_a_partial_closing_takes_its_part_of_the_opening_commission() -> None:
    attribution = Attribution()
    book = AccountBook(attribution.fold)
    position = book.open("ema", 3 * STEP, 1.3, commission=-100)
    book.deal(order=-1, position=position, type="sell", entry="out", volume=STEP, price=1.31, profit=1_000)
    assert attribution.results["ema"].won == 1_000 - 33
    book.deal(order=-1, position=position, type="sell", entry="out", volume=2 * STEP, price=1.31, profit=2_000)
    assert (attribution.results["ema"].won, attribution.results["ema"].net) == (2_900, 2_900)


def test_opposite_targets_on_a_netting_account_each_get_their_own_result() -> None:
    """Long at 1.3000, the other short at 1.3100 flattens the account, and both leave at 1.3050."""
    attribution = Attribution()
    book = AccountBook(attribution.fold, "netting")
    book.deal(order=book.asked("long"), position=1, price=1.3)
    book.deal(order=book.asked("short"), position=1, type="sell", entry="out", price=1.31, profit=100_000)
    assert nets(attribution) == {"short": 0, "long": 100_000}  # what the account realised was the long side's
    book.deal(order=book.asked("long"), position=2, type="sell", price=1.305)
    book.deal(order=book.asked("short"), position=2, entry="out", price=1.305, profit=0)
    assert nets(attribution) == {"long": 50_000, "short": 50_000}


def test_swap_is_of_those_on_the_positions_side() -> None:
    attribution = Attribution()
    book = AccountBook(attribution.fold, "netting")
    book.deal(order=book.asked("a"), volume=3 * LOT)
    book.deal(order=book.asked("b"), volume=LOT)
    book.deal(order=book.asked("c"), volume=LOT, type="sell", entry="out")
    book.swap(-101)
    book.deal(order=-1, type="sell", entry="out", reason="sl", volume=3 * LOT, swap=-101)
    swaps = {name: result.swap for name, result in attribution.results.items() if result.swap}
    assert swaps == {"a": -75, "b": -26}
    assert attribution.freeze()["shares"] == []


class NettingAccount:
    """A netting terminal's arithmetic, by the rules of docs/fills.md alone, that tells its deals."""

    def __init__(self, book: AccountBook, chance: random.Random) -> None:
        self.book, self.chance = book, chance
        self.units, self.sum, self.swap, self.position = 0, 0, 0, 0
        self.balance_change = 0
        self.own: Counter[str] = Counter()
        self.flow: dict[str, Fraction] = {}

    def trade(self, strategy: str, volume: int, points: int) -> None:
        """A deal of a strategy; an empty name is a stop, which ends everything."""
        order = self.book.asked(strategy) if strategy else -1
        units, before = volume // STEP, self.units
        profit = swap = 0
        entry = "in"
        if before * units < 0:
            closed = min(abs(units), abs(before))
            cost = (
                self.sum
                if closed == abs(before)
                else self.sum - rounded(self.sum * (abs(before) - closed), abs(before))
            )
            side = 1 if before > 0 else -1
            profit = MONEY.profit(side * (points * closed - cost))
            self.sum -= cost
            swap = self.swap if closed == abs(before) else rounded(self.swap * closed, abs(before))
            self.swap -= swap
            entry = "inout" if abs(units) > abs(before) else "out"
            self.sum += max(0, abs(units) - closed) * points
        else:
            self.sum += abs(units) * points
        if before == 0:
            self.position += 1
        self.units += units
        commission = -self.chance.randrange(0, 300)
        self.balance_change += profit + swap + commission
        self.book.deal(
            order=order,
            position=self.position,
            type="buy" if volume > 0 else "sell",
            entry=entry,
            volume=abs(volume),
            price=points / 100_000,
            profit=profit,
            swap=swap,
            commission=commission,
        )
        if strategy:
            self.own[strategy] += volume
            self._paid(strategy, volume, points)
        else:
            for name, held in self.own.items():
                self._paid(name, -held, points)
            self.own.clear()

    def _paid(self, strategy: str, volume: int, points: int) -> None:
        self.flow[strategy] = self.flow.get(strategy, Fraction(0)) - Fraction(volume // STEP * points)

    def night(self) -> None:
        if self.units:
            amount = self.chance.randrange(-500, 200)
            self.swap += amount
            self.book.swap(amount, self.position)


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_dealt_the_parts_add_up_to_the_account_and_the_flat_have_had_their_own(seed: int) -> None:
    chance = random.Random(seed)
    attribution = Attribution()
    account = NettingAccount(AccountBook(attribution.fold, "netting"), chance)
    points = 130_000
    for _ in range(200):
        points += chance.randrange(-60, 61)
        did = chance.random()
        if did < 0.1:
            account.night()
        elif did < 0.15 and account.units:
            account.trade("", -account.units * STEP, points)
        else:
            account.trade(chance.choice("abc"), chance.choice((-1, 1)) * chance.randrange(1, 9) * STEP, points)
        assert sum(nets(attribution).values()) == account.balance_change
    for name in "abc":
        if account.own[name]:
            account.trade(name, -account.own[name], points)
    assert sum(nets(attribution).values()) == account.balance_change
    assert attribution.freeze()["shares"] == []
    for name in "abc":
        result = attribution.results[name]
        exact = account.flow.get(name, Fraction(0)) * MONEY.numerator / MONEY.denominator
        assert abs(result.profit - exact) <= result.deals + 2  # each deal rounds once


def test_a_fold_goes_through_a_snapshot_in_the_middle() -> None:
    chance = random.Random(4)
    first, second = Attribution(), Attribution()
    account = NettingAccount(AccountBook(first.fold, "netting"), chance)
    for _ in range(30):
        account.trade(chance.choice("ab"), chance.choice((-1, 1)) * STEP, 130_000 + chance.randrange(-50, 50))
    second.thaw(msgspec.msgpack.decode(msgspec.msgpack.encode(first.freeze())))
    assert second.freeze() == first.freeze()

    def both(event: Event) -> None:
        first.fold(event)
        second.fold(event)

    account.book._tell = both  # noqa: SLF001 -- the same account goes on
    for _ in range(30):
        account.trade(chance.choice("ab"), chance.choice((-1, 1)) * STEP, 130_000 + chance.randrange(-50, 50))
    assert second.freeze() == first.freeze()
