"""Journeys of programs, and of what can go wrong between them and us, against a served city."""

import json
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import psycopg
import pytest

from tests.journeys.conftest import ROOT, Served, a_served_city, get
from tongxin.web.console import cluster

pytestmark = pytest.mark.journey
CLIENTS = ROOT / "tests" / "clients"


def post(base: str, body: object, path: str = "/api/reports") -> tuple[int, dict[str, object]]:
    """Send JSON and read the answer, whatever its status."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(base + path, data=data, headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


def a_report(**given: object) -> dict[str, object]:
    return {
        "client_key": uuid.uuid4().hex,
        "matter": "m01001",
        "lon": 118.0,
        "lat": 37.37,
        "text": "井盖坏了",
        **given,
    }


def test_public_open311_clients_report_and_read(served: Served, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "clients")], check=True)
    python = tmp_path / "clients" / "bin" / "python"
    subprocess.run(
        [
            str(python),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--require-hashes",
            "-r",
            str(CLIENTS / "requirements.lock"),
        ],
        check=True,
    )
    walked = subprocess.run(
        [str(python), str(CLIENTS / "walk_open311.py"), served.base],
        capture_output=True,
        text=True,
        check=False,
    )
    assert walked.returncode == 0, walked.stdout + walked.stderr
    number = json.loads(walked.stdout)["reported_by_three"]
    assert number in get(f"{served.base}/cases/{number}/")[1]
    found = served.tongxin("ledger", "verify")
    assert found["intact"] is True
    with served.owner() as owner:
        row = owner.execute(
            "SELECT l.index FROM ledger_ledgerleaf l JOIN ledger_ledgercontent c ON c.entry_id = l.entry_id "
            "WHERE c.subject = %s",
            [f"case:{number}"],
        ).fetchone()
    assert row is not None, "the report is in the tree"


@pytest.mark.parametrize(
    ("wrong", "status", "named"),
    [
        (b"{not json", 400, ""),
        (b'{"client_key": "' + b"x" * 1_100_000 + b'"}', 413, ""),
        (a_report(lon=0.0, lat=0.0), 422, "lat"),
        (a_report(reported_at="2099-01-01T00:00:00+08:00"), 422, "reported_at"),
        (a_report(matter="nonsense"), 422, "matter"),
        (a_report(text=5), 422, "text"),
        (a_report(text="长" * 5_000), 422, "text"),
    ],
)
def test_bad_json_is_answered_with_field_and_reason(
    served: Served, wrong: object, status: int, named: str
) -> None:
    got, body = post(served.base, wrong)
    error = body["error"]
    assert got == status, body
    assert isinstance(error, dict) and error["reason"] and error["reason_en"]
    assert named in str(error.get("field", ""))


def test_html_in_a_report_is_shown_as_text(served: Served) -> None:
    status, receipt = post(served.base, a_report(text="<script>alert(1)</script><b>黑</b>", name="<i>名</i>"))
    assert status == 201
    page = get(f"{served.base}/mine/{receipt['token']}/")[1]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page and "<script>alert" not in page


def test_repeated_key_with_other_content_is_refused_and_with_the_same_content_is_one_case(
    served: Served,
) -> None:
    report = a_report()
    first, second = post(served.base, report), post(served.base, report)
    assert (first[0], second[0]) == (201, 200) and first[1]["number"] == second[1]["number"]
    status, body = post(served.base, {**report, "text": "别的"})
    assert status == 409 and body["error"]["field"] == "client_key"  # type: ignore[index]


def test_eight_clients_with_one_key_at_once_make_one_case(served: Served) -> None:
    report, answers = a_report(), []
    threads = [threading.Thread(target=lambda: answers.append(post(served.base, report))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} <= {200, 201}
    assert len({body["number"] for _, body in answers}) == 1


def test_feed_file_twice_makes_no_case_twice(served: Served, tmp_path: Path) -> None:
    lines = [
        "client_key,matter,lon,lat,place,address,text,name,phone,email,reported_at",
        *(f"feed-{n}-{uuid.uuid4().hex},m01001,118.0,37.37,,,管道渗漏,,,," for n in range(12)),
        f"feed-bad-{uuid.uuid4().hex},m01001,0,0,,,城外的点,,,,",
    ]
    file = tmp_path / "feed.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    first = served.tongxin("feed", str(file), check=False)
    again = served.tongxin("feed", str(file), check=False)
    assert first["cases"] == 12 and again["cases"] == 0 and again["repeated"] == 12, (first, again)
    assert first["rejected"] == 1 and "lat" in json.dumps(first)


def test_database_restarting_in_the_middle_fails_cleanly_and_the_request_can_be_repeated() -> None:
    with a_served_city() as city:
        assert post(city.base, a_report())[0] == 201
        report = a_report()
        cluster.stop(city.data)
        status, body = post(city.base, report)
        assert status == 503 and body["error"]["reason"], (status, body)  # type: ignore[index]
        cluster.ensure(city.data)
        for _ in range(40):
            status, body = post(city.base, report)
            if status == 201:
                break
            time.sleep(0.25)
        assert status == 201, body
        assert city.tongxin("ledger", "verify")["intact"] is True
        _tampering_is_named(city)


def _tampering_is_named(city: Served) -> None:
    """One row altered as the owner is named; put back, the ledger is whole again."""
    for table, column, changed in (
        ("cases_casestep", "note", "'别的话'"),
        ("ledger_ledgerentry", "verb", "'nothing'"),
    ):
        with city.owner() as owner:
            row = owner.execute(
                f"SELECT t.id, t.{column} FROM {table} t ORDER BY t.id DESC LIMIT 1"
            ).fetchone()  # type: ignore[arg-type]
            assert row is not None
            number, before = row
            _alter(owner, table, column, changed, number)
            found = city.tongxin("ledger", "verify", check=False)
            assert found["intact"] is False, table
            fault = found["first_fault"]
            assert isinstance(fault, dict) and fault["relation"] == table and str(number) == fault["row"], (
                fault
            )
            _alter(owner, table, column, "%s", number, before)
    assert city.tongxin("ledger", "verify")["intact"] is True


def _alter(
    owner: psycopg.Connection, table: str, column: str, value: str, number: int, *given: object
) -> None:
    owner.execute("SET session_replication_role = replica")
    owner.execute(f"UPDATE {table} SET {column} = {value} WHERE id = %s", [*given, number])  # type: ignore[arg-type]


def test_two_cities_run_side_by_side_and_stop_leaves_nothing(served: Served) -> None:
    with a_served_city() as other:
        assert other.base != served.base
        assert get(f"{other.base}/healthz")[0] == 200 and get(f"{served.base}/healthz")[0] == 200
        port = json.loads((other.data / "cluster.json").read_text())["port"]
        assert _answers(port)
    assert not _answers(port), "the database stopped with the city"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
