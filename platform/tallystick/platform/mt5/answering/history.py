"""History: `history_orders_get`, `history_deals_get` and their totals.

A ticket is an order's: of deals it chooses those of that order. A position chooses by its number (MT5's identifier).
Dates are the server's clock, both included: of deals their time, of orders the time they were done (assumed).
Rows are made once, when they are first asked for: history only grows.
"""
