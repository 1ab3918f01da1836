"""The clients: processes of their own that report and act, and write down outside the city what they were told.

    python -m tests.faults.load open311|json|html|officials BASE LOG SEED

One line of JSON for each event, written before anything else is done. A report is sent again under the same key until an
answer says that it is taken; an act of an official is never sent twice. Ends on SIGTERM, when what is in hand has come
to an answer.
"""

import http.cookiejar
import io
import json
import random
import re
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any

from PIL import Image

POINT = (118.0, 37.37)  # in the first district, whose urban management has the demo's officer and checker
MATTER = "m01001"
PATIENCE = 15.0  # seconds for an answer
PACE = 0.4  # seconds between two things that one client does
AGAIN = frozenset({502, 503, 507})
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NAMED = re.compile(r'<option value="(bz/[^"]+)"')
SEEN = re.compile(r'name="seen" value="(\d+)"')
UNREACHED = (OSError, HTTPException)


class Log:
    """What a client keeps outside the city."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("a", encoding="utf-8")

    def say(self, event: str, **facts: Any) -> None:
        """One line, handed to the kernel at once."""
        self.file.write(json.dumps({"event": event, "t": time.time(), **facts}, ensure_ascii=False) + "\n")
        self.file.flush()


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_given: Any) -> None:
        return None


class Browser:
    """Somebody's browser: cookies, forms, and no redirect followed without being asked."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar), _Stay())

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, str, str]:
        """Status, where to go on, and text. Raises what `UNREACHED` names."""
        request = urllib.request.Request(
            self.base + path, data=data, headers={"Referer": self.base + "/", **headers}
        )
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                return answer.status, "", answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers.get("Location", ""), error.read().decode(errors="replace")

    def post(
        self, path: str, token: str, fields: Mapping[str, str], photo: bytes = b""
    ) -> tuple[int, str, str]:
        """Send a form."""
        given = {"csrfmiddlewaretoken": token, **fields}
        if not photo:
            return self.ask(path, urllib.parse.urlencode(given).encode())
        edge = uuid.uuid4().hex
        body = b"".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in given.items()
        )
        body += (
            f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="p.jpg"\r\n'
            "Content-Type: image/jpeg\r\n\r\n"
        ).encode()
        body += photo + f"\r\n--{edge}--\r\n".encode()
        return self.ask(path, body, **{"Content-Type": f"multipart/form-data; boundary={edge}"})


def a_photo(dice: random.Random) -> bytes:
    """A small photo that is like no other."""
    out = io.BytesIO()
    Image.frombytes("RGB", (64, 48), dice.randbytes(64 * 48 * 3)).save(out, "JPEG")
    return out.getvalue()


class Reporter:
    """Reports one thing after the other, each until it is known to be taken."""

    def __init__(self, base: str, log: Log, dice: random.Random, stopping: threading.Event) -> None:
        self.base, self.log, self.dice, self.stopping = base, log, dice, stopping

    def run(self, channel: str) -> None:
        """Until told to stop."""
        send = {"open311": self.open311, "json": self.json, "html": self.html}[channel]
        while not self.stopping.is_set():
            key = f"{channel}:{uuid.UUID(int=self.dice.getrandbits(128))}"
            self.until_taken(channel, send, key)
            time.sleep(PACE * self.dice.uniform(0.5, 1.5))

    def until_taken(self, channel: str, send: Any, key: str) -> None:
        """Send and send again, under the same key, until the answer is known."""
        text = f"faults {key}"
        mail = f"{key.rpartition(':')[2]}@faults.example.org" if self.dice.random() < 0.4 else ""
        self.log.say("meant", kind="report", channel=channel, key=key, text=text)
        browser, tries, doubts = Browser(self.base), 0, 0
        while True:
            tries += 1
            try:
                status, number = send(browser, key, text, mail)
            except UNREACHED as error:
                doubts += 1
                self.log.say("unknown", kind="report", key=key, tries=tries, why=type(error).__name__)
                time.sleep(0.2)
                continue
            if status in (200, 201):
                self.log.say(
                    "taken", kind="report", channel=channel, key=key, text=text, number=number, tries=tries,
                    doubts=doubts, before=status == 200 and tries > 1,
                )  # fmt: skip
                return
            if status in AGAIN:
                doubts += 1
                self.log.say("away", kind="report", key=key, tries=tries, status=status)
                time.sleep(0.3)
                continue
            self.log.say("wrong", kind="report", channel=channel, key=key, status=status, said=number[:300])
            return

    def json(self, browser: Browser, key: str, text: str, mail: str) -> tuple[int, str]:
        """POST /api/reports."""
        body = {
            "client_key": key,
            "matter": MATTER,
            "lon": POINT[0],
            "lat": POINT[1],
            "text": text,
            "email": mail,
        }
        status, _, said = browser.ask(
            "/api/reports", json.dumps(body).encode(), **{"Content-Type": "application/json"}
        )
        return status, json.loads(said)["number"] if status in (200, 201) else said

    def open311(self, browser: Browser, key: str, text: str, mail: str) -> tuple[int, str]:
        """POST /open311/v2/requests.json."""
        form = {
            "service_code": MATTER,
            "lat": str(POINT[1]),
            "long": str(POINT[0]),
            "description": text,
            "email": mail,
            "client_key": key,
        }
        status, _, said = browser.ask("/open311/v2/requests.json", urllib.parse.urlencode(form).encode())
        return status, json.loads(said)[0]["service_request_id"] if status in (200, 201) else said

    def html(self, browser: Browser, key: str, text: str, mail: str) -> tuple[int, str]:
        """The pages of a report, from the start, or from where the browser stood: its draft has a key of its own."""
        del key
        if not any(cookie.name.startswith("tongxin_report_") for cookie in browser.jar):
            self._fill(browser, text, mail)
        status, _, page = browser.ask("/report/check/")
        if status in AGAIN:
            return status, page
        token = TOKEN.search(page)
        if status != 200 or token is None:  # the answers before did not all arrive
            browser.jar.clear()
            return 503, "from the start"
        status, to, page = browser.post("/report/check/", token.group(1), {})
        if status == 302 and "/report/done/" in to:
            return (201, to.rstrip("/").rpartition("/")[2])
        return (503, "from the start") if status == 302 else (status, page)

    def _fill(self, browser: Browser, text: str, mail: str) -> None:
        photo = a_photo(self.dice) if self.dice.random() < 0.4 else b""
        steps = (
            ("/report/", {}, b""),
            ("/report/matter/", {"what": MATTER}, b""),
            ("/report/place/", {"lon": str(POINT[0]), "lat": str(POINT[1])}, b""),
            ("/report/details/", {"text": text, "email": mail}, photo),
        )
        page = browser.ask("/report/")[2]
        for path, fields, sent in steps:
            token = TOKEN.search(page)
            if token is None:
                raise HTTPException("no form")
            status, _, said = browser.post(path, token.group(1), fields, sent)
            if status not in (302, 303):
                browser.jar.clear()
                raise HTTPException(f"{path}: {status} {said[:80]}")


class Official:
    """One who holds an office: takes what stands at the desk and does the next step, once."""

    def __init__(self, base: str, log: Log, dice: random.Random, login: str) -> None:
        self.base, self.log, self.dice, self.login = base, log, dice, login
        self.browser = Browser(base)
        self.inside = False
        self.ended = 0.0  # when a session that we had was no longer known

    def enter(self) -> None:
        """Sign in, as the demo lets one."""
        self.browser = Browser(self.base)
        token = TOKEN.search(self.browser.ask(f"/demo/?q={self.login}")[2])
        if token is None:
            raise HTTPException("no sign-in page")
        status, _, _ = self.browser.post("/demo/", token.group(1), {"login": self.login})
        self.inside = status in (302, 303)
        self.log.say("entered" if self.inside else "away", kind="session", login=self.login, status=status)

    def act(self) -> None:
        """One act on some case."""
        if not self.inside:
            self.enter()
        state, verb, fields = self._choice()
        found = json.loads(self.browser.ask(f"/api/cases?state={state}&size=50&organ={ORGAN}")[2]).get(
            "cases", []
        )
        if not found:
            return
        number = self.dice.choice(found)["number"]
        path = f"/cases/{number}/do/{verb}/"
        status, to, page = self.browser.ask(path)
        token, seen = TOKEN.search(page), SEEN.search(page)
        if status in (301, 302, 303) and "sign-in" in to:
            self.inside = False
            self.log.say("lost", kind="session", login=self.login)
        if status != 200 or token is None or seen is None:
            return
        given = {"seen": seen.group(1), **fields}
        if "named" in given:
            given["named"] = self.dice.choice(NAMED.findall(page) or [""])
        facts = {
            "kind": "act",
            "verb": verb,
            "number": number,
            "seen": int(seen.group(1)),
            "login": self.login,
        }
        self.log.say("meant", **facts)
        try:
            status, to, page = self.browser.post(path, token.group(1), given)
        except UNREACHED as error:
            self.log.say("unknown", **facts, why=type(error).__name__)
            return
        event = "done" if status == 303 and f"done={verb}" in to else "away" if status in AGAIN else "not"
        if status >= 500 and status not in AGAIN:
            event = "wrong"
        self.log.say(event, **facts, status=status)

    def _choice(self) -> tuple[str, str, dict[str, str]]:
        if self.login == "checker":
            return (
                "checking",
                "check_case",
                {"passed": self.dice.choice(("yes", "yes", "no")), "note": "现场看过"},
            )
        return self.dice.choice((
            ("dispatched", "accept_case", {}),
            ("dispatched", "accept_case", {}),
            ("dispatched", "return_case", {"ground": "outside_duty", "named": "", "note": "不属于本单位职责，请改派"}),
            ("handling", "settle_case", {"note": "已更换井盖，路面平整", "document": "工单-1"}),
            ("handling", "settle_case", {"note": "已更换井盖，路面平整", "document": "工单-2"}),
            ("handling", "note_case", {"note": "已到现场"}),
        ))  # fmt: skip


ORGAN = "bz/371602/urban-management"


def officials(base: str, log: Log, dice: random.Random, stopping: threading.Event) -> None:
    """Two officials in turn, until told to stop."""
    both = [Official(base, log, dice, login) for login in ("officer", "officer", "checker")]
    while not stopping.is_set():
        for one in both:
            try:
                one.act()
            except (*UNREACHED, ValueError):
                time.sleep(0.3)
            time.sleep(PACE * dice.uniform(0.5, 1.5))


def main() -> None:
    """One client."""
    channel, base, path, seed = sys.argv[1:5]
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    socket.setdefaulttimeout(PATIENCE)
    log, dice = Log(Path(path)), random.Random(seed)
    if channel == "officials":
        officials(base, log, dice, stopping)
    else:
        Reporter(base, log, dice, stopping).run(channel)


if __name__ == "__main__":
    main()
