"""共享申请的规则：谁可以申请，缺什么，能不能答复。 Rules of applications: who may apply on what, what is missing, what may be answered.

政务数据共享条例 (Decree 809) arts. 2, 3, 14, 15, 20–22; 个人信息保护法 arts. 6, 34, 55. Pure: facts come in, reasons go out.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from tongxin.exchange.rules.clocks import PERSONAL, SHARING
from tongxin.exchange.terms import ApplicationState as State
from tongxin.exchange.terms import Ground, RecipientKind, Sharing
from tongxin.law.rules.holders import NAMES, names_holder
from tongxin.law.rules.levels import CENTRAL, REGULATIONS
from tongxin.law.rules.proposals import ClauseFacts
from tongxin.law.terms import BadClauseRefError, ClauseRef, Level

# Where an act may be done, and where it leads. What is answered, delivered or withdrawn moves no more.
MOVES: Final[Mapping[str, Mapping[State, State]]] = {
    "agree_data": {State.DRAFTED: State.FILED},
    "ask_supplement": {State.FILED: State.SUPPLEMENT},
    "supplement_data": {State.SUPPLEMENT: State.FILED},
    "consent_data": {State.FILED: State.CONSENTED},
    "refuse_data": {State.FILED: State.REFUSED, State.SUPPLEMENT: State.REFUSED},
    "deliver_data": {State.CONSENTED: State.DELIVERED},
    "withdraw_data": {
        State.DRAFTED: State.WITHDRAWN,
        State.FILED: State.WITHDRAWN,
        State.SUPPLEMENT: State.WITHDRAWN,
        State.CONSENTED: State.WITHDRAWN,
    },
}
LEAST: Final = 10  # characters of a scenario or a scope: fewer say nothing
# What the clause each ground rests on is (art. 15: nothing that the catalogue does not say may be added to an answer).
GROUND_CLAUSES: Final[Mapping[Ground, tuple[str, str]]] = {
    Ground.SCOPE: (SHARING, "a15.p2"),
    Ground.USE: (SHARING, "a15.p2"),
    Ground.BASIS: (SHARING, "a20.p2"),
    Ground.FIELDS: (PERSONAL, "a6.p2"),
    Ground.INCOMPLETE: (SHARING, "a21.p2"),
}
_KINDS: Final[Mapping[str, RecipientKind]] = {
    "committee": RecipientKind.COMMITTEE,
    "enterprise": RecipientKind.ENTERPRISE,
}
_SEGMENT: Final = re.compile(r"[，。；\n,.;]")
_ENTERPRISE: Final = re.compile(r"企业|公司|经营者|运营者|运营机构|经营单位")
_ABOUT_DATA: Final = re.compile(r"数据|信息")


@dataclass(frozen=True, slots=True)
class Missing:
    """缺的一样。 One thing that is missing or wrong: a code, the field, words in both languages, the instrument and clause that ask it."""

    code: str
    field: str
    reason: str
    reason_en: str
    instrument: str = ""
    clause: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """要核对的一次申请。 An application as the rules look at it.

    clauses    every reference with what the book knows of it on the day; None where it knows none
    personal   whether a field asked for is personal information; `sensitive` whether one is sensitive
    assessed   whether an impact assessment of this application has been recorded
    """

    kind: RecipientKind
    function: str
    own_names: tuple[str, ...]
    clauses: Mapping[str, ClauseFacts | None]
    scenario: str
    scope: str
    personal: bool
    sensitive: bool
    assessed: bool


def kind_of(organ_kind: str) -> RecipientKind:
    """使用方的类别。 What kind of recipient an organ is (art. 2); other state organs share by analogy (art. 43)."""
    return _KINDS.get(organ_kind, RecipientKind.ORGAN)


def naming_words(text: str, *, function: str, own_names: Collection[str]) -> str:
    """条文里指明或者涵盖申请部门的话。 The words of a clause that name or cover a function: the first such part of it; empty for none.

    The rule is the one of the lists (`law.rules.holders`), asked of each part of a sentence by itself, so that a clause that merely
    speaks of education does not empower the education department.
    """
    parts: list[str] = [one.strip() for one in _SEGMENT.split(text)]
    for part in filter(None, parts):
        if names_holder(phrase=part, tail="", function=function, own_names=own_names):
            return part
    return ""


def faults(asking: Asking) -> Iterator[Missing]:
    """不能作依据的。 What is wrong with the clauses named: each has to be in the book, in force, and the applicant's own.

    The regulation on sharing says how data is shared and empowers nobody to use any (art. 3 para. 2: 因依法履行职责需要).
    """
    for ref, clause in asking.clauses.items():
        if clause is None:
            yield _unknown(ref)
        elif clause.illustrative:
            yield Missing("illustrative", "clauses", f"{ref} 是示例文本，不是法律", f"{ref} is no law")
        elif not clause.in_force:
            zh = f"《{clause.title}》{clause.label}现在不是有效条款"
            yield Missing("not_in_force", "clauses", zh, f"{ref} is not in force", SHARING, "a20.p2")
        elif ClauseRef.parse(ref).key == SHARING:
            zh = "政务数据共享条例只规定怎样共享，不授予使用数据的职权：写本单位履行职责的条款"
            en = "the sharing regulation empowers nobody: name the clause of your own duty"
            yield Missing("no_own_basis", "clauses", zh, en, SHARING, "a3.p2")
        elif not _empowers(asking, clause):
            zh = f"《{clause.title}》{clause.label}没有指明也没有涵盖申请单位"
            yield Missing(
                "not_named", "clauses", zh, f"{ref} neither names nor covers you", SHARING, "a20.p2"
            )


def _unknown(ref: str) -> Missing:
    try:
        pinned = ClauseRef.parse(ref).version is not None
    except BadClauseRefError:
        return Missing("bad_ref", "clauses", "条款写成 law:…@日期#条款", "write law:…@date#clause")
    if not pinned:
        return Missing("no_version", "clauses", "要写明是哪个版本（@日期）", "say which version is meant")
    return Missing("unknown_clause", "clauses", f"法典里没有 {ref}", f"the book has no {ref}")


def _empowers(asking: Asking, clause: ClauseFacts) -> bool:
    if asking.kind is RecipientKind.ENTERPRISE:
        return bool(_parts_of_enterprises(clause.text)) or any(
            n and n in clause.text for n in asking.own_names
        )
    function = "committee" if asking.kind is RecipientKind.COMMITTEE else asking.function
    return bool(naming_words(clause.text, function=function, own_names=asking.own_names))


def _parts_of_enterprises(text: str) -> list[str]:
    return [part for part in _SEGMENT.split(text) if _ENTERPRISE.search(part)]


def gaps(asking: Asking) -> tuple[Missing, ...]:
    """缺什么，一次说全。 Everything that is missing, all at once (art. 21 para. 2): what art. 20 asks for, and what the law of personal data does."""
    return tuple(_gaps(asking))


def _gaps(asking: Asking) -> Iterator[Missing]:
    standing = [one for one in asking.clauses.values() if one is not None and one.in_force]
    if not standing:
        zh = "缺使用依据：本单位履行职责的条款，写明版本"
        yield Missing("no_basis", "clauses", zh, "no basis: the clause of your own duty", SHARING, "a20.p2")
    for name, zh, en in (
        ("scenario", "缺使用场景：在办什么事的哪一步用", "no scenario: at which step of what"),
        ("scope", "缺使用范围：哪些人的、哪些岗位用", "no scope: whose data, used by which posts"),
    ):
        if len("".join(getattr(asking, name).split())) < LEAST:
            yield Missing(f"no_{name}", name, zh, en, SHARING, "a20.p2")
    if asking.personal and standing and not any(_central(one) for one in standing):
        zh = "要个人信息，依据里至少有一条法律或者行政法规"
        en = "personal data need a clause of a law or an administrative regulation"
        yield Missing("personal_level", "clauses", zh, en, PERSONAL, "a34")
    # Who handles sensitive personal information assesses beforehand: the applicant, for what it would receive. That the provider has
    # assessed what it hands to others (art. 55(3)) stands in the catalogue (条例 art. 13).
    if asking.sensitive and not asking.assessed:
        zh = "要敏感个人信息，缺个人信息保护影响评估"
        en = "no impact assessment, though sensitive personal information is asked for"
        yield Missing("no_assessment", "assessment", zh, en, PERSONAL, "a55.p1.i1")
    if asking.kind is not RecipientKind.ORGAN and not any(_authorises(asking, one) for one in standing):
        zh = "村（居）委会和企业只有法律、法规授权时才能使用：缺这样的条款"
        en = "a committee or an enterprise uses data only where a law or regulation authorises it: no such clause"
        yield Missing("not_authorised", "clauses", zh, en, SHARING, "a2")


def _central(clause: ClauseFacts) -> bool:
    return clause.level in set(Level) and Level(clause.level) in CENTRAL


def _authorises(asking: Asking, clause: ClauseFacts) -> bool:
    """是否授权。 Whether a clause authorises a recipient that is no department: of a law or a regulation, naming it, and about data."""
    of_law = clause.level in set(Level) and Level(clause.level) in REGULATIONS
    return of_law and _empowers(asking, clause) and bool(_ABOUT_DATA.search(clause.text))


def scope_names(scope: str, *, function: str, own_names: Collection[str]) -> bool:
    """目录的共享范围里有没有这个部门。 Whether the catalogue's own scope names a function: then it cannot be refused as outside the scope."""
    words = "".join(scope.split())
    return any(name in words for name in (*NAMES.get(function, ()), *own_names) if name)


def grounds(*, sharing: Sharing, personal: bool, in_scope: bool, told: bool) -> tuple[Ground, ...]:
    """这一次可以用的理由。 The grounds on which this application may be refused.

    What is shared without condition is for every department (art. 14(1)): no condition of the catalogue can stand against it.
    `told`: the one notice of everything missing was given; before it, incompleteness is no ground (art. 21 para. 2).
    """
    conditional = sharing is Sharing.CONDITIONAL
    allowed = {
        Ground.SCOPE: conditional and not in_scope,
        Ground.USE: conditional,
        Ground.BASIS: conditional,
        Ground.FIELDS: conditional and personal,
        Ground.INCOMPLETE: told,
        Ground.LAW: True,
    }
    return tuple(ground for ground in Ground if allowed[ground])
