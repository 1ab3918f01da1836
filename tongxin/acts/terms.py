"""行为的词汇。 The vocabulary of acts: who acts, on what basis, about what, and how a refusal explains itself."""

import errno
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final, Protocol, TypeVar

from django.utils.translation import gettext_lazy as _


class By(StrEnum):
    """以什么身份行为。 In what capacity an act may be done: a post that is held, a person's own right, the platform."""

    HOTLINE_CLERK = "hotline_clerk"
    GRID_WORKER = "grid_worker"
    CASE_OFFICER = "case_officer"
    CHECKER = "checker"
    LEAD_OFFICER = "lead_officer"
    LEGAL_OFFICER = "legal_officer"
    SUPERVISOR = "supervisor"
    DATA_OFFICER = "data_officer"
    DATA_HEAD = "data_head"
    PERSON = "person"
    PLATFORM = "platform"


POSTS = frozenset(By) - {By.PERSON, By.PLATFORM}
BY_LABELS: Final[Mapping[By, Any]] = {
    By.HOTLINE_CLERK: _("热线受理员"),
    By.GRID_WORKER: _("网格员"),
    By.CASE_OFFICER: _("承办人"),
    By.CHECKER: _("核查人"),
    By.LEAD_OFFICER: _("牵头机构负责人"),
    By.LEGAL_OFFICER: _("法制审核人"),
    By.SUPERVISOR: _("督查员"),
    By.DATA_OFFICER: _("数据共享经办人"),
    By.DATA_HEAD: _("数据共享工作机构负责人"),
    By.PERSON: _("本人"),
    By.PLATFORM: _("系统按规定自动办"),
}


def post_words(by: Collection[By]) -> list[str]:
    """岗位的叫法，次序固定。 The words for capacities, in a fixed order."""
    return [str(BY_LABELS[one]) for one in By if one in by]


@dataclass(frozen=True, kw_only=True, slots=True)
class Actor:
    """行为人。 Who acts: a person, and the office they act through (None: in their own right).

    Both are text references (`person:…`, `office:…`). Whether the office is really held is the gate's to check.
    `means` says by what the person last showed who they are (`passkey`, `password+totp`); the ledger keeps it with the act.
    """

    person: str
    office: str | None = None
    platform: bool = False
    means: str = field(default="", compare=False)


PLATFORM = Actor(person="platform:tongxin", platform=True)
ANONYMOUS = Actor(person="person:anonymous")


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """任职。 The office a person holds at a moment: organ, post, and the place the organ is competent for."""

    office: str
    organ: str
    organ_name: str
    organ_name_en: str
    post: By
    place: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Who:
    """谁在用。 Who makes a request: signed in or not, through which office, and as which actor."""

    actor: Actor
    login: str = ""
    standing: Standing | None = None

    @property
    def signed_in(self) -> bool:
        """是否登录。 Whether somebody is signed in."""
        return bool(self.login)

    @property
    def post(self) -> By | None:
        """岗位。 The post held; None for a resident or a stranger."""
        return self.standing.post if self.standing else None


NOBODY = Who(actor=ANONYMOUS)


def who(request: object) -> Who:
    """本次请求的人。 Who makes a request; the door set it, and where it did not, it is nobody."""
    found: Who = getattr(request, "who", NOBODY)
    return found


View = TypeVar("View", bound=Callable[..., Any])


def sign_off(*verbs: str) -> Callable[[View], View]:
    """审签的页面。 Marks a view as one of a sign-off, of all it does or of these verbs (its argument `verb`).

    The door asks whoever opens it to show once more who they are, by the strongest means they have (`web.fresh`); the entry
    of the act keeps by what. It is an authentication and no electronic signature (电子签名法 arts. 13, 16).
    """

    def mark(view: View) -> View:
        view.sign_offs = frozenset(verbs)  # type: ignore[attr-defined]
        return view

    return mark


@dataclass(frozen=True, kw_only=True, slots=True)
class BasisClause:
    """依据的一条。 One clause of a basis, as it stands at the moment of the act."""

    ref: str
    title: str
    title_en: str
    label: str
    text: str
    in_force_from: date
    general: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """依据。 What an act rests on: the list entries that cover it and their clauses, all in force at that moment."""

    entries: tuple[str, ...]
    clauses: tuple[BasisClause, ...]

    @property
    def refs(self) -> str:
        """条款引用，空格分隔。 The clause references, separated by spaces."""
        return " ".join(dict.fromkeys(clause.ref for clause in self.clauses))


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """行为所及。 What an act is about, worked out before anything is written.

    subject     text reference of the thing acted on, for example `case:…`
    entry       list entry that must be in force too, for example `matter:…`; None when the power alone carries the act
    organs      only offices of these organs may act; None: any organ
    place       codes from the place up to the city; the acting organ's place must be among them; None: anywhere
    not_by      persons who may not do this act, because they did the one it looks at
    persons     persons concerned, told and able to see the act
    content     what is committed to in the ledger
    begun       when the matter began: a savings clause may leave it to a clause that has ended since
    founding    for the founding acts alone: the clauses the city's own pack names
    state       whatever the scope function found and the operation needs, so that nothing is looked up twice
    """

    subject: str
    entry: str | None = None
    organs: frozenset[str] | None = None
    place: tuple[str, ...] | None = None
    not_by: frozenset[str] = frozenset()
    persons: tuple[str, ...] = ()
    content: Mapping[str, Any] = field(default_factory=dict)
    begun: datetime | None = None
    founding: tuple[BasisClause, ...] = ()
    state: Any = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NoticeDraft:
    """待发的告知。 A notice to somebody concerned; text is rendered from `template` and `args` when it is read."""

    recipient: str
    subject: str
    template: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Warrant:
    """凭据：闸门放行的证明。 What the gate hands to an operation: proof that this act may be done now."""

    verb: str
    entry: int
    actor: Actor
    standing: Standing | None
    basis: Basis
    at: datetime
    scope: Scope
    notices: list[NoticeDraft] = field(default_factory=list)

    def tell(self, *, recipient: str, template: str, **args: Any) -> None:
        """告知。 Queue a notice; it is sent when, and only when, the act is committed."""
        self.notices.append(
            NoticeDraft(recipient=recipient, subject=self.scope.subject, template=template, args=args)
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class InOne:
    """一句办成。 What an act adds to the one statement in which it is checked, recorded and done (docs/decisions/0013).

    Parts of SQL, with `%(name)s` for the values the scope function gives; the rest of the statement is the gate's own.

    wait      locks what the act is about, before the statement looks
    about     CTEs, the last of them `about` with one row: item (list entry that must be in force too, or null),
              persons text[] and persons_json (the same as `canonical` writes it): whom it concerns
    rests     select of the clauses (row ids) it rests on besides those of the power and the entry; the book judges them all
    own       CTEs, the last of them `own` with one row: what else stands against it (null: nothing), as `first` what is said
              before the basis is looked at, as `last` what is said after
    writes    CTEs that write; each takes its rows from `let (entry)`, which has one when the act may be done, else none
    answer    select list of what the operation gets
    refusals  the codes of `own`, each with its words in both languages
    """

    wait: str
    about: str
    rests: str
    own: str
    writes: str
    answer: str
    refusals: Mapping[str, tuple[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Did:
    """办成了。 What the statement of such an act came to: its entry, the clauses it rests on, and its own answer, by column."""

    entry: int
    refs: str
    at: datetime
    answer: Mapping[str, Any]


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """闸门拒绝。 The gate refuses, and says why, who could act instead and what to do."""

    def __init__(
        self,
        code: str,
        reason: str,
        reason_en: str,
        *,
        clause: str = "",
        who_could: str = "",
        instead: str = "",
        instead_en: str = "",
    ) -> None:
        super().__init__(f"{code}: {reason} / {reason_en}")
        self.code, self.reason, self.reason_en = code, reason, reason_en
        self.clause, self.who_could, self.instead, self.instead_en = clause, who_could, instead, instead_en


class InvalidInput(Exception):  # noqa: N818 - it is what the person typed, not our error
    """输入不合要求。 What was given cannot be used; names the field and the reason, in both languages."""

    def __init__(self, field: str, reason: str, reason_en: str) -> None:
        super().__init__(f"{field}: {reason} / {reason_en}")
        self.field, self.reason, self.reason_en = field, reason, reason_en


class Conflict(Exception):  # noqa: N818 - two people at one thing is no error
    """别人先办了。 Somebody else moved the thing first; the person is told what stands now."""

    def __init__(self, reason: str, reason_en: str) -> None:
        super().__init__(f"{reason} / {reason_en}")
        self.reason, self.reason_en = reason, reason_en


NO_SPACE: Final = "53100"  # PostgreSQL, Appendix A: disk_full


def says_no_room(error: BaseException) -> bool:
    """是不是空间用完了。 Whether an error says that there is no room left, in the database or in the data folder.

    The database says it of a statement, which is then undone: nothing was taken.
    """
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return getattr(error.__cause__, "sqlstate", None) == NO_SPACE


class Book(Protocol):
    """法典与任职的查询口。 What the gate asks of `law`, handed in once when the house opens its doors."""

    def basis(self, *, entries: tuple[str, ...], at: datetime, begun: datetime | None = None) -> Basis:
        """各清单事项此刻的依据。 The clauses of these list entries, all in force at `at`. Raises Refused.

        `begun`: when the matter began, for savings clauses that leave it to a clause that has ended since.
        """
        ...

    def bases(
        self, *, wanted: tuple[tuple[str, ...], ...], at: datetime
    ) -> "Mapping[tuple[str, ...], Basis | Refused]":
        """若干组清单事项此刻的依据。 The same for several sets of entries in one statement; a refusal stands in its place."""
        ...

    def founding_basis(self, *, clauses: tuple[BasisClause, ...], at: datetime) -> Basis:
        """奠基行为的依据。 The basis of the founding act, while the book is still empty. Raises Refused."""
        ...

    def standing(self, *, actor: Actor, at: datetime) -> Standing:
        """行为人此刻的任职。 The office the actor holds at `at`. Raises Refused."""
        ...

    @property
    def in_one(self) -> tuple[str, str, str]:
        """一句之内的同样的核对。 The same questions as parts of one statement: the day, the standing, the basis."""
        ...
