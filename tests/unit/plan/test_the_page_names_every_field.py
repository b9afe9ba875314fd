"""docs/plan.md names every field, kind and parameter that a plan has."""

import inspect
from pathlib import Path

from tallystick.market.instrument import Instrument
from tallystick.platform.plan import AccountPlan, RunPlan
from tallystick.platform.strategies import KINDS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "plan.md"


def test_every_field_is_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = [*RunPlan.__struct_fields__, *AccountPlan.__struct_fields__, *Instrument.__dataclass_fields__, *KINDS]
    names += [name for kind in KINDS.values() for name in inspect.signature(kind).parameters]
    assert [name for name in names if f"`{name}`" not in page] == []
