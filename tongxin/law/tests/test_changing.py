"""法典的变动。 Texts enter, effects are confirmed, and what rested on the old words stops by itself."""

import hashlib
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.db.models import Count

from tests.factories import NOW, accepted, officer, reported
from tongxin.acts.terms import PLATFORM, Conflict, InvalidInput, Refused
from tongxin.cases import operations as cases
from tongxin.law import operations as law
from tongxin.law import queries
from tongxin.law.models import (
    Binding,
    Clause,
    Day,
    Doubt,
    Effect,
    ListChange,
    Review,
    Suspension,
    UpdateDuty,
    Version,
)
from tongxin.law.operations.listing import NotAdmitted
from tongxin.law.queries import in_force
from tongxin.law.queries.closings import closings
from tongxin.law.queries.impact import impact
from tongxin.law.queries.standing import states_on
from tongxin.law.rules import parse_instrument
from tongxin.law.terms import NewEffect, NewInstrumentVersion, Repointing
from tongxin.ledger.models import LedgerEntry
from tongxin.places.operations import advance_revision
from tongxin.places.queries import city, city_day

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 23)
SOON = date(2026, 12, 1)
OLD = ("cn/binzhou/town-appearance", date(2018, 12, 4))
NAME = "滨州市城镇容貌和环境卫生管理条例"
MATTER = "m06010"
DECISION = (
    "# 关于修改某条例的决定\n\n<!-- INFO END -->\n\n第一条 {words}\n\n第二条 本决定自2026年12月1日起施行。\n"
)


def lawyer() -> Any:
    return officer("bz/lead", "legal_officer")


def day_at(day: date, hour: int = 9) -> datetime:
    return NOW + timedelta(days=(day - TODAY).days, hours=hour - 10)


def a_text(text: str, **given: Any) -> NewInstrumentVersion:
    read = parse_instrument(text)
    base: dict[str, Any] = {
        "key": "cn/binzhou/decision", "title": read.title, "title_en": "", "level": "local-regulation",
        "issuer": "滨州市人民代表大会常务委员会", "jurisdiction": "371600", "illustrative": False, "adopted": date(2026, 11, 20),
        "in_force_from": SOON, "in_force_to": None, "date_source": "公告", "status": "in_force", "source": "公报",
        "sha256": hashlib.sha256(text.encode()).hexdigest(), "clauses": read.clauses, "doubts": read.doubts,
    }  # fmt: skip
    return NewInstrumentVersion(**{**base, **given})


def enter(
    text: str = DECISION.format(words="对条例作如下修改。"), at: datetime = NOW, **given: Any
) -> Version:
    number = law.enter_version(actor=lawyer(), at=at, version=a_text(text, **given))
    return Version.objects.get(pk=number)


def note(by: Version, kind: str, clause: str = "", at: datetime = NOW, **given: Any) -> int:
    base: dict[str, Any] = {
        "by_key": by.instrument.key, "by_adopted": by.adopted, "by_clause": "a1", "kind": kind, "key": OLD[0],
        "adopted": OLD[1], "clause": clause, "day": SOON,
    }  # fmt: skip
    return law.propose_effect(actor=lawyer(), at=at, effect=NewEffect(**{**base, **given}))


def confirm(*effects: int, at: datetime = NOW, knowing: tuple[str, ...] = ()) -> int:
    return law.confirm_effects(actor=lawyer(), at=at, effects=list(effects), knowing=knowing)


def old_version() -> Version:
    return Version.objects.get(instrument__key=OLD[0], adopted=OLD[1])


def late_repeal() -> dict[str, int]:
    """What waits for a person: a candidate, a doubt, and the review of an act done after its basis had ended."""
    accepted(matter=MATTER)
    at = NOW + timedelta(minutes=30)
    by = enter(adopted=date(2026, 11, 1), in_force_from=TODAY, at=at)
    confirm(note(by, "repeal", "a35", at=at, day=TODAY), at=at)
    doubt, review = Doubt.objects.filter(resolution="").first(), Review.objects.first()
    assert doubt is not None and review is not None
    return {"effect": note(by, "repeal", "a36", at=at, day=SOON), "doubt": doubt.pk, "review": review.pk}


# ---- A text enters --------------------------------------------------------------------------------------------------


def test_a_text_enters_with_its_clauses_doubts_and_the_repeals_it_speaks_of(db: None) -> None:
    text = "# 甲条例\n<!-- INFO END -->\n第一条 为了某事，制定本条例。\n第三条 本条例自2026年12月1日起施行。《滨州市扬尘污染防治条例》同时废止。"
    version = enter(text, key="cn/binzhou/new-thing")
    assert Clause.objects.filter(version=version, key="a3.p1").exists()
    assert Doubt.objects.get(version=version).detail == "a2"
    candidate = Effect.objects.get(by=version)
    assert candidate.state == "candidate" and candidate.version.instrument.key == "cn/binzhou/dust-pollution"
    assert candidate.version.in_force_to is None and candidate.day == SOON


def test_a_new_version_ends_the_one_before_on_its_day_and_not_before(db: None) -> None:
    new = enter("# 滨州市城镇容貌和环境卫生管理条例\n<!-- INFO END -->\n第一条 新。\n第二条 本条例自2026年12月1日起施行。",
                key=OLD[0], title="滨州市城镇容貌和环境卫生管理条例")  # fmt: skip
    assert old_version().in_force_to == SOON == new.in_force_from
    case = reported(matter=MATTER)
    assert case.entry == f"matter:{MATTER}"
    later = reported(day_at(SOON), matter=MATTER)
    assert later.entry == "" and later.state == "unlisted"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"key": "Not A Key"}, "key"),
        ({"title": " "}, "title"),
        ({"level": "decree"}, "level"),
        ({"date_source": ""}, "date_source"),
        ({"clauses": ()}, "text"),
        ({"key": OLD[0], "title": NAME, "adopted": OLD[1]}, "adopted"),
        ({"key": OLD[0], "title": "另一部条例"}, "title"),
        ({"in_force_from": date(2026, 11, 19)}, "in_force_from"),
        ({"key": OLD[0], "level": "government-rule"}, "level"),
    ],
)
def test_a_text_that_cannot_enter_is_refused_by_field(db: None, change: dict, field: str) -> None:
    with pytest.raises(InvalidInput) as wrong:
        enter(**change)
    assert wrong.value.field == field and not Version.objects.filter(adopted=date(2026, 11, 20)).exists()


def test_a_text_of_the_city_is_the_citys_without_saying_so(db: None) -> None:
    assert enter(jurisdiction="").instrument.jurisdiction == city().root
    assert enter(key="cn/some-law", level="national-law", jurisdiction="").instrument.jurisdiction == ""
    assert enter(key="cn/elsewhere", jurisdiction="330600").instrument.jurisdiction == "330600"


def test_only_a_legal_officer_of_the_city_enters_law(db: None) -> None:
    for actor, code in (
        (officer("bz/lead", "lead_officer"), "wrong_post"),
        (officer("bz/371602/lead", "legal_officer"), "other_place"),
    ):
        with pytest.raises(Refused) as refused:
            law.enter_version(actor=actor, at=NOW, version=a_text(DECISION))
        assert refused.value.code == code


def test_an_instrument_without_text_is_known_by_its_dates(db: None) -> None:
    version = enter(
        key="cn/known-by-date", title="某法", level="national-law", clauses=(), sha256="", doubts=()
    )
    assert not version.has_text and not Clause.objects.filter(version=version).exists()


def test_a_candidate_waits_for_an_instrument_that_is_entered_later(db: None) -> None:
    repealing = enter(
        "# 甲条例\n<!-- INFO END -->\n第一条 《滨州市无名条例》自2026年12月1日起废止。",
        key="cn/binzhou/new-thing",
    )
    candidate = Effect.objects.get(by=repealing)
    assert candidate.version is None and candidate.title == "滨州市无名条例"
    with pytest.raises(InvalidInput, match="滨州市无名条例"):
        confirm(candidate.pk)
    enter(key="cn/binzhou/nameless", title="滨州市无名条例", clauses=(), sha256="", adopted=date(2000, 1, 1),
          in_force_from=date(2000, 2, 1), doubts=())  # fmt: skip
    assert confirm(candidate.pk) == 1
    candidate.refresh_from_db()
    assert candidate.version is not None and candidate.version.in_force_to == SOON


# ---- Effects --------------------------------------------------------------------------------------------------------


def test_a_repealed_clause_stops_the_next_statement_of_an_act_that_needs_it(db: None) -> None:
    case = accepted(matter=MATTER)
    confirm(note(enter(), "repeal", "a35"))
    eve, day = day_at(SOON) - timedelta(hours=9, minutes=1), day_at(SOON) - timedelta(hours=9)
    assert city_day(eve) == date(2026, 11, 30) and city_day(day) == SOON
    assert states_on(day=date(2026, 11, 30), ids=entry_ids())[entry_ids()[0]] is True
    settle = {
        "actor": officer(case.organ),
        "number": case.number,
        "organ": "bz/371602/water",
        "note": "请协助",
    }
    cases.ask_assistance(at=eve, **settle)
    with pytest.raises(Refused) as refused:
        cases.ask_assistance(at=day, **{**settle, "organ": "bz/371602/market"})
    assert refused.value.code == "clause_not_in_force" and "a35" in refused.value.clause


def entry_ids() -> list[int]:
    return list(Binding.objects.filter(entry__code=MATTER).values_list("entry_id", flat=True).distinct())


def test_a_candidate_does_nothing_until_it_is_confirmed_and_nothing_when_rejected(db: None) -> None:
    effect = note(enter(), "repeal", "a35")
    assert states_on(day=SOON, ids=entry_ids())[entry_ids()[0]] is True
    law.reject_effect(actor=lawyer(), at=NOW, effect=effect, note="读错了")
    with pytest.raises(Conflict):
        confirm(effect)


def test_a_suspended_clause_idles_its_entries_and_its_restoring_brings_them_back(db: None) -> None:
    by = enter()
    confirm(note(by, "suspend", "a35"))
    key = entry_ids()[0]
    assert states_on(day=SOON, ids=[key])[key] is False and Suspension.objects.exists()
    confirm(note(by, "restore", "a35", day=SOON + timedelta(days=10)))
    assert states_on(day=SOON + timedelta(days=9), ids=[key])[key] is False
    assert states_on(day=SOON + timedelta(days=10), ids=[key])[key] is True


def test_substituting_one_article_makes_a_new_version_with_every_other_word_as_it_was(db: None) -> None:
    confirm(note(enter(), "substitute", "a35", text="禁止乱倒垃圾。"))
    new = Version.objects.get(instrument__key=OLD[0], adopted=date(2026, 11, 20))
    assert new.in_force_from == SOON and old_version().in_force_to == SOON
    old_words = dict(Clause.objects.filter(version=old_version()).values_list("key", "text"))
    new_words = dict(Clause.objects.filter(version=new).values_list("key", "text"))
    assert new_words["a35"] == "禁止乱倒垃圾。"
    differing = {key for key in old_words | new_words if old_words.get(key) != new_words.get(key)}
    assert {key.split(".")[0] for key in differing} == {"a35"}


def test_one_amending_text_may_take_effect_on_several_days(db: None) -> None:
    by, later = enter(), SOON + timedelta(days=31)
    confirm(
        note(by, "substitute", "a34", text="早的新条文。"),
        note(by, "substitute", "a35", text="晚的新条文。", day=later),
        note(by, "repeal", "a36", day=later),
    )
    new = Version.objects.get(instrument__key=OLD[0], adopted=date(2026, 11, 20))

    def holds(version: Version, key: str, day: date) -> bool:
        from_, to = Clause.objects.values_list("in_force_from", "in_force_to").get(version=version, key=key)
        begins, ends = from_ or version.in_force_from, to or version.in_force_to
        return begins <= day and (ends is None or day < ends)

    between, after, old = SOON + timedelta(days=5), later, old_version()
    assert holds(new, "a34", between) and not holds(old, "a34", between)
    assert holds(old, "a35", between) and not holds(new, "a35", between)
    assert holds(new, "a35", after) and not holds(old, "a35", after)
    assert holds(new, "a36", between) and not holds(new, "a36", after) and not holds(old, "a36", between)


@pytest.mark.parametrize(
    ("kind", "clause", "given", "said"),
    [
        ("repeal", "c2", {}, "division"),
        ("repeal", "a35", {"key": "cn/cybersecurity", "adopted": date(2025, 10, 28)}, "lower_level"),
        ("repeal", "a999", {}, "no_such_clause"),
        ("substitute", "", {"text": "新"}, "say which clause"),
        ("repeal", "a35", {"day": date(2026, 11, 1)}, "before_its_own_day"),
        ("repeal", "a35", {"day": None}, "no_day"),
        ("restore", "a35", {}, "not_suspended"),
        ("insert", "a35", {"text": "新"}, "clause_there"),
        ("renumber", "a35", {"to_clause": "a36"}, "clause_there"),
        ("substitute", "a35", {}, "no_text"),
    ],
)
def test_an_effect_that_cannot_be_is_refused_by_name(
    db: None, kind: str, clause: str, given: dict, said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        confirm(note(enter(), kind, clause, **given))


def a_second(begins: date = SOON + timedelta(days=10)) -> Version:
    return enter(key="cn/binzhou/second", adopted=date(2026, 11, 21), in_force_from=begins)


def holding(key: str, day: date) -> list[str]:
    """The words that hold under one number on a day, in whatever version of the old law."""
    rows = Clause.objects.filter(in_force(day=day), version__instrument__key=OLD[0], key=key)
    return [row.text for row in rows]


def test_an_article_that_has_ended_does_not_come_back_with_a_later_text(db: None) -> None:
    confirm(note(enter(), "repeal", "a36"))
    second, then = a_second(), SOON + timedelta(days=10)
    confirm(note(second, "substitute", "a35", text="再改的条文。", day=then))
    assert holding("a36", SOON - timedelta(days=1)) and not holding("a36", SOON) and not holding("a36", then)
    assert holding("a35", then) == ["再改的条文。"]


def test_what_was_to_begin_later_still_does_when_another_article_is_changed_in_between(db: None) -> None:
    by, later, then = enter(), SOON + timedelta(days=31), SOON + timedelta(days=10)
    confirm(
        note(by, "substitute", "a34", text="早的新条文。"),
        note(by, "substitute", "a35", text="晚的新条文。", day=later),
    )
    old_words = holding("a35", SOON)
    second = a_second()
    confirm(note(second, "substitute", "a12", text="新的第十二条。", day=then, adopted=date(2026, 11, 20)))
    assert holding("a35", then) == holding("a35", later - timedelta(days=1)) == old_words != ["晚的新条文。"]
    assert holding("a35", later) == ["晚的新条文。"] and holding("a12", then) == ["新的第十二条。"]


def test_a_suspended_article_stays_suspended_and_only_the_whole_of_it_can_be_replaced(db: None) -> None:
    confirm(note(enter(), "suspend", "a35"))
    second, then = a_second(), SOON + timedelta(days=10)
    with pytest.raises(InvalidInput, match="dated_part"):
        confirm(note(second, "substitute", "a35.p1", text="新的第一款。", day=then))
    confirm(note(second, "substitute", "a12", text="新的第十二条。", day=then))
    assert not holding("a35", then) and holding("a12", then) == ["新的第十二条。"]


def test_a_text_that_has_been_replaced_is_not_amended_over_the_amendment_in_between(db: None) -> None:
    first, second, then = (
        note(by := enter(), "substitute", "a35", text="甲的新条文。"),
        a_second(),
        SOON + timedelta(days=10),
    )
    late = note(second, "substitute", "a36", text="乙的新条文。", day=then)
    confirm(first)
    with pytest.raises(InvalidInput, match="not_in_force"):
        confirm(late)
    law.reject_effect(actor=lawyer(), at=NOW, effect=late, note="改登记到新版本上")
    confirm(note(second, "substitute", "a36", text="乙的新条文。", day=then, adopted=by.adopted))
    assert holding("a35", then) == ["甲的新条文。"] and holding("a36", then) == ["乙的新条文。"]


def test_a_paragraph_that_has_ended_stays_ended_when_its_article_is_changed(db: None) -> None:
    confirm(note(enter(), "repeal", "a35.p2"))
    second, then = a_second(), SOON + timedelta(days=10)
    for kind, clause in (("substitute", "a35.p1"), ("insert", "a35.p3")):
        with pytest.raises(InvalidInput, match="dated_part"):
            confirm(note(second, kind, clause, text="新的一款。", day=then))
    later = then + timedelta(days=20)
    confirm(
        note(second, "substitute", "a36", text="新的第三十六条。", day=then),
        note(second, "substitute", "a35", text="新的第三十五条。", day=later),
    )
    for day in (SOON, then, later - timedelta(days=1)):
        assert not holding("a35.p2", day)
    assert holding("a35.p1", then) and holding("a35", later) == ["新的第三十五条。"]


@pytest.mark.parametrize("kind", ["repeal", "suspend", "substitute"])
def test_an_effect_before_a_version_that_is_to_come_has_to_be_said_and_noted_there_too(
    db: None, kind: str
) -> None:
    second = a_second(SOON + timedelta(days=31))
    confirm(note(second, "substitute", "a12", text="新的第十二条。", day=second.in_force_from))
    words = {"text": "新的第三十六条。"} if kind == "substitute" else {}
    effect = note(by := enter(), kind, "a36", **words)
    with pytest.raises(InvalidInput, match="later_version_comes"):
        confirm(effect)
    confirm(effect, knowing=("later_version_comes",))
    old = holding("a36", second.in_force_from)
    assert old and holding("a36", SOON) == ([] if kind != "substitute" else ["新的第三十六条。"])
    if kind != "substitute":
        there = note(by, kind, "a36", day=second.in_force_from, adopted=second.adopted)
        assert confirm(there) == 1 and not holding("a36", second.in_force_from)


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("insert", {"clause": "axx"}, "clause"),
        ("insert", {"clause": "a35.q"}, "clause"),
        ("renumber", {"clause": "a35", "to_clause": "ax"}, "to_clause"),
    ],
)
def test_what_is_no_number_of_a_clause_is_refused_by_field(
    db: None, kind: str, given: dict, field: str
) -> None:
    with pytest.raises(InvalidInput) as wrong:
        note(enter(), kind, text="新", **given)
    assert wrong.value.field == field


def test_effects_of_two_texts_are_confirmed_apart(db: None) -> None:
    with pytest.raises(InvalidInput, match="confirmed apart"):
        confirm(note(enter(), "suspend", "a35"), note(a_second(SOON), "suspend", "a36"))


def test_an_article_may_take_the_number_another_leaves(db: None) -> None:
    last = holding("a58", TODAY)
    confirm(
        note(by := enter(), "renumber", "a58", to_clause="a59"),
        note(by, "insert", "a58", text="新增的第五十八条。"),
        note(by, "substitute", "a57", text="新的第五十七条。"),
    )
    assert holding("a59", SOON) == last and holding("a58", SOON) == ["新增的第五十八条。"]


def test_an_instrument_that_was_repealed_is_not_entered_again_under_its_key(db: None) -> None:
    confirm(note(enter(), "repeal"))
    with pytest.raises(InvalidInput) as wrong:
        enter(key=OLD[0], title=NAME, adopted=date(2026, 11, 22), in_force_from=SOON + timedelta(days=9))
    assert wrong.value.field == "key"


def test_savings_are_the_words_of_the_amending_text(db: None) -> None:
    by = enter()
    for words in ("", "书里没有的话。"):
        with pytest.raises(InvalidInput) as wrong:
            note(by, "repeal", "a35", savings=words, saves_running=True)
        assert wrong.value.field == "savings"


def test_two_effects_on_one_place_on_one_day_wait_for_a_person(db: None) -> None:
    by = enter()
    confirm(note(by, "repeal", "a35"))
    with pytest.raises(InvalidInput, match="two_effects_one_day"):
        confirm(note(by, "suspend", "a35.p1"))


def test_an_instrument_cannot_repeal_itself_as_it_begins_but_may_set_its_end(db: None) -> None:
    by = enter(key="cn/binzhou/new-thing")
    own = {"key": "cn/binzhou/new-thing", "adopted": by.adopted}
    with pytest.raises(InvalidInput, match="self_repeal"):
        confirm(note(by, "repeal", **own))
    assert confirm(note(by, "repeal", day=date(2028, 12, 1), **own)) == 1


def test_repealing_what_repealed_others_brings_nothing_back_and_has_to_be_said(db: None) -> None:
    first = enter(key="cn/binzhou/first", in_force_from=date(2026, 11, 24))
    confirm(note(first, "repeal", day=date(2026, 11, 25)))
    second = enter(key="cn/binzhou/second", adopted=date(2026, 11, 21))
    effect = note(second, "repeal", key="cn/binzhou/first", adopted=first.adopted)
    with pytest.raises(InvalidInput, match="does_not_revive"):
        confirm(effect)
    assert confirm(effect, knowing=("does_not_revive",)) == 1
    assert old_version().in_force_to == date(2026, 11, 25)


def test_what_was_repealed_is_not_repealed_again(db: None) -> None:
    by = enter()
    confirm(note(by, "repeal"))
    with pytest.raises(InvalidInput, match=r"not_in_force"):
        confirm(note(by, "repeal", day=SOON + timedelta(days=3)))


# ---- The day --------------------------------------------------------------------------------------------------------


def test_the_day_writes_down_what_fell_idle_tells_its_keepers_and_starts_the_clocks_of_updating(
    db: None,
) -> None:
    assert law.begin_day(actor=PLATFORM, at=NOW) == ()
    confirm(note(enter(), "repeal", "a35"))
    moved = law.begin_day(actor=PLATFORM, at=day_at(SOON, 0))
    assert f"matter:{MATTER}" in moved
    change = ListChange.objects.filter(list_entry__code=MATTER).latest("id")
    assert (change.what, change.day) == ("idle", SOON)
    duty = UpdateDuty.objects.get(list_entry__code=MATTER)
    # Tuesday 1 December at 00:00: the first day does not count (民法典 art. 201), so ten working days end on the 15th.
    assert (duty.due_at.astimezone(ZONE).date(), duty.done_at) == (date(2026, 12, 15), None)
    assert duty.clause == "law:cn/binzhou/grid-regulation@2021-08-05#a10.p1"
    assert Day.objects.get(day=SOON).idle == len(moved)
    with pytest.raises(Conflict):
        law.begin_day(actor=PLATFORM, at=day_at(SOON, 12))


def test_what_a_day_reads_after_its_changes_is_kept_under_a_number_of_its_own(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the limits of a day that was then undone would stand for those before it, in the process that undid it."""
    confirm(note(enter(), "repeal", "a35"))
    before, limits, read = city().revision, queries.limits, []
    monkeypatch.setattr(
        queries, "limits", lambda revision, day: read.append(revision) or limits(revision, day)
    )
    law.begin_day(actor=PLATFORM, at=day_at(SOON, 0))
    assert read and min(read) > before


def test_a_day_that_nobody_began_is_told_on_the_next(db: None) -> None:
    law.begin_day(actor=PLATFORM, at=day_at(SOON - timedelta(days=2), 0))
    confirm(note(enter(), "repeal", "a35"))
    assert f"matter:{MATTER}" in law.begin_day(actor=PLATFORM, at=day_at(SOON + timedelta(days=3), 0))
    assert ListChange.objects.filter(list_entry__code=MATTER, what="idle").count() == 1


def test_a_running_case_is_paused_with_its_clocks_and_goes_on_when_its_entry_rests_on_law_again(
    db: None,
) -> None:
    from tongxin.cases.models import Clock
    from tongxin.cases.tasks import transition

    case = accepted(day_at(SOON, 16) - timedelta(days=1), matter=MATTER)
    confirm(note(enter(), "repeal", "a35"))
    assert transition(at=NOW) == {"paused": 0, "resumed": 0}
    at = day_at(SOON, 0)
    assert transition(at=at)["paused"] == 1
    case.refresh_from_db()
    assert (
        case.paused_at == at
        and not Clock.objects.filter(case=case, ended_at=None, suspended_at=None).exists()
    )
    due = Clock.objects.get(case=case, stage="handle").due_at
    repoint(at + timedelta(days=1))
    assert transition(at=at + timedelta(days=1))["resumed"] == 1
    case.refresh_from_db()
    assert case.paused_at is None and Clock.objects.get(case=case, stage="handle").due_at > due
    cases.ask_assistance(actor=officer(case.organ), at=at + timedelta(days=1), number=case.number,
                         organ="bz/371602/water", note="请协助")  # fmt: skip


def test_pause_cases_and_resume_cases_do_nothing_to_a_case_that_is_not_in_that_state(db: None) -> None:
    case = accepted(matter=MATTER)
    assert cases.resume_cases(actor=PLATFORM, at=NOW, numbers=[case.number]) == 0
    assert cases.pause_cases(actor=PLATFORM, at=NOW, numbers=[case.number]) == 1
    assert cases.pause_cases(actor=PLATFORM, at=NOW, numbers=[case.number]) == 0
    with pytest.raises(Refused):
        cases.pause_cases(actor=officer(case.organ), at=NOW, numbers=[case.number])


def test_advance_revision_is_the_platforms_and_every_change_of_law_does_it(db: None) -> None:
    before = city().revision
    enter()
    assert city().revision > before
    assert LedgerEntry.objects.filter(verb="advance_revision", outcome="done").exists()
    with pytest.raises(Refused):
        advance_revision(actor=lawyer(), at=NOW, why="because")


def test_what_was_kept_during_a_change_that_was_undone_is_not_taken_for_the_next_change(db: None) -> None:
    def kept_after(why: str) -> int:
        advance_revision(actor=PLATFORM, at=NOW, why=why)
        return city().revision

    with transaction.atomic():
        undone = kept_after("what is undone")
        transaction.set_rollback(True)
    assert city().revision < undone < kept_after("what stays")


def repoint(at: datetime, to: str = "a34") -> int:
    rows = Binding.objects.filter(entry__code=MATTER, clause__key__startswith="a35", valid_to=None)
    return law.repoint_bindings(
        actor=lawyer(), at=at,
        moves=[Repointing(binding=row.pk, successor=f"law:{OLD[0]}@{OLD[1]}#{to}") for row in rows],
    )  # fmt: skip


def test_an_entry_re_pointed_before_the_day_has_no_gap(db: None) -> None:
    confirm(note(enter(), "repeal", "a35"))
    assert repoint(NOW) >= 1
    key = entry_ids()[0]
    for day in (SOON - timedelta(days=1), SOON, SOON + timedelta(days=100)):
        assert states_on(day=day, ids=[key])[key] is True
    assert f"matter:{MATTER}" not in law.begin_day(actor=PLATFORM, at=day_at(SOON, 0))
    change = ListChange.objects.get(list_entry__code=MATTER)
    assert change.what == "repointed" and change.day == SOON and change.clauses.split()[1].endswith("#a34")


@pytest.mark.parametrize(
    ("successor", "said"),
    [
        ("law:no", "not a clause reference"),
        (f"law:{OLD[0]}@{OLD[1]}#a999", "has no"),
        (f"law:{OLD[0]}@{OLD[1]}#a35", "is not in force"),
    ],
)
def test_a_successor_must_be_there_and_in_force_on_the_day(db: None, successor: str, said: str) -> None:
    confirm(note(enter(), "repeal", "a35"))
    row = Binding.objects.filter(entry__code=MATTER, clause__key__startswith="a35").first()
    with pytest.raises(InvalidInput, match=said):
        law.repoint_bindings(actor=lawyer(), at=NOW, moves=[Repointing(binding=row.pk, successor=successor)])


def test_only_what_loses_its_basis_is_re_pointed_and_each_once(db: None) -> None:
    with pytest.raises(Conflict, match="nothing to re-point"):
        repoint(NOW)
    confirm(note(enter(), "repeal", "a35"))
    row = Binding.objects.filter(entry__code=MATTER, clause__key__startswith="a35", valid_to=None).first()
    move = Repointing(binding=row.pk, successor=f"law:{OLD[0]}@{OLD[1]}#a34")
    with pytest.raises(InvalidInput, match="chosen twice"):
        law.repoint_bindings(actor=lawyer(), at=NOW, moves=[move, move])
    sample = enter("# 示例\n<!-- INFO END -->\n第一条 甲。", key="cn/binzhou/sample", level="illustrative",
                   illustrative=True, in_force_from=date(2026, 11, 21))  # fmt: skip
    with pytest.raises(InvalidInput, match="of a lower level"):
        law.repoint_bindings(
            actor=lawyer(),
            at=NOW,
            moves=[replace(move, successor=f"law:{sample.instrument.key}@{sample.adopted}#a1")],
        )
    assert Binding.objects.get(pk=row.pk).valid_to is None


def test_a_basis_re_pointed_beforehand_passes_its_turn_on_when_its_clause_ends_before_it(db: None) -> None:
    first, last = SOON, SOON + timedelta(days=19)
    for key in ("air", "water"):
        enter("# 新条例\n<!-- INFO END -->\n第一条 甲。", key=f"cn/binzhou/{key}", adopted=date(2026, 1, 1),
              in_force_from=date(2026, 1, 2))  # fmt: skip
    by = enter()
    confirm(note(by, "repeal", "a35", day=last))
    row = Binding.objects.filter(entry__code=MATTER, clause__key__startswith="a35", valid_to=None).first()

    def move(binding: int, key: str) -> None:
        to = Repointing(binding=binding, successor=f"law:cn/binzhou/{key}@2026-01-01#a1")
        law.repoint_bindings(actor=lawyer(), at=NOW, moves=[to])

    move(row.pk, "air")
    confirm(note(by, "repeal", "", key="cn/binzhou/air", adopted=date(2026, 1, 1), day=first))
    moved = Binding.objects.get(entry=row.entry_id, clause__version__instrument__key="cn/binzhou/air")
    move(moved.pk, "water")
    moved.refresh_from_db()
    there = Binding.objects.get(entry=row.entry_id, clause__version__instrument__key="cn/binzhou/water")
    assert moved.valid_from == moved.valid_to == there.valid_from == last


def test_two_bases_of_one_entry_do_not_come_to_rest_on_one_clause(db: None) -> None:
    confirm(note(enter(), "repeal"))
    first, second, *_ = Binding.objects.filter(clause__version=old_version(), valid_to=None, entry__in=
        Binding.objects.filter(clause__version=old_version(), valid_to=None).values("entry").annotate(
            n=Count("id")).filter(n__gt=1).values("entry")).order_by("entry", "id")  # fmt: skip
    assert first.entry_id == second.entry_id
    ref = "law:cn/binzhou/air@2026-01-01#a1"
    enter(
        "# 新条例\n<!-- INFO END -->\n第一条 甲。",
        key="cn/binzhou/air",
        adopted=date(2026, 1, 1),
        in_force_from=date(2026, 1, 2),
    )
    with pytest.raises(InvalidInput, match="rests on it already"):
        law.repoint_bindings(actor=lawyer(), at=NOW, moves=[
            Repointing(binding=first.pk, successor=ref), Repointing(binding=second.pk, successor=ref)])  # fmt: skip


def test_many_entries_are_re_pointed_with_a_fixed_number_of_statements(
    db: None, django_assert_max_num_queries: Any
) -> None:
    confirm(note(enter(), "repeal"))
    enter(
        "# 新条例\n<!-- INFO END -->\n第一条 甲。",
        key="cn/binzhou/air",
        adopted=date(2026, 1, 1),
        in_force_from=date(2026, 1, 2),
    )
    rows = (
        Binding.objects.filter(clause__version=old_version(), valid_to=None, entry__nature="")
        .order_by("entry", "id")
        .distinct("entry")
    )
    moves = [Repointing(binding=row.pk, successor="law:cn/binzhou/air@2026-01-01#a1") for row in rows]
    assert len(moves) > 30
    with django_assert_max_num_queries(60):
        assert law.repoint_bindings(actor=lawyer(), at=NOW, moves=moves) == len(moves)


def test_an_entry_is_not_re_pointed_to_a_clause_that_cannot_carry_it(db: None) -> None:
    confirm(note(enter(), "repeal", "a51"))
    row = Binding.objects.get(entry__code="q001", entry__list="duty", valid_to=None)
    police = "law:cn/public-security-penalties@2025-06-27#a7"

    def move(phrase: str, to: str) -> int:
        moves = [Repointing(binding=row.pk, successor=to, phrase=phrase)]
        return law.repoint_bindings(actor=lawyer(), at=NOW, moves=moves)

    with pytest.raises(InvalidInput, match="words that name the holder"):
        move("", police)
    with pytest.raises(NotAdmitted) as refused:
        move("公安机关", police)
    assert refused.value.code == "holder_not_named" and refused.value.clause == police
    assert Binding.objects.get(pk=row.pk).valid_to is None


def test_what_was_done_between_a_lost_basis_and_its_discovery_is_found_and_reviewed(db: None) -> None:
    case = accepted(matter=MATTER)
    entries = set(LedgerEntry.objects.filter(verb="accept_case", outcome="done").values_list("id", flat=True))
    before = LedgerEntry.objects.filter(verb="report_case").latest("id")
    late = enter(adopted=date(2026, 11, 1), in_force_from=TODAY, at=NOW + timedelta(hours=3))
    confirm(note(late, "repeal", "a35", at=NOW + timedelta(hours=3), day=TODAY), at=NOW + timedelta(hours=3))
    found = Review.objects.all()
    assert {row.act for row in found} >= entries | {before.pk}
    assert all("#a35" in row.clause and row.ended == TODAY for row in found)
    row = found.filter(act__in=entries).first()
    law.decide_review(
        actor=lawyer(),
        at=NOW + timedelta(hours=4),
        review=row.pk,
        outcome="stands",
        note="另有第三十四条可依",
    )
    with pytest.raises(Conflict):
        law.decide_review(
            actor=lawyer(),
            at=NOW + timedelta(hours=4),
            review=row.pk,
            outcome="stands",
            note="另有第三十四条可依",
        )
    assert case.entry


def test_a_savings_clause_leaves_begun_cases_to_the_old_clause_and_no_new_ones(db: None) -> None:
    from tongxin.cases.tasks import transition

    case = accepted(matter=MATTER)
    saving = "施行前已经受理的，依照原规定办理。"
    by = enter(DECISION.format(words=f"废止第三十五条。{saving}"))
    confirm(note(by, "repeal", "a35", savings=saving, saves_running=True))
    at = day_at(SOON)
    assert transition(at=at)["paused"] == 0
    cases.ask_assistance(
        actor=officer(case.organ), at=at, number=case.number, organ="bz/371602/water", note="请协助"
    )
    entry = LedgerEntry.objects.filter(verb="ask_assistance", outcome="done").latest("id")
    assert "law:cn/binzhou/decision@2026-11-20#a1" in entry.clauses.split()
    assert reported(at, matter=MATTER).entry == ""


def test_a_case_that_was_saved_is_paused_from_the_day_what_saved_it_ends(db: None) -> None:
    from tongxin.cases.tasks import transition

    case, ends = accepted(matter=MATTER), SOON + timedelta(days=9)
    saving = "施行前已经受理的，依照原规定办理。"
    by = enter(DECISION.format(words=f"废止第三十五条。{saving}"), in_force_to=ends)
    confirm(note(by, "repeal", "a35", savings=saving, saves_running=True))
    assert transition(at=day_at(ends - timedelta(days=1)))["paused"] == 0
    assert transition(at=day_at(ends + timedelta(days=2)))["paused"] == 1
    case.refresh_from_db()
    assert case.paused_at == day_at(ends, 0)


def test_what_rests_on_an_article_that_outlives_its_version_is_not_listed_for_review(db: None) -> None:
    accepted(matter=MATTER)
    at = NOW + timedelta(hours=3)
    by = enter(adopted=date(2026, 11, 1), in_force_from=TODAY, at=at)
    confirm(
        note(by, "substitute", "a36", text="新的第三十六条。", day=TODAY, at=at),
        note(by, "substitute", "a35", text="新的第三十五条。", day=SOON, at=at),
        at=at,
    )
    assert holding("a35", TODAY) and not Review.objects.filter(clause__contains="#a35").exists()


# ---- The preview ----------------------------------------------------------------------------------------------------


def test_the_preview_says_what_a_candidate_would_move_before_anybody_confirms_it(db: None) -> None:
    by = enter()
    note(by, "repeal", "a35")
    found = closings(key="cn/binzhou/decision", day=SOON, today=TODAY)
    states = {SOON - timedelta(days=1): states_on(day=SOON - timedelta(days=1))}
    moved = impact(found=found, states=states)
    assert (f"matter:{MATTER}", "暴露垃圾") in moved.idle
    assert {row.what for row in moved.bindings} == {"ends"}
    assert not moved.as_json()["closings"][0]["certain"]
    assert states_on(day=SOON, ids=entry_ids())[entry_ids()[0]] is True


def test_the_preview_of_a_new_version_proposes_the_clause_that_follows(db: None) -> None:
    by = enter()
    confirm(
        note(by, "renumber", "a35", to_clause="a34-1"), note(by, "substitute", "a12", text="新的第十二条。")
    )
    found = closings(key=OLD[0], day=SOON, today=TODAY)
    moved = impact(found=found, states={SOON - timedelta(days=1): states_on(day=SOON - timedelta(days=1))})
    mine = [row for row in moved.bindings if row.entry == f"matter:{MATTER}" and "#a35" in row.clause]
    assert [(row.what, row.successor) for row in mine] == [("moves", f"law:{OLD[0]}@2026-11-20#a34-1.p2")]
    assert any(
        row.clause.endswith("#a12.p1.i2") and row.what in {"ends", "changes"} for row in moved.bindings
    )


def test_the_preview_of_an_amending_text_says_what_new_words_replace_before_and_after_confirming(
    db: None,
) -> None:
    by = enter()
    effects = [
        note(by, "renumber", "a35", to_clause="a34-1"), note(by, "substitute", "a12", text="新的第十二条。")
    ]  # fmt: skip
    for certain in (False, True):
        (closing,) = closings(key="cn/binzhou/decision", day=SOON, today=TODAY)
        assert (closing.version, closing.kind, closing.certain) == (old_version(), "superseded", certain)
        moved = impact(
            found=[closing], states={SOON - timedelta(days=1): states_on(day=SOON - timedelta(days=1))}
        )
        mine = [row for row in moved.bindings if row.entry == f"matter:{MATTER}" and "#a35" in row.clause]
        assert [(row.what, row.successor.split("#")[1]) for row in mine] == [("moves", "a34-1.p2")]
        if not certain:
            confirm(*effects)


def test_a_doubt_is_resolved_once_by_a_person_and_the_text_stays(db: None) -> None:
    version = enter(
        "# 甲\n<!-- INFO END -->\n第一条 一。\n第三条 本条例自2026年12月1日起施行。",
        key="cn/binzhou/new-thing",
    )
    doubt = Doubt.objects.get(version=version)
    law.resolve_doubt(actor=lawyer(), at=NOW, doubt=doubt.pk, resolution="in_source")
    with pytest.raises(Conflict):
        law.resolve_doubt(actor=lawyer(), at=NOW, doubt=doubt.pk, resolution="as_read")
    doubt.refresh_from_db()
    assert doubt.resolution == "in_source" and city().revision > 1
