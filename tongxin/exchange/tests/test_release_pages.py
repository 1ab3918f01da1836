"""统计与采集目录的页面。 Pages of statistics and of what is collected: open to read, asked by one, released by another."""

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, officer, signed_in
from tongxin.exchange.models import Budget, Collected, Release, ReleaseQuestion
from tongxin.exchange.operations import record_collection
from tongxin.exchange.queries import statistics as source_rows
from tongxin.exchange.terms import Meaning
from tongxin.exchange.tests.statistics import (
    ITEM,
    asker,
    authority_head,
    by,
    giving,
    head,
    people,
    with_noise,
)
from tongxin.exchange.tests.test_collecting import question, school
from tongxin.exchange.tests.test_releasing import released

ASK = f"/data/releases/ask/?item={ITEM}"
ASKED = {"first": "kind", "protection": "suppressed", "threshold": "5", "reason": "年度公报要用"}


@pytest.fixture(autouse=True)
def _monday(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def text(client: Client, url: str) -> str:
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def staff(actor: object, login: str = "somebody") -> Client:
    return signed_in(actor, login)  # type: ignore[arg-type]


def test_anybody_reads_a_table_with_its_method_and_its_receipt(client: Client) -> None:
    release = released(by("kind", "members", crossed=True))
    assert release.number in text(client, "/data/releases/")
    page = text(client, f"/data/releases/{release.number}/")
    assert "隐去" in page and "少于多少不公布" in page and f"/ledger/{release.entry}/" in page
    assert 'class="basis-box"' in page
    assert "3716001990" not in page
    english = text(Client(HTTP_ACCEPT_LANGUAGE="en"), f"/data/releases/{release.number}/")
    assert ">withheld<" in english and "Kind of assistance" in english


def test_nested_rows_have_their_totals(client: Client) -> None:
    page = text(client, f"/data/releases/{released(by('kind', 'since')).number}/")
    assert page.count('<tr class="total">') == 5


def test_a_table_is_downloaded_with_its_withheld_cells_empty(client: Client) -> None:
    release = released(by("kind"))
    answer = client.get(f"/data/releases/{release.number}.csv")
    lines = answer.content.decode().removeprefix("\ufeff").splitlines()
    assert (
        lines[0] == "kind,total" and "临时救助," in lines and "低保,40" in lines and lines[-1] == "total,85"
    )
    found = json.loads(client.get(f"/data/releases/{release.number}.json").content)
    assert found["query"]["threshold"] == 5 and ["临时救助"] in [
        path for path, values in found["rows"] if values == [None]
    ]
    for kind in ("csv", "json"):
        assert client.get(f"/data/releases/F2026-9999.{kind}").status_code == 404


@pytest.mark.parametrize("number", ["F2026-9999", "1'"])
def test_a_release_that_is_none_is_not_found(client: Client, number: str) -> None:
    assert client.get(f"/data/releases/{number}/").status_code == 404


def test_the_officer_asks_and_the_head_releases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_rows, "rows_of", giving(people()))
    one, other = staff(asker()), staff(head())
    assert "item=data%3As004" in text(one, "/data/releases/ask/")
    answer = one.post(ASK, ASKED)
    number = ReleaseQuestion.objects.get().number
    assert answer.headers["Location"] == f"/data/releases/questions/{number}/"
    assert "不予发布" not in text(one, answer.headers["Location"])  # the officer decides nothing
    assert number in text(other, "/data/releases/")
    assert "等发布" in text(other, answer.headers["Location"])
    answer = other.post(answer.headers["Location"], {"what": "release", "note": ""})
    assert answer.headers["Location"] == f"/data/releases/{Release.objects.get().number}/"
    again = one.post(ASK, ASKED)
    assert again.headers["Location"] == answer.headers["Location"]  # asked once more: the stored one


def test_a_head_declines_with_a_reason_and_not_without(client: Client) -> None:
    staff(asker()).post(ASK, ASKED)
    url, other = f"/data/releases/questions/{ReleaseQuestion.objects.get().number}/", staff(head())
    assert other.post(url, {"what": "decline", "note": ""}).status_code == 400
    assert other.post(url, {"what": "decline", "note": "还没有核对完"}).status_code == 303
    assert "还没有核对完" in text(other, url)
    assert other.post(url, {"what": "release"}).status_code == 409


def test_a_source_that_cannot_be_read_says_so_and_releases_nothing() -> None:
    staff(asker()).post(ASK, ASKED)
    url = f"/data/releases/questions/{ReleaseQuestion.objects.get().number}/"
    answer = staff(head()).post(url, {"what": "release"})
    assert answer.status_code == 403 and "没有发布" in answer.content.decode()
    assert Release.objects.count() == 0


def test_what_was_typed_wrongly_is_said_at_its_question() -> None:
    one = staff(asker())
    for given, words in (
        ({"first": ""}, "这一项要填"),
        ({"threshold": "1"}, "最小的数"),
        ({"only": "members"}, "请写明只看哪个值"),
        ({"first": "resident_id"}, "请从列出的里面选一样"),
        ({"protection": "noised", "epsilon": "5"}, "有哪些值"),
    ):
        answer = one.post(ASK, {**ASKED, **given})
        assert answer.status_code == 400 and words in answer.content.decode(), words
    assert ReleaseQuestion.objects.count() == 0


def test_noise_is_asked_with_the_values_of_the_fields() -> None:
    given = {**ASKED, "protection": "noised", "epsilon": "300000", "domain": "kind：低保、特困，临时救助"}
    assert staff(asker()).post(ASK, given).status_code == 303
    assert ReleaseQuestion.objects.get().query["domain"] == [["kind", ["—", "临时救助", "低保", "特困"]]]


def test_a_noisy_table_says_that_it_is_one(client: Client) -> None:
    staff(authority_head()).post("/data/releases/budgets/", {"item": ITEM, "total": "1000000"})
    page = text(client, f"/data/releases/{released(with_noise(250_000)).number}/")
    assert "每一格都加了随机的噪声" in page and "0.25" in page
    assert "750,000" in text(client, "/data/releases/budgets/")


def test_strangers_are_sent_to_sign_in_and_others_are_refused(client: Client) -> None:
    for url in ("/data/releases/ask/", "/data/releases/questions/T2026-0001/", "/data/collected/new/"):
        assert client.get(url).headers["Location"].startswith("/sign-in/")
    assert (
        client.post("/data/releases/budgets/", {"item": ITEM, "total": "1"})
        .headers["Location"]
        .startswith("/sign-in/")
    )
    assert client.post("/data/collected/end/", {"number": "1"}).headers["Location"].startswith("/sign-in/")
    resident, clerk = (
        staff(officer("bz/hotline", "hotline_clerk")),
        staff(officer("bz/education", "data_officer")),
    )
    assert resident.post(ASK, ASKED).status_code == 403
    assert clerk.post(ASK, ASKED).status_code == 403
    staff(asker()).post(ASK, ASKED)
    assert clerk.get(f"/data/releases/questions/{ReleaseQuestion.objects.get().number}/").status_code == 404
    assert staff(head()).post("/data/releases/budgets/", {"item": ITEM, "total": "1"}).status_code == 403
    assert Budget.objects.count() == 0


# ---- What is collected ----------------------------------------------------------------------------------------------


def test_anybody_reads_what_is_collected_and_what_the_platform_asks(client: Client) -> None:
    record_collection(actor=school(), at=NOW, question=question(Meaning.EMPLOYMENT, label="父母职业"))  # type: ignore[arg-type]
    page = text(client, "/data/collected/")
    assert (
        "父母职业" in page and "报告一件事" in page and "平台知道的先填好" in page and "停止采集" not in page
    )


def test_an_officer_records_and_ends_a_question() -> None:
    one = staff(school())
    given = {"form": "入学登记表", "label": "父母职业", "kinds": ["employment"], "clause": ""}
    assert one.post("/data/collected/new/", given).headers["Location"] == "/data/collected/"
    assert one.post("/data/collected/new/", given).status_code == 409
    number = str(Collected.objects.get().pk)
    assert (
        staff(officer("bz/market", "data_officer"))
        .post("/data/collected/end/", {"number": number})
        .status_code
        == 403
    )
    assert one.post("/data/collected/end/", {"number": number}).status_code == 303
    assert one.post("/data/collected/end/", {"number": number}).status_code == 409
    assert one.post("/data/collected/end/", {"number": "x"}).status_code == 400


def test_asking_again_is_refused_on_the_page_with_the_clause(owner_sql: Callable[..., None]) -> None:
    given = {"form": "入学登记表", "label": "婚姻状况", "kinds": ["marital_status"], "clause": ""}
    answer = staff(school()).post("/data/collected/new/", given)
    page = answer.content.decode()
    assert answer.status_code == 403 and "城市已经掌握" in page and "第十九条" in page
    assert 'value="婚姻状况"' in page  # what was typed is not lost
    owner_sql("DELETE FROM exchange_field WHERE meaning = 'marital_status'")
    assert staff(school()).post("/data/collected/new/", given).status_code == 303
