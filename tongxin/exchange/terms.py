"""数据共享的词汇。 The vocabulary of lawful data: purposes, manners, states, and what a call and an application say."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from django.utils.translation import gettext_lazy as _


class Sharing(StrEnum):
    """共享属性，三类。 The three classes of a catalogue item (政务数据共享条例 art. 14)."""

    UNCONDITIONAL = "unconditional"
    CONDITIONAL = "conditional"
    NONE = "none"


class Purpose(StrEnum):
    """使用目的，封闭清单。 What shared data may be used for: a closed list (个人信息保护法 art. 6; 条例 art. 25)."""

    ELIGIBILITY = "eligibility"
    HANDLING = "handling"
    IDENTITY = "identity"
    ENFORCEMENT = "enforcement"
    EMERGENCY = "emergency"
    SUPERVISION = "supervision"
    STATISTICS = "statistics"


PURPOSE_LABELS: Final[Mapping[Purpose, Any]] = {
    Purpose.ELIGIBILITY: _("核对是否符合条件"),
    Purpose.HANDLING: _("办理本人的事项"),
    Purpose.IDENTITY: _("核验身份"),
    Purpose.ENFORCEMENT: _("执法办案"),
    Purpose.EMERGENCY: _("处置突发事件"),
    Purpose.SUPERVISION: _("依法监督检查"),
    Purpose.STATISTICS: _("统计，不涉及具体的人"),
}


class Manner(StrEnum):
    """共享方式。 How shared data is delivered (政务数据共享条例 art. 22)."""

    INTERFACE = "interface"
    BATCH = "batch"
    FILE = "file"


MANNER_LABELS: Final[Mapping[Manner, Any]] = {
    Manner.INTERFACE: _("服务接口"),
    Manner.BATCH: _("批量交换"),
    Manner.FILE: _("文件下载"),
}


class RecipientKind(StrEnum):
    """使用方的类别。 Who uses shared data. Only organs fall under the regulation (art. 2); the others need a law of their own."""

    ORGAN = "organ"
    COMMITTEE = "committee"
    ENTERPRISE = "enterprise"


class Adapter(StrEnum):
    """来源系统的接法。 How a source system is reached."""

    POSTGRESQL = "postgresql"
    HTTP_JSON = "http_json"
    CSV_DROP = "csv_drop"


class ApplicationState(StrEnum):
    """共享申请的状态。 Where an application stands."""

    DRAFTED = "drafted"  # waits for the head of the applicant's own office (art. 20)
    FILED = "filed"  # the provider's clock runs
    SUPPLEMENT = "supplement"  # one notice named everything missing (art. 21)
    CONSENTED = "consented"  # the clock of delivery runs (art. 22)
    REFUSED = "refused"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"


APPLICATION_LABELS: Final[Mapping[ApplicationState, Any]] = {
    ApplicationState.DRAFTED: _("等本单位负责人同意"),
    ApplicationState.FILED: _("等数据提供部门答复"),
    ApplicationState.SUPPLEMENT: _("等补充材料"),
    ApplicationState.CONSENTED: _("已同意，等提供"),
    ApplicationState.REFUSED: _("不予共享"),
    ApplicationState.DELIVERED: _("已提供"),
    ApplicationState.WITHDRAWN: _("已撤回"),
}


class GrantState(StrEnum):
    """授权的状态。 What people have done to a grant. That its clause has ended or its time is up is never stored: dates say it."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class Ending(StrEnum):
    """授权的三种停止，各不相同。 The three ways a grant stops, kept apart; `resumed` undoes a suspension alone."""

    LAPSED = "lapsed"  # its clause ended: written down when noticed, in force from the moment itself
    SUSPENDED = "suspended"  # overuse or onward supply (art. 27 para. 2)
    RESUMED = "resumed"
    TERMINATED = "terminated"  # with a proper reason, consultation, filing and notice (art. 27)


class TermKind(StrEnum):
    """时限的种类。 The clocks of lawful data, each with its clause in the city's limits."""

    ANSWER = "answer"  # art. 21: 1 or 10 working days, +10 with the authority's consent
    DELIVER = "deliver"  # art. 22: 20 working days from consent
    UPDATE = "update"  # art. 17: 10 working days, +5
    REVIEW = "review"  # art. 17: 2 working days
    CORRECT = "correct"  # art. 26: 10 working days
    MEND = "mend"  # art. 27 para. 2: the term set with a suspension
    AFTER_REVIEW = "after_review"  # of a break-glass
    TELL = "tell"  # notice to those concerned by a break-glass
    CONTEST = "contest"  # the platform's own term
    REQUEST = "request"  # 个人信息保护法 art. 45 and others: 及时; the number is the platform's own


TERM_LABELS: Final[Mapping[TermKind, Any]] = {
    TermKind.ANSWER: _("答复申请"),
    TermKind.DELIVER: _("提供数据"),
    TermKind.UPDATE: _("更新目录"),
    TermKind.REVIEW: _("审核目录"),
    TermKind.CORRECT: _("校核数据"),
    TermKind.MEND: _("限期整改"),
    TermKind.AFTER_REVIEW: _("事后审查"),
    TermKind.TELL: _("事后告知"),
    TermKind.CONTEST: _("答复异议"),
    TermKind.REQUEST: _("答复本人的请求"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """一次共享申请所写。 What an application states (政务数据共享条例 art. 20): basis, scenario, scope, manner, time limit.

    item      catalogue item, `data:…`
    fields    names of fields of the item's source, the fewest that do
    clauses   the applicant's own empowering clauses, each with its version: the regulation alone empowers nobody
    until     to the second; calls, rows and persons are upper limits
    """

    item: str
    fields: tuple[str, ...]
    purpose: Purpose
    clauses: tuple[str, ...]
    scenario: str
    scope: str
    manner: Manner
    until: datetime
    calls: int
    rows: int
    persons: int
    onward: str = ""  # to whom it would be passed on; empty: to nobody (art. 25)


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """一次调用所问。 What one call asks: whose data, which fields, for which matter, at most how many rows.

    keys    identifiers in the source's own key (for example resident numbers); never stored, only their persons' references
    kind    what the keys are (`resident_id`, `credit_code`, …; empty with a source that knows no persons)
    token   the caller's own number of this request: put again, it is not answered a second time
    batch   a chunk of a transfer: whoever comes, where a call by the interface names whom it asks about
    """

    grant: str
    fields: tuple[str, ...]
    purpose: Purpose
    matter: str
    keys: tuple[str, ...] = field(repr=False)  # in no message and no log
    rows: int
    on_behalf_of: str = ""  # whose own affair it is, where that is not the person looked up
    kind: str = "resident_id"
    token: str = ""
    batch: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """一次调用的结果。 What a call came to: the rows, minimised to the granted fields, and the ledger entry of the look."""

    entry: int
    rows: tuple[Mapping[str, Any], ...] = ()
    more: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewField:
    """将要登记的字段。 A field about to be entered: its name at the source, its words, whether it is about a person."""

    name: str
    label: str
    label_en: str
    personal: bool
    sensitive: bool
    meaning: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSource:
    """将要登记的来源系统。 A source system about to be entered: whose, how it is reached, and its fields. No credential in it."""

    item: str
    organ: str
    system: str
    adapter: Adapter
    address: str
    secret: str
    relation: str
    key: str
    key_kind: str
    wait_ms: int
    fields: tuple[NewField, ...]


# ---- Applications, grants, disputes ----------------------------------------------------------------------------------

OPEN_STATES: Final = (
    ApplicationState.DRAFTED,
    ApplicationState.FILED,
    ApplicationState.SUPPLEMENT,
    ApplicationState.CONSENTED,
)
OPEN_MOST: Final = 3  # open applications of one organ for one item: who wants more withdraws one first


class Ground(StrEnum):
    """不予共享的理由，封闭清单。 Why sharing may be refused: what the catalogue itself says, or a higher law; nothing added (art. 15)."""

    SCOPE = "scope"
    USE = "use"
    BASIS = "basis"
    FIELDS = "fields"
    INCOMPLETE = "incomplete"
    LAW = "law"


GROUND_LABELS: Final[Mapping[Ground, Any]] = {
    Ground.SCOPE: _("不在目录列明的共享范围内"),
    Ground.USE: _("不合目录列明的使用用途"),
    Ground.BASIS: _("所写依据不能说明履行职责需要它"),
    Ground.FIELDS: _("所申请的个人信息超出最小范围"),
    Ground.INCOMPLETE: _("一次告知以后，材料仍然不全"),
    Ground.LAW: _("法律、行政法规另有规定"),
}


class EndGround(StrEnum):
    """终止的理由，封闭清单。 Why a grant may be terminated (政务数据共享条例 art. 27)."""

    ACHIEVED = "achieved"  # para. 1: achieved, impossible, or no longer necessary
    UNMENDED = "unmended"  # para. 2: suspended, told to mend, and not mended
    PROPER = "proper"  # para. 3: a proper reason, after consultation, filed with the authority


END_LABELS: Final[Mapping[EndGround, Any]] = {
    EndGround.ACHIEVED: _("共享目的已实现、无法实现或者不再必要"),
    EndGround.UNMENDED: _("暂停以后拒不整改或者整改不到位"),
    EndGround.PROPER: _("有正当理由，已与使用方协商"),
}
ENDING_LABELS: Final[Mapping[Ending, Any]] = {
    Ending.LAPSED: _("依据失效"),
    Ending.SUSPENDED: _("暂停"),
    Ending.RESUMED: _("恢复"),
    Ending.TERMINATED: _("终止"),
}
SHARING_LABELS: Final[Mapping[Sharing, Any]] = {
    Sharing.UNCONDITIONAL: _("无条件共享"),
    Sharing.CONDITIONAL: _("有条件共享"),
    Sharing.NONE: _("不予共享"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Supplement:
    """一次补充。 What an applicant adds after being told once of everything missing; what is None stays as it was."""

    clauses: tuple[str, ...] | None = None
    scenario: str | None = None
    scope: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Revision:
    """拟改的目录项。 What would change of a catalogue item: facts as the list asks them, clauses with the words that name the holder.

    fields   the whole list of fields as it would be; None leaves them
    rests    (clause, words that name the holder; empty: it stands beside); None leaves them
    """

    facts: Mapping[str, str]
    fields: tuple[NewField, ...] | None = None
    rests: tuple[tuple[str, str], ...] | None = None


# ---- Calls ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """放行的调用。 A call that was let through and recorded: its entry, its row, whom it is about, and where to ask."""

    entry: int
    call: int
    refs: str
    persons: tuple[str, ...]
    source: int
    kind: str
    at: datetime


class Came(StrEnum):
    """来源怎样回答。 How the source answered a call (the values of `CallResult.Outcome`)."""

    ANSWERED = "answered"
    NOTHING = "nothing"
    UNREACHABLE = "unreachable"
    MISMATCH = "mismatch"
    STOPPED = "stopped"


class SourceFault(Exception):  # noqa: N818 - it is the source's fault, not ours
    """来源的毛病。 A source that did not answer as it should. `said` names what is wrong, never what the source sent."""

    def __init__(self, came: Came, said: str) -> None:
        super().__init__(f"{came.value}: {said}")
        self.came, self.said = came, said


@dataclass(frozen=True, kw_only=True, slots=True)
class Fetched:
    """取来的行。 Rows of a source, minimised; the key of each beside it (empty where the source knows no persons)."""

    rows: tuple[Mapping[str, Any], ...]
    keys: tuple[str, ...]
    more: bool = False
    upstream: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settled:
    """调用的了结。 What became of a call that did not hand over just what it had reserved."""

    call: int
    came: Came
    rows: int
    took_ms: int
    upstream: str = ""


class Meaning(StrEnum):
    """字段的含义，封闭清单。 What a field of a source or of a form means: a closed list, so that two forms can be seen to ask the same."""

    RESIDENT_ID = "resident_id"
    NAME = "name"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    ACCOUNT = "account"
    PHOTO = "photo"
    BIRTH = "birth"
    SEX = "sex"
    MARITAL_STATUS = "marital_status"
    HOUSEHOLD = "household"
    RESIDENCE_PERMIT = "residence_permit"
    ASSISTANCE = "assistance"
    EMPLOYMENT = "employment"
    EDUCATION = "education"
    HEALTH = "health"
    PROPERTY = "property"
    DISTRICT = "district"
    LICENCE = "licence"
    CREDIT_CODE = "credit_code"


MEANING_LABELS: Final[Mapping[Meaning, Any]] = {
    Meaning.RESIDENT_ID: _("公民身份号码"),
    Meaning.NAME: _("姓名"),
    Meaning.PHONE: _("电话"),
    Meaning.EMAIL: _("邮箱"),
    Meaning.ADDRESS: _("住址"),
    Meaning.ACCOUNT: _("登录名"),
    Meaning.PHOTO: _("照片"),
    Meaning.BIRTH: _("出生日期"),
    Meaning.SEX: _("性别"),
    Meaning.MARITAL_STATUS: _("婚姻状况"),
    Meaning.HOUSEHOLD: _("家庭、户"),
    Meaning.RESIDENCE_PERMIT: _("居住证"),
    Meaning.ASSISTANCE: _("社会救助"),
    Meaning.EMPLOYMENT: _("就业"),
    Meaning.EDUCATION: _("教育"),
    Meaning.HEALTH: _("健康"),
    Meaning.PROPERTY: _("财产"),
    Meaning.DISTRICT: _("所在县（市、区）、乡镇（街道）"),
    Meaning.LICENCE: _("许可证件"),
    Meaning.CREDIT_CODE: _("统一社会信用代码"),
}
# What singles a person or a body out: no statistic is grouped by it.
IDENTIFYING: Final = frozenset({
    Meaning.RESIDENT_ID, Meaning.NAME, Meaning.PHONE, Meaning.EMAIL, Meaning.ADDRESS, Meaning.ACCOUNT, Meaning.PHOTO,
    Meaning.BIRTH, Meaning.HOUSEHOLD, Meaning.LICENCE, Meaning.CREDIT_CODE,
})  # fmt: skip
