"""Bundles that a stranger checks, and damage done on purpose with the verdict it must get."""

import json
import struct
from pathlib import Path

import pytest

from tallystick.events import bundle
from tallystick.events.errors import IntegrityError, UsageError
from tallystick.events.note import VerifierKey
from tallystick.events.outside import outside_verifier
from tallystick.events.tamper import TAMPERINGS, NotApplicable, Tampering
from tests.unit.proof.reference_writer import ReferenceLog, sealed_log
from tests.unit.proof.verdicts import both


@pytest.fixture
def log() -> ReferenceLog:
    return sealed_log()


@pytest.fixture
def folder(log: ReferenceLog, tmp_path: Path) -> Path:
    return log.write(tmp_path / "log")


@pytest.fixture
def key(log: ReferenceLog) -> VerifierKey:
    return VerifierKey.parse(log.vkey)


def seq_of(log: ReferenceLog, type_name: str) -> int:
    return next(seq for seq, r in enumerate(log.records) if r.type_name == type_name and not r.pruned)


@pytest.mark.parametrize("type_name", ["demo.noted", "order.requested", "market.bar_block", "log.epoch_opened"])
def test_a_bundle_is_accepted_with_the_public_key_alone(
    log: ReferenceLog, folder: Path, key: VerifierKey, tmp_path: Path, type_name: str
) -> None:
    seq = seq_of(log, type_name)
    path = tmp_path / "bundle.json"
    bundle.save(bundle.prove(folder, key, seq), path)
    proved = bundle.check(bundle.load(path), key)
    assert (proved.header.seq, proved.type_name) == (seq, type_name)
    assert outside_verifier.main(["--bundle", str(path), "--key", str(key)]) == 0


@pytest.mark.parametrize("row", [0, 63, 64, 149])
def test_one_row_of_a_block_is_proved_through_its_chunk(
    log: ReferenceLog, folder: Path, key: VerifierKey, row: int
) -> None:
    made = bundle.prove(folder, key, seq_of(log, "market.bar_block"), row=row)
    assert bundle.check(made, key).row == row
    outside = outside_verifier.verify_bundle(made, outside_verifier.read_key(log.vkey))
    (price,) = struct.unpack_from("<d", bytes.fromhex(outside["body"]["close"]), 8 * row)
    assert (outside["exit"], outside["row"]["index"], outside["row"]["close"]) == (0, row, price)
    close = bytes.fromhex(made["row"]["chunk"]["close"])
    for chunk in ((bytes(8) + close[8:]).hex(), close.hex().upper(), f" {close.hex()}"):
        made["row"]["chunk"]["close"] = chunk
        refused_by_both(made, key)
    made["row"] = {}
    refused_by_both(made, key)


def test_blobs_travel_along_when_asked(log: ReferenceLog, folder: Path, key: VerifierKey) -> None:
    seq = next(seq for seq, r in enumerate(log.records) if r.header[114] and not r.pruned)
    made = bundle.prove(folder, key, seq, with_blobs=True)
    assert made["blobs"]
    assert bundle.check(made, key)
    assert outside_verifier.verify_bundle(made, outside_verifier.read_key(log.vkey))["exit"] == 0
    made["blobs"] = dict.fromkeys(made["blobs"], "AAAA")
    refused_by_both(made, key)


def test_no_row_beyond_the_block_and_no_bundle_of_what_is_not_signed(
    log: ReferenceLog, folder: Path, key: VerifierKey
) -> None:
    with pytest.raises(UsageError, match="count from 0"):
        bundle.prove(folder, key, seq_of(log, "market.bar_block"), row=150)
    with pytest.raises(UsageError, match="no checkpoint"):
        bundle.prove(folder, key, 10_000)
    with pytest.raises(UsageError, match="pruned"):
        bundle.prove(folder, key, next(seq for seq, r in enumerate(log.records) if r.pruned))


def test_every_hex_digit_of_a_bundle_counts(log: ReferenceLog, folder: Path, key: VerifierKey) -> None:
    made = bundle.prove(folder, key, seq_of(log, "demo.noted"))
    for part in (made["record"], *made["declarations"]):
        for name in ("header", "body"):
            whole = part[name]
            for at in range(0, len(whole), 7):
                part[name] = whole[:at] + ("0" if whole[at] != "0" else "1") + whole[at + 1 :]
                refused_by_both(made, key)
            part[name] = whole
        for at, sibling in enumerate(part["path"]):
            part["path"][at] = sibling[:-1] + ("0" if sibling[-1] != "0" else "1")
            refused_by_both(made, key)
            part["path"][at] = sibling
    assert bundle.check(made, key)


def test_a_bundle_under_another_key_or_without_declarations_is_refused(
    log: ReferenceLog, folder: Path, key: VerifierKey
) -> None:
    made = bundle.prove(folder, key, seq_of(log, "demo.noted"))
    refused_by_both(made, VerifierKey.parse(ReferenceLog(seed=bytes(32)).vkey))
    refused_by_both({**made, "declarations": made["declarations"][:1]}, key)
    refused_by_both({**made, "declarations": [made["record"]]}, key)
    refused_by_both({**made, "format": "tallystick/bundle/2"}, key)
    cut = {"header": "", "body": ""}
    for malformed in ({"format": bundle.FORMAT}, {**made, "checkpoint": 1}, {**made, "record": cut}):
        with pytest.raises(IntegrityError):
            bundle.check(malformed, key)


def refused_by_both(made: bundle.Json, key: VerifierKey) -> None:
    made = json.loads(json.dumps(made))
    with pytest.raises(IntegrityError):
        bundle.check(made, key)
    with pytest.raises((outside_verifier.Broken, ValueError, KeyError)):
        outside_verifier.verify_bundle(made, outside_verifier.read_key(str(key)))


@pytest.mark.parametrize("way", TAMPERINGS, ids=lambda way: way.name)
def test_each_way_of_tampering_gets_the_verdict_it_names(log: ReferenceLog, folder: Path, way: Tampering) -> None:
    assert both(folder, log.vkey).exit_code == 0
    assert way.damage(folder)
    verdict = both(folder, log.vkey)
    assert verdict.exit_code == way.exit_code
    assert verdict.findings


def test_there_are_at_least_ten_ways() -> None:
    assert len({way.name for way in TAMPERINGS}) >= 10


def test_a_way_that_finds_nothing_to_damage_says_so(tmp_path: Path) -> None:
    log = ReferenceLog()
    log.declare_demo()
    log.checkpoint(record=False)
    log.write(tmp_path)
    ways = {way.name: way for way in TAMPERINGS}
    for name in ("flip-blob", "delete-checkpoint"):
        with pytest.raises(NotApplicable):
            ways[name].damage(tmp_path)
