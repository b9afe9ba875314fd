"""A headless browser for looking at pages, with the standard library alone: Chromium's protocol over two pipes.

`python -m ci.browser PAGE OUT.png [WIDTH HEIGHT]` takes a screenshot. POSIX only.
"""

import base64
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "chromium-headless-shell")
INSTALL = "apt-get install chromium   (or: brew install --cask chromium, or point CHROMIUM at a browser)"
FREE_FD = 10
DEADLINE_S = 60


def installed() -> str | None:
    """The browser to use: what CHROMIUM names, else one on the path; None where there is none."""
    try:
        import_module("fcntl")
    except ImportError:  # Windows, or a machine that is to look like it
        return None
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


class Browser:
    """A browser of our own with one page; what it requested and what its console said are kept."""

    def __init__(self, path: str) -> None:
        """Start it; it ends with the `with` block."""
        fcntl = import_module("fcntl")
        # Its processes may write there a moment longer than its first one lives.
        self._folder = tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True)
        ours_in, theirs_out = os.pipe()
        theirs_in, ours_out = os.pipe()

        def wire() -> None:
            # Chromium reads the protocol from 3 and writes it to 4, which the pipes may occupy themselves.
            reading, writing = (fcntl.fcntl(fd, fcntl.F_DUPFD, FREE_FD) for fd in (theirs_in, theirs_out))
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--remote-debugging-pipe"]
        self._process = subprocess.Popen(
            [path, *options, f"--user-data-dir={self._folder.name}", "about:blank"],
            pass_fds=(3, 4),
            preexec_fn=wire,  # noqa: PLW1509 -- only descriptors are moved; there are no threads here
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(theirs_in)
        os.close(theirs_out)
        self._in, self._out = os.fdopen(ours_in, "rb", buffering=0), os.fdopen(ours_out, "wb", buffering=0)
        self._rest = b""
        self._number = 0
        self._session = ""
        self.requested: list[str] = []
        self.complaints: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._in.close()
        self._out.close()
        self._process.terminate()
        self._process.wait(DEADLINE_S)
        self._folder.cleanup()

    def show(self, page: Path, width: int, height: int, *, dark: bool = False) -> None:
        """Load a page in a window of this size, and wait until its script has drawn."""
        self.requested.clear()
        self.complaints.clear()
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self._call("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._call("Emulation.setEmulatedMedia", features=[scheme])
        self._call("Page.navigate", url=page.resolve().as_uri())
        while self._hear().get("method") != "Page.loadEventFired":
            pass
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def value(self, expression: str) -> Any:
        """What a line of script comes to in the page."""
        given = {"expression": expression, "awaitPromise": True, "returnByValue": True}
        found = self._call("Runtime.evaluate", **given)
        if "exceptionDetails" in found:
            message = f"{expression}: {found['exceptionDetails'].get('text')}"
            raise ValueError(message)
        return found["result"].get("value")

    def picture(self) -> bytes:
        """What the window shows, as PNG."""
        return base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        number = self._number
        message: dict[str, Any] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        while True:
            heard = self._hear()
            if heard.get("id") == number:
                if "error" in heard:
                    raise ValueError(f"{method}: {heard['error']}")
                found: dict[str, Any] = heard["result"]
                return found

    def _hear(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = self._in.read(1 << 20)
            if not piece:
                raise EOFError("the browser ended")
            self._rest += piece
        text, _, self._rest = self._rest.partition(b"\0")
        heard: dict[str, Any] = json.loads(text)
        self._note(heard.get("method", ""), heard.get("params", {}))
        return heard

    def _note(self, method: str, said: dict[str, Any]) -> None:
        if method == "Network.requestWillBeSent":
            self.requested.append(said["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(str(said["exceptionDetails"].get("text")))
        elif method == "Log.entryAdded" and said["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(said["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and said["type"] in {"error", "warning", "assert"}:
            self.complaints.append(json.dumps(said["args"]))


def main(arguments: list[str]) -> int:
    """Take one screenshot."""
    path = installed()
    if path is None or len(arguments) < 2:
        sys.stderr.write(f"python -m ci.browser PAGE OUT.png [WIDTH HEIGHT]; needs a browser: {INSTALL}\n")
        return 2
    width, height = map(int, [*arguments[2:4], "1280", "900"][:2])
    with Browser(path) as browser:
        browser.show(Path(arguments[0]), width, height)
        Path(arguments[1]).write_bytes(browser.picture())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
