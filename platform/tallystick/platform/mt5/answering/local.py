"""A terminal in one's own process, without a log: a market that goes on with its caller's clock.

For trying a bot's calls from a script or a notebook, and for the conformance suite. Real time plays no part: a call
moves the market to the caller's time, costs a stated time of that clock, and `order_send` waits for its execution.
"""

from collections.abc import Sequence

from tallystick.events.types.trading import OrderAnswered
from tallystick.platform.mt5.answering.about import TerminalSettings
from tallystick.platform.mt5.answering.answers import Answers
from tallystick.platform.mt5.answering.made import server_of, store_of
from tallystick.platform.mt5.answering.reply import TRUE, Reply
from tallystick.platform.mt5.answering.walk import Walk
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.prices.feed import ExecFeed
from tallystick.platform.mt5.server.faults import Fault
from tallystick.platform.mt5.wire import NOTHING, SUCCESS, Answer, Call

CALL_COST_NS = 1_000_000
"""What a call costs on the caller's clock: 1 ms."""
LATENCY_NS = 50_000_000
"""From a sending to its execution: 50 ms."""


class LocalTerminal:
    """Answers calls over a feed of rows; `server`, `store` and `answers` are there to be looked at."""

    def __init__(
        self,
        definition: Definition,
        feed: ExecFeed,
        *,
        settings: TerminalSettings | None = None,
        latency_ns: int = LATENCY_NS,
        call_cost_ns: int = CALL_COST_NS,
        start_ns: int | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        """`feed`: from its beginning. `start_ns`: the caller's clock at first, ns UTC; without it the feed's own.

        `faults`: refusals that no state of the server brings about, for tests only.
        Raises what an unusable definition or instrument raises.
        """
        start = feed.start_ns if start_ns is None else start_ns
        self.server = server_of(definition, feed.symbols, latency_ns=latency_ns, opened=start)
        self.server.state.faults.extend(faults)
        self.server.opening()
        self.store = store_of(definition, feed.symbols)
        self.answers = Answers(definition, self.server, self.store, settings)
        self._walk = Walk(self.server, feed, self.store, self.answers.clock)
        self._latency_ns = latency_ns
        self._cost_ns = call_cost_ns
        self._orders = 0
        self.now = start
        """The caller's clock after the last answer, ns UTC."""

    def clock(self) -> int:
        """The caller's clock, for a caller that keeps none of its own: it stands still between calls."""
        return self.now

    def wait(self, ns: int) -> None:
        """Let that clock go on, as a `sleep` between two calls."""
        self.now += ns

    def answer(self, call: Call) -> Answer:
        """Answer one call, the market moved to its time; `call.now` never falls."""
        now = max(call.now, self.now)
        if now >= self._walk.next:
            self._walk.to(now)
        if self._walk.over and now > self._walk.last:
            return self._ended(call)
        if call.function == "order_send":
            return self._send(call, now)
        reply = self.answers.answer(call)
        self.now = now = now + self._cost_ns
        return Answer(now, reply.error, reply.value)

    def _send(self, call: Call, now: int) -> Answer:
        asked = self.answers.asked(call.arguments["request"], self._orders)
        if isinstance(asked, Reply):
            return self._said(asked, now + self._cost_ns)
        self._orders += 1
        due = now + self._latency_ns
        facts = self.server.send(asked.sending, now)
        answer = next((fact for fact in facts if isinstance(fact, OrderAnswered)), None)
        answer = answer or self._walk.until_answered(asked.sending.order, asked.sending.symbol, due)
        self._walk.look_ahead()
        if answer is None:
            return self._ended(call)
        reply = self.answers.answered(asked.request, answer)
        return self._said(reply, max(answer.moment, due, now + self._cost_ns))

    def _said(self, reply: Reply, now: int) -> Answer:
        self.now = now
        return Answer(now, reply.error, reply.value)

    def _ended(self, call: Call) -> Answer:
        """The data are over. `shutdown` still answers: bots call it in `finally`."""
        self.now = max(call.now, self.now, self._walk.last)
        value = TRUE.value if call.function == "shutdown" else NOTHING
        return Answer(self.now, SUCCESS, value, ended=True)
