"""A book's report from its log alone: numbers, and one HTML page that needs no network."""

from typing import TYPE_CHECKING

from tallystick.events.door import door

if TYPE_CHECKING:
    from tallystick.platform.report.report import read_book, summarise, write_report
    from tallystick.platform.report.summary import Book, Proof, Summary, book_of

__all__ = ["Book", "Proof", "Summary", "book_of", "read_book", "summarise", "write_report"]
PLACES = {name: ".summary" if name in {"Book", "Proof", "Summary", "book_of"} else ".report" for name in __all__}
if not TYPE_CHECKING:  # a misspelt name is a type error
    __getattr__, __dir__ = door(__name__, PLACES)
