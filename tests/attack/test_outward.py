"""Where the house itself goes: only where its operator said, by no redirect, by no other protocol, and never at a visitor's word."""

import ast
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from allauth.socialaccount.adapter import get_adapter

from tests.plugin import ROOT
from tongxin.exchange.models import Source
from tongxin.exchange.queries.sources import fetched
from tongxin.exchange.queries.sources.places import place_of
from tongxin.exchange.terms import SourceFault
from tongxin.ledger.models import LedgerCheckpoint
from tongxin.web import stamping, witnessing
from tongxin.web.outside import BadProvidersError, outside_providers

# Every module that opens a connection of its own, and who says where to.
OPENERS = {
    "tongxin/exchange/queries/sources/http_json.py": "sources.json of the data folder, kept by the operator",
    "tongxin/exchange/queries/sources/postgresql.py": "sources.json of the data folder, kept by the operator",
    "tongxin/web/stamping.py": "TONGXIN_STAMP_AUTHORITY",
    "tongxin/web/witnessing.py": "TONGXIN_WITNESSES",
    "tongxin/web/views/outside.py": "TONGXIN_OIDC_PROVIDERS (asked by allauth; only its errors are named here)",
    "tongxin/web/sample_sources.py": "the demo: a port of this machine",
    "tongxin/web/console": "the console: the database, and a port of this machine",
    "tongxin/web/schema.py": "TONGXIN_DSN",
    "tongxin/web/tasks.py": "TONGXIN_SMTP_HOST",
    "tongxin/web/doctor": "TONGXIN_DSN and TONGXIN_SMTP_HOST, which it tries",
    "tongxin/web/postgresql/apart.py": "TONGXIN_READ_DSN and TONGXIN_APP_DSN",
}
CALLS = {
    "http.client",
    "urllib.request",
    "socket",
    "requests",
    "psycopg",
    "smtplib",
    "django.core.mail",
    "httpx",
    "ftplib",
    "asyncio",
}
READERS = {"psycopg.sql", "psycopg.conninfo", "psycopg.rows", "psycopg.errors", "psycopg.types"}


def openers(root: Path) -> set[str]:
    """Modules that import something by which one can call out."""
    found = set()
    for path in (root / "tongxin").rglob("*.py"):
        here = path.relative_to(root).as_posix()
        if "/tests/" in here or "/migrations/" in here:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", *(f"{node.module}.{one.name}" for one in node.names)]
                names = [
                    name
                    for name in names
                    if name not in ("psycopg", "django.core") or not READERS & set(names)
                ]
            if any(name in CALLS and name not in READERS for name in names):
                found.add(here)
    return found


def test_who_calls_out_is_known_by_name() -> None:
    strange = {one for one in openers(ROOT) if not one.startswith(tuple(OPENERS)) and one not in NAMES_ONLY}
    assert not strange, f"{sorted(strange)}: say in OPENERS who decides where it goes, or do not call out"


NAMES_ONLY = {
    "tongxin/acts/queries.py": "uses the connection that Django opened",
    "tongxin/cases/operations/intake.py": "uses the connection that Django opened",
    "tongxin/web/reading.py": "names the database's errors",
    "tongxin/web/postgresql/base.py": "looks at the connection that Django opened",
    "tongxin/acts/gate/in_one.py": "uses the connection that Django opened",
    "tongxin/exchange/operations/call_statement.py": "names the database's errors",
    "tongxin/exchange/queries/sources/waiting.py": "ends a connection that others opened",
    "tongxin/ledger/operations.py": "names the database's errors",
}


def test_a_module_that_calls_out_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "tongxin" / "cases").mkdir(parents=True)
    (tmp_path / "tongxin" / "cases" / "hooks.py").write_text("import urllib.request\n")
    assert openers(tmp_path) == {"tongxin/cases/hooks.py"}


METADATA = [
    "http://169.254.169.254/latest/meta-data/", "http://[::ffff:169.254.169.254]/", "http://100.100.100.200/latest/", "http://localhost:22/",
    "http://127.1/", "http://0x7f000001/", "http://2130706433/", "http://[::1]/", "http://0/", "http://10.0.0.1/", "file:///etc/passwd",
    "gopher://127.0.0.1:6379/_FLUSHALL", "ftp://127.0.0.1/", "dict://127.0.0.1:11211/", "http://data.example@127.0.0.1/",
    "http://data.example:80@127.0.0.1/", "http://data.example.evil.example/", "http://data.example#@127.0.0.1/",
    "http://data.example/../admin", "http://data.example/%2e%2e/admin", "http://data.example/a?x=http://127.0.0.1",
    "https://data.example/", "http://DATA.example:81/", "http://data.example\\@127.0.0.1/", "//data.example/", "", "http://",
]  # fmt: skip


@pytest.fixture
def kept(tmp_path: Path, settings: Any) -> Path:
    settings.SOURCES = tmp_path / "sources.json"
    settings.SOURCES.write_text(json.dumps({"places": {}, "allowed": ["http://data.example/api"]}))
    return tmp_path


@pytest.mark.parametrize("address", METADATA)
@pytest.mark.parametrize("adapter", ["http_json", "postgresql", "csv_drop"])
def test_no_address_of_the_catalogue_leads_where_the_operator_did_not_say(
    kept: Path, address: str, adapter: str
) -> None:
    source = Source(adapter=adapter, address=address, relation="/x", wait_ms=500, key="", secret="")
    with pytest.raises(SourceFault):
        place_of(source)


@contextmanager
def leading_away(to: str, status: int = 302) -> Iterator[tuple[str, list[str]]]:
    """A server of this machine that answers everything with a redirect, and what it was asked."""
    asked: list[str] = []

    class Redirect(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            asked.append(f"{self.command} {self.path}")
            self.send_response(status)
            self.send_header("Location", to)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Redirect)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_no_redirect_is_followed_by_anything_that_calls_out(tmp_path: Path, settings: Any) -> None:
    """A source, a witness, an authority of time stamps and a provider of sign-ins that answer «go elsewhere»: nobody goes."""
    with leading_away("http://127.0.0.1:1/never") as (there, went), leading_away(there) as (url, asked):
        settings.SOURCES = tmp_path / "sources.json"
        settings.SOURCES.write_text(json.dumps({"places": {"it": url}}))
        source = Source(adapter="http_json", address="it", relation="/x", wait_ms=2_000, key="", secret="")
        with pytest.raises(SourceFault):
            fetched(source=source, fields=["a"], keys=[], most=1)
        settings.STAMP_AUTHORITY = f"{url}/stamp"
        with pytest.raises(stamping.StampError):
            stamping._asked(b"query")
        checkpoint = LedgerCheckpoint(size=0, root=b"", note="n\n")
        status, _said = witnessing._asked(witnessing.Witness(url, None), checkpoint)  # type: ignore[arg-type]
        assert status == 302
        with pytest.raises(requests.TooManyRedirects):
            get_adapter().get_requests_session().get(f"{url}/.well-known/openid-configuration")
        assert len(asked) == 4 and went == []


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example",
        "file:///etc/passwd",
        "ftp://idp.example",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example/",
    ],
)
def test_a_provider_of_sign_ins_is_https_or_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    path = tmp_path / "providers.json"
    path.write_text(json.dumps([{"id": "x", "name": "x", "server_url": url, "client_id": "c"}]))
    monkeypatch.setenv("TONGXIN_OIDC_PROVIDERS", str(path))
    with pytest.raises(BadProvidersError):
        outside_providers()


def test_the_address_of_a_medium_is_never_fetched(db: None, client: Any) -> None:
    """`media_url` of a report is somebody's word: kept as text, called by nobody."""
    with leading_away("http://127.0.0.1:1/") as (url, asked):
        form = f"service_code=m01001&lat=37.37&long=118.0&media_url={url}/x.jpg&description=x"
        answer = client.post(
            "/open311/v2/requests.json", form, content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code == 201 and asked == []
