"""报告的草稿。 The draft of a report holds two thousand characters and cannot be forged."""

import random

import pytest
from django.http import HttpRequest, HttpResponse

from tongxin.cases.forms.draft import COOKIE, Draft, DraftTooLongError, drop_draft, keep_draft, kept_draft


def brought(response: HttpResponse) -> HttpRequest:
    request = HttpRequest()
    request.COOKIES = {name: morsel.value for name, morsel in response.cookies.items()}
    return request


def test_a_draft_comes_back_as_it_was() -> None:
    draft = Draft.begun(what="m1").typed({"text": "路灯不亮", "lat": "30.1", "key": "forged"})
    response = keep_draft(HttpResponse(), draft, secure=False)
    assert kept_draft(brought(response)) == draft
    assert draft.key.startswith("web:")
    assert all(
        morsel["path"] == "/report/" and morsel["httponly"]
        for morsel in response.cookies.values()
        if morsel.value
    )


def test_two_thousand_characters_that_cannot_be_compressed_are_kept() -> None:
    text = "".join(random.Random(1).choices([chr(c) for c in range(0x4E00, 0x9FA5)], k=2_000))  # noqa: S311
    response = keep_draft(HttpResponse(), Draft.begun().typed({"text": text}), secure=False)
    assert all(len(morsel.value) < 4_000 for morsel in response.cookies.values())
    kept = kept_draft(brought(response))
    assert kept is not None
    assert kept.text == text


def test_a_draft_that_does_not_fit_says_so() -> None:
    draft = Draft.begun().typed({"text": "".join(chr(0x20000 + 37 * n) for n in range(4_000))})
    with pytest.raises(DraftTooLongError):
        keep_draft(HttpResponse(), draft, secure=False)


def test_what_was_tampered_with_is_no_draft() -> None:
    response = keep_draft(HttpResponse(), Draft.begun(), secure=False)
    request = brought(response)
    request.COOKIES[f"{COOKIE}0"] = request.COOKIES[f"{COOKIE}0"][:-2] + "xx"
    assert kept_draft(request) is None
    assert kept_draft(brought(drop_draft(HttpResponse()))) is None


def test_an_offer_of_help_keeps_neither_photo_nor_identity() -> None:
    draft = Draft.begun().typed({"name": "甲", "phone": "1", "email": "a@b.c", "text": "桥下"})
    clean = draft.without_person()
    assert (clean.name, clean.phone, clean.email, clean.photos, clean.text) == ("", "", "", (), "桥下")


def test_the_next_page_is_the_first_that_is_not_answered() -> None:
    pages = [
        Draft().next_page,
        Draft(what="-").next_page,
        Draft(what="-", placed=True).next_page,
        Draft(what="-", placed=True, told=True).next_page,
    ]
    assert pages == ["report_matter", "report_place", "report_details", "report_check"]
