"""Who may read a file, as Windows keeps it: an access list of accounts, asked and set through the system's own API.

Accounts are named by their SIDs as Windows writes them in its security descriptor language (SDDL): a path or the name
of a user says nothing here, and no other program is started.
"""

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

_ACCESS_LIST = 4  # DACL_SECURITY_INFORMATION
_NOT_INHERITED = 0x8000_0000  # PROTECTED_DACL_SECURITY_INFORMATION
_QUERY = 8  # TOKEN_QUERY
_USER = 1  # TokenUser
_NO_LIST = "NO_ACCESS_CONTROL"
_GRANTS_NOTHING = ("D", "OD", "XD")
_windows: Any = ctypes  # a part of it that is there on Windows alone


def restrict_to_user(path: Path) -> None:
    """Let nobody but this process's user read or change a file. Raises `OSError`."""
    descriptor = _parsed(f"D:P(A;;FA;;;{_user()})")
    _must(_advapi().SetFileSecurityW(str(path), _ACCESS_LIST | _NOT_INHERITED, descriptor))


def others_with_access(path: Path) -> list[str]:
    """Accounts that a file's list names beside this user, the system itself and its administrators.

    "everyone" where the file has no list, as on a disk that keeps none. Raises `OSError`.
    """
    accounts = _granted(_list_of(path))
    if accounts is None:
        return ["everyone"]
    ours = _granted(_written(_parsed(f"D:(A;;FA;;;{_user()})(A;;FA;;;SY)(A;;FA;;;BA)"))) or []
    return [account for account in accounts if account not in ours]


def _granted(written: str) -> list[str] | None:
    """Accounts to which a list in SDDL grants anything; None where there is no list, which grants all to everybody."""
    head, *entries = written.split("(")
    if not head.startswith("D:") or _NO_LIST in head:
        return None
    fields = [entry.rstrip(")").split(";") for entry in entries if entry.count(";") >= 5]  # kind;flags;rights;;;account
    return [entry[5] for entry in fields if entry[0] not in _GRANTS_NOTHING]


def _list_of(path: Path) -> str:
    advapi, size = _advapi(), ctypes.c_uint32()
    advapi.GetFileSecurityW(str(path), _ACCESS_LIST, None, 0, ctypes.byref(size))
    descriptor = ctypes.create_string_buffer(max(size.value, 1))
    _must(advapi.GetFileSecurityW(str(path), _ACCESS_LIST, descriptor, len(descriptor), ctypes.byref(size)))
    return _written(ctypes.addressof(descriptor))


def _written(descriptor: Any) -> str:
    text = ctypes.c_wchar_p()
    convert = _advapi().ConvertSecurityDescriptorToStringSecurityDescriptorW
    _must(convert(ctypes.c_void_p(descriptor), 1, _ACCESS_LIST, ctypes.byref(text), None))
    return text.value or ""


def _parsed(written: str) -> int:
    """Address of a descriptor; a few bytes that stay until the process ends."""
    descriptor = ctypes.c_void_p()
    convert = _advapi().ConvertStringSecurityDescriptorToSecurityDescriptorW
    _must(convert(written, 1, ctypes.byref(descriptor), None))
    return descriptor.value or 0


@cache
def _user() -> str:
    """SID of the user this process runs as."""
    advapi, token, size, text = _advapi(), ctypes.c_void_p(), ctypes.c_uint32(), ctypes.c_wchar_p()
    this_process = ctypes.c_void_p(-1)  # what GetCurrentProcess gives
    _must(advapi.OpenProcessToken(this_process, _QUERY, ctypes.byref(token)))
    advapi.GetTokenInformation(token, _USER, None, 0, ctypes.byref(size))
    user = ctypes.create_string_buffer(max(size.value, 1))
    _must(advapi.GetTokenInformation(token, _USER, user, len(user), ctypes.byref(size)))
    sid = ctypes.c_void_p.from_buffer(user)
    _must(advapi.ConvertSidToStringSidW(sid, ctypes.byref(text)))
    return text.value or ""


def _must(done: int) -> None:
    if not done:
        raise _windows.WinError(_windows.get_last_error())


@cache
def _advapi() -> Any:
    library: Any = _windows.WinDLL("advapi32", use_last_error=True)
    library.SetFileSecurityW.argtypes = ctypes.c_wchar_p, ctypes.c_uint32, ctypes.c_void_p
    return library
