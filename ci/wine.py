"""Windows' own Python under Wine: the README's demo, then tests, as processes of Windows see this project.

    python -m ci.wine                        the demo and the tests of the core, some twenty minutes
    python -m ci.wine tests/unit/log -x      the demo and what pytest is told

For Linux, with Wine and MinGW's compiler (Debian: apt-get install --no-install-recommends wine wine64
gcc-mingw-w64-x86-64). It is Windows' API as Wine has it, not Windows: what holds here held for files, processes and
pipes as Wine keeps them. CPython comes from Maven Central (org.bytedeco:cpython, the python.org build repackaged), is
held against its SHA-256, and lies with Wine's folder in the user's cache. Two libraries that are missing there are
made: `python3.dll`, which hands on to `python311.dll`, and where Wine has none `bcryptprimitives.dll`.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
JAR = "https://repo1.maven.org/maven2/org/bytedeco/cpython/3.11.3-1.5.9/cpython-3.11.3-1.5.9-windows-x86_64.jar"
JAR_SHA256 = "3263a50b256447bb7b9e604d6587627e419891370fc33b94469e6a06ff4de834"
INSIDE = "org/bytedeco/cpython/windows-x86_64/"
INSTALL = "apt-get install --no-install-recommends wine wine64 gcc-mingw-w64-x86-64"
WINE = shutil.which("wine") or "wine"
GCC, OBJDUMP = "x86_64-w64-mingw32-gcc", "x86_64-w64-mingw32-objdump"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tallystick-ci" / "wine"
DRIVE = CACHE / "prefix" / "drive_c"
PYTHON = r"C:\Python311\python.exe"
CONSTRAINTS = "numpy==2.0.2\n"  # later ones ask Wine's C runtime for functions of complex numbers that it has not
CORE = ("tests/unit/log", "tests/unit/proof", "tests/unit/kernel", "tests/unit/cli", "tests/contract", "tests/replay")
RANDOM = """
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE at, SIZE_T left) {
    for (; left; ) {
        ULONG some = left > 65536 ? 65536 : (ULONG)left;
        if (!SystemFunction036(at, some)) return FALSE;
        at += some; left -= some;
    }
    return TRUE;
}
"""
ENTRY = "int __stdcall DllMain(void *module, unsigned reason, void *reserved) { return 1; }\n"


def main(options: list[str]) -> int:
    """Prepare, run the demo, run pytest; 0 when both held."""
    missing = [name for name in ("wine", GCC, OBJDUMP) if shutil.which(name) is None]
    if sys.platform != "linux" or missing:
        print(f"ci.wine needs Linux with {', '.join(missing) or 'Wine'}: {INSTALL}", file=sys.stderr)
        return 2
    prepare()
    work = copy_of_checkout()
    if run(work, PYTHON, "tasks.py", "demo", "--again"):
        return 1
    own = r".venv\Scripts\python.exe"
    if run(work, own, "-m", "pip", "install", "--quiet", "--editable", ".[dev,mt5]"):
        return 1
    return run(work, own, "-m", "pytest", "-p", "no:cacheprovider", *(options or CORE))


def prepare() -> None:
    """Wine's folder with Python in it, once."""
    home = DRIVE / "Python311"
    if (home / "python3.dll").exists():
        return
    print(f"--- preparing {CACHE}", flush=True)
    (CACHE / "prefix").mkdir(parents=True, exist_ok=True)
    subprocess.run([WINE, "wineboot", "--init"], env=around(), check=True, capture_output=True)
    with urllib.request.urlopen(JAR) as answer:
        jar = answer.read()
    if hashlib.sha256(jar).hexdigest() != JAR_SHA256:
        message = f"{JAR} is not what it was when this file was written"
        raise SystemExit(message)
    with zipfile.ZipFile(io.BytesIO(jar)) as packed, tempfile.TemporaryDirectory() as apart:
        packed.extractall(apart, [name for name in packed.namelist() if name.startswith(INSIDE)])
        shutil.copytree(Path(apart) / INSIDE, home, dirs_exist_ok=True)
    (home / "lib").rename(home / "Lib")
    launchers = home / "Lib" / "venv" / "scripts" / "nt"  # what a virtual environment copies
    shutil.copy(home / "python.exe", launchers)
    shutil.copy(home / "bin" / "pythonw.exe", launchers)
    (DRIVE / "constraints.txt").write_text(CONSTRAINTS, encoding="utf-8")
    if not (DRIVE / "windows" / "system32" / "bcryptprimitives.dll").exists():
        build(DRIVE / "windows" / "system32" / "bcryptprimitives.dll", RANDOM, "-ladvapi32")
    names = exported(home / "python311.dll")
    handed_on = "".join(f"  {name} = python311.{name}\n" for name in names)
    build(
        home / "python3.dll", ENTRY, "-nostdlib", "-e", "DllMain", exports=f"LIBRARY python3.dll\nEXPORTS\n{handed_on}"
    )


def exported(library: Path) -> list[str]:
    """Names that a library of Windows gives."""
    shown = subprocess.run([OBJDUMP, "-p", str(library)], check=True, capture_output=True, text=True).stdout
    table = shown.partition("[Ordinal/Name Pointer] Table")[2]
    return sorted({line.split()[-1] for line in table.splitlines() if line.strip().startswith("[")})


def build(target: Path, text: str, *options: str, exports: str = "") -> None:
    """Compile a library of Windows."""
    with tempfile.TemporaryDirectory() as folder:
        source, given = Path(folder) / "library.c", Path(folder) / "library.def"
        source.write_text(text, encoding="ascii")
        given.write_text(exports, encoding="ascii")
        also = [str(given)] if exports else []
        subprocess.run([GCC, "-shared", "-o", str(target), str(source), *also, *options], check=True)


def copy_of_checkout() -> Path:
    """What git knows and does not ignore, where Windows' Python finds it; its environment is kept between runs."""
    work = DRIVE / "tallystick"
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True).stdout.decode().split("\0")
    for old in work.glob("*"):
        if old.is_file():
            old.unlink()
        elif old.name != ".venv":
            shutil.rmtree(old)
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (work / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, work / name)
    return work


def around() -> dict[str, str]:
    """The environment of Windows' processes; pip's settings for this machine name paths that are none there."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))}
    wine = {"WINEPREFIX": str(CACHE / "prefix"), "WINEARCH": "win64", "WINEDEBUG": "-all"}
    return {**own, **wine, "WINEPATH": r"C:\Python311", "PIP_CONSTRAINT": r"C:\constraints.txt", "PYTHONUTF8": "1"}


def run(work: Path, *command: str) -> int:
    """Run a program of Windows and show what it says: its streams must be pipes, for there is no console."""
    print(f"\n--- wine {' '.join(command)}", flush=True)
    with subprocess.Popen(
        [WINE, *command],
        cwd=work,
        env=around(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
