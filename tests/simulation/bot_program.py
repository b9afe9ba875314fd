"""A program of orders as a bot would run it: through the module's functions, the oracle told what the server is told.

After every order the whole account is looked at through `account_info`, `positions_get`, `orders_get` and the history,
and compared with the oracle; at the end the bot meets the end of its data.
"""

import random
from dataclasses import replace
from typing import Any

from tallystick.events.types.trading import DealMade, OrderAnswered, OrderEnded, OrderSending
from tallystick.platform.mt5 import simulated as mt5
from tallystick.platform.mt5.answering.local import LocalTerminal
from tallystick.platform.mt5.answering.requests import Asked
from tallystick.platform.mt5.answering.scripted import Written, feed_of
from tallystick.platform.mt5.connecting import EndOfData, connect, disconnect
from tallystick.platform.mt5.definitions.definition import Definition
from tests.simulation.oracle import Oracle, QuoteRow
from tests.simulation.oracle.arithmetic import to_price
from tests.simulation.oracle.names import DONE, DONE_PARTIAL, PLACED
from tests.simulation.sampled_conditions import sampled_program_market
from tests.simulation.sampled_market import HOUR, LOT, SECOND, Market
from tests.simulation.sampled_orders import Trader

ORDERS = 40
ALL_TIME = 2**31 - 1
CANCELLED, FILLED, REJECTED, EXPIRED = 2, 4, 5, 6
ENDS = {"cancelled": CANCELLED, "filled": FILLED, "rejected": REJECTED, "expired": EXPIRED}
CARRIED_OUT = {10008, 10009, 10010}


class BotProgram:
    """One program, from its seed."""

    def __init__(self, seed: int) -> None:
        """A market of quotes: the module's prices are ticks."""
        self.rng = random.Random(f"bot {seed}")
        self.market = market = _with_rows_only(sampled_program_market(self.rng, kinds=("quote",)))
        self.seed = seed
        self.rows = [row for moment in market.moments for row in moment if isinstance(row, QuoteRow)]
        names = [symbol for symbol, _, _ in market.series]
        by_series = sorted(self.rows, key=lambda row: row.series)
        quotes = [Written(row.time, names[row.series], row.bid, row.ask) for row in by_series]
        definition = Definition.of_instruments(
            market.instruments.values(), market.account, server_time_rule=market.rule, sessions=market.calendars
        )
        self.terminal = LocalTerminal(
            definition, feed_of(quotes), latency_ns=market.latency, call_cost_ns=0, faults=market.faults
        )
        self.oracle = Oracle(
            market.account, market.instruments, market.series, market.rule, market.latency, market.calendars
        )
        self.oracle.faults += [(fault.retcode, fault.order, fault.symbol) for fault in market.faults]
        self.trader = Trader(self.rng, self.oracle)
        self.codes: list[int] = []
        self.over: dict[int, int] = {}
        """By order ticket the ORDER_STATE in which an order ended, by section 20 of docs/fills.md."""
        self.sent = self.looks = self.settled = 0
        self.compared = False

    def run(self) -> None:
        """Send orders until the data end; raises AssertionError at the first difference."""
        connect(self.terminal, self.terminal.clock)
        try:
            assert mt5.initialize()
            for symbol in self.market.instruments:
                assert mt5.symbol_select(symbol, True)
            for _ in range(ORDERS):
                self.terminal.wait(self.rng.choice((0, 0, SECOND, self.rng.randint(0, HOUR), 2 * HOUR)))
                self._order()
                self._look()
        except EndOfData:
            pass
        finally:
            assert mt5.shutdown()  # answered after the end of the data too: bots call it here
            disconnect()
        self.compared = self.looks > 0

    def _order(self) -> None:
        time = self.terminal.clock()
        mt5.account_info()  # the market has come to this moment; a call costs nothing here
        self._follow(time)
        request = self._request(self.trader.next(time))
        if min(request["type"], request["type_time"]) < 0:
            return  # no request of the module has such a number
        asked = self.terminal.answers.asked(request, self.sent)
        result = mt5.order_send(request)
        assert result is not None, f"seed {self.seed}: {request} {mt5.last_error()}"
        self.codes.append(result.retcode)
        if not isinstance(asked, Asked):
            return  # refused by the terminal itself; no server heard of it
        self.sent += 1
        self._compare_answer(asked.sending, time, result)

    def _request(self, sending: OrderSending) -> dict[str, Any]:
        """A request of the module for an order as the trader draws it."""
        return {
            "action": sending.action, "magic": sending.magic, "order": sending.ticket, "symbol": sending.symbol,
            "volume": sending.volume / LOT, "price": sending.price, "stoplimit": sending.stop_limit,
            "sl": sending.stop_loss, "tp": sending.take_profit, "deviation": sending.deviation, "type": sending.type,
            "type_filling": sending.filling, "type_time": sending.time_type,
            "expiration": self.terminal.answers.clock.seconds(sending.expires), "comment": sending.comment,
            "position": sending.position, "position_by": sending.opposite,
        }  # fmt: skip

    def _compare_answer(self, sending: OrderSending, time: int, result: Any) -> None:
        facts = self._told(self.oracle.send(sending, time))
        while not (answers := [fact for fact in facts if isinstance(fact, OrderAnswered)]):
            facts = [fact for fact in self._next_moment() if getattr(fact, "order", None) == sending.order]
        answer = answers[0]
        done = answer.retcode in CARRIED_OUT
        self._ends(sending, answer)
        expected = DONE if answer.retcode == PLACED and sending.action == 5 else answer.retcode
        where = f"seed {self.seed}: {sending}\n module {result}\n oracle {answer}"
        assert (result.retcode, result.deal) == (expected, answer.deal), where
        assert result.order == (answer.ticket if done and sending.action != 6 else 0), where
        if answer.deal and sending.action == 1:
            assert (result.volume, result.price) == (answer.volume / LOT, answer.price), where

    def _ends(self, sending: OrderSending, answer: OrderAnswered) -> None:
        """Whether an answer ends its own order."""
        if sending.action == 10 and answer.retcode == DONE:
            self.over[answer.ticket] = FILLED
        if sending.action == 1 and answer.ticket:
            standing = {PLACED: None, DONE: FILLED, DONE_PARTIAL: CANCELLED if sending.filling == 1 else None}
            state = standing.get(answer.retcode, REJECTED)
            if state is not None:
                self.over[answer.ticket] = state

    def _told(self, facts: list[Any]) -> list[Any]:
        """Note the orders that these facts end."""
        for fact in facts:
            if isinstance(fact, OrderEnded):
                self.over[fact.ticket] = ENDS[fact.state]
            elif isinstance(fact, DealMade) and fact.order < 0:
                self.over[fact.ticket] = FILLED  # an order of the server's own
        return facts

    def _follow(self, time: int) -> None:
        """Everything up to and including a moment."""
        while self.settled < len(self.rows) and self.rows[self.settled].time <= time:
            self._next_moment()
        self._told(self.oracle.reach(time))

    def _next_moment(self) -> list[Any]:
        """All quotes of the next time at which there are any; what happened."""
        assert self.settled < len(self.rows), f"seed {self.seed}: the oracle's data are over, the module's are not"
        time, facts = self.rows[self.settled].time, list[Any]()
        while self.settled < len(self.rows) and self.rows[self.settled].time == time:
            facts += self.oracle.reach(time)
            facts += [fact for _, fact in self.oracle.settle((self.rows[self.settled],))]
            self.settled += 1
        return self._told(facts)

    def _look(self) -> None:
        """The account as the module shows it: by itself in order, and as the oracle has it."""
        time = self.terminal.clock()
        info = mt5.account_info()
        self._follow(time)
        self.looks += 1
        where, scale = f"seed {self.seed}, {self.looks}. look: {info}", 10**self.market.account.digits
        oracle = self.oracle
        shown = [round(x * scale) for x in (info.balance, info.equity, info.margin)]
        assert shown == [oracle.balance, oracle.equity, oracle.margin], where
        assert round(info.margin_free * scale) == oracle.equity - oracle.margin, where
        assert info.margin_level == (oracle.equity / oracle.margin * 100.0 if oracle.margin else 0.0), where
        assert round((info.balance + info.credit + info.profit) * scale) == oracle.equity, where
        positions, deals = mt5.positions_get(), mt5.history_deals_get(0, ALL_TIME)
        assert round(sum(p.profit + p.swap for p in positions) * scale) == round(info.profit * scale), where
        assert round(sum(d.profit + d.swap + d.commission for d in deals) * scale) == oracle.balance, where
        assert [d.ticket for d in deals] == list(range(1, oracle.deal_tickets + 1)), where
        assert _folded(deals) == {p.identifier: round(p.volume * LOT) * (1 - 2 * p.type) for p in positions}, where
        over = [(order.ticket, order.state) for order in mt5.history_orders_get(0, ALL_TIME)]
        waiting = mt5.orders_get()
        tickets = [ticket for ticket, _ in over] + [order.ticket for order in waiting]
        assert len(set(tickets)) == len(tickets), f"{where}: an order ticket twice"
        assert sorted(over) == sorted(self.over.items()), where
        assert sorted(self._held(p) for p in positions) == sorted(self._expected_positions()), where
        assert sorted(self._waiting(o) for o in waiting) == sorted(self._expected_orders()), where

    def _held(self, one: Any) -> tuple[Any, ...]:
        return one.ticket, one.identifier, one.symbol, one.type, round(one.volume * LOT), one.sl, one.tp, one.magic

    def _expected_positions(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for one in self.oracle.positions.values():
            digits = self.market.instruments[one.symbol].digits
            stops = to_price(one.stop, digits), to_price(one.take, digits)
            side = 0 if one.direction > 0 else 1
            found.append((one.ticket, one.number, one.symbol, side, one.volume, *stops, one.magic))
        return found

    def _waiting(self, one: Any) -> tuple[Any, ...]:
        volume, prices = round(one.volume_current * LOT), (one.price_open, one.price_stoplimit, one.sl, one.tp)
        return one.ticket, one.symbol, one.type, volume, one.magic, *(prices if one.type > 1 else ())

    def _expected_orders(self) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for one in self.oracle.pending.values():
            digits = self.market.instruments[one.symbol].digits
            order_type = one.type % 2 if one.resting else one.type
            points = (one.price, one.stop_limit, one.stop, one.take) if not one.resting else ()
            prices = [to_price(x, digits) for x in points]
            found.append((one.ticket, one.symbol, order_type, one.volume, one.magic, *prices))
        return found


def _folded(deals: Any) -> dict[int, int]:
    """Volumes by position, negative when short, as the deals of the history come to."""
    volumes: dict[int, int] = {}
    for deal in deals:
        signed = round(deal.volume * LOT) * {0: 1, 1: -1}.get(deal.type, 0)
        volumes[deal.position_id] = volumes.get(deal.position_id, 0) + signed
    return {position: volume for position, volume in volumes.items() if volume}


def _with_rows_only(market: Market) -> Market:
    """Without the symbols that no quote came of, as a feed numbers them."""
    quoted = {row.series for moment in market.moments for row in moment}
    kept = [one for number, one in enumerate(market.series) if number in quoted]
    numbers = {old: new for new, old in enumerate(sorted(quoted))}
    moments = [tuple(replace(row, series=numbers[row.series]) for row in moment) for moment in market.moments]
    instruments = {symbol: market.instruments[symbol] for symbol, _, _ in kept}
    return replace(market, series=kept, moments=moments, instruments=instruments)
