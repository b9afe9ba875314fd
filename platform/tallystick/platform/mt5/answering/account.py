"""AccountInfo: the definition's words about the account, the server's money."""

from typing import Any

from tallystick.platform.mt5.answering.memory import Memory
from tallystick.platform.mt5.definitions.definition import Definition
from tallystick.platform.mt5.definitions.fields import ACCOUNT_FIELDS
from tallystick.platform.mt5.definitions.modes import MARGIN_MODES
from tallystick.platform.mt5.server.terminal import SimulatedTerminal


class AccountBook:
    """The account's figures at this moment, as floats of its currency."""

    def __init__(self, definition: Definition, server: SimulatedTerminal, memory: Memory) -> None:
        """What the server decides, such as leverage, margin mode and limits, is the server's, not the export's."""
        self._server = server
        self._memory = memory
        settings = server.settings
        static = dict(definition.account.info)
        static.update(
            leverage=settings.leverage,
            margin_mode=_margin_mode(static["margin_mode"], settings.margin_mode),
            currency=settings.currency,
            currency_digits=settings.digits,
            margin_so_mode=0,
            margin_so_call=settings.stop_out_call / 100.0,
            margin_so_so=settings.stop_out_level / 100.0,
            limit_orders=settings.limit_orders,
            fifo_close=settings.fifo_close,
            trade_allowed=settings.trade_allowed,
            trade_expert=settings.trade_expert,
            margin_initial=0.0,
            margin_maintenance=0.0,
            assets=0.0,
            liabilities=0.0,
            commission_blocked=0.0,
        )
        self._static = static
        self._scale: int = 10**settings.digits
        self.login: int = static["login"]
        """The account's number; 0 where the definition has none, and any is taken."""

    def money(self, minor: int) -> float:
        """Minor units as a float of the currency."""
        return minor / self._scale

    def values(self) -> tuple[Any, ...]:
        """AccountInfo's 28 values in order."""
        server, static, memory = self._server, self._static, self._memory
        balance, equity, margin, credit = server.balance, server.equity, server.margin, server.settings.credit
        live = {
            "login": self.login or memory.login,
            "server": static["server"] if self.login else memory.server or static["server"],
            "balance": self.money(balance),
            "credit": self.money(credit),
            "profit": self.money(equity - balance - credit),
            "equity": self.money(equity),
            "margin": self.money(margin),
            "margin_free": self.money(equity - margin),
            "margin_level": margin_level(equity, margin),
        }
        return tuple(live[name] if name in live else static[name] for name in ACCOUNT_FIELDS)


def _margin_mode(stated: int, served: str) -> int:
    """ACCOUNT_MARGIN_MODE: the definition's own number where it means what the server does (0 and 1 both net)."""
    if MARGIN_MODES.get(stated) == served:
        return stated
    return next(number for number, word in MARGIN_MODES.items() if word == served)


def margin_level(equity: int, margin: int) -> float:
    """Equity over margin in percent; 0.0 without margin, as MT5 shows it."""
    return equity / margin * 100.0 if margin else 0.0
