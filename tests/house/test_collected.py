"""What the platform asks of people itself: all of it in the catalogue, and nothing that it knows already."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django import forms
from django.test import Client

from tests.factories import NOW, signed_in
from tests.house.rules.forms import answered_apart, dotted, filled, import_all, known_forms, listed
from tests.house.rules.terms import said
from tests.plugin import ROOT
from tongxin.acts.terms import PLATFORM, Actor
from tongxin.exchange.rules.collecting import OWN_FORMS, OwnQuestion, own_by_form
from tongxin.exchange.terms import Meaning
from tongxin.identity.operations import open_account
from tongxin.identity.terms import NewPerson

KNOWN = {"name": "王小明", "phone": "13900001234", "email": "ming@example.com"}
RESIDENT = Actor(person="person:ming")
DETAILS = "tongxin.cases.forms.report.DetailsForm"
PARTICULARS = "tongxin.exchange.forms.person.ParticularsForm"


@pytest.fixture
def resident(db: None, monkeypatch: pytest.MonkeyPatch) -> Client:
    """Somebody signed in whose name, telephone and mail the platform has."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    open_account(actor=PLATFORM, at=NOW, person=NewPerson(ref=RESIDENT.person, login="ming", **KNOWN))
    return signed_in(RESIDENT, "ming")


def details(client: Client) -> str:
    """The page of a report that asks how the reporter can be reached."""
    client.post("/report/")
    client.post("/report/matter/", {"what": "-"})
    client.post("/report/place/", {"address": "人民路 300 号门前"})
    return client.get("/report/details/").content.decode()


def particulars(client: Client) -> str:
    """The page on which somebody puts right how they can be reached."""
    return client.get("/my-data/particulars/").content.decode()


PAGES: dict[str, Callable[[Client], str]] = {DETAILS: details, PARTICULARS: particulars}


def test_every_question_to_the_public_is_in_the_platforms_own_catalogue() -> None:
    import_all(ROOT)
    found = listed(known_forms(), own_by_form())
    assert not found, said(found)


def test_what_is_kept_apart_from_an_account_need_not_be_answered() -> None:
    import_all(ROOT)
    found = answered_apart(OWN_FORMS, known_forms())
    assert not found, said(found)


def test_a_form_that_knows_the_answer_has_a_page_that_is_looked_at() -> None:
    assert {one.form for one in OWN_FORMS if one.known} == set(PAGES)


@pytest.mark.parametrize("form", PAGES)
def test_what_the_platform_knows_of_who_is_signed_in_is_filled_in(resident: Client, form: str) -> None:
    page = PAGES[form](resident)
    assert 'name="phone"' in page
    found = filled(form, own_by_form()[form], page, KNOWN)
    assert not found, said(found)


def test_a_stranger_is_asked_and_nothing_is_filled_in(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    assert len(filled(DETAILS, own_by_form()[DETAILS], details(Client()), KNOWN)) == 3


# ---- The tests of the tests -----------------------------------------------------------------------------------------


class Planted(forms.Form):
    """A form that asks for a number the city holds."""

    name = forms.CharField()
    resident_id = forms.CharField()


OWN = {dotted(Planted): (OwnQuestion(form=dotted(Planted), field="name", means=(Meaning.NAME,), known=True),)}


def test_a_form_that_is_in_no_catalogue_is_named() -> None:
    (found,) = listed([Planted], {})
    assert found.where.endswith("Planted") and "OWN_FORMS" in found.instead


def test_a_question_that_crept_into_a_form_is_named() -> None:
    (found,) = listed([Planted], OWN)
    assert "asks `resident_id`" in found.what


def test_a_personal_question_that_must_be_answered_anew_is_named() -> None:
    question = OwnQuestion(form=dotted(Planted), field="resident_id", means=(Meaning.RESIDENT_ID,))
    assert len(answered_apart([question], [Planted])) == 1
    assert len(answered_apart([replace(question, apart=True)], [Planted])) == 1
    assert answered_apart([replace(question, known=True)], [Planted]) == []


def test_a_question_that_nothing_asks_any_more_is_named() -> None:
    gone = {**OWN, "tongxin.gone.Form": (OwnQuestion(form="tongxin.gone.Form", field="age"),)}
    assert [one.what for one in listed([], gone)] == ["is no form of the house"] * 2


def test_an_empty_question_to_somebody_known_is_named() -> None:
    (form,) = OWN
    assert len(filled(form, OWN[form], '<input type="text" name="name" id="id_name">', KNOWN)) == 1
    assert filled(form, OWN[form], '<input type="text" name="name" value="王小明">', KNOWN) == []
    assert filled(form, OWN[form], "<p>王小明</p>", KNOWN) == []
