"""运行的人看得见的。 What whoever runs the house sees: lines without personal data, figures, and whether it is ready."""

import logging
import re

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse
from django.test import Client, RequestFactory

from tests.factories import ANONYMOUS, INSIDE, NOW, a_report, officer, reported
from tongxin.acts.terms import Refused
from tongxin.cases import operations as cases
from tongxin.web import counters, schema
from tongxin.web.logs import Line, Ours
from tongxin.web.observing import Observe

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-collector"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> object:
    """Everything that would be written, as it would be written."""
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(Line())
    return lambda: caplog.text


def figures(client: Client, settings: object) -> dict[str, float]:
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert answer.status_code == 200
    found = re.findall(r"^([^#\s]\S*(?: \S+)*?) ([0-9.e+-]+)$", answer.content.decode(), re.MULTILINE)
    return {name: float(value) for name, value in found}


def test_an_act_is_told_by_its_entry_and_without_a_word_of_whom_it_concerns(
    lines: object, django_capture_on_commit_callbacks: object
) -> None:
    report = a_report(
        name="张三丰", phone="13800001111", text="井盖坏了，我家在三楼", email="zhang@example.cn"
    )
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        cases.report_cases(actor=ANONYMOUS, at=NOW, reports=[report])
    text = lines()  # type: ignore[operator]
    assert re.search(r"INFO tongxin\.acts event=act verb=report_case outcome=done entry=\d+\n", text)
    for word in ("张三丰", "13800001111", "三楼", "zhang@", report.client_key, str(INSIDE[0])):
        assert word not in text


def test_a_refusal_is_told_with_its_code(lines: object, django_capture_on_commit_callbacks: object) -> None:
    case = reported()
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(Refused):  # type: ignore[operator]
        cases.accept_cases(actor=officer("bz/lead", "legal_officer"), at=NOW, numbers=[case.number])
    text = lines()  # type: ignore[operator]
    assert re.search(r"verb=accept_case outcome=refused entry=\d+ code=wrong_post", text)
    assert case.number not in text


def test_an_act_that_is_undone_is_not_told(lines: object) -> None:
    reported()  # within the test's transaction, which is never committed
    assert "verb=report_case" not in lines()  # type: ignore[operator]


def test_a_request_is_told_by_its_route_and_never_by_its_path(client: Client, lines: object) -> None:
    answer = client.get("/mine/a-token-that-opens-a-report/?q=13800001111")
    assert answer.status_code == 404
    text = lines()  # type: ignore[operator]
    assert re.search(
        r"event=request method=GET route=mine/\S+ status=404 ms=[0-9.]+ request=[0-9a-f]{16}", text
    )
    assert "a-token-that-opens" not in text and "13800001111" not in text


def test_what_broke_is_told_by_kind_and_place_and_not_by_its_words(lines: object) -> None:
    try:
        int("身份证 371602199001011234")
    except ValueError:
        logging.getLogger("tongxin").exception("a page broke")
    text = lines()  # type: ignore[operator]
    assert 'event="a page broke" error=ValueError' in text and "test_observing.py" in text
    assert "371602199001011234" not in text


def test_the_database_names_rows_in_its_errors_and_the_log_does_not(lines: object) -> None:
    case = reported()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT number::date FROM cases_case WHERE number = %s", [case.number])
    except Exception:
        logging.getLogger("tongxin").exception("a statement broke")
    text = lines()  # type: ignore[operator]
    assert "sqlstate=22" in text and case.number not in text


def test_a_proxys_number_of_a_request_is_taken_over_when_it_is_one(client: Client) -> None:
    assert (
        client.get("/healthz", headers={"x-request-id": "abc-12345678"}).headers["X-Request-ID"]
        == "abc-12345678"
    )
    for wrong in ("short", "x" * 65, "a b c d e f g h", "a\nb: c-123456"):
        given = Observe(lambda _: HttpResponse())
        request = RequestFactory().get("/healthz")
        request.META["HTTP_X_REQUEST_ID"] = wrong
        assert re.fullmatch(r"[0-9a-f]{16}", given(request).headers["X-Request-ID"])


def test_a_page_that_breaks_names_the_request_to_the_reader(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("身份证 371602199001011234")

    monkeypatch.setattr("tongxin.cases.queries.case_file", broken)
    client.raise_request_exception = False
    page = client.get("/cases/20260101-000001/", headers={"x-request-id": "number-of-it-1"})
    assert page.status_code == 500 and "371602199001011234" not in page.content.decode()
    assert "number-of-it-1" in page.content.decode()


def test_only_who_knows_the_token_reads_the_figures(client: Client, settings: object) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    for wrong in ("", "Bearer ", "Bearer wrong", f"Basic {TOKEN}x", "Bearer é"):
        assert client.get("/metrics", headers={"authorization": wrong}).status_code == 404
    assert client.post("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 405


def test_the_figures_count_what_was_done_and_name_nobody(
    client: Client, settings: object, django_capture_on_commit_callbacks: object
) -> None:
    before = figures(client, settings)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        case = reported(name="李四")
    client.get(f"/cases/{case.number}/")
    after = figures(client, settings)
    acts = 'tongxin_acts_total{outcome="done",verb="report_case"}'
    page = 'tongxin_requests_total{method="GET",route="cases/<str:number>/",status="200"}'
    assert after[acts] == before.get(acts, 0) + 1
    assert after[page] == before.get(page, 0) + 1
    assert after["tongxin_ledger_waiting"] >= 1 and after["tongxin_ledger_waiting_seconds"] >= 0
    assert not any("李四" in name or case.number in name for name in after)


def test_a_batch_counts_every_act_in_it(settings: object, client: Client) -> None:
    before = figures(client, settings).get('tongxin_acts_total{outcome="done",verb="report_case"}', 0)
    record = logging.makeLogRecord(
        {"facts": {"verb": "report_case", "outcome": "done", "entry": 5, "entries": 40}}
    )
    counters.ActsCounted().emit(record)
    assert figures(client, settings)['tongxin_acts_total{outcome="done",verb="report_case"}'] == before + 40


def test_the_house_is_ready_only_with_its_tables_and_its_city(
    client: Client, owner_sql: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert client.get("/readyz").content == b"ok\n"
    monkeypatch.setattr(schema, "_brought", lambda: frozenset({("cases", "9999_not_yet")}))
    waiting = client.get("/readyz")
    assert (waiting.status_code, waiting.content) == (503, b"not ready: migrations\n")


def test_a_database_that_is_away_stops_readiness_and_not_life(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        from django.db import OperationalError

        raise OperationalError("connection refused at 10.0.0.1")

    monkeypatch.setattr(MigrationRecorder.Migration.objects, "values_list", away)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.content) == (503, b"not ready: database\n")
    assert client.get("/healthz").status_code == 200


def test_asking_whether_it_lives_needs_no_statement(
    client: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(0):  # type: ignore[operator]
        assert client.get("/healthz").content == b"ok\n"
    with django_assert_num_queries(2):  # type: ignore[operator]
        assert client.get("/readyz").content == b"ok\n"


@pytest.mark.parametrize(("status", "kept"), [(500, True), (503, False), (507, False)])
def test_an_answer_that_is_asked_to_come_again_is_no_mistake_of_ours(status: int, kept: bool) -> None:
    assert Ours().filter(logging.makeLogRecord({"status_code": status})) is kept
