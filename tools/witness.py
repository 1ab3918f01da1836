#!/usr/bin/env python3
"""A witness for ledgers of Tongxin and any other log of the same formats (C2SP tlog-witness, tlog-cosignature).

见证程序：由平台以外的机构运行。它记住每本台账最近一次的大小和树根；只有新的检查点确实是在它记住的那棵树后面接着长的，才共同签名。
台账倒退、分叉、改过，它都不签。一台机器上自己见证自己，证明不了什么。

    witness.py key FOLDER NAME                     make the key (once) and print the line that others verify with
    witness.py serve FOLDER --log KEY [--log KEY]  answer add-checkpoint; KEY is the line that a ledger shows at /ledger/key
    witness.py show FOLDER                         print the last checkpoint cosigned of each log

It needs Python 3.11 and the package `cryptography`, and nothing of Tongxin. Key and memory lie in FOLDER: keep it, and keep
it to yourself. Put a TLS proxy before it when the log is on another machine.
"""

import argparse
import base64
import contextlib
import hashlib
import os
import re
import sqlite3
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

MOST_BYTES = 64 * 1024
MOST_PROOF = 63
SECONDS = 10  # that one connection may stay silent
TABLE = """CREATE TABLE IF NOT EXISTS seen (
  origin TEXT PRIMARY KEY, size TEXT NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL, at INTEGER NOT NULL)"""


class Refusal(Exception):
    """What is answered instead of a cosignature: a status, and the size last cosigned where that is asked for."""

    def __init__(self, status, said, size=None):
        super().__init__(said)
        self.status, self.said, self.size = status, said, size


def decode(text):
    raw = base64.b64decode(text, validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not the Base64 of its bytes")
    return raw


def key_id(name, kind, public):
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


def verifier_key(text, kind):
    """(name, public key) of a line `name+id+base64`; ValueError unless it is an Ed25519 key of this kind."""
    name, short, encoded = text.strip().split("+", 2)
    raw = decode(encoded)
    if len(raw) != 33 or raw[0] != kind or short != key_id(name, kind, raw[1:]).hex():
        raise ValueError(f"not a verifier key of type {kind}: {text[:80]!r}")
    return name, raw[1:]


# ---- The tree (RFC 9162 section 2.1.4.2) ----------------------------------------------------------------------------


def hasher(extensions):
    """SHA-256, unless the checkpoint says `hash sm3`."""
    named = [line[5:] for line in extensions if line.startswith("hash ")]
    if named in ([], ["sha256"]):
        return hashlib.sha256
    if named == ["sm3"]:
        return lambda data: hashlib.new("sm3", data)
    raise Refusal(400, "a hash this witness does not know")


def check_consistency(size1, root1, size2, root2, proof, hashed):
    """ValueError unless a tree of size1 > 0 is the beginning of one of size2."""

    def node(left, right):
        return hashed(b"\x01" + left + right).digest()

    if size1 == size2:
        if proof or root1 != root2:
            raise ValueError("of equal sizes the roots are equal and the proof is empty")
        return
    path = [root1, *proof] if size1 & (size1 - 1) == 0 else list(proof)
    if not path:
        raise ValueError("the proof is empty")
    first, last = size1 - 1, size2 - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    old = new = path[0]
    for step in path[1:]:
        if last == 0:
            raise ValueError("the proof is too long")
        if first & 1 or first == last:
            old, new = node(step, old), node(step, new)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            new = node(new, step)
        first, last = first >> 1, last >> 1
    if last or old != root1 or new != root2:
        raise ValueError("the proof does not lead from the one root to the other")


# ---- What is asked --------------------------------------------------------------------------------------------------


def read_request(data):
    """(old size, proof, body of the checkpoint, its signature lines). Refusal 400 when it is malformed."""
    try:
        head, _, note = data.decode("utf-8").partition("\n\n")
        old, *steps = head.split("\n")
        matched = re.fullmatch(r"old (0|[1-9][0-9]{0,18})", old)
        proof = [decode(step) for step in steps]
        body, blank, lines = note.rpartition("\n\n")
        if not matched or not blank or not lines.endswith("\n") or len(proof) > MOST_PROOF:
            raise ValueError("malformed")
        if any(len(step) != 32 for step in proof) or re.search(r"[\x00-\x09\x0b-\x1f]", note):
            raise ValueError("malformed")
    except ValueError as error:
        raise Refusal(400, "not a request to add a checkpoint") from error
    return int(matched[1]), proof, body + "\n", lines[:-1].split("\n")


def read_checkpoint(body):
    """(origin, size, root, extension lines). Refusal 400 when it is malformed."""
    try:
        origin, size, encoded, *extensions = body[:-1].split("\n")
        root = decode(encoded)
        if not re.fullmatch(r"0|[1-9][0-9]{0,18}", size) or len(root) != 32 or not all(extensions):
            raise ValueError("malformed")
    except ValueError as error:
        raise Refusal(400, "not a checkpoint") from error
    return origin, int(size), root, extensions


def check_signature(body, lines, name, public):
    """Refusal 403 unless the log signed; lines of other keys are passed over."""
    held = False
    for line in lines:
        matched = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        try:
            raw = decode(matched[2]) if matched else b""
        except ValueError:
            continue
        if matched and matched[1] == name and raw[:4] == key_id(name, 1, public):
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(raw[4:], body.encode())
                held = True
            except InvalidSignature as error:
                raise Refusal(403, "the signature of the log does not hold") from error
    if not held:
        raise Refusal(403, "not signed by the key of this log")


class Witness:
    """Its key, the logs it knows, and its memory: one row for each log, written before any cosignature is given."""

    def __init__(self, folder, logs, clock=time.time):
        self.folder, self.logs, self.clock = Path(folder), dict(logs), clock
        self.name, self.seed = load_key(self.folder)
        self.key = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.id = key_id(self.name, 4, self.key.public_key().public_bytes_raw())

    @contextlib.contextmanager
    def memory(self):
        """The memory, for one writer at a time; what is written is on the disk when this ends."""
        opened = sqlite3.connect(self.folder / "seen.sqlite3", timeout=SECONDS, isolation_level=None)
        try:
            opened.execute("PRAGMA synchronous = FULL")
            opened.execute("BEGIN IMMEDIATE")
            opened.execute(TABLE)
            yield opened
            opened.execute("COMMIT")
        finally:
            opened.close()  # what was not committed is rolled back

    def add_checkpoint(self, data):
        """The cosignature line for a request. Raises Refusal."""
        old, proof, body, lines = read_request(data)
        origin, size, root, extensions = read_checkpoint(body)
        if origin not in self.logs:
            raise Refusal(404, "a log this witness does not know")
        check_signature(body, lines, origin, self.logs[origin])
        hashed = hasher(extensions)
        if old > size:
            raise Refusal(400, "the old size is larger than the new one")
        if size == 0 and root != hashed(b"").digest():
            raise Refusal(422, "not the root of the empty tree")
        with self.memory() as memory:
            last = memory.execute("SELECT size, root FROM seen WHERE origin = ?", [origin]).fetchone()
            known, before = (int(last[0]), last[1]) if last else (0, b"")
            if old != known:
                raise Refusal(409, "another size was cosigned last", size=known)
            try:
                if known == 0 and proof:
                    raise ValueError("from nothing the proof is empty")
                if known:
                    check_consistency(known, before, size, root, proof, hashed)
            except ValueError as error:
                raise Refusal(422, str(error)) from error
            moment = int(self.clock())
            note = body + "\n" + "".join(f"{line}\n" for line in lines)
            memory.execute(
                "INSERT INTO seen VALUES (?, ?, ?, ?, ?) ON CONFLICT (origin) DO UPDATE "
                "SET size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at",
                [origin, str(size), root, note, moment],
            )
        signature = self.key.sign(f"cosignature/v1\ntime {moment}\n{body}".encode())
        raw = base64.b64encode(self.id + moment.to_bytes(8, "big") + signature).decode()
        return f"— {self.name} {raw}\n"


def handler(witness):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = SECONDS
        server_version, sys_version = "witness", ""

        def do_POST(self):
            length = self.headers.get("Content-Length", "")
            if self.path.rstrip("/").rpartition("/")[2] != "add-checkpoint":
                return self.answer(404, "not here\n")
            if not length.isdecimal() or int(length) > MOST_BYTES:
                self.close_connection = True
                return self.answer(413 if length.isdecimal() else 411, "the length is missing or too large\n")
            try:
                return self.answer(200, witness.add_checkpoint(self.rfile.read(int(length))))
            except Refusal as refusal:
                if refusal.size is not None:
                    return self.answer(refusal.status, f"{refusal.size}\n", "text/x.tlog.size")
                return self.answer(refusal.status, f"{refusal.said}\n")
            except sqlite3.Error as error:  # nothing was written: nothing is cosigned
                print(f"memory: {error}", file=sys.stderr, flush=True)
                return self.answer(503, "not now\n")

        def answer(self, status, text, kind="text/plain; charset=utf-8"):
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *given):
            if given and len(given) > 2 and str(given[2]) not in ("200", "409"):
                print(f"{self.address_string()} {given[1:3]}", file=sys.stderr, flush=True)

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


# ---- The commands ---------------------------------------------------------------------------------------------------


def load_key(folder):
    name, seed = (folder / "key").read_text(encoding="utf-8").split()
    return name, bytes.fromhex(seed)


def verifier_line(folder):
    name, seed = load_key(folder)
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
    return f"{name}+{key_id(name, 4, public).hex()}+{base64.b64encode(bytes([4]) + public).decode()}"


def make_key(folder, name):
    """Make the key if there is none; one that is there is never replaced."""
    if not re.fullmatch(r"[^\s+]+", name):
        raise SystemExit("a name has no spaces and no plus")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with contextlib.suppress(FileExistsError):
        with os.fdopen(os.open(folder / "key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(f"{name} {os.urandom(32).hex()}\n")
    print(verifier_line(folder))


def show(folder):
    if not (folder / "seen.sqlite3").exists():
        return
    with contextlib.closing(sqlite3.connect(folder / "seen.sqlite3")) as memory:
        for (note,) in memory.execute("SELECT note FROM seen ORDER BY origin"):
            print(note, end="\n")


def serve(folder, logs, host, port):
    witness = Witness(folder, [verifier_key(log, 1) for log in logs])
    server = Server((host, port), handler(witness))
    print(f"witness {verifier_line(folder)} on {host}:{server.server_address[1]}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        server.serve_forever()


def main():
    parser = argparse.ArgumentParser(description="a witness for transparency logs (C2SP tlog-witness)")
    parts = parser.add_subparsers(dest="command", required=True)
    for name in ("key", "serve", "show"):
        parts.add_parser(name).add_argument("folder", type=Path)
    parts.choices["key"].add_argument("name")
    parts.choices["serve"].add_argument("--log", action="append", required=True, metavar="KEY")
    parts.choices["serve"].add_argument("--host", default="127.0.0.1")
    parts.choices["serve"].add_argument("--port", type=int, default=8101)
    given = parser.parse_args()
    if given.command == "key":
        make_key(given.folder, given.name)
    elif given.command == "show":
        show(given.folder)
    else:
        serve(given.folder, given.log, given.host, given.port)


if __name__ == "__main__":
    main()
