"""What CPython's audit events say of a callback: files, sockets, processes, questions.

PEP 578; the table of events is docs.python.org/3/library/audit_events.html.
"""

from typing import Final

REFUSED: Final = {
    "open": ("file", "open"),
    "os.listdir": ("file", "os.listdir"),
    "os.scandir": ("file", "os.scandir"),
    "os.mkdir": ("file", "os.mkdir"),
    "os.remove": ("file", "os.remove"),
    "os.rename": ("file", "os.rename"),
    "os.truncate": ("file", "os.truncate"),
    "glob.glob": ("file", "glob"),
    "shutil.copyfile": ("file", "shutil.copyfile"),
    "shutil.move": ("file", "shutil.move"),
    "shutil.rmtree": ("file", "shutil.rmtree"),
    "sqlite3.connect": ("file", "sqlite3.connect"),
    "tempfile.mkstemp": ("file", "tempfile"),
    "tempfile.mkdtemp": ("file", "tempfile"),
    "socket.__new__": ("network", "socket"),
    "socket.connect": ("network", "socket.connect"),
    "socket.getaddrinfo": ("network", "socket.getaddrinfo"),
    "socket.gethostbyname": ("network", "socket.gethostbyname"),
    "socket.gethostname": ("network", "socket.gethostname"),
    "urllib.Request": ("network", "urllib.request"),
    "subprocess.Popen": ("process", "subprocess"),
    "os.system": ("process", "os.system"),
    "os.exec": ("process", "os.exec"),
    "os.fork": ("process", "os.fork"),
    "os.posix_spawn": ("process", "os.posix_spawn"),
    "os.spawn": ("process", "os.spawn"),
    "os.startfile": ("process", "os.startfile"),
    "builtins.input": ("question", "input"),
}
"""Audit event to kind of thing and the name to show."""
