"""列入规则所依的条文。 The articles that found the rules of admission, each with the words the rule is made of.

Every rule of `admission` names one of these; a test looks each quotation up in the text of the version named. A city whose book
does not hold these laws has their rules by name alone: nothing here is looked up to decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from tongxin.law.rules.labels import clause_label
from tongxin.law.terms import ClauseRef


@dataclass(frozen=True, slots=True)
class Foundation:
    """一条规则的根据。 What a rule rests on: the reference as text, how the clause is called, and the words quoted."""

    ref: str
    title: str
    quote: str

    @property
    def named(self) -> str:
        """条文的称呼。 The clause as one cites it: 《中华人民共和国行政处罚法》第二十条第一款."""
        return f"《{self.title}》{clause_label(ClauseRef.parse(self.ref).clause)}"


_LAWS: Final[Mapping[str, tuple[str, str, date]]] = {
    "penalties": ("cn/administrative-penalties", "中华人民共和国行政处罚法", date(2021, 1, 22)),
    "licensing": ("cn/administrative-licensing", "中华人民共和国行政许可法", date(2019, 4, 23)),
    "compulsion": ("cn/administrative-compulsion", "中华人民共和国行政强制法", date(2011, 6, 30)),
    "legislation": ("cn/legislation-law", "中华人民共和国立法法", date(2023, 3, 13)),
    "personal": ("cn/personal-information-protection", "中华人民共和国个人信息保护法", date(2021, 8, 20)),
    "sharing": ("cn/government-data-sharing", "政务数据共享条例", date(2025, 5, 28)),
    "procurement": ("cn/government-procurement", "中华人民共和国政府采购法", date(2014, 8, 31)),
    "business": ("cn/business-environment", "优化营商环境条例", date(2019, 10, 22)),
    "villages": ("cn/villagers-committees", "中华人民共和国村民委员会组织法", date(2025, 10, 28)),
    "residents": ("cn/urban-residents-committees", "中华人民共和国城市居民委员会组织法", date(2025, 10, 28)),
    "constitution": ("cn/constitution", "中华人民共和国宪法", date(2018, 3, 11)),
}


def _in(law: str, clause: str, quote: str) -> Foundation:
    key, title, version = _LAWS[law]
    return Foundation(str(ClauseRef(key, version, clause)), title, quote)


FOUNDATIONS: Final[Mapping[str, Foundation]] = {
    # -- penalties
    "penalty_kinds": _in("penalties", "a9", "行政处罚的种类"),
    "penalty_law": _in("penalties", "a10.p2", "限制人身自由的行政处罚，只能由法律设定。"),
    "penalty_admin": _in("penalties", "a11.p1", "行政法规可以设定除限制人身自由以外的行政处罚。"),
    "penalty_local": _in("penalties", "a12.p1", "地方性法规可以设定除限制人身自由、吊销营业执照以外的行政处罚。"),
    "penalty_other_kinds": _in("penalties", "a9.p1.i6", "法律、行政法规规定的其他行政处罚"),
    "penalty_department_rule": _in("penalties", "a13.p2", "可以设定警告、通报批评或者一定数额罚款的行政处罚"),
    "penalty_government_rule": _in("penalties", "a14.p2", "可以设定警告、通报批评或者一定数额罚款的行政处罚"),
    "penalty_no_other": _in("penalties", "a16", "除法律、法规、规章外，其他规范性文件不得设定行政处罚。"),
    "penalty_organ": _in("penalties", "a17", "行政处罚由具有行政处罚权的行政机关在法定职权范围内实施。"),
    "penalty_detention": _in("penalties", "a18.p3", "限制人身自由的行政处罚权只能由公安机关和法律规定的其他机关行使。"),
    "delegation_written": _in("penalties", "a20.p1", "可以在其法定权限内书面委托符合本法第二十一条规定条件的组织实施行政处罚"),
    "delegation_terms": _in("penalties", "a20.p2", "委托书应当载明委托的具体事项、权限、期限等内容。"),
    "delegation_no_further": _in("penalties", "a20.p4", "不得再委托其他组织或者个人实施行政处罚"),
    "delegation_fit": _in("penalties", "a21.p1.i1", "依法成立并具有管理公共事务职能"),
    "benchmark": _in("penalties", "a34", "行政处罚裁量基准应当向社会公布。"),
    # -- licences
    "licence_kinds": _in("licensing", "a12", "下列事项可以设定行政许可"),
    "licence_local": _in("licensing", "a15.p2", "不得设定应当由国家统一确定的公民、法人或者其他组织的资格、资质的行政许可"),
    "licence_rule": _in("licensing", "a15.p1", "省、自治区、直辖市人民政府规章可以设定临时性的行政许可"),
    "licence_no_other": _in("licensing", "a17", "其他规范性文件一律不得设定行政许可"),
    "licence_delegation": _in("licensing", "a24.p1", "可以委托其他行政机关实施行政许可"),
    "licence_no_further": _in("licensing", "a24.p3", "不得再委托其他组织或者个人实施行政许可"),
    "licence_organ": _in("licensing", "a22", "行政许可由具有行政许可权的行政机关在其法定职权范围内实施。"),
    # -- compulsion
    "compulsion_kinds": _in("compulsion", "a9", "行政强制措施的种类"),
    "compulsion_admin": _in("compulsion", "a10.p2", "除本法第九条第一项、第四项和应当由法律规定的行政强制措施以外的其他行政强制措施"),
    "compulsion_local": _in("compulsion", "a10.p3", "地方性法规可以设定本法第九条第二项、第三项的行政强制措施"),
    "compulsion_no_other": _in("compulsion", "a10.p4", "法律、法规以外的其他规范性文件不得设定行政强制措施。"),
    "execution_means": _in("compulsion", "a12", "行政强制执行的方式"),
    "execution_law": _in("compulsion", "a13.p1", "行政强制执行由法律设定。"),
    "compulsion_delegation": _in("compulsion", "a17.p1", "行政强制措施权不得委托。"),
    # -- rules, dates, interpretations
    "rule_department": _in("legislation", "a91.p2", "部门规章不得设定减损公民、法人和其他组织权利或者增加其义务的规范"),
    "rule_government": _in("legislation", "a93.p6", "地方政府规章不得设定减损公民、法人和其他组织权利或者增加其义务的规范"),
    "date_stated": _in("legislation", "a61", "法律应当明确规定施行日期。"),
    "interpretation": _in("legislation", "a119.p1", "属于审判、检察工作中具体应用法律的解释"),
    # -- personal information, fees
    "personal_duty": _in("personal", "a13.p1.i3", "为履行法定职责或者法定义务所必需"),
    "personal_power": _in("personal", "a34", "应当依照法律、行政法规规定的权限、程序进行"),
    "personal_purpose": _in("personal", "a6.p1", "处理个人信息应当具有明确、合理的目的"),
    "personal_least": _in("personal", "a6.p2", "应当限于实现处理目的的最小范围"),
    "fee_enterprise": _in("business", "a25", "应当有法律、行政法规依据或者经国务院批准"),
    # -- the data catalogue
    "catalogue_assessed": _in("sharing", "a13.p1", "应当依法开展保密风险、个人信息保护影响等评估，并经部门负责人审核同意"),
    "catalogue_items": _in("sharing", "a13.p2", "应当明确数据目录名称、数据项、提供单位、数据格式、数据更新频率以及共享属性、共享方式、使用条件、数据分类分级等信息"),
    "catalogue_classes": _in("sharing", "a14", "政务数据按照共享属性分为无条件共享、有条件共享和不予共享三类"),
    "catalogue_conditions": _in("sharing", "a15.p2", "应当在政务数据目录中列明共享范围、使用用途等共享使用条件"),
    "catalogue_not_shared": _in("sharing", "a15.p2", "应当在政务数据目录中列明理由，并明确相应的法律、行政法规以及国务院决定依据"),
    "catalogue_reviewed": _in("sharing", "a16.p1", "应当将编制的政务数据目录报送同级政务数据共享主管部门审核"),
    # -- purchase
    "purchase_what": _in("procurement", "a2.p7", "除货物和工程以外的其他政府采购对象"),
    "purchase_budget": _in("procurement", "a6", "政府采购应当严格按照批准的预算执行。"),
    "purchase_methods": _in("procurement", "a26", "政府采购采用以下方式"),
    # -- committees
    "village_self": _in("villages", "a2.p1", "基层群众性自治组织"),
    "village_autonomy": _in("villages", "a6.p1", "不得干预依法属于村民自治范围内的事项"),
    "village_funding": _in("villages", "a43.p2", "委托村民委员会协助开展工作的事项，应当符合法律、法规规定，所需经费由委托部门承担"),
    "resident_self": _in("residents", "a2.p1", "基层群众性自治组织"),
    "resident_funding": _in("residents", "a43.p2", "委托居民委员会协助开展工作的事项，应当符合法律、法规规定，所需经费由委托部门承担"),
    # -- what people have a right to
    "right_assembly": _in("constitution", "a35", "言论、出版、集会、结社、游行、示威的自由"),
    "right_belief": _in("constitution", "a36.p1", "公民有宗教信仰自由"),
    "right_petition": _in("constitution", "a41.p1", "提出申诉、控告或者检举的权利"),
}  # fmt: skip
