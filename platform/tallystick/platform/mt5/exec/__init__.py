"""Exec: anybody's MetaTrader 5 bot, run in a child process against the simulated terminal, in a book."""
