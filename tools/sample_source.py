"""A source system for the sample city: answers, over HTTP on loopback, from a file of invented rows. Standard library only.

    python tools/sample_source.py --rows FILE.json --port 8091

FILE.json is {"/path": [row, …], …}. A POST of {"fields": […], "key": "…", "keys": […], "limit": n} is answered with
{"rows": […], "receipt": "…"}; without `keys` the rows come page by page, {"rows": […], "next": …}, `after` taking the last `next`.
"""

import argparse
import json
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

LARGEST = 1024 * 1024


class Source(BaseHTTPRequestHandler):
    """One request, one answer."""

    tables: ClassVar[dict[str, list[dict[str, Any]]]] = {}
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """The rows that are asked for, and of them the fields that are asked for."""
        try:
            asked = json.loads(self.rfile.read(min(int(self.headers.get("Content-Length", 0)), LARGEST)))
            self._send(200, self._answer(asked))
        except (ValueError, KeyError, TypeError):
            self._send(400, {"error": "not understood"})

    def _answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        rows, most = self.tables[self.path], int(asked["limit"])
        if "keys" in asked and asked.get("key"):
            wanted = set(asked["keys"])
            found, following = [row for row in rows if row[asked["key"]] in wanted][:most], None
        else:
            begin = int(asked.get("after") or 0)
            found = rows[begin : begin + most]
            following = begin + most if begin + most < len(rows) else None
        cut = [{field: row[field] for field in asked["fields"]} for row in found]
        return {"rows": cut, "next": following, "receipt": f"SAMPLE-{uuid.uuid4().hex[:12]}"}

    def _send(self, status: int, said: dict[str, Any]) -> None:
        body = json.dumps(said, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged: what is asked for are numbers of persons."""


def main() -> None:
    """Serve until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args()
    Source.tables = json.loads(given.rows.read_text(encoding="utf-8"))
    ThreadingHTTPServer(("127.0.0.1", given.port), Source).serve_forever()


if __name__ == "__main__":
    main()
