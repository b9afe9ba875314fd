"""Prices as a terminal shows them: ticks and bars built from the quotes of a run, and quotes made of bars."""
