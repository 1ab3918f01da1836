"""Notices by mail, to a real mail server on this machine, and what happens while it is down."""

import asyncio
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from tests.factories import NOW, reported
from tongxin.acts.models import Delivery
from tongxin.web.tasks import ATTEMPTS, deliver

pytestmark = pytest.mark.django_db


class Post:
    """A mail server of a few words: it takes what it is given and keeps it."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []
        self.port = 0
        self.loop = asyncio.new_event_loop()
        self.ready = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()
        self.ready.wait(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        server = self.loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self.ready.set()
        self.loop.run_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        while line := await reader.readline():
            word = line.strip().upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                letter = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(letter)
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            await writer.drain()
            if word == b"QUIT":
                break
        writer.close()


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    server = Post()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield server
    server.loop.call_soon_threadsafe(server.loop.stop)


def test_reporter_who_left_a_mail_address_is_told_once(post: Post) -> None:
    case = reported(email="resident@example.org")
    deliver(at=NOW)
    deliver(at=NOW)
    (letter,) = post.letters
    told = email.message_from_bytes(letter, policy=email.policy.default)
    assert told["To"] == "resident@example.org"
    assert case.number in told["Subject"]
    body = told.get_content()
    assert "供水井盖异常" in body and "综合行政执法局" in body


def test_mail_server_that_is_down_loses_nothing_and_is_given_up_after_some_tries(
    settings: Any,
) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", closed
    reported(email="resident@example.org")
    assert deliver(at=NOW) == 1
    assert deliver(at=NOW + timedelta(seconds=30)) == 0  # not at once again
    for day in range(1, ATTEMPTS + 2):
        deliver(at=NOW + timedelta(days=4 * day))
    assert Delivery.objects.filter(done=False).count() == ATTEMPTS
    assert not Delivery.objects.filter(done=True).exists()


def test_without_a_mail_server_the_inbox_alone_has_it(settings: Any) -> None:
    settings.EMAIL_HOST = ""
    reported(email="resident@example.org")
    assert deliver(at=NOW) == 0
    assert not Delivery.objects.exists()
