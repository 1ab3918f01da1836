"""A real mail server of a few words, outside the city: it keeps every letter it said yes to, and can misbehave."""

import email
import email.policy
import os
import socket
import threading
from enum import StrEnum, auto
from pathlib import Path


class Mood(StrEnum):
    """How it treats whoever comes."""

    WELL = auto()
    HANGING = auto()  # takes the connection and says nothing
    CUTTING = auto()  # hangs up in the middle of a letter
    REFUSING = auto()  # says no to every letter


class Post:
    """The server; `letters` names each letter taken, as often as it came. `closed` makes it refuse connections."""

    def __init__(self, log: Path | None = None) -> None:
        self.mood = Mood.WELL
        self.letters: list[str] = []  # Message-IDs, in order
        self.texts: list[bytes] = []
        self.came = 0
        self.log = log
        self.lock = threading.Lock()
        self.listening: socket.socket | None = None
        self.port = 0
        self.open()

    def open(self) -> None:
        """Listen, on the same port as before."""
        self.listening = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._run, args=(self.listening,), daemon=True).start()

    def close(self) -> None:
        """Listen no more: whoever comes is refused."""
        if self.listening is not None:
            self.listening.shutdown(socket.SHUT_RDWR)
            self.listening.close()
            self.listening = None

    def _run(self, listening: socket.socket) -> None:
        while True:
            try:
                caller, _ = listening.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(caller,), daemon=True).start()

    def _talk(self, caller: socket.socket) -> None:
        self.came += 1
        caller.settimeout(60)
        try:
            with caller, caller.makefile("rwb", buffering=0) as line:
                if self.mood is Mood.HANGING:
                    line.readline()  # until the other gives up
                    return
                self._hear(line)
        except OSError:
            return

    def _hear(self, line: object) -> None:
        line.write(b"220 post\r\n")  # type: ignore[attr-defined]
        while said := line.readline():  # type: ignore[attr-defined]
            word = said.strip().upper()
            answer = b"250 ok\r\n"
            if word.startswith(b"RCPT") and self.mood is Mood.REFUSING:
                answer = b"550 no\r\n"
            if word == b"DATA":
                if self.mood is Mood.CUTTING:
                    return
                line.write(b"354 go on\r\n")  # type: ignore[attr-defined]
                letter = b""
                while not letter.endswith(b"\r\n.\r\n"):
                    more = line.readline()  # type: ignore[attr-defined]
                    if not more:
                        return  # it died in the middle: nothing was taken
                    letter += more
                self._keep(letter)
            if word == b"QUIT":
                answer = b"221 bye\r\n"
            line.write(answer)  # type: ignore[attr-defined]
            if word == b"QUIT":
                return

    def _keep(self, letter: bytes) -> None:
        told = email.message_from_bytes(letter, policy=email.policy.default)
        with self.lock:
            self.letters.append(str(told["Message-ID"]))
            self.texts.append(letter)
            if self.log is not None:
                with self.log.open("a") as out:
                    out.write(f"{told['Message-ID']}\n")
                    out.flush()
                    os.fsync(out.fileno())
