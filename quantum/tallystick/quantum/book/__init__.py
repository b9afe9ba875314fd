"""The optimiser in a book: what a strategy asked for, found and told in an event."""
