"""Whether a replay runs the code of the run: by what the manifest says of it, not by what a file is called today."""

from hashlib import sha256

from tallystick.events.types.running import RunStarted
from tallystick.platform.cli.replay import lines_of
from tallystick.platform.kernel.manifest import package_hash, versions
from tallystick.platform.kernel.replaying import ReplayResult, differences_of


def started(package: str = "", **sources: bytes) -> RunStarted:
    return RunStarted(
        run=0,
        mode="sim",
        seed=0,
        durability="batch",
        modules=(),
        settings={},
        settings_hash="",
        sources={f"{name}.py": sha256(content).hexdigest() for name, content in sources.items()},
        package_hash=package or package_hash(),
        versions=dict(versions()),
        models={},
        data_hash="",
        resumed_from=-1,
        starting_rows=0,
        next_order=1,
    )


def test_the_file_of_then_is_that_under_another_name_too() -> None:
    manifest = started(cross=b"one", helper=b"two")
    assert differences_of(manifest, {"cross.py": b"one", "sent_by_mail.py": b"two"}) == ()
    assert differences_of(manifest, {"cross.py": b"two"}) == ("cross.py is another",)
    assert differences_of(manifest, {"new.py": b"three"}) == ("new.py was not there then",)


def test_other_code_of_ours_is_told_with_both_hashes_and_what_to_do() -> None:
    differences = differences_of(started(package="0123456789abcdef"))
    assert differences == (f"another version of Tallystick's code (files {package_hash()[:12]}, then 0123456789ab)",)
    first, second, _ = lines_of(ReplayResult(1, 5, 5, None, "", False, differences, 9))
    assert first.startswith("WHAT-IF: ")
    assert "tallystick doctor shows yours" in second
