"""`tallystick doctor`: what this machine has, what it lacks, and the command that mends it."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import metadata, util
from pathlib import Path
from typing import Annotated, Literal

import typer

from tallystick.platform.cli.call import Answer, Call, Exit
from tallystick.platform.cli.failure import explained
from tallystick.platform.cli.home import KEY_FILE, config_folder

LEAST_FREE_BYTES = 1_000_000_000
OLDEST = (3, 11)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the table; `fix` is empty when nothing is to be done."""

    check: str
    status: Literal["ok", "note", "missing", "wrong"]
    found: str
    fix: str = ""


def doctor(
    context: typer.Context,
    book: Annotated[Path | None, typer.Argument(metavar="[BOOK]", help="A book to look at too.")] = None,
) -> Answer:
    """Check this machine, with the command that mends each finding.

    Looks at Python, the numerical libraries and their kernel cache, the MetaTrader 5 terminal (on Windows), your key
    and who may read it, the disk, and a book's head. Exit 1 when something is missing or wrong.

    Example: tallystick doctor tallystick-demo
    """
    call: Call = context.obj
    checks = [*_python(), *_libraries(), _kernel_cache(), *_terminal(call), _key(call), _disk(book or Path())]
    if book is not None:
        checks.append(_head(book))
    bad = [each for each in checks if each.status in {"missing", "wrong"}]

    def show(console: object) -> None:
        from rich.console import Console
        from rich.table import Table

        assert isinstance(console, Console)
        table = Table(box=None, pad_edge=False)
        for heading in ("check", "status", "found", "fix"):
            table.add_column(heading, overflow="fold")
        for each in checks:
            table.add_row(each.check, each.status, each.found, each.fix)
        console.print(table, soft_wrap=False)
        console.print(f"{len(bad)} of {len(checks)} checks need you." if bad else "Nothing to do.")

    document = {"ok": not bad, "checks": [asdict(each) for each in checks]}
    return Answer(document, show, Exit.FINDINGS if bad else Exit.OK)


def _python() -> Iterator[Check]:
    version = ".".join(map(str, sys.version_info[:3]))
    fine = sys.version_info[:2] >= OLDEST
    yield Check("Python", "ok" if fine else "wrong", version, "" if fine else "install Python 3.11 or later")


def _libraries() -> Iterator[Check]:
    from tallystick.platform.kernel.manifest import package_hash

    for name in ("tallystick", "msgspec", "numpy", "numba", "cryptography", "typer", "rich"):
        try:
            files = f", files {package_hash()[:12]}" if name == "tallystick" else ""
            yield Check(name, "ok", metadata.version(name) + files)
        except metadata.PackageNotFoundError:
            yield Check(name, "missing", "not installed", f"{sys.executable} -m pip install {name}")


def _kernel_cache() -> Check:
    """Where compiled kernels are kept: beside the source, or in the user's cache where that cannot be written."""
    import tallystick.platform.kernel as package

    for folder in (Path(package.__file__ or "").parent, Path.home()):
        probe = folder / ".tallystick-probe"
        try:
            probe.write_bytes(b"")
            probe.unlink()
        except OSError:
            continue
        return Check("kernel cache", "ok", f"kept below {folder.parent.parent if folder != Path.home() else folder}")
    fix = "set NUMBA_CACHE_DIR to a folder you may write in; else each start compiles for about ten seconds"
    return Check("kernel cache", "wrong", "no folder can be written", fix)


def _terminal(call: Call) -> Iterator[Check]:
    """The terminal's rows, asked through the bridge; one sentence where that cannot be."""
    if util.find_spec("MetaTrader5") is None:
        if sys.platform != "win32":
            yield Check("MetaTrader 5", "note", "its Python package exists on Windows only; simulation needs none")
        else:
            yield Check("MetaTrader 5", "note", "not installed; simulation needs none", "pip install tallystick[mt5]")
        return
    from tallystick.platform.mt5.bridge.examining import examined
    from tallystick.platform.mt5.bridge.process import ChildSettings

    for each in examined(ChildSettings(config_folder(call.home) / "bridge" / "doctor")):
        yield Check(each.check, each.status, each.found, each.fix)


def _key(call: Call) -> Check:
    from tallystick.events.signer import KeyFileError, load_key

    path = config_folder(call.home) / KEY_FILE
    try:
        if not path.exists():
            return Check("signing key", "note", f"none yet; the first run makes {path}", "tallystick demo")
        signer = load_key(path)
    except (KeyFileError, OSError) as error:
        failure = explained(error, ["doctor"])
        return Check("signing key", "wrong", failure.what, failure.fix)
    return Check("signing key", "ok", f"{path}, owner-only, fingerprint {signer.vkey.fingerprint[:16]}")


def _disk(folder: Path) -> Check:
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    fine = free >= LEAST_FREE_BYTES
    found = f"{free / 1e9:.1f} GB free in {folder.resolve()}"
    return Check("disk", "ok" if fine else "wrong", found, "" if fine else "free at least 1 GB, or use another disk")


def _head(book: Path) -> Check:
    from tallystick.platform.cli.audit_head import head_of
    from tallystick.platform.cli.place import place_of

    try:
        found = head_of(place_of(book))
    except Exception as error:  # noqa: BLE001 -- the doctor names what it finds and goes on
        failure = explained(error, ["audit", "head"])
        return Check("log head", "wrong", failure.lines()[0], failure.fix)
    return Check("log head", "ok", f"{found['records']:,} records, head {found['head'][:16]}")
