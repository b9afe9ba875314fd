"""The account as the book knows it: a projection of its events, rebuildable from the log."""
