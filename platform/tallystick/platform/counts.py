"""A number of things in words."""


def count_of(count: int, noun: str) -> str:
    """`1 row`, `12,034 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
