"""Pages that are seldom seen, drawn once: the steps of the wizard, the note after intake, and what stands where nothing works."""

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from tests.factories import INSIDE, MATTER, officer, reported, signed_in

pytestmark = pytest.mark.django_db


def test_wizard_asks_what_and_shows_the_answers_before_sending(client: Client) -> None:
    client.post("/report/")
    assert "是什么事" in client.get("/report/matter/?q=井盖").content.decode()
    client.post("/report/matter/", {"what": MATTER})
    client.post("/report/place/", {"lon": str(INSIDE[0]), "lat": str(INSIDE[1])})
    client.post("/report/details/", {"text": "井盖坏了"})
    assert "井盖坏了" in client.get("/report/check/").content.decode()


def test_clerk_takes_a_call_sees_what_is_near_and_hands_over_the_number() -> None:
    reported(at=timezone.now())
    clerk = signed_in(officer("bz/hotline", "hotline_clerk"), "clerk")
    key = clerk.get("/desk/intake/").content.decode().split('name="client_key" value="')[1].split('"')[0]
    told = {
        "client_key": key,
        "matter": MATTER,
        "lon": str(INSIDE[0]),
        "lat": str(INSIDE[1]),
        "text": "来电说井盖坏了",
    }
    clerk.post("/desk/intake/", {**told, "do": "look"})
    answer = clerk.post("/desk/intake/", {**told, "do": "send", "same_as": "none"}, follow=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert answer.redirect_chain and "/mine/" in page, page[:1_500]


def test_forged_form_is_answered_in_plain_words() -> None:
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post("/report/")
    assert answer.status_code == 403
    assert "<h1" in answer.content.decode()


@pytest.mark.parametrize("name", ["500.html", "unfounded.html", "403_csrf.html", "404.html"])
def test_page_for_when_nothing_works_needs_nothing(name: str) -> None:
    assert "<h1" in render_to_string(name)
