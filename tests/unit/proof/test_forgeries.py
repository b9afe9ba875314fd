"""Forgeries that chain and are signed by the log's own key: only the rules catch them, and both verifiers must."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.proof.reference_writer import NONE, ReferenceLog, small_log, write_files
from tests.unit.proof.verdicts import both


def forged(how: Any) -> ReferenceLog:
    log = small_log()
    how(log)
    log.commit()
    log.checkpoint(record=False)
    return log


FORGERIES: dict[str, Any] = {
    "an unknown flag": lambda log: log.note(flags=4),
    "a trading flag the type does not have": lambda log: log.note(flags=2),
    "a trading type without its flag": lambda log: log.order(3, flags=1),
    "another format": lambda log: log.note(format=2),
    "a gap in seq": lambda log: log.note(seq=99),
    "falling book time": lambda log: log.note(time=5),
    "a derived record at another time": lambda log: (log.note(), log.order(3, time=log.time + 1)),
    "a derived record of another cascade": lambda log: (log.note(), log.order(3, root=8)),
    "a derived record without a cause": lambda log: (log.note(), log.order(3, cause=NONE)),
    "a cause before the cascade": lambda log: (log.note(), log.order(3, cause=2)),
    "a cause that comes later": lambda log: log.note(cause=10_000),
    "a cause that is the record itself": lambda log: log.note(cause=len(log.records)),
    "a row without a cause": lambda log: log.note(row=3),
    "an input with another root": lambda log: log.note(root=0),
    "an epoch nobody opened": lambda log: log.note(epoch=1),
    "an epoch opened in another": lambda log: log.say("log.epoch_opened", {"epoch": 7, "reason": "x"}, epoch=6),
    "an undeclared type": lambda log: log.note(type=99),
    "an undeclared version": lambda log: log.note(version=2),
    "an undeclared source": lambda log: log.note(source=9),
    "a source that may not say it": lambda log: log.note(source=3),
    "the log saying a strategy's word": lambda log: log.order(3) and log.note(source=0),
    "a type declared twice": lambda log: log.declare("demo.noted", 16, False, ["kernel"], "text:str count:int"),
    "an id with another name": lambda log: log.declare("demo.other", 16, False, ["kernel"], "a:int", version=1),
    "a name with another id": lambda log: log.declare("demo.noted", 40, False, ["kernel"], "a:int"),
    "an id of the log's own": lambda log: log.declare("demo.low", 9, False, ["kernel"], "a:int"),
    "a name of the log's own": lambda log: log.declare("log.other", 40, False, ["kernel"], "a:int"),
    "a name that the decision digest cannot count": lambda log: log.declare("é" * 2**15, 40, True, ["kernel"], "a:int"),
    "an unknown kind": lambda log: log.declare("demo.odd", 40, False, ["kernel"], "a:decimal"),
    "a field declared twice": lambda log: log.declare("demo.odd", 40, False, ["kernel"], "a:int a:int"),
    "roles out of order": lambda log: log.declare("demo.odd", 40, False, ["risk", "kernel"], "a:int"),
    "a source declared twice": lambda log: log.say("log.source_declared", {"id": 1, "name": "x", "role": "kernel"}),
    "a source named twice": lambda log: log.say("log.source_declared", {"id": 8, "name": "feed", "role": "kernel"}),
    "a checkpoint of the future": lambda log: log.say("log.checkpointed", {"size": 999, "note_hash": "0" * 64}),
    "a checkpoint that never was": lambda log: log.say("log.checkpointed", {"size": 3, "note_hash": "0" * 64}),
    "a cut that is not there": lambda log: log.say("log.tail_cut", {"sha256": "0" * 64, "bytes": 1}),
    "a cut with a path for a name": lambda log: log.say("log.tail_cut", {"sha256": "../x", "bytes": 1}),
    "a blob that is not there": lambda log: log.note(blobs=[(5, bytes(32))]),
    "a blob of another length": lambda log: log.note(blobs=[(9, log.blob(b"hello")[1])]),
    "a blob of two lengths": lambda log: (log.note(blobs=[log.blob(b"a")]), log.note(blobs=[(2, log.blob(b"a")[1])])),
    "a pruning of the future": lambda log: log.say(
        "log.bodies_pruned", {"first": 1, "last": 999, "reason": "x", "person": "y"}
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_a_signed_forgery_breaks_a_rule(tmp_path: Path, name: str) -> None:
    log = forged(FORGERIES[name])
    verdict = both(log.write(tmp_path), log.vkey)
    assert verdict.exit_code == 3
    assert verdict.first_bad_seq >= 8 or name == "a checkpoint that never was"
    assert verdict.findings[0].proved >= 8


def test_the_honest_version_of_every_forgery_holds(tmp_path: Path) -> None:
    log = forged(lambda log: (log.note(), log.order(3), log.block(70), log.order(4, row=69)))
    assert both(log.write(tmp_path), log.vkey).exit_code == 0


def test_a_group_that_begins_inside_a_cascade_is_refused(tmp_path: Path) -> None:
    log = small_log()
    log.commit()
    log.order(5)
    log.checkpoint(record=False)
    assert both(log.write(tmp_path), log.vkey).exit_code == 3


def noted(body: bytes) -> ReferenceLog:
    return forged(lambda log: log.say("demo.noted", {}, source=1, body=body))


GOOD_NOTE = b"\x82\xa4text\xa2hi\xa5count\x07"
BODIES = {
    "a field out of order": b"\x82\xa5count\x07\xa4text\xa2hi",
    "a field missing": b"\x81\xa4text\xa2hi",
    "a field too many": b"\x83\xa4text\xa2hi\xa5count\x07\xa1x\x01",
    "a field twice": b"\x82\xa4text\xa2hi\xa4text\xa2hi",
    "another type": b"\x82\xa4text\x01\xa5count\x07",
    "a boolean for an integer": b"\x82\xa4text\xa2hi\xa5count\xc3",
    "a long integer": b"\x82\xa4text\xa2hi\xa5count\xcc\x07",
    "a longer integer": b"\x82\xa4text\xa2hi\xa5count\xcd\x00\xff",
    "a signed spelling": b"\x82\xa4text\xa2hi\xa5count\xd0\x07",
    "an integer over 64 bits": b"\x82\xa4text\xa2hi\xa5count\xcf" + b"\xff" * 8,
    "a long string": b"\x82\xa4text\xd9\x02hi\xa5count\x07",
    "a long map": b"\xde\x00\x02\xa4text\xa2hi\xa5count\x07",
    "a long name": b"\x82\xd9\x04text\xa2hi\xa5count\x07",
    "binary for text": b"\x82\xa4text\xc4\x02hi\xa5count\x07",
    "broken UTF-8": b"\x82\xa4text\xa2\xff\xfe\xa5count\x07",
    "text not in NFC": b"\x82\xa4text\xa3e\xcc\x81\xa5count\x07",
    "bytes behind": GOOD_NOTE + b"\xc0",
    "bytes missing": GOOD_NOTE[:-1],
    "an integer cut short": b"\x82\xa4text\xa2hi\xa5count\xcf\x00" + b"\xff" * 6,
    "a negative integer cut short": b"\x82\xa4text\xa2hi\xa5count\xd3\x80" + bytes(5),
    "no map": b"\x92\xa2hi\x07",
    "an array of pairs": b"\x94\xa4text\xa2hi\xa5count\x07",
}


@pytest.mark.parametrize("name", BODIES)
def test_a_body_that_is_not_canonical_is_refused(tmp_path: Path, name: str) -> None:
    log = noted(BODIES[name])
    verdict = both(log.write(tmp_path), log.vkey)
    assert (verdict.exit_code, verdict.first_bad_seq) == (3, 11)


def test_the_canonical_body_beside_them_is_taken(tmp_path: Path) -> None:
    log = noted(GOOD_NOTE)
    assert both(log.write(tmp_path), log.vkey).exit_code == 0


FLOATS = {
    "an integer": b"\x07",
    "a float32": b"\xca\x3f\x80\x00\x00",
    "-0.0": b"\xcb\x80" + bytes(7),
    "infinity": b"\xcb\x7f\xf0" + bytes(6),
    "minus infinity": b"\xcb\xff\xf0" + bytes(6),
    "NaN": b"\xcb\x7f\xf8" + bytes(6),
    "a signalling NaN": b"\xcb\x7f\xf0" + bytes(5) + b"\x01",
    "nil": b"\xc0",
}


@pytest.mark.parametrize("name", FLOATS)
def test_a_float_field_holds_one_finite_float64(tmp_path: Path, name: str) -> None:
    log = ReferenceLog()
    log.declare_demo()
    log.declare("demo.priced", 30, False, ["kernel"], "price:float")
    log.say("demo.priced", {"price": 0.5}, source=1)
    log.say("demo.priced", {"price": 0.0}, source=1)
    at = log.say("demo.priced", {}, source=1, body=b"\x81\xa5price" + FLOATS[name])
    log.checkpoint(record=False)
    verdict = both(log.write(tmp_path), log.vkey)
    assert (verdict.exit_code, verdict.first_bad_seq) == (3, at)


KINDS = {
    "optional:float": ([b"\xc0", b"\xcb\x3f" + bytes(7)], [b"\x01", b"\xcb\x80" + bytes(7), b"\xa1x"]),
    "list:int": ([b"\x90", b"\x92\x01\xff"], [b"\xdc\x00\x01\x01", b"\x91\xa1x", b"\xc0"]),
    "list:str": ([b"\x91\xa1x"], [b"\x91\xa3e\xcc\x81"]),
    "map:int": (
        [b"\x80", b"\x82\xa1a\x01\xa1b\x02"],
        [b"\x82\xa1b\x01\xa1a\x02", b"\x82\xa1a\x01\xa1a\x02", b"\x81\x01\x01"],
    ),
    "map:float": ([b"\x81\xa1a\xcb\x3f" + bytes(7)], [b"\x81\xa1a\xcb\x7f\xf8" + bytes(6), b"\x81\xa3e\xcc\x81\x01"]),
    "u256": ([b"\xc4\x20" + bytes(32)], [b"\xc4\x1f" + bytes(31), b"\xc5\x00\x20" + bytes(32)]),
    "column:<i8": ([b"\xc4\x08" + bytes(8), b"\xc4\x00"], [b"\xc4\x07" + bytes(7)]),
    "list:column:<i4": ([b"\x91\xc4\x04" + bytes(4)], [b"\x91\xc4\x05" + bytes(5)]),
    "bytes": ([b"\xc4\x03abc"], [b"\xa3abc", b"\xc5\x00\x03abc"]),
    "bool": ([b"\xc2", b"\xc3"], [b"\x01", b"\xc0"]),
    "int": ([b"\xd3\x80" + bytes(7), b"\xcf\x7f" + b"\xff" * 7, b"\xd0\xdf"], [b"\xd0\xe0", b"\xcf\x80" + bytes(7)]),
    "optional:list:map:int": ([b"\xc0", b"\x91\x81\xa1a\x05"], [b"\x91\x81\xa1a\xc0"]),
}


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (good, _) in KINDS.items() for value in good])
def test_a_value_of_its_kind_is_taken(tmp_path: Path, kind: str, value: bytes) -> None:
    assert both(one_value(kind, value).write(tmp_path), one_value(kind, value).vkey).exit_code == 0


@pytest.mark.parametrize(("kind", "value"), [(kind, value) for kind, (_, bad) in KINDS.items() for value in bad])
def test_a_value_of_another_kind_is_refused(tmp_path: Path, kind: str, value: bytes) -> None:
    assert both(one_value(kind, value).write(tmp_path), one_value(kind, value).vkey).exit_code == 3


def one_value(kind: str, value: bytes) -> ReferenceLog:
    log = ReferenceLog()
    log.declare_demo()
    log.declare("demo.valued", 30, False, ["kernel"], f"it:{kind}")
    log.say("demo.valued", {}, source=1, body=b"\x81\xa2it" + value)
    log.checkpoint(record=False)
    return log


def test_a_column_of_another_length_than_its_rows_is_refused(tmp_path: Path) -> None:
    log = small_log()
    values = {"rows": 2, "chunk_root": bytes(32), "time_msc": bytes(16), "series": bytes(4), "close": bytes(8)}
    log.say("market.bar_block", values, source=2)
    log.checkpoint(record=False)
    assert both(log.write(tmp_path), log.vkey).exit_code == 3


def test_a_missing_body_needs_a_pruning_under_a_later_checkpoint(tmp_path: Path) -> None:
    def pruned(first: int, last: int, *, signed: bool) -> ReferenceLog:
        log = small_log()
        log.checkpoint(record=False)
        log.say("log.bodies_pruned", {"first": first, "last": last, "reason": "old", "person": "ada"})
        log.commit()
        if signed:
            log.checkpoint(record=False)
        log.prune(6, 6)
        return log

    for folder, log, exit_code in (
        ("good", pruned(6, 7, signed=True), 0),
        ("unsigned", pruned(6, 7, signed=False), 3),
        ("elsewhere", pruned(7, 7, signed=True), 3),
    ):
        verdict = both(log.write(tmp_path / folder), log.vkey)
        assert (folder, verdict.exit_code) == (folder, exit_code)
        assert verdict.first_bad_seq == (-1 if exit_code == 0 else 6)


def test_the_logs_own_bodies_are_never_pruned(tmp_path: Path) -> None:
    log = small_log()
    log.say("log.bodies_pruned", {"first": 0, "last": 3, "reason": "old", "person": "ada"})
    log.checkpoint(record=False)
    log.records[2].pruned = True
    assert both(log.write(tmp_path), log.vkey).first_bad_seq == 2


def test_a_blob_may_be_missing_only_when_all_that_name_it_are_pruned(tmp_path: Path) -> None:
    def log_with(last: int) -> tuple[ReferenceLog, str]:
        log = small_log()
        blob = log.blob(b"content")
        first = log.note(blobs=[blob])
        log.note(blobs=[blob])
        log.say("log.bodies_pruned", {"first": first, "last": first + last, "reason": "old", "person": "ada"})
        log.checkpoint(record=False)
        log.prune(first, first + last)
        return log, f"blobs/{blob[1].hex()[:2]}/{blob[1].hex()}"

    for last, exit_code in ((0, 3), (1, 0)):
        log, path = log_with(last)
        files = log.files()
        del files[path]
        assert both(write_files(tmp_path / str(last), files), log.vkey).exit_code == exit_code
        files[path] = b"CONTENT"
        assert both(write_files(tmp_path / f"altered {last}", files), log.vkey).exit_code == 3
