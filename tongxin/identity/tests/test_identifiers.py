"""标识与代理。 Numbers that identify somebody, and who may act for whom."""

import json
import logging
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import NOW, officer
from tongxin.acts.models import Notice
from tongxin.acts.terms import Actor, Conflict, InvalidInput, Refused
from tongxin.identity import rules
from tongxin.identity.models import Identifier, Representation
from tongxin.identity.operations import (
    authorise_representative,
    confirm_representative,
    end_representation,
    register_identifier,
    register_organisation,
    withdraw_identifier,
)
from tongxin.identity.queries import may_act_for, person_of, refs_of, represented_by
from tongxin.identity.terms import Powers, RepresentationKind
from tongxin.identity.tests.factories import DAY, EXAMPLE, a_representation, a_resident_id, clerk, person
from tongxin.ledger.models import LedgerContent
from tongxin.web.secrets import Secrets

pytestmark = pytest.mark.django_db


def a_credit_code(first: str = "91371600MA3C0000A") -> str:
    return first + rules.credit_check(first)


# ---- Numbers --------------------------------------------------------------------------------------------------------


def test_the_standards_own_example_is_a_resident_id() -> None:
    assert rules.resident_id(" 11010519491231002x ") == EXAMPLE


@given(st.integers(0, 17), st.integers(1, 9))
def test_every_single_wrong_digit_in_a_resident_id_is_found(place: int, shift: int) -> None:
    number = a_resident_id()
    signs = "0123456789X" if place == 17 else "0123456789"
    wrong = signs[(signs.index(number[place]) + shift) % len(signs)]
    with pytest.raises(InvalidInput):
        rules.resident_id(number[:place] + wrong + number[place + 1 :])


@pytest.mark.parametrize("text", ["", "1" * 17, "1" * 19, "37160219900230001", "１" * 18, "a" * 18])
def test_what_is_no_resident_id_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(InvalidInput) as said:
        rules.resident_id(text if len(text) != 17 else text + rules.resident_check(text))
    assert len(text) < 5 or text not in str(said.value)


def test_credit_codes_of_real_bodies_carry_their_check_character() -> None:
    # 北京百度网讯科技有限公司, 华为技术有限公司: published in the national register.
    for code in ("91110000802100433B", "914403001922038216"):
        assert rules.credit_code(code) == code


@given(st.integers(0, 17), st.integers(1, 30))
def test_every_single_wrong_sign_in_a_credit_code_is_found(place: int, shift: int) -> None:
    code = a_credit_code()
    wrong = rules.CREDIT_SIGNS[(rules.CREDIT_SIGNS.index(code[place]) + shift) % 31]
    with pytest.raises(InvalidInput):
        rules.credit_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize("code", ["", "91371600MA3C0000I1", "O" * 18, "9137"])
def test_what_is_no_credit_code_is_refused(code: str) -> None:
    with pytest.raises(InvalidInput):
        rules.credit_code(code)


def test_a_telephone_number_has_one_way_of_writing() -> None:
    assert {rules.phone_number(t) for t in ("+86 139-0000-0000", "139 0000 0000", "008613900000000")} == {
        "13900000000"
    }


# ---- Whose a number is ----------------------------------------------------------------------------------------------


def test_an_unregistered_number_has_a_stable_alias_that_its_person_takes_over() -> None:
    alias = person_of(kind="resident_id", value=EXAMPLE)
    assert alias.startswith("person:x-") and len(alias) == len("person:x-") + 32
    assert refs_of(person=alias) == (alias,)
    person("person:mother")
    given = register_identifier(
        actor=clerk(),
        at=NOW,
        person="person:mother",
        kind="resident_id",
        value=EXAMPLE,
        evidence="居民身份证",
    )
    assert given == alias
    assert person_of(kind="resident_id", value=EXAMPLE.lower()) == "person:mother"
    assert refs_of(person="person:mother") == ("person:mother", alias)
    assert refs_of(person=alias) == ("person:mother", alias), "what was recorded under the alias is theirs"


def test_the_number_is_kept_nowhere_and_its_digest_needs_the_key(caplog: pytest.LogCaptureFixture) -> None:
    person("person:mother")
    with caplog.at_level(logging.DEBUG):
        register_identifier(
            actor=clerk(),
            at=NOW,
            person="person:mother",
            kind="resident_id",
            value=EXAMPLE,
            evidence="身份证",
        )
    row = Identifier.objects.get()
    assert row.digest != rules.digest_of(kind="resident_id", value=EXAMPLE, key=b"another")
    assert row.digest == rules.digest_of(kind="resident_id", value=EXAMPLE, key=settings.IDENTITY_KEY)
    written = json.dumps([c.content for c in LedgerContent.objects.all()]) + str(vars(row))
    assert EXAMPLE not in written
    assert not [r for r in caplog.records if r.name != "django.db.backends" and EXAMPLE in r.getMessage()]


def test_nobody_registers_their_own_number_nor_anothers_twice() -> None:
    given = {"kind": "resident_id", "value": EXAMPLE, "evidence": "身份证"}
    me = clerk()
    with pytest.raises(Refused) as said:
        register_identifier(actor=me, at=NOW, person=me.person, **given)
    assert said.value.code == "same_person"
    person("person:mother")
    with pytest.raises(Refused):
        register_identifier(actor=Actor(person="person:mother"), at=NOW, person="person:mother", **given)
    register_identifier(actor=me, at=NOW, person="person:mother", **given)
    person("person:other")
    for wrong in (
        {"person": "person:other", **given},
        {"person": "person:mother", **given, "value": a_resident_id()},
        {"person": "person:nobody", **given, "value": a_resident_id()},
        {"person": "person:other", **given, "kind": "credit_code", "value": a_credit_code()},
        {"person": "person:other", **given, "kind": "passport"},
        {"person": "person:other", **given, "value": a_resident_id(), "evidence": " "},
    ):
        with pytest.raises(InvalidInput):
            register_identifier(actor=me, at=NOW, **wrong)


def test_a_number_registered_for_the_wrong_person_is_taken_back_by_another_official() -> None:
    number = a_resident_id()
    person("person:wrong"), person("person:right")
    first, second = clerk(), officer("bz/lead", "lead_officer")
    told = {"kind": "resident_id", "value": number, "evidence": "居民身份证，当面核对"}
    alias = register_identifier(actor=first, at=NOW, person="person:wrong", **told)
    assert alias in refs_of(person="person:wrong")
    with pytest.raises(Refused) as said:
        withdraw_identifier(actor=first, at=NOW, **told)
    assert said.value.code == "same_person"
    assert withdraw_identifier(actor=second, at=NOW, **told) == alias
    assert refs_of(person="person:wrong") == ("person:wrong",)
    assert Notice.objects.filter(recipient="person:wrong", template="identifier_withdrawn").count() == 1
    with pytest.raises(InvalidInput):
        withdraw_identifier(actor=second, at=NOW, **told)
    register_identifier(actor=second, at=NOW, person="person:right", **told)
    assert person_of(kind="resident_id", value=number) == "person:right"


def test_a_number_put_in_by_sql_is_refused_by_the_database() -> None:
    person("person:mother")

    def plant() -> None:
        with transaction.atomic(), connection.cursor() as sql:
            sql.execute("SELECT set_config('tongxin.act', '', true)")
            sql.execute(
                "INSERT INTO identity_identifier (digest, kind, person_id, evidence, registered_at)"
                " VALUES ('00', 'resident_id', 'person:mother', 'x', now())"
            )

    with pytest.raises(DatabaseError, match="outside an act"):
        plant()


def test_a_data_folder_from_before_gets_its_key_once_and_keeps_the_rest(tmp_path: Path) -> None:
    before = {"key": "k", "app_password": "p", "ledger_seed": "00", "log_name": "n"}
    (tmp_path / "secrets.json").write_text(json.dumps(before))
    first, second = Secrets.of(tmp_path), Secrets.of(tmp_path)
    assert first == second
    assert len(bytes.fromhex(first.identity_key)) == 32
    assert (first.key, first.app_password, first.ledger_seed, first.log_name) == ("k", "p", "00", "n")
    assert (tmp_path / "secrets.json").stat().st_mode & 0o077 == 0


# ---- Who acts for whom ----------------------------------------------------------------------------------------------


def test_authority_is_given_by_the_person_and_lasts_from_to() -> None:
    mother, daughter = person("person:mother"), person("person:daughter")
    authorise_representative(actor=mother, at=NOW, new=a_representation(powers=Powers.SEE), day=DAY)
    [found] = represented_by(representative="person:daughter", day=DAY)
    assert (found.person, found.kind, found.until) == (
        "person:mother",
        RepresentationKind.AUTHORISED,
        DAY + timedelta(days=30),
    )
    both = {"representative": daughter.person, "person": mother.person}
    assert may_act_for(**both, day=DAY, powers=Powers.SEE)
    assert not may_act_for(**both, day=DAY), "who may only see may not act"
    assert not may_act_for(**both, day=DAY - timedelta(days=1), powers=Powers.SEE)
    assert not may_act_for(**both, day=DAY + timedelta(days=30), powers=Powers.SEE), "the last day is out"
    assert not may_act_for(representative=mother.person, person=daughter.person, day=DAY)


@pytest.mark.parametrize(
    "wrong",
    [
        {"person": "person:other"},
        {"kind": RepresentationKind.GUARDIAN},
        {"representative": "person:mother"},
        {"valid_to": None},
        {"valid_to": DAY},
        {"valid_to": date(2040, 1, 1)},
        {"valid_from": DAY - timedelta(days=1)},
        {"matters": " "},
        {"evidence": ""},
        {"representative": "office:x"},
    ],
)
def test_authority_nobody_could_give_is_refused(wrong: dict[str, object]) -> None:
    mother = person("person:mother")
    with pytest.raises((InvalidInput, Refused)):
        authorise_representative(actor=mother, at=NOW, new=a_representation(**wrong), day=DAY)
    assert not Representation.objects.exists()


def test_either_side_ends_authority_and_a_stranger_does_not() -> None:
    mother, daughter = person("person:mother"), person("person:daughter")
    number = authorise_representative(actor=mother, at=NOW, new=a_representation(), day=DAY)
    with pytest.raises(Refused):
        end_representation(actor=person("person:stranger"), at=NOW, number=number, day=DAY)
    end_representation(actor=daughter, at=NOW, number=number, day=DAY)
    assert represented_by(representative="person:daughter", day=DAY) == []
    with pytest.raises(Conflict):
        end_representation(actor=mother, at=NOW, number=number, day=DAY)
    with pytest.raises(InvalidInput):
        end_representation(actor=mother, at=NOW, number=0, day=DAY)


def test_a_guardian_of_an_unregistered_child_is_confirmed_by_an_office() -> None:
    child = person_of(kind="resident_id", value=a_resident_id("37160220200101001"))
    mother = person("person:mother")
    new = a_representation(
        representative="person:mother", person=child, kind=RepresentationKind.GUARDIAN, valid_to=None
    )
    with pytest.raises(Refused):
        confirm_representative(actor=mother, at=NOW, new=new)
    number = confirm_representative(actor=clerk(), at=NOW, new=new)
    assert may_act_for(representative="person:mother", person=child, day=DAY)
    with pytest.raises(Refused) as said:
        end_representation(actor=mother, at=NOW, number=number, day=DAY)
    assert said.value.code == "duty"
    person("person:child")
    register_identifier(
        actor=clerk(),
        at=NOW,
        person="person:child",
        kind="resident_id",
        value=a_resident_id("37160220200101001"),
        evidence="户口簿",
    )
    assert may_act_for(representative="person:mother", person="person:child", day=DAY)
    assert [one.person for one in represented_by(representative="person:mother", day=DAY)] == ["person:child"]
    end_representation(actor=clerk(), at=NOW, number=number, day=DAY)
    assert not may_act_for(representative="person:mother", person="person:child", day=DAY)


def test_who_confirms_a_representation_is_neither_of_the_two() -> None:
    me = clerk()
    new = a_representation(representative=me.person, kind=RepresentationKind.GUARDIAN)
    with pytest.raises(Refused) as said:
        confirm_representative(actor=me, at=NOW, new=new)
    assert said.value.code == "same_person"


def test_nobody_passes_on_an_authority_longer_than_their_own() -> None:
    org = register_organisation(
        actor=clerk(), at=NOW, name="某某有限公司", code=a_credit_code(), evidence="营业执照"
    )
    boss, staff = person("person:boss"), person("person:staff")
    of_org = {"person": org, "kind": RepresentationKind.ORGANISATION}
    soon = DAY + timedelta(days=30)
    own = a_representation(representative=boss.person, **of_org, valid_to=soon)
    confirm_representative(actor=clerk(), at=NOW, new=own)
    longer = a_representation(representative=staff.person, **of_org, valid_to=soon + timedelta(days=1))
    with pytest.raises(InvalidInput) as said:
        authorise_representative(actor=boss, at=NOW, new=longer, day=DAY)
    assert said.value.field == "valid_to"
    as_long = a_representation(representative=staff.person, **of_org, valid_to=soon)
    assert authorise_representative(actor=boss, at=NOW, new=as_long, day=DAY)


def test_an_organisation_is_acted_for_from_to_and_passes_authority_on() -> None:
    code = a_credit_code()
    org = register_organisation(actor=clerk(), at=NOW, name="某某有限公司", code=code, evidence="营业执照")
    assert person_of(kind="credit_code", value=code) == org
    boss, staff = person("person:boss"), person("person:staff")
    of_org = {"person": org, "kind": RepresentationKind.ORGANISATION}
    with pytest.raises(Refused):
        authorise_representative(
            actor=boss, at=NOW, new=a_representation(representative=staff.person, **of_org), day=DAY
        )
    confirm_representative(
        actor=clerk(), at=NOW, new=a_representation(representative=boss.person, **of_org, valid_to=None)
    )
    authorise_representative(
        actor=boss, at=NOW, new=a_representation(representative=staff.person, **of_org), day=DAY
    )
    assert may_act_for(representative=staff.person, person=org, day=DAY)
    with pytest.raises(InvalidInput):
        register_organisation(actor=clerk(), at=NOW, name="再来一次", code=code, evidence="营业执照")
    with pytest.raises(InvalidInput):
        register_organisation(actor=clerk(), at=NOW, name="错的", code=code[:17] + "0", evidence="营业执照")
