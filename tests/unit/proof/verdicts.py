"""Both verifiers on one folder, the inside one in every way: they must agree in everything they both say."""

from pathlib import Path
from typing import Any

import pytest

from tallystick.events.findings import Verdict
from tallystick.events.outside import outside_verifier
from tallystick.events.verify import verify
from tests.unit.log.ways import way

Outside = dict[str, Any]


def both(folder: Path, vkey: str, trusted: bytes | None = None) -> Verdict:
    """The in-package verdict: in Python, in loops, by two threads in small windows; the outside one shares it."""
    with way(loops=False):
        inside = verify(folder, vkey, trusted)
    with way(loops=True):
        assert verify(folder, vkey, trusted) == inside
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tallystick.events.verify.WORTH_A_THREAD_BYTES", 1)
            look_through_small_windows(patch)
            assert verify(folder, vkey, trusted, cores=2) == inside
    outside = outside_verifier.verify_log(folder, outside_verifier.read_key(vkey), trusted)
    bad = outside["first_bad_seq"]
    assert (inside.exit_code, inside.first_bad_seq) == (outside["exit"], -1 if bad is None else bad), (
        [str(each) for each in inside.findings],
        outside["broken"],
    )
    said = [finding.fix for finding in inside.findings]
    assert all("the files untouched" in fix or "--key" in fix for fix in said), "what was found stays as it was found"
    if inside.exit_code != 3:
        assert inside.records == outside["records"]
        assert inside.head == outside["head"]
        assert (inside.decision_digest, inside.decisions) == (outside["decision_digest"], outside["decisions"])
        assert (inside.unsigned_tail, inside.torn_bytes) == (outside["unsigned_tail"], outside["torn_bytes"])
        assert inside.proved_records == outside["proved_records"]
        assert list(inside.other_signatures) == outside["other_keys"]
    return inside


def look_through_small_windows(patch: pytest.MonkeyPatch) -> None:
    """Let a verifier have no more of a segment at hand than some records, so that most groups are cut at first."""
    patch.setattr("tallystick.events.window.WINDOW_BYTES", 3_000)
    patch.setattr("tallystick.events.window.MARGIN_BYTES", 500)
    patch.setattr("tallystick.events.window.ANY_GROUP_BYTES", 9_000)
