"""机构、岗位、任职的检查。 Checks of organs, offices and holders."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from tongxin.web.pack.checks.common import cycles, overlapping, reversed_intervals, twice
from tongxin.web.pack.checks.facts import COMMITTEE, Facts
from tongxin.web.pack.columns import OFFICES, ORGANS
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import OrganRow

KINDS: Final = frozenset({
    "lead_body", "hotline", "department", "government", "street_office", "grid_station", COMMITTEE, "people_congress",
})  # fmt: skip
POSTS: Final = frozenset({
    "hotline_clerk", "grid_worker", "case_officer", "checker", "lead_officer", "legal_officer", "supervisor",
    "data_officer", "data_head",
})  # fmt: skip
# Which posts can act on a matter for an organ of each kind; a committee assists and needs none.
ACTING_POSTS: Final[Mapping[str, frozenset[str]]] = {
    "department": frozenset({"case_officer"}),
    "street_office": frozenset({"case_officer"}),
    "grid_station": frozenset({"grid_worker", "case_officer"}),
    "hotline": frozenset({"hotline_clerk"}),
    "lead_body": frozenset({"lead_officer", "case_officer"}),
}
_FUNCTION: Final = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def check_organ_words(facts: Facts) -> Iterator[Fault]:
    """类别与职能的用词。 The kind is a known word; the function is one snake_case word."""
    for row in facts.pack.organs:
        if row.kind not in KINDS:
            yield row.fault(
                "unknown_kind", f"未知的机构类别“{row.kind}”", f"unknown kind of organ '{row.kind}'"
            )
        if not _FUNCTION.fullmatch(row.function):
            zh, en = f"职能“{row.function}”不是 snake_case", f"function '{row.function}' is not snake_case"
            yield row.fault("bad_function", zh, en)


def check_organ_identity(facts: Facts) -> Iterator[Fault]:
    """编码唯一，起止不倒置。 Codes are unique: an organ that changes its name gets a new one. Intervals not reversed."""
    yield from twice(
        facts.pack.organs, lambda row: row.code, code="duplicate", what_zh="机构编码", what_en="code"
    )
    yield from reversed_intervals(facts.pack.organs)


def check_organ_parents(facts: Facts) -> Iterator[Fault]:
    """上级存在且不成环。 The parent of an organ exists, and parents do not lead back."""
    lines = {row.code: row for row in facts.pack.organs}
    for row in facts.pack.organs:
        if (
            row.parent
            and row.parent not in lines
            and not facts.pack.losses.may_hold(file=row.file, key=row.parent)
        ):
            yield row.fault("unknown_parent", f"未知的上级“{row.parent}”", f"unknown parent '{row.parent}'")
    for members in cycles({row.code: row.parent for row in facts.pack.organs if row.parent}):
        first = min((lines[member] for member in members), key=lambda row: row.line)
        chain = " → ".join(members)
        yield first.fault("cycle", f"上级关系成环：{chain}", f"the parents form a cycle: {chain}")


def check_organ_places(facts: Facts) -> Iterator[Fault]:
    """辖区存在。 The place of an organ exists in the code scheme of the city."""
    scheme = facts.pack.city.scheme
    codes = {row.code for row in facts.pack.places if row.scheme == scheme}
    for row in facts.pack.organs:
        if row.place not in codes and not facts.knows_place(row.place):
            yield row.fault("unknown_place", f"未知的辖区“{row.place}”", f"unknown place '{row.place}'")


def check_organs_have_offices(facts: Facts) -> Iterator[Fault]:
    """能承办的机构须有能办事的岗位。 An organ that may lead or assist has an office which can act on a matter.

    An organ of another kind needs one if the matter list names its function; a committee never does. A department
    that the list does not name may be there to supervise only.
    """
    if not facts.pack.losses.whole(OFFICES.file):
        return
    for organ in facts.organs.values():
        acting = _acting_posts(organ, named=organ.function in facts.lead_functions)
        if acting and not acting & facts.posts.get(organ.code, set()):
            posts = "、".join(sorted(acting)), " or ".join(sorted(acting))
            zh = f"机构“{organ.code}”没有能办事的岗位（{posts[0]}）"
            yield organ.fault(
                "organ_without_office", zh, f"organ '{organ.code}' has no office of post {posts[1]}"
            )


def _acting_posts(organ: OrganRow, *, named: bool) -> frozenset[str]:
    """机构须设其一的岗位。 The posts of which the organ must have one; empty if it needs none."""
    if organ.kind == COMMITTEE:
        return frozenset()
    if organ.kind == "department" and not named:
        return ACTING_POSTS[organ.kind] | {"supervisor"}
    return ACTING_POSTS.get(organ.kind, frozenset({"case_officer"}) if named else frozenset())


def check_offices(facts: Facts) -> Iterator[Fault]:
    """岗位：编码唯一、机构存在、类别已知。 Offices: codes unique, organ known, post known."""
    yield from twice(
        facts.pack.offices, lambda row: row.code, code="duplicate", what_zh="岗位编码", what_en="code"
    )
    organs = {row.code for row in facts.pack.organs}
    for row in facts.pack.offices:
        if row.organ not in organs and not facts.pack.losses.may_hold(file=ORGANS.file, key=row.organ):
            yield row.fault("unknown_organ", f"未知的机构“{row.organ}”", f"unknown organ '{row.organ}'")
        if row.post not in POSTS:
            yield row.fault("unknown_post", f"未知的岗位类别“{row.post}”", f"unknown post '{row.post}'")


def check_holders(facts: Facts) -> Iterator[Fault]:
    """任职：岗位存在、起止不倒置、同一人同一岗不重叠。 Holders: the office exists, the interval is not reversed, and nobody
    holds one office twice at a time. Several offices at a time are fine.
    """
    yield from reversed_intervals(facts.pack.holders)
    held = [row for row in facts.pack.holders if row.office]
    yield from overlapping(held, lambda row: (row.person, row.office), shown=lambda row: row.office)
    offices = {row.code for row in facts.pack.offices}
    for row in facts.pack.holders:
        lost = facts.pack.losses.may_hold(file=OFFICES.file, key=row.office)
        if row.office and row.office not in offices and not lost:
            yield row.fault("unknown_office", f"未知的岗位“{row.office}”", f"unknown office '{row.office}'")


def check_logins(facts: Facts) -> Iterator[Fault]:
    """一人一个登录名，一个登录名一人。 A login belongs to one person, and a person has one login and one name."""
    by_login = {row.login.casefold(): row for row in reversed(facts.pack.holders)}
    by_person = {row.person: row for row in reversed(facts.pack.holders)}
    for row in facts.pack.holders:
        other, same = by_login[row.login.casefold()], by_person[row.person]
        if other.person != row.person:
            zh, en = (
                f"登录名“{row.login}”与第 {other.line} 行重复",
                f"login '{row.login}' repeats line {other.line}",
            )
            yield row.fault("duplicate_login", zh, en)
        if (same.name, same.login) != (row.name, row.login):
            zh, en = (
                f"与第 {same.line} 行同一人而姓名或登录名不同",
                f"same person as line {same.line}, other name or login",
            )
            yield row.fault("person_differs", zh, en)
