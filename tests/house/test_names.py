"""Rooms, words, cities, sizes, the clock on the wall."""

from collections.abc import Callable

import pytest

from tests.house.rules import names
from tests.house.rules.terms import Violation, said
from tests.house.rules.tree import Tree
from tests.plugin import ROOT

Plant = Callable[[dict[str, str]], Tree]
RULES = [names.rooms, names.words, names.sizes, names.clocks, names.reads]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(house: Tree, rule: Callable[[Tree], list[Violation]]) -> None:
    found = rule(house)
    assert not found, said(found)


def test_no_city_of_the_packs_is_named_in_the_house(house: Tree) -> None:
    known = names.city_names(ROOT)
    assert len(known) >= 3
    found = names.cities(house, known)
    assert not found, said(found)


# ---- The tests of the tests -----------------------------------------------------------------------------------------


def _page(capability: str) -> dict[str, str]:
    return {f"tongxin/{capability}/README.md": "…"}


def test_a_file_that_is_no_room_is_named(plant: Plant) -> None:
    (found,) = names.rooms(
        plant({**_page("cases"), "tongxin/cases/services.py": "", "tongxin/cases/terms.py": ""})
    )
    assert found.where == "tongxin/cases/services.py" and "section 2" in found.instead


@pytest.mark.parametrize("folder", ["management", "urls", "things"])
def test_a_folder_that_is_no_room_is_named(plant: Plant, folder: str) -> None:
    (found,) = names.rooms(plant({**_page("cases"), f"tongxin/cases/{folder}/__init__.py": ""}))
    assert found.where == f"tongxin/cases/{folder}"


def test_a_room_that_grew_into_a_package_is_still_a_room(plant: Plant) -> None:
    assert (
        names.rooms(
            plant(
                {
                    **_page("cases"),
                    "tongxin/cases/operations/flow.py": "",
                    "tongxin/cases/tests/test_rules.py": "",
                    "tongxin/cases/templates/cases/a.html": "",
                }
            )
        )
        == []
    )


def test_a_capability_without_its_page_is_named(plant: Plant) -> None:
    (found,) = names.rooms(plant({"tongxin/cases/terms.py": ""}))
    assert found.where == "tongxin/cases/README.md" and "one page" in found.instead


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("class CaseManager: ...", "manager"),
        ("def handler(x): ...", "handler"),
        ("service = 1", "service"),
        ("def f(*, mail_service): ...", "service"),
        ("import json as utils", "utils"),
        ("x.signal = 1", "signal"),
        ("for helper in (): ...", "helper"),
    ],
)
def test_a_word_that_is_not_used_is_named_with_the_one_to_use(plant: Plant, text: str, word: str) -> None:
    (found,) = names.words(plant({"tongxin/cases/rules.py": text + "\n"}))
    assert f"“{word}”" in found.what and found.instead


def test_a_module_of_such_a_name_is_named(plant: Plant) -> None:
    assert [v.where for v in names.words(plant({"tongxin/cases/utils.py": ""}))] == [
        "tongxin/cases/utils.py:1"
    ]


def test_words_of_others_may_be_read(plant: Plant) -> None:
    assert (
        names.words(
            plant({"tongxin/cases/rules.py": "import signal\nsignal.signal(1, print)\nx = 'service'\n"})
        )
        == []
    )


@pytest.mark.parametrize("name", ["tongxin/cases/rules.py", "tongxin/web/templates/home.html"])
def test_a_city_that_is_named_is_named(plant: Plant, name: str) -> None:
    tree = plant(
        {
            name: "# 某市\n# Oz is one of them\n",
            "city/oz/city.toml": 'code = "oz"\nname = "奥兹市"\nname_en = "Oz (sample)"\n',
        }
    )
    known = names.city_names(tree.root)
    assert known == {"oz", "奥兹"}
    (found,) = names.cities(tree, known)
    assert found.where == f"{name}:2" and "data" in found.instead


def test_the_tests_of_the_house_may_name_the_sample_city(plant: Plant) -> None:
    assert names.cities(plant({"tongxin/cases/tests/test_a.py": "Oz"}), frozenset({"oz"})) == []


def test_a_file_nobody_holds_in_the_head_is_named(plant: Plant) -> None:
    (found,) = names.sizes(
        plant({"tongxin/cases/rules.py": "x = 1\n" * 501, "tongxin/cases/terms.py": "x = 1\n" * 500})
    )
    assert (found.where, found.what) == ("tongxin/cases/rules.py", "501 lines")


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "datetime.datetime.now()",
        "timezone.now()",
        "date.today()",
        "time.time()",
        "timezone.localdate()",
    ],
)
@pytest.mark.parametrize("room", ["operations", "rules", "queries", "models", "forms"])
def test_a_clock_read_below_the_door_is_named(plant: Plant, line: str, room: str) -> None:
    (found,) = names.clocks(plant({f"tongxin/cases/{room}.py": line + "\n"}))
    assert "as an argument" in found.instead


def test_the_door_may_read_the_clock(plant: Plant) -> None:
    tree = plant(
        {
            "tongxin/cases/views.py": "timezone.now()\n",
            "tongxin/web/clock.py": "datetime.now(UTC)\n",
            "tongxin/cases/rules.py": "timezone.localtime(at)\ntime.perf_counter()\n",
        }
    )
    assert names.clocks(tree) == []


def test_a_view_that_asks_the_tables_itself_is_named(plant: Plant) -> None:
    (found,) = names.reads(
        plant({"tongxin/cases/views.py": "def page(r):\n    return Case.objects.first()\n"})
    )
    assert found.where == "tongxin/cases/views.py:2" and "`queries`" in found.instead
