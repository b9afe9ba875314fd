"""Whatever a file holds, reading it ends in rows or in an error that says where it is wrong and what to do."""

import os
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tallystick.platform.data.errors import DataError, MissingData, UnreadableData
from tallystick.platform.data.faults import Strictness
from tallystick.platform.data.opening import series_of
from tests.unit.data.mt5_styles import Bar, Style

EXAMPLES = 2_000 if os.environ.get("TALLYSTICK_FULL") else 150
BARS = [Bar(60 * hour, 110_000, 110_020, 109_990, 110_010, 5, 7) for hour in range(8)]
GOOD = Style().bars(BARS)
UTF_16 = b"\xff\xfe" + GOOD.decode().encode("utf-16-le")
HEAD = b"date,time,open,high,low,close\n"
ROW = b"2024-03-01,00:00,1.1,1.2,1.0,1.1\n"

DAMAGED = {
    "an empty file": (b"", "holds no rows"),
    "blank lines only": (b"\n\r\n  \n", "holds no rows"),
    "names only": (HEAD, "holds no rows"),
    "a NUL byte": (GOOD.replace(b"1.10010", b"1.1\x0010", 1), "line 2 holds a NUL byte"),
    "no text": (bytes(range(128, 256)) * 50, "line 1 is neither UTF-8 nor UTF-16 text"),
    "a word alone": (b"a0,x\n", "has no columns for open, high, low and close"),
    "UTF-16 cut within a character": (UTF_16[:-1], "is neither UTF-8 nor UTF-16 text"),
    "an endless line": (HEAD + b"9" * 100_000, "line 2 is longer than 65,536 bytes"),
    "a file without lines": (b"1" * 400_000, "line 1 is longer than 65,536 bytes"),
    "another separator in one line": (HEAD + ROW + ROW.replace(b",", b";"), "line 3 has 1 columns, not 6"),
    "one column too many": (HEAD + ROW + ROW[:-1] + b",7\n", "line 3 has 7 columns, not 6"),
    "an open quote": (HEAD + ROW + b'"2024-03-01,01:00,1,1,1,1\n', "line 3: unexpected end of data"),
    "a month that is none": (HEAD + ROW.replace(b"-03-", b"-13-"), 'line 2, column date: "2024-13-01" is not a time'),
    "a day that is none": (HEAD + ROW.replace(b"03-01", b"02-30"), 'line 2, column date: "2024-02-30" is not a time'),
    "an hour that is none": (HEAD + ROW.replace(b"00:00", b"24:00"), 'line 2, column time: "24:00" is not a time'),
    "words": (HEAD + ROW.replace(b"1.2", b"high"), 'line 2, column high: "high" is not a price'),
    "nothing": (HEAD + ROW.replace(b"1.2", b""), 'line 2, column high: "" is not a price'),
    "infinity": (HEAD + ROW.replace(b"1.2", b"1e999"), 'line 2, column high: "1e999" is not a price'),
    "not a number": (HEAD + ROW.replace(b"1.2", b"nan"), 'line 2, column high: "nan" is not a price'),
    "digits of another script": (HEAD + ROW.replace(b"1.2", "١.٢".encode()), 'column high: "١.٢" is not a price'),
    "two points": (HEAD + ROW.replace(b"1.2", b"1.2.3"), 'line 2, column high: "1.2.3" is not a price'),
    "names of nothing": (b"a,b,c,d\n1,2,3,4\n", "has no columns for open, high, low and close, nor bid and ask"),
    "no names and no sense": (b"2024-03-01,1.1\n", "line 1 has 2 columns and no names"),
    "quotes of one side": (b"time,bid\n2024-03-01 00:00,1.1\n", "has quotes without ask"),
    "a list in JSON": (b'[{"time": "2024-03-01 00:00", "open": 1.1}]', "is JSON, which is not read"),
    "an object in JSON": (b'\n{\n "rows": []}\n', "is JSON, which is not read"),
    "JSON lines": (b'{"time": 1, "open": 1.1}\n' * 2, "is JSON, which is not read"),
    "long JSON in one line": (b"[" + b'{"open": 1.1},' * 40_000 + b"1]", "is JSON, which is not read"),
}


@pytest.mark.parametrize(("content", "message"), DAMAGED.values(), ids=list(DAMAGED))
def test_a_damaged_text_is_refused_in_words(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "EURUSD.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableData) as refused:
        series_of(path, tz="utc")
    assert message in str(refused.value)
    assert "EURUSD.csv" in refused.value.what
    assert refused.value.fix


def test_where_no_row_can_be_read_nobody_is_told_to_drop_them_all(tmp_path: Path) -> None:
    path = tmp_path / "EURUSD.csv"
    path.write_bytes(HEAD + ROW.replace(b"2024-03-01", b"13/01/2024") * 3)
    with pytest.raises(UnreadableData, match=r"No row can be read: write .* docs/data\.md .* mapping="):
        series_of(path, tz="utc")


def test_what_is_no_file_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(UnreadableData, match="is a folder"):
        series_of(tmp_path, tz="utc")
    for name in ("nope.csv", "a\0b.csv", "x" * 5_000):
        with pytest.raises(MissingData, match="no such file"):
            series_of(tmp_path / name, tz="utc")


@pytest.mark.parametrize("kept", [0, 10, 60, -10])
def test_a_cut_off_zip_is_refused(tmp_path: Path, kept: int) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("eurusd.csv", "20240301 00:00,1,1,1,1,0,1,1,1,1,0\n" * 500)
    path = tmp_path / "eurusd.zip"
    path.write_bytes(whole.read_bytes()[:kept])
    with pytest.raises(UnreadableData, match=r"eurusd\.zip is not a Lean file"):
        series_of(path, tz="utc")


def test_a_zip_without_a_csv_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "eurusd.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "no prices")
    with pytest.raises(UnreadableData, match="holds no CSV"):
        series_of(path, tz="utc")


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, len(GOOD) - 1), byte=st.integers(0, 255), utf_16=st.booleans(), cut=st.booleans())
def test_any_changed_byte_gives_rows_or_a_typed_error(
    tmp_path: Path, place: int, byte: int, utf_16: bool, cut: bool
) -> None:
    content = bytearray(UTF_16 if utf_16 else GOOD)
    content[place] = byte
    path = tmp_path / "EURUSD.csv"
    path.write_bytes(content[: place + 1] if cut else content)
    with suppress(DataError):
        assert len(series_of(path, tz="utc", timeframe="H1", strictness="skip_bad")) > 0


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), suffix=st.sampled_from([".csv", ".zip", ".txt"]))
def test_any_bytes_give_a_typed_error(tmp_path: Path, content: bytes, suffix: str) -> None:
    path = tmp_path / f"EURUSD{suffix}"
    path.write_bytes(content)
    with pytest.raises(DataError):
        series_of(path, tz="utc")


@pytest.mark.parametrize("strictness", ["treat", "skip_bad"])
def test_dates_in_a_form_of_their_own_are_shown_with_what_is_read(tmp_path: Path, strictness: Strictness) -> None:
    path = tmp_path / "EURUSD.csv"
    rows = "\n".join(f"05/05/2014 {hour:02}:00,1.38,1.39,1.37,1.38" for hour in range(9))
    path.write_text(f"Date,Open,High,Low,Close\n{rows}\n", encoding="utf-8")
    with pytest.raises(UnreadableData, match=r'line 2, column date: "05/05/2014 00:00" is not a time.*No row can be'):
        series_of(path, tz="utc", strictness=strictness)
