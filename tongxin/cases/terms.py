"""事项的词汇。 The vocabulary of cases: states, outcomes, grounds, and what comes in and goes out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext_lazy as _


class Channel(StrEnum):
    """渠道。 How a report came."""

    WEB = "web"
    HOTLINE = "hotline"
    FIELD = "field"
    API = "api"
    OPEN311 = "open311"
    FEED = "feed"
    REPLAY = "replay"


class State(StrEnum):
    """状态。 Where a case stands. The allowed moves are one table, `rules.MOVES`."""

    UNLISTED = "unlisted"
    DISPATCHED = "dispatched"
    RETURNED = "returned"
    RULING = "ruling"
    HANDLING = "handling"
    CHECKING = "checking"
    CONFIRMING = "confirming"
    HUNG = "hung"
    CLOSED = "closed"


# States of a case that somebody works on, or should.
OPEN = [state.value for state in State if state not in (State.CLOSED, State.HUNG)]


class Outcome(StrEnum):
    """结果。 How a case ended. 办结 is not 解决: the two are different words here, and different rows."""

    FIXED = "fixed"
    CLOSED_UNANSWERED = "closed_unanswered"
    NOT_OURS = "not_ours"
    NOT_ALLOWED = "not_allowed"
    HUNG = "hung"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


class ReturnGround(StrEnum):
    """退回理由，封闭清单。 Grounds for a return: a closed list. 网格化服务管理条例一类的规定要求“及时作出说明”。"""

    OUTSIDE_DUTY = "outside_duty"
    OUTSIDE_PLACE = "outside_place"
    LAW_NAMES_OTHER = "law_names_other"
    TAKEN_BACK = "taken_back"
    OWNER_ELSEWHERE = "owner_elsewhere"


class ClockGround(StrEnum):
    """中止或延长的理由，封闭清单。 Grounds for suspending or extending a clock: a closed list."""

    AWAITING_REPORTER = "awaiting_reporter"
    FORCE_MAJEURE = "force_majeure"
    EXPERT_TEST = "expert_test"
    SEASON = "season"
    PROCUREMENT = "procurement"
    OTHER_PROCEDURE = "other_procedure"


class ClockChange(StrEnum):
    """对期限的改变。 What is asked of a clock."""

    SUSPEND = "suspend"
    EXTEND = "extend"


class Role(StrEnum):
    """机构在事项中的角色。 What an organ is to a case."""

    LEAD = "lead"
    ASSIST = "assist"


STATE_LABELS: Mapping[State, Any] = {
    State.UNLISTED: _("清单外，待牵头机构处理"),
    State.DISPATCHED: _("待受理"),
    State.RETURNED: _("已退回，待重新分派"),
    State.RULING: _("待裁定"),
    State.HANDLING: _("办理中"),
    State.CHECKING: _("待核查"),
    State.CONFIRMING: _("待报告人确认"),
    State.HUNG: _("挂账"),
    State.CLOSED: _("已办结"),
}
OUTCOME_LABELS: Mapping[Outcome, Any] = {
    Outcome.FIXED: _("已解决"),
    Outcome.CLOSED_UNANSWERED: _("已核查，未收到回复"),
    Outcome.NOT_OURS: _("不归本市机关管"),
    Outcome.NOT_ALLOWED: _("法律不允许"),
    Outcome.HUNG: _("挂账"),
    Outcome.DUPLICATE: _("重复，已并入"),
    Outcome.WITHDRAWN: _("报告人撤回"),
}
GROUND_LABELS: Mapping[ReturnGround, Any] = {
    ReturnGround.OUTSIDE_DUTY: _("不属于本单位职责"),
    ReturnGround.OUTSIDE_PLACE: _("不在本单位辖区"),
    ReturnGround.LAW_NAMES_OTHER: _("法律法规规定由其他单位负责"),
    ReturnGround.TAKEN_BACK: _("属于上级收回的事项"),
    ReturnGround.OWNER_ELSEWHERE: _("产权或管养单位另有其主"),
}
CLOCK_GROUND_LABELS: Mapping[ClockGround, Any] = {
    ClockGround.AWAITING_REPORTER: _("等待报告人补充情况"),
    ClockGround.FORCE_MAJEURE: _("不可抗力"),
    ClockGround.EXPERT_TEST: _("需要检测、鉴定"),
    ClockGround.SEASON: _("受季节、气候限制"),
    ClockGround.PROCUREMENT: _("需要采购或财政安排"),
    ClockGround.OTHER_PROCEDURE: _("须先完成另一法定程序"),
}
CHANNEL_LABELS: Mapping[Channel, Any] = {
    Channel.WEB: _("网上"),
    Channel.HOTLINE: _("热线"),
    Channel.FIELD: _("网格员上报"),
    Channel.API: _("接口"),
    Channel.OPEN311: _("Open311"),
    Channel.FEED: _("批量导入"),
    Channel.REPLAY: _("历史重放"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class NewReport:
    """一份报告。 What somebody reports. `client_key` makes it idempotent: the same key with the same content is one case.

    lon, lat     degrees WGS 84, or None where `place` (a code) says where it is
    matter       code of a matter-list entry, or None when it is not known
    target_at    a due time the source system promised; then that is the limit of handling
    recorded_by  the office that took it down for somebody else
    """

    client_key: str
    channel: Channel
    matter: str | None
    reported_at: datetime
    text: str = ""
    lon: float | None = None
    lat: float | None = None
    place: str | None = None
    address: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    photos: tuple[str, ...] = ()
    target_at: datetime | None = None
    language: str = "zh-hans"
    person: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """回执。 What a reporter gets at once. `token` opens the reporter's own page; it is shown here and never again.

    due_at       the end of the next limit, on the city's clock; `provisional` while its year's holidays are not published
    clauses      what it rests on, references separated by spaces
    repeated     the same was taken before, and this is its receipt again
    """

    client_key: str
    number: str
    token: str
    state: State
    lead: str
    lead_name: str
    lead_name_en: str
    due_at: datetime | None
    provisional: bool
    clauses: str
    located: bool
    repeated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """不收的报告。 A report that cannot be taken, with the field and the reason."""

    client_key: str
    field: str
    reason: str
    reason_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Settlement:
    """办理结果。 What an organ says it did: evidence is required."""

    number: str
    note: str
    evidence: tuple[str, ...] = ()
    done_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoricStep:
    """历史的一步。 One step of a case that is taken over from elsewhere, as that source recorded it."""

    verb: str
    at: datetime
    from_state: str
    to_state: State
    organ: str = ""
    ground: str = ""
    named: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoricPart:
    """历史的承办。 An organ's part in a case that is taken over."""

    organ: str
    role: Role
    given_at: datetime
    accepted_at: datetime | None = None
    settled_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoricClock:
    """历史的期限钟。 A clock of a case that is taken over; `ended_at` None: it runs on here."""

    organ: str
    stage: str
    step: str
    number: str
    unit: str
    clause: str
    started_at: datetime
    due_at: datetime
    provisional: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class HistoricCase:
    """历史事项。 A case taken over from elsewhere (another system, or a generator: then `synthetic`), with its steps.

    `place_id` is the row id of the place, `place` its version reference, `path` its codes up to the city.
    Nothing here identifies a person.
    """

    key: str
    channel: Channel
    matter: str
    matter_name: str
    matter_name_en: str
    clauses: str
    place: str
    place_name: str
    path: tuple[str, ...]
    lon: float | None
    lat: float | None
    text: str
    state: State
    outcome: str
    outcome_note: str
    organ: str
    responsible: str
    returns: int
    reopened: int
    overdue: bool
    due_at: datetime | None
    provisional: bool
    reported_at: datetime
    settled_at: datetime | None
    closed_at: datetime | None
    steps: tuple[HistoricStep, ...]
    parts: tuple[HistoricPart, ...]
    clocks: tuple[HistoricClock, ...]
    synthetic: bool = False
    listed: bool = True
    folded_into: str = ""  # key of another case of the same batch or of an earlier one
