"""A config file as bytes, text and tables: what is wrong with it before any key is looked at."""

import hashlib
import re
import tomllib
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from tallystick.platform.config.errors import ConfigError, Finding, Findings, Place
from tallystick.platform.config.places import lines_of

NAME = "tallystick.toml"
MOST_BYTES = 1024 * 1024
AT_LINE = re.compile(r"\s*\(at line (\d+), column (\d+)\)$")
AT_END = re.compile(r"\s*\(at end of document\)$")
SECRET = re.compile(r"PRIVATE\+KEY\+|-----BEGIN [A-Z ]*PRIVATE KEY-----|AGE-SECRET-KEY-1")
LONG = re.compile(r"(?i)^(?:0x)?[0-9a-f]{64,}$|^[A-Za-z0-9+/]{42,}={0,2}$")
UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """One file as it was read: its bytes, its tables, the line of each key."""

    path: Path
    content: bytes
    tables: dict[str, Any]
    lines: dict[Place, int]

    @property
    def sha256(self) -> str:
        """SHA-256 of its bytes in hex."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def folder(self) -> Path:
        """Paths in the file begin here."""
        return self.path.parent

    def findings(self) -> Findings:
        """Where findings about it are kept."""
        return Findings(self.path.name, self.lines)


def read_file(path: Path) -> ConfigFile:
    """Read it. Raises `ConfigError`: E140 it cannot be read, E141 it is no TOML, E145 a key stands in it."""
    content = _content(path)
    text = _text(path, content)
    secret = SECRET.search(text)
    if secret:
        raise _pasted(path, text.count("\n", 0, secret.start()) + 1, "")
    try:
        # TOML ends lines with LF or CRLF; a file of an editor that ends them otherwise is refused by the reader.
        tables = tomllib.loads(text, parse_float=Decimal)
        lines = lines_of(text.replace("\r\n", "\n"))
    except (ValueError, ArithmeticError, RecursionError) as error:
        raise _no_toml(path, text, error) from None
    _refuse_secrets(path, tables.get("keys"), lines)
    return ConfigFile(path, content, tables, lines)


def research_folder_of(path: Path) -> Path | None:
    """Where a file says that trials are counted; None where it says nothing, or cannot be read."""
    try:
        tables = read_file(path).tables
    except ConfigError:
        return None
    research = tables.get("research")
    named = research.get("folder") if isinstance(research, dict) else None
    return path.parent / Path(named).expanduser() if isinstance(named, str) and named else None


def _content(path: Path) -> bytes:
    if path.is_dir():
        raise _unreadable(path, "a folder", "a file", f"name the file in it: {path / NAME}")
    if not path.exists():
        raise _unreadable(path, "no such file", "a config file", "write one with: tallystick init")
    if not path.is_file():
        raise _unreadable(path, "no plain file", "a config file", "name a file on the disk")
    try:
        if path.stat().st_size > MOST_BYTES:
            got = f"{path.stat().st_size:,} bytes"
            raise _unreadable(path, got, f"at most {MOST_BYTES:,}", "name the config file, not data: --data takes them")
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, str(error.strerror), "a file you may read", "check its permissions") from None


def _text(path: Path, content: bytes) -> str:
    if content.startswith(UTF_16):
        raise _unreadable(path, "UTF-16", "UTF-8", "save it as UTF-8 in your editor")
    if content.startswith(b"\xef\xbb\xbf"):
        got, fix = "a byte order mark at its beginning", "save it as UTF-8 without BOM in your editor"
        raise _unreadable(path, got, "UTF-8 without one, as TOML has it", fix)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        got = f"a byte {content[error.start]:#04x} that is no UTF-8"
        raise _unreadable(path, got, "UTF-8", "save it as UTF-8 in your editor", line) from None


def _no_toml(path: Path, text: str, error: Exception) -> ConfigError:
    said, line = str(error), 0
    place = AT_LINE.search(said)
    if place:
        said, line = f"{said[: place.start()]} at column {place[2]}", int(place[1])
    elif AT_END.search(said):
        said, line = AT_END.sub(" at its end", said), text.count("\n") + 1
    if isinstance(error, RecursionError):
        said = "lists within lists without end"
    elif isinstance(error, ArithmeticError) or "digits" in said:
        said = "a number of very many digits"
    fix = "Correct that line; text stands in quotes, and a name once in its table."
    finding = Finding("E141", "the file is no TOML", path.name, line, "", fix, said, "TOML 1.0")
    return ConfigError([finding], path)


def _refuse_secrets(path: Path, keys: Any, lines: dict[Place, int]) -> None:
    """Whatever in [keys] looks like a key is none of a reference's forms."""
    for name, value in keys.items() if isinstance(keys, dict) else ():
        if isinstance(value, str) and LONG.match(value.strip()):
            raise _pasted(path, lines.get(("keys", name), 0), f"keys.{name}")


def _pasted(path: Path, line: int, key: str) -> ConfigError:
    fix = "Take it out, treat it as known to others and make a new one; name its file instead: signing = NAME or PATH."
    finding = Finding("E145", "a secret key stands in the file", path.name, line, key, fix, "a key", "a name or a path")
    return ConfigError([finding], path)


def _unreadable(path: Path, got: str, expected: str, fix: str, line: int = 0) -> ConfigError:
    fix = fix[:1].upper() + fix[1:] + "."
    return ConfigError([Finding("E140", "the config cannot be read", str(path), line, "", fix, got, expected)], path)
