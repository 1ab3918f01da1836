"""期限、职权、分派例外的检查。 Checks of limits, powers and routing exceptions."""

from collections.abc import Iterator
from typing import Final

from tongxin.law.terms import LONGEST, Stage, Unit
from tongxin.web.pack.checks.common import twice
from tongxin.web.pack.checks.facts import Facts
from tongxin.web.pack.checks.routes import Routes
from tongxin.web.pack.columns import MATTERS, POWERS
from tongxin.web.pack.faults import Fault
from tongxin.web.pack.rows import LimitRow, RoutingRow

ANY_MATTER: Final = "*"
# The words of cases.terms.Channel; a test holds the two equal.
CHANNELS: Final = frozenset({"web", "hotline", "field", "api", "open311", "feed", "replay"})
_UNITS: Final = frozenset(Unit)
_STAGES: Final = frozenset(Stage)
# The limit for bringing a list up to date may be set for one kind of list.
_LISTS: Final = frozenset(
    f"list:{kind}" for kind in ("matter", "duty", "township", "data", "purchase", "delegation", "discretion")
)


def check_limits(facts: Facts) -> Iterator[Fault]:
    """期限：单位、环节、数、事项、条款齐备，且不重复。 Limits: unit, stage, number, matter and clause are sound; none twice."""
    yield from twice(
        facts.pack.limits,
        lambda row: (row.matter, row.stage, row.step),
        code="duplicate",
        what_zh="期限",
        what_en="the limit",
    )
    for row in facts.pack.limits:
        yield from _unit_and_stage(row)
        yield from _number(row)
        of_a_list = row.stage == Stage.UPDATE and row.matter in _LISTS
        if row.matter != ANY_MATTER and not of_a_list and not _knows_matter(facts, row.matter):
            yield row.fault(
                "unknown_matter", f"未知的事项或类别“{row.matter}”", f"unknown matter '{row.matter}'"
            )
        if row.clause is None:
            yield row.fault("limit_without_clause", "期限没有条款依据", "a limit without a clause")


def _unit_and_stage(row: LimitRow) -> Iterator[Fault]:
    """单位与环节。 A limit must have a unit, of the four; and a stage that limits can bind."""
    if not row.unit:
        yield row.fault("limit_without_unit", "期限没有单位", "a limit without a unit")
    elif row.unit not in _UNITS:
        yield row.fault("bad_unit", f"未知的期限单位“{row.unit}”", f"unknown unit '{row.unit}'")
    if row.stage not in _STAGES:
        yield row.fault("bad_stage", f"未知的环节“{row.stage}”", f"unknown stage '{row.stage}'")


def _number(row: LimitRow) -> Iterator[Fault]:
    """数为正、不过长；按日计的为整数。 The number is positive and not absurd; days are whole."""
    if row.number <= 0:
        yield row.fault(
            "limit_not_positive", f"期限 {row.number} 不是正数", f"limit {row.number} is not positive"
        )
    elif row.number > LONGEST:
        yield row.fault("limit_too_long", f"期限 {row.number} 过长", f"limit {row.number} is absurdly long")
    elif row.unit in _UNITS and Unit(row.unit).in_days and row.number % 1:
        yield row.fault(
            "limit_not_whole", f"按日的期限 {row.number} 须为整数", f"{row.number} days is not whole"
        )


def check_powers(facts: Facts) -> Iterator[Fault]:
    """职权：每个行为恰有一行，且有条款。 Powers: each verb of the platform has one row, and each row a clause."""
    yield from twice(
        facts.pack.powers, lambda row: row.verb, code="duplicate", what_zh="行为", what_en="the verb"
    )
    for row in facts.pack.powers:
        if row.verb not in facts.verbs:
            yield row.fault("unknown_verb", f"未知的行为“{row.verb}”", f"unknown verb '{row.verb}'")
        if not row.clauses:
            yield row.fault(
                "power_without_clause", f"“{row.verb}”没有条款依据", f"'{row.verb}' has no clause"
            )
        if len(set(row.clauses)) != len(row.clauses):
            yield row.fault("clause_twice", "同一条款列了两次", "a clause is named twice")
    if facts.pack.losses.whole(POWERS.file):
        for verb in sorted(facts.verbs - {row.verb for row in facts.pack.powers}):
            zh, en = f"缺少行为“{verb}”", f"verb '{verb}' is missing"
            yield Fault(POWERS.file, 1, "missing_verb", zh, en)


def check_routing(facts: Facts) -> Iterator[Fault]:
    """分派例外：事项、渠道、地点、时段、主办。 Routing exceptions: matter, channel, place, hours and lead are sound."""
    yield from twice(
        facts.pack.routing,
        lambda row: (row.matter, row.channel, row.place, row.hour_from, row.hour_to),
        code="duplicate",
        what_zh="分派例外",
        what_en="the exception",
    )
    routes = Routes(facts)
    root = facts.pack.city.root
    for row in facts.pack.routing:
        if row.matter and not _knows_matter(facts, row.matter):
            yield row.fault(
                "unknown_matter", f"未知的事项或类别“{row.matter}”", f"unknown matter '{row.matter}'"
            )
        if row.channel and row.channel not in CHANNELS:
            yield row.fault(
                "unknown_channel", f"未知的渠道“{row.channel}”", f"unknown channel '{row.channel}'"
            )
        if row.place and not facts.knows_place(row.place):
            yield row.fault("unknown_place", f"未知的地点“{row.place}”", f"unknown place '{row.place}'")
        yield from _hours(row)
        under = row.place if row.place in facts.places else root
        for why in routes.wrong_lead(row.lead, under=under):
            yield row.fault(*why)


def _hours(row: RoutingRow) -> Iterator[Fault]:
    """时段起止齐备且不倒置；跨零点写两行。 Both hours or neither, not reversed; across midnight takes two rows."""
    if (row.hour_from is None) != (row.hour_to is None):
        yield row.fault("hours_incomplete", "时段只有一端", "only one end of the hours is given")
    elif row.hour_from is not None and row.hour_to is not None and row.hour_from >= row.hour_to:
        zh, en = (
            f"时段 {row.hour_from}–{row.hour_to} 倒置",
            f"hours {row.hour_from}-{row.hour_to} are reversed",
        )
        yield row.fault("hours_reversed", zh, en)


def _knows_matter(facts: Facts, word: str) -> bool:
    return word in facts.matter_words or not facts.pack.losses.whole(MATTERS.file)
