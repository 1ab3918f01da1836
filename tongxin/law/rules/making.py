"""立法的规则：状态机是一张表。 The rules of law-making: the state machine as one table, and what must be so before a step. Pure.

A local regulation passes by the people's congress and needs the province's approval (立法法 arts. 81, 87-89); a rule is decided
by the government (立法法 arts. 93-97, 规章制定程序条例). To amend, to repeal and to interpret are ways of making law as well, and
pass the same stages (立法法 art. 63 by way of 87; 规章制定程序条例 arts. 33, 39).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from tongxin.law.rules.making_days import Kind


class Purpose(StrEnum):
    """做什么。 What a project does: make, amend, repeal or interpret."""

    ENACT = "enact"
    AMEND = "amend"
    REPEAL = "repeal"
    INTERPRET = "interpret"


class Subject(StrEnum):
    """立法事项。 The four subjects on which a city divided into districts may legislate (立法法 arts. 81(1), 93(3)), and none of them."""

    URBAN_RURAL = "urban_rural"
    ECOLOGY = "ecology"
    HERITAGE = "heritage"
    GOVERNANCE = "governance"
    OTHER = "other"


SUBJECTS: Final[Mapping[Subject, tuple[str, str]]] = {
    Subject.URBAN_RURAL: ("城乡建设与管理", "urban and rural construction and management"),
    Subject.ECOLOGY: ("生态文明建设", "ecological civilisation"),
    Subject.HERITAGE: ("历史文化保护", "protection of history and culture"),
    Subject.GOVERNANCE: ("基层治理", "governance at the grass roots"),
}


class State(StrEnum):
    """项目走到哪里。 Where a project stands. The allowed moves are one table, `MOVES`."""

    PROPOSED = "proposed"
    PLANNED = "planned"
    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    READING = "reading"
    SHELVED = "shelved"
    EXAMINED = "examined"
    PASSED = "passed"
    DECIDED = "decided"
    APPROVING = "approving"
    APPROVED = "approved"
    RETURNED = "returned"
    PUBLISHED = "published"
    FILED = "filed"
    REPORTED = "reported"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


ENDED: Final = frozenset({State.REJECTED, State.WITHDRAWN, State.LAPSED})
ENACTED: Final = frozenset({State.PUBLISHED, State.FILED, State.REPORTED})


class Role(StrEnum):
    """谁来做。 Who does a step: the organ that steers the procedure, the one that drafts, any organ of the city, anybody, the platform."""

    STEERING = "steering"
    DRAFTING = "drafting"
    CITY = "city"
    ANYBODY = "anybody"
    PLATFORM = "platform"


class Outcome(StrEnum):
    """意见的处理结果。 What became of a comment. It says what was done with the proposal, never what its author is like."""

    ADOPTED = "adopted"
    PARTLY = "partly"
    NOT_ADOPTED = "not_adopted"
    NOTED = "noted"


K, S, R = Kind, State, Role
HEARING: Final = ("announce_hearing", "hold_hearing")
PUBLIC: Final = ("publish_draft", "withhold_draft", "comment_draft", "answer_comment", "report_comments")

# The whole state machine. A verb that is not here for a kind and a state cannot be done in it.
MOVES: Mapping[tuple[Kind, State, str], State] = {
    **{(kind, S.PROPOSED, "plan_law"): S.PLANNED for kind in K},
    **{(kind, S.PLANNED, "draft_law"): S.DRAFTING for kind in K},
    **{(kind, S.DRAFTING, "draft_law"): S.DRAFTING for kind in K},
    **{(kind, S.DRAFTING, "submit_law"): S.SUBMITTED for kind in K},
    # A regulation is made public and heard while it is before the standing committee (立法法 arts. 39, 40).
    (K.REGULATION, S.SUBMITTED, "read_law"): S.READING,
    (K.REGULATION, S.SHELVED, "read_law"): S.READING,
    (K.REGULATION, S.RETURNED, "read_law"): S.READING,
    **{
        (K.REGULATION, S.READING, verb): S.READING
        for verb in ("read_law", "revise_draft", "assess_draft", *HEARING, *PUBLIC)
    },
    **{
        (K.REGULATION, S.SHELVED, verb): S.SHELVED
        for verb in ("revise_draft", "comment_draft", "answer_comment", "report_comments")
    },
    (K.REGULATION, S.READING, "shelve_law"): S.SHELVED,
    (K.REGULATION, S.SHELVED, "lapse_bill"): S.LAPSED,
    (K.REGULATION, S.READING, "vote_law"): S.PASSED,
    (K.REGULATION, S.PASSED, "send_for_approval"): S.APPROVING,
    (K.REGULATION, S.APPROVING, "record_approval"): S.APPROVED,
    (K.REGULATION, S.APPROVING, "record_return"): S.RETURNED,
    (K.REGULATION, S.RETURNED, "revise_draft"): S.RETURNED,
    (K.REGULATION, S.APPROVED, "publish_law"): S.PUBLISHED,
    # A rule is made public by who drafts it, before it goes to be examined (规章制定程序条例 arts. 15, 16), and again when the
    # examining body finds it right (art. 21(2)).
    **{(K.RULE, S.DRAFTING, verb): S.DRAFTING for verb in (*HEARING, *PUBLIC)},
    **{
        (K.RULE, S.SUBMITTED, verb): S.SUBMITTED
        for verb in ("revise_draft", "assess_draft", *HEARING, *PUBLIC)
    },
    (K.RULE, S.SUBMITTED, "examine_draft"): S.EXAMINED,
    (K.RULE, S.EXAMINED, "revise_draft"): S.EXAMINED,
    (K.RULE, S.EXAMINED, "assess_draft"): S.EXAMINED,
    # A change after the examination may be what calls for a hearing (art. 23(2)).
    **{(K.RULE, S.EXAMINED, verb): S.EXAMINED for verb in HEARING},
    (K.RULE, S.EXAMINED, "decide_rule"): S.DECIDED,
    (K.RULE, S.DECIDED, "revise_draft"): S.DECIDED,
    (K.RULE, S.DECIDED, "publish_law"): S.PUBLISHED,
    **{(kind, S.PUBLISHED, "file_law"): S.FILED for kind in K},
    (K.REGULATION, S.FILED, "report_implementation"): S.REPORTED,
    # Before the vote the proposer may take it back (立法法 arts. 43, 59); from the province's table too.
    **{
        (kind, state, "withdraw_bill"): S.WITHDRAWN
        for kind in K
        for state in (S.PROPOSED, S.PLANNED, S.DRAFTING, S.SUBMITTED)
    },
    **{
        (K.REGULATION, state, "withdraw_bill"): S.WITHDRAWN
        for state in (S.READING, S.SHELVED, S.APPROVING, S.RETURNED)
    },
    (K.RULE, S.EXAMINED, "withdraw_bill"): S.WITHDRAWN,
}
# What a failed vote, a failed examination and a decision not to pass lead to instead.
FAILED: Final[Mapping[str, State]] = {
    "vote_law": S.REJECTED,  # to be proposed anew (立法法 art. 60)
    "examine_draft": S.DRAFTING,  # back to who drafts (规章制定程序条例 art. 20)
    "decide_rule": S.EXAMINED,  # to be changed as the meeting found (art. 29)
}
DECIDING: Final = frozenset(FAILED)
# Who does a step of each kind. Where two may, either does.
_STEERED, _EITHER = frozenset({R.STEERING}), frozenset({R.STEERING, R.DRAFTING})
ROLES: Final[Mapping[str, frozenset[Role]]] = {
    "propose_law": frozenset({R.CITY}),
    "plan_law": _STEERED,
    "draft_law": _EITHER,
    "submit_law": _EITHER,
    "publish_draft": _EITHER,
    "withhold_draft": _EITHER,
    "comment_draft": frozenset({R.ANYBODY}),
    "answer_comment": _EITHER,
    "report_comments": _EITHER,
    "announce_hearing": _EITHER,
    "hold_hearing": _EITHER,
    "withdraw_bill": _EITHER,
    "report_implementation": _EITHER,
    **dict.fromkeys(
        (
            "read_law", "revise_draft", "assess_draft", "shelve_law", "lapse_bill", "vote_law", "send_for_approval",
            "record_approval", "record_return", "examine_draft", "decide_rule", "publish_law", "file_law",
        ),
        _STEERED,
    ),
}  # fmt: skip
# What a drafting department may do of a regulation ends where the bill is the congress's.
OF_THE_CONGRESS: Final = frozenset({*PUBLIC, *HEARING})


def roles_of(kind: Kind, verb: str) -> frozenset[Role]:
    """谁来做这一步。 Who does a step for a kind: a regulation is made public and heard by the congress alone."""
    roles = ROLES.get(verb, frozenset())
    return roles - {Role.DRAFTING} if kind is Kind.REGULATION and verb in OF_THE_CONGRESS else roles


# 立法法 art. 1-90 are of laws and regulations, 91-97 of rules; what follows is of both.
_LAW_KEY: Final = "cn/legislation-law"
_OF_ONE: Final[Mapping[str, Kind]] = {
    "cn/rules-formulation-procedure": Kind.RULE,
    "cn/local-organic-law": Kind.REGULATION,
}


def concerns(kind: Kind, ref: str) -> bool:
    """条款讲的是不是这一种。 Whether a clause (a reference) speaks of making this kind of law; a power may name clauses of both."""
    key = ref.removeprefix("law:").partition("@")[0]
    if key != _LAW_KEY:
        return _OF_ONE.get(key, kind) is kind
    article = int(ref.partition("#a")[2].partition(".")[0].partition("-")[0] or 0)
    if article <= 7 or article > 97:  # 总则, and what holds for all
        return True
    return (article >= 91) is (kind is Kind.RULE)


def next_state(kind: Kind, state: State, verb: str, *, passed: bool = True) -> State | None:
    """下一状态。 Where a verb leads; None when it cannot be done there. `passed`: whether a decision was in favour."""
    target = MOVES.get((kind, state, verb))
    return FAILED.get(verb, target) if target is not None and not passed else target


def verbs_from(kind: Kind, state: State) -> tuple[str, ...]:
    """此状态下能做的行为。 The verbs that can be done in a state, in the order of the table."""
    return tuple(verb for (of, origin, verb) in MOVES if of is kind and origin is state)


# ---- The private link of a commenter ---------------------------------------------------------------------------------


def comment_token(*, number: str, secret: str) -> str:
    """提意见的人的口令。 The token of who made a comment: 128 bits that only this house can make, the same when asked again."""
    return hmac.new(secret.encode(), f"comment:{number}".encode(), hashlib.sha256).hexdigest()[:32]


def token_digest(token: str) -> str:
    """口令的摘要。 What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


# ---- What is handed in ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class NewProject:
    """将要提出的立法项目。 A law about to be proposed. `target`: key of the instrument amended, repealed or interpreted.

    `stands_in`: a rule made for want of a regulation, because it cannot wait (立法法 art. 93(5)).
    """

    kind: Kind
    purpose: Purpose
    title: str
    subject: Subject
    reason: str
    title_en: str = ""
    target: str = ""
    stands_in: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class NewDraft:
    """将要提出的一稿。 A text about to be put down. `limits`: for each article that may limit rights the reference of the higher clause

    it executes, '' for none; `major`: interests shift greatly or opinions differ greatly, so that a hearing is needed.
    """

    text: str
    note: str = ""
    limits: Mapping[str, str] = field(default_factory=dict)
    major: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """表决结果。 How a vote went: all members, and how many were in favour, against and abstained."""

    members: int
    in_favour: int
    against: int = 0
    abstained: int = 0

    @property
    def carried(self) -> bool:
        """是否过半数。 Whether more than half of all members, not of those present, were in favour (立法法 art. 44(1) by way of 87)."""
        return self.members > 0 and self.in_favour * 2 > self.members

    @property
    def sound(self) -> bool:
        """数字是否说得通。 Whether the numbers can be true: none negative, not more votes than members, more than half present.

        地方组织法 art. 51(3): 全体组成人员过半数出席，始得举行.
        """
        votes = (self.in_favour, self.against, self.abstained)
        return min(votes) >= 0 and self.members >= sum(votes) > self.members / 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """公布的要素。 What is said when a law is published.

    document   the number of the announcement or the order         gazette    the issue whose text is the standard text
    newspaper  where it was printed, and when                      key        the key it has in the book (empty: that of the target)
    why_early  why waiting thirty days would hinder a rule (规章制定程序条例 art. 32)
    """

    in_force_from: date
    document: str
    gazette: str
    newspaper: str
    key: str = ""
    why_early: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewComment:
    """将要提出的意见。 A comment about to be made. All but the text may be empty; nothing says who makes it unless they want to."""

    client_key: str
    text: str
    clause: str = ""
    name: str = ""
    name_shown: bool = False
    email: str = ""
    phone: str = ""
    language: str = "zh-hans"
    channel: str = "web"


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentReceipt:
    """提意见的回执。 What a commenter gets at once. `token` opens their own page; it is shown here and never again."""

    number: str
    token: str
    repeated: bool = False


class CommentPurpose(StrEnum):
    """查看目的，封闭清单。 Purposes for which what a commenter left may be looked at: a closed list (个人信息保护法 art. 6)."""

    UNDERSTAND = "understand"
    INVITE = "invite"
    SEND_RESULT = "send_result"
