"""Spans of time in the whole units that books count in: nanoseconds, and a source's milliseconds and seconds."""

MS_NS = 1_000_000
SECOND_NS = 1_000_000_000
MINUTE_NS = 60 * SECOND_NS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS
WEEK_NS = 7 * DAY_NS
MONDAY_NS = 4 * DAY_NS
"""The first Monday: 1970-01-01 was a Thursday."""
DAY_MS = DAY_NS // MS_NS
DAY_S = 86_400
YEAR_S = 366 * DAY_S
NEVER = 2**63 - 1
"""The moment that no moment is after."""
