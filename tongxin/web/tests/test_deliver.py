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
from django.db import InterfaceError, connection

from tests.factories import NOW, reported
from tests.faults.mail import Mood
from tests.faults.mail import Post as Outside
from tongxin.acts.models import Delivery, Notice
from tongxin.web import notices, tasks
from tongxin.web.tasks import ATTEMPTS, deliver

pytestmark = pytest.mark.django_db
REAL_SEND = tasks.EmailMessage.send


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


def mailed(port: int, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


@pytest.mark.parametrize("poison", ["address", "template", "args"])
def test_poisoned_notice_is_tried_and_given_up_and_holds_up_no_other(
    post: Post, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, poison: str
) -> None:
    first = reported(email="first@example.org", client_key="first")
    reported(email="second@example.org", client_key="second")
    bad = Notice.objects.get(recipient=f"reporter:{first.number}", template="reported")
    if poison == "address":  # what a mail library refuses as a header
        real = tasks.mail_of_reporter
        monkeypatch.setattr(
            tasks,
            "mail_of_reporter",
            lambda number: (
                ("a@b\nBcc: all@example.org", "en") if number == first.number else real(number=number)
            ),
        )
    elif poison == "template":

        def broken() -> tuple[str, str]:
            raise KeyError("words that somebody typed")

        real_words = notices.rendered
        monkeypatch.setattr(
            tasks, "rendered", lambda notice: broken() if notice.pk == bad.pk else real_words(notice)
        )
    else:
        real_words = notices.rendered
        monkeypatch.setattr(
            tasks, "rendered", lambda notice: ("%(n", "x") if notice.pk == bad.pk else real_words(notice)
        )
        monkeypatch.setattr(
            tasks.EmailMessage,
            "send",
            lambda self: (
                (_ for _ in ()).throw(UnicodeEncodeError("x", "", 0, 1, "typed"))
                if self.subject == "%(n"
                else REAL_SEND(self)
            ),
        )
    assert deliver(at=NOW) == 2
    assert [email.message_from_bytes(one)["To"] for one in post.letters] == ["second@example.org"]
    assert Delivery.objects.get(notice=bad).done is False
    assert str(bad.pk) in caplog.text and "typed" not in caplog.text and "Bcc" not in caplog.text
    for day in range(1, ATTEMPTS + 3):
        deliver(at=NOW + timedelta(days=4 * day))
    assert Delivery.objects.filter(notice=bad).count() == ATTEMPTS


def test_many_that_wait_for_their_next_try_do_not_stand_before_a_new_one(post: Post) -> None:
    for n in range(4):
        case = reported(email=f"old{n}@example.org", client_key=f"old{n}")
        notice = Notice.objects.get(recipient=f"reporter:{case.number}", template="reported")
        Delivery.objects.create(notice=notice, channel="mail", at=NOW, done=False, detail="planted")
    reported(email="new@example.org", client_key="new")
    assert deliver(at=NOW + timedelta(seconds=30), size=3) == 1
    (letter,) = post.letters
    assert email.message_from_bytes(letter)["To"] == "new@example.org"


def test_round_ends_where_the_server_is_away_and_nothing_is_lost(settings: Any) -> None:
    server = Outside()
    mailed(server.port, settings)
    for n in range(3):
        reported(email=f"r{n}@example.org", client_key=f"k{n}")
    server.close()
    hour = [NOW + timedelta(minutes=m) for m in range(60)]
    assert [deliver(at=at) for at in hour[:1]] == [1], "one try told that nobody is there"
    for at in hour[1:]:
        deliver(at=at)
    server.open()
    for m in range(60, 180):
        deliver(at=NOW + timedelta(minutes=m))
    assert len(server.letters) == len(set(server.letters)) == 3
    server.close()


@pytest.mark.parametrize("mood", [Mood.CUTTING, Mood.HANGING, Mood.REFUSING])
def test_server_that_cuts_hangs_or_refuses_loses_nothing(settings: Any, mood: Mood) -> None:
    server = Outside()
    mailed(server.port, settings)
    settings.EMAIL_TIMEOUT = 0.3
    for n in range(3):
        reported(email=f"r{n}@example.org", client_key=f"k{n}")
    server.mood = mood
    tried = deliver(at=NOW)
    assert tried == (3 if mood is Mood.REFUSING else 1), (
        "it waits once for a server that is not well, not for each letter"
    )
    assert server.letters == []
    server.mood = Mood.WELL
    for minute in range(1, 4):
        deliver(at=NOW + timedelta(minutes=minute))
    assert len(server.letters) == len(set(server.letters)) == 3
    server.close()


def test_letter_that_has_to_be_sent_again_carries_the_same_name(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported(email="resident@example.org")

    def died(**_given: object) -> None:
        raise InterfaceError("between the server's yes and our own note of it")

    with monkeypatch.context() as dying:
        dying.setattr(tasks.Delivery.objects, "create", died)
        with pytest.raises(InterfaceError):
            deliver(at=NOW)
    deliver(at=NOW)
    first, second = (email.message_from_bytes(letter)["Message-ID"] for letter in post.letters)
    assert first == second


def test_whoever_delivers_again_and_again_begins_where_something_waits(post: Post) -> None:
    marks: dict[str, int] = {}
    for n in range(3):
        reported(email=f"r{n}@example.org", client_key=f"k{n}")
    later = NOW + timedelta(hours=1)
    deliver(at=later, marks=marks)
    assert len(post.letters) == 3
    assert marks["reporter:"] == marks["person:"] == 0, "nothing waits: the mark stays until something does"
    reported(later, email="late@example.org", client_key="late")
    newest = Notice.objects.filter(recipient__startswith="reporter:").latest("id")
    deliver(at=later, marks=marks)
    assert len(post.letters) == 4
    assert 0 < marks["reporter:"] <= newest.pk, "what is young may still be joined by a smaller number"
    deliver(at=later + timedelta(minutes=11), marks=marks)
    deliver(at=later + timedelta(days=1), marks=marks)
    assert len(post.letters) == 4


def test_what_waits_for_its_next_try_is_not_behind_the_mark(settings: Any) -> None:
    marks: dict[str, int] = {}
    server = Outside()
    mailed(server.port, settings)
    reported(email="r@example.org", client_key="k")
    server.close()
    for minute in range(60):
        deliver(at=NOW + timedelta(minutes=minute), marks=marks)
    server.open()
    for minute in range(60, 180):
        deliver(at=NOW + timedelta(minutes=minute), marks=marks)
    assert len(server.letters) == 1
    server.close()


def test_a_notice_whose_act_ends_after_a_later_one_is_not_behind_the_mark(post: Post) -> None:
    """Numbers are given before a commit: a smaller one may appear after the larger was delivered."""
    marks: dict[str, int] = {}
    reported(email="first@example.org", client_key="first")
    deliver(at=NOW + timedelta(hours=1), marks=marks)
    later = NOW + timedelta(hours=2)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tongxin_month_id('acts_notice_id_seq')")
        (slow,) = cursor.fetchone()
    reported(later, email="quick@example.org", client_key="quick")
    deliver(at=later, marks=marks)
    assert len(post.letters) == 2
    assert marks["reporter:"] <= slow, "the act that took this number may end after those that came later"
