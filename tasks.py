"""The project's tasks, with nothing but Python 3.11 and pip, on Windows and Linux: `python tasks.py WORD [options]`.

A word makes `.venv` when it is missing, installs into it what it needs (once: a stamp remembers), does its job, and
says what it runs and how long that took. Options after the word go to what the word runs.

    demo      trade one year of real prices through the simulated terminal, then verify and replay the log
    test      everything that must hold: style, types, import contracts, documents, tests (options go to pytest;
              --with=docs,oracles,optuna,parquet,talib installs those extras first: no test of theirs is skipped)
    lint      the same without the tests
    bench     measure ourselves and peers, and write docs/benchmarks.md
    docs      write the generated pages anew and check every document
    site      build the documents' site into build/site; it needs no network to be read
    nightly   test with the full counts, and everything once more as on Windows; on Linux the demo and the tests of the
              core also by Windows' own Python, under Wine
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import time
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 -- this file is where an older Python is told so
    sys.exit(
        "Tallystick needs Python 3.11 or later; this is {}.\n"
        "Get one from https://www.python.org/downloads/ and call it by name, such as\n"
        "    py -3.11 tasks.py demo        (Windows)\n"
        "    python3.11 tasks.py demo      (Linux)".format(".".join(map(str, sys.version_info[:3])))
    )

import tomllib

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
HELP_CPU_LIMIT_S = 0.3
CORE = ("tests/unit", "tests/contract")
"""What `test` runs once more as on Windows; `nightly` runs the whole suite so."""
WITH = "--with="
EXTRAS = ("docs", "optuna", "oracles", "parquet", "quantum-sdks", "talib")
"""What some tests ask that nobody needs who only trades."""

IMPORT_CONTRACTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"
HELP_CPU = """
import sys, time
sys.argv = ["tallystick", "--help"]
from tallystick.platform.cli.main import main
try:
    main()
except SystemExit:
    pass
print(time.process_time(), file=sys.stderr)
"""


class Failed(Exception):
    """A step ended badly; the message says which and what to do."""


class Steps:
    """The steps of one word: runs each, remembers how it ended, and closes with a summary."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, float, str]] = []
        self.closing = ""

    def run(self, area: str, name: str, *command: str, **environment: str) -> bool:
        """Run one command to its end, whatever came before; the summary tells all that failed."""
        print(f"\n--- {name}: {' '.join(command)}", flush=True)
        started = time.perf_counter()
        code, last = stream([str(PYTHON), *command], environment)
        if "pytest" in command:
            self.closing = last
        self.rows.append((area, name, time.perf_counter() - started, "ok" if code == 0 else f"failed ({code})"))
        return code == 0

    def figure(self, name: str, measured: str, *, holds: bool) -> None:
        """Take a measured figure into the summary; a machine's speed fails nothing."""
        self.rows.append(("figure", name, 0.0, measured if holds else f"{measured}  <-- over"))

    def close(self) -> int:
        """Print the summary; 0 when every step held."""
        budgets = tomllib.loads((ROOT / "ci" / "budgets.toml").read_text(encoding="utf-8"))["minutes"]
        print("\n=== summary")
        spent: dict[str, float] = {}
        for area, name, seconds, verdict in self.rows:
            spent[area] = spent.get(area, 0.0) + seconds
            print(f"{name:<34} {seconds:8.1f} s  {verdict}")
        for area in sorted(spent.keys() & budgets.keys()):
            print(f"{area:<34} {spent[area]:8.1f} s  {of_budget(spent[area], budgets[area])}")
        print(f"{'total':<34} {sum(spent.values()):8.1f} s")
        if self.closing:
            print(self.closing)
        return int(any(verdict.startswith("failed") for _, _, _, verdict in self.rows))


def of_budget(seconds: float, minutes: float) -> str:
    """How a time stands to its budget in minutes."""
    over = "  <-- over budget" if seconds > 60 * minutes else ""
    return f"of {60 * minutes:.0f} s{over}"


def stream(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """Run a command, show its output as it comes, and give its exit code and last line."""
    variables = {**os.environ, "PYTHONUTF8": "1", **environment}
    last = ""
    with subprocess.Popen(
        command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8", bufsize=1
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            last = line.rstrip() or last
    return process.returncode, last


def prepare(*extras: str) -> None:
    """Make `.venv` and install Tallystick with these extras, unless a stamp says that it was done."""
    stamp = VENV / "tallystick.stamp.json"
    wanted = {"project": digest_of_project(), "python": list(sys.version_info[:2]), "extras": sorted(extras)}
    if PYTHON.exists() and stamp.exists():
        found = json.loads(stamp.read_text(encoding="utf-8"))
        if {**found, "extras": wanted["extras"]} == wanted and set(found["extras"]) >= set(extras):
            return
    started = time.perf_counter()
    pip = [str(PYTHON), "-m", "pip"]
    if not PYTHON.exists():
        print(f"--- making {VENV} with Python {sys.version.split()[0]}", flush=True)
        pip = make_environment()
    target = f".[{','.join(extras)}]" if extras else "."
    print(f"--- installing Tallystick ({target}); the first time downloads about 90 MB", flush=True)
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--editable", target]
    if subprocess.run(command, cwd=ROOT, check=False).returncode:
        message = f"pip could not install Tallystick. See its message above, then try by hand:\n    {' '.join(command)}"
        raise Failed(message)
    stamp.write_text(json.dumps(wanted), encoding="utf-8")
    print(f"--- installed in {time.perf_counter() - started:.0f} s", flush=True)


def make_environment() -> list[str]:
    """Make the virtual environment; give the pip command that installs into it."""
    if subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=False, capture_output=True).returncode == 0:
        return [str(PYTHON), "-m", "pip"]
    # Some Linux systems ship Python without ensurepip: an environment without pip, filled by the pip outside, will do.
    bare = subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(VENV)], check=False)
    outside = [sys.executable, "-m", "pip"]
    if bare.returncode or subprocess.run([*outside, "--version"], check=False, capture_output=True).returncode:
        message = f"{sys.executable} has neither venv nor pip. On Debian and Ubuntu: apt install python3-venv"
        raise Failed(message)
    return [*outside, "--python", str(PYTHON)]


def digest_of_project() -> str:
    """What an installation depends on: change of style settings or versions of tools needs no new one."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    parts = [settings["build-system"], settings["project"], settings["tool"]["hatch"]]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def demo(options: list[str]) -> int:
    """Trade the demo year."""
    prepare()
    started = time.perf_counter()
    command = [str(PYTHON.with_stem("tallystick")), "demo", *options]
    code = subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, "PYTHONUTF8": "1"}).returncode
    print(f"--- demo: {time.perf_counter() - started:.1f} s without installation")
    return code


def check(steps: Steps) -> None:
    """All that needs no test run."""
    steps.run("lint", "ruff check", "-m", "ruff", "check", "--output-format", "concise")
    steps.run("lint", "ruff format", "-m", "ruff", "format", "--check")
    steps.run("lint", "import contracts", "-c", IMPORT_CONTRACTS)
    steps.run("lint", "event catalogue", "-m", "ci.events_page", "--check")
    steps.run("lint", "documents", "-m", "ci.documents")
    steps.run("types", "mypy", "-m", "mypy")
    measure_help(steps)


def measure_help(steps: Steps) -> None:
    """CPU time of `tallystick --help` in a fresh process: the best of three, the first of which fills caches."""
    seconds = []
    for _ in range(3):
        done = subprocess.run([str(PYTHON), "-c", HELP_CPU], cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode:
            steps.rows.append(("figure", "tallystick --help", 0.0, f"failed: {done.stderr.strip().splitlines()[-1]}"))
            return
        seconds.append(float(done.stderr.split()[-1]))
    best = min(seconds)
    steps.figure("tallystick --help", f"{best:.2f} s of CPU, limit {HELP_CPU_LIMIT_S}", holds=best < HELP_CPU_LIMIT_S)


def lint(options: list[str]) -> int:
    """Style, types, contracts, documents."""
    refuse(options, "lint")
    prepare("dev")
    steps = Steps()
    check(steps)
    return steps.close()


def test(options: list[str]) -> int:
    """Everything that must hold."""
    extras = [name for each in options if each.startswith(WITH) for name in each.removeprefix(WITH).split(",")]
    prepare("dev", *extras)
    steps = Steps()
    check(steps)
    others = [each for each in options if not each.startswith(WITH)]
    pytest = ("-m", "pytest", "-n", "2", "--dist", "worksteal", *others)
    steps.run("tests", "tests of the core, as on Windows", *pytest, *CORE, TALLYSTICK_AS_WINDOWS="1")
    steps.run("tests", "tests", *pytest)
    return steps.close()


def nightly(options: list[str]) -> int:
    """The full counts, and everything as on Windows."""
    prepare("dev", *EXTRAS)  # others' answers to the same questions are most of about 600 MB
    steps = Steps()
    steps.run("lint", "installed packages agree", "-m", "pip", "check")
    check(steps)
    pytest = ("-m", "pytest", "-n", "2", "--dist", "worksteal", "-rP", *options)
    steps.run("tests", "all tests, as on Windows", *pytest, TALLYSTICK_AS_WINDOWS="1")
    steps.run("tests", "tests with full counts", *pytest, TALLYSTICK_FULL="1")
    if sys.platform == "linux":
        steps.run("tests", "Windows' own Python, under Wine", "-m", "ci.wine")
    steps.run("tests", "quality of simulated circuits", "-m", "benchmarks.quantum_quality")
    return steps.close()


def bench(options: list[str]) -> int:
    """Measure ourselves and peers."""
    prepare("dev")
    steps = Steps()
    steps.run("bench", "benchmarks", "benchmarks/run.py", *options)
    measure_help(steps)
    return steps.close()


def docs(options: list[str]) -> int:
    """Write the generated pages anew and check every document."""
    refuse(options, "docs")
    prepare("dev")
    steps = Steps()
    steps.run("lint", "event catalogue", "-m", "ci.events_page")
    steps.run("lint", "command line", "-m", "ci.cli_page")
    steps.run("lint", "config file", "-m", "ci.config_page")
    steps.run("lint", "Python reference", "-m", "ci.reference")
    steps.run("lint", "consoles of the tutorial", "-m", "ci.consoles")
    steps.run("lint", "documents", "-m", "ci.documents")
    return steps.close()


def site(options: list[str]) -> int:
    """Build the documents' site; a warning fails it."""
    prepare("dev", "docs")
    steps = Steps()
    steps.run("lint", "site", "-m", "mkdocs", "build", "--strict", *options, NO_MKDOCS_2_WARNING="1")
    return steps.close()


def refuse(options: list[str], word: str) -> None:
    """Say so when a word that takes no options got some."""
    if options:
        message = f"`{word}` takes no options, but got {' '.join(options)}"
        raise Failed(message)


WORDS = {"demo": demo, "test": test, "lint": lint, "bench": bench, "docs": docs, "site": site, "nightly": nightly}


def main(arguments: list[str]) -> int:
    """Do what the word says; 0 when it held, 1 when a step failed, 2 for a word nobody knows."""
    if not arguments or arguments[0] not in WORDS:
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    for out in (sys.stdout, sys.stderr):
        if isinstance(out, io.TextIOWrapper):  # a console of another code page shows a ? rather than failing
            out.reconfigure(errors="replace")
    try:
        return WORDS[arguments[0]](arguments[1:])
    except Failed as failure:
        print(f"tasks.py {arguments[0]}: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
