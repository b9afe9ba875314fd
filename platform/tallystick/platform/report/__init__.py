"""A book's report from its log alone: numbers, and one HTML page that needs no network."""

from tallystick.platform.report.report import read_book, summarise, write_report
from tallystick.platform.report.summary import Book, Proof, Summary, book_of

__all__ = ["Book", "Proof", "Summary", "book_of", "read_book", "summarise", "write_report"]
