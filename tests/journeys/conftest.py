"""A served city for the journeys: `tongxin up` in a folder of its own, as a newcomer would have it, and a real browser."""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]


@dataclass(frozen=True)
class Served:
    """A city that is being served."""

    base: str
    data: Path
    environment: dict[str, str]

    def tongxin(self, *words: str, check: bool = True) -> dict[str, object]:
        """Run a command of the console on this city's data and read its JSON."""
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                "import sys; from tongxin.web.console import main; sys.exit(main())",
                *words,
                "--json",
            ],
            env=self.environment,
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert not check or done.returncode == 0, done.stderr + done.stdout
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def owner(self) -> psycopg.Connection:
        """A connection of the tables' owner to this city's database."""
        given = self.environment.get("TONGXIN_DSN")
        if given:
            return psycopg.connect(given, autocommit=True)
        held = json.loads((self.data / "cluster.json").read_text())
        return psycopg.connect(
            f"postgresql://tongxin_owner:{held['password']}@127.0.0.1:{held['port']}/tongxin", autocommit=True
        )


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def get(address: str) -> tuple[int, str]:
    """Status and text of an address."""
    try:
        with urllib.request.urlopen(address, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@contextlib.contextmanager
def a_served_city(**more: str) -> Iterator[Served]:
    """Start `tongxin up`, wait until it serves, and stop it with Ctrl-C."""
    data = Path(tempfile.mkdtemp(prefix="tongxin-journey-"))
    data.chmod(0o755)
    port = free_port()
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("TONGXIN_")}
    surroundings |= {"TONGXIN_DATA": str(data), "TONGXIN_DEMO": "1", **more}
    log = (data / "up.log").open("w")
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from tongxin.web.console import main; sys.exit(main())",
            "up",
            "--port",
            str(port),
            "--city",
            str(ROOT / "city" / "binzhou"),
        ],
        env=surroundings,
        cwd=ROOT,
        stdout=log,
        stderr=log,
    )
    base = f"http://127.0.0.1:{port}"
    try:
        for _ in range(800):
            with contextlib.suppress(OSError):
                if get(f"{base}/healthz")[0] == 200:
                    break
            assert process.poll() is None, (data / "up.log").read_text()
            time.sleep(0.25)
        else:
            pytest.fail("not served: " + (data / "up.log").read_text())
        yield Served(base, data, surroundings)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)
        log.close()
        shutil.rmtree(data, ignore_errors=True)


@pytest.fixture(scope="package")
def served() -> Iterator[Served]:
    """The sample city, served for all journeys; each journey makes its own cases."""
    given = os.environ.get("TONGXIN_JOURNEY_DSN")
    with a_served_city(**({"TONGXIN_DSN": given} if given else {})) as city:
        yield city


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """A real Chromium; where there is none the journeys in it are skipped, except where one is required.

    It is gone with the last journey: as long as it is there Django takes this thread for one of an event loop, and refuses the
    database to the tests that follow.
    """
    if CHROMIUM is None:
        if os.environ.get("TONGXIN_REQUIRE_BROWSER") == "1":
            pytest.fail("a Chromium is required here and none is installed")
        pytest.skip("no Chromium on this machine: journeys in a browser are skipped")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """Somebody at a browser of their own: their cookies, their language, every page they open checked."""

    def __init__(self, context: BrowserContext, base: str) -> None:
        self.context, self.base = context, base
        self.page: Page = context.new_page()
        self.wrong: list[str] = []
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        answered = "Failed to load resource" in message.text and any(
            f"status of {code}" in message.text for code in (400, 403, 409)
        )
        if message.type == "error" and not answered:  # a refusal is an answer
            self.wrong.append(message.text)

    def open(self, path: str) -> Page:
        """Open a page and check the page itself."""
        self.page.goto(path if path.startswith("http") else self.base + path)
        self.check()
        return self.page

    def sign_in(self, login: str) -> "Visitor":
        """Use the demo sign-in as one of its people."""
        self.open(f"/demo/?q={login}")
        self.page.locator(f"button[value='{login}']").first.click()
        assert "/demo" not in self.page.url, self.page.inner_text("main")
        return self

    def check(self) -> None:
        """What every page must be: a language, one h1, unique ids, labelled fields, no inline script, no leftovers."""
        page = self.page
        assert page.locator("html").get_attribute("lang") in ("zh-Hans", "en")
        assert page.locator("h1").count() == 1, (page.url, page.locator("h1").all_inner_texts())
        ids = page.eval_on_selector_all("[id]", "found => found.map(e => e.id)")
        assert len(ids) == len(set(ids)), (page.url, sorted(i for i in ids if ids.count(i) > 1))
        nameless = page.eval_on_selector_all(
            "main input:not([type=hidden]):not([type=submit]), main select, main textarea",
            "found => found.filter(e => !(e.labels && e.labels.length) && !e.getAttribute('aria-label')).map(e => e.outerHTML)",
        )
        assert not nameless, (page.url, nameless)
        assert page.locator("script:not([src])").count() == 0, page.url
        assert page.locator("[style]:not(.leaflet-container *):not(.leaflet-container)").count() == 0, (
            page.url
        )
        body = page.inner_text("body")
        assert "{{" not in body and "{%" not in body, page.url
        assert not self.wrong, (page.url, self.wrong)

    def text(self) -> str:
        """What the page says."""
        return self.page.inner_text("main")


@pytest.fixture
def visitor(browser: Browser, served: Served) -> Iterator[object]:
    """Make visitors: `visitor()` for a resident with scripts off, `visitor(scripts=True)`, `visitor(phone=True)`."""
    made: list[BrowserContext] = []

    def make(*, scripts: bool = False, phone: bool = False, language: str = "zh-CN") -> Visitor:
        size = {"width": 320, "height": 640} if phone else {"width": 1280, "height": 900}
        context = browser.new_context(java_script_enabled=scripts, locale=language, viewport=size)
        context.set_default_timeout(15_000)
        made.append(context)
        return Visitor(context, served.base)

    yield make
    for context in made:
        context.close()
