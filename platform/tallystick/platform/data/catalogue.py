"""The local catalogue: series kept under a name, treated once, each in one file that describes itself.

A file is: the line `tallystick series 1`, one line of JSON (`Kept`), the columns of `source.LOGGED` one after another
in little-endian bytes, and the SHA-256 of all that. No optional package is needed to read it, and a file that is not
what was written is refused. The same import gives the same bytes, and a write appears whole or not at all.
"""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import numpy as np

from tallystick.events.files import Disk, write_whole
from tallystick.events.types.market import DataTreated
from tallystick.market.instrument import Instrument
from tallystick.market.rows import DTYPES
from tallystick.platform.data.clock import source_ms_to_utc_ns
from tallystick.platform.data.errors import DamagedSeries, MissingData, UnfitRequest
from tallystick.platform.data.series import Series
from tallystick.platform.data.source import LOGGED, SourceRows

MAGIC = b"tallystick series 1\n"
SUFFIX = ".series"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+\-]{0,79}")
DIGEST = 32
LONGEST_HEADER = 1 << 20


class Treated(msgspec.Struct, frozen=True):
    """A fault and the rule that treated it, as `market.data_treated` says it."""

    fault: str
    count: int
    first_time: int
    rule: str


class Kept(msgspec.Struct, frozen=True):
    """What a file of the catalogue says of itself; times are ns UTC, of bars their closes."""

    name: str
    symbol: str
    kind: str
    period_ns: int
    time_rule: str
    source: str
    source_sha256: str
    digits: int
    rows: int
    first_time: int
    last_time: int
    data_hash: str
    treatments: tuple[Treated, ...]
    warnings: tuple[str, ...]
    instrument: Instrument | None = None


class Catalogue:
    """The series in one folder."""

    def __init__(self, folder: Path) -> None:
        """`folder` is made when the first series is kept."""
        self.folder = folder

    @classmethod
    def of_user(cls, home: Path | None = None) -> "Catalogue":
        """The user's own: `series` in `home` or TALLYSTICK_HOME, else where the system keeps a user's data."""
        named = home or os.environ.get("TALLYSTICK_HOME")
        if named:
            return cls(Path(named) / "series")
        from platformdirs import user_data_path

        return cls(user_data_path("tallystick", appauthor=False) / "series")

    def __contains__(self, name: str) -> bool:
        return bool(NAME.fullmatch(name)) and self.path(name).is_file()

    def __iter__(self) -> Iterator[str]:
        """Names, in order."""
        files = self.folder.glob(f"*{SUFFIX}") if self.folder.is_dir() else ()
        return iter(sorted(file.name.removesuffix(SUFFIX) for file in files if not file.name.startswith(".")))

    def path(self, name: str) -> Path:
        """Where a series lies. Raises `UnfitRequest` for a name that is none."""
        if not NAME.fullmatch(name):
            what = f'"{name}" is no name for a series.'
            raise UnfitRequest(what, "Use letters, digits and . _ + - only, such as EURUSD-H1.")
        return self.folder / f"{name}{SUFFIX}"

    def keep(
        self, name: str, series: Series, source_sha256: str, instrument: Instrument | None, *, replace: bool = False
    ) -> bool:
        """Write a series; false when it stood there already. Raises `UnfitRequest` over another one of that name."""
        path = self.path(name)
        content = _written(name, series, source_sha256, instrument)
        if path.is_file():
            if path.read_bytes() == content:
                return False
            if not replace:
                what = f"{name} is in the catalogue already, with other rows or another origin."
                raise UnfitRequest(what, "Choose another name, or say replace=True.")
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(Disk(), path, content)
        return True

    def about(self, name: str) -> Kept:
        """What a series says of itself, once its hash was compared. Raises `DamagedSeries`, `MissingData`."""
        return self._opened(name)[0]

    def read(self, name: str) -> Series:
        """A series. Raises `DamagedSeries` (E133), `MissingData` (E111)."""
        kept, columns = self._opened(name)
        path = self.path(name)
        rows = np.arange(1, kept.rows + 1)
        arrays = {}
        for column in LOGGED[kept.kind]:
            dtype = np.dtype(DTYPES.get(column, "<f8"))
            arrays[column] = np.frombuffer(columns, dtype=dtype, count=kept.rows)
            columns = columns[kept.rows * dtype.itemsize :]
        source = SourceRows(
            kept.kind, kept.period_ns, kept.digits, arrays, (path.name,), np.zeros(kept.rows, dtype=np.int64), rows
        )
        time = source_ms_to_utc_ns(arrays["time_msc"], kept.time_rule) + kept.period_ns
        treatments = tuple(DataTreated(symbol=kept.symbol, **msgspec.structs.asdict(one)) for one in kept.treatments)
        series = Series(
            kept.symbol,
            kept.kind,
            kept.period_ns,
            kept.time_rule,
            kept.source,
            source,
            time,
            treatments,
            kept.warnings,
            kept.instrument,
        )
        if series.data_hash != kept.data_hash:
            raise _damaged(path, "its rows have another hash than it says")
        return series

    def _opened(self, name: str) -> tuple[Kept, memoryview]:
        """The description, and the bytes of the columns."""
        path = self.path(name)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            what = f"the catalogue has no {name} (looked in {self.folder})."
            raise MissingData(what, "List what it has: tallystick data list") from None
        if not content.startswith(MAGIC) or len(content) < len(MAGIC) + DIGEST:
            raise _damaged(path, "it does not begin as a series")
        if hashlib.sha256(content[:-DIGEST]).digest() != content[-DIGEST:]:
            raise _damaged(path, "its bytes have another hash than the one at its end")
        header, _, _ = content[len(MAGIC) : len(MAGIC) + LONGEST_HEADER].partition(b"\n")
        try:
            kept = msgspec.json.decode(header, type=Kept)
        except msgspec.DecodeError as error:
            raise _damaged(path, f"its description cannot be read ({error})") from None
        body = memoryview(content)[len(MAGIC) + len(header) + 1 : -DIGEST]
        if kept.kind not in LOGGED or len(body) != kept.rows * _row_size(kept.kind):
            raise _damaged(path, "it has another size than it says")
        return kept, body


def _written(name: str, series: Series, source_sha256: str, instrument: Instrument | None) -> bytes:
    kept = Kept(
        name,
        series.symbol,
        series.kind,
        series.period_ns,
        series.time_rule,
        series.source,
        source_sha256,
        series.rows.digits,
        len(series),
        int(series.time[0]),
        int(series.time[-1]),
        series.data_hash,
        tuple(Treated(one.fault, one.count, one.first_time, one.rule) for one in series.treatments),
        series.warnings,
        instrument,
    )
    columns = (series.rows.columns[column].tobytes() for column in LOGGED[series.kind])
    content = b"".join((MAGIC, msgspec.json.encode(kept), b"\n", *columns))
    return content + hashlib.sha256(content).digest()


def _row_size(kind: str) -> int:
    return sum(np.dtype(DTYPES.get(column, "<f8")).itemsize for column in LOGGED[kind])


def _damaged(path: Path, why: str) -> DamagedSeries:
    return DamagedSeries(f"{path} is not what was imported: {why}.", "Remove it and import the source again.")


def source_hash(paths: Sequence[Path]) -> str:
    """SHA-256 in hex of a source file; of several, of their SHA-256 (32 bytes each) in order."""
    digests = []
    for path in paths:
        with path.open("rb") as file:
            digests.append(hashlib.file_digest(file, "sha256").digest())
    return digests[0].hex() if len(digests) == 1 else hashlib.sha256(b"".join(digests)).hexdigest()
