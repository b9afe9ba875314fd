"""The verbs that only read: they show what the log holds, and one JSON document when asked."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest

from tallystick.events.outside import outside_verifier
from tallystick.events.reader import LogReader
from tallystick.events.signer import create_key
from tallystick.events.tamper import Tampering
from tallystick.events.writer import LogWriter
from tallystick.platform.cli.lineage import Lineage
from tests.said import Say
from tests.unit.cli.hand_book import ORIGIN, HandBook


def size_of(book: HandBook) -> int:
    """Records in its log: it declares every type there is."""
    return len(LogReader(book.folder / "log"))


def test_verify_holds_under_the_users_own_key_and_under_a_given_one(say: Say, hand_book: HandBook) -> None:
    own = say("audit", "verify", hand_book.folder, "--json")
    given = say("audit", "verify", hand_book.folder / "log", "--key", hand_book.vkey, "--json")
    assert own.code == given.code == 0
    assert own.document["records"] == given.document["records"] == size_of(hand_book)
    assert own.document["origin"] == ORIGIN
    assert "outside_verifier.py" in say("audit", "verify", hand_book.folder).out


def test_a_changed_byte_names_the_record_and_what_to_do(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    copy = tmp_path / "book"
    (copy / "log" / "checkpoints").mkdir(parents=True)
    for path in (hand_book.folder / "log").rglob("*"):
        if path.is_file() and path.name != "writer.lock":
            (copy / "log" / path.relative_to(hand_book.folder / "log")).parent.mkdir(parents=True, exist_ok=True)
            (copy / "log" / path.relative_to(hand_book.folder / "log")).write_bytes(path.read_bytes())
    segment = next((copy / "log").glob("*.seg"))
    raw = bytearray(segment.read_bytes())
    raw[-100] ^= 1
    segment.write_bytes(raw)
    said = say("audit", "verify", copy)
    assert said.code == 3
    assert "INTEGRITY record " in said.out
    assert said.out.rstrip().splitlines()[-1].startswith("Do: ")
    tested = say("audit", "tamper-test", copy, "--json")
    assert tested.code == 3


def test_under_a_key_of_ones_own_that_is_another_the_verdict_says_whose_key_it_was(
    say: Say, hand_book: HandBook, tmp_path: Path
) -> None:
    create_key(tmp_path / "signing.key", "tallystick")
    said = say("audit", "verify", hand_book.folder, "--home", tmp_path)
    assert said.code == 3
    assert said.out.splitlines()[1].startswith("No --key was given, so it was verified under your own key")
    assert "No --key" not in say("audit", "verify", hand_book.folder).out


def test_torn_bytes_behind_a_signed_log_are_told_as_that_by_both(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    log = copytree(hand_book.folder / "log", tmp_path / "log", ignore=ignore_patterns("writer.lock"))
    with next(Path(log).glob("*.seg")).open("ab") as file:
        file.write(b"torn")
    said = say("audit", "verify", log)
    outside = subprocess.run(
        [sys.executable, outside_verifier.__file__, log, "--key", hand_book.vkey],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (said.code, outside.returncode) == (1, 1)
    for words in (said.out, outside.stdout):
        assert words.startswith("HOLDS, but bytes stand behind its end")
    assert said.out.splitlines()[-1].startswith("Do: start its run again")


def test_head_names_the_log_without_verifying(say: Say, hand_book: HandBook) -> None:
    said = say("audit", "head", hand_book.folder, "--json")
    verified = say("audit", "verify", hand_book.folder, "--json").document
    assert said.code == 0
    assert said.document["head"] == verified["head"]
    assert said.document["decision_digest"] == verified["decision_digest"]
    assert said.document["own_key"] == hand_book.vkey
    assert "Not verified here" in say("audit", "head", hand_book.folder).out


def test_a_bundle_is_accepted_by_the_outside_verifier(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    for words in ([hand_book.seqs["stop"]], [hand_book.seqs["second_block"], "--row", 1]):
        said = say("audit", "prove", words[0], hand_book.folder, *words[1:], "-o", proof, "--json")
        assert said.code == 0
        assert outside_verifier.main(["--bundle", str(proof), "--key", hand_book.vkey]) == 0


def test_the_outside_verifier_is_handed_over_and_accepts_the_log(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    file = tmp_path / "outside_verifier.py"
    assert say("audit", "verifier", "-o", file, "--json").document["file"] == str(file)
    command = [sys.executable, "-I", str(file), str(hand_book.folder / "log"), "--key", hand_book.vkey, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert json.loads(done.stdout)["records"] == size_of(hand_book)
    file.write_text("mine", encoding="utf-8")
    assert say("audit", "verifier", "-o", file).code == 2
    assert file.read_text(encoding="utf-8") == "mine"


def test_tamper_test_finds_every_damage_and_leaves_the_log_alone(say: Say, hand_book: HandBook) -> None:
    before = {path: path.read_bytes() for path in (hand_book.folder / "log").rglob("*.seg")}
    said = say("audit", "tamper-test", hand_book.folder, "--json")
    assert said.code == 0
    tried = said.document["tried"]
    assert len(tried) >= 10
    assert sum(each["found"] for each in tried) == said.document["found"] >= 9
    assert all(each["found"] or not each["applicable"] for each in tried)
    assert before == {path: path.read_bytes() for path in before}


def test_a_copy_from_a_disc_that_nobody_writes_is_damaged_all_the_same(
    say: Say, hand_book: HandBook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = copytree(hand_book.folder / "log", tmp_path / "log", ignore=ignore_patterns("writer.lock"))
    modes: set[int] = set()

    def look(copy: Path) -> str:
        modes.update(path.stat().st_mode & 0o200 for path in copy.rglob("*"))
        return "looked"

    monkeypatch.setattr("tallystick.events.tamper.TAMPERINGS", (Tampering("look", "", "", look),))
    for path in (*log.rglob("*"), log):
        path.chmod(0o500 if path.is_dir() else 0o400)
    say("audit", "tamper-test", log, "--key", hand_book.vkey)
    for path in (log, *log.rglob("*")):
        path.chmod(0o700)
    assert modes == {0o200}


def test_export_writes_every_record_decoded(say: Say, hand_book: HandBook, tmp_path: Path) -> None:
    lines = [json.loads(line) for line in say("audit", "export", hand_book.folder).out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(size_of(hand_book)))
    reader = LogReader(hand_book.folder / "log")
    assert [line["leaf_hash"] for line in lines] == [leaf.hex() for leaf in reader.leaves()]
    block = lines[hand_book.seqs["first_block"]]["body"]
    assert block["rows"] == len(block["bid_close"]) == 5
    file = tmp_path / "log.csv"
    said = say("audit", "export", hand_book.folder, "--format", "csv", "-o", file, "--json")
    assert said.document["records"] == size_of(hand_book)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    assert [json.loads(row["body"]) for row in rows] == [line["body"] for line in lines]


def test_a_day_that_ends_an_export_is_whole_and_an_empty_range_is_said(say: Say, hand_book: HandBook) -> None:
    day = say("audit", "export", hand_book.folder, "--from", "2014-05-02", "--to", "2014-05-02").out.splitlines()
    moments = [json.loads(line)["time_utc"] for line in say("audit", "export", hand_book.folder).out.splitlines()]
    assert len(day) == sum(moment.startswith("2014-05-02") for moment in moments) > 0
    beyond = say("audit", "export", hand_book.folder, "--from", "20140502")
    assert (beyond.code, beyond.out) == (0, "")
    assert "no record is in this range" in beyond.err


def test_where_bodies_were_pruned_nothing_is_told_as_if_they_were_there(say: Say, tmp_path: Path) -> None:
    book = HandBook(tmp_path / "book", tmp_path / "home").write()
    with LogWriter(book.folder / "log", ORIGIN) as writer:
        writer.prune(0, writer.committed - 1, reason="kept long enough", person="owner", signer=book.signer)
    looked = ("--home", tmp_path / "home")
    why = say("why", book.seqs["stop"], book.folder, *looked)
    assert why.code == 0
    assert "Bodies were pruned" in why.out
    assert "No market row is among its causes" not in why.out
    report = say("report", book.folder, *looked)
    assert report.code == 1
    assert "is in no figure here" in report.out
    assert "first 0, last" in say("events", "tail", book.folder, *looked).out


def test_export_takes_bounds_in_seqs_and_in_times(say: Say, hand_book: HandBook) -> None:
    by_seq = say("audit", "export", hand_book.folder, "--from", "60", "--to", "62").out.splitlines()
    assert [json.loads(line)["seq"] for line in by_seq] == [60, 61, 62]
    by_time = say("audit", "export", hand_book.folder, "--from", "2014-05-02T05:20:01").out.splitlines()
    assert json.loads(by_time[0])["seq"] == hand_book.seqs["second_block"]
    undated = sum(header.time == 0 for header in LogReader(hand_book.folder / "log").headers())
    assert say("audit", "export", hand_book.folder, "--to", "1970-01-02").out.count("\n") == undated > 20


def test_show_tells_fields_with_units_and_meanings(say: Say, hand_book: HandBook) -> None:
    said = say("events", "show", hand_book.seqs["deal"], hand_book.folder)
    assert "0.10 lots" in said.out
    assert "position identifier" in said.out
    document = say("events", "show", hand_book.seqs["deal"], hand_book.folder, "--json").document
    assert document["body"]["volume"] == 10_000_000
    assert document["type"] == "deal.made"


def test_a_verdict_is_shown_in_the_unit_of_its_rule_wherever_it_is_told(say: Say, hand_book: HandBook) -> None:
    denied, text = hand_book.seqs["denied"], "rule volume_max, limit 10.00 lots, value 40.00 lots"
    assert text in say("events", "tail", hand_book.folder, "--type", "order.denied").out
    assert text in " ".join(say("why", denied, hand_book.folder).out.split())
    shown = say("events", "show", denied, hand_book.folder)
    assert "10.00 lots" in shown.out
    assert "40.00 lots" in shown.out
    document = say("events", "show", denied, hand_book.folder, "--json").document
    assert (document["body"]["limit"], document["body"]["value"]) == (1_000_000_000, 4_000_000_000)
    assert {each["unit"] for each in document["fields"] if each["name"] in {"limit", "value"}} == {"1e-8 lots"}


def test_tail_shows_the_last_records_of_a_type(say: Say, hand_book: HandBook) -> None:
    document = say("events", "tail", hand_book.folder, "--type", "order.*", "-n", 2, "--json").document
    assert [each["type"] for each in document["records"]] == ["order.denied", "order.sending"]
    assert len(say("events", "tail", hand_book.folder, "-n", 3).out.splitlines()) == 3


def test_why_a_stop_loss_shows_the_row_that_hit_it_and_the_order_that_opened(say: Say, hand_book: HandBook) -> None:
    document = say("why", hand_book.seqs["stop"], hand_book.folder, "--json").document
    by_cause, by_position = document["chain"]["rests_on"]
    assert by_cause["row"]["number"] == 1
    assert by_cause["row"]["bid_low"] == 1.38 + 0.001 * 6
    assert by_cause["row"]["time_utc"] == "2014-05-02 07:20:00Z"
    assert by_position["seq"] == hand_book.seqs["deal"]
    text = say("why", hand_book.seqs["stop"], hand_book.folder).out
    assert "its position was opened by" in text
    assert "fast 1.3836, slow 1.3821" in text


def test_why_any_deal_or_denial_reaches_a_market_row(hand_book: HandBook) -> None:
    lineage = Lineage(LogReader(hand_book.folder / "log"))
    for name in ("deal", "stop", "denied", "swap"):
        rows = [step.row for step in lineage.of(hand_book.seqs[name]).steps() if step.row is not None]
        assert rows, name
    chain = [step.envelope.type for step in lineage.of(hand_book.seqs["deal"]).steps()]
    assert chain == [
        "deal.made", "order.sending", "order.approved", "order.requested", "target.set", "signal.raised",
        "decision.explained", "market.bar_block",
    ]  # fmt: skip


def test_doctor_goes_on_where_the_keys_folder_cannot_be_looked_into(say: Say, tmp_path: Path) -> None:
    said = say("doctor", "--home", tmp_path / ("x" * 300), "--json")
    found = {each["check"]: each for each in said.document["checks"]}
    assert found["signing key"]["status"] == (
        "note" if os.name == "nt" else "wrong"
    )  # Windows says that it is not there
    assert "disk" in found


def test_doctor_looks_at_the_machine_and_at_a_book(say: Say, hand_book: HandBook) -> None:
    said = say("doctor", hand_book.folder, "--json")
    found = {each["check"]: each for each in said.document["checks"]}
    assert said.code == (0 if said.document["ok"] else 1)
    assert found["signing key"]["status"] == "ok"
    assert f"{size_of(hand_book)} records" in found["log head"]["found"]
    assert all(each["fix"] for each in said.document["checks"] if each["status"] in {"missing", "wrong"})
    assert "check" in say("doctor").out
