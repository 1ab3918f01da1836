"""清单上的用语。 Words that the lists and the book are shown with, in the reader's language."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from tongxin.acts.terms import By
from tongxin.law.terms import Level, Stage
from tongxin.organs.terms import OrganFacts

BY_LABELS: Final[Mapping[By, Any]] = {
    By.HOTLINE_CLERK: _("热线受理员"),
    By.GRID_WORKER: _("网格员"),
    By.CASE_OFFICER: _("承办人"),
    By.CHECKER: _("核查人"),
    By.LEAD_OFFICER: _("牵头机构负责人"),
    By.LEGAL_OFFICER: _("法制审核人"),
    By.SUPERVISOR: _("督查员"),
    By.PERSON: _("本人"),
    By.PLATFORM: _("系统按规定自动办"),
}
LEVEL_LABELS: Final[Mapping[Level, Any]] = {
    Level.CONSTITUTION: _("宪法"),
    Level.NATIONAL_LAW: _("国家法律"),
    Level.ADMIN_REGULATION: _("行政法规"),
    Level.JUDICIAL_INTERPRETATION: _("司法解释"),
    Level.PROVINCIAL_REGULATION: _("省级地方性法规"),
    Level.LOCAL_REGULATION: _("设区的市地方性法规"),
    Level.DEPARTMENT_RULE: _("部门规章"),
    Level.GOVERNMENT_RULE: _("地方政府规章"),
    Level.ILLUSTRATIVE: _("示例文本（不是法律）"),
}
STAGE_LABELS: Final[Mapping[Stage, Any]] = {
    Stage.ACCEPT: _("受理"),
    Stage.RETURN: _("退回"),
    Stage.HANDLE: _("办理"),
    Stage.ASSIST: _("协办"),
    Stage.CHECK: _("核查"),
    Stage.CONFIRM: _("报告人确认"),
    Stage.RULE: _("裁定"),
    Stage.REVISIT: _("回访"),
}
PLACE_LEVELS: Final[Mapping[str, Any]] = {
    "city": _("市级"),
    "district": _("县（市、区）级"),
    "street": _("乡镇（街道）级"),
    "community": _("村（社区）级"),
    "grid": _("网格"),
}
# What an organ without a single bearer at the city's level is called.
KINDS: Final[Mapping[str, Any]] = {
    "street_office": _("乡镇（街道）"),
    "grid_station": _("网格站"),
    "committee": _("村（居）民委员会"),
}


def post_words(by: Sequence[By] | frozenset[By]) -> list[str]:
    """岗位的叫法，次序固定。 The words for capacities, in a fixed order."""
    return [str(BY_LABELS[one]) for one in By if one in by]


def function_words(wanted: str, *, root: str, by_function: Mapping[tuple[str, str], OrganFacts],
                   english: bool) -> tuple[str, str]:
    """职能的叫法与层级。 What a function word (FUNCTION or FUNCTION@LEVEL) is called here, and at which level: two texts.

    The name is that of the city's own organ with this function; else the kind of organ that has it; else the word.
    """
    function, _at, level = wanted.partition("@")
    organ = by_function.get((function, root)) or next(
        (o for (name, _place), o in by_function.items() if name == function), None)
    said = str(PLACE_LEVELS.get(level, level))
    if organ is None:
        return function, said
    if organ.kind in KINDS:
        return str(KINDS[organ.kind]), said
    return (organ.name_en if english else organ.name), said
