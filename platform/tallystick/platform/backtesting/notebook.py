"""A result in a notebook: its lines, and the whole report inline; elsewhere the report opens in the browser."""

import webbrowser
from collections.abc import Sequence
from html import escape
from pathlib import Path
from tempfile import mkdtemp

HEIGHT_PX = 900


class Picture:
    """The report that was written to `path`. In a notebook it shows itself, offline, inside the cell."""

    def __init__(self, path: Path, title: str) -> None:
        """`path` holds the page."""
        self.path = path
        self._title = title

    def show(self) -> None:
        """Open the report in the browser; in a notebook the cell shows it already."""
        if not _in_notebook():
            webbrowser.open(self.path.resolve().as_uri())

    def _repr_html_(self) -> str:
        page = escape(self.path.read_text(encoding="utf-8"), quote=True)
        style = f"width:100%;height:{HEIGHT_PX}px;border:0"
        return f'<iframe srcdoc="{page}" style="{style}" title="{escape(self._title)}"></iframe>'

    def __repr__(self) -> str:
        return f"report of {self._title}: {self.path}"


def lasting_folder() -> Path:
    """A temporary folder that nobody here removes."""
    return Path(mkdtemp(prefix="tallystick-report-"))


def summary_html(lines: Sequence[str]) -> str:
    """The lines of a result as they stand."""
    inside = "".join(f"<div>{escape(line)}</div>" for line in lines)
    return f'<div style="font-family:monospace;white-space:pre-wrap">{inside}</div>'


def _in_notebook() -> bool:
    """True under IPython's notebook kernels."""
    try:
        shell = get_ipython()  # type: ignore[name-defined]  # IPython puts it there
    except NameError:
        return False
    return type(shell).__name__ == "ZMQInteractiveShell"
