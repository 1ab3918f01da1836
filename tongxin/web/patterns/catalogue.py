"""样式簿的目录：每个部件的各种状态。 The catalogue of the pattern book: every component in all its states.

Contexts here are what views must hand over; the comment on top of each template says the same in words.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.urls import reverse

from tongxin.web.patterns.samples import answers, at, clause, clause_link
from tongxin.web.patterns.terms import Pattern, Pick, State

PLACES: Final = ("where", "how_it_ended", "clock", "tasks")


def breadcrumbs(t: Pick) -> Sequence[State]:
    crumbs = [
        {"label": t("我的诉求", "My requests"), "url": "#a"},
        {"label": t("井盖坏了", "Broken manhole cover"), "url": "#b"},
    ]
    return [State(name=t("两层", "Two levels"), context={"crumbs": crumbs})]


def notice_banner(t: Pick) -> Sequence[State]:
    texts = (
        (
            "",
            t("今天起可以用英文填写", "You can now write in English"),
            t("中文页面不变。", "Pages in Chinese stay as they are."),
        ),
        (
            "soon",
            t("明天 18 点到 20 点停机检修", "Closed for repair tomorrow 18:00 to 20:00"),
            t("急事请打 12345。", "If urgent, call 12345."),
        ),
        (
            "over",
            t("照片没有传上来", "The photo did not arrive"),
            t("别的内容都在，请再传一次照片。", "Everything else is kept. Please send the photo again."),
        ),
        (
            "good",
            t("谢谢，记下了", "Thank you, noted"),
            t("这件事按已解决结案。", "The matter is closed as fixed."),
        ),
    )
    tones = (t("平常", "Plain"), t("快到期", "Soon"), t("出了问题", "Trouble"), t("已确认", "Confirmed"))
    return [
        State(name=name, context={"notice": {"tone": tone, "title": title, "text": text}})
        for name, (tone, title, text) in zip(tones, texts, strict=True)
    ]


def actions(t: Pick) -> Sequence[State]:
    resident = [
        {"label": t("办好了", "It is fixed"), "post_url": "#yes"},
        {"label": t("没办好", "Not fixed"), "kind": "quiet", "url": "#no"},
        {"label": t("撤回这件事", "Withdraw it"), "kind": "plain", "url": "#withdraw"},
    ]
    desk = [
        {"label": t("接办", "Accept"), "post_url": "#a", "key": "a"},
        {"label": t("退回", "Return"), "kind": "quiet", "url": "#r", "key": "r"},
        {"label": t("结案", "Close"), "kind": "plain", "url": "#c"},
    ]
    return [
        State(name=t("居民", "Resident"), context={"actions": resident}),
        State(name=t("工作台，带快捷键", "Desk, with keys"), context={"actions": desk}),
    ]


def _form(t: Pick, data: dict[str, str] | None) -> forms.Form:
    form = forms.Form(data, auto_id=t("zh_%s", "en_%s"))
    form.fields["text"] = forms.CharField(
        label=t("怎么回事？", "What happened?"),
        help_text=t("写您看到的就行。", "Just write what you saw."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": t("请写一句怎么回事", "Please write one sentence about what happened")},
    )
    form.fields["kind"] = forms.ChoiceField(
        label=t("是什么事？", "What is it about?"),
        widget=forms.RadioSelect,
        choices=[
            ("c", t("井盖坏了", "Broken manhole cover")),
            ("g", t("垃圾没人收", "Rubbish not collected")),
            ("o", t("别的事", "Something else")),
        ],
        error_messages={"required": t("请选一样", "Please choose one")},
    )
    form.fields["phone"] = forms.CharField(
        label=t("电话", "Phone"),
        help_text=t("只用来告诉您结果。", "Used only to tell you the result."),
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    form.fields["place"] = forms.ChoiceField(
        label=t("在哪个网格？", "Which grid?"),
        choices=[
            ("", t("请选", "Please choose")),
            *((f"g{n}", t(f"第{w}网格", f"Grid {n}")) for n, w in enumerate("一二三四五六", 1)),
        ],
        error_messages={"required": t("请选一个网格", "Please choose a grid")},
    )
    form.fields["photo"] = forms.FileField(
        label=t("照片", "Photo"),
        help_text=t("照片里的拍摄位置会去掉。", "The camera's position is removed."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*", "data-photo": "2000"}),
    )
    form.fields["told"] = forms.BooleanField(
        label=t("办好了告诉我", "Tell me when it is done"),
        error_messages={"required": t("请打勾", "Please tick")},
    )
    return form


def error_summary(t: Pick) -> Sequence[State]:
    form = _form(t, {})
    form.add_error(None, t("这件事刚才已经收到过一次", "This was received a moment ago already"))
    return [State(name=t("有错", "With errors"), context={"form": form})]


def field(t: Pick) -> Sequence[State]:
    names = {
        "text": t("多行", "Long text"),
        "kind": t("单选", "Choice"),
        "phone": t("可不填", "Optional"),
        "place": t("下拉", "Select"),
        "photo": t("照片", "Photo"),
        "told": t("打勾", "Tick"),
    }
    clean, wrong = _form(t, None), _form(t, {"phone": "138"})
    wrong.auto_id = f"wrong_{wrong.auto_id}"
    states = [State(name=name, context={"field": clean[key]}) for key, name in names.items()]
    return [
        *states,
        *(
            State(name=names[key] + t("，有错", ", with an error"), context={"field": wrong[key]})
            for key in ("text", "kind", "told")
        ),
    ]


def check_answers(t: Pick) -> Sequence[State]:
    return [
        State(
            name=t("寄出之前，可以改", "Before sending, can be changed"),
            context={"answers": answers(t, change=True)},
        ),
        State(name=t("只看", "Read only"), context={"answers": answers(t, change=False)}),
    ]


def task_list(t: Pick) -> Sequence[State]:
    tasks = [
        {"title": t("看现场", "See the place"), "url": "#1", "state": "done"},
        {
            "title": t("写办理结果", "Write what was done"),
            "url": "#2",
            "state": "todo",
            "hint": t("要有一张办好之后的照片。", "One photo taken afterwards is needed."),
        },
        {
            "title": t("交核查", "Hand over for checking"),
            "state": "later",
            "hint": t("写完结果才能交。", "Only after the result is written."),
        },
    ]
    return [State(name=t("做到一半", "Half way"), context={"tasks": tasks})]


def progress_words(t: Pick) -> Sequence[State]:
    return [State(name=t("第二步", "Second step"), context={"step": 2, "steps": 4})]


def status_tag(t: Pick) -> Sequence[State]:
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
    looks = [
        {
            "at": at(11, 24, 10, 12),
            "who": t("城市管理局 承办人", "Case officer, Urban Management Bureau"),
            "what": t("您的电话", "your phone number"),
            "purpose": t("约时间看现场", "agreeing a time to see the place"),
            "clause": clause_link(t),
            "receipt_url": "#receipt",
        }
    ]
    return [
        State(name=t("有人看过", "Somebody has looked"), context={"looks": looks, "more_url": "#all"}),
        State(name=t("没人看过", "Nobody has looked"), context={"looks": []}),
    ]


def personal_fold(t: Pick) -> Sequence[State]:
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


def receipt(t: Pick) -> Sequence[State]:
    received = {
        "number": "2026-11-23-000417",
        "keep": t("记下编号，不登录也能查。", "Keep the number: you can look it up without signing in."),
        "next": [
            t(
                "今天 17:30 前，城市管理局接下这件事，或者写明为什么不归它办。",
                "By 17:30 today the Urban Management Bureau takes it up, or writes why it is not its task.",
            ),
            t("11月26日 17:30 前办完。", "By 17:30 on 26 November it is done."),
            t(
                "办完后换一个人去看，再请您说一声办好没有。",
                "Somebody else then goes to see it, and you are asked whether it is fixed.",
            ),
        ],
        "url": "#case",
    }
    return [State(name=t("收到诉求", "Request received"), context={"receipt": received})]


def confirm_dangerous(t: Pick) -> Sequence[State]:
    danger = {
        "title": t("结掉这件事，写明“不归本市办”？", "Close this matter as “not ours”?"),
        "consequences": [
            t("提出人今天就会收到理由和该找的单位。", "The reporter is told today why, and whom to ask."),
            t("三十天内他可以要求重新打开。", "Within thirty days he or she may have it opened again."),
        ],
        "button": t("结案", "Close it"),
        "post_url": "#close",
        "cancel_url": "#back",
        "basis": {"power": "", "clauses": [clause()]},
    }
    return [
        State(name=t("结案前", "Before closing"), context={"danger": danger, "field": _form(t, None)["text"]})
    ]


def _table(t: Pick, drawing: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "title": t("各单位办了多少件", "Matters by organ"),
        "columns": [
            {"label": t("单位", "Organ")},
            {"label": t("办结", "Closed"), "unit": t("件", "matters"), "figure": True},
            {"label": t("超期", "Overdue"), "unit": t("件", "matters"), "figure": True},
        ],
        "rows": [
            [{"value": t("城市管理局", "Urban management"), "url": "#o1"}, {"value": 1204, "url": "#c1"}, 31],
            [t("住房城乡建设局", "Housing"), 386, 12],
            [t("水务局", "Water"), {"value": 4, "few": True}, {"value": 0, "few": True}],
        ],
        "as_of": at(11, 22).date(),
        "definition_url": "#definition",
        "download_url": "#csv",
        "note": t("少于 5 件的不比较。", "Fewer than 5 are not compared."),
        "drawing": drawing,
    }


def table_twin(t: Pick) -> Sequence[State]:
    bars = [
        {"label": t("城市管理局", "Urban management"), "value": 1204},
        {"label": t("住房城乡建设局", "Housing"), "value": 386},
        {"label": t("水务局", "Water"), "value": 4, "few": True},
    ]
    spread = [
        {"label": str(n), "value": v, "over": n > 7}
        for n, v in enumerate((61, 92, 118, 84, 40, 22, 31, 9, 6, 3), 1)
    ]
    dots = [
        {"label": t("暴露垃圾", "Rubbish in the open"), "low": "0.5", "middle": 1, "high": "2.5"},
        {"label": t("井盖", "Manhole covers"), "low": 1, "middle": 3, "high": 9},
    ]
    day, limit = t("天", "days"), t("时限 7 天", "limit 7 days")
    spread_table = {
        "title": t("办一件要几天", "Days to close a matter"),
        "columns": [{"label": t("天数", "Days")}, {"label": t("件数", "Matters"), "figure": True}],
        "rows": [[row["label"], row["value"]] for row in spread],
        "as_of": at(11, 22).date(),
        "drawing": {"kind": "distribution", "unit": day, "rows": spread, "limit": 7, "limit_label": limit},
    }
    dot_table = {
        "title": t("办一件要几天，按事项", "Days to close, by kind of matter"),
        "columns": [
            {"label": t("事项", "Matter")},
            {"label": t("最快一成", "Fastest tenth"), "unit": day, "figure": True},
            {"label": t("一半", "Half"), "unit": day, "figure": True},
            {"label": t("最慢一成", "Slowest tenth"), "unit": day, "figure": True},
        ],
        "rows": [[row["label"], Decimal(row["low"]), row["middle"], Decimal(row["high"])] for row in dots],
        "as_of": at(11, 22).date(),
        "drawing": {"kind": "dot", "unit": day, "rows": dots, "limit": 7, "limit_label": limit},
    }
    return [
        State(name=t("只有表", "Table alone"), context={"table": _table(t, None)}),
        State(
            name=t("横条与表", "Bars and table"),
            context={"table": _table(t, {"kind": "bar", "unit": t("件", ""), "rows": bars})},
        ),
        State(name=t("分布与表", "Distribution and table"), context={"table": spread_table}),
        State(name=t("点与表", "Dots and table"), context={"table": dot_table}),
    ]


def number_with_definition(t: Pick) -> Sequence[State]:
    base = {
        "label": t("重开的件", "Matters opened again"),
        "unit": t("件", "matters"),
        "as_of": at(11, 22).date(),
        "definition": t(
            "结案三十天内，因为没办好又打开的件。",
            "Opened again within thirty days of closing because they were not fixed.",
        ),
        "definition_url": "#definition",
        "cases_url": "#cases",
    }
    return [
        State(name=t("有数", "A number"), context={"number": {**base, "value": 1286, "of": 20417}}),
        State(name=t("太少", "Too few"), context={"number": {**base, "value": 3, "of": 11, "few": True}}),
        State(name=t("还没有数", "None yet"), context={"number": {**base, "value": None, "cases_url": ""}}),
    ]


def filters(t: Pick) -> Sequence[State]:
    groups = [
        {
            "label": t("状态", "State"),
            "choices": [
                {"label": t("全部", "All"), "url": "?", "count": 1204},
                {"label": t("办理中", "In hand"), "url": "?state=handling", "current": True, "count": 311},
                {"label": t("待确认", "Awaiting confirmation"), "url": "?state=confirming", "count": 48},
            ],
        },
        {
            "label": t("时限", "Clock"),
            "choices": [
                {"label": t("快到期", "Due soon"), "url": "?due=soon", "count": 12},
                {"label": t("已超期", "Overdue"), "url": "?due=over", "count": 3},
            ],
        },
    ]
    full = {
        "groups": groups,
        "saved": [{"label": t("我的井盖", "My manhole covers"), "url": "?saved=1"}],
        "search": {
            "name": "q",
            "value": t("菜场", "market"),
            "label": t("编号或文字", "Number or words"),
            "hidden": [{"name": "state", "value": "handling"}],
        },
        "clear_url": "?",
        "save_url": "#save",
    }
    return [State(name=t("选了一样", "One chosen"), context={"filters": full})]


def pager(t: Pick) -> Sequence[State]:
    return [
        State(
            name=t("中间", "In the middle"),
            context={"pager": {"previous_url": "?before=a", "next_url": "?after=b", "shown": 50}},
        ),
        State(
            name=t("最后", "At the end"),
            context={"pager": {"previous_url": "?before=a", "next_url": "", "shown": 1}},
        ),
    ]


def desk_list(t: Pick) -> Sequence[State]:
    rows = [
        {"url": "#1", "title": t("井盖坏了：和平街 12 号门前", "Broken manhole cover: 12 Heping Street"), "number": "000417", "state": "handling", "pace": "over", "left": Decimal(3), "unit": "working_hour", "place": t("第三网格", "Grid 3")},
        {"url": "#2", "title": t("垃圾没人收：菜场后巷", "Rubbish not collected: lane behind the market"), "number": "000422", "state": "dispatched", "pace": "soon", "left": Decimal(1), "unit": "working_hour", "place": t("第一网格", "Grid 1"), "open": True},
        {"url": "#3", "title": t("路灯不亮", "Street lamp out"), "number": "000391", "state": "handling", "pace": "paused", "left": None, "unit": "working_day", "place": t("第六网格", "Grid 6")},
        {"url": "#4", "title": t("占道经营", "Stall on the pavement"), "number": "000430", "state": "ruling", "pace": "on_time", "left": Decimal("1.5"), "unit": "working_day", "place": t("第二网格", "Grid 2")},
    ]  # fmt: skip
    return [State(name=t("四件", "Four matters"), context={"rows": rows})]


def small_map(t: Pick) -> Sequence[State]:
    base = {
        "geojson_url": reverse("patterns:grids"),
        "notice": t("示意", "Sketch"),
        "label": t("网格示意图", "Sketch map of the grids"),
    }
    rows = [
        {"label": t("在哪里", "Where"), "value": t("和平街 12 号门前", "12 Heping Street")},
        {"label": t("网格", "Grid"), "value": t("第五网格", "Grid 5")},
    ]
    shown = {
        **base,
        "id": t("map_zh", "map_en"),
        "lat": 30.0072,
        "lon": 116.0093,
        "here": "g5",
        "rows": rows,
        "approval": "",
    }
    pick = {
        **base,
        "id": t("pick_zh", "pick_en"),
        "approval": t("某S（2026）001号（样子）", "S(2026)001 (example)"),
        "pick": {"lat": "", "lon": "", "place": t("zh_place", "en_place")},
    }
    return [
        State(name=t("一件事在哪里", "Where a matter is"), context={"map": shown}),
        State(
            name=t("选地方", "Choosing a place"),
            context={"map": {**pick, "pick": {**pick_ids(t)}}, "form": _form(t, None)},
        ),
    ]


def pick_ids(t: Pick) -> dict[str, str]:
    return {"lat": t("zh_lat", "en_lat"), "lon": t("zh_lon", "en_lon"), "place": t("zh_place", "en_place")}


def empty_state(t: Pick) -> Sequence[State]:
    first = {
        "title": t("手上没有件了", "Nothing in hand"),
        "text": t("新的件来了会排在这里。", "New matters will be listed here."),
    }
    second = {
        "title": t("没有找到", "Nothing found"),
        "text": t("换个词，或者去掉一个筛选。", "Try another word, or take away a filter."),
        "url": "?",
        "label": t("清除筛选", "Clear the filters"),
    }
    return [
        State(name=t("做完了", "All done"), context={"empty": first}),
        State(name=t("没找到", "Not found"), context={"empty": second}),
    ]


def _include(name: str, passed: str) -> str:
    given = " ".join(f"{word}={word}" for word in passed.split())
    return f'{{% include "components/{name}.html" with {given} %}}'


PATTERNS: Final = (
    Pattern(slug="breadcrumbs", name=("所在位置", "Breadcrumbs"), why=("从上到下，不含本页。", "From the top down, without the page itself."), source=_include("breadcrumbs", "crumbs"), states=breadcrumbs),
    Pattern(slug="notice-banner", name=("告知", "Notice"), why=("一页最多一条。", "One on a page at most."), source=_include("notice_banner", "notice"), states=notice_banner),
    Pattern(slug="actions", name=("按钮", "Buttons"), why=("最多三个，动词，要慎重的放最后。", "Three at most, verbs, the dangerous one last and plain."), source=_include("actions", "actions"), states=actions, scripts=("js/keys.js",)),
    Pattern(slug="error-summary", name=("错处一览", "Error summary"), why=("在页首，点了就到要改的地方。", "At the top; each line leads to the place to mend."), source="{% error_summary form %}", states=error_summary),
    Pattern(slug="field", name=("一问", "Field"), why=("题在上，说明在中，错处紧挨着。", "Label above, hint, error beside."), source=_include("field", "field"), states=field, scripts=("js/photo.js",)),
    Pattern(slug="check-answers", name=("再看一遍", "Check your answers"), why=("寄出前看，也当项目单用。", "Before sending; also a plain list of items."), source=_include("check_answers", "answers"), states=check_answers),
    Pattern(slug="task-list", name=("要做的事", "Task list"), why=("每件带一个状态词。", "Each with a word for its state."), source=_include("task_list", "tasks"), states=task_list),
    Pattern(slug="progress-words", name=("第几步", "Step"), why=("一页一问时用。", "For one question a page."), source=_include("progress_words", "step steps"), states=progress_words),
    Pattern(slug="status-tag", name=("状态", "Status"), why=("一个词、一个形状；颜色不独自说话。", "A word and a shape; never colour alone."), source='<ul class="plain-list">{% for code in codes %}<li>{% status_tag code %} {{ code|status_sentence }}</li>{% endfor %}</ul>', states=status_tag),
    Pattern(slug="clock-line", name=("现在由谁办", "Who has it now"), why=("由谁、到什么时候，按工作时间数。", "Who, until when, counted in working time."), source=_include("clock_line", "clock"), states=clock_line),
    Pattern(slug="timeline", name=("经过", "Timeline"), why=("最近的在最上。", "Newest first."), source=_include("timeline", "steps"), states=timeline),
    Pattern(slug="basis-box", name=("依据", "Basis"), why=("凭哪一条，条文一点就开。", "Which clause; its text one click away."), source=_include("basis_box", "basis"), states=basis_box),
    Pattern(slug="trace-box", name=("谁看过", "Who has looked"), why=("有个人信息的页都有。", "On every page that shows personal data."), source=_include("trace_box", "looks more_url"), states=trace_box),
    Pattern(slug="personal-fold", name=("折着的个人信息", "Folded personal data"), why=("打开前先说清楚会记下。", "Says before opening that it is recorded."), source=_include("personal_fold", "fold"), states=personal_fold),
    Pattern(slug="refusal", name=("没办成", "Refusal"), why=("缺哪一条、谁能办、可以怎么办。", "What is missing, who could act, what to do instead."), source=_include("refusal", "refusal"), states=refusal),
    Pattern(slug="receipt", name=("收到了", "Receipt"), why=("编号、接下来、到什么时候。", "The number, what happens, by when."), source=_include("receipt", "receipt"), states=receipt),
    Pattern(slug="confirm-dangerous", name=("慎重的事", "Confirming what is hard to undo"), why=("先说按下之后会怎样。", "First say what will happen."), source=_include("confirm_dangerous", "danger field"), states=confirm_dangerous),
    Pattern(slug="table-twin", name=("表与图", "Table and chart"), why=("图下必有表。", "Under every chart its table."), source=_include("table_twin", "table"), states=table_twin),
    Pattern(slug="number", name=("一个数", "A number"), why=("点开有定义、有件、有日期。", "Opens its definition, its cases, its date."), source=_include("number_with_definition", "number"), states=number_with_definition),
    Pattern(slug="filters", name=("筛选", "Filters"), why=("都写在地址里，可以存、可以发给别人。", "All in the address: can be kept and sent."), source=_include("filters", "filters"), states=filters),
    Pattern(slug="pager", name=("翻页", "Pager"), why=("只有前后，没有页码。", "Before and after, no page numbers."), source=_include("pager", "pager"), states=pager),
    Pattern(slug="desk-list", name=("工作台的单子", "Desk list"), why=("最急的在上，一键打开。", "Soonest due first, one key to open."), source=_include("desk_list", "rows"), states=desk_list, scripts=("js/keys.js",)),
    Pattern(slug="small-map", name=("小地图", "Small map"), why=("只画自己的网格；下面的字就是它的表。", "Own grids only; the words under it are its twin."), source=_include("small_map", "map") + "{% if form %}{% include \"components/field.html\" with field=form.place %}{% endif %}", states=small_map),
    Pattern(slug="empty-state", name=("空的时候", "Nothing here"), why=("说一句有用的话。", "Say something of use."), source=_include("empty_state", "empty"), states=empty_state),
)  # fmt: skip
"""全部部件，按目录的次序。 All components in the order of the index."""
