"""Amounts of a summary as the page writes them."""

from tallystick.platform.report.markup import DASH, signed, tone
from tallystick.platform.report.summary import Summary


def money(summary: Summary, value: float) -> str:
    """An amount coloured by its sign."""
    return f'<span class="{tone(value)}">{amount(summary, value)}</span>'


def amount(summary: Summary, value: float) -> str:
    """An amount in the account's decimals, with a true minus sign."""
    return signed(summary.money(value))


def average(summary: Summary, value: float | None) -> str:
    """A mean amount; a dash for none."""
    return DASH if value is None else amount(summary, value)
