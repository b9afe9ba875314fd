"""MetaTrader 5: what a book needs of a terminal, and a simulated one that runs anywhere."""
