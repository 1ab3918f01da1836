"""城市总则的检查。 Checks of city.toml against the rest of the pack."""

from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

from tongxin.web.pack.checks.facts import LEVELS, Facts
from tongxin.web.pack.columns import ORGANS, PLACES
from tongxin.web.pack.faults import Fault

ESCALATION_STEPS: Final = frozenset({"lead", "parent", "lead_body"})


def check_city_organs(facts: Facts) -> Iterator[Fault]:
    """牵头机构与分派中心存在且类别相符。 The lead body and the desk are organs of the day, of the right kind."""
    city = facts.pack.city
    for key, code, kinds in (
        ("lead_body", city.lead_body, {"lead_body"}),
        ("desk", city.desk, {"hotline", "lead_body"}),
        ("data_authority", city.data_authority, {"department", "lead_body"}),
    ):
        organ = facts.organs.get(code)
        if not code or facts.pack.losses.may_hold(file=ORGANS.file, key=code):
            continue
        if organ is None:
            yield city.fault_at(
                key, "unknown_organ", f"{key}：未知的机构“{code}”", f"{key}: unknown organ '{code}'"
            )
        elif organ.kind not in kinds:
            zh, en = (
                f"{key}：机构“{code}”的类别是 {organ.kind}",
                f"{key}: organ '{code}' is of kind {organ.kind}",
            )
            yield city.fault_at(key, "wrong_kind", zh, en)


def check_city_root(facts: Facts) -> Iterator[Fault]:
    """根地点存在且为城市一级；别无第二个根。 The root place exists, is of level city, and is the only one without parent."""
    city = facts.pack.city
    if not city.root or not city.scheme:
        return
    root = facts.places.get(city.root)
    if root is None:
        if not facts.knows_place(city.root):
            zh, en = f"root：没有地点“{city.root}”", f"root: unknown place '{city.root}'"
            yield city.fault_at("root", "unknown_root", zh, en)
    elif root.level != LEVELS[0]:
        zh, en = f"root：“{city.root}”不是城市一级", f"root: '{city.root}' is not of level city"
        yield city.fault_at("root", "root_not_city", zh, en)
    for row in facts.places.values():
        if (
            not row.parent
            and row.level == LEVELS[0]
            and row is not root
            and facts.pack.losses.whole(PLACES.file)
        ):
            zh, en = f"城市“{row.code}”不是本市的根", f"city '{row.code}' is not the root of this pack"
            yield row.fault("second_root", zh, en)


def check_founding(facts: Facts) -> Iterator[Fault]:
    """奠基条款不得缺。 There is a clause that lets the city run this book."""
    city = facts.pack.city
    if "founding.clauses" in city.lines and not city.founding_clauses:
        zh, en = "没有奠基条款", "there is no founding clause"
        yield city.fault_at("founding.clauses", "no_founding_clause", zh, en)


def check_timezone(facts: Facts) -> Iterator[Fault]:
    """时区存在。 The time zone is a known one."""
    city = facts.pack.city
    if city.timezone and not _is_zone(city.timezone):
        zh, en = f"未知的时区“{city.timezone}”", f"unknown time zone '{city.timezone}'"
        yield city.fault_at("timezone", "unknown_timezone", zh, en)


def check_city_words(facts: Facts) -> Iterator[Fault]:
    """语言、升级次序、虚构声明。 Languages, escalation steps, and the notice that synthetic data must carry."""
    city = facts.pack.city
    if "languages" in city.lines and not city.languages:
        yield city.fault_at("languages", "no_language", "没有语言", "there is no language")
    for step in city.escalation_chain:
        if step not in ESCALATION_STEPS:
            zh, en = f"未知的升级步骤“{step}”", f"unknown escalation step '{step}'"
            yield city.fault_at("escalation.chain", "unknown_step", zh, en)
    if city.synthetic and not city.synthetic_notice and "synthetic_notice" in city.lines:
        zh, en = "虚构数据须有声明", "synthetic data must carry a notice"
        yield city.fault_at("synthetic_notice", "no_synthetic_notice", zh, en)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (
        KeyError,
        ValueError,
        OSError,
    ):  # ZoneInfoNotFoundError is a KeyError; a folder's name is an OSError
        return False
    return True
