"""Names of time zones: the database is asked for nothing that is no name in it."""

from zoneinfo import ZoneInfoNotFoundError

import pytest

from tallystick.market import zones
from tallystick.market.zones import named_zone


@pytest.mark.parametrize("name", ["UTC", "America/New_York", "America/Port-au-Prince", "Etc/GMT+5", "EST5EDT"])
def test_a_zone_has_its_name(name: str) -> None:
    assert named_zone(name).key == name


@pytest.mark.parametrize("name", ["", "Nowhere", "Europe", "../UTC", "/UTC", "A\0b", "UTC\n", "é", "x" * 300])
def test_other_words_name_none(name: str) -> None:
    with pytest.raises(ZoneInfoNotFoundError):
        named_zone(name)


@pytest.mark.parametrize("name", ["COM1", "con", "Europe/NUL", "lpt9/Berlin"])
def test_a_device_of_windows_is_never_opened(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zones, "ZoneInfo", lambda asked: pytest.fail(f"{asked} was looked for"))
    with pytest.raises(ZoneInfoNotFoundError):
        named_zone(name)
