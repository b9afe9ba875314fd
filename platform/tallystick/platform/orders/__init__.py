"""Orders: targets and intents to order requests, compared with what is held and in flight."""

from tallystick.platform.orders.orders import Orders

__all__ = ["Orders"]
