"""A small book written by hand: one order that is stopped out, one that is denied, one swap, a signed checkpoint.

Its trading is told, not simulated; its log, causes and signature are real.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from tallystick.events.catalogue import Catalogue
from tallystick.events.event import Event
from tallystick.events.record import DERIVED, NONE_ROW, NONE_SEQ, TRADING
from tallystick.events.signer import create_key
from tallystick.events.types import market, running, trading
from tallystick.events.types.account import SwapCharged
from tallystick.events.writer import LogWriter
from tallystick.market.instrument import LOT
from tallystick.platform.data.demo import demo_account, demo_instruments

ORIGIN = "tallystick.test/hand"
HOUR = 3_600_000_000_000
START = 1_398_990_000_000_000_000
"""2014-05-02T00:20Z; bars open on this."""


class HandBook:
    """Writes the book; remembers the seqs that tests ask about."""

    def __init__(self, folder: Path, home: Path) -> None:
        """`home` gets a key named as the program names its own."""
        self.folder = folder
        self.signer = create_key(home / "signing.key", "tallystick").named(ORIGIN)
        self.catalogue = Catalogue()
        self.seqs: dict[str, int] = {}
        self.time = START
        self.root = NONE_SEQ

    def write(self, *, halted: bool = False) -> "HandBook":
        """The whole book; `halted` leaves it as a run that was halted and whose process died."""
        self.folder.mkdir(parents=True)
        card = {"origin": ORIGIN, "key": str(self.signer.vkey)}
        (self.folder / "book.json").write_text(json.dumps(card), encoding="utf-8")
        with LogWriter(self.folder / "log", ORIGIN) as writer:
            self.writer = writer
            self._opening()
            self._first_block()
            if halted:
                salt = bytes(16)
                enrolled = running.PersonEnrolled(person="owner", key=self.vkey, salt=salt)
                self.say("owner", "person", enrolled)
                self.say("kernel", "kernel", running.BookHalted(reason="spread too wide"))
            else:
                self._second_block()
            writer.checkpoint(self.signer)
        with LogWriter(self.folder / "log", ORIGIN) as writer:
            writer.checkpoint(self.signer)
        return self

    @property
    def vkey(self) -> str:
        """The log's verifier key."""
        return str(self.signer.vkey)

    def say(
        self, source: str, role: str, event: Event, *, derived: bool = False, cause: int = NONE_SEQ, row: int = NONE_ROW
    ) -> int:
        """One record; a derived one belongs to the cascade of the last input."""
        writer, fact = self.writer, event.FACT
        source_id, type_id = writer.source_id(source, role), writer.type_id(type(event))
        flags = (DERIVED if derived else 0) | (TRADING if fact.trading else 0)
        root = self.root if derived else NONE_SEQ
        body = self.catalogue.encode(event)
        seq = writer.append(
            type_id,
            fact.version,
            body,
            time=self.time,
            source=source_id,
            flags=flags,
            cause=cause,
            cause_row=row,
            root=root,
        )
        self.root = root if derived else seq
        return seq

    def _opening(self) -> None:
        self.writer.declare(self.catalogue.types[6:])
        for name in ("kernel", "feed", "portfolio", "orders", "risk", "gateway", "terminal"):
            self.writer.declare_source(name, name)
        self.writer.declare_source("ema", "strategy")
        self.say("terminal", "terminal", demo_account())
        instrument = demo_instruments()["EURUSD"]
        fields = {name: getattr(instrument, name) for name in instrument.__slots__}
        self.say("terminal", "terminal", market.InstrumentDeclared(**fields))
        declared = market.SeriesDeclared(
            series=0,
            symbol="EURUSD",
            kind="bar",
            period_ns=HOUR,
            time_rule="utc",
            source="by hand",
            rows=8,
            data_hash="",
        )
        self.say("feed", "feed", declared)
        treated = market.DataTreated(
            symbol="EURUSD", fault="crossed_open", count=3, first_time=START, rule="spread_zero_at_mid"
        )
        self.say("feed", "feed", treated)
        self.writer.commit()

    def _block(self, first: int, count: int) -> int:
        close = 1.38 + 0.001 * np.arange(first, first + count, dtype=np.float64)
        columns: dict[str, Any] = {
            "time_msc": ((START + np.arange(first, first + count, dtype=np.int64) * HOUR) // 1_000_000).tobytes(),
            "series": np.zeros(count, dtype="<u2").tobytes(),
            **{f"bid_{part}": close.tobytes() for part in ("open", "high", "low", "close")},
            **{f"ask_{part}": (close + 0.0001).tobytes() for part in ("open", "high", "low", "close")},
            "volume": np.ones(count, dtype="<u8").tobytes(),
        }
        self.time = START + (first + count) * HOUR
        block = market.BarBlock(rows=count, chunk_root=sha256(b"\0" + b"".join(columns.values())).digest(), **columns)
        return self.say("feed", "feed", block)

    def _first_block(self) -> None:
        """A signal on the last of five bars, an order, its deal; and an order that is denied."""
        block = self.seqs["first_block"] = self._block(0, 5)
        raised = trading.SignalRaised(strategy="ema", symbol="EURUSD", direction=1, stop_points=300, take_points=0)
        signal = self.seqs["signal"] = self.say("ema", "strategy", raised, derived=True, cause=block, row=4)
        values = trading.DecisionExplained(strategy="ema", symbol="EURUSD", values={"fast": 1.3836, "slow": 1.3821})
        self.say("ema", "strategy", values, derived=True, cause=block, row=4)
        target = trading.TargetSet(strategy="ema", symbol="EURUSD", volume=LOT // 10, stop_points=300, take_points=0)
        set_ = self.say("portfolio", "portfolio", target, derived=True, cause=signal)
        request = self.say("orders", "orders", self._request(1, LOT // 10), derived=True, cause=set_)
        big = self.say("orders", "orders", self._request(2, 40 * LOT), derived=True, cause=set_)
        approved = trading.OrderApproved(order=1, rule="volume_max", limit=10 * LOT, value=LOT // 10)
        approval = self.say("risk", "risk", approved, derived=True, cause=request)
        denied = trading.OrderDenied(
            order=2, rule="volume_max", limit=10 * LOT, value=40 * LOT, detail="lower the size"
        )
        self.seqs["denied"] = self.say("risk", "risk", denied, derived=True, cause=big)
        sending = self.seqs["sending"] = self.say("gateway", "gateway", self._sending(), cause=approval)
        self.seqs["deal"] = self.say("terminal", "terminal", self._deal(2, "in", "expert", 1.3841, 1), cause=sending)
        self.writer.commit()

    def _second_block(self) -> None:
        """A swap, then the stop loss on the second of three bars."""
        swap = SwapCharged(position=2, symbol="EURUSD", amount=-31, nights=1, moment=self.time)
        self.seqs["swap"] = self.say("terminal", "terminal", swap)
        block = self.seqs["second_block"] = self._block(5, 3)
        self.seqs["stop"] = self.say("terminal", "terminal", self._deal(3, "out", "sl", 1.3811, -1), cause=block, row=1)
        self.say("kernel", "kernel", market.RowSettled(series=0), cause=block, row=1)
        self.say("kernel", "kernel", running.RunEnded(run=0, reason="end_of_data", rows=8))

    @staticmethod
    def _request(order: int, volume: int) -> trading.OrderRequested:
        return trading.OrderRequested(
            order=order, account="demo", strategy="ema", symbol="EURUSD", purpose="open", side="buy", kind="market",
            volume=volume, price=1.3841, stop_loss=1.3811, take_profit=0.0, position=0, ticket=0, expires=0,
            reduces=False,
        )  # fmt: skip

    @staticmethod
    def _sending() -> trading.OrderSending:
        return trading.OrderSending(
            order=1, account="demo", action=1, type=0, symbol="EURUSD", volume=LOT // 10, price=1.3841,
            stop_loss=1.3811, take_profit=0.0, deviation=20, filling=0, expires=0, position=0, ticket=0,
            magic=1_000_000_001, comment="", stop_limit=0.0, time_type=0, opposite=0,
        )  # fmt: skip

    def _deal(self, deal: int, entry: Any, reason: Any, price: float, order: int) -> trading.DealMade:
        return trading.DealMade(
            deal=deal, ticket=2, order=order, position=2, symbol="EURUSD", type="buy" if entry == "in" else "sell",
            entry=entry, reason=reason, volume=LOT // 10, price=price, profit=0 if entry == "in" else -3000, swap=0,
            commission=-35, balance=1_000_000, magic=0, moment=self.time, comment="",
        )  # fmt: skip
