"""浏览与导入报告的页面。 The pages on which the book is browsed, and the import report."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.utils.translation import override

from tongxin.law.models import Doubt, Instrument, Version
from tongxin.law.rules.labels import clause_label, clause_label_en
from tongxin.law.views.report import REASON_WORDS
from tongxin.law.views.sources import date_source_words

pytestmark = pytest.mark.django_db
LAW = Path(__file__).resolve().parents[1]
READERS = [LAW / "rules" / "reading.py", LAW / "rules" / "text.py", LAW.parent / "web" / "pack" / "load.py"]


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return unescape(answer.content.decode())


def statements(client: Client, address: str) -> int:
    seen: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        page(client, address)
    return len(seen)


def titles(text: str) -> set[str]:
    return set(re.findall(r'<th scope="row"><a href="/law/[^"]+">([^<]+)</a>', text))


# --- browsing ------------------------------------------------------------------------------------------------


def test_the_book_is_browsed_by_level_and_by_subject(client: Client) -> None:
    every = titles(page(client, "/law/?on=2026-11-23"))
    local = titles(page(client, "/law/?on=2026-11-23&level=local-regulation"))
    ecology = titles(page(client, "/law/?on=2026-11-23&subject=ecology"))
    both = titles(page(client, "/law/?on=2026-11-23&level=local-regulation&subject=ecology"))
    assert "滨州市扬尘污染防治条例" in both
    assert both == local & ecology and local < every and ecology < every
    assert "中华人民共和国生态环境法典" in ecology - local


def test_a_filter_keeps_what_else_was_chosen_and_says_how_many_it_holds(client: Client) -> None:
    text = page(client, "/law/?on=2026-07-01&q=防治&level=national-law")
    link = re.search(
        r'<a href="(\?[^"]*subject=ecology[^"]*)">生态环境 <span class="count">(\d+)</span>', text
    )
    assert link is not None
    assert "on=2026-07-01" in link[1] and "level=national-law" in link[1]
    assert len(titles(page(client, f"/law/{link[1]}"))) == int(link[2]) == 6


def test_on_a_day_before_the_code_six_laws_are_shown_without_text(client: Client) -> None:
    before, after = page(client, "/law/?on=2026-08-14"), page(client, "/law/?on=2026-08-15")
    assert before.count("只有日期，没有文本</span></th>") == 6
    assert "其中 6 部只有日期，没有文本" in before
    assert "只有日期，没有文本</span></th>" not in after
    assert "中华人民共和国水污染防治法" in titles(before) - titles(after)


def test_every_text_has_a_subject_that_the_page_can_say(client: Client) -> None:
    text = page(client, "/law/?on=2026-11-23")
    shown = {int(count) for count in re.findall(r'subject=\w+">[^<]+ <span class="count">(\d+)', text)}
    assert shown and sum(map(int, re.findall(r'subject=\w+">[^<]+ <span class="count">(\d+)', text))) == len(
        titles(text)
    )
    assert Instrument.objects.exclude(subject="").count() == Instrument.objects.count()


@pytest.mark.parametrize("query", ["level=rumour", "subject=love", "q=" + "x" * 61, "on=2026-02-30"])
def test_a_choice_that_is_none_is_said_at_the_top(client: Client, query: str) -> None:
    answer = client.get(f"/law/?{query}")
    assert answer.status_code == 400
    assert "error-summary" in answer.content.decode()


def test_browsing_costs_the_same_however_it_is_filtered(client: Client) -> None:
    page(client, "/law/")
    assert statements(client, "/law/?level=national-law&subject=ecology&on=2026-07-01") == statements(
        client, "/law/"
    )


def test_the_book_leads_to_the_search_and_to_the_report(client: Client) -> None:
    text = page(client, "/law/")
    assert 'action="/law/search/"' in text and 'href="/law/report/"' in text


def test_texts_from_elsewhere_are_marked_as_such(client: Client) -> None:
    text = page(client, "/law/?on=2026-11-23")
    rows = re.findall(r'<tr><th scope="row"><a [^>]+>([^<]+)</a>([^\n]*)', text)
    marked = {title for title, rest in rows if "别处的，只供参考" in rest}
    elsewhere = Instrument.objects.exclude(jurisdiction__in=["000000", "370000", "371600"])
    assert marked and marked <= set(elsewhere.values_list("title", flat=True))
    assert f"其中 {len(marked)} 部是别处的地方性法规，只供参考" in text
    assert "别处的地方性法规" not in page(client, "/law/?level=national-law")


def test_the_constitution_stands_first_under_its_own_level(client: Client) -> None:
    text = page(client, "/law/?on=2026-11-23")
    assert re.findall(r"<h2>(\S+) <span", text)[:2] == ["宪法", "国家法律"]


def test_what_dates_rest_on_is_said_in_the_language_of_the_page(client: Client) -> None:
    given = set(Version.objects.exclude(date_source="").values_list("date_source", flat=True))
    assert given
    for source in given:
        with override("zh-hans"):
            assert re.match(r"[\u4e00-\u9fff]", date_source_words(source)), source
    assert date_source_words("《公报》2026 年第 3 期") == "《公报》2026 年第 3 期"
    assert "没有查明：文本里没有日期" in page(client, "/law/report/")
    assert "修改决定（凭一般了解，须核对）" in page(client, "/law/cn/constitution@2018-03-11/")


# --- the import report -----------------------------------------------------------------------------------------


def test_every_open_doubt_is_in_the_report_with_its_line_words_and_reason(client: Client) -> None:
    text = page(client, "/law/report/")
    for doubt in Doubt.objects.exclude(reason="no_second_source"):
        row = re.search(rf'<tr id="doubt-{doubt.pk}">.*?</tr>', text, re.DOTALL)
        assert row is not None
        assert str(REASON_WORDS[doubt.reason]) in row[0]
        assert doubt.detail.lstrip("# ")[:40] in row[0] and "## " not in row[0]
        assert f'href="/law/report/{doubt.pk}/"' in row[0]
        assert row[0].count('class="narrow-label"') == 3  # on a narrow screen the head is hidden
        assert f'<td class="line">第 {doubt.line} 行</td>' in row[0] or doubt.line == 0


def test_a_heading_without_number_is_called_so(client: Client) -> None:
    text = page(client, "/law/report/?reason=heading_without_number")
    assert ">标题（无序号）</a>" in text and re.search(r"[> ]附则</td>", text) and "第一h" not in text
    assert clause_label("c1.h2") == "第一章标题（无序号）"
    assert clause_label_en("c1.h2") == "chapter 1, heading (unnumbered)"


def test_the_report_counts_what_is_open_and_what_was_resolved(
    client: Client, owner_sql: Callable[..., None]
) -> None:
    every = Doubt.objects.count()
    assert f"还有 {every} 处待处理，已处理 0 处" in page(client, "/law/report/")
    assert "还没有处理过的" in page(client, "/law/report/?state=resolved")
    one = Doubt.objects.filter(reason="line_joined").first()
    assert one is not None
    owner_sql("UPDATE law_doubt SET resolution = 'as_read', note = '原文如此' WHERE id = %s", one.pk)
    after = page(client, "/law/report/")
    assert f"还有 {every - 1} 处待处理，已处理 1 处" in after and f'id="doubt-{one.pk}"' not in after
    done = page(client, "/law/report/?state=resolved")
    assert f'id="doubt-{one.pk}"' in done and "原文如此" in done and f"/law/report/{one.pk}/" not in done


def test_a_reason_is_looked_at_alone(client: Client) -> None:
    text = page(client, "/law/report/?reason=heading_joined")
    assert text.count('<tr id="doubt-') == Doubt.objects.filter(reason="heading_joined").count() == 3


@pytest.mark.parametrize("query", ["reason=none", "state=x", "page=x", "page=999", "page=-1"])
def test_the_report_does_not_stumble_over_its_address(client: Client, query: str) -> None:
    assert '<tr id="doubt-' in page(client, f"/law/report/?{query}")


def test_the_report_names_texts_without_a_date_an_end_a_text_or_a_second_source(client: Client) -> None:
    text = page(client, "/law/report/")
    parts = {
        name: text[text.index(f'<h2 id="{name}">') :].split("<h2", 2)[1]
        for name in ("undated", "broken", "bare", "uncompared")
    }
    assert parts["undated"].count("<li>") == Version.objects.filter(in_force_from=None).count()
    assert parts["bare"].count("<li>") == 6 and "水污染防治法" in parts["bare"]
    assert "滨州市制定地方性法规条例" in parts["broken"] and "滨州市供热条例" in parts["undated"]
    assert parts["uncompared"].count("<li>") == Doubt.objects.filter(reason="no_second_source").count()
    assert "滨州市扬尘污染防治条例" in parts["uncompared"]
    assert "生态环境法典" not in parts["uncompared"]


def test_every_reason_that_a_reader_gives_has_plain_words() -> None:
    given = set()
    for reader in READERS:
        text = reader.read_text(encoding="utf-8")
        given |= set(re.findall(r'_doubt\(\s*"(\w+)"', text))
        given |= set(re.findall(r'found\.append\(\("(\w+)"', text)) | set(
            re.findall(r'\[\("(\w+)", f"a', text)
        )
        given |= set(re.findall(r'(?:reason|return) "(line_joined|list_unnumbered)"', text))
        given |= {
            f"{what}{ending}"
            for ending in re.findall(r'f"\{what\}(_\w+)"', text)
            for what in ("item", "subitem")
        }
    given |= {"list_unnumbered"}
    compared = (LAW / "rules" / "second_source.py").read_text(encoding="utf-8")
    given |= set(re.findall(r'"(second_source_\w+)"', compared))
    assert given == set(REASON_WORDS)


def test_the_report_costs_four_statements_of_its_own(client: Client) -> None:
    seen: list[str] = []

    def count(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        seen.append(sql)
        return execute(sql, params, many, context)

    page(client, "/law/report/")
    with connection.execute_wrapper(count):
        page(client, "/law/report/")
    assert sum("law_doubt" in sql for sql in seen) == 4


def test_a_report_in_english_is_in_english(client: Client) -> None:
    client.cookies["django_language"] = "en"
    assert '<html lang="en"' in page(client, "/law/report/")
