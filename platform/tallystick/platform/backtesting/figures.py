"""What a backtest came to: tables, figures and proofs, each read from the log when it is asked for."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tallystick.events.module import Module
from tallystick.platform.backtesting.assembly import Assembly
from tallystick.platform.backtesting.failure import Failure
from tallystick.platform.backtesting.preparation import Prepared
from tallystick.platform.kernel.contract import RunResult
from tallystick.platform.passing_folder import PassingFolder
from tallystick.platform.portfolio.lots import in_lots, volume_of

if TYPE_CHECKING:
    import pandas as pd

    from tallystick.events.findings import Verdict
    from tallystick.platform.backtesting.stats import Stats
    from tallystick.platform.kernel.replaying import ReplayResult
    from tallystick.platform.report.equity import Curve
    from tallystick.platform.report.summary import Book, Summary

FEW_TRADES = 30


class Figures:
    """What can be read of a run. `folder` is the book's, `plan` what was run, `run` how it ended."""

    def __init__(
        self,
        folder: Path,
        ready: Prepared,
        assembly: Assembly,
        run: RunResult,
        *,
        failure: Failure | None = None,
        scratch: PassingFolder | None = None,
    ) -> None:
        """A temporary folder is removed with the last reference to `scratch`."""
        self.folder = folder
        self.plan = ready.plan
        self.feed = ready.feed
        self.notes = ready.notes
        """What was assumed where nothing was said, such as the account's currency."""
        self._lots = ready.lots
        self.run = run
        self.failure = failure
        self._assembly = assembly
        self._made = assembly.made
        self._scratch = scratch

    @property
    def strategies(self) -> tuple[Module, ...]:
        """The strategies as they stood when the run ended."""
        return self._made

    @cached_property
    def deals(self) -> "pd.DataFrame":
        """One row for each deal; columns `tables.DEALS`."""
        from tallystick.platform.backtesting.tables import deals_table

        return deals_table(self._book)

    @cached_property
    def orders(self) -> "pd.DataFrame":
        """One row for each order, denied ones too; columns `tables.ORDERS`."""
        from tallystick.platform.backtesting.tables import orders_table

        return orders_table(self._book)

    @cached_property
    def trades(self) -> "pd.DataFrame":
        """One row for each closing deal; columns `tables.TRADES`."""
        from tallystick.platform.backtesting.tables import trades_table

        return trades_table(self._book)

    @cached_property
    def equity(self) -> "pd.DataFrame":
        """Balance and equity at every row; columns `tables.EQUITY`."""
        from tallystick.platform.backtesting.tables import equity_table

        return equity_table(self._book)

    @cached_property
    def stats(self) -> "Stats":
        """The figures by name, in units people read."""
        from tallystick.platform.backtesting.stats import stats_of

        return stats_of(self._book)

    @cached_property
    def tester(self) -> "Stats":
        """Every statistic of MT5's tester report by its name there, as MT5 prints it."""
        from tallystick.platform.backtesting.stats import Stats
        from tallystick.platform.report.tester_own import tester_values

        return Stats(tester_values(self._book))

    @property
    def summary(self) -> "Summary":
        """The same in minor units and shares, as the report computes them."""
        return self._book.summary

    @property
    def curve(self) -> "Curve":
        """Balance and equity in minor units over book time."""
        return self._book.curve

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must not overlook: faults of the data, and why there were no trades."""
        return (*self.feed.warnings(), *self.own_warnings)

    @property
    def own_warnings(self) -> tuple[str, ...]:
        """Why no trade, what the account ran into, too few to tell, what is still open, lots that nothing traded."""
        reached = (*(f"W130 {line}." for line in self.summary.reached), *self.summary.cut_short)
        return (*self.silence, *reached, *self._too_few, *self._left_open, *self._unheard_lots, *self._late)

    @property
    def cut_short(self) -> bool:
        """Whether risk let a strategy open nothing more from some moment on (W134)."""
        from tallystick.platform.report.cut_short import stopped_by_risk

        return bool(stopped_by_risk(self._book.story))

    @property
    def _too_few(self) -> tuple[str, ...]:
        """Trades that show nothing, if there are any at all."""
        trades = self.summary.all_trades.trades
        which = "1 trade is" if trades == 1 else f"{trades} trades are"
        return (f"W120 {which} too few to say anything about the strategy.",) if 0 < trades < FEW_TRADES else ()

    @property
    def _late(self) -> tuple[str, ...]:
        """Strategies that see other bars one late, by the order of the data."""
        from tallystick.platform.authoring.series_views import late_lines

        return late_lines(self._made)

    @property
    def _left_open(self) -> tuple[str, ...]:
        """What the balance does not hold yet: nothing closes positions when the data end."""
        count, summary = self.summary.open_positions, self.summary
        if not count:
            return ()
        which = "1 position is" if count == 1 else f"{count:,} positions are"
        floating = summary.money(summary.closing_equity - summary.closing_balance)
        equity = f"{summary.money(summary.closing_equity)} {summary.currency}"
        return (f"W128 {which} still open at the end: {floating} not in the net result; the equity is {equity}.",)

    @property
    def _unheard_lots(self) -> tuple[str, ...]:
        """Lots were asked for, and no order that opens is of them: strategy or sizing say their own."""
        orders = [each.requested.event for each in self._book.story.orders.values() if each.requested is not None]
        opened = {one.volume for one in orders if one.purpose in {"open", "pending"}}
        if not self._lots or not opened or volume_of(self._lots) in opened:
            return ()
        asked, traded = in_lots(volume_of(self._lots)), ", ".join(in_lots(one) for one in sorted(opened)[:3])
        what = f'W129 lots="{asked}" was not traded: what opened was of {traded}{"" if len(opened) <= 3 else ", ..."}.'
        return (f"{what} Leave it out where a strategy or sizing says its own.",)

    @cached_property
    def silence(self) -> tuple[str, ...]:
        """Why a strategy made no trade, from the log; empty when each made one, or when `failure` says why."""
        from tallystick.platform.backtesting.silence import traded, why_no_trades

        busy = traded(self._book.story)
        quiet = [one for one in zip(self._assembly.strategies, self._made, strict=True) if one[0].plan.name not in busy]
        return () if self.failure is not None or not quiet else why_no_trades(self.log, quiet, self._book.story)

    @property
    def log(self) -> Path:
        """The log's folder."""
        return self.folder / "log"

    @property
    def digest(self) -> str:
        """The decision digest in hex: equal for equal decisions, however the strategy was spelt or started."""
        return self.run.decision_digest.hex()

    @cached_property
    def verdict(self) -> str:
        """What verifying said when it was first asked, in a line."""
        found = self.verify()
        if found.exit_code == 0:
            return f"OK, {self.run.size:,} records hold and are signed"
        return found.lines()[0]

    def verify(self) -> "Verdict":
        """Every byte of the log against the format and the run's key; `exit_code` 0 when all holds."""
        from tallystick.events.note import VerifierKey
        from tallystick.events.verify import verify

        return verify(self.log, VerifierKey.parse(self.run.vkey))

    def replay(self, *, by_row: bool = False) -> "ReplayResult":
        """The recorded inputs again through new strategies; `equal` when every event came out bit for bit."""
        from tallystick.platform.kernel.replaying import replay_book

        return replay_book(self.folder, by_row=by_row, composing=self._assembly.recorded)

    def why(self, deal: int | None = None, *, seq: int | None = None) -> str:
        """How a deal (by its number, or any record by its seq) came to be, back to the market row: a tree in text."""
        from tallystick.platform.backtesting.lineage import seq_of_deal, why

        if seq is None:
            last = int(self.deals["deal"].iloc[-1]) if deal is None and len(self.deals) else 0
            seq = seq_of_deal(self._book.story, last if deal is None else deal)
        return why(self.folder, seq)

    @property
    def last_deal_seq(self) -> int:
        """The record of the last deal; -1 without one."""
        return self._book.story.deals[-1].seq if self.summary.deals else -1

    @property
    def title(self) -> str:
        """The strategies and the symbols."""
        names = ", ".join(one.name for one in self.plan.strategies)
        return f"{names} on {', '.join(dict.fromkeys(self.feed.symbols))}"

    @cached_property
    def _book(self) -> "Book":
        from tallystick.platform.report.report import read_book

        return read_book(self.log)
