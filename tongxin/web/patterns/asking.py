"""向居民提问用的部件。 Components with which residents are asked and answered.

The contexts are what views must hand over; names and events are invented.
"""

from collections.abc import Sequence

from django import forms

from tongxin.web.patterns.samples import answers, clause
from tongxin.web.patterns.terms import Pick, State


def question_form(t: Pick, data: dict[str, str] | None) -> forms.Form:
    """每种问法各一问的表单。 A form with one question of every kind."""
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
    """错处一览的各种样子。 States of: error summary."""
    form = question_form(t, {})
    form.add_error(None, t("这件事刚才已经收到过一次", "This was received a moment ago already"))
    return [State(name=t("有错", "With errors"), context={"form": form})]


def field(t: Pick) -> Sequence[State]:
    """一问的各种样子。 States of: field."""
    names = {
        "text": t("多行", "Long text"),
        "kind": t("单选", "Choice"),
        "phone": t("可不填", "Optional"),
        "place": t("下拉", "Select"),
        "photo": t("照片", "Photo"),
        "told": t("打勾", "Tick"),
    }
    clean, wrong = question_form(t, None), question_form(t, {"phone": "138"})
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
    """再看一遍的各种样子。 States of: check your answers."""
    return [
        State(
            name=t("提交之前，可以改", "Before sending, can be changed"),
            context={"answers": answers(t, change=True)},
        ),
        State(name=t("只看", "Read only"), context={"answers": answers(t, change=False)}),
    ]


def task_list(t: Pick) -> Sequence[State]:
    """要做的事的各种样子。 States of: task list."""
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
    """第几步的各种样子。 States of: step."""
    return [State(name=t("第二步", "Second step"), context={"step": 2, "steps": 4})]


def receipt(t: Pick) -> Sequence[State]:
    """收到了的各种样子。 States of: receipt."""
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
    """慎重的事的各种样子。 States of: confirming what is hard to undo."""
    danger = {
        "title": t("结掉这件事，写明“不归本市办”？", "Close this matter as “not ours”?"),
        "consequences": [
            t("提出人今天就会收到理由和该找的单位。", "The reporter is told today why, and whom to ask."),
            t("三十天内，提出人可以要求重新办。", "Within thirty days he or she may have it opened again."),
        ],
        "button": t("结案", "Close it"),
        "post_url": "#close",
        "cancel_url": "#back",
        "basis": {"power": "", "clauses": [clause()]},
    }
    return [
        State(
            name=t("结案前", "Before closing"),
            context={"danger": danger, "field": question_form(t, None)["text"]},
        )
    ]
