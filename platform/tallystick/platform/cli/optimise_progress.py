"""What long work is at, on stderr, where somebody watches."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Told = Callable[[str, int, int], None]


@contextmanager
def watched() -> Iterator[Told]:
    """A line that says what is done, how far, and since when; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True, safe_box=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def told(what: str, done: int, total: int) -> None:
            many = f" {done} of {total}" if total > 1 else ""
            bar.update(task, description=f"{what}{many}", completed=done, total=total if total > 1 else None)

        yield told
