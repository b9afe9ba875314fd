"""What a verifier says: findings, each with where, since when, what is still proved and what to do; and the verdict."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

HOLDS, UNSIGNED, USAGE, BROKEN = 0, 1, 2, 3

NOT_SHOWN = (
    "that the log was cut back to a genuine older checkpoint",
    "that checkpoint files after the last one here were deleted",
    "that the whole log was replaced by its twin under the same origin and key",
    "that the unsigned tail was rewritten consistently",
    "bits of a zlib wrapper that change nothing inside",
)
REMEDY = "Remember a checkpoint in another place and give it to the next verification, or let a witness cosign."
KEEP = "Keep the files untouched and compare them with a copy of the log."
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; `seq` is -1 where it shows at no record, `proved` how many records still are."""

    what: str
    fix: str = KEEP
    seq: int = -1
    type_name: str = ""
    time: int | None = None
    proved: int = 0

    def __str__(self) -> str:
        return f"INTEGRITY {self._where()}{self.what}. {self._still()} {self.fix}"

    def _where(self) -> str:
        if self.seq < 0:
            return ""
        known = ", ".join(part for part in (self.type_name, utc(self.time)) if part)
        return f"record {self.seq} ({known}): " if known else f"record {self.seq}: "

    def _still(self) -> str:
        if not self.proved:
            return "No checkpoint proves anything before it."
        after = f"; nothing after record {self.seq - 1} is proved by the chain" if self.seq > self.proved else ""
        return f"Still proved: records 0 to {self.proved - 1}, by the checkpoint over {self.proved}{after}."


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of a verification; `exit_code` is 0 holds, 1 not all of it is signed, 3 integrity broken.

    `records` were read and chain up to `head`; `proved_records` of them stand under a checkpoint that matches.
    """

    exit_code: int
    origin: str
    findings: tuple[Finding, ...] = ()
    records: int = 0
    head: str = ""
    decision_digest: str = ""
    decisions: int = 0
    segments: int = 0
    checkpoints: int = 0
    blobs: int = 0
    pruned: int = 0
    proved_records: int = 0
    unsigned_tail: int = 0
    torn_bytes: int = 0
    other_signatures: tuple[str, ...] = ()
    trusted: bool = False
    looks: int = 1
    not_shown: tuple[str, ...] = field(default=NOT_SHOWN)

    @property
    def first_bad_seq(self) -> int:
        """The first record at which something shows; -1 when nothing does."""
        return min((each.seq for each in self.findings if each.seq >= 0), default=-1)

    @property
    def only_torn(self) -> bool:
        """True when every record is signed and torn bytes behind them are all that keeps it from holding whole."""
        return self.exit_code == UNSIGNED and self.torn_bytes > 0 and not self.unsigned_tail

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self) -> list[str]:
        """The verdict in words, most important first."""
        said = [f"{self._opening()}: {self.origin}", *(str(each) for each in self.findings)]
        said.append(f"{self.records} records in {self.segments} segments, head {self.head}")
        said.append(f"decision digest {self.decision_digest} over {self.decisions} decisions")
        if self.pruned:
            said.append(f"pruned bodies: {self.pruned}; they are not in the log any more, their headers and hashes are")
        if self.proved_records:
            said.append(f"proved: records 0 to {self.proved_records - 1}, by the checkpoint over {self.proved_records}")
        elif self.findings:
            said.append("proved: nothing; no checkpoint here agrees with what could be read")
        else:
            said.append("no checkpoint: the chain holds, but nobody signed it")
        if self.unsigned_tail and (self.proved_records or not self.findings):
            said.append(
                f"unsigned tail: {self.unsigned_tail} events, which whoever writes the files could have rewritten"
            )
        if self.torn_bytes:
            said.append(
                f"torn: {self.torn_bytes} bytes after the last whole group, as a crash leaves; the next start cuts them"
            )
        said.extend(f"signed also by a key not known here, ignored: {line}" for line in self.other_signatures)
        said.append(f"No log shows by itself: {'; '.join(self.not_shown)}.")
        said.append("The trusted checkpoint rules out the first three up to its size." if self.trusted else REMEDY)
        return [legible(line) for line in said]

    def _opening(self) -> str:
        unsigned = "HOLDS, but bytes stand behind its end" if self.only_torn else "HOLDS, but not all of it is signed"
        return {HOLDS: "HOLDS", UNSIGNED: unsigned, BROKEN: "INTEGRITY BROKEN"}[self.exit_code]

    def to_dict(self) -> dict[str, Any]:
        """For `--json`."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        plain["findings"] = [
            {"what": f.what, "fix": f.fix, "seq": f.seq, "type": f.type_name, "time": f.time, "proved": f.proved,
             "text": str(f)} for f in self.findings
        ]  # fmt: skip
        return {**plain, "first_bad_seq": self.first_bad_seq, "remedy": REMEDY}


def legible(text: str, keep: str = "") -> str:
    """Text with what moves a terminal's cursor spelled out, but for `keep`: whoever wrote a log chose its names."""
    return _UNSEEN.sub(lambda found: found[0] if found[0] in keep else found[0].encode("unicode_escape").decode(), text)


def utc(time: int | None) -> str:
    """Book time for people, to the second; "" when there is none or no calendar holds it."""
    if time is None:
        return ""
    try:
        return datetime.fromtimestamp(time // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return f"{time} ns"
