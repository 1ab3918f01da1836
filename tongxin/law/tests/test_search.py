"""全文检索：与逐字扫描所得相同，坏的问法有回话。 Full-text search: the same clauses as a plain scan, and an answer to every bad question."""

import json
import re
import unicodedata
from datetime import date
from functools import cache
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.utils.translation import gettext, override

from tests.plugin import app_connection
from tongxin.law.models import Clause
from tongxin.law.queries.search import EACH, GROUPS, OF_ONE, Asked, search, titles_with
from tongxin.law.terms import Level
from tongxin.law.views.search import excerpt, marked

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)
SEARCHED = ("article", "preamble", "annex")

QUERIES = [
    "露天焚烧", "生活垃圾", "网格员", "井盖", "无障碍环境", "应急预案", "本条例自", "国家机关", "人民调解委员会", "行政处罚",
    "个人信息", "公共数据", "电子签名", "村民委员会", "居民委员会", "志愿者", "消防车通道", "特种设备", "噪声敏感建筑物",
    "餐饮服务业", "医疗废物", "政府采购", "法律援助", "听证会", "备案审查", "设区的市", "地方性法规", "处五万元以上", "工作日",
    "烟花爆竹", "古树名木", "非物质文化遗产", "物业服务人", "停车泊位", "历史文化名城", "未成年人", "老年人", "残疾人",
    "信访人", "不得擅自倾倒",
]  # fmt: skip


@cache
def printed() -> dict[int, str]:
    """The words of everything that is searched, of one width and case: read without the functions of the database."""
    rows = Clause.objects.filter(kind__in=SEARCHED).values_list("pk", "heading", "text")
    return {pk: unicodedata.normalize("NFKC", f"{heading}\n{text}").lower() for pk, heading, text in rows}


def scanned(*phrases: str) -> set[int]:
    """What a plain scan finds: every clause in which all phrases stand."""
    plain = [unicodedata.normalize("NFKC", phrase).lower() for phrase in phrases]
    return {pk for pk, text in printed().items() if all(phrase in text for phrase in plain)}


def found(words: str, **given: object) -> set[int]:
    """What the search finds, page by page, instrument by instrument, to the end."""
    keys = set()
    page, pages = 1, 1
    while page <= pages:
        answer = search(asked=Asked(words=words, day=DAY, page=page, **given))
        page, pages = page + 1, answer.pages
        for group in answer.found:
            rest, of_one = 1, 1
            while rest <= of_one:
                part = search(asked=Asked(words=words, day=DAY, page=rest, of=group.key, **given))
                rest, of_one = rest + 1, part.pages
                keys |= {clause.ref for one in part.found for clause in one.shown}
    rows = Clause.objects.filter(kind__in=SEARCHED).values_list(
        "version__instrument__key", "version__adopted", "key", "pk"
    )
    numbers = {(key, adopted, clause): pk for key, adopted, clause, pk in rows}
    return {numbers[ref.key, ref.version, ref.clause] for ref in keys}


@pytest.mark.parametrize("words", QUERIES)
def test_the_bigrams_find_what_a_plain_scan_finds(words: str) -> None:
    expected = scanned(words)
    assert expected, words
    assert found(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "生活垃圾 分类",
        "公安机关　吊销 许可证",
        "“地方性法规” 备案",
        "不得 不得",
        "应当 向社会公布",
        "施行 2026年8月15日",
    ],
)
def test_several_words_must_all_stand_in_a_clause(words: str) -> None:
    assert found(words) == scanned(*words.replace("“", " ").replace("”", " ").split())


def test_a_phrase_in_quotes_stands_as_it_is() -> None:
    apart = found("任何单位 和个人")
    together = found("“任何单位和个人”")
    assert together < apart
    assert together == scanned("任何单位和个人")


def test_width_and_case_make_no_difference() -> None:
    assert found("２０２６年８月１５日") == found("2026年8月15日") == scanned("2026年8月15日") != set()
    assert found("（一）") == found("(一)") == set()  # a single sign between marks is looked up nowhere


def test_a_latin_word_is_found_whole() -> None:
    whole, part = found("2026"), found("202")
    assert whole == scanned("2026")
    assert not part & whole


def test_a_clause_that_holds_the_whole_line_comes_first_then_titles_then_level() -> None:
    groups = search(asked=Asked(words="生活垃圾 管理", day=DAY)).found
    assert groups[0].shown[0].exact
    exact = [any(clause.exact for clause in group.shown) for group in groups]
    assert exact == sorted(exact, reverse=True)
    titled = search(asked=Asked(words="文明行为", day=DAY)).found
    assert (
        titled[0].key == "cn/binzhou/civilised-conduct"
    )  # a local regulation before the laws: its title has the words
    rest = [Level(group.level).rank for group in titled[1:]]
    assert rest == sorted(rest)


def test_what_is_in_force_comes_before_what_was_in_one_text() -> None:
    answer = search(asked=Asked(words="网络运营者应当", day=DAY, of="cn/cybersecurity"))
    standing = [clause.standing for clause in answer.found[0].shown]
    assert set(standing) == {"in_force", "ended"}
    assert standing == sorted(standing, key=lambda word: word != "in_force")


def test_the_day_decides_what_is_in_force() -> None:
    def standing(day: date) -> set[str]:
        answer = search(asked=Asked(words="露天焚烧秸秆、落叶", day=day, of="cn/ecological-environment-code"))
        return {clause.standing for group in answer.found for clause in group.shown}

    assert standing(date(2026, 8, 14)) == {"not_yet"}
    assert standing(date(2026, 8, 15)) == {"in_force"}


def test_a_suspended_clause_is_called_so(owner_sql: object) -> None:
    clause = Clause.objects.get(version__instrument__key="cn/ecological-environment-code", key="a246")
    owner_sql("INSERT INTO law_suspension (clause_id, since) VALUES (%s, %s)", clause.pk, DAY)  # type: ignore[operator]
    answer = search(asked=Asked(words="露天焚烧秸秆、落叶", day=DAY, of="cn/ecological-environment-code"))
    assert {c.ref.clause: c.standing for c in answer.found[0].shown}["a246"] == "suspended"


def test_a_text_of_unknown_date_is_found_and_called_so() -> None:
    answer = search(asked=Asked(words="供热", day=DAY, of="cn/binzhou/heating"))
    assert {clause.standing for clause in answer.found[0].shown} == {"unknown"}


@pytest.mark.parametrize(
    ("level", "subject"), [("national-law", ""), ("", "ecology"), ("local-regulation", "city")]
)
def test_level_and_subject_keep_to_themselves(level: str, subject: str) -> None:
    answer = search(asked=Asked(words="应当", day=DAY, level=level, subject=subject))
    assert answer.total
    assert {group.level for group in answer.found} <= ({level} if level else {level.value for level in Level})
    assert not subject or {group.subject for group in answer.found} == {subject}


def test_pages_are_bounded_and_hold_everything_once() -> None:
    first = search(asked=Asked(words="应当", day=DAY))
    assert len(first.found) == GROUPS and all(len(group.shown) <= EACH for group in first.found)
    assert first.pages == -(-first.instruments // GROUPS)
    keys = [
        group.key
        for page in range(1, first.pages + 1)
        for group in search(asked=Asked(words="应当", day=DAY, page=page)).found
    ]
    assert len(keys) == len(set(keys)) == first.instruments
    one = search(asked=Asked(words="应当", day=DAY, of="cn/civil-code"))
    assert len(one.found[0].shown) == OF_ONE and one.pages == -(-one.total // OF_ONE)


def test_an_instrument_without_text_is_found_by_its_title() -> None:
    (title,) = titles_with(asked=Asked(words="水污染", day=DAY))
    assert (title.key, title.has_text) == ("cn/water-pollution", False)


def test_titles_are_found_in_english_too_and_stand_by_level_then_title() -> None:
    (law,) = titles_with(asked=Asked(words="cybersecurity", day=DAY))
    assert (law.key, law.adopted) == ("cn/cybersecurity", date(2025, 10, 28))
    many = titles_with(asked=Asked(words="法", day=DAY))
    order = [(Level(row.level).rank, row.title) for row in many]
    assert many[0].key == "cn/constitution" and order == sorted(order)


def test_the_constitution_is_found_under_its_own_level() -> None:
    answer = search(asked=Asked(words="公民", day=DAY, level="constitution"))
    assert [group.key for group in answer.found] == ["cn/constitution"]


def test_what_is_not_in_force_is_left_out_where_asked_and_counted() -> None:
    for words, of in (("网络运营者", "cn/cybersecurity"), ("露天焚烧", ""), ("应当", "")):
        every = search(asked=Asked(words=words, day=DAY, of=of))
        now = search(asked=Asked(words=words, day=DAY, of=of, in_force=True))
        assert {clause.standing for group in now.found for clause in group.shown} == {"in_force"}
        assert 0 < now.total < every.total == now.total + now.left_out
        assert every.left_out == 0


def test_where_nothing_is_in_force_what_was_left_out_is_still_counted() -> None:
    now = search(asked=Asked(words="供热", day=DAY, of="cn/binzhou/heating", in_force=True))
    every = search(asked=Asked(words="供热", day=DAY, of="cn/binzhou/heating"))
    assert (now.found, now.total, now.left_out) == ((), 0, every.total)
    assert search(asked=Asked(words="鹦鹉螺号", day=DAY, in_force=True)).left_out == 0


# --- the database ----------------------------------------------------------------------------------------


def test_the_index_is_used_also_for_the_commonest_words() -> None:
    with connection.cursor() as cursor:
        for words in ("应当", "露天焚烧"):
            cursor.execute(
                "EXPLAIN SELECT 1 FROM law_clause WHERE kind IN ('article', 'preamble', 'annex') "
                "AND law_bigrams(heading || E'\\n' || text) @> %s::text[]",
                [list(Asked(words=words, day=DAY).signs)],
            )
            assert "clause_bigrams" in "\n".join(row[0] for row in cursor.fetchall())


def test_the_role_of_the_application_may_search() -> None:
    with app_connection() as role:
        (signs,) = role.execute("SELECT law_bigrams('ＰＭ２露天焚烧，水')").fetchone()  # type: ignore[misc]
    assert sorted(signs) == sorted(["pm2", "露天", "天焚", "焚烧", "水"])


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("", []),
        ("，。！", []),
        ("水", ["水"]),
        ("水，火", ["水", "火"]),
        ("一二三", ["一二", "二三"]),
        ("第10条", ["10", "条", "第"]),
        ("Grid Worker", ["grid", "worker"]),
    ],
)
def test_the_signs_of_a_text(text: str, signs: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT law_bigrams(%s)", [text])
        assert sorted(cursor.fetchone()[0]) == sorted(signs)


# --- marking ------------------------------------------------------------------------------------------------


def test_the_words_are_marked_as_printed() -> None:
    assert list(marked("自２０２６年施行", ["2026年"])) == [
        (False, "自"),
        (True, "２０２６年"),
        (False, "施行"),
    ]
    assert list(marked("十㎡以上", ["m2以"])) == [(False, "十"), (True, "㎡以"), (False, "上")]
    assert list(marked("生活垃圾分类", ["生活垃圾", "垃圾分类"])) == [(True, "生活垃圾"), (False, "分类")]
    assert list(marked("", ["水"])) == []


def test_an_excerpt_holds_the_first_word_found_and_is_short() -> None:
    text = "甲" * 400 + "露天焚烧" + "乙" * 400
    short = excerpt(text, ["露天焚烧"])
    assert "露天焚烧" in short and len(short) < 200 and short.startswith("…") and short.endswith("…")
    assert excerpt("短\n文", ["文"]) == "短 文"


# --- the pages ----------------------------------------------------------------------------------------------


def test_the_page_marks_the_words_and_says_what_is_in_force(client: Client) -> None:
    page = client.get("/law/search/?q=露天焚烧&on=2026-11-23&all=1").content.decode()
    assert "<mark>露天焚烧</mark>" in page
    assert 'href="/law/cn/ecological-environment-code@2026-03-12/#a246"' in page
    assert "已失效" in page and "有效" in page


def test_the_page_lists_what_is_in_force_and_leads_to_the_rest(client: Client) -> None:
    page = client.get("/law/search/?q=网络运营者&of=cn/cybersecurity&on=2026-11-23").content.decode()
    body = client.get("/law/search.json?q=网络运营者&of=cn/cybersecurity&on=2026-11-23").json()
    assert "@2025-10-28/#" in page and "@2016-11-07/#" not in page
    assert f"另有 {body['left_out']} 条那天没有效力" in page and not body["all"]
    (address,) = re.findall(r'href="([?][^"]*all=1[^"]*)"', page)
    more = client.get(f"/law/search/{unescape(address)}").content.decode()
    assert "@2025-10-28/#" in more and "@2016-11-07/#" in more and "连同已失效的一起列" in more
    assert f"这部文件里有 {body['total']} 条" in page
    assert f"这部文件里有 {body['total'] + body['left_out']} 条" in more
    assert client.get("/law/search/?q=供热&of=cn/binzhou/heating").content.decode().count("all=1") == 1


def test_all_stays_all_on_the_way_through_the_pages(client: Client) -> None:
    page = unescape(client.get("/law/search/?q=应当&all=1").content.decode())
    assert re.search(r'href="[?][^"]*all=1[^"]*page=2"', page)
    assert re.search(r'href="[?][^"]*&all=1&of=cn/', page)


def test_an_english_reader_is_told_that_the_texts_are_chinese(client: Client) -> None:
    told = "条文只有中文；英文的词找得到的是文件的名称。"
    assert told not in client.get("/law/search/").content.decode()
    client.cookies["django_language"] = "en"
    page = client.get("/law/search/?q=cybersecurity").content.decode()
    with override("en"):
        assert gettext(told) in page
    assert 'href="/law/cn/cybersecurity@2025-10-28/"' in page


def test_an_english_reader_finds_the_same(client: Client) -> None:
    client.cookies["django_language"] = "en"
    page = client.get("/law/search/?q=露天焚烧").content.decode()
    assert '<html lang="en"' in page and "<mark>露天焚烧</mark>" in page


def test_the_rest_of_a_text_is_a_page_away(client: Client) -> None:
    page = client.get("/law/search/?q=应当&of=cn/civil-code&page=2").content.decode()
    assert page.count("<li") > OF_ONE
    assert 'rel="prev"' in page and 'rel="next"' in page


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 200),
        ("q=", 200),
        ("q=水", 200),
        ("q=，。", 200),
        ("q=%25", 200),
        ("q=_", 200),
        ("q='\"", 200),
        ("q=%25应当_", 200),
        ("q=“应当", 200),
        ("q=%F0%A0%80%80%F0%A0%80%81", 200),
        ("q=应当%00", 400),
        ("q=" + "应" * 10_000, 400),
        ("q=" + "应" * 101, 400),
        ("q=应当&on=2026-13-01", 400),
        ("q=应当&level=rumour", 400),
        ("q=应当&subject=%00", 400),
        ("q=应当&of=cn/../x", 400),
        ("q=应当&page=0", 400),
        ("q=应当&page=x", 400),
        ("q=应当&page=99", 404),
        ("page=2", 404),
    ],
)
def test_bad_questions_have_an_answer(client: Client, query: str, status: int) -> None:
    assert client.get(f"/law/search/?{query}").status_code == status
    assert client.get(f"/law/search.json?{query}").status_code == status


@pytest.mark.parametrize("words", ["%", "_", "应%", "应_", "%应当%", "\\", "'; DROP TABLE law_clause; --"])
def test_signs_of_a_pattern_mean_nothing(words: str) -> None:
    answer = search(asked=Asked(words=words, day=DAY))
    assert answer.total == 0


def test_one_sign_gets_advice_and_nothing_found_gets_advice(client: Client) -> None:
    assert "两个以上相连的汉字" in client.get("/law/search/?q=水").content.decode()
    assert "少写几个字" in client.get("/law/search/?q=鹦鹉螺号").content.decode()


def test_what_was_typed_is_kept_and_harmless(client: Client) -> None:
    page = client.get('/law/search/?q=<script>alert(1)</script>"应当').content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;" in page


def test_the_json_says_the_same_as_the_page(client: Client) -> None:
    body = json.loads(client.get("/law/search.json?q=露天焚烧&on=2026-08-15&subject=ecology&all=1").content)
    assert (body["on"], body["subject"], body["page"]) == ("2026-08-15", "ecology", 1)
    clauses = {one["ref"]: one for group in body["found"] for one in group["shown"]}
    new = clauses["law:cn/ecological-environment-code@2026-03-12#a246"]
    old = clauses["law:cn/air-pollution@2018-10-26#a77"]
    assert (new["standing"], old["standing"]) == ("in_force", "ended")
    assert (old["in_force_to"], new["in_force_to"]) == ("2026-08-15", None)
    assert new["url"] == "/law/cn/ecological-environment-code@2026-03-12/#a246"
    assert body["total"] == sum(group["clauses"] for group in body["found"])


def test_an_answer_costs_two_statements_more_than_the_empty_page(client: Client) -> None:
    base = _statements(client, "/law/search/")
    assert _statements(client, "/law/search/?q=露天焚烧") - base == 2


def _statements(client: Client, address: str) -> int:
    client.get(address)
    with connection.execute_wrapper(counting := _Counting()):
        client.get(address)
    return counting.seen


class _Counting:
    def __init__(self) -> None:
        self.seen = 0

    def __call__(self, execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        self.seen += 1
        return execute(sql, params, many, context)
