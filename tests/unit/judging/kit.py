"""What the tests of searching share: a research log of their own, and a quarter of the demo's EURUSD."""

from functools import lru_cache
from pathlib import Path

from tallystick.events.signer import Ed25519Signer
from tallystick.market.spans import DAY_NS
from tallystick.platform.data.demo import YEAR_START_NS, demo_feed
from tallystick.platform.data.feed import Feed
from tallystick.platform.judging.research_log import ResearchLog
from tallystick.platform.judging.sharing import part_of

KEY = Ed25519Signer("tests", b"a key for the tests, of 32 bytes")
SPACE = {"fast": "5,10,15", "slow": "20,50"}


@lru_cache(maxsize=1)
def quarter() -> Feed:
    """EURUSD, hourly, January to March 2014."""
    feed = Feed([one for one in demo_feed().series if one.symbol == "EURUSD"])
    return part_of(feed, YEAR_START_NS, YEAR_START_NS + 90 * DAY_NS)


@lru_cache(maxsize=1)
def month() -> Feed:
    """The same, January alone: enough where only equality is asked."""
    return part_of(quarter(), YEAR_START_NS, YEAR_START_NS + 31 * DAY_NS)


def log_in(folder: Path) -> ResearchLog:
    """A research log in a test's folder."""
    return ResearchLog(folder / "research", KEY)
