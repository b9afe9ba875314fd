"""Rebalancing: on a calendar an optimiser is asked what to hold, and its lots become the strategy's targets."""

from tallystick.platform.strategies.rebalance.rebalance import Rebalance

__all__ = ["Rebalance"]
