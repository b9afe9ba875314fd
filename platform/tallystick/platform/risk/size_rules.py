"""Rules on how much: volume, value, position, exposure, margin, daily loss, drawdown.

Each rule reads one case as (limit, value): the order passes when value <= limit. Volumes in 1e-8 lots, money in minor
units of the account. Orders in flight count in full; what cannot be valued counts as beyond the limit.
"""

from collections.abc import Callable, Mapping

from tallystick.platform.portfolio.lots import in_lots
from tallystick.platform.risk.case import Case
from tallystick.platform.risk.form_rules import Reading
from tallystick.platform.risk.wording import money, percent

PPM = 1_000_000


def volume_max(case: Case) -> Reading:
    """The order's volume; a reduction knows only the instrument's limit."""
    assert case.instrument is not None
    limit = case.instrument.volume_max
    return (limit if case.kind == "reduce" else min(limit, case.settings.order_volume_max)), case.request.volume


def say_volume_max(_case: Case, limit: int, value: int) -> str:
    """Both volumes."""
    return f"{in_lots(value)} lots in one order, limit {in_lots(limit)}. Trade less, or raise `order_volume_max`."


def order_value(case: Case) -> Reading:
    """The order's worth at its price."""
    limit = case.settings.order_value_max
    value = case.value(case.request.volume, max(case.price_points, case.market_points))
    return limit, limit + 1 if value is None else value


def say_order_value(case: Case, limit: int, value: int) -> str:
    """Both amounts, or that there is no rate."""
    instrument, _, account = case.known
    if case.value(case.request.volume, 1) is None:
        return (
            f"{case.request.symbol} is priced in {instrument.currency_profit} and no quote leads to {account.currency}."
            " Add a pair of the two to the feed."
        )
    return f"order worth {money(value, account)}, limit {money(limit, account)}. Trade less or raise `order_value_max`."


def position(case: Case) -> Reading:
    """Positions and orders in flight on the order's side of the symbol, this order included."""
    request, settings = case.request, case.settings
    flying = 0
    for order in case.growing:
        if order.symbol == request.symbol and order.direction == case.direction:
            flying += order.volume
    assert case.instrument is not None
    own_limit = case.instrument.volume_limit
    limit = min(settings.position_volume_max, own_limit) if own_limit else settings.position_volume_max
    return limit, max(0, case.side_volume(case.direction) + flying + request.volume)


def say_position(case: Case, limit: int, value: int) -> str:
    """Both volumes."""
    side = "long" if case.direction > 0 else "short"
    symbol = case.request.symbol
    return (
        f"{in_lots(value)} lots {side} in {symbol}, limit {in_lots(limit)}. Close some or raise `position_volume_max`."
    )


def exposure(case: Case) -> Reading:
    """Worth of all positions and orders in flight with this one, at the latest quotes."""
    limit = case.settings.exposure_value_max
    volumes = {case.request.symbol: case.growth()}
    for held in case.context.positions.values():
        volumes[held.symbol] = volumes.get(held.symbol, 0) + held.volume
    for order in case.growing:
        volumes[order.symbol] = volumes.get(order.symbol, 0) + order.volume
    return limit, _sum(case.value_elsewhere, volumes, limit)


def say_exposure(case: Case, limit: int, value: int) -> str:
    """Both amounts."""
    _, _, account = case.known
    return (
        f"exposure of {money(value, account)} over all symbols, limit {money(limit, account)}."
        " Close some, or raise `exposure_value_max`."
    )


def margin(case: Case) -> Reading:
    """Margin of this order and of orders on their way against the free margin; opposite positions give no relief."""
    free = case.known[2].margin_free
    volumes = {case.request.symbol: case.growth()}
    for order in case.growing:
        if order.stage != "placed":
            volumes[order.symbol] = volumes.get(order.symbol, 0) + order.volume
    return free, _sum(case.margin_elsewhere, volumes, free)


def say_margin(case: Case, limit: int, value: int) -> str:
    """What it needs and what is free."""
    _, _, account = case.known
    volume = in_lots(case.request.volume)
    return (
        f"10019 NO_MONEY: {volume} lots need {money(value, account)} with the orders on their way, free"
        f" {money(limit, account)}. Trade less or close some; the run goes on."
    )


def daily_loss(case: Case) -> Reading:
    """What the equity has lost since the start of the server's day."""
    account = case.known[2]
    limit = account.day_start_balance * case.settings.daily_loss_ppm // PPM
    return max(limit, 0), max(account.day_start_balance - account.equity, 0)


def say_daily_loss(case: Case, limit: int, value: int) -> str:
    """Both amounts and when it ends."""
    _, _, account = case.known
    share = percent(case.settings.daily_loss_ppm)
    return (
        f"{money(value, account)} lost today, limit {money(limit, account)} ({share} of the day's first balance)."
        " Nothing new until the server's next day."
    )


def drawdown(case: Case) -> Reading:
    """What the equity is below the highest balance so far."""
    account = case.known[2]
    limit = account.peak_balance * case.settings.drawdown_ppm // PPM
    return max(limit, 0), max(account.peak_balance - account.equity, 0)


def say_drawdown(case: Case, limit: int, value: int) -> str:
    """Both amounts."""
    _, _, account = case.known
    return (
        f"equity is {money(value, account)} below the highest balance, limit {money(limit, account)}"
        f" ({percent(case.settings.drawdown_ppm)}). Nothing new until it has recovered or `drawdown_ppm` is raised."
    )


def _sum(worth: Callable[[str, int], int | None], volumes: Mapping[str, int], limit: int) -> int:
    """What the volumes are worth together; one more than the limit when one cannot be valued."""
    total = 0
    for symbol, volume in volumes.items():
        amount = worth(symbol, volume) if volume else 0
        if amount is None:
            return max(limit, 0) + 1
        total += amount
    return total
