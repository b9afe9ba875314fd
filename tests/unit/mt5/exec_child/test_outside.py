"""The network is warned of by name, once, on stderr and to the parent."""

import signal
import socket
import threading
from pathlib import Path

import pytest

from tests.unit.mt5.exec_child.bot_process import run_bot


def test_connections_and_look_ups_are_warned_of_once_each(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=_serve, args=(server,), daemon=True).start()
        bot = run_bot(
            tmp_path,
            f"""
import asyncio, socket
for _ in range(3):
    with socket.create_connection(("127.0.0.1", {port}), timeout=5) as link:
        print(link.recv(5).decode())
async def ask():
    reader, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", {port}), timeout=600)
    print((await asyncio.wait_for(reader.read(5), timeout=600)).decode())
    writer.close()
asyncio.run(ask())
try:
    socket.getaddrinfo("localhost", 80)
except OSError:
    pass
""",
        )
    assert bot.lines == ["hello"] * 4, bot.errors
    assert {(warning.name, warning.detail) for warning in bot.warnings} == {
        ("socket.getaddrinfo", "looks up 127.0.0.1"),
        ("socket.connect", f"connects to 127.0.0.1:{port}"),
        ("socket.getaddrinfo", "looks up localhost"),
    }
    assert bot.errors.count(f"warning[W590] socket.connect connects to 127.0.0.1:{port}: not deterministic") == 1


def test_a_slow_answer_of_the_network_is_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        threading.Thread(target=_serve, args=(server, 0.5), daemon=True).start()
        bot = run_bot(
            tmp_path,
            f"""
import asyncio
async def ask():
    reader, writer = await asyncio.open_connection("127.0.0.1", {port})
    print((await asyncio.wait_for(reader.read(5), timeout=30)).decode())
asyncio.run(ask())
""",
        )
    assert bot.lines == ["hello"], bot.errors


def test_a_server_of_the_bots_own_in_a_thread_may_wait_for_its_clients(tmp_path: Path) -> None:
    bot = run_bot(
        tmp_path,
        """
import http.server, threading, time, urllib.request
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
try:
    urllib.request.urlopen(f"http://127.0.0.1:{server.server_port}/", timeout=20)
except urllib.error.HTTPError as error:
    print(error.code)
server.shutdown()
""",
    )
    assert (bot.code, bot.lines) == (0, ["501"]), bot.errors
    assert {warning.name for warning in bot.warnings} >= {"socket.bind", "socket.connect", "threading.Thread"}


def test_a_question_to_a_person_is_warned_of(tmp_path: Path) -> None:
    bot = run_bot(tmp_path, "try:\n    input('sure? ')\nexcept EOFError:\n    print('nobody')\n")
    assert [(warning.name, warning.detail) for warning in bot.warnings] == [("builtins.input", "waits for a person")]


def test_what_stands_on_standard_input_reaches_the_bot(tmp_path: Path) -> None:
    told = tmp_path / "told"
    told.write_text("EURUSD\n0.1\n", encoding="utf-8")
    text = "import sys\nprint(input('symbol? '), input('lots? '))\nprint(repr(sys.stdin.read()))\n"
    with told.open() as lines:
        bot = run_bot(tmp_path, text, stdin=lines)
    assert bot.lines == ["symbol? lots? EURUSD 0.1", "''"], bot.errors


def test_a_look_whether_there_is_ipv6_is_no_network(tmp_path: Path) -> None:
    text = """
import socket
def _has_ipv6(host):
    with socket.socket(socket.AF_INET) as looking:
        looking.bind((host, 0))
_has_ipv6("127.0.0.1")
"""
    assert not run_bot(tmp_path, text).warnings


def _serve(server: socket.socket, wait_s: float = 0.0) -> None:
    while True:
        try:
            link, _ = server.accept()
        except OSError:
            return
        threading.Event().wait(wait_s)
        link.sendall(b"hello")
        link.close()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no alarms")
def test_alarms_of_the_system_are_warned_of_and_ring_as_ever(tmp_path: Path) -> None:
    text = """
import signal
rung = []
signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.01)
while not rung:
    pass
print(signal.alarm(0), signal.setitimer(signal.ITIMER_REAL, 0))
"""
    bot = run_bot(tmp_path, text)
    assert bot.lines == ["0 (0.0, 0.0)"], bot.errors
    assert {warning.name for warning in bot.warnings} == {"signal.setitimer", "signal.alarm"}
