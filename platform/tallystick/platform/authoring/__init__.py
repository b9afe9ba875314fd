"""Writing a strategy: a function, a class, or a reactor; indicators, history, and what keeps them repeatable."""
