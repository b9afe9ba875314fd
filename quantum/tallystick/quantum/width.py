"""How wide the vectors of the innermost loops are; compiled code, its twin in NumPy and their callers agree on it."""

WIDE = 8
"""Elements of a vector; the compiler cuts them to what the processor has."""
ROW = 2 * WIDE
"""Elements of a row of coupled states: real parts, and the imaginary ones behind them."""
