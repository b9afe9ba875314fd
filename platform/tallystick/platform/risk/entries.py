"""The entry filters of a book, looked up fast: when what a filter refuses will pass again."""

from bisect import bisect_left

from tallystick.market.instrument import Instrument
from tallystick.market.spans import MINUTE_NS, WEEK_NS
from tallystick.platform.risk.filters import Clock, News, NewsEvent, Scope
from tallystick.platform.risk.settings import RiskSettings
from tallystick.platform.risk.week import until_open, week_time

EVERY = "ALL"


class Entries:
    """The filters, as the rules ask them. Nothing here changes after it was made."""

    def __init__(self, settings: RiskSettings) -> None:
        """Windows and events are worked out once."""
        self._server_time = settings.server_time
        self._spreads = settings.spreads
        self._sessions = [(one, one.windows) for one in settings.sessions]
        self._friday = settings.friday
        self._news = [(one, _by_key(one)) for one in settings.news]
        self._by_rule: dict[str, tuple[Scope, ...]] = {
            "session": settings.sessions,
            "spread": settings.spreads,
            "news": settings.news,
            "friday_flat": (settings.friday,) if settings.friday else (),
        }
        self.session = bool(self._sessions)
        self.spread = bool(self._spreads)
        self.news = bool(self._news)
        self.friday = self._friday is not None

    def session_wait(self, time: int, strategy: str, symbol: str) -> int:
        """Time (ns) until a session of the order is open; 0 where one is, or none concerns it."""
        waits = [
            until_open(self._week(time, one.clock), windows)
            for one, windows in self._sessions
            if one.concerns(strategy, symbol)
        ]
        return min(waits, default=0)

    def friday_wait(self, time: int, strategy: str, symbol: str) -> int:
        """Time (ns) until Monday begins; 0 before Friday's close."""
        friday = self._friday
        if friday is None or not friday.concerns(strategy, symbol):
            return 0
        now = self._week(time, friday.clock)
        return WEEK_NS - now if now >= friday.closed[0] else 0

    def widest(self, strategy: str, symbol: str) -> int | None:
        """Points of spread that are the most for the order; None where no limit concerns it."""
        return min((one.points for one in self._spreads if one.concerns(strategy, symbol)), default=None)

    def blackout(self, time: int, strategy: str, instrument: Instrument) -> tuple[int, NewsEvent] | None:
        """Time (ns) until the news of now is over, and the event that ends it; None where there is none."""
        found: tuple[int, NewsEvent] | None = None
        for news, by_key in self._news:
            if not news.concerns(strategy, instrument.symbol):
                continue
            before, after = news.minutes_before * MINUTE_NS, news.minutes_after * MINUTE_NS
            for key in (instrument.symbol, instrument.currency_base, instrument.currency_profit, EVERY):
                for event_time, event in _around(by_key.get(key, ()), time - after, time + before):
                    wait = event_time + after - time
                    if wait > 0 and (found is None or wait > found[0]):
                        found = (wait, event)
        return found

    def retried(self, rule: str, strategy: str, symbol: str) -> bool:
        """True when a target that the rule refused is to be tried again once the rule would pass."""
        return any(one.retry and one.concerns(strategy, symbol) for one in self._by_rule.get(rule, ()))

    def _week(self, time: int, clock: Clock) -> int:
        return week_time(time, self._server_time if clock == "server" else "utc")


Timed = list[tuple[int, NewsEvent]]


def _by_key(news: News) -> dict[str, Timed]:
    """Events of the impacts that count, by currency or symbol, in order of time."""
    impacts = {one.lower() for one in news.impacts}
    found: dict[str, Timed] = {}
    for event in sorted(news.events, key=lambda one: one.time_ns):
        if event.impact.lower() in impacts:
            found.setdefault(event.concerns, []).append((event.time_ns, event))
    return found


def _around(events: Timed | tuple[()], start: int, stop: int) -> Timed:
    """Events from `start` to `stop`, both included."""
    first = bisect_left(events, start, key=lambda one: one[0])
    found: Timed = []
    for one in events[first:]:
        if one[0] > stop:
            break
        found.append(one)
    return found
