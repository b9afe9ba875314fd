"""Where things stand in what the compiled loops are given and leave behind; known without a compiler."""

from tallystick.events.record import CAUSE_AT, LENGTH, TIME_AT, WHO_AND_WHAT

HASH = 32
TIME_BYTES = CAUSE_AT - TIME_AT
KIND_BYTES = WHO_AND_WHAT.size
LENGTH_BYTES = LENGTH.size
"""Of the length before a record, and before what the decision digest is to take in."""
KEY, KIND_FLAGS, PREFIX_AT, PREFIX_BYTES, PROGRAM_AT, PROGRAM_END = range(6)
KIND_COLUMNS = 6
"""Columns of a table of kinds: what a record is and who said it, its trading flag, addresses of prefix and program."""

SEQ, TIME, EPOCH, ROOT, COUNT, UNSURE, DECISIONS, SAID, UNKNOWN, FULL, LISTING = range(11)
NUMBERS = 11
"""What a walk goes on from and leaves behind, by place; behind these numbers as they were before the group at hand."""
GOOD_AT = 2 * HASH  # in the chain of a walk: leaf hash and digest as they were before the group at hand
BODY, END, KIND, GROUP = range(4)
ROW_COLUMNS = 4
"""Columns of the rows that a walk leaves behind of bodies to judge: where one begins and ends, its kind, its group."""
CRC_VALUES = 256
