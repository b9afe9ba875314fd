"""Who may read a secret's file on Windows: read off its access list, whatever path and language say."""

import os
from pathlib import Path

import pytest

from tallystick.events.signer import KeyFileError, create_key, load_key
from tallystick.events.windows_access import _granted, others_with_access, restrict_to_user

USER = "S-1-5-21-1-2-3-1001"
on_windows = pytest.mark.skipif(os.name != "nt", reason="Windows' access lists; run on Windows, or `python -m ci.wine`")


@pytest.mark.parametrize(
    ("written", "accounts"),
    [
        (f"D:P(A;;FA;;;{USER})", [USER]),
        (f"D:PAI(A;;FA;;;SY)(A;ID;FA;;;BA)(A;ID;0x1200a9;;;{USER})", ["SY", "BA", USER]),
        (f"D:(A;;FA;;;{USER})(D;;FA;;;WD)", [USER]),
        (f'D:(XA;;FR;;;WD;(@USER.Title=="x"))(A;;FA;;;{USER})', ["WD", USER]),
        ("D:NO_ACCESS_CONTROL", None),
        ("", None),
        ("D:P", []),
    ],
)
def test_accounts_are_read_off_a_list(written: str, accounts: list[str] | None) -> None:
    assert _granted(written) == accounts


@on_windows
def test_a_file_that_everybody_may_read_is_told_from_ones_own(tmp_path: Path) -> None:
    path = tmp_path / f"{os.environ.get('USERNAME', 'me')}.key"  # a path that holds the user's name
    path.write_text("secret", encoding="utf-8")
    restrict_to_user(path)
    assert others_with_access(path) == []
    _grant_everybody(path)
    assert others_with_access(path) == ["WD"]


@on_windows
def test_a_key_that_others_may_read_is_refused_until_it_is_ones_own_again(tmp_path: Path) -> None:
    path = tmp_path / "signing.key"
    create_key(path, "tallystick")
    load_key(path)
    _grant_everybody(path)
    with pytest.raises(KeyFileError, match="others may read the signing key"):
        load_key(path)
    restrict_to_user(path)
    load_key(path)


@on_windows
def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="WinError"):
        others_with_access(tmp_path / "none")
    with pytest.raises(OSError, match="WinError"):
        restrict_to_user(tmp_path / "none")


def _grant_everybody(path: Path) -> None:
    from tallystick.events.windows_access import _ACCESS_LIST, _advapi, _must, _parsed

    _must(_advapi().SetFileSecurityW(str(path), _ACCESS_LIST, _parsed("D:P(A;;FA;;;WD)")))
