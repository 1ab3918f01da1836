"""JSON 接口的形状。 The shapes of the JSON interface: what is sent and what comes back."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import ConfigDict, Field

from tongxin.cases.api import inputs

Degrees = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def within(most: int) -> dict[str, Any]:
    """描述里的上下限。 What the description says of a whole number; `bounded` sees to it, with words of its own."""
    return {"minimum": 1, "maximum": most}


# What the description says of a word; `inputs.word` sees to it.
Word = Annotated[str, Field(json_schema_extra={"maxLength": 200, "pattern": inputs.WORD_PATTERN})]
Number = Annotated[
    str, Field(json_schema_extra={"minLength": 1, "maxLength": 40, "pattern": inputs.WORD_PATTERN})
]


class ReportGiven(Schema):
    """一份报告。 A report. Say where by `lon` and `lat` (WGS 84), by `place` (a code), or by `address`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "client_key": "5f0c7c1e-6d2b-4a5e-9d0e-0d8f6a1b2c3d",
                "matter": "c01001",
                "lon": 117.97,
                "lat": 37.38,
                "text": "井盖破损",
            }
        },
    )

    client_key: str = Field(
        min_length=1, max_length=200, description="The client's own key: the same key and content is one case"
    )
    matter: str | None = Field(None, max_length=80, description="Code of a matter (GET /api/matters)")
    lon: Degrees | None = None
    lat: Degrees | None = None
    place: str | None = Field(None, max_length=40, description="Code of a community or grid")
    address: str = ""
    text: str = Field("", description="What is the matter; personal data, shown in no answer")
    name: str = ""
    phone: str = ""
    email: str = ""
    reported_at: str | None = Field(
        None,
        description="When, with time zone; now where it is not given",
        json_schema_extra={"format": "date-time"},
    )
    language: Literal["zh-hans", "en"] = "zh-hans"


class OrganShown(Schema):
    """机构。 An organ."""

    code: str
    name: str
    name_en: str


class ReportTaken(Schema):
    """回执。 A receipt. `token` opens the reporter's own page: keep it private."""

    client_key: str
    number: str
    token: str
    reporter_url: str
    state: str
    state_label: str
    state_label_en: str
    lead: OrganShown = Field(
        description="The organ that has it now; the lead body where no matter leads elsewhere"
    )
    due_at: datetime | None = Field(description="Soonest end of what is running")
    provisional: bool = Field(
        description="The end was counted through a year whose holidays are not published"
    )
    clauses: list[str] = Field(description="References of the clauses that taking it rests on")
    located: bool


class CaseShown(Schema):
    """一个事项。 A case, without anything that identifies its reporter."""

    number: str
    channel: str
    matter: str | None
    matter_name: str
    matter_name_en: str
    place: str | None
    place_name: str
    path: list[str] = Field(description="Codes from the place up to the city")
    lon: float | None
    lat: float | None
    state: str
    state_label: str
    state_label_en: str
    outcome: str | None
    outcome_label: str
    outcome_label_en: str
    outcome_note: str
    organ: OrganShown
    responsible: OrganShown
    returns: int
    reopened: int
    overdue: bool
    due_at: datetime | None
    provisional: bool
    reported_at: datetime
    settled_at: datetime | None
    closed_at: datetime | None
    folded_into: str | None
    synthetic: bool
    url: str


class StepShown(Schema):
    """一步。 A step: what was done and on which clauses; never the words written with it."""

    seq: int
    verb: str
    title: str
    title_en: str
    at: datetime
    organ: OrganShown | None
    from_state: str | None
    to_state: str
    ground: str | None
    named: OrganShown | None
    clauses: list[str]
    ledger_entry: int


class PartShown(Schema):
    """承办。 An organ's part in a case."""

    organ: OrganShown
    role: str
    given_at: datetime
    accepted_at: datetime | None
    settled_at: datetime | None
    ended_at: datetime | None


class ClockShown(Schema):
    """期限钟。 A limit that runs or ran, with its clause."""

    organ: OrganShown
    stage: str
    step: str
    number: float | None
    unit: str
    clause: str | None
    started_at: datetime
    due_at: datetime
    provisional: bool
    suspended_at: datetime | None
    ended_at: datetime | None
    passed_at: datetime | None


class CaseFileShown(CaseShown):
    """一个事项的全卷。 A case with its steps, parts and limits."""

    clauses: list[str]
    steps: list[StepShown]
    parts: list[PartShown]
    clocks: list[ClockShown]


class DeskCaseShown(CaseFileShown):
    """桌上的一件。 A case as an office sees it. `acts`: what that office can do with it now, in the order of the buttons."""

    acts: list[str]


class CasesShown(Schema):
    """一页事项。 A page of cases, newest first. `next` is the address of the following page."""

    cases: list[CaseShown]
    next: str | None


class DeskShown(CasesShown):
    """一页桌上的事项。 A page of what waits at a desk, soonest due first. `next` is the address of the following page."""


class MatterShown(Schema):
    """清单事项。 An entry of the matter list; `active`: it rests on law in force today."""

    code: str
    name: str
    name_en: str
    category: str
    category_en: str
    lead: str
    assist: list[str]
    on_call: list[str] = Field(description="Called in when the lead asks")
    active: bool
    person_help: bool
    filing_condition: str
    filing_condition_en: str
    closing_condition: str
    closing_condition_en: str


class MattersShown(Schema):
    """事项清单。 The matter list of a day."""

    day: str
    revision: int
    matters: list[MatterShown]


class CheckpointShown(Schema):
    """检查点。 The newest signed checkpoint of the ledger; `note` is the text to verify."""

    size: int
    root: str
    at: datetime
    note: str


class Fault(Schema):
    """说明。 What is wrong."""

    code: str
    field: str
    reason: str
    reason_en: str


class Problem(Schema):
    """不能照办。 Every answer that is not a success has this shape."""

    error: Fault


PROBLEMS: dict[int, Any] = dict.fromkeys(
    (400, 401, 403, 404, 405, 409, 411, 413, 415, 422, 503, 507), Problem
)
