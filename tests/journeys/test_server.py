"""What the server itself does with messages that are none, before the application sees them."""

import socket
import time
import urllib.parse

import pytest

from tests.journeys.conftest import Served

pytestmark = pytest.mark.journey
HOST = b"Host: 127.0.0.1\r\n"


def answered(city: Served, message: bytes, seconds: float = 3.0) -> bytes:
    """What comes back for raw bytes, until the server is silent or closes."""
    port = urllib.parse.urlsplit(city.base).port
    with socket.create_connection(("127.0.0.1", port or 0), timeout=seconds) as open_:
        open_.sendall(message)
        got = b""
        try:
            while part := open_.recv(65_536):
                got += part
        except (TimeoutError, ConnectionResetError):
            pass
        return got


def status(got: bytes) -> int:
    return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/1.1 ") else 0


def post(*lines: bytes, body: bytes = b"") -> bytes:
    return (
        b"POST /api/reports HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in lines) + b"\r\n" + body
    )


@pytest.mark.parametrize(
    "message",
    [
        post(b"Content-Length: 5", b"Content-Length: 6", body=b"abcdef"), post(b"Content-Length: -1"), post(b"Content-Length: +5", body=b"abcde"),
        post(b"Transfer-Encoding : chunked", body=b"0\r\n\r\n"), post(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
        post(b"Content-Length: 6", b"Transfer-Encoding: chunked", body=b"0\r\n\r\nG"),
    ],
)  # fmt: skip
def test_a_message_of_two_lengths_is_refused(served: Served, message: bytes) -> None:
    got = answered(served, message)
    assert status(got) in (400, 411) and got.count(b"HTTP/1.1 ") == 1, got[:300]


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\r\n b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: a\x00b\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n\r\n", 400),
        (b"GET /sign-in/ HTTP/1.1\r\n" + HOST + b"Host: evil.example\r\n\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\n" + HOST + b"X: " + b"a" * 600_000 + b"\r\n\r\n", 431),
        (
            b"GET /healthz HTTP/1.1\r\n" + HOST + b"".join(b"X%d: 1\r\n" % n for n in range(5_000)) + b"\r\n",
            431,
        ),
        (b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\n" + HOST + b"\r\n", 414),
        (b"TRACE /desk/ HTTP/1.1\r\n" + HOST + b"\r\n", 405),
        (post(b"Content-Type: application/json", b"Content-Length: 99999999999", body=b"{}"), 413),
    ],
    ids=[
        "folded",
        "nul",
        "no host",
        "two hosts",
        "long header",
        "many headers",
        "long address",
        "trace",
        "long body",
    ],
)
def test_a_message_that_is_too_much_or_none_is_refused(served: Served, message: bytes, wanted: int) -> None:
    assert status(answered(served, message)) == wanted


def test_an_address_of_another_host_in_the_first_line_makes_no_link_to_it(served: Served) -> None:
    got = answered(served, b"GET http://evil.example/open311/v2/discovery.json HTTP/1.1\r\n" + HOST + b"\r\n")
    assert b"evil.example" not in got


def test_whoever_sends_headers_slowly_holds_up_nobody(served: Served) -> None:
    """Many connections that never finish their headers; everybody else is answered meanwhile."""
    port = urllib.parse.urlsplit(served.base).port or 0
    slow = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(300)]
    try:
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-")
        time.sleep(0.5)
        assert (
            status(answered(served, b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n", 10))
            == 200
        )
    finally:
        for one in slow:
            one.close()


@pytest.mark.parametrize(
    "path", ["/assets/", "/assets/css/", "/assets/../tongxin/web/settings.py", "/assets/%2e%2e/README.md", "/assets/..%2f.git/config",
             "/.git/config", "/var/secrets.json", "/assets//etc/passwd", "/secrets.json"],
)  # fmt: skip
def test_files_outside_the_assets_are_not_served(served: Served, path: str) -> None:
    got = answered(served, f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"Connection: close\r\n\r\n")
    assert status(got) == 404 and b"[core]" not in got and b"SECRET" not in got


def test_the_server_keeps_no_list_of_what_was_asked(served: Served) -> None:
    """No access log: an address may hold a token."""
    answered(served, b"GET /mine/a-token-that-nobody-has/ HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
    assert "a-token-that-nobody-has" not in (served.data / "up.log").read_text()
