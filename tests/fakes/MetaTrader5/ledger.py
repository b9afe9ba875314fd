"""The fake's trade server: one hedging account, EURUSD, folded from a journal that is synced line by line.

Each executed order is one line with everything that came of it, so a kill leaves it whole or not at all. Tests append
lines of their own: what others trade on the account, a stop that is hit, an order that fills.
"""

import json
import os
import time
from pathlib import Path
from typing import Any

LOGIN, SERVER, LEVERAGE, BALANCE = 12_345_678, "Fake-Demo", 30, 10_000.0
SYMBOL, DIGITS, CONTRACT, BID, ASK, COMMISSION = "EURUSD", 5, 100_000.0, 1.10000, 1.10010, -0.35
DEAL, PENDING, SLTP, MODIFY, REMOVE, CLOSE_BY = 1, 5, 6, 7, 8, 10
DONE, PLACED, INVALID, POSITION_CLOSED = 10009, 10008, 10013, 10036
CANCELED, FILLED, EXPERT = 2, 4, 3
Line = dict[str, Any]


class Ledger:
    """Reads the journal's new lines before it answers, and writes its own."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._path, self._at = folder, folder / "journal.jsonl", 0
        self._positions: dict[int, Line] = {}
        self._orders: dict[int, Line] = {}
        self._over: list[Line] = []
        self._deals: list[Line] = []
        self._balance, self._next = BALANCE, 1_000

    def positions(self) -> list[Line]:
        self._refresh()
        return list(self._positions.values())

    def orders(self) -> list[Line]:
        self._refresh()
        return list(self._orders.values())

    def orders_over(self) -> list[Line]:
        self._refresh()
        return list(self._over)

    def deals(self) -> list[Line]:
        self._refresh()
        return list(self._deals)

    def knows(self, symbol: str) -> bool:
        return symbol == SYMBOL

    def account(self) -> Line:
        self._refresh()
        return {
            "login": LOGIN,
            "server": SERVER,
            "leverage": LEVERAGE,
            "trade_allowed": True,
            "trade_expert": True,
            "margin_mode": 2,
            "fifo_close": False,
            "currency": "USD",
            "currency_digits": 2,
            "balance": round(self._balance, 2),
            "margin_so_call": 100.0,
            "margin_so_so": 50.0,
        }

    def terminal(self) -> Line:
        found = {"connected": True, "trade_allowed": True, "tradeapi_disabled": False, "build": 6_231, "name": "Fake"}
        return {**found, **self._said("terminal.json")}

    def symbol(self, symbol: str) -> Line:
        found = {
            "name": symbol,
            "digits": DIGITS,
            "trade_mode": 4,
            "filling_mode": 3,
            "trade_contract_size": CONTRACT,
            "volume_min": 0.01,
            "volume_max": 100.0,
            "volume_step": 0.01,
            "currency_profit": "USD",
        }
        return {**found, **self._said("symbol.json")}

    def now_msc(self) -> int:
        """The server's clock: New York plus seven hours in winter is two hours ahead of UTC; a test may move it."""
        offset_s: float = self._said("clock.json").get("offset_s", 0.0)
        return int((time.time() + offset_s) * 1000)

    def received(self, request: Line) -> None:
        """An order has come in."""
        self._append({"received": request})

    def refused(self, request: Line, retcode: int) -> Line:
        return {"retcode": retcode or INVALID, "bid": BID, "ask": ASK, "comment": "refused", "request": request}

    def executed(self, request: Line, deal_late_s: float = 0.0, reason: int = EXPERT) -> Line:
        """Carry an order out, durably; what the server answers."""
        self._refresh()
        done = {"retcode": DONE, "bid": BID, "ask": ASK, "comment": "done", "request": request}
        action = request["action"]
        if action in {DEAL, CLOSE_BY} and request["position"] and request["position"] not in self._positions:
            return {**done, "retcode": POSITION_CLOSED}
        if action in {MODIFY, REMOVE} and request["order"] not in self._orders:
            return {**done, "retcode": INVALID}
        if action == SLTP and request["position"] not in self._positions:
            return {**done, "retcode": POSITION_CLOSED}
        line: Line = {"executed": request, "next": self._next, "msc": self.now_msc(), "reason": reason}
        if deal_late_s:
            line["visible_from"] = time.time() + deal_late_s
        first = self._next
        self._append(line)
        self._refresh()
        if action == PENDING:
            return {**done, "retcode": PLACED, "order": first}
        made = [deal for deal in self._deals if deal["order"] == first]
        if made:
            done |= {"deal": made[0]["ticket"], "order": first, "volume": request["volume"], "price": made[0]["price"]}
        return done

    def filled(self, ticket: int) -> None:
        """The market reaches a pending order: it becomes a position."""
        self._append({"filled": ticket, "next": self._next, "msc": self.now_msc()})

    def triggered(self, ticket: int) -> None:
        """The market reaches a stop-limit order: it stands as a limit order from now on."""
        self._append({"triggered": ticket})

    def paid_in(self, amount: float) -> None:
        """Money comes onto the account."""
        self._append({"paid_in": amount, "next": self._next, "msc": self.now_msc()})

    def request(self, action: int, **more: Any) -> Line:
        """A request of somebody else: 0.10 lots of EURUSD, bought, unless said otherwise."""
        numbers = dict.fromkeys(("magic", "order", "position", "position_by", "type", "expiration"), 0)
        prices = dict.fromkeys(("price", "stoplimit", "sl", "tp"), 0.0)
        return {"action": action, "symbol": SYMBOL, "volume": 0.1, "comment": "", **numbers, **prices, **more}

    def _append(self, line: Line) -> None:
        with self._path.open("ab") as file:
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())

    def _refresh(self) -> None:
        data = self._path.read_bytes() if self._path.exists() else b""
        whole = data[self._at : data.rfind(b"\n") + 1]
        self._at += len(whole)
        for text in whole.splitlines():
            line = json.loads(text)
            if "executed" in line:
                self._next = line["next"]
                self._fold(line["executed"], line)
            elif "filled" in line:
                self._next = line["next"]
                order = self._orders.pop(line["filled"])
                self._over.append({**order, "state": FILLED, "time_done_msc": line["msc"], "volume_current": 0.0})
                self._opened(
                    {**order, "volume": order["volume_initial"], "type": order["type"] % 2}, order["ticket"], line
                )

            elif "triggered" in line:
                order = self._orders[line["triggered"]]
                order |= {"type": order["type"] - 4, "price_open": order["price_stoplimit"]}
            elif "paid_in" in line:
                self._next, self._balance = line["next"], self._balance + line["paid_in"]
                paid = {"ticket": self._ticket(), "time_msc": line["msc"], "type": 2, "profit": line["paid_in"]}
                self._deals.append(paid)

    def _ticket(self) -> int:
        self._next += 1
        return self._next - 1

    def _fold(self, request: Line, line: Line) -> None:
        action, ticket = request["action"], self._next
        if action == DEAL:
            self._over.append(_order_of(request, self._ticket(), FILLED, line["msc"]))
            if request["position"]:
                self._closed(self._positions[request["position"]], request, ticket, line, entry=1)
            else:
                self._opened(request, ticket, line)
        elif action == PENDING:
            self._orders[ticket] = _order_of(request, self._ticket(), 1, 0)
        elif action == SLTP:
            self._positions[request["position"]] |= {"sl": request["sl"], "tp": request["tp"]}
        elif action == MODIFY:
            changed = {"price_open": request["price"], "sl": request["sl"], "tp": request["tp"]}
            self._orders[request["order"]] |= {**changed, "time_expiration": request["expiration"]}
        elif action == REMOVE:
            removed = self._orders.pop(request["order"])
            self._over.append({**removed, "state": CANCELED, "time_done_msc": line["msc"]})
        elif action == CLOSE_BY:
            self._over.append(_order_of(request, self._ticket(), FILLED, line["msc"]))
            held, other = self._positions[request["position"]], self._positions[request["position_by"]]
            closing = {**request, "volume": min(held["volume"], other["volume"])}
            self._closed(held, closing, ticket, line, entry=3)
            self._closed(other, closing, ticket, line, entry=3)

    def _opened(self, request: Line, ticket: int, line: Line) -> None:
        price = ASK if request["type"] == 0 else BID
        self._positions[ticket] = {
            "ticket": ticket,
            "identifier": ticket,
            "type": request["type"],
            "magic": request["magic"],
            "volume": request["volume"],
            "price_open": price,
            "sl": request["sl"],
            "tp": request["tp"],
            "time_update_msc": line["msc"],
            "symbol": request["symbol"],
        }
        self._dealt(request, ticket, ticket, line, (0, request["type"], price, 0.0))

    def _closed(self, held: Line, request: Line, ticket: int, line: Line, *, entry: int) -> None:
        side = 1 - held["type"]
        price, direction = (ASK if side == 0 else BID), (1 if held["type"] == 0 else -1)
        profit = round(direction * (price - held["price_open"]) * CONTRACT * request["volume"], 2)
        held["volume"] = round(held["volume"] - request["volume"], 8)
        if held["volume"] <= 0:
            del self._positions[held["ticket"]]
        self._dealt(request, ticket, held["ticket"], line, (entry, side, price, profit))

    def _dealt(
        self, request: Line, ticket: int, position: int, line: Line, deal: tuple[int, int, float, float]
    ) -> None:
        entry, side, price, profit = deal
        self._balance += profit + COMMISSION
        self._deals.append(
            {
                "ticket": self._ticket(),
                "order": ticket,
                "time_msc": line["msc"],
                "type": side,
                "entry": entry,
                "magic": request["magic"],
                "position_id": position,
                "reason": line.get("reason", EXPERT),
                "volume": request["volume"],
                "price": price,
                "commission": COMMISSION,
                "profit": profit,
                "symbol": request["symbol"],
                "comment": request.get("comment", ""),
                "visible_from": line.get("visible_from", 0.0),
            }
        )

    def _said(self, name: str) -> Line:
        path = self._folder / name
        found: Line = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        return found


def _order_of(request: Line, ticket: int, state: int, done_msc: int) -> Line:
    return {
        "ticket": ticket,
        "time_done_msc": done_msc,
        "time_expiration": request["expiration"],
        "type": request["type"],
        "state": state,
        "magic": request["magic"],
        "position_id": request["position"],
        "position_by_id": request["position_by"],
        "reason": EXPERT,
        "volume_initial": request["volume"],
        "volume_current": 0.0 if done_msc else request["volume"],
        "price_open": request["price"],
        "sl": request["sl"],
        "tp": request["tp"],
        "price_stoplimit": request["stoplimit"],
        "symbol": request["symbol"],
    }
