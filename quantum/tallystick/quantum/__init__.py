"""Portfolio optimisation: an exact simulator of constrained QAOA, and an honest classical answer beside it."""
