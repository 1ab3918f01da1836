"""限制权利的条款。 What a rule may not do alone: every article that cuts rights or adds duties executes a higher clause."""

from collections.abc import Mapping
from datetime import date

from tongxin.acts.terms import InvalidInput, Refused
from tongxin.law.models import Draft
from tongxin.law.queries.making_clauses import is_higher, ref_today
from tongxin.law.rules import ParsedText
from tongxin.law.rules.labels import clause_label
from tongxin.law.rules.making_days import Kind
from tongxin.law.rules.making_text import NONE_LIMITED, unconfirmed


def check_limits(*, kind: Kind, parsed: ParsedText, limits: Mapping[str, str], day: date) -> None:
    """核对限制权利的各条。 Whether a rule's draft says for each article what it executes. Raises InvalidInput naming the article.

    A regulation may itself set duties within the law (立法法 art. 82), so nothing is asked of it here.
    """
    known = {clause.key for clause in parsed.clauses}
    for key in limits:
        if key not in known:
            raise InvalidInput(
                f"limits_{key}", f"草案里没有{clause_label(key)}", f"the draft has no clause {key}"
            )
    if kind is Kind.REGULATION:
        return
    for one in unconfirmed(parsed, limits):
        raise InvalidInput(
            f"limits_{one.key}",
            f"{one.number}里有“{one.words[0]}”：请写它执行哪一条上位法，不减损权利也不增加义务的写“{NONE_LIMITED}”",
            f"{one.number} says {one.words[0]}: name the higher clause it executes, or {NONE_LIMITED} where it limits no right",
        )
    for key, ref in limits.items():
        if ref and not is_higher(ref=ref, day=day):
            raise InvalidInput(
                f"limits_{key}",
                f"{clause_label(key)}所称的条款不是现行有效的法律、行政法规或者地方性法规",
                f"what {key} names is not a law, an administrative regulation or a local regulation in force",
            )


def refuse_baseless(*, draft: Draft, day: date) -> None:
    """规章没有上位依据地限制权利的，不予公布。 Refuse a rule of which an article limits rights and executes no higher clause in force on
    a day. Raises Refused. 立法法 art. 93(6).
    """
    gone = [key for key, ref in draft.limits.items() if ref and not is_higher(ref=ref, day=day)]
    if gone:
        raise Refused(
            "no_higher_clause",
            f"{'、'.join(clause_label(key) for key in gone)}限制权利所依的上位法条款现在无效；没有上位法依据，规章不得减损权利、增加义务",
            f"the higher clause that {', '.join(gone)} executes is not in force; a rule alone may not cut rights or add duties",
            clause=ref_today(ref="law:cn/legislation-law#a93.p6", day=day),
            instead="提出草案修改稿，删去这些条款或者改依现行条款",
            instead_en="revise the draft: leave these articles out, or rest them on a clause in force",
        )
