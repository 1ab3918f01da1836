"""按平常话找事项。 Plain words find the matter."""

from tongxin.law.rules.cells import plain_cell
from tongxin.law.rules.finding import matters_like, pieces
from tongxin.law.terms import MatterEntry


def entry(code: str, name: str, name_en: str, condition: str = "") -> MatterEntry:
    return MatterEntry(
        code=code,
        name=name,
        name_en=name_en,
        category="类",
        category_en="kind",
        lead="x",
        assist=(),
        on_call=(),
        person_help=False,
        filing_condition=condition,
        filing_condition_en="",
        closing_condition="",
        closing_condition_en="",
        active=True,
    )


LIST = [
    entry("a", "路灯异常", "Street lamp", "不亮、破损"),
    entry("b", "路灯井盖异常", "Street-lighting manhole cover", "缺失"),
    entry("c", "暴露垃圾", "Exposed rubbish", "成堆的垃圾"),
    entry("d", "噪声扰民", "Noise nuisance", "高音喇叭"),
]  # fmt: skip


def found(words: str, often: dict[str, int] | None = None) -> list[str]:
    return [e.code for e in matters_like(words=words, entries=LIST, often=often or {})]


def test_the_likeliest_comes_first() -> None:
    assert found("路灯不亮了")[0] == "a"
    assert found("垃圾没人收") == ["c"]
    assert found("street lamp out")[0] == "a"


def test_a_single_telling_character_is_tried_last() -> None:
    assert found("噪音") == ["d"]
    assert found("没有了") == []
    assert found("") == []


def test_among_equals_what_is_reported_more_often_comes_first() -> None:
    assert found("路灯", {"b": 5}) == ["b", "a"]


def test_english_words_are_whole_words() -> None:
    assert "rub" not in pieces("Exposed rubbish")
    assert found("the of and") == []


def test_a_cell_that_a_spreadsheet_would_run_is_made_plain() -> None:
    assert [plain_cell(v) for v in ("=1+1", "+1", "-1", "@x", "井盖", "")] == [
        "'=1+1",
        "'+1",
        "'-1",
        "'@x",
        "井盖",
        "",
    ]
