"""报告一件事的各页。 The pages of reporting, from the first question to the number."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from tongxin.cases.api.counter import COUNTER
from tongxin.cases.forms.draft import COOKIE
from tongxin.cases.models import Case, Report
from tongxin.law.queries import matters
from tongxin.places.queries import city, city_day, districts

pytestmark = pytest.mark.django_db
TEXT = "路灯不亮已经三天了"


@pytest.fixture
def district() -> str:
    here = city()
    return districts(root=here.root, day=city_day(timezone.now())).values_list("code", flat=True)[0]


def matter(*, person_help: bool = False) -> str:
    every = matters(city().revision, city_day(timezone.now())).values()
    return next(m.code for m in every if m.active and m.person_help is person_help and m.code.startswith("m"))


def filled(client: Client, what: str, place: dict[str, str], **details: str) -> None:
    client.post("/report/")
    assert client.post("/report/matter/", {"what": what}).status_code == 302
    assert client.post("/report/place/", place).status_code == 302
    answer = client.post("/report/details/", {"text": TEXT, **details})
    assert answer.headers["location"] == "/report/check/"


def test_a_report_gets_its_number_at_once(client: Client, district: str) -> None:
    filled(client, matter(), {"district": district}, phone="13800000000")
    answer = client.post("/report/check/")
    number = answer.headers["location"].split("/")[-2]
    page = client.get(answer.headers["location"]).content.decode()
    assert number in page
    assert re.search(r"/mine/[0-9a-f]{32}/", page)
    assert "basis-box" in page
    assert Report.objects.get(case__number=number).text == TEXT


def test_sending_twice_makes_one_case(client: Client, district: str) -> None:
    filled(client, matter(), {"district": district})
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    first = client.post("/report/check/").headers["location"]
    for name, value in cookies.items():
        client.cookies[name] = value
    assert client.post("/report/check/").headers["location"] == first


def test_who_does_not_know_the_kind_reports_to_the_lead_body(client: Client, district: str) -> None:
    filled(client, "-", {"district": district})
    number = client.post("/report/check/").headers["location"].split("/")[-2]
    case = Case.objects.get(number=number)
    assert (case.state, case.organ) == ("unlisted", city().lead_body)


def test_an_offer_of_help_asks_for_neither_photo_nor_identity(client: Client, district: str) -> None:
    client.post("/report/")
    client.post("/report/matter/", {"what": matter(person_help=True)})
    client.post("/report/place/", {"district": district})
    page = client.get("/report/details/").content.decode()
    assert 'type="file"' not in page
    assert 'name="phone"' not in page
    client.post("/report/details/", {"text": "桥下东侧", "phone": "13800000000", "name": "甲"})
    number = client.post("/report/check/").headers["location"].split("/")[-2]
    report = Report.objects.get(case__number=number)
    assert (report.name, report.phone, report.email) == ("", "", "")


def test_without_a_place_the_page_says_so_and_keeps_what_was_typed(client: Client) -> None:
    client.post("/report/")
    client.post("/report/matter/", {"what": "-"})
    answer = client.post("/report/place/", {"lat": "1", "lon": "1", "address": "某处"})
    assert answer.status_code == 400
    assert "某处" in answer.content.decode()
    assert "某处" in client.get("/report/place/").content.decode()


def test_the_list_of_streets_comes_without_scripts(client: Client, district: str) -> None:
    client.post("/report/")
    client.post("/report/matter/", {"what": "-"})
    answer = client.post("/report/place/", {"district": district, "list": "1"})
    assert answer.status_code == 302
    assert 'name="street"' in client.get("/report/place/").content.decode()


def test_a_step_without_a_draft_leads_to_the_beginning(client: Client) -> None:
    for step in ("matter", "place", "details", "check"):
        assert client.get(f"/report/{step}/").headers["location"] == "/report/"


def test_the_receipt_is_for_its_reporter_alone(client: Client, district: str) -> None:
    filled(client, matter(), {"district": district})
    address = client.post("/report/check/").headers["location"]
    assert Client().get(address).headers["location"].startswith("/cases/")
    assert not any(client.cookies[f"{COOKIE}{n}"].value for n in range(3)), (
        "the draft is gone once it is sent"
    )


@pytest.mark.parametrize("address", ["/overview/", "/hung/", "/map/", "/report/"])
def test_the_public_page_is_there_when_there_is_nothing(client: Client, address: str) -> None:
    assert client.get(address).status_code == 200


def test_when_too_many_report_at_once_the_page_says_so_and_keeps_what_was_typed(
    client: Client, district: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(
        client, matter(), {"district": district, "address": "黄河五路"}, text="井盖坏了", phone="13800000000"
    )
    monkeypatch.setattr(COUNTER, "line", 0)
    said = client.post("/report/check/")
    assert (
        said.status_code == 503
        and said.headers["Retry-After"]
        and "现在报告的人太多" in said.content.decode()
    )
    assert not Case.objects.exists()
    monkeypatch.undo()
    assert "井盖坏了" in client.get("/report/check/").content.decode()
    assert (
        client.post("/report/check/").status_code == 302 and Case.objects.get().report.phone == "13800000000"
    )
