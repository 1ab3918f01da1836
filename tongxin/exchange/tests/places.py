"""Real sources for the tests: another database with a role of its own, an HTTP server that lies on demand, a folder of files."""

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.plugin import OWNER, PREFIX, admin, drop_database
from tongxin.exchange.tests.granting import resident_number

COLUMNS = ("resident_id", "name", "address", "issued_on", "endorsed_on")


def person(n: int) -> dict[str, Any]:
    """An invented resident."""
    return {"resident_id": resident_number(n, f"19{n // 1000 % 90 + 10:02d}0101"), "name": f"居民{n}", "address": f"某路{n}号",
            "issued_on": "2025-01-02", "endorsed_on": None}  # fmt: skip


def write_places(path: Path, **places: str) -> None:
    """The operator's file: where the sources are, and the reader's credential."""
    path.write_text(json.dumps({
        "places": {f"test:{name}": url for name, url in places.items()}, "allowed": ["https://data.example/api"],
        "secrets": {"residents": {"user": f"{PREFIX}_reader", "password": "reader"}},
    }))  # fmt: skip


@contextmanager
def residents_database(count: int) -> Iterator[str]:
    """Another database in the same server, with residents in it and a role that may read one view; its URL."""
    name, role = f"{PREFIX}_residents_{os.urandom(3).hex()}", f"{PREFIX}_reader"
    with admin() as owner:
        owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'reader'").format(sql.Identifier(role)))
    facts = conninfo_to_dict(OWNER)
    with psycopg.connect(make_conninfo(OWNER, dbname=name), autocommit=True) as other:
        other.execute(
            "CREATE TABLE permits (resident_id text PRIMARY KEY, name text, address text, issued_on date, endorsed_on date, secret text)"
        )
        with other.cursor() as cursor, cursor.copy("COPY permits FROM STDIN") as copy:
            for n in range(count):
                copy.write_row((*person(n).values(), "never"))
        other.execute(
            sql.SQL(
                "GRANT SELECT (resident_id, name, address, issued_on, endorsed_on) ON permits TO {}"
            ).format(sql.Identifier(role))
        )
        yield f"postgresql://{facts['host']}:{facts['port']}/{name}"
    drop_database(name)


class Answering(BaseHTTPRequestHandler):
    """A source over HTTP that keeps to what was agreed, or lies, as its path says."""

    protocol_version = "HTTP/1.1"
    asked: list[dict[str, Any]] = []

    def do_POST(self) -> None:
        """What the last part of the path says."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body)
        getattr(self, self.path.rsplit("/", 1)[-1].replace("-", "_"))(body)

    def log_message(self, *_: object) -> None:
        """Silent."""

    def send(
        self, body: bytes, kind: str = "application/json", status: int = 200, length: int | None = None
    ) -> None:
        """An answer."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def rows(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """The rows that are asked for."""
        if "keys" in asked:
            known = {person(n)["resident_id"]: person(n) for n in range(20)}
            found = [known[key] for key in asked["keys"] if key in known]
        else:
            begin = int(asked["after"] or 0)
            found = [person(n) for n in range(begin, min(begin + asked["limit"], 500))]
        return [{field: row[field] for field in asked["fields"]} for row in found]

    def honest(self, asked: dict[str, Any]) -> None:
        """As agreed, with a receipt."""
        begin = int(asked.get("after") or 0)
        following = begin + asked["limit"] if begin + asked["limit"] < 500 else None
        self.send(json.dumps({"rows": self.rows(asked), "next": following, "receipt": "UP-1"}).encode())

    def more_columns(self, asked: dict[str, Any]) -> None:
        """More than was asked for."""
        self.send(json.dumps({"rows": [{**row, "debts": "secret"} for row in self.rows(asked)]}).encode())

    def fewer_columns(self, asked: dict[str, Any]) -> None:
        """A field is missing."""
        self.send(
            json.dumps({"rows": [{"resident_id": row["resident_id"]} for row in self.rows(asked)]}).encode()
        )

    def renamed(self, asked: dict[str, Any]) -> None:
        """A field has another name."""
        self.send(
            json.dumps(
                {
                    "rows": [
                        {"Name" if k == "name" else k: v for k, v in row.items()} for row in self.rows(asked)
                    ]
                }
            ).encode()
        )

    def wrong_types(self, asked: dict[str, Any]) -> None:
        """A value is a document."""
        self.send(
            json.dumps({"rows": [{**row, "name": {"all": "of it"}} for row in self.rows(asked)]}).encode()
        )

    def somebody_else(self, asked: dict[str, Any]) -> None:
        """Rows about a person who was not asked for."""
        self.send(
            json.dumps(
                {"rows": [{**row, "resident_id": person(19)["resident_id"]} for row in self.rows(asked)]}
            ).encode()
        )

    def no_json(self, _asked: dict[str, Any]) -> None:
        """Bytes that are no UTF-8."""
        self.send(b'{"rows": ["\xff\xfe"]}')

    def deep(self, _asked: dict[str, Any]) -> None:
        """Nested beyond reading."""
        self.send(b"[" * 200_000)

    def not_a_number(self, _asked: dict[str, Any]) -> None:
        """NaN."""
        self.send(b'{"rows": [{"name": NaN}]}')

    def page(self, _asked: dict[str, Any]) -> None:
        """A page for people."""
        self.send(b"<html>", "text/html")

    def elsewhere(self, _asked: dict[str, Any]) -> None:
        """A redirect, to the honest one."""
        self.send_response(307)
        self.send_header("Location", "/honest")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def hang(self, _asked: dict[str, Any]) -> None:
        """Nothing."""
        time.sleep(4)

    def drip(self, _asked: dict[str, Any]) -> None:
        """A byte now and then, of the head."""
        self._dripped(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")

    def drip_body(self, _asked: dict[str, Any]) -> None:
        """A byte now and then, of the body."""
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
        self._dripped(b'{"rows": [' + b" " * 90)

    def _dripped(self, what: bytes) -> None:
        try:
            for byte in what:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            return

    def endless(self, _asked: dict[str, Any]) -> None:
        """Ten gigabytes."""
        self.wfile.write(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10000000000\r\n\r\n"
        )
        try:
            for _ in range(10_000):
                self.wfile.write(b"[" * 1_000_000)
        except OSError:
            return

    def cut(self, asked: dict[str, Any]) -> None:
        """An answer that ends too early."""
        self.send(json.dumps({"rows": self.rows(asked)}).encode()[:20], length=5_000)
        self.close_connection = True

    def slow(self, asked: dict[str, Any]) -> None:
        """As agreed, but it takes its time: ten milliseconds for a row."""
        time.sleep(asked["limit"] * 0.01)
        self.honest(asked)


@contextmanager
def answering() -> Iterator[str]:
    """The server on loopback; its URL."""
    Answering.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def drop(folder: Path, name: str, text: bytes | str, *, digest: str | None = "") -> Path:
    """A file in the folder with its digest beside it (None: none, as while it is being written)."""
    body = text if isinstance(text, bytes) else text.encode()
    path = folder / name
    path.write_bytes(body)
    if digest is not None:
        (folder / f"{name}.sha256").write_text((digest or hashlib.sha256(body).hexdigest()) + f"  {name}\n")
    return path


def table(*numbers: int, columns: tuple[str, ...] = COLUMNS) -> str:
    """Lines of a file."""
    lines = [",".join(columns)] + [",".join(str(person(n).get(c) or "") for c in columns) for n in numbers]
    return "\n".join(lines) + "\n"
