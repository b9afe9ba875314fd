"""The deal that an account begins with, at a simulated server and at a real terminal."""

from tallystick.events.types.trading import DealMade


def balance_deal(deal: int, balance: int, moment: int = 0, comment: str = "") -> DealMade:
    """What an account held at the beginning, in minor units, under the ticket `deal`; `moment` in ns UTC."""
    return DealMade(
        deal=deal,
        ticket=0,
        order=-1,
        position=0,
        symbol="",
        type="balance",
        entry="in",
        reason="balance",
        volume=0,
        price=0.0,
        profit=balance,
        swap=0,
        commission=0,
        balance=balance,
        magic=0,
        moment=moment,
        comment=comment,
    )
