"""一件事的页上用的部件。 Components of a matter's page.

The contexts are what views must hand over; names and events are invented.
"""

from collections.abc import Sequence
from decimal import Decimal

from tongxin.web.patterns.samples import at, clause, clause_link
from tongxin.web.patterns.terms import Pick, State


def status_tag(t: Pick) -> Sequence[State]:
    """状态的各种样子。 States of: status."""
    groups = {
        t(
            "办到哪里", "Where it is"
        ): "unlisted dispatched returned ruling handling checking confirming hung closed",
        t("怎么结的", "How it ended"): "fixed closed_unanswered not_ours not_allowed duplicate withdrawn",
        t("时限", "The clock"): "soon over paused",
        t("任务", "Tasks"): "done todo later refused",
    }
    return [State(name=name, context={"codes": codes.split()}) for name, codes in groups.items()]


def clock_line(t: Pick) -> Sequence[State]:
    """现在由谁办的各种样子。 States of: who has it now."""
    organ = t("城市管理局", "the Urban Management Bureau")
    base = {
        "organ": organ,
        "due": at(11, 26, 17, 30),
        "unit": "working_hour",
        "basis": t("时限的依据", "Where the limit comes from"),
        "basis_url": "#limit",
    }
    return [
        State(
            name=t("还早", "On time"), context={"clock": {**base, "pace": "on_time", "left": Decimal("11.5")}}
        ),
        State(name=t("快到期", "Soon"), context={"clock": {**base, "pace": "soon", "left": Decimal(1)}}),
        State(name=t("已超期", "Over"), context={"clock": {**base, "pace": "over", "left": Decimal(3)}}),
        State(
            name=t("等人接", "Waiting to be taken up"),
            context={
                "clock": {**base, "pace": "on_time", "left": Decimal(2), "task": t("接下", "be taken up")}
            },
        ),
        State(
            name=t("暂停", "Paused"),
            context={
                "clock": {
                    **base,
                    "due": None,
                    "pace": "paused",
                    "left": Decimal(6),
                    "reason": t("等配件到货，批到12月1日。", "Waiting for parts, granted until 1 December."),
                }
            },
        ),
        State(name=t("没有时限", "No limit"), context={"clock": {"organ": organ, "pace": "none"}}),
    ]


def timeline(t: Pick) -> Sequence[State]:
    """经过的各种样子。 States of: timeline."""
    steps = [
        {
            "what": t("办完了，交核查", "Done, handed over for checking"),
            "at": at(11, 25, 16, 10),
            "who": t("城市管理局", "Urban Management Bureau"),
            "why": t("换了新井盖，周边补平。", "A new cover was set and the edge made level."),
            "clause": clause_link(t),
            "evidence": [{"label": t("办好之后的照片", "Photo afterwards"), "url": "#photo"}],
            "state": "checking",
        },
        {
            "what": t("接办", "Taken up"),
            "at": at(11, 23, 15, 2),
            "who": t("城市管理局", "Urban Management Bureau"),
            "clause": clause_link(t),
        },
        {
            "what": t("供水公司退回", "Returned by the water company"),
            "at": at(11, 23, 11, 40),
            "who": t("供水公司", "Water company"),
            "why": t(
                "井盖上有路灯标志，不是供水的井。",
                "The cover bears the street-lamp mark; it is not a water shaft.",
            ),
            "evidence": [{"label": t("井盖照片", "Photo of the cover"), "url": "#photo2"}],
            "state": "returned",
        },
        {
            "what": t("收到诉求", "Request received"),
            "at": at(11, 23, 9, 5),
            "who": t("一位居民", "A resident"),
        },
    ]
    return [State(name=t("办过几步", "After some steps"), context={"steps": steps})]


def basis_box(t: Pick) -> Sequence[State]:
    """依据的各种样子。 States of: basis."""
    power = t("井盖坏了，该产权单位补。", "The owner of a broken cover must replace it.")
    ended = {**clause(), "in_force_to": at(12, 31).date()}
    return [
        State(name=t("有依据", "With a clause"), context={"basis": {"power": power, "clauses": [clause()]}}),
        State(
            name=t("条文已失效", "A clause no longer in force"),
            context={"basis": {"power": power, "clauses": [ended]}},
        ),
        State(
            name=t("还没有依据", "No clause yet"),
            context={
                "basis": {
                    "missing": t(
                        "清单上这一项还没有写依据，所以不能派出去。",
                        "The list names no clause for this item, so it cannot be sent out.",
                    ),
                    "clauses": [],
                }
            },
        ),
    ]


def trace_box(t: Pick) -> Sequence[State]:
    """谁看过的各种样子。 States of: who has looked."""
    looks = [
        {
            "at": at(11, 24, 10, 12),
            "who": t("城市管理局 承办人", "Case officer, Urban Management Bureau"),
            "what": t("您的电话", "your phone number"),
            "purpose": t("约时间看现场", "agreeing a time to see the place"),
            "clause": clause_link(t),
            "receipt_url": "#receipt/",
        }
    ]
    return [
        State(name=t("有人看过", "Somebody has looked"), context={"looks": looks, "more_url": "#all"}),
        State(name=t("没人看过", "Nobody has looked"), context={"looks": []}),
    ]


def personal_fold(t: Pick) -> Sequence[State]:
    """折着的个人信息的各种样子。 States of: folded personal data."""
    fold = {"what": t("提出人的姓名和电话", "Name and phone of the reporter"), "post_url": "#open"}
    who_sees = t(
        "打开会记下您的姓名、时间和用途，本人能看到。",
        "Opening records your name, the time and the purpose; the person can see it.",
    )
    opened = [
        {"label": t("姓名", "Name"), "value": t("王某", "Wang")},
        {"label": t("电话", "Phone"), "value": "138 0000 0000"},
    ]
    return [
        State(name=t("折着", "Folded"), context={"fold": {**fold, "who_sees": who_sees}}),
        State(
            name=t("打开了", "Opened"),
            context={"fold": {**fold, "answers": opened, "receipt_url": "#receipt"}},
        ),
    ]


def refusal(t: Pick) -> Sequence[State]:
    """没办成的各种样子。 States of: refusal."""
    refused = {
        "title": t("没有办成：您的岗位不管这个地方", "Not done: your office does not cover this place"),
        "missing": t(
            "延长时限要由本单位负责人批。", "An extension needs the consent of the head of the organ."
        ),
        "clause": clause_link(t),
        "who_can": [t("城市管理局 负责人", "Head, Urban Management Bureau")],
        "instead": [
            {"label": t("写延长申请，送负责人", "Write a request and send it to the head"), "url": "#ask"}
        ],
        "record_url": "#record",
    }
    return [State(name=t("没办成", "Refused"), context={"refusal": refused})]
