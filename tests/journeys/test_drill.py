"""The drill on real law: on 15 August 2026 a code of 1,242 articles repeals ten laws, six of which the book has no text of.

The city was founded on 1 July 2026. Its clock is what each act and question is given.
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories import DONE, a_report, officer
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Refused
from tongxin.cases import operations as cases
from tongxin.cases.models import Assignment, Case, Clock
from tongxin.cases.tasks import sweep, transition
from tongxin.cases.terms import Settlement
from tongxin.law import operations as law
from tongxin.law import tasks as law_tasks
from tongxin.law.models import Binding, Citation, ListChange, UpdateDuty, Version
from tongxin.law.queries.standing import states_on
from tongxin.law.terms import Repointing
from tongxin.web.impact import EVERYBODY, preview

ZONE = ZoneInfo("Asia/Shanghai")
EVE, DAY = date(2026, 8, 14), date(2026, 8, 15)
ASKED = date(2026, 8, 1)
CODE = "cn/ecological-environment-code"
BURNING = "m06020"  # burning of rubbish and leaves: 大气污染防治法 before, the code after
WITHOUT_TEXT = {
    "中华人民共和国环境影响评价法",
    "中华人民共和国海洋环境保护法",
    "中华人民共和国水污染防治法",
    "中华人民共和国土壤污染防治法",
    "中华人民共和国放射性污染防治法",
    "中华人民共和国清洁生产促进法",
}
WITH_TEXT = {
    "中华人民共和国环境保护法",
    "中华人民共和国大气污染防治法",
    "中华人民共和国固体废物污染环境防治法",
    "中华人民共和国噪声污染防治法",
}

pytestmark = pytest.mark.usefixtures("city_of_july")


def moment(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


def reported(at: datetime, matter: str = BURNING) -> Case:
    receipt = cases.report_cases(
        actor=ANONYMOUS, at=at, reports=[a_report(reported_at=at, matter=matter, text="有人在烧树叶")]
    )[0]
    return Case.objects.get(number=receipt.number)  # type: ignore[union-attr]


def accepted(at: datetime) -> Case:
    case = reported(at)
    cases.accept_cases(actor=officer(case.organ), at=at, numbers=[case.number])
    return Case.objects.get(pk=case.pk)


def settle(case: Case, at: datetime) -> None:
    done = Settlement(number=case.number, note="已经制止并扑灭", facts=DONE)
    for part in Assignment.objects.filter(case=case, role="assist", ended_at=None):
        cases.settle_part(actor=officer(part.organ), at=at, number=case.number, settlement=done)
    cases.settle_cases(actor=officer(case.organ), at=at, settlements=[done])


def lawyer() -> object:
    return officer("bz/lead", "legal_officer")


def ten_laws() -> set[int]:
    return set(
        Version.objects.filter(instrument__title__in=WITH_TEXT | WITHOUT_TEXT).values_list("pk", flat=True)
    )


def test_on_1_august_the_preview_lists_every_binding_and_citation_that_rests_on_the_ten() -> None:
    found = preview(name="生态环境法典", day=DAY, today=ASKED, reader=EVERYBODY)
    held = {closing.version.instrument.title: closing.version.has_text for closing in found.law.closings}
    assert {title for title, text in held.items() if text} == WITH_TEXT
    assert {title for title, text in held.items() if not text} == WITHOUT_TEXT
    assert all(closing.by_clause == "a1242.p1" and closing.certain for closing in found.law.closings)
    # Counted another way: straight from the rows, without the preview.
    resting = Binding.objects.filter(clause__version__in=ten_laws())
    assert {row.binding for row in found.law.bindings} == set(resting.values_list("pk", flat=True))
    assert len(found.law.bindings) >= 30
    citing = (
        Citation.objects.filter(target__versions__in=ten_laws(), version__in_force_from__lte=DAY)
        .exclude(version__in=ten_laws())
        .exclude(version__instrument__key=CODE)
    )
    standing = [
        c
        for c in citing.select_related("version")
        if c.version.in_force_to is None or c.version.in_force_to > DAY
    ]
    assert len(found.law.citations) == len(standing)
    local = {
        row.title for row in found.law.citations if row.level in {"local-regulation", "provincial-regulation"}
    }
    assert {"滨州市扬尘污染防治条例", "滨州市海岸带生态保护与利用条例", "山东省生活垃圾管理条例"} <= local
    # What it says will be idle is active on the eve and idle on the day.
    idle = {ref for ref, _ in found.law.idle}
    refs = {f"matter:{row.entry.code}": row.entry_id for row in resting.select_related("entry")}
    eve, day = states_on(day=EVE), states_on(day=DAY)
    assert idle == {ref for ref, key in refs.items() if eve[key] and not day[key]}
    assert f"matter:{BURNING}" in idle


def test_after_the_day_entries_are_idle_cases_are_in_transition_and_no_new_act_is_possible() -> None:
    case = accepted(moment(EVE, 16))
    before = ListChange.objects.count()
    midnight = moment(DAY, 0)
    with pytest.raises(Refused) as refused:
        cases.ask_assistance(actor=officer(case.organ), at=midnight, number=case.number,
                             organ="bz/371602/housing", note="请协助")  # fmt: skip
    assert refused.value.code == "clause_not_in_force" and refused.value.clause.startswith("law:cn/")
    assert ListChange.objects.count() == before  # nothing has run: the date alone refuses
    moved = law_tasks.sweep(at=midnight)["moved"]
    assert moved >= 20 and ListChange.objects.filter(what="idle", day=DAY).count() == moved
    duty = UpdateDuty.objects.get(list_entry__code=BURNING)
    # Saturday 15 August: the day itself does not count, ten working days end on Friday the 28th (民法典 art. 201).
    assert duty.due_at.astimezone(ZONE).date() == date(2026, 8, 28)
    assert sweep(at=midnight)["paused"] == 1
    case.refresh_from_db()
    assert case.paused_at == midnight
    assert not Clock.objects.filter(case=case, ended_at=None, suspended_at=None).exists()
    later = reported(moment(DAY, 10))
    assert (later.entry, later.state) == ("", "unlisted")
    with pytest.raises(Refused):
        settle(case, moment(DAY, 10))


def test_the_lawyer_re_points_and_cases_go_on_under_the_code() -> None:
    case = accepted(moment(EVE, 16))
    law.begin_day(actor=PLATFORM, at=moment(DAY, 0))
    assert transition(at=moment(DAY, 0))["paused"] == 1
    found = preview(name=CODE, day=DAY, today=date(2026, 8, 20), reader=EVERYBODY)
    mine = [row for row in found.law.bindings if row.entry == f"matter:{BURNING}"]
    assert mine
    at = moment(date(2026, 8, 20))
    chosen = {row.binding: row.successor or f"law:{CODE}@2026-03-12#a246.p1" for row in mine}
    law.repoint_bindings(
        actor=lawyer(), at=at, moves=[Repointing(binding=key, successor=ref) for key, ref in chosen.items()]
    )
    assert transition(at=at)["resumed"] == 1
    case.refresh_from_db()
    assert case.paused_at is None
    settle(case, at + timedelta(hours=1))
    assert CODE in Case.objects.get(pk=case.pk).log.latest("seq").clauses
    assert not UpdateDuty.objects.filter(list_entry__code=BURNING, done_at=None).exists()
    assert reported(at + timedelta(hours=2)).state == "dispatched"


def test_both_organic_laws_of_committees_and_the_renumbered_cybersecurity_law() -> None:
    new_year = date(2026, 1, 1)
    for title in ("中华人民共和国村民委员会组织法", "中华人民共和国城市居民委员会组织法"):
        found = preview(name=title, day=new_year, today=date(2025, 12, 1), reader=EVERYBODY)
        (closing,) = found.law.closings
        assert (closing.kind, closing.day, closing.version.adopted) == (
            "superseded",
            new_year,
            date(2018, 12, 29),
        )
    from tongxin.law.queries.closings import closings
    from tongxin.law.queries.impact import followed

    (closing,) = closings(key="cn/cybersecurity", day=new_year, today=date(2025, 12, 1))
    assert closing.following is not None
    moves = followed(closing.version.pk, closing.following.pk, ())
    assert moves["a21"].key == "a23" and moves["a21.p1.i3"].key == "a23.p1.i3"
