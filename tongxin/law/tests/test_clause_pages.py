"""A clause's own page, the text of a day, two versions side by side, in the pages of the sample city."""

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client

from tongxin.law.models import Binding, Clause, Version
from tongxin.web.tests.test_patterns import Page

pytestmark = pytest.mark.django_db
OLD, NEW = "/law/cn/cybersecurity@2016-11-07/", "/law/cn/cybersecurity@2025-10-28/"
COMPARE = "/law/cn/cybersecurity/compare/"
NO_TEXT = "cn/water-pollution"  # the book knows its dates alone
PAGES = [
    f"{OLD}a21/", f"{NEW}a23.p1.i3/", f"{NEW}c3/", NEW, COMPARE, f"{COMPARE}?show=all", f"{COMPARE}?from=2020-01-01",
    "/law/cn/civil-code/compare/", "/law/cn/cybersecurity/?on=2000-01-01", "/law/cn/cybersecurity/?on=2000-13-01",
]  # fmt: skip
Sql = Callable[..., None]


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def clause(address: str) -> Clause:
    key, version, number = re.fullmatch(r"/law/(.+)@([\d-]+)/(.+)/", address).groups()  # type: ignore[union-attr]
    return Clause.objects.get(version__instrument__key=key, version__adopted=version, key=number)


def english() -> Client:
    client = Client()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


# ---- Every page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", PAGES)
def test_the_page_is_a_page(address: str) -> None:
    for client in (Client(), english()):
        found = Page(client.get(address).content.decode())
        assert found.open == []
        assert len(found.ids) == len(set(found.ids))
        tags = [tag for tag, _ in found.found]
        assert tags.count("h1") == 1
        assert "style" not in tags
        assert not [
            given
            for tag, given in found.found
            if "style" in given or (tag == "script" and not given.get("src"))
        ]
        labels = {given.get("for") for tag, given in found.found if tag == "label"}
        asked = [
            given
            for tag, given in found.found
            if tag in {"input", "select"} and given.get("type") != "hidden"
        ]
        assert {given.get("id") for given in asked} <= labels


@pytest.mark.parametrize("address", [f"{OLD}a21/", f"{NEW}c3/", f"{COMPARE}?show=all"])
def test_every_link_of_the_page_leads_somewhere(client: Client, address: str) -> None:
    links = set(re.findall(r'href="(/(?:law|lists)/[^"#]*)', text(client, address)))
    assert len(links) > 5
    assert not [
        link for link in links if client.get(link.replace("&amp;", "&")).status_code not in {200, 302}
    ]


# ---- The clause's own page -------------------------------------------------------------------------------------------


def test_a_clause_says_whether_it_holds_today_and_whether_an_act_may_rest_on_it(client: Client) -> None:
    old, new = text(client, f"{OLD}a21/"), text(client, f"{NEW}a23/")
    assert "已经失效" in old and "新的行为不能拿它作依据" in old
    assert 'datetime="2017-06-01"' in old and 'datetime="2026-01-01"' in old
    assert "今天有效" in new and "今天的行为可以拿它作依据" in new


def test_a_clause_stands_below_its_chapter_and_between_its_neighbours(client: Client) -> None:
    page = text(client, f"{NEW}a23/")
    above = re.findall(rf'href="{NEW}(c[^"]+)/"', page)
    assert above == ["c3", "c3.s1"]
    assert f'rel="prev" href="{NEW}a22/"' in page
    assert f'rel="next" href="{NEW}a24/"' in page
    assert f'href="{NEW}a23.p1.i3/"' in page


def test_an_item_is_read_below_the_words_that_lead_to_it(client: Client) -> None:
    words = text(client, f"{NEW}a23.p1.i3/").split('<div class="statute"')[1].split("</div>")[0]
    assert words.index("履行下列安全保护义务") < words.index("（三）采取监测、记录网络运行状态")
    assert "（二）" not in words


def test_the_foot_of_the_page_names_the_program_and_no_row_of_ours(client: Client) -> None:
    for address in (NEW, f"{NEW}a23/"):
        assert (
            "@2025-10-28" not in text(client, address).split('<footer class="colophon">')[1].split("同心")[-1]
        )


def test_the_history_leads_to_the_counterpart_and_to_the_comparison_both_ways(client: Client) -> None:
    old, new = text(client, f"{OLD}a21/"), text(client, f"{NEW}a23/")
    assert f'<a href="{NEW}a23/">第二十三条</a>' in old
    assert f'<a href="{OLD}a21/">第二十一条</a>' in new
    assert "文字相同，序号变了" in new
    assert f"{COMPARE}?from=2016-11-07&amp;to=2025-10-28&amp;show=all#a23" in new


def test_a_clause_without_counterpart_says_so_on_both_sides(client: Client) -> None:
    assert "没有找到对应的条款" in text(client, f"{OLD}a64/")
    assert "前一版本里没有找到对应的条款" in text(client, f"{NEW}a20/")


def test_a_heading_founds_nothing(client: Client) -> None:
    page = text(client, f"{NEW}c3/")
    assert "这是标题，没有条文，不能单独作依据" in page
    assert "以它为依据的" not in page


def test_a_clause_that_ends_before_its_version_says_so_on_both_pages(client: Client, owner_sql: Sql) -> None:
    owner_sql("UPDATE law_clause SET in_force_to = '2026-06-01' WHERE id = %s", clause(f"{NEW}a23/").pk)
    assert "已经失效" in text(client, f"{NEW}a23/")
    assert "今天有效" in text(client, f"{NEW}a24/")
    whole = text(client, NEW)
    assert whole.count("own-dates") == 1
    assert "2026年6月1日(周一)</time>起失效" in whole


def test_a_clause_that_begins_later_than_its_version_cannot_found_an_act_yet(
    client: Client, owner_sql: Sql
) -> None:
    owner_sql("UPDATE law_clause SET in_force_from = '2999-01-01' WHERE id = %s", clause(f"{NEW}a23/").pk)
    assert "施行以前，行为不能拿它作依据" in text(client, f"{NEW}a23/")


def test_a_suspended_clause_stands_and_founds_nothing(client: Client, owner_sql: Sql) -> None:
    row = clause(f"{NEW}a23/")
    owner_sql("INSERT INTO law_suspension (clause_id, since) VALUES (%s, '2026-02-01')", row.pk)
    page = text(client, f"{NEW}a23/")
    assert "今天暂停施行" in page
    assert "暂停期间，新的行为不能拿它作依据" in page
    assert "没有写明到哪天" in text(client, NEW)
    facts = client.get(f"{NEW}a23.json").json()
    assert facts["in_force"]["state"] == "suspended"
    assert facts["may_found_an_act_today"] is False


def test_a_suspension_that_is_over_is_told_and_hinders_nothing(client: Client, owner_sql: Sql) -> None:
    owner_sql(
        "INSERT INTO law_suspension (clause_id, since, until) VALUES (%s, '2026-02-01', '2026-03-01')",
        clause(f"{NEW}a23/").pk,
    )
    page = text(client, f"{NEW}a23/")
    assert "今天的行为可以拿它作依据" in page
    assert 'datetime="2026-03-01"' in page


def test_a_version_of_unknown_beginning_founds_nothing(client: Client, owner_sql: Sql) -> None:
    owner_sql("UPDATE law_version SET in_force_from = NULL WHERE id = %s", clause(f"{NEW}a23/").version_id)
    assert "施行日期没有查明的版本，行为不能拿它作依据" in text(client, f"{NEW}a23/")


def test_what_rests_on_a_clause_is_listed_and_what_rested_on_it_apart(client: Client, owner_sql: Sql) -> None:
    binding = (
        Binding.objects.filter(entry__list="power", valid_to=None)
        .select_related("clause__version__instrument")
        .first()
    )
    assert binding is not None
    version = binding.clause.version
    address = f"/law/{version.instrument.key}@{version.adopted.isoformat()}/{binding.clause.key}/"
    link = f'/lists/powers/#{binding.entry.code}"'
    before = text(client, address)
    assert link in before and "以前以它为依据的" not in before
    assert link in text(client, f"/law/{version.instrument.key}@{version.adopted.isoformat()}/").replace(
        "&#x27;", "'"
    )
    owner_sql("UPDATE law_binding SET valid_to = '2026-02-01' WHERE id = %s", binding.pk)
    after = text(client, address)
    assert link in after.split("以前以它为依据的")[1]
    rests = {row["entry"]: row["holds_today"] for row in client.get(f"{address[:-1]}.json").json()["rests"]}
    assert rests[binding.entry.ref] is False


def test_citations_are_grouped_by_text_and_those_of_another_time_are_marked(
    client: Client, owner_sql: Sql
) -> None:
    target = clause(f"{OLD}a21/")
    early = Version.objects.get(instrument__key="cn/data-security")
    late = (
        Version.objects.filter(adopted__gt="2026-02-01", sha256__gt="")
        .exclude(instrument=target.version.instrument)
        .first()
    )
    assert late is not None
    for version in (early, late):
        owner_sql(
            "INSERT INTO law_citation (version_id, clause_key, start, stop, quote, title, target_id, target_clause) "
            "VALUES (%s, 'a1', 0, 5, '《网络安全法》第二十一条', '网络安全法', %s, 'a21.p1')",
            version.pk, target.version.instrument_id,
        )  # fmt: skip
    cited = text(client, f"{OLD}a21/").split("引用它的")[1]
    assert cited.count("写的时候，有效的不是这个版本") == cited.count("《网络安全法》第二十一条") - 1
    assert "/law/cn/data-security@2021-06-10/a1/" in cited


def test_many_citations_are_counted_and_the_first_hundred_shown(client: Client, owner_sql: Sql) -> None:
    target = clause(f"{OLD}a21/")
    known = client.get(f"{OLD}a21.json").json()["cited_in"]["count"]
    owner_sql(
        "INSERT INTO law_citation (version_id, clause_key, start, stop, quote, title, target_id, target_clause) "
        "SELECT %s, 'a1', n, n + 1, '第二十一条', '', %s, 'a21' FROM generate_series(1, 120) n",
        Version.objects.get(instrument__key="cn/data-security").pk, target.version.instrument_id,
    )  # fmt: skip
    assert f"还有 {known + 20} 处没有列出" in text(client, f"{OLD}a21/")


def test_a_text_that_cites_itself_means_its_own_version(client: Client, owner_sql: Sql) -> None:
    target = clause(f"{OLD}a21/")
    before = [client.get(f"{where}a21.json").json()["cited_in"]["count"] for where in (OLD, NEW)]
    owner_sql(
        "INSERT INTO law_citation (version_id, clause_key, start, stop, quote, title, target_id, target_clause) "
        "VALUES (%s, 'a59', 0, 1, '本法第二十一条', '', %s, 'a21')",
        target.version_id, target.version.instrument_id,
    )  # fmt: skip
    after = [client.get(f"{where}a21.json").json()["cited_in"]["count"] for where in (OLD, NEW)]
    assert after == [before[0] + 1, before[1]]


def test_a_confirmed_effect_is_told_with_the_text_that_made_it(client: Client, owner_sql: Sql) -> None:
    by = Version.objects.get(instrument__key="cn/data-security")
    owner_sql(
        "INSERT INTO law_effect (by_id, by_clause, kind, version_id, title, clause, to_clause, text, day, savings, "
        "saves_running, state, note) VALUES (%s, 'a55', 'renumber', %s, '', 'a21', 'a24', '', '2026-01-01', '', false, "
        "'confirmed', '')",
        by.pk, clause(f"{OLD}a21/").version_id,
    )  # fmt: skip
    page = text(client, f"{OLD}a21/")
    assert 'href="/law/cn/data-security@2021-06-10/#a55"' in page and "改序" in page
    assert f'<a href="{NEW}a24/">第二十四条</a>' in page  # what a person confirmed wins over the words
    assert "对它的变动" not in text(client, f"{OLD}a22/")


def test_a_clause_that_does_not_exist_is_not_found(client: Client) -> None:
    text(client, f"{NEW}a999/", 404)
    text(client, "/law/cn/cybersecurity@2025-02-31/a1/", 404)
    text(client, "/law/nowhere/at-all/", 404)
    text(client, "/law/nowhere/at-all/compare/", 404)


def test_the_twin_of_the_page_says_the_same_to_programs(client: Client) -> None:
    facts = client.get(f"{OLD}a21.json").json()
    assert facts["ref"] == "law:cn/cybersecurity@2016-11-07#a21"
    assert facts["label"] == "第二十一条"
    assert facts["in_force"] | {"as_of": ""} == {
        "today": False, "state": "past", "from": "2017-06-01", "to": "2026-01-01", "suspended": [], "as_of": "",
    }  # fmt: skip
    assert [(s["version"], s["clause"], s["how"]) for s in facts["history"]] == [
        ("2016-11-07", "a21", "first"), ("2025-10-28", "a23", "moved"),
    ]  # fmt: skip
    assert [one["clause"] for one in facts["above"]] == ["c3", "c3.s1"]


def test_a_page_costs_as_many_statements_as_it_says(
    client: Client, django_assert_num_queries: Callable
) -> None:
    of_every_page = 1  # the city and the checkpoint, in the foot of the page
    client.get(NEW)
    for address, own in (
        ("/law/cn/civil-code@2020-05-28/a200/", 13), (f"{OLD}a21/", 16), (NEW, 6), (COMPARE, 5),
    ):  # fmt: skip
        with django_assert_num_queries(own + of_every_page):
            client.get(address)
    for address, own in (
        ("/law/cn/civil-code@2020-05-28/a200.json", 11),
        ("/law/cn/cybersecurity/?on=2020-01-01", 3),
    ):
        with django_assert_num_queries(own):
            client.get(address)


# ---- The text of a day -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("day", "where"), [("2017-06-01", OLD), ("2025-12-31", OLD), ("2026-01-01", NEW)])
def test_a_day_leads_to_the_version_in_force_then(client: Client, day: str, where: str) -> None:
    answer = client.get(f"/law/cn/cybersecurity/?on={day}")
    assert answer.status_code == 302
    assert answer["Location"] == where


def test_without_a_day_it_is_the_text_of_today(client: Client) -> None:
    assert client.get("/law/cn/cybersecurity/")["Location"] == NEW


def test_a_day_without_a_version_names_the_versions_there_are(client: Client) -> None:
    page = text(client, "/law/cn/cybersecurity/?on=2017-05-31", 404)
    assert "没有有效的版本" in page
    assert f'href="{OLD}"' in page and 'datetime="2017-06-01"' in page
    assert f'href="{NEW}"' in page


def test_a_day_that_is_none_is_said_at_the_question(client: Client) -> None:
    assert "error-summary" in text(client, "/law/cn/cybersecurity/?on=2017-02-30", 400)


def test_a_version_without_text_says_so(client: Client) -> None:
    version = Version.objects.get(instrument__key=NO_TEXT)
    address = f"/law/{NO_TEXT}@{version.adopted.isoformat()}/"
    page = text(client, address)
    assert "本书没有收录文本，只知道日期" in page
    assert "akn.xml" not in page
    assert "没有可以对照的" in text(client, f"/law/{NO_TEXT}/compare/")


def test_history_stops_where_a_text_is_not_held(client: Client, owner_sql: Sql) -> None:
    owner_sql("UPDATE law_version SET sha256 = '' WHERE id = %s", clause(f"{OLD}a21/").version_id)
    page = text(client, f"{NEW}a23/")
    assert "没有收录文本，无从对照" in page


def test_the_page_prints_with_its_address_and_the_day(client: Client) -> None:
    for address in (NEW, f"{NEW}a23/", COMPARE):
        (line,) = re.findall(r'<p class="print-only[^>]*>.*?</p>', text(client, address))
        assert f"http://testserver{address}" in line and "打印" in line


# ---- Side by side ----------------------------------------------------------------------------------------------------


def test_only_what_changed_is_shown_until_more_is_asked_for(client: Client) -> None:
    page = text(client, COMPARE)
    assert 'id="a61"' in page and 'id="a23"' not in page
    assert page.count('class="pair changed"') == 15
    assert page.count('class="pair added"') == 4
    assert page.count('class="pair gone"') == 2
    everything = text(client, f"{COMPARE}?show=all")
    assert everything.count('class="pair moved"') == 60
    assert len(re.findall(r'class="pair (?:same|moved|changed|added|gone)"', everything)) == 83


def test_each_choice_says_how_many_there_are(client: Client) -> None:
    counts = re.findall(r'show=(\w+)"[^>]*>[^<]+<span class="count">(\d+)</span>', text(client, COMPARE))
    assert dict(counts) == {
        "different": "21",
        "changed": "15",
        "added": "4",
        "gone": "2",
        "moved": "60",
        "all": "83",
    }


def test_changed_words_are_marked_and_both_articles_have_their_address(client: Client) -> None:
    page = text(client, COMPARE)
    row = page.split('id="a61"')[1].split("</section>")[0]
    assert "<del>" in row and "<ins>" in row
    assert "［删去］" in row and "［增加］" in row
    assert f'href="{OLD}a59/"' in row and f'href="{NEW}a61/"' in row


def test_the_two_versions_may_be_named_in_either_order(client: Client) -> None:
    one = text(client, f"{COMPARE}?from=2016-11-07&to=2025-10-28")
    other = text(client, f"{COMPARE}?from=2025-10-28&to=2016-11-07")
    assert one.count("<ins>") == other.count("<ins>") > 10


def test_a_version_is_not_compared_with_itself_or_with_one_that_is_not_there(client: Client) -> None:
    assert "请选两个不同的版本" in text(client, f"{COMPARE}?from=2016-11-07&to=2016-11-07")
    assert "error-summary" in text(client, f"{COMPARE}?from=2020-01-01&to=2025-10-28", 400)
