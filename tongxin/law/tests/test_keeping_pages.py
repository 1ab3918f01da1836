"""法典工作的页面。 The pages on which a legal officer enters texts, decides on effects, doubts and reviews."""

from datetime import date, timedelta

import pytest
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from tests.factories import NOW, accepted, officer, signed_in
from tongxin.law.models import Doubt, Effect, Review, Version
from tongxin.law.tests.test_changing import DECISION, MATTER, OLD, enter, note
from tongxin.places.queries import city_day

pytestmark = pytest.mark.django_db


@pytest.fixture
def lawyer() -> Client:
    return signed_in(officer("bz/lead", "legal_officer"), "legal")


@pytest.fixture
def clerk() -> Client:
    return signed_in(officer("bz/hotline", "hotline_clerk"), "clerk")


def soon() -> date:
    return city_day(timezone.now()) + timedelta(days=30)


def typed(**given: str) -> dict[str, str]:
    base = {
        "key": "cn/binzhou/new-thing", "title": "滨州市新事条例", "level": "local-regulation", "adopted": "2026-11-20",
        "in_force_from": soon().isoformat(), "date_source": "公报", "text": DECISION.format(words="甲。《滨州市扬尘污染防治条例》同时废止。"),
    }  # fmt: skip
    return {**base, **given}


def test_a_text_is_read_first_and_enters_when_the_lawyer_says_so(lawyer: Client) -> None:
    read = lawyer.post("/law/enter/", {**typed(), "read": "1"})
    page = read.content.decode()
    assert read.status_code == 200 and "读出 2 条" in page and "《滨州市扬尘污染防治条例》" in page
    assert not Version.objects.filter(instrument__key="cn/binzhou/new-thing").exists()
    answer = lawyer.post("/law/enter/", {**typed(), "enter": "1"}, follow=True)
    assert (
        answer.redirect_chain[0][0] == "/law/cn/binzhou/new-thing@2026-11-20/" and answer.status_code == 200
    )
    desk = lawyer.get("/law/desk/").content.decode()
    assert "滨州市扬尘污染防治条例" in desk and "待确认的变动" in desk


def test_a_second_source_is_compared_article_by_article(lawyer: Client) -> None:
    second = DECISION.format(words="乙。《滨州市扬尘污染防治条例》同时废止。").replace("第二条", "第三条")
    page = lawyer.post("/law/enter/", {**typed(second=second), "read": "1"}).content.decode()
    assert all(
        words in page for words in ("第二来源的这一条文字不同", "第二来源没有这一条", "第二来源多出这一条")
    )
    same = lawyer.post("/law/enter/", {**typed(second=typed()["text"]), "read": "1"}).content.decode()
    assert "第二来源的这一条" not in same
    lawyer.post("/law/enter/", {**typed(second=second), "enter": "1"})
    reasons = Doubt.objects.filter(version__instrument__key="cn/binzhou/new-thing").values_list(
        "reason", flat=True
    )
    assert {"second_source_differs", "second_source_lacks", "second_source_has"} <= set(reasons)


def test_what_was_typed_is_kept_when_it_cannot_enter(lawyer: Client) -> None:
    answer = lawyer.post("/law/enter/", {**typed(key="Not A Key", date_source=""), "enter": "1"})
    page = answer.content.decode()
    assert (
        answer.status_code == 400
        and "error-summary" in page
        and "滨州市新事条例" in page
        and "同时废止" in page
    )


def test_a_clerk_can_read_a_text_and_is_refused_when_entering_it(clerk: Client) -> None:
    assert clerk.post("/law/enter/", {**typed(), "read": "1"}).status_code == 200
    refused = clerk.post("/law/enter/", {**typed(), "enter": "1"})
    assert refused.status_code == 403 and "没有办成" in refused.content.decode()


def test_an_effect_is_noted_previewed_and_confirmed_on_its_pages(lawyer: Client) -> None:
    by = enter(in_force_from=soon())
    answer = lawyer.post(
        "/law/effects/new/",
        {"by": f"cn/binzhou/decision@{by.adopted}", "by_clause": "a1", "kind": "repeal", "target": f"{OLD[0]}@{OLD[1]}",
         "clause": "a35", "day": soon().isoformat()},
        follow=True,
    )  # fmt: skip
    effect = Effect.objects.get(by=by)
    page = answer.content.decode()
    assert answer.redirect_chain[0][0] == f"/law/effects/{effect.pk}/" and "第三十五条" in page
    preview = lawyer.get(f"/law/impact/?instrument=cn/binzhou/decision&on={soon()}").content.decode()
    assert "暴露垃圾" in preview and "将停用" in preview and "还没有确认" in preview
    assert lawyer.post(f"/law/effects/{effect.pk}/", {"confirm": "1"}).status_code == 303
    effect.refresh_from_db()
    assert effect.state == "confirmed"
    desk = lawyer.get("/law/desk/").content.decode()
    assert f"/law/impact/?instrument=cn/binzhou/decision&amp;on={soon()}" in desk and "项还没有改依" in desk
    assert "已确认" in lawyer.get(f"/law/effects/{effect.pk}/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"by": "nonsense"}, "写成 标识@版本日期"),
        ({"target": "cn/none/at-all@2020-01-01"}, "库里没有"),
        ({"clause": "a999"}, "没有这一条款"),
        ({"kind": "substitute", "clause": ""}, "请写明是哪一条"),
        ({"day": "明天"}, "日期写成"),
    ],
)
def test_an_effect_that_makes_no_sense_is_said_at_its_question(
    lawyer: Client, change: dict, words: str
) -> None:
    by = enter(in_force_from=soon())
    given = {"by": f"cn/binzhou/decision@{by.adopted}", "kind": "repeal", "target": f"{OLD[0]}@{OLD[1]}", "clause": "a35",
             "day": soon().isoformat()}  # fmt: skip
    answer = lawyer.post("/law/effects/new/", {**given, **change})
    assert answer.status_code == 400 and words in answer.content.decode()


def test_a_candidate_that_is_no_effect_is_set_aside_with_a_reason(lawyer: Client) -> None:
    effect = note(enter(), "repeal", "a35")
    assert lawyer.post(f"/law/effects/{effect}/", {"reject": "1"}).status_code == 400
    assert (
        lawyer.post(f"/law/effects/{effect}/", {"reject": "1", "note": "引用，不是废止"}).status_code == 303
    )
    assert "引用，不是废止" in lawyer.get(f"/law/effects/{effect}/").content.decode()


def test_a_doubt_is_resolved_on_its_page_and_anybody_may_read_it(lawyer: Client, client: Client) -> None:
    doubt = Doubt.objects.filter(resolution="").order_by("id").first()
    assert doubt is not None
    address = f"/law/report/{doubt.pk}/"
    assert "由法制审核人处理" in client.get(address).content.decode()
    assert client.post(address, {"resolution": "as_read"}).status_code == 403
    assert lawyer.post(address, {}).status_code == 400
    assert lawyer.post(address, {"resolution": "in_source", "note": ""}).status_code == 303
    assert "已经处理" in lawyer.get(address).content.decode()
    assert lawyer.post(address, {"resolution": "in_source"}).status_code == 409


def test_an_act_without_a_basis_is_reviewed_on_its_page(lawyer: Client) -> None:
    accepted(matter=MATTER)
    at = NOW + timedelta(hours=3)
    late = enter(adopted=date(2026, 11, 1), in_force_from=date(2026, 11, 23), at=at)
    from tongxin.law import operations as law

    effect = note(late, "repeal", "a35", at=at, day=date(2026, 11, 23))
    law.confirm_effects(actor=officer("bz/lead", "legal_officer"), at=at, effects=[effect])
    row = Review.objects.order_by("id").first()
    assert row is not None
    address = f"/law/reviews/{row.pk}/"
    assert f"/ledger/{row.act}/" in lawyer.get(address).content.decode()
    assert address in lawyer.get("/law/desk/").content.decode()
    assert lawyer.post(address, {"outcome": "stands", "note": "短"}).status_code == 400
    assert lawyer.post(address, {"outcome": "stands", "note": "另有第三十四条可以依据"}).status_code == 303
    assert "已经复查" in lawyer.get(address).content.decode()


@pytest.mark.parametrize("address", ["/law/effects/999999/", "/law/report/999999/", "/law/reviews/999999/"])
def test_what_is_not_there_is_not_found(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_preview_of_something_unknown_says_so_and_offers_what_is_like_it(client: Client) -> None:
    assert "库里没有这部文件" in client.get("/law/impact/?instrument=无此文件&on=2026-12-01").content.decode()
    page = client.get("/law/impact/?instrument=信访&on=2026-12-01").content.decode()
    assert "有几部，请选一部" in page and "信访条例" in page
    assert client.get("/law/impact.json?instrument=无此文件").status_code == 404
    assert client.get("/law/impact.json").status_code == 400


def test_re_pointing_on_the_preview_moves_the_basis_from_the_day_on(lawyer: Client, clerk: Client) -> None:
    from tongxin.law import operations as law

    by = enter(in_force_from=soon())
    effects = [
        note(by, "renumber", "a35", to_clause="a34-1", day=soon()),
        note(by, "substitute", "a12", text="新的第十二条。", day=soon()),
    ]
    law.confirm_effects(actor=officer("bz/lead", "legal_officer"), at=timezone.now(), effects=effects)
    address = f"/law/impact/?instrument={OLD[0]}&on={soon()}"
    page = lawyer.get(address).content.decode()
    field = next(one for one in page.split("<input name=")[1:] if "#a34-1.p2" in one.split(">")[0])
    row = field.split('"')[1].removeprefix("to-")
    value = {"move": row, f"to-{row}": f"law:{OLD[0]}@2026-11-20#a34-1.p2"}
    assert clerk.post(address, value).status_code == 403
    assert lawyer.post(address, {"move": "x"}).status_code == 400
    assert lawyer.post(address, {"move": row}).status_code == 400
    assert lawyer.post(address, value).status_code == 303
    left = sum(row["what"] in {"same", "moves"} and not row["ready"] for row in moved(lawyer, address))
    assert left > 300
    assert lawyer.post(address, {"unchanged": "1"}).status_code == 303
    rows = moved(lawyer, address)
    assert all(row["ready"] for row in rows if row["what"] in {"same", "moves"})
    assert any(row["what"] == "ends" and not row["ready"] for row in rows)
    assert "已改依" in lawyer.get(f"{address}&page=2").content.decode()


def test_nothing_is_re_pointed_before_the_change_is_confirmed_and_then_to_any_clause_a_lawyer_names(
    lawyer: Client,
) -> None:
    from tongxin.law import operations as law

    effect = note(enter(in_force_from=soon()), "repeal", "a35", day=soon())
    address = f"/law/impact/?instrument=cn/binzhou/decision&on={soon()}"
    page = lawyer.get(address).content.decode()
    assert "先确认，再改依" in page and 'name="move"' not in page
    law.confirm_effects(actor=officer("bz/lead", "legal_officer"), at=timezone.now(), effects=[effect])
    page = lawyer.get(address).content.decode()
    assert "没有后继条款" in page and "先确认，再改依" not in page
    row = page.split('name="move" id="move-')[1].split('"')[0]
    assert lawyer.post(address, {"move": row, f"to-{row}": f"/law/{OLD[0]}@{OLD[1]}/#a34"}).status_code == 303
    page = lawyer.get(address).content.decode()
    assert "已改依" in page and f'id="move-{row}"' not in page


def test_an_entry_says_from_when_it_will_be_idle_and_what_it_was_re_pointed_to(lawyer: Client) -> None:
    from tongxin.law import operations as law
    from tongxin.law.models import Binding
    from tongxin.law.terms import Repointing

    at, actor = timezone.now(), officer("bz/lead", "legal_officer")
    held = Binding.objects.filter(entry__list="duty", mandatory=True, valid_to=None)
    alone = held.values("entry").annotate(n=Count("id")).filter(n=1).values("entry")
    row = held.filter(entry__in=alone).select_related("clause__version__instrument", "entry")[0]
    address = f"/lists/duty/{row.entry.code}/"
    assert "起将停用" not in lawyer.get(address).content.decode()
    version = row.clause.version
    effect = note(
        enter(in_force_from=soon(), level=version.instrument.level), "repeal", row.clause.key, day=soon(),
        key=version.instrument.key, adopted=version.adopted,
    )  # fmt: skip
    law.confirm_effects(actor=actor, at=at, effects=[effect])
    assert "起将停用" in lawyer.get(address).content.decode()
    other = enter(
        f"# 新条例\n<!-- INFO END -->\n第一条 由{row.phrase}负责。", key="cn/binzhou/newer", adopted=date(2026, 1, 1),
        in_force_from=date(2026, 1, 2), level=version.instrument.level,
    )  # fmt: skip
    successor = f"law:{other.instrument.key}@{other.adopted}#a1"
    law.repoint_bindings(actor=actor, at=at, moves=[Repointing(binding=row.pk, successor=successor)])
    page = lawyer.get(address).content.decode()
    assert (
        "起将停用" not in page
        and "改依后继条款" in page
        and f"/law/cn/binzhou/newer@{other.adopted}/#a1" in page
    )


def test_changes_of_words_in_one_text_are_confirmed_together_on_the_page(lawyer: Client) -> None:
    by = enter(in_force_from=soon())
    first = note(by, "substitute", "a12", text="新的第十二条。", day=soon())
    other = note(by, "substitute", "a13", text="新的第十三条。", day=soon())
    page = lawyer.get(f"/law/effects/{first}/").content.decode()
    ticked = next(one for one in page.split("<input ") if f'value="{other}"' in one)
    assert "checked" in ticked and "第十三条" in page
    sent = {"confirm": "1", "together": [str(other)]}
    assert lawyer.post(f"/law/effects/{first}/", sent).status_code == 303
    assert set(Effect.objects.filter(by=by).values_list("state", flat=True)) == {"confirmed"}
    assert lawyer.post(f"/law/effects/{first}/", {"confirm": "1", "together": ["999999"]}).status_code >= 400


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31", "2026-02-31"])
def test_a_day_no_law_can_have_is_refused_by_field(client: Client, on: str) -> None:
    assert client.get(f"/law/impact/?instrument=cn/cybersecurity&on={on}").status_code == 400
    assert client.get(f"/law/impact.json?instrument=cn/cybersecurity&on={on}").status_code == 400


def test_what_a_draft_that_is_not_public_would_move_is_not_public(client: Client) -> None:
    from tongxin.law.tests.makers import congress, drafted

    number = drafted(at=timezone.now())
    address = f"/law/impact/?instrument={number}&on={soon()}"
    assert client.get(address).status_code == 400 and "还没有公开" in client.get(address).content.decode()
    assert client.get(address.replace("/impact/", "/impact.json")).status_code == 403
    assert signed_in(congress(), "congress").get(address).status_code == 200


def moved(client: Client, address: str) -> list:
    return client.get(address.replace("/impact/", "/impact.json")).json()["bindings"]
