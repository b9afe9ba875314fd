"""The outside verifier, alone in its folder: run in place, it must not find our `types` before Python's own."""
