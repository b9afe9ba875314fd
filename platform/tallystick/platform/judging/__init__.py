"""Judging a strategy: whether what a backtest shows is more than luck and search.

statistics        probabilistic and deflated Sharpe ratio, minimum lengths, probability of backtest overfitting
splits            walk-forward and combinatorial purged splits
monte_carlo       the same trades in another order, or drawn anew
research_log      every trial, recorded before its first row: where the N of a deflated Sharpe ratio comes from
optimising        grid, random and Optuna search on processes
walking           optimise on the past, trade the rows after it, again and again
comparing         two books side by side
lookahead         whether a strategy knows what is still to come, by experiment
"""
