"""A price file's bytes as clean text: one encoding, one line end, one separator, no quotes, no decimal commas.

UTF-8, with or without its mark, and UTF-16 of either order, as MT5 writes it. What is no text is refused in words.
"""

import codecs
import csv
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tallystick.platform.data.errors import MissingData, UnreadableData

LONGEST_LINE = 65_536
"""Bytes; a line of prices has some hundred."""
SEPARATORS = (b"\t", b";", b",")
UNIT = b"\x1f"
"""Separator of cells that were quoted: ASCII's own, which no price file holds."""
NO_TEXT = "Export it again as CSV or TSV; a spreadsheet, an archive or a cut-off download reads like this."


@dataclass(frozen=True, slots=True)
class Text:
    """The text of one file: UTF-8, lines ended by a newline (the last one too), cells by `separator`."""

    title: str
    data: bytes
    separator: bytes

    def first_line(self) -> tuple[int, bytes]:
        """The number (from 1) and the bytes of the first line that is not blank; there is one."""
        begin = len(self.data) - len(self.data.lstrip())
        begin = self.data.rfind(b"\n", 0, begin) + 1
        return self.data[:begin].count(b"\n") + 1, self.data[begin : self.data.index(b"\n", begin)]


def read_text(path: Path) -> Text:
    """Read a file, or the only one in a zip. Raises `MissingData` (E111), `UnreadableData` (E105)."""
    require_file(path)
    try:
        if path.suffix.lower() == ".zip":
            with zipfile.ZipFile(path) as archive:
                names = [name for name in archive.namelist() if name.lower().endswith((".csv", ".tsv", ".txt"))]
                if len(names) != 1:
                    raise UnreadableData(f"{path.name} holds {len(names)} texts.", "Zip one, or unpack them.")
                with archive.open(names[0]) as member:
                    return text_of(_whole(member, path.name), f"{path.name}/{names[0]}")
        with path.open("rb") as file:
            return text_of(_whole(file, path.name), path.name)
    except (OSError, MemoryError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        what = f"{path} cannot be read: {error or type(error).__name__}."
        raise UnreadableData(what, "Check that the file is yours to read and fits into memory.") from error


def _whole(file: IO[bytes], title: str) -> bytes:
    """All of a file, unless its first line has no end."""
    head = file.read(4 * LONGEST_LINE)
    if len(head) == 4 * LONGEST_LINE and b"\n" not in head and b"\r" not in head:
        _refuse_json(head, title)
        raise _too_long(title, 1)
    file.seek(0)
    return file.read()


def text_of(raw: bytes, title: str) -> Text:
    """The text in some bytes; `title` is what messages call them. Raises `UnreadableData` (E105)."""
    data = _decoded(raw, title)
    _refuse_json(data, title)
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data or data.isspace():
        raise UnreadableData(f"{title} holds no rows.", "Leave it out, or export it again.")
    if not data.endswith(b"\n"):
        data += b"\n"
    separator = _separator(data)
    if b'"' in data:
        data, separator = _unquoted(data, separator, title), UNIT
    if separator != b",":
        data = data.replace(b",", b".")
    return Text(title, data, separator)


def require_file(path: Path) -> None:
    """Raise for what is no file: `MissingData` (E111) where nothing is, `UnreadableData` (E105) for a folder."""
    if is_there(path) and path.is_dir():
        raise UnreadableData(f"{path} is a folder.", "Name the files in it.")
    if not is_there(path) or not path.is_file():
        where = path.parent if path.is_absolute() else Path.cwd()
        what = f"no such file {path} (looked in {where})."
        raise MissingData(what, "Check the path, or use the bundled data, which is called demo.")


def is_there(path: Path) -> bool:
    """True for a file or folder; false too for what can be no path, such as one with a NUL or an endless name."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def _decoded(raw: bytes, title: str) -> bytes:
    """UTF-8 without a mark."""
    try:
        if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _utf16(raw, "utf-16")
        even, odd = raw[:400:2].count(0), raw[1:400:2].count(0)
        if len(raw) >= 4 and even + odd >= max(min(len(raw), 400) // 2 - 2, 1) and min(even, odd) == 0:
            return _utf16(raw, "utf-16-be" if even else "utf-16-le")
        data = raw.removeprefix(codecs.BOM_UTF8)
        if not data.isascii():
            data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise UnreadableData(f"{title} line {line} is neither UTF-8 nor UTF-16 text.", NO_TEXT) from error
    if b"\0" in data:
        line = data[: data.index(b"\0")].count(b"\n") + 1
        raise UnreadableData(f"{title} line {line} holds a NUL byte.", NO_TEXT)
    return data


def _refuse_json(data: bytes, title: str) -> None:
    if data.lstrip()[:1] in (b"{", b"["):
        what = f"{title} is JSON, which is not read: prices come as CSV, TSV or Parquet."
        raise UnreadableData(what, "Write it as one of these; in Python a pandas frame will do: pandas.read_json(...).")


def _utf16(raw: bytes, encoding: str) -> bytes:
    return raw.decode(encoding).removeprefix("\ufeff").encode("utf-8")


def _separator(data: bytes) -> bytes:
    """The separator of the first line that is not blank; a comma when it has none."""
    first = data.lstrip(b"\n \t")
    first = first[: first.find(b"\n") + 1]
    return next((separator for separator in SEPARATORS if separator in first), b",")


def _unquoted(data: bytes, separator: bytes, title: str) -> bytes:
    """The same lines with their cells out of quotes."""
    lines: list[str] = []
    try:
        # Line by line: a quoted line break would shift the number of every later line, so it is refused.
        for line in data.decode("utf-8").split("\n")[:-1]:
            row = next(csv.reader([line], delimiter=separator.decode(), strict=True), [])
            lines.append(UNIT.decode().join(row))
        return ("\n".join(lines) + "\n").encode("utf-8")
    except csv.Error as error:
        what = f"{title} line {len(lines) + 1}: {error}."
        raise UnreadableData(what, "Close the quotes on that line, or remove them from the file.") from error


def _too_long(title: str, line: int) -> UnreadableData:
    return UnreadableData(f"{title} line {line} is longer than {LONGEST_LINE:,} bytes.", NO_TEXT)
