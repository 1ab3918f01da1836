"""立法的规则：每个状态配每个行为，期限怎么数，草案的文字。 The rules of law-making, exhaustively; random walks; limits; words."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.law.rules.making import (
    DECIDING,
    ENACTED,
    ENDED,
    MOVES,
    ROLES,
    Kind,
    Purpose,
    Role,
    State,
    Tally,
    concerns,
    next_state,
    roles_of,
    verbs_from,
)
from tongxin.law.rules.making_days import (
    BY_NATIONAL_LAW,
    MakingLimit,
    Span,
    Watch,
    corresponding_day,
    earliest_close,
    months_left,
    next_watch,
    span_end,
    sunset_of,
    sunset_warnings,
    watch_days,
)
from tongxin.law.rules.making_needs import (
    Asked,
    closes_too_early,
    hindrance,
    notice_too_short,
    takes_effect_too_early,
)
from tongxin.law.rules.making_progress import Progress, StepFacts, progress
from tongxin.law.rules.making_text import candidates, kept_text, named_clause, read_draft

S, K = State, Kind
VERBS = sorted(ROLES)
START = date(2026, 1, 5)
MONTH = timedelta(days=31)

# The table written a second time, by hand: what can be done in each state, and where it leads.
REGULATION = {
    S.PROPOSED: {"plan_law": S.PLANNED, "withdraw_bill": S.WITHDRAWN},
    S.PLANNED: {"draft_law": S.DRAFTING, "withdraw_bill": S.WITHDRAWN},
    S.DRAFTING: {"draft_law": S.DRAFTING, "submit_law": S.SUBMITTED, "withdraw_bill": S.WITHDRAWN},
    S.SUBMITTED: {"read_law": S.READING, "withdraw_bill": S.WITHDRAWN},
    S.READING: {
        **dict.fromkeys(
            (
                "read_law", "revise_draft", "assess_draft", "announce_hearing", "hold_hearing", "publish_draft",
                "withhold_draft", "comment_draft", "answer_comment", "report_comments",
            ),
            S.READING,
        ),
        "vote_law": S.PASSED,
        "shelve_law": S.SHELVED,
        "withdraw_bill": S.WITHDRAWN,
    },
    S.SHELVED: {
        **dict.fromkeys(("revise_draft", "comment_draft", "answer_comment", "report_comments"), S.SHELVED),
        "read_law": S.READING,
        "lapse_bill": S.LAPSED,
        "withdraw_bill": S.WITHDRAWN,
    },
    S.PASSED: {"send_for_approval": S.APPROVING},
    S.APPROVING: {"record_approval": S.APPROVED, "record_return": S.RETURNED, "withdraw_bill": S.WITHDRAWN},
    S.RETURNED: {"read_law": S.READING, "revise_draft": S.RETURNED, "withdraw_bill": S.WITHDRAWN},
    S.APPROVED: {"publish_law": S.PUBLISHED},
    S.PUBLISHED: {"file_law": S.FILED},
    S.FILED: {"report_implementation": S.REPORTED},
}  # fmt: skip
_PUBLIC = ("announce_hearing", "hold_hearing", "publish_draft", "withhold_draft", "comment_draft", "answer_comment",
           "report_comments")  # fmt: skip
RULE = {
    S.PROPOSED: {"plan_law": S.PLANNED, "withdraw_bill": S.WITHDRAWN},
    S.PLANNED: {"draft_law": S.DRAFTING, "withdraw_bill": S.WITHDRAWN},
    S.DRAFTING: {
        **dict.fromkeys(("draft_law", *_PUBLIC), S.DRAFTING),
        "submit_law": S.SUBMITTED,
        "withdraw_bill": S.WITHDRAWN,
    },
    S.SUBMITTED: {
        **dict.fromkeys(("revise_draft", "assess_draft", *_PUBLIC), S.SUBMITTED),
        "examine_draft": S.EXAMINED,
        "withdraw_bill": S.WITHDRAWN,
    },
    S.EXAMINED: {
        **dict.fromkeys(("revise_draft", "assess_draft", "announce_hearing", "hold_hearing"), S.EXAMINED),
        "decide_rule": S.DECIDED,
        "withdraw_bill": S.WITHDRAWN,
    },
    S.DECIDED: {"revise_draft": S.DECIDED, "publish_law": S.PUBLISHED},
    S.PUBLISHED: {"file_law": S.FILED},
}
BY_HAND = {K.REGULATION: REGULATION, K.RULE: RULE}


# ---- The table ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_leads_from_each_state_where_the_law_says_or_nowhere(
    kind: Kind, state: State, verb: str
) -> None:
    assert next_state(kind, state, verb) == BY_HAND[kind].get(state, {}).get(verb)


@pytest.mark.parametrize("kind", list(Kind))
def test_what_has_ended_goes_no_further(kind: Kind) -> None:
    assert not [verb for state in ENDED for verb in verbs_from(kind, state)]


def test_a_decision_against_leads_elsewhere_and_only_decisions_can_be_against() -> None:
    assert next_state(K.REGULATION, S.READING, "vote_law", passed=False) is S.REJECTED
    assert next_state(K.RULE, S.SUBMITTED, "examine_draft", passed=False) is S.DRAFTING
    assert next_state(K.RULE, S.EXAMINED, "decide_rule", passed=False) is S.EXAMINED
    others = [(k, s, v) for k, s, v in MOVES if v not in DECIDING]
    assert all(next_state(k, s, v, passed=False) is next_state(k, s, v) for k, s, v in others)


def test_every_verb_of_the_table_has_somebody_who_does_it() -> None:
    assert {verb for _kind, _state, verb in MOVES} | {"propose_law"} == set(ROLES)


def test_the_department_that_drafts_a_regulation_does_not_make_it_public_and_that_of_a_rule_does() -> None:
    assert roles_of(K.REGULATION, "publish_draft") == {Role.STEERING}
    assert roles_of(K.RULE, "publish_draft") == {Role.STEERING, Role.DRAFTING}
    assert roles_of(K.REGULATION, "draft_law") == {Role.STEERING, Role.DRAFTING}
    assert roles_of(K.RULE, "examine_draft") == {Role.STEERING}
    assert roles_of(K.RULE, "sell_law") == frozenset()


@pytest.mark.parametrize(
    ("ref", "kinds"),
    [
        ("law:cn/legislation-law@2023-03-13#a87.p1", {K.REGULATION}),
        ("law:cn/legislation-law@2023-03-13#a93.p5", {K.RULE}),
        ("law:cn/legislation-law@2023-03-13#a109.p1.i2", set(Kind)),
        ("law:cn/legislation-law@2023-03-13#a6.p2", set(Kind)),
        ("law:cn/rules-formulation-procedure@2017-12-22#a19.p1", {K.RULE}),
        ("law:cn/local-organic-law@2022-03-11#a51.p4", {K.REGULATION}),
        ("law:cn/personal-information-protection@2021-08-20#a34.p1", set(Kind)),
    ],
)
def test_of_a_power_for_both_kinds_each_shows_the_clauses_that_speak_of_it(
    ref: str, kinds: set[Kind]
) -> None:
    assert {kind for kind in Kind if concerns(kind, ref)} == kinds


# ---- Random walks ---------------------------------------------------------------------------------------------------

LIMITS = {watch: limit for (kind, watch), limit in BY_NATIONAL_LAW.items() if kind is K.REGULATION}


def _facts(verb: str, day: date, now: Progress, passed: bool, major: bool) -> dict[str, Any]:
    """What an operation would write beside a step."""
    return {
        "draft_law": {"draft": now.draft + 1, "major": major},
        "revise_draft": {"draft": now.draft + 1, "major": major},
        "read_law": {"major": major},
        "publish_draft": {"draft": now.draft, "closes": (day + MONTH).isoformat()},
        "announce_hearing": {"on": (day + MONTH).isoformat()},
        "vote_law": {"passed": passed},
        "decide_rule": {"passed": passed},
        "publish_law": {"in_force_from": (day + 2 * MONTH).isoformat()},
    }.get(verb, {})


class Walk:
    """A project that is pushed about at random, and goes only where the rules let it."""

    def __init__(self, kind: Kind, purpose: Purpose) -> None:
        self.steps = [StepFacts(verb="propose_law", day=START, to_state=S.PROPOSED)]
        self.kind, self.purpose, self.day = kind, purpose, START

    @property
    def now(self) -> Progress:
        return progress(kind=self.kind, purpose=self.purpose, steps=self.steps)

    def push(self, verb: str, *, days: int, passed: bool, major: bool, unanswered: int) -> bool:
        now, day = self.now, self.day + timedelta(days=days)
        target = next_state(self.kind, now.state, verb, passed=passed)
        if target is None:
            return False
        asked = Asked(verb=verb, day=day, limits=LIMITS, unanswered=unanswered, passed=passed)
        if hindrance(now, asked) is not None:
            return False
        facts = _facts(verb, day, now, passed, major)
        self.steps.append(StepFacts(verb=verb, day=day, to_state=target, facts=facts))
        self.day = day
        return True

    def last(self, *verbs: str) -> int:
        """Where in the walk one of these verbs was done last; -1 for never."""
        return max((i for i, step in enumerate(self.steps) if step.verb in verbs), default=-1)


PUSH = st.tuples(
    st.sampled_from(VERBS), st.integers(0, 40), st.booleans(), st.integers(0, 9).map(lambda n: n == 0), st.sampled_from([0, 0, 0, 2])
)  # fmt: skip


def _onward(walk: Walk, seed: list[int]) -> None:
    """Push towards publication, so that walks get far: of the verbs possible one is chosen by the seed."""
    for number in seed:
        verbs = [v for v in verbs_from(walk.kind, walk.now.state) if v not in {"withdraw_bill", "lapse_bill"}]
        if not verbs:
            return
        walk.push(
            verbs[number % len(verbs)], days=number % 41, passed=number % 5 > 0, major=number % 11 == 0, unanswered=0
        )  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    kind=st.sampled_from(Kind),
    purpose=st.sampled_from(Purpose),
    pushes=st.lists(PUSH, max_size=30),
    seed=st.lists(st.integers(0, 10_000), max_size=120),
)
def test_no_walk_ends_in_publication_without_the_vote_and_the_approval(
    kind: Kind, purpose: Purpose, pushes: list[tuple[str, int, bool, bool, int]], seed: list[int]
) -> None:
    walk = Walk(kind, purpose)
    for verb, days, passed, major, open_comments in pushes:
        walk.push(verb, days=days, passed=passed, major=major, unanswered=open_comments)
    _onward(walk, seed)
    days = [step.day for step in walk.steps]
    assert days == sorted(days)
    if walk.now.state not in ENACTED:
        return
    published, decided = walk.last("publish_law"), walk.last("vote_law", "decide_rule")
    assert walk.steps[decided].facts["passed"]
    assert decided < published
    assert walk.now.final_draft > 0
    if purpose is not Purpose.INTERPRET:
        assert walk.now.settled
        assert walk.last("report_comments", "withhold_draft") < decided
    if any(step.facts.get("major") for step in walk.steps[:decided]):
        assert -1 < walk.last("hold_hearing") < decided
    if kind is K.REGULATION:
        sent, approved = walk.last("send_for_approval"), walk.last("record_approval")
        assert walk.last("read_law") < decided < sent < approved < published
        assert walk.last("revise_draft") < decided, "what was voted on is what is published"
        assert sum(step.verb == "read_law" for step in walk.steps[:decided]) >= 3
    else:
        assert walk.last("examine_draft") < decided


def test_walks_do_get_as_far_as_publication() -> None:
    """The walk above would prove nothing if none of them ever arrived."""
    far = set()
    for first in range(300):
        walk = Walk(K.RULE if first % 2 else K.REGULATION, Purpose.ENACT)
        _onward(walk, [(first * 7919 + step * 104_729) % 10_007 for step in range(200)])
        far.add((walk.kind, walk.now.state))
    assert {(K.RULE, S.FILED), (K.REGULATION, S.REPORTED)} <= far


# ---- What must be so before a step ----------------------------------------------------------------------------------

READING = Progress(
    kind=K.REGULATION, purpose=Purpose.ENACT, state=S.READING, readings=3, draft=1, last_day=START
)


def _why(now: Progress, verb: str, day: date = START, **more: Any) -> str | None:
    found = hindrance(now, Asked(verb=verb, day=day, limits=LIMITS, **more))
    return found.code if found else None


def test_a_step_does_not_lie_before_the_one_before_it() -> None:
    assert _why(READING, "assess_draft", START - timedelta(days=1)) == "before_last_step"
    assert _why(READING, "assess_draft", START) is None


def test_a_bill_that_was_never_made_public_is_not_voted_on() -> None:
    assert _why(READING, "vote_law") == "not_public"
    assert _why(replace(READING, settled=True), "vote_law") is None
    assert _why(replace(READING, purpose=Purpose.INTERPRET), "vote_law") is None


def test_a_bill_that_shifts_interests_greatly_is_heard_before_the_vote() -> None:
    heavy = replace(READING, settled=True, hearing_needed=True)
    assert _why(heavy, "vote_law") == "not_heard"
    assert _why(replace(heavy, heard=True), "vote_law") is None


def test_fewer_readings_than_usual_need_a_reason() -> None:
    once = replace(READING, settled=True, readings=1)
    assert _why(once, "vote_law") == "too_few_readings"
    assert _why(once, "vote_law", explained=True) is None
    by_city = {Watch.READINGS: MakingLimit(number=1, unit=Span.TIMES, clause="law:a/b@2020-01-01#a1")}
    assert hindrance(once, Asked(verb="vote_law", day=START, limits=by_city)) is None
    assert hindrance(once, Asked(verb="vote_law", day=START)) is None, (
        "no limit without a clause that says so"
    )


def test_a_rule_goes_to_be_examined_only_after_it_was_public() -> None:
    drafting = replace(READING, kind=K.RULE, state=S.DRAFTING)
    assert _why(drafting, "submit_law") == "not_public"
    assert _why(replace(drafting, settled=True), "submit_law") is None
    assert _why(replace(READING, state=S.DRAFTING), "submit_law") is None, "a regulation is made public later"


def test_an_examination_passes_only_what_was_public_and_may_always_send_back() -> None:
    reopened = replace(READING, kind=K.RULE, state=S.SUBMITTED, settled=False, opened=START)
    assert _why(reopened, "examine_draft") == "not_public"
    assert _why(reopened, "examine_draft", passed=False) is None


def test_comments_are_taken_through_the_last_day_and_not_after() -> None:
    shown = replace(READING, opened=START, closes=START + timedelta(days=30), shown=1)
    assert _why(shown, "comment_draft", START + timedelta(days=30)) is None
    assert _why(shown, "comment_draft", START + timedelta(days=31)) == "comments_closed"
    assert _why(READING, "comment_draft") == "comments_closed"


def test_the_report_waits_for_the_end_of_the_period_and_for_the_last_answer() -> None:
    shown = replace(READING, opened=START, closes=START + timedelta(days=30), shown=1)
    assert _why(shown, "report_comments", START + timedelta(days=30)) == "still_open"
    after = START + timedelta(days=31)
    assert _why(shown, "report_comments", after, unanswered=2) == "unanswered"
    assert _why(shown, "report_comments", after) is None
    assert _why(replace(shown, settled=True), "report_comments", after) == "nothing_to_report"
    assert _why(READING, "report_comments") == "nothing_to_report"


def test_a_draft_is_not_made_public_twice_at_once_nor_before_the_last_report() -> None:
    shown = replace(READING, opened=START, closes=START + timedelta(days=30), shown=1)
    assert _why(shown, "publish_draft") == "already_open"
    assert _why(shown, "withhold_draft", START + MONTH) == "comments_unreported"
    assert _why(replace(shown, settled=True), "publish_draft", START + MONTH) is None


def test_a_hearing_is_held_when_it_was_announced_for() -> None:
    assert _why(READING, "hold_hearing") == "not_announced"
    called = replace(READING, announced=START, hearing_on=START + MONTH)
    assert _why(called, "hold_hearing", START) == "not_yet"
    assert _why(called, "hold_hearing", START + MONTH) is None


def test_consideration_ends_when_two_years_are_full() -> None:
    shelved = replace(READING, state=S.SHELVED, shelved=date(2024, 2, 29), last_day=date(2024, 2, 29))
    assert _why(shelved, "lapse_bill", date(2026, 2, 27)) == "not_two_years"
    assert _why(shelved, "lapse_bill", date(2026, 2, 28)) is None
    assert _why(replace(shelved, shelved=None), "lapse_bill", date(2026, 3, 1)) == "not_shelved"


def test_a_comment_period_is_thirty_days_at_least() -> None:
    limit = BY_NATIONAL_LAW[K.RULE, Watch.COMMENTS]
    assert closes_too_early(opened=START, closes=START + timedelta(days=29), limit=limit) is not None
    assert closes_too_early(opened=START, closes=START + timedelta(days=30), limit=limit) is None
    assert closes_too_early(opened=START, closes=START, limit=None) is None
    assert earliest_close(date(2026, 1, 31), limit) == date(2026, 3, 2)


def test_a_hearing_is_announced_early_enough() -> None:
    limit = BY_NATIONAL_LAW[K.RULE, Watch.NOTICE]
    found = notice_too_short(announced=START, on=START + timedelta(days=29), limit=limit)
    assert found is not None and found.clause == limit.clause
    assert notice_too_short(announced=START, on=START + timedelta(days=30), limit=limit) is None
    assert notice_too_short(announced=START, on=START, limit=None) is None


def test_law_does_not_reach_back_and_a_rule_waits_thirty_days_or_says_why_not() -> None:
    limit = BY_NATIONAL_LAW[K.RULE, Watch.LEAD_TIME]

    def code(kind: Kind, days: int, *, explained: bool = False) -> str | None:
        found = takes_effect_too_early(
            kind=kind, published=START, begins=START + timedelta(days=days), limit=limit, explained=explained
        )  # fmt: skip
        return found.code if found else None

    assert code(K.REGULATION, -1) == code(K.RULE, -1, explained=True) == "reaches_back"
    assert code(K.REGULATION, 0) is None
    assert (code(K.RULE, 30), code(K.RULE, 31)) == ("too_early", None)
    assert code(K.RULE, 0, explained=True) is None


@pytest.mark.parametrize(
    ("tally", "carried", "sound"),
    [
        ((41, 21, 10, 5), True, True),
        ((41, 20, 0, 1), False, True),
        ((40, 20, 0, 20), False, True),  # half is not more than half
        ((41, 20, 0, 0), False, False),  # fewer than half were there
        ((41, 40, 2, 0), True, False),  # more votes than members
        ((41, 30, -1, 0), True, False),
        ((0, 0, 0, 0), False, False),
    ],
)
def test_a_vote_is_carried_by_more_than_half_of_all_members(
    tally: tuple[int, int, int, int], carried: bool, sound: bool
) -> None:
    members, in_favour, against, abstained = tally
    counted = Tally(members=members, in_favour=in_favour, against=against, abstained=abstained)
    assert (counted.carried, counted.sound) == (carried, sound)


# ---- Days -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (date(2024, 3, 1), date(2026, 3, 1)),
        (date(2024, 2, 29), date(2026, 3, 1)),  # two full years, the last of them ends with February
        (date(2022, 2, 28), date(2024, 2, 28)),
        (date(2024, 12, 31), date(2026, 12, 31)),
        (date(2026, 1, 1), date(2028, 1, 1)),
    ],
)
def test_a_rule_that_stands_in_is_no_basis_after_two_full_years(begins: date, ends: date) -> None:
    assert sunset_of(begins) == ends


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_a_sunset_never_comes_before_two_full_years_nor_a_day_after(begins: date) -> None:
    years = sunset_of(begins) - begins
    assert timedelta(days=730) <= years <= timedelta(days=731)
    leaps = sum((begins + timedelta(days=n)).strftime("%m%d") == "0229" for n in range(years.days))
    assert years.days == 730 + leaps


def test_warnings_come_twelve_six_and_one_month_before_also_at_the_ends_of_months() -> None:
    assert sunset_warnings(date(2026, 3, 31)) == (
        (12, date(2025, 3, 31)),
        (6, date(2025, 9, 30)),
        (1, date(2026, 2, 28)),
    )


@given(st.dates(date(2001, 1, 1), date(2090, 1, 1)), st.integers(-24, 24))
def test_the_corresponding_day_has_the_same_number_or_is_the_last_of_its_month(
    day: date, months: int
) -> None:
    found = corresponding_day(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day == day.day or (found.day < day.day and (found + timedelta(days=1)).day == 1)


def test_spans_are_counted_from_the_day_after() -> None:
    assert span_end(date(2026, 10, 31), BY_NATIONAL_LAW[K.REGULATION, Watch.APPROVAL]) == date(2027, 2, 28)
    assert span_end(START, BY_NATIONAL_LAW[K.REGULATION, Watch.FILING]) == START + timedelta(days=30)
    with pytest.raises(ValueError, match="no span"):
        span_end(START, BY_NATIONAL_LAW[K.REGULATION, Watch.READINGS])


def test_a_limit_is_told_of_when_it_has_passed_and_a_sunset_long_before() -> None:
    due = date(2026, 2, 28)
    assert watch_days(Watch.FILING, due) == (date(2026, 3, 1),)
    assert next_watch(Watch.FILING, due, after=date(2026, 3, 1)) is None
    days = watch_days(Watch.SUNSET, due)
    assert days == (date(2025, 3, 1), date(2025, 9, 1), date(2026, 2, 1), date(2026, 3, 1))
    assert [months_left(Watch.SUNSET, due, day=day) for day in days] == [12, 6, 1, 0]
    assert next_watch(Watch.SUNSET, due) == days[0]
    assert next_watch(Watch.SUNSET, due, after=date(2025, 10, 1)) == days[2], (
        "what was missed is not told of late"
    )
    assert months_left(Watch.FILING, due, day=date(2026, 3, 1)) == 0


# ---- Words ----------------------------------------------------------------------------------------------------------

TEXT = """第一条 为了规范停车，制定本办法。
第二条 停车人应当按照标识停放车辆，不得占用消防通道。
第三条 违反本办法第二条规定的，处以五十元罚款。
第四条 本办法自2027年1月1日起施行。"""


def test_articles_that_may_limit_rights_are_pointed_out_for_a_person_to_judge() -> None:
    found = candidates(read_draft(kept_text(title="某市停车办法", text=TEXT)))
    assert [(one.key, one.number) for one in found] == [("a2", "第二条"), ("a3", "第三条")]
    assert "不得" in found[0].words and "罚款" in found[1].words


def test_a_text_is_kept_under_its_title_once() -> None:
    kept = kept_text(title="某市停车办法", text=f"\r\n{TEXT}\r\n")
    assert kept.startswith("# 某市停车办法\n\n第一条") and "\r" not in kept
    assert kept_text(title="别的题名", text=kept) == kept
    assert read_draft(kept).title == "某市停车办法"


@pytest.mark.parametrize(
    ("written", "title", "clause"),
    [
        ("《中华人民共和国道路交通安全法》第五十六条第一款", "中华人民共和国道路交通安全法", "a56.p1"),
        ("《行政处罚法》第二十条", "行政处罚法", "a20"),
        ("《立法法》第九十三条第二款第（一）项", "立法法", "a93.p2.i1"),
        ("《立法法》第93条第2款第1项", "立法法", "a93.p2.i1"),
        ("《某条例》第十条之一", "某条例", "a10-1"),
        ("《某条例》第三条（二）项", "某条例", "a3.p1.i2"),
    ],
)
def test_a_higher_clause_is_read_as_it_is_usually_written(written: str, title: str, clause: str) -> None:
    named = named_clause(written)
    assert named is not None and (named.title, named.clause) == (title, clause)


@pytest.mark.parametrize(
    "written", ["", "无", "行政处罚法第二十条", "《行政处罚法》", "《行政处罚法》第条", "《法》第一百一条"]
)
def test_what_names_no_clause_is_not_guessed_at(written: str) -> None:
    assert named_clause(written) is None
