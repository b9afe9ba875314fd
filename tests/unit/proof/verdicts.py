"""Both verifiers on one folder, the inside one both ways: they must agree in everything they both say."""

from pathlib import Path
from typing import Any

from tallystick.events.findings import Verdict
from tallystick.events.outside import outside_verifier
from tallystick.events.verify import verify
from tests.unit.log.ways import way

Outside = dict[str, Any]


def both(folder: Path, vkey: str, trusted: bytes | None = None) -> Verdict:
    """The in-package verdict, which is one in Python and in compiled loops, and which the outside verifier shares."""
    with way(loops=False):
        inside = verify(folder, vkey, trusted)
    with way(loops=True):
        assert verify(folder, vkey, trusted) == inside
    outside = outside_verifier.verify_log(folder, outside_verifier.read_key(vkey), trusted)
    bad = outside["first_bad_seq"]
    assert (inside.exit_code, inside.first_bad_seq) == (outside["exit"], -1 if bad is None else bad), (
        [str(each) for each in inside.findings],
        outside["broken"],
    )
    if inside.exit_code != 3:
        assert inside.records == outside["records"]
        assert inside.head == outside["head"]
        assert (inside.decision_digest, inside.decisions) == (outside["decision_digest"], outside["decisions"])
        assert (inside.unsigned_tail, inside.torn_bytes) == (outside["unsigned_tail"], outside["torn_bytes"])
        assert inside.proved_records == outside["proved_records"]
        assert list(inside.other_signatures) == outside["other_keys"]
    return inside
