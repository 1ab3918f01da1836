"""标签与过滤器。 Tags and filters."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import RequestFactory, override_settings
from django.utils.translation import override

from tongxin.web.templatetags import tongxin as tags

MONDAY = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


@override_settings(TIME_ZONE="Asia/Shanghai")
def test_a_moment_is_written_in_local_time_in_both_languages() -> None:
    with override("zh-hans"):
        assert (
            tags.moment(MONDAY) == '<time datetime="2026-11-23T14:30+08:00">2026年11月23日(周一) 14:30</time>'
        )
    with override("en"):
        assert ">Mon 23 Nov 2026 14:30<" in tags.moment(MONDAY)


def test_a_day_is_written_in_both_languages_and_none_is_nothing() -> None:
    with override("zh-hans"):
        assert tags.day(date(2026, 11, 23)) == '<time datetime="2026-11-23">2026年11月23日(周一)</time>'
    with override("en"):
        assert ">Mon 23 Nov 2026<" in tags.day(date(2026, 11, 23))
    assert tags.day(None) == tags.moment(None) == ""


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (1204, "1,204"),
        (Decimal("11.50"), "11.5"),
        (Decimal(100), "100"),
        (Decimal("1E+2"), "100"),
        (0, "0"),
        (None, "—"),
        ("甲", "甲"),
    ],
)
def test_a_figure_has_thousands_and_no_idle_zeros(value: object, words: str) -> None:
    assert tags.figure(value) == words


@pytest.mark.parametrize(
    ("value", "unit", "chinese", "english"),
    [
        (Decimal(1), "working_hour", "1 个工作时", "1 working hour"),
        (Decimal("1.5"), "working_day", "1.5 个工作日", "1.5 working days"),
        (30, "natural_day", "30 天", "30 days"),
    ],
)
def test_an_amount_carries_its_unit(value: Decimal, unit: str, chinese: str, english: str) -> None:
    with override("zh-hans"):
        assert tags.amount(value, unit) == chinese
    with override("en"):
        assert tags.amount(value, unit) == english


def test_a_name_is_in_the_pages_language_and_chinese_when_it_has_no_other() -> None:
    organ = {"name": "水务局", "name_en": "Water Bureau"}
    with override("en"):
        assert tags.named(organ) == "Water Bureau"
        assert tags.named({"name": "水务局", "name_en": ""}) == "水务局"
    with override("zh-hans"):
        assert tags.named(organ) == "水务局"


@pytest.mark.parametrize(
    ("cookie", "classes"), [("", ""), ("large", "large"), ("large.contrast", "contrast large"), ('"><x', "")]
)
def test_only_known_words_of_the_display_cookie_reach_the_page(cookie: str, classes: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[tags.DISPLAY_COOKIE] = cookie
    assert tags.page_class({"request": request}) == classes


def test_without_a_request_the_page_is_plain() -> None:
    assert tags.page_class({}) == ""
