"""The manifest of a run: what "same code" and "same run" mean, taken before the first row."""

import hashlib
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

import tallystick.events.event
import tallystick.market.rows
import tallystick.platform.kernel

LIBRARIES = ("numpy", "numba", "llvmlite", "msgspec")


@cache
def package_hash() -> str:
    """SHA-256 over our installed Python files, by name relative to their package, in hex."""
    digest = hashlib.sha256()
    for package, folder in _packages():
        for path in sorted(folder.rglob("*.py")):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            name = f"{package}/{path.relative_to(folder).as_posix()}"
            digest.update(name.encode() + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _packages() -> Iterable[tuple[str, Path]]:
    """Name and folder of each package a decision can depend on."""
    yield "events", Path(tallystick.events.event.__file__).parent
    yield "market", Path(tallystick.market.rows.__file__).parent
    yield "platform", Path(tallystick.platform.kernel.__file__ or "").parent.parent


@cache
def versions() -> Mapping[str, str]:
    """Versions that can change a bit of a result."""
    found = {name: metadata.version(name) for name in LIBRARIES}
    return {"python": platform.python_version(), **found}


def sources(files: Iterable[Path]) -> dict[str, tuple[str, bytes]]:
    """Name to SHA-256 (hex) and content of each user source file."""
    return {path.name: (hashlib.sha256(data).hexdigest(), data) for path in files for data in [path.read_bytes()]}


def all_sources(files: Iterable[Path], own: Mapping[str, bytes]) -> dict[str, tuple[str, bytes]]:
    """The same of files and of what a composition rests on."""
    return {**sources(files), **{name: (hashlib.sha256(data).hexdigest(), data) for name, data in own.items()}}


def code_hash(settings_hash: str, source_hashes: Mapping[str, str]) -> str:
    """One hash over everything that "same code" means."""
    digest = hashlib.sha256(package_hash().encode() + settings_hash.encode())
    for name, value in sorted({**versions(), **source_hashes}.items()):
        digest.update(f"{name}={value}\n".encode())
    return digest.hexdigest()
