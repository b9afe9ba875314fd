"""A kept series is the one that was imported, or is refused."""

import hashlib
import os
from pathlib import Path

import pytest

from tallystick.platform.data.catalogue import Catalogue, source_hash
from tallystick.platform.data.errors import DamagedSeries, MissingData, UnfitRequest
from tallystick.platform.data.instruments import instrument_for
from tallystick.platform.data.opening import series_of

SAMPLED = 1 if os.environ.get("TALLYSTICK_FULL") else 97


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.of_user(tmp_path)


def test_a_series_comes_back_as_it_was_kept(catalogue: Catalogue) -> None:
    series = series_of("demo")
    assert catalogue.keep("EURUSD-H1", series, "ab" * 32, instrument_for("EURUSD"))
    back = catalogue.read("EURUSD-H1")
    assert back.data_hash == series.data_hash
    assert back.declared(0) == series.declared(0)
    assert (back.treatments, back.warnings) == (series.treatments, series.warnings)
    assert back.time.tolist() == series.time.tolist()
    assert catalogue.about("EURUSD-H1").instrument == instrument_for("EURUSD")
    assert list(catalogue) == ["EURUSD-H1"]


def test_a_kept_name_is_a_source_like_any_other(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue.keep("mine", series_of("demo"), "", None)
    home = catalogue.folder.parent
    assert series_of("mine", home=home).data_hash == series_of("demo").data_hash
    assert series_of("mine", home=home, timeframe="H4").data_hash == series_of("demo", timeframe="H4").data_hash
    monkeypatch.setenv("TALLYSTICK_HOME", str(home))
    assert len(series_of("mine", start="2014-05-01", stop="2014-06-01")) < 800


def test_the_same_import_changes_nothing_and_another_needs_leave(catalogue: Catalogue) -> None:
    series = series_of("demo")
    assert catalogue.keep("mine", series, "", None)
    before = catalogue.path("mine").stat().st_mtime_ns
    assert not catalogue.keep("mine", series, "", None)
    assert catalogue.path("mine").stat().st_mtime_ns == before
    other = series_of("demo", symbol="XAUUSD")
    with pytest.raises(UnfitRequest, match="mine is in the catalogue already"):
        catalogue.keep("mine", other, "", None)
    assert catalogue.read("mine").symbol == "EURUSD"
    assert catalogue.keep("mine", other, "", None, replace=True)
    assert catalogue.read("mine").symbol == "XAUUSD"


def test_a_write_that_dies_leaves_what_stood_there(catalogue: Catalogue) -> None:
    catalogue.keep("mine", series_of("demo"), "", None)
    left = catalogue.path("mine").with_name("mine.series.tmp")
    left.write_bytes(b"half a series")
    assert list(catalogue) == ["mine"]
    assert catalogue.read("mine").symbol == "EURUSD"
    assert catalogue.keep("mine", series_of("demo", symbol="XAUUSD"), "", None, replace=True)
    assert not left.exists()


def test_any_changed_or_missing_byte_is_found(catalogue: Catalogue) -> None:
    small = series_of("demo", start="2014-05-05", stop="2014-05-06")
    catalogue.keep("mine", small, "", None)
    path = catalogue.path("mine")
    whole = path.read_bytes()
    for place in [*range(40), *range(40, len(whole), SAMPLED)]:
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(DamagedSeries, match="is not what was imported"):
            catalogue.read("mine")
        path.write_bytes(whole[:place])
        with pytest.raises(DamagedSeries):
            catalogue.about("mine")
    path.write_bytes(whole)
    assert catalogue.read("mine").data_hash == small.data_hash


def test_a_rewritten_description_is_found_even_under_a_right_hash(catalogue: Catalogue) -> None:
    catalogue.keep("mine", series_of("demo"), "", None)
    path = catalogue.path("mine")
    content = path.read_bytes()[:-32].replace(b'"time_rule":"fixed:-05:00"', b'"time_rule":"fixed:-04:00"')
    path.write_bytes(content + hashlib.sha256(content).digest())
    with pytest.raises(DamagedSeries, match="its rows have another hash than it says"):
        catalogue.read("mine")


def test_names_stay_in_the_folder(catalogue: Catalogue) -> None:
    for name in ("../mine", "a/b", "", ".hidden", "a" * 90, "mine\0"):
        with pytest.raises(UnfitRequest, match="is no name for a series"):
            catalogue.keep(name, series_of("demo"), "", None)
        assert name not in catalogue
    with pytest.raises(MissingData, match="the catalogue has no mine"):
        catalogue.read("mine")
    assert list(catalogue) == []


def test_the_hash_of_a_source_is_that_of_its_file(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"one")
    second.write_bytes(b"two")
    assert source_hash([first]) == hashlib.sha256(b"one").hexdigest()
    assert source_hash([first, second]) != source_hash([second, first])
