"""清单与职权的性质：有哪些清单，哪些性质，各要写明什么。

The lists and the natures of what they hold: which lists there are, which natures fit a list, what an entry has to state.
Pure words. The articles named here are quoted in `foundations`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

Words = tuple[str, str]  # Chinese, English


class Listing(StrEnum):
    """清单的种类。 The kinds of list; the values are those of the table (a test holds the two equal)."""

    MATTER = "matter"
    POWER = "power"
    DUTY = "duty"
    TOWNSHIP = "township"
    DATA = "data"
    PURCHASE = "purchase"
    DELEGATION = "delegation"
    DISCRETION = "discretion"


LISTING_WORDS: Final[Mapping[Listing, Words]] = {
    Listing.MATTER: ("入格事项清单", "Matter list"),
    Listing.POWER: ("职权清单", "Powers list"),
    Listing.DUTY: ("权责清单", "Powers and duties of departments"),
    Listing.TOWNSHIP: ("乡镇（街道）履职事项清单", "Duties of townships and sub-districts"),
    Listing.DATA: ("政务数据目录", "Catalogue of government data"),
    Listing.PURCHASE: ("政府购买服务清单", "Services the government may buy"),
    Listing.DELEGATION: ("村（居）协助和委托事项清单", "What committees assist with, and delegations"),
    Listing.DISCRETION: ("行政处罚裁量基准", "Discretion benchmarks"),
}
# The platform's own acts are declared in code and founded with the city: nobody applies for one.
OPEN_LISTS: Final = tuple(one for one in Listing if one is not Listing.POWER)


class Nature(StrEnum):
    """性质：这一项是什么样的职权或者工作。 What kind of power or work an entry is."""

    HANDLE = "handle"
    PENALTY = "penalty"
    LICENCE = "licence"
    COMPULSION = "compulsion"
    EXECUTION = "execution"
    CHECK = "check"
    FEE = "fee"
    COLLECT = "collect"
    PROVIDE = "provide"
    OTHER = "other"
    CATALOGUE = "catalogue"
    PURCHASE = "purchase"
    ASSIST = "assist"
    ENTRUST = "entrust"
    BENCHMARK = "benchmark"


NATURE_WORDS: Final[Mapping[Nature, Words]] = {
    Nature.HANDLE: ("发现和处置", "finding and handling"),
    Nature.PENALTY: ("行政处罚", "administrative penalty"),
    Nature.LICENCE: ("行政许可", "administrative licence"),
    Nature.COMPULSION: ("行政强制措施", "compulsory measure"),
    Nature.EXECUTION: ("行政强制执行", "compulsory execution"),
    Nature.CHECK: ("行政检查", "inspection"),
    Nature.FEE: ("收费", "fee"),
    Nature.COLLECT: ("收集处理个人信息", "processing personal information"),
    Nature.PROVIDE: ("公共服务", "public provision"),
    Nature.OTHER: ("其他职责", "other duty"),
    Nature.CATALOGUE: ("数据目录", "data catalogue"),
    Nature.PURCHASE: ("购买服务", "purchase"),
    Nature.ASSIST: ("协助", "assistance"),
    Nature.ENTRUST: ("委托", "delegation"),
    Nature.BENCHMARK: ("裁量基准", "benchmark"),
}
# What cuts rights or adds duties (立法法 arts. 91(2), 93(6) 减损……权利或者增加其义务).
CUTTING: Final = frozenset(
    {
        Nature.PENALTY, Nature.LICENCE, Nature.COMPULSION, Nature.EXECUTION,
        Nature.CHECK, Nature.FEE, Nature.COLLECT,
    }
)  # fmt: skip
# What only an organ of administration exercises; it can be bought from nobody and a committee cannot be given it.
OFFICIAL: Final = frozenset(
    {Nature.PENALTY, Nature.LICENCE, Nature.COMPULSION, Nature.EXECUTION, Nature.CHECK, Nature.FEE}
)
_OF_ORGANS: Final = (
    Nature.PENALTY, Nature.LICENCE, Nature.COMPULSION, Nature.EXECUTION, Nature.CHECK, Nature.FEE,
    Nature.COLLECT, Nature.PROVIDE, Nature.OTHER,
)  # fmt: skip
NATURES_OF: Final[Mapping[Listing, tuple[Nature, ...]]] = {
    Listing.MATTER: (Nature.HANDLE,),
    Listing.POWER: (),
    Listing.DUTY: _OF_ORGANS,
    Listing.TOWNSHIP: _OF_ORGANS,
    Listing.DATA: (Nature.CATALOGUE,),
    Listing.PURCHASE: (Nature.PURCHASE,),
    Listing.DELEGATION: (Nature.ASSIST, Nature.ENTRUST),
    Listing.DISCRETION: (Nature.BENCHMARK,),
}


class Part(StrEnum):
    """履职事项的三张清单：基本履职、配合履职、上级部门收回。 The three parts of the township list."""

    BASIC = "basic"
    COOPERATIVE = "cooperative"
    TAKEN_BACK = "taken_back"


class Ask(StrEnum):
    """要素怎样填。 How a fact is given: words, several lines, one choice, several choices, a clause."""

    WORDS = "words"
    LINES = "lines"
    ONE = "one"
    SEVERAL = "several"
    FUNCTION = "function"
    CLAUSE = "clause"


Choices = tuple[tuple[str, str, str], ...]  # value, Chinese, English


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact:
    """一个要素。 One fact an entry may have to state.

    `natures` narrows it to entries of these natures (empty: all of the list); `when` to those whose other fact has a value;
    `clause` names the foundation that asks for it (a name in `foundations`; empty: the city's own clause on its lists).
    """

    name: str
    words: Words
    ask: Ask = Ask.WORDS
    choices: Choices = ()
    natures: frozenset[Nature] = frozenset()
    when: tuple[str, str] | None = None
    required: bool = True
    clause: str = ""

    def applies(self, nature: str, facts: Mapping[str, Any]) -> bool:
        """这一项是否要写。 Whether an entry of this nature, with these facts, is asked for it."""
        fits = not self.natures or nature in self.natures
        return fits and (self.when is None or facts.get(self.when[0]) == self.when[1])


# 行政处罚法 art. 9, items 1-6; 吊销营业执照 stands apart because art. 12(1) keeps it from local regulations.
PENALTIES: Final[Choices] = (
    ("warning", "警告、通报批评", "warning or circulated criticism"),
    ("fine", "罚款", "fine"),
    ("confiscation", "没收违法所得、没收非法财物", "confiscation"),
    ("licence", "暂扣许可证件、降低资质等级、吊销许可证件", "suspending, downgrading or revoking a licence"),
    ("business_licence", "吊销营业执照", "revoking a business licence"),
    ("business", "限制开展生产经营活动、责令停产停业、责令关闭、限制从业", "restricting or closing a business or career"),
    ("detention", "行政拘留", "administrative detention"),
    ("other", "法律、行政法规规定的其他行政处罚", "another penalty set by law or administrative regulation"),
)  # fmt: skip
# 行政许可法 art. 12, items 1-5
LICENCES: Final[Choices] = (
    ("activity", "特定活动的批准", "approval of an activity"),
    ("resource", "有限资源、特定行业的准入", "use of a limited resource, entry to a trade"),
    ("qualification", "职业、行业的资格资质", "qualification for a profession or trade"),
    ("product", "设备、设施、产品、物品的审定", "examination of equipment or products"),
    ("registration", "企业或者其他组织的设立登记", "registration of an enterprise or organisation"),
)
# 行政强制法 art. 9, items 1-5
MEASURES: Final[Choices] = (
    ("liberty", "限制公民人身自由", "restricting a citizen's liberty"),
    ("seal", "查封场所、设施或者财物", "sealing premises, facilities or property"),
    ("seize", "扣押财物", "seizing property"),
    ("freeze", "冻结存款、汇款", "freezing deposits or remittances"),
    ("other", "其他行政强制措施", "another compulsory measure"),
)
# 行政强制法 art. 12, items 1-6
MEANS: Final[Choices] = (
    ("surcharge", "加处罚款或者滞纳金", "additional fine or late fee"),
    ("transfer", "划拨存款、汇款", "transferring deposits or remittances"),
    ("auction", "拍卖或者依法处理查封、扣押的财物", "auctioning what was sealed or seized"),
    ("restore", "排除妨碍、恢复原状", "removing an obstruction, restoring"),
    ("instead", "代履行", "performing in the person's stead"),
    ("other", "其他强制执行方式", "another means of execution"),
)
PAYERS: Final[Choices] = (
    ("enterprise", "企业", "enterprises"),
    ("resident", "居民个人", "residents"),
    ("everyone", "企业和个人", "enterprises and residents"),
)
# 政务数据共享条例 art. 14, items 1-3
SHARING: Final[Choices] = (
    ("unconditional", "无条件共享", "shared without condition"),
    ("conditional", "有条件共享", "shared on conditions"),
    ("none", "不予共享", "not shared"),
)
# 政府采购法 art. 26, items 1-6
METHODS: Final[Choices] = (
    ("open_tender", "公开招标", "open tender"),
    ("invited_tender", "邀请招标", "invited tender"),
    ("negotiation", "竞争性谈判", "competitive negotiation"),
    ("single_source", "单一来源采购", "single source"),
    ("quotation", "询价", "request for quotations"),
    ("approved", "国务院政府采购监督管理部门认定的其他采购方式", "another method recognised by the State Council's department"),
)  # fmt: skip
EXERCISES: Final[Choices] = (
    ("none", "不行使行政职权", "no administrative power"),
    *((nature.value, *NATURE_WORDS[nature]) for nature in Nature if nature in OFFICIAL),
)
PARTS: Final[Choices] = (
    (Part.BASIC.value, "基本履职事项", "basic duties"),
    (Part.COOPERATIVE.value, "配合履职事项", "cooperative duties"),
    (Part.TAKEN_BACK.value, "上级部门收回事项", "taken back by higher departments"),
)
YES_NO: Final[Choices] = (("no", "否", "no"), ("yes", "是", "yes"))

_OF_POWERS: Final = (
    Fact(name="penalties", words=("处罚种类", "kinds of penalty"), ask=Ask.SEVERAL, choices=PENALTIES,
         natures=frozenset({Nature.PENALTY}), clause="penalty_kinds"),
    Fact(name="licence", words=("许可种类", "kind of licence"), ask=Ask.ONE, choices=LICENCES,
         natures=frozenset({Nature.LICENCE}), clause="licence_kinds"),
    Fact(name="measures", words=("强制措施种类", "kinds of measure"), ask=Ask.SEVERAL, choices=MEASURES,
         natures=frozenset({Nature.COMPULSION}), clause="compulsion_kinds"),
    Fact(name="means", words=("强制执行方式", "means of execution"), ask=Ask.SEVERAL, choices=MEANS,
         natures=frozenset({Nature.EXECUTION}), clause="execution_means"),
    Fact(name="payer", words=("向谁收费", "who pays"), ask=Ask.ONE, choices=PAYERS,
         natures=frozenset({Nature.FEE}), clause="fee_enterprise"),
    Fact(name="purpose", words=("处理目的", "purpose of processing"),
         natures=frozenset({Nature.COLLECT}), clause="personal_purpose"),
    Fact(name="items", words=("收集哪些信息", "what is collected"), ask=Ask.LINES,
         natures=frozenset({Nature.COLLECT}), clause="personal_least"),
)  # fmt: skip

FACTS: Final[Mapping[Listing, tuple[Fact, ...]]] = {
    Listing.MATTER: (
        Fact(name="filing_condition", words=("什么情况算", "when it counts"), ask=Ask.LINES),
        Fact(name="closing_condition", words=("怎样才算办好", "when it is settled"), ask=Ask.LINES),
        Fact(name="assist", words=("协助的职能", "who assists"), ask=Ask.FUNCTION, required=False),
    ),
    Listing.POWER: (),
    Listing.DUTY: _OF_POWERS,
    Listing.TOWNSHIP: (
        Fact(name="part", words=("哪一张清单", "which part"), ask=Ask.ONE, choices=PARTS),
        Fact(name="lead", words=("牵头的上级部门", "the higher department that leads"), ask=Ask.FUNCTION,
             when=("part", Part.COOPERATIVE.value)),
        *_OF_POWERS,
    ),
    Listing.DATA: (
        Fact(name="items", words=("数据项", "data items"), ask=Ask.LINES, clause="catalogue_items"),
        Fact(name="format", words=("数据格式", "format"), clause="catalogue_items"),
        Fact(name="frequency", words=("更新频率", "how often updated"), clause="catalogue_items"),
        Fact(name="grade", words=("分类分级", "class and grade"), clause="catalogue_items"),
        Fact(name="way", words=("共享方式", "how it is shared"), clause="catalogue_items"),
        Fact(name="sharing", words=("共享属性", "sharing class"), ask=Ask.ONE, choices=SHARING,
             clause="catalogue_classes"),
        Fact(name="scope", words=("共享范围", "shared with whom"), when=("sharing", "conditional"),
             clause="catalogue_conditions"),
        Fact(name="use", words=("使用用途", "for what use"), when=("sharing", "conditional"),
             clause="catalogue_conditions"),
        Fact(name="why_not", words=("不予共享的理由", "why it is not shared"), when=("sharing", "none"),
             clause="catalogue_not_shared"),
        Fact(name="not_shared_under", words=("不予共享的依据条款", "the clause that forbids sharing"),
             ask=Ask.CLAUSE, when=("sharing", "none"), clause="catalogue_not_shared"),
        Fact(name="personal", words=("含不含个人信息", "personal information in it"), ask=Ask.ONE,
             choices=YES_NO, clause="catalogue_assessed"),
        Fact(name="secrecy", words=("保密风险评估：日期和结论", "secrecy assessment: date and result"),
             clause="catalogue_assessed"),
        Fact(name="impact", words=("个人信息保护影响评估：日期和结论", "personal information impact assessment: date and result"),
             clause="catalogue_assessed"),
        Fact(name="approved", words=("部门负责人审核同意：日期", "approved by the head of the department: date"),
             clause="catalogue_assessed"),
        Fact(name="reviewed", words=("政务数据共享主管部门审核通过：日期", "reviewed by the data authority: date"),
             clause="catalogue_reviewed"),
    ),
    Listing.PURCHASE: (
        Fact(name="content", words=("买什么服务", "what is bought"), ask=Ask.LINES, clause="purchase_what"),
        Fact(name="budget", words=("列入哪一项预算", "in which budget"), clause="purchase_budget"),
        Fact(name="method", words=("采购方式", "method"), ask=Ask.ONE, choices=METHODS, clause="purchase_methods"),
        Fact(name="exercises", words=("承接方行使哪种职权", "what power the seller would exercise"), ask=Ask.ONE,
             choices=EXERCISES, clause="penalty_organ"),
    ),
    Listing.DELEGATION: (
        Fact(name="principal", words=("谁委托、协助谁", "on whose behalf"), ask=Ask.FUNCTION, clause="village_funding"),
        Fact(name="funding", words=("经费由谁承担", "who bears the cost"), clause="village_funding"),
        Fact(name="exercises", words=("受托方行使哪种职权", "what power the delegate exercises"), ask=Ask.ONE,
             choices=EXERCISES, natures=frozenset({Nature.ENTRUST}), clause="delegation_written"),
        Fact(name="document", words=("委托书编号", "number of the written delegation"),
             natures=frozenset({Nature.ENTRUST}), clause="delegation_written"),
        Fact(name="authority", words=("权限", "authority"), natures=frozenset({Nature.ENTRUST}),
             clause="delegation_terms"),
        Fact(name="published", words=("委托书在哪里公布", "where it is published"),
             natures=frozenset({Nature.ENTRUST}), clause="delegation_terms"),
        Fact(name="passed_on", words=("受托方能不能再委托", "may the delegate delegate again"), ask=Ask.ONE,
             choices=YES_NO, natures=frozenset({Nature.ENTRUST}), clause="delegation_no_further"),
    ),
    Listing.DISCRETION: (
        Fact(name="steps", words=("裁量阶次", "steps of the benchmark"), ask=Ask.LINES, clause="benchmark"),
        Fact(name="published", words=("在哪里公布", "where it is published"), clause="benchmark"),
    ),
}  # fmt: skip


def facts_of(listing: str) -> tuple[Fact, ...]:
    """一张清单的要素。 The facts of a list; none for a word that names no list."""
    return FACTS.get(Listing(listing), ()) if listing in set(Listing) else ()


def choice_words(choices: Choices, value: str) -> Words:
    """选项的叫法。 What a choice is called in both languages; the value itself when it is unknown."""
    return next(((zh, en) for key, zh, en in choices if key == value), (value, value))
