"""登录的行为。 The acts of signing in: what is enough, what opens once, what a row planted by SQL does not open."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.utils import decrypt, encrypt
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.factories import NOW, officer
from tongxin.acts.models import Notice
from tongxin.acts.terms import PLATFORM, Actor, Conflict, InvalidInput, Refused
from tongxin.identity import operations as identity
from tongxin.identity import rules
from tongxin.identity.models import Account, Recovery, Session, SpentProof
from tongxin.identity.operations.proving import totp_step
from tongxin.identity.queries import account_linked, account_matching, held_means, live_session, open_sessions
from tongxin.identity.terms import (
    CodeShown,
    Means,
    NewPerson,
    OutsideShown,
    PasswordShown,
)
from tongxin.identity.tests.factories import ME, PASSWORD, a_code, a_key, begin, mine, with_key, with_totp
from tongxin.ledger.models import LedgerContent, LedgerEntry, LedgerWrite

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def account() -> Account:
    return mine()


# ---- What is enough -------------------------------------------------------------------------------------------------


def test_a_password_opens_a_session_that_its_entry_names() -> None:
    assert begin(PasswordShown()) == "password"
    live = live_session(secret="s1", since=NOW - DAY)
    assert live is not None
    assert (live.login, live.person, live.means) == ("me", ME.person, "password")
    content = LedgerContent.objects.get(entry__verb="sign_in")
    assert content.content["session"] == live.key[:16]
    assert "s1" not in json.dumps(content.content), "the secret of the session is kept nowhere"
    assert not Session.objects.filter(key="s1").exists()


@pytest.mark.parametrize("count", range(2))
def test_nothing_shown_opens_nothing(count: int) -> None:
    with pytest.raises(Refused):
        begin(*[CodeShown(code="000000")] * count)
    assert not Session.objects.exists()


def test_where_a_second_means_is_held_the_password_is_half_the_way() -> None:
    secret = with_totp()
    with pytest.raises(Refused) as said:
        begin(PasswordShown())
    assert said.value.code == "second_needed"
    with pytest.raises(Refused):
        begin(CodeShown(code=a_code(secret)))  # the code alone is not enough either
    later = NOW + timedelta(minutes=5)
    assert begin(PasswordShown(), CodeShown(code=a_code(secret, later)), at=later) == "password+totp"


def test_another_persons_account_is_not_ones_own() -> None:
    with pytest.raises(Refused) as said:
        begin(PasswordShown(), actor=Actor(person="person:thief"))
    assert said.value.code == "not_yours"
    with pytest.raises(Refused):
        begin(PasswordShown(), login="nobody")


MEANS = st.sets(st.sampled_from(list(Means)))


@given(shown=MEANS, held=MEANS)
def test_a_second_factor_held_is_never_done_without(shown: set[Means], held: set[Means]) -> None:
    if rules.may_enter(shown=shown, held=held):
        alone = {Means.PASSKEY, Means.OIDC, Means.DEMO} & shown
        two = Means.PASSWORD in shown and bool(rules.SECOND & shown)
        one_held = not {Means.TOTP, Means.SECURITY_KEY, Means.PASSKEY} & held
        assert alone or two or (Means.PASSWORD in shown and one_held)


@given(held=MEANS)
def test_a_recovery_code_is_never_as_strong_as_a_passkey_or_an_app(held: set[Means]) -> None:
    if {Means.PASSKEY, Means.TOTP, Means.SECURITY_KEY} & held:
        assert not rules.is_as_strong(shown={Means.RECOVERY_CODE, Means.PASSWORD}, held=held)


@given(means=MEANS)
def test_means_are_written_in_one_word_and_read_back(means: set[Means]) -> None:
    assert rules.parted(rules.joined(means)) == means


# ---- What opens once ------------------------------------------------------------------------------------------------


# RFC 6238 appendix B, SHA-1, the last six of eight digits.
VECTORS = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")]  # fmt: skip


@pytest.mark.parametrize(("second", "code"), VECTORS)
def test_codes_are_those_of_rfc_6238(second: int, code: str) -> None:
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = datetime.fromtimestamp(second, UTC)
    assert totp_step(secret=secret, code=code, at=at) == second // 30
    assert totp_step(secret=secret, code=code, at=at + timedelta(seconds=30)) == second // 30, "one step late"
    assert totp_step(secret=secret, code=code, at=at + timedelta(seconds=60)) is None
    if second > 100:
        assert totp_step(secret=secret, code=code, at=at - timedelta(seconds=60)) is None, "two steps early"


@settings(max_examples=50)
@given(code=st.text(max_size=12))
def test_what_is_no_code_is_none(code: str) -> None:
    found = totp_step(secret="GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", code=code, at=NOW)
    assert found is None or code.isdigit()


def test_a_code_opens_once_even_within_its_time() -> None:
    secret = with_totp()
    at = NOW + timedelta(minutes=5)
    begin(PasswordShown(), CodeShown(code=a_code(secret, at)), at=at)
    with pytest.raises(Refused) as said:
        begin(PasswordShown(), CodeShown(code=a_code(secret, at)), at=at + timedelta(seconds=20), secret="s2")
    assert said.value.code == "replayed"
    with pytest.raises(Refused):
        begin(PasswordShown(), CodeShown(code=a_code(secret, at, steps=3)), at=at, secret="s2")
    assert begin(PasswordShown(), CodeShown(code=a_code(secret, at, steps=1)), at=at, secret="s2")


def test_an_assertion_opens_once_and_its_counter_never_goes_back() -> None:
    number = with_key()
    assert begin(a_key(number, "c1", 5)) == "passkey"
    for wrong, code in (
        (a_key(number, "c1", 6), "replayed"),
        (a_key(number, "c2", 5), "counter_back"),
        (a_key(number, "c2", 0), "counter_back"),
        (a_key(number, "c2", 6, verified=False), "not_shown"),
        (a_key(number + 1, "c2", 6), "not_shown"),
    ):
        with pytest.raises(Refused) as said:
            begin(wrong, secret=f"s {code}")
        assert said.value.code == code
    assert begin(a_key(number, "c2", 6), secret="s2")


def test_a_key_that_does_not_count_is_not_refused_for_it() -> None:
    number = with_key()
    begin(a_key(number, "c1", 0))
    assert begin(a_key(number, "c2", 0), secret="s2") == "passkey"


def test_a_key_for_the_second_step_does_not_open_by_itself() -> None:
    number = with_key(alone=False)
    with pytest.raises(Refused) as said:
        begin(a_key(number))
    assert said.value.code == "second_needed"
    assert begin(PasswordShown(), a_key(number)) == "password+security_key"


def test_ten_recovery_codes_open_once_each_and_a_new_set_ends_the_old() -> None:
    with pytest.raises(InvalidInput):
        identity.renew_recovery_codes(actor=ME, at=NOW, login="me")
    with_totp()
    codes = identity.renew_recovery_codes(actor=ME, at=NOW, login="me")
    assert len(set(codes)) == 10
    for place, code in enumerate(codes[:9]):
        begin(PasswordShown(), CodeShown(code=f"{code[:4]} {code[4:]}"), secret=f"s{place}")
        with pytest.raises(Refused):
            begin(PasswordShown(), CodeShown(code=code), secret=f"again {place}")
    renewed = identity.renew_recovery_codes(actor=ME, at=NOW, login="me")
    with pytest.raises(Refused):
        begin(PasswordShown(), CodeShown(code=codes[9]), secret="old")
    begin(PasswordShown(), CodeShown(code=renewed[0]), secret="new")


def test_the_secret_of_an_app_lies_encrypted_in_the_table() -> None:
    secret = with_totp()
    row = Authenticator.objects.get()
    assert secret not in json.dumps(row.data)
    assert decrypt(row.data["secret"]) == secret


# ---- A row planted by SQL -------------------------------------------------------------------------------------------


def test_a_means_put_in_outside_an_act_is_refused_by_the_database(account: Account) -> None:
    def plant() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('tongxin.act', '', true)")
            Authenticator.objects.create(user=account, type="totp", data={"secret": encrypt("A" * 32)})

    with pytest.raises(DatabaseError, match="outside an act"):
        plant()


@pytest.mark.parametrize("seal", ["", "0" * 64])
def test_a_means_put_in_within_an_act_opens_nothing_without_the_seal(account: Account, seal: str) -> None:
    """As the tables' owner could, who forges an entry: it lacks the instance's key."""
    secret = generate_totp_secret()
    Authenticator.objects.create(user=account, type="totp", data={"secret": encrypt(secret), "seal": seal})
    assert Means.TOTP not in held_means(login="me")
    with pytest.raises(Refused):
        begin(CodeShown(code=a_code(secret)), PasswordShown())


def test_a_seal_binds_the_account_and_whether_a_key_is_enough_alone(account: Account) -> None:
    number = with_key(alone=False)
    row = Authenticator.objects.get(pk=number)
    Authenticator.objects.filter(pk=number).update(data={**row.data, "alone": True})
    with pytest.raises(Refused):
        begin(a_key(number))
    other = NewPerson(ref="person:other", name="他", login="other", password=PASSWORD)
    identity.open_account(actor=PLATFORM, at=NOW, person=other)
    Authenticator.objects.filter(pk=number).update(data=row.data, user=Account.objects.get(login="other"))
    with pytest.raises(Refused):
        begin(PasswordShown(), a_key(number), login="other", actor=Actor(person="person:other"))


# ---- Sessions -------------------------------------------------------------------------------------------------------


def test_an_ended_session_is_dead_and_the_others_live() -> None:
    for secret in ("s1", "s2", "s3"):
        begin(PasswordShown(), secret=secret)
    keys = {secret: rules.session_key(secret) for secret in ("s1", "s2", "s3")}
    assert identity.end_sessions(actor=ME, at=NOW, login="me", sessions=[keys["s2"], "unknown"]) == 1
    assert live_session(secret="s2", since=NOW - DAY) is None
    assert {row.key for row in open_sessions(login="me", since=NOW - DAY)} == {keys["s1"], keys["s3"]}
    assert live_session(secret="s1", since=NOW) is None, "too old"
    assert live_session(secret=keys["s1"], since=NOW - DAY) is None, "the digest is no secret"


def test_nobody_ends_the_session_of_another() -> None:
    begin(PasswordShown())
    other = NewPerson(ref="person:other", name="他", login="other", password=PASSWORD)
    identity.open_account(actor=PLATFORM, at=NOW, person=other)
    key = rules.session_key("s1")
    him = Actor(person="person:other")
    assert identity.end_sessions(actor=him, at=NOW, login="other", sessions=[key]) == 0
    with pytest.raises(Refused):
        identity.end_sessions(actor=him, at=NOW, login="me", sessions=[key])
    assert live_session(secret="s1", since=NOW - DAY)


def test_a_new_password_ends_every_other_session() -> None:
    begin(PasswordShown(), secret="s1")
    begin(PasswordShown(), secret="s2")
    made = make_password("another password")
    keep = rules.session_key("s1")
    assert identity.change_password(actor=ME, at=NOW, login="me", password=made, keep=keep) == 1
    assert live_session(secret="s1", since=NOW - DAY)
    assert live_session(secret="s2", since=NOW - DAY) is None
    assert account_matching(login="me", password="another password")
    assert account_matching(login="me", password="a right password") is None
    assert Notice.objects.filter(recipient=ME.person, template="password_changed").exists()


def test_confirming_makes_a_session_fresh_and_says_by_what() -> None:
    secret = with_totp()
    begin(PasswordShown(), CodeShown(code=a_code(secret)))
    later = NOW + timedelta(hours=1)
    given = {"actor": ME, "at": later, "login": "me", "session": rules.session_key("s1")}
    with pytest.raises(Refused):
        identity.confirm_identity(**given, shown=[])
    with pytest.raises(Refused):
        identity.confirm_identity(**{**given, "session": "0" * 64}, shown=[PasswordShown()])
    identity.confirm_identity(**given, shown=[CodeShown(code=a_code(secret, later))])
    live = live_session(secret="s1", since=NOW - DAY)
    assert live is not None
    assert (live.fresh_at, live.means) == (later, "totp")
    content = LedgerContent.objects.get(entry__verb="confirm_identity", entry__outcome="done")
    assert content.content["means"] == "totp"


def test_the_means_of_the_actor_stand_in_the_entry_of_every_act() -> None:
    actor = officer("bz/hotline", "hotline_clerk")
    shown = Actor(person=actor.person, office=actor.office, means="passkey")
    identity.register_organisation(
        actor=shown, at=NOW, name="某公司", code="91110000802100433B", evidence="营业执照"
    )
    assert LedgerContent.objects.get(entry__verb="register_organisation").content["means"] == "passkey"


# ---- Outside accounts, and ways that remain --------------------------------------------------------------------------


def test_an_outside_account_opens_what_it_was_linked_to_and_is_no_ones_twice() -> None:
    outside = OutsideShown(provider="province", subject="abc")
    with pytest.raises(Refused):
        begin(outside)
    number = identity.link_outside(actor=ME, at=NOW, login="me", outside=outside)
    known = account_linked(provider="province", subject="abc")
    assert known is not None and known.login == "me"
    assert account_linked(provider="city", subject="abc") is None
    assert begin(outside) == "oidc"
    with pytest.raises(InvalidInput):
        identity.link_outside(actor=ME, at=NOW, login="me", outside=outside)
    identity.unlink_outside(actor=ME, at=NOW, login="me", number=number)
    with pytest.raises(Refused):
        begin(outside, secret="s2")


def test_the_last_way_to_sign_in_is_not_taken_away() -> None:
    number = with_key()
    Account.objects.filter(login="me").update(password="")
    link = identity.link_outside(
        actor=ME, at=NOW, login="me", outside=OutsideShown(provider="province", subject="abc")
    )
    identity.unlink_outside(actor=ME, at=NOW, login="me", number=link)
    with pytest.raises(Refused) as said:
        identity.remove_means(actor=ME, at=NOW, login="me", number=number)
    assert said.value.code == "last_means"
    with pytest.raises(InvalidInput):
        identity.remove_means(actor=ME, at=NOW, login="me", number=0)


def test_a_removed_key_opens_nothing_and_the_codes_go_with_it() -> None:
    number = with_key()
    identity.renew_recovery_codes(actor=ME, at=NOW, login="me")
    identity.remove_means(actor=ME, at=NOW, login="me", number=number)
    assert not Authenticator.objects.exists()
    with pytest.raises(Refused):
        begin(a_key(number))
    with pytest.raises(Refused) as said:
        with_key()
    assert said.value.code == "replayed", "a credential that was removed is not added again"


def test_a_closed_account_opens_no_more() -> None:
    begin(PasswordShown())
    with pytest.raises(Refused):
        identity.close_account(actor=Actor(person="person:other"), at=NOW, login="me")
    identity.close_account(actor=ME, at=NOW, login="me")
    assert live_session(secret="s1", since=NOW - DAY) is None
    assert account_matching(login="me", password="a right password") is None
    with pytest.raises(Refused):
        begin(PasswordShown(), secret="s2")


def test_a_resident_opens_an_account_of_their_own() -> None:
    new = NewPerson(ref="person:r-1", name="新", login="xin-123456", password=PASSWORD)
    nobody = Actor(person="person:anonymous")
    assert identity.open_own_account(actor=nobody, at=NOW, person=new) == "xin-123456"
    assert begin(PasswordShown(), login="xin-123456", actor=Actor(person="person:r-1"))
    with pytest.raises(Conflict):
        identity.open_own_account(actor=nobody, at=NOW, person=new)
    for wrong in ({"login": "xin"}, {"login": "x-123456"}, {"name": " "}, {"password": ""}):
        fields = {"ref": "person:r-2", "name": "新", "login": "new-123456", "password": PASSWORD, **wrong}
        with pytest.raises(InvalidInput):
            identity.open_own_account(actor=nobody, at=NOW, person=NewPerson(**fields))


# ---- Getting an account back ----------------------------------------------------------------------------------------

NOBODY = Actor(person="person:anonymous")
NEW_PASSWORD = make_password("the new password")


def asked(login: str = "me", token: str = "t1", at: datetime = NOW) -> int:
    return identity.request_recovery(actor=NOBODY, at=at, login=login, token=token)


def decide(
    number: int, actor: Actor | None = None, organs: tuple[str, ...] = (), *, approved: bool = True
) -> None:
    identity.decide_recovery(
        actor=actor or officer("bz/hotline", "hotline_clerk"),
        at=NOW,
        number=number,
        organs=organs,
        approved=approved,
        evidence="居民身份证，当面核对",
    )


def complete(token: str = "t1", at: datetime = NOW + 2 * DAY) -> str:
    return identity.complete_recovery(actor=NOBODY, at=at, token=token, password=NEW_PASSWORD)


def test_an_account_is_got_back_by_a_second_person_after_a_wait() -> None:
    with_key()
    begin(a_key(Authenticator.objects.get().pk))
    number = asked()
    assert Notice.objects.filter(recipient=ME.person, template="recovery_asked").count() == 1
    with pytest.raises(Refused):
        complete()
    decide(number)
    for moment in (NOW, NOW + DAY - timedelta(seconds=1), NOW + 8 * DAY):
        with pytest.raises(Refused):
            complete(at=moment)
    with pytest.raises(Refused):
        complete(token="t2")
    assert complete(at=NOW + DAY) == "me"
    assert account_matching(login="me", password="the new password")
    assert not Authenticator.objects.exists()
    assert live_session(secret="s1", since=NOW - DAY) is None
    with pytest.raises(Refused):
        complete()
    verbs = ["request_recovery", "decide_recovery", "complete_recovery"]
    assert list(LedgerEntry.objects.filter(verb__in=verbs, outcome="done").order_by("id").values_list("verb", flat=True)) == verbs  # fmt: skip


def test_an_account_that_was_got_back_is_not_opened_by_another_request() -> None:
    mine, another = asked(), asked(token="t2")
    decide(mine)
    decide(another)
    complete(at=NOW + DAY)
    with pytest.raises(Refused):
        complete("t2", at=NOW + DAY)


def test_whoever_still_has_the_account_says_no() -> None:
    number = asked()
    decide(number)
    identity.cancel_recovery(actor=ME, at=NOW, login="me", number=number)
    with pytest.raises(Refused):
        complete()
    with pytest.raises(Conflict):
        identity.cancel_recovery(actor=ME, at=NOW, login="me", number=number)
    with pytest.raises(Conflict):
        decide(number)


def test_nobody_decides_about_their_own_account_and_officials_are_seen_to_by_colleagues() -> None:
    clerk, lead = officer("bz/hotline", "hotline_clerk"), officer("bz/lead", "lead_officer")
    held = Account.objects.filter(person_id=clerk.person).first()
    assert held is not None
    number = asked(login=held.login)
    with pytest.raises(Refused) as said:
        decide(number, clerk, ("bz/hotline",))
    assert said.value.code == "same_person"
    with pytest.raises(Refused) as said:
        decide(number, lead, ("bz/hotline",))
    assert said.value.code == "other_organ"
    with pytest.raises(Refused) as said:
        decide(asked(token="t2"), officer("bz/371603/culture"))
    assert said.value.code == "wrong_post"
    with pytest.raises(Refused):
        decide(asked(token="t9"), Actor(person="person:stranger"))


def test_a_recovery_for_a_name_nobody_has_is_asked_alike_and_never_approved() -> None:
    number = asked(login="nobody at all")
    with pytest.raises(InvalidInput):
        decide(number)
    decide(number, approved=False)
    assert Recovery.objects.get(pk=number).state == "declined"


def test_the_public_leaf_does_not_tell_whether_anybody_has_the_name() -> None:
    def told(login: str, token: str) -> list[tuple[str, int]]:
        entry = LedgerEntry.objects.get(pk=_entry_of(asked(login=login, token=token)))
        return [(write.relation, len(write.keys)) for write in entry.writes.order_by("id")]

    assert told("me", "t1") == told("nobody at all", "t2")


def _entry_of(number: int) -> int:
    found = LedgerWrite.objects.filter(relation="identity_recovery", keys=[str(number)]).first()
    assert found is not None
    return int(found.entry_id)


def test_requests_for_one_name_are_bounded() -> None:
    for place in range(5):
        asked(token=f"t{place}")
    with pytest.raises(Refused) as said:
        asked(token="t6")
    assert said.value.code == "too_many"
    assert asked(token="t7", at=NOW + 8 * DAY)


# ---- What is spent --------------------------------------------------------------------------------------------------


def test_what_was_spent_is_never_edited() -> None:
    number = with_key()
    begin(a_key(number))
    with pytest.raises(DatabaseError), transaction.atomic():
        SpentProof.objects.all().delete()
