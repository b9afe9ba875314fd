"""A backtest's result: what it came to, and the pictures and words it is shown by."""

from pathlib import Path

from tallystick.platform.backtesting.figures import Figures
from tallystick.platform.backtesting.notebook import Picture, lasting_folder, summary_html
from tallystick.platform.backtesting.printed import lines_of


class Backtest(Figures):
    """What `backtest` gives back."""

    def report(self, path: Path | str = "report.html") -> Path:
        """Write the self-contained HTML report; returns its path."""
        from tallystick.platform.report.report import write_page

        out = Path(path)
        verdicts, place = {"verify": self.verdict}, str(self.folder)
        write_page(self._book, out, verdicts=verdicts, title=self.title, place=place, warnings=self._late)
        return out

    def plot(self, path: Path | str | None = None, *, show: bool = True) -> Picture:
        """The report: shown in the notebook's cell, or opened in the browser when there is no notebook.

        It is written to `path`; by default into the folder of a book that is kept, else into a temporary one that
        outlives this process, so that a browser has the time to read it.
        """
        kept = self.folder if self._scratch is None else None
        out = Path(path) if path is not None else (kept or lasting_folder()) / "report.html"
        picture = Picture(self.report(out), self.title)
        if show:
            picture.show()
        return picture

    def __str__(self) -> str:
        return "\n".join(lines_of(self))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return summary_html(lines_of(self))
