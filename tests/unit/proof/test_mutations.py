"""Random and exhaustive damage to a sealed log: both verifiers say "broken" and name the same first bad record.

A thousand mutations, or ten thousand with `TALLYSTICK_FULL=1`. The seed is printed; `TALLYSTICK_SEED` repeats it.
"""

import os
import random
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.proof.reference_writer import ReferenceLog, sealed_log, write_files
from tests.unit.proof.verdicts import both

COUNT = 10_000 if os.environ.get("TALLYSTICK_FULL") else 1_000
LAST_SEGMENT = "00000000000000000092.seg"

Change = dict[str, bytes | None]  # path to new content; None deletes


def flip_bit(draw: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    changed[draw.randrange(len(raw))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def change_byte(draw: random.Random, raw: bytes) -> bytes:
    changed = bytearray(raw)
    changed[draw.randrange(len(raw))] = draw.randrange(256)
    return bytes(changed)


def truncate(draw: random.Random, raw: bytes) -> bytes:
    return raw[: draw.randrange(len(raw))]


def insert(draw: random.Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw))
    return raw[:at] + draw.randbytes(draw.randrange(1, 9)) + raw[at:]


def delete(draw: random.Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw))
    return raw[:at] + raw[at + draw.randrange(1, 200) :]


def repeat(draw: random.Random, raw: bytes) -> bytes:
    at = draw.randrange(len(raw))
    end = min(len(raw), at + draw.randrange(1, 200))
    return raw[:end] + raw[at:end] + raw[end:]


WITHIN = (flip_bit, change_byte, truncate, insert, delete, repeat)


def mutations(files: dict[str, bytes], needed: list[str], seed: int) -> Iterator[tuple[str, Change]]:
    """Name and change of ever new mutations: within one file, of whole files, between files of one kind."""
    draw = random.Random(seed)
    paths = sorted(path for path, raw in files.items() if raw)
    while True:
        if draw.random() < 0.9:
            path, how = draw.choice(paths), draw.choice(WITHIN)
            changed = how(draw, files[path])
            if changed != files[path]:
                yield f"{how.__name__} {path}", {path: changed}
        elif draw.random() < 0.3:
            path = draw.choice(needed)
            yield f"remove {path}", {path: None}
        else:
            one = draw.choice([path for path in needed if files[path]])
            alike = [p for p in needed if p.split("/")[0][-4:] == one.split("/")[0][-4:] and files[p] != files[one]]
            if alike:
                other = draw.choice(alike)
                both_ways = not one.startswith("checkpoints/")  # two checkpoints that change names say the same
                change: Change = {one: files[other]}
                yield f"swap {one} {other}", change | ({other: files[one]} if both_ways else {})


def needed_files(log: ReferenceLog) -> list[str]:
    """Files that must be there: segments, checkpoints that a record names, blobs of kept records, cuts."""
    files = log.files()
    kept = {digest for r in log.records if not r.pruned for digest in blob_hashes(r.header)}
    last = max(path for path in files if path.startswith("checkpoints/"))
    return sorted(p for p in files if p != last and (not p.startswith("blobs/") or p[-64:] in kept))


def blob_hashes(header: bytes) -> list[str]:
    return [header[at + 8 : at + 40].hex() for at in range(115, len(header), 40)]


def test_every_mutation_of_a_sealed_log_is_found_by_both_verifiers(tmp_path: Path) -> None:
    seed = int(os.environ.get("TALLYSTICK_SEED") or random.SystemRandom().randrange(2**32))
    print("seed", seed)
    log = sealed_log()
    files = log.files()
    trusted = files[sorted(path for path in files if path.startswith("checkpoints/"))[2]]
    write_files(tmp_path, files)
    assert both(tmp_path, log.vkey, trusted).exit_code == 0
    tally: Counter[str] = Counter()
    for name, change in mutations(files, needed_files(log), seed):
        if tally.total() == COUNT:
            break
        for path, raw in change.items():
            (tmp_path / path).unlink() if raw is None else (tmp_path / path).write_bytes(raw)
        verdict = both(tmp_path, log.vkey, trusted)
        changed = next(iter(change))
        if verdict.exit_code != 3:
            # What the format says no log shows, and nothing else.
            content = change[changed] or b""
            if changed.endswith(".z"):
                assert inflated(content) == inflated(files[changed]), name
            elif changed.startswith("checkpoints/"):
                assert verdict.other_signatures, name
            else:
                assert changed == LAST_SEGMENT, name
                assert verdict.torn_bytes == len(content) - len(files[changed]) > 0, name
        else:
            tally[name.split(" ")[0]] += 1
            assert verdict.findings, name
            if changed.split("/")[0] != "checkpoints" and "is not valid" not in verdict.findings[0].what:
                assert verdict.first_bad_seq >= 0, (name, str(verdict))
        for path in change:
            (tmp_path / path).write_bytes(files[path])
    print(dict(tally))
    assert len(tally) == len(WITHIN) + 2


def inflated(raw: bytes) -> bytes | None:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return None


@pytest.mark.parametrize("flip", [0x01, 0xFF])
def test_every_byte_of_a_segment_file_counts(tmp_path: Path, flip: int) -> None:
    log = ReferenceLog()
    log.say("log.source_declared", {"id": 1, "name": "kernel", "role": "kernel"})
    log.declare("demo.noted", 16, True, ["kernel"], "text:str count:int")
    log.commit()
    log.note(blobs=[log.blob(b"content")])
    log.checkpoint(record=False)
    write_files(tmp_path, log.files())
    path = tmp_path / "00000000000000000000.seg"
    sound = path.read_bytes()
    assert both(tmp_path, log.vkey).exit_code == 0
    assert len(sound) > 700
    for at in range(len(sound)):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ flip]) + sound[at + 1 :])
        verdict = both(tmp_path, log.vkey)
        assert verdict.exit_code == 3, at
        assert verdict.first_bad_seq >= 0, at
