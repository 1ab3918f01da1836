"""告知的文字。 The words of a notice, rendered in the reader's language when it is read."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tongxin.acts.models import Notice
from tongxin.cases.terms import (
    CLOCK_GROUND_LABELS,
    GROUND_LABELS,
    OUTCOME_LABELS,
    ClockGround,
    Outcome,
    ReturnGround,
)
from tongxin.organs.queries import organs_by_code
from tongxin.places.queries import city

Words = tuple[str, str]


def organ_name(code: str, revision: int | None = None) -> str:
    """机构名称。 The name of an organ in the reader's language; the code where it is gone.

    `revision` of the city's facts spares a statement where many are named.
    """
    organ = organs_by_code(city().revision if revision is None else revision).get(code) if code else None
    if organ is None:
        return code
    return organ.name_en if _("zh") == "en" else organ.name


def rendered(notice: Notice, *, revision: int | None = None) -> Words:
    """标题与正文。 Title and text of a notice."""
    args: Mapping[str, Any] = notice.args
    number, matter = str(args.get("number", "")), str(args.get("matter", ""))
    facts = {
        "number": number,
        "matter": matter or _("一件事"),
        "organ": organ_name(str(args.get("organ", "")), revision),
        "note": str(args.get("note", "")),
        "named": organ_name(str(args.get("named", "")), revision),
        "ground": _label(GROUND_LABELS, ReturnGround, args.get("ground"))
        or _label(CLOCK_GROUND_LABELS, ClockGround, args.get("ground")),
        "outcome": _label(OUTCOME_LABELS, Outcome, args.get("outcome")),
    }
    title, text = TEMPLATES.get(notice.template, UNKNOWN)()
    return title % facts, text % facts


def _label(labels: Mapping[Any, Any], words: Any, value: Any) -> str:
    return str(labels[words(value)]) if value in {word.value for word in words} else ""


def UNKNOWN() -> Words:  # noqa: N802 - the one that stands in for a template that is gone
    """没有模板的告知。 A notice whose template is gone."""
    return _("关于 %(number)s 的告知"), "%(note)s"


TEMPLATES: Mapping[str, Callable[[], Words]] = {
    "reported": lambda: (
        _("已收到您的报告 %(number)s"),
        _("您报告的“%(matter)s”已登记，现在由%(organ)s处理。"),
    ),
    "accepted": lambda: (_("%(number)s 已受理"), _("%(organ)s已受理“%(matter)s”，正在办理。")),
    "dispatched": lambda: (_("%(number)s 已转交"), _("“%(matter)s”已交给%(organ)s处理。")),
    "settled": lambda: (_("%(number)s 已办理，等待核查"), _("%(organ)s说已经办好，现在由另一个人核查。")),
    "confirm": lambda: (
        _("%(number)s 请您确认"),
        _("核查的人看过，“%(matter)s”已办好。解决了吗？请告诉我们。"),
    ),
    "closed": lambda: (_("%(number)s 已结束：%(outcome)s"), _("“%(matter)s”已结束。%(outcome)s。%(note)s")),
    "hung": lambda: (
        _("%(number)s 暂时解决不了，已挂账"),
        _("“%(matter)s”列入公开的挂账名单。原因：%(note)s"),
    ),
    "clock_changed": lambda: (
        _("%(number)s 的期限有变化"),
        _("经另一人审签，“%(matter)s”的办理期限有变化。%(ground)s"),
    ),
    "given": lambda: (_("交办 %(number)s"), _("“%(matter)s”交由贵单位承办。")),
    "unlisted": lambda: (_("清单外事项 %(number)s"), _("没有现行有效的清单事项可依，请牵头机构处理。")),
    "assist": lambda: (_("协办 %(number)s"), _("请协办“%(matter)s”，期限另计。")),
    "returned": lambda: (_("退回 %(number)s"), _("退回理由：%(ground)s；指向%(named)s。")),
    "part_settled": lambda: (_("协办已完成 %(number)s"), _("%(organ)s已办结协办部分。")),
    "check_failed": lambda: (_("核查未通过 %(number)s"), _("核查的人说：%(note)s")),
    "confirmed": lambda: (_("报告人确认 %(number)s"), _("报告人确认已经解决。")),
    "disputed": lambda: (_("报告人说没有解决 %(number)s"), _("报告人说：%(note)s。已重新办理。")),
    "clock_asked": lambda: (_("期限申请待审签 %(number)s"), _("有单位申请中止或延长期限，请另一人审签。")),
    "clock_decided": lambda: (_("期限申请已审签 %(number)s"), _("申请已审签，请查看结果。")),
    "paused": lambda: (
        _("%(number)s 暂停：依据的条款已失效"),
        _(
            "“%(matter)s”所依的法律条款已失效，从现在起暂停办理，期限不再计算。改依新的条款以后接着办，会再告诉您。"
        ),
    ),
    "paused_organ": lambda: (
        _("%(number)s 暂停：依据的条款已失效"),
        _("“%(matter)s”的清单事项没有了依据，不能再办，期限停止计算，等待改依。"),
    ),
    "resumed": lambda: (
        _("%(number)s 恢复办理"),
        _("“%(matter)s”已改依现行有效的条款，从剩下的时间接着办。"),
    ),
    "resumed_organ": lambda: (
        _("%(number)s 恢复办理"),
        _("“%(matter)s”的清单事项已有现行有效的条款，期限从剩下的时间接着计算。"),
    ),
    "entries_idle": lambda: (
        _("%(number)s 个清单事项没有了依据，已停用"),
        _("所依的条款已失效：%(note)s。请在期限内更新清单。"),
    ),
    "entries_active": lambda: (
        _("%(number)s 个清单事项恢复使用"),
        _("已有现行有效的条款作依据：%(note)s。"),
    ),
    "acts_to_review": lambda: (
        _("有 %(number)s 件事是在依据失效之后做的，请复查"),
        _("依据在 %(note)s 失效，后来才查明。请法制审核人逐件复查。"),
    ),
    "entry_applied": lambda: (
        _("清单申请待审 %(number)s"),
        _("%(organ)s申请把“%(matter)s”列入清单，请审定。"),
    ),
    "entry_withdrawn": lambda: (
        _("清单申请已撤回 %(number)s"),
        _("%(organ)s撤回了“%(matter)s”的列入申请。%(note)s"),
    ),
    "entry_admitted": lambda: (_("已列入清单 %(number)s"), _("“%(matter)s”已列入清单。%(note)s")),
    "entry_refused": lambda: (_("没有列入清单 %(number)s"), _("“%(matter)s”没有列入清单。理由：%(note)s")),
    "entry_ended": lambda: (_("移出清单 %(number)s"), _("“%(matter)s”已移出清单。理由：%(note)s")),
    "making_proposed": lambda: (
        _("有人提出立法项目 %(number)s"),
        _("%(organ)s提出《%(matter)s》，请审查是否列入计划。"),
    ),
    "making_given": lambda: (
        _("请起草 %(number)s"),
        _("《%(matter)s》列入计划，由贵单位起草，%(note)s 前完成。"),
    ),
    "making_submitted": lambda: (_("草案已报送 %(number)s"), _("%(organ)s报来《%(matter)s》草案。")),
    "making_sent_back": lambda: (_("草案退回 %(number)s"), _("《%(matter)s》退回修改。理由：%(note)s")),
    "making_due": lambda: (_("立法期限已过 %(number)s"), _("《%(matter)s》有一个期限已过：%(note)s。")),
    "making_sunset_near": lambda: (
        _("代行的规章快到两年 %(number)s"),
        _(
            "《%(matter)s》先行规定了应由地方性法规规定的事，%(note)s 之后不能再作依据；要继续的，请提请制定地方性法规。"
        ),
    ),
    "comment_received": lambda: (
        _("收到您的意见 %(number)s"),
        _("您对《%(matter)s》草案的意见已经收到，会逐条答复。"),
    ),
    "comment_answered": lambda: (
        _("您的意见 %(number)s 有了答复"),
        _("对《%(matter)s》草案的意见，答复是：%(note)s"),
    ),
    "law_published": lambda: (_("您提过意见的法公布了"), _("《%(matter)s》已经公布，%(note)s 起施行。")),
    "making_ended": lambda: (
        _("您提过意见的立法项目不再往下走"),
        _("《%(matter)s》不再往下走。理由：%(note)s"),
    ),
    "making_rejected": lambda: (
        _("您提过意见的立法项目没有通过"),
        _("《%(matter)s》表决没有过半数，到此为止。"),
    ),
    "identifier_registered": lambda: (
        _("窗口给您登记了一个号码"),
        _("经核验材料，您的账户登记了号码。不是您本人去办的，请马上告诉窗口。"),
    ),
    "identifier_withdrawn": lambda: (
        _("窗口撤销了登记在您账户上的一个号码"),
        _("经核验，这个号码是另一个人的。号码确实是您的，请带证件到窗口。"),
    ),
    "representation_begun": lambda: (
        _("一项代理开始了"),
        _("代理事项：%(note)s。在“我的账户”里可以看，也可以终止。"),
    ),
    "representation_ended": lambda: (_("一项代理终止了"), _("代理事项：%(note)s。")),
    "means_added": lambda: (
        _("账户添加了一种登录方式"),
        _("%(note)s。不是您添加的，请马上去掉它并改口令。"),
    ),
    "means_removed": lambda: (_("账户去掉了一种登录方式"), _("%(note)s。不是您去掉的，请马上改口令。")),
    "recovery_codes_made": lambda: (_("账户换了一组备用码"), _("以前的一组已经作废。%(note)s")),
    "password_changed": lambda: (_("账户的口令改了"), _("不是您改的，请马上申请找回账户。%(note)s")),
    "recovery_asked": lambda: (
        _("有人申请找回您的账户（%(number)s）"),
        _("不是您申请的，请在“我的账户”里取消。"),
    ),
    "recovery_approved": lambda: (
        _("找回账户的申请 %(number)s 已经核实"),
        _("24 小时后可以设新口令。不是您申请的，请在这之前取消。"),
    ),
    "recovery_declined": lambda: (_("找回账户的申请 %(number)s 没有通过"), _("什么也没有改变。")),
    "recovery_done": lambda: (_("账户已经找回"), _("口令是新的，以前的密钥和会话都已作废。%(note)s")),
    "release_asked": lambda: (
        _("有统计等贵单位发布 %(number)s"),
        _("有人提出一个统计问题，请数据共享工作机构负责人看过后发布，或者说明为什么不发布。"),
    ),
    "release_declined": lambda: (_("统计 %(number)s 不予发布"), _("理由：%(note)s")),
    "data_drafted": lambda: (
        _("共享申请 %(number)s 等负责人同意"),
        _("对“%(matter)s”的申请已拟好，经本单位共享工作机构负责人同意后提出。"),
    ),
    "data_filed": lambda: (
        _("收到共享申请 %(number)s"),
        _("%(organ)s申请使用“%(matter)s”，请在期限内答复。"),
    ),
    "data_supplemented": lambda: (
        _("共享申请已补充 %(number)s"),
        _("%(organ)s已补充“%(matter)s”的申请材料，请答复。"),
    ),
    "data_withdrawn": lambda: (
        _("共享申请已撤回 %(number)s"),
        _("%(organ)s撤回了“%(matter)s”的申请。理由：%(note)s"),
    ),
    "data_supplement": lambda: (
        _("请补充共享申请 %(number)s 的材料"),
        _("“%(matter)s”的申请还缺这些，只告知这一次：%(note)s"),
    ),
    "data_consented": lambda: (
        _("同意共享 %(number)s"),
        _("%(organ)s同意共享“%(matter)s”，二十个工作日内提供。"),
    ),
    "data_refused": lambda: (
        _("不予共享 %(number)s"),
        _("%(organ)s不同意共享“%(matter)s”。理由：%(note)s。不服的可以提出共享争议。"),
    ),
    "data_extension_asked": lambda: (
        _("报请延长期限 %(number)s"),
        _("%(organ)s报请延长期限，请决定是否同意。理由：%(note)s"),
    ),
    "data_extended": lambda: (_("期限已延长 %(number)s"), _("经主管部门同意，期限延长到 %(note)s。")),
    "data_delivered": lambda: (
        _("已提供数据 %(number)s"),
        _("“%(matter)s”可以使用了，授权编号 %(note)s。请记录使用的场景、过程、成效、存储和销毁。"),
    ),
    "data_reviewed": lambda: (_("使用情况已检查 %(number)s"), _("主管部门检查了使用情况：%(note)s")),
    "data_overdue": lambda: (
        _("数据共享的时限已过 %(number)s"),
        _("%(organ)s没有在期限内办完。申请单位、提供单位和主管部门都收到了这条告知。"),
    ),
    "data_error": lambda: (
        _("数据校核申请 %(number)s"),
        _("%(organ)s说数据不准确或者不完整：%(note)s。请在十个工作日内核实、更正并反馈。"),
    ),
    "data_error_answered": lambda: (_("数据校核已答复 %(number)s"), _("%(organ)s的答复：%(note)s")),
    "grant_suspended": lambda: (
        _("授权已暂停 %(number)s"),
        _("从现在起不能调用，请在期限内整改。原因：%(note)s"),
    ),
    "grant_resumed": lambda: (_("授权已恢复 %(number)s"), _("整改到位，授权继续有效。%(note)s")),
    "grant_terminated": lambda: (
        _("授权已终止 %(number)s"),
        _("授权终止，已报主管部门备案。理由：%(note)s。已获得的数据请按要求处置并记录。"),
    ),
    "grant_lapsed": lambda: (
        _("授权已随条款失效 %(number)s"),
        _(
            "所依的条款已失效，授权同时失效，已报主管部门备案。后继条款（没有的写原条款）：%(note)s。需要继续使用的，请重新申请。"
        ),
    ),
    "grant_onward": lambda: (_("同意转供 %(number)s"), _("%(organ)s同意提供给：%(note)s。")),
    "revision_proposed": lambda: (
        _("目录更新待审核 %(number)s"),
        _("%(organ)s提出更新“%(matter)s”，请在两个工作日内审核。理由：%(note)s"),
    ),
    "revision_published": lambda: (
        _("目录更新已公布 %(number)s"),
        _("“%(matter)s”的更新已审核公布。%(note)s"),
    ),
    "revision_returned": lambda: (_("目录更新已退回 %(number)s"), _("“%(matter)s”的更新退回修改：%(note)s")),
    "dispute_raised": lambda: (_("共享争议 %(number)s"), _("%(organ)s提出争议，先由双方协商：%(note)s")),
    "dispute_referred": lambda: (
        _("共享争议提交上一阶 %(number)s"),
        _("%(organ)s把争议提交上一阶：%(note)s"),
    ),
    "dispute_settled": lambda: (_("共享争议已解决 %(number)s"), _("结果：%(note)s")),
    "overdue": lambda: (_("已逾期 %(number)s"), _("%(organ)s的期限已过。")),
    "deferral_ended": lambda: (
        _("有一行记录现在看得到了"),
        _("“谁看过我的数据”里有一行依法暂缓显示过，暂缓已经结束。"),
    ),
    "contest_made": lambda: (_("有异议要答复 %(number)s"), _("有人对一次查看提出异议，请在期限内答复。")),
    "contest_answered": lambda: (_("您的异议 %(number)s 有了答复"), _("请到“谁看过我的数据”看答复和理由。")),
    "contest_withdrawn": lambda: (_("异议已撤回 %(number)s"), _("提出的人撤回了异议。")),
    "request_made": lambda: (_("有请求要答复 %(number)s"), _("有人提出个人信息请求，请在期限内答复。")),
    "request_answered": lambda: (_("您的请求 %(number)s 有了答复"), _("请到“谁看过我的数据”看答复。")),
    "glass_broken": lambda: (
        _("已启用紧急调用 %(number)s"),
        _("%(organ)s启用了紧急调用，现在就能查。理由、字段和截止时间见它的网页；事后须审查。"),
    ),
    "emergency_ended": lambda: (
        _("紧急调用已结束 %(number)s"),
        _("%(organ)s应当销毁取得的数据，或者说明为什么留存；审查的期限从现在起算。"),
    ),
    "emergency_reviewed": lambda: (_("紧急调用已审查 %(number)s"), _("审查意见：%(note)s")),
    "looked_at_for_another": lambda: (
        _("紧急情况下查过您的信息"),
        _("处置突发事件时，因另一个人的事查过您的信息，当时来不及告知。见“谁看过我的数据”；您可以提出异议。"),
    ),
    "looked_at_in_emergency": lambda: (
        _("紧急情况下查过您的信息 %(number)s"),
        _(
            "处置突发事件时，%(organ)s查过您的信息，当时来不及告知。查了什么、凭哪一条，见“谁看过我的数据”；您可以提出异议。"
        ),
    ),
}
