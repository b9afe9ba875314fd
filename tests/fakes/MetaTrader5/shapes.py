"""Shapes of what the package gives: struct sequences (a tuple with names, not a namedtuple) and packed ticks."""

from typing import Any

import numpy as np

from tallystick.platform.mt5.dropin.fields import FIELDS

TICKS = np.dtype(
    [
        ("time", "<i8"),
        ("bid", "<f8"),
        ("ask", "<f8"),
        ("last", "<f8"),
        ("volume", "<u8"),
        ("time_msc", "<i8"),
        ("flags", "<u4"),
        ("volume_real", "<f8"),
    ]
)
TEXTS = """
symbol comment external_id name server currency company language path data_path commondata_path basis category
currency_base currency_profit currency_margin bank description exchange formula isin page
"""
FLOATS = """
volume_initial volume_current price_open sl tp price_current price_stoplimit price commission swap profit fee balance
equity bid ask last volume_real
"""


class StructSequence(tuple[Any, ...]):  # noqa: SLOT001 -- its subclasses are made with `type`
    """Index and attribute access, `n_fields`, `_asdict`; no `_fields` and no `_replace`."""

    n_fields = 0
    names: tuple[str, ...] = ()

    def __getattr__(self, name: str) -> Any:
        """A field by its name."""
        if name in self.names:
            return self[self.names.index(name)]
        raise AttributeError(name)

    def _asdict(self) -> dict[str, Any]:
        return dict(zip(self.names, self, strict=True))


KINDS: dict[str, Any] = {
    name: type(name, (StructSequence,), {"n_fields": len(fields), "names": fields}) for name, fields in FIELDS.items()
}


def shaped(name: str, values: dict[str, Any]) -> Any:
    """A struct sequence; fields that are not named are 0, 0.0 or empty."""
    kind = KINDS[name]
    found = {field: values.get(field, _none_of(field)) for field in kind.names}
    if name == "OrderSendResult":
        found["request"] = shaped("TradeRequest", values["request"])
    return kind(found.values())


def _none_of(field: str) -> Any:
    if field in TEXTS.split():
        return ""
    return 0.0 if field in FLOATS.split() else 0
