"""现在能做什么。 What an office can do with a case now, and why it cannot do the rest. The gate asks it all again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from tongxin.acts.registry import REGISTRY
from tongxin.acts.terms import By, Refused, Standing
from tongxin.cases import rules
from tongxin.cases.forms.acts import ACTS
from tongxin.cases.models import Clock
from tongxin.cases.queries import CaseFile
from tongxin.cases.terms import STATE_LABELS, Role, State
from tongxin.law.terms import Stage
from tongxin.places.terms import CityFacts

MAIN: Final = 3  # buttons; the rest is folded
CHANGEABLE: Final = frozenset({Stage.HANDLE.value, Stage.ASSIST.value})
HANDLING: Final = frozenset(
    {"accept_case", "settle_case", "settle_part"}
)  # those who did one of these do not check
KEYS: Final[Mapping[str, str]] = {
    "accept_case": "a",
    "settle_case": "s",
    "settle_part": "s",
    "check_case": "c",
    "return_case": "r",
    "dispatch_case": "d",
    "rule_case": "u",
    "note_case": "n",
}
# Verbs that stand among the buttons of the page, the ones that move the case on first, the grave ones last.
FIRST: Final = (
    "accept_case",
    "decide_clock_change",
    "settle_part",
    "settle_step",
    "settle_case",
    "check_case",
    "rule_case",
    "dispatch_case",
    "unhang_case",
    "resume_clock",
    "ask_assistance",
    "close_case",
    "return_case",
    "note_case",
)
EXPLAINED: Final = frozenset({"parts_open", "same_person", "ruled", "too_late"})
Reason = Refused | None


def offers(file: CaseFile, standing: Standing, person: str, city: CityFacts, at: datetime) -> list[str]:
    """能做的行为。 The verbs an office can do with a case now, in the order in which they are offered."""
    state = State(file.case.state)
    able = [
        verb
        for verb in ACTS
        if standing.post in REGISTRY[verb].by
        and _moves(verb, state)
        and why_not(verb, file, standing, person, city, at) is None
    ]
    return sorted(able, key=lambda verb: (verb not in FIRST, FIRST.index(verb) if verb in FIRST else 0))


def main_offers(able: list[str]) -> tuple[list[str], list[str]]:
    """按钮与其余。 At most three for buttons, the grave ones last; and the rest."""
    main = [verb for verb in able if verb in FIRST][:MAIN]
    rest = [verb for verb in able if verb not in main]
    return sorted(main, key=lambda verb: ACTS[verb].grave), rest


def held_up(
    file: CaseFile, standing: Standing, person: str, city: CityFacts, at: datetime
) -> list[tuple[str, Refused]]:
    """卡在哪里。 What this office could do but for one thing, and that thing: so that nobody has to guess."""
    reasons = ((verb, why_not(verb, file, standing, person, city, at)) for verb in ACTS)
    return [(verb, reason) for verb, reason in reasons if reason is not None and reason.code in EXPLAINED]


def why_not(
    verb: str, file: CaseFile, standing: Standing | None, person: str, city: CityFacts, at: datetime
) -> Reason:
    """为什么不能。 Why an office cannot do this now, as the gate would say it; None when it can be tried."""
    declared = REGISTRY[verb]
    if standing is None or standing.post not in declared.by:
        posts = "、".join(sorted(by.value for by in declared.posts))
        return Refused(
            "wrong_post",
            f"您的岗位不能“{declared.title}”",
            f"your post cannot: {declared.title_en}",
            who_could=posts,
        )
    return _wrong_state(verb, file) or RULES[verb](file, standing, person, city) or _too_late(verb, file, at)


def _moves(verb: str, state: State) -> bool:
    """这个状态下有没有这一步。 Whether an act can be done in a state at all."""
    return verb == "propose_list_change" or rules.next_state(state, verb) is not None


def _wrong_state(verb: str, file: CaseFile) -> Reason:
    state = State(file.case.state)
    if _moves(verb, state):
        return None
    return Refused(
        "wrong_state",
        f"这件事现在是“{_plain(state)}”，这一步不能做",
        f"the case is now “{state.value}”; this cannot be done at this point",
    )


def _plain(state: State) -> str:
    return str(STATE_LABELS[state])


def _too_late(verb: str, file: CaseFile, at: datetime) -> Reason:
    if verb != "return_case":
        return None
    if file.case.ruled:
        return Refused(
            "ruled",
            "牵头机构已经裁定由贵单位承办，不能再退回",
            "the lead body has ruled; this cannot be returned again",
            instead="请受理；需要别的单位出力的，可以商请协办",
            instead_en="accept it; others can be asked to assist",
        )
    late = [
        c
        for c in file.clocks
        if c.stage == Stage.RETURN.value
        and c.organ == file.case.organ
        and c.ended_at is None
        and c.due_at < at
    ]
    if not late:
        return None
    return Refused(
        "too_late",
        "退回期限已过",
        "the limit for a return has passed",
        instead="请受理后商请协办",
        instead_en="accept it, then ask others to assist",
    )


# ---- Whose turn it is -----------------------------------------------------------------------------------------------


def open_parts(file: CaseFile) -> frozenset[str]:
    """还在协办的机构。 Organs whose assisting part is still open."""
    return frozenset(
        p.organ
        for p in file.parts
        if p.role == Role.ASSIST.value and p.ended_at is None and p.settled_at is None
    )


def concerned(file: CaseFile, city: CityFacts) -> frozenset[str]:
    """有关的机构。 Organs that have to do with a case: those with a part, the one that has it, desk and lead body."""
    return frozenset(
        {*(p.organ for p in file.parts if p.ended_at is None), file.case.organ, city.desk, city.lead_body}
    )


def _organ_in(allowed: frozenset[str], standing: Standing) -> Reason:
    if standing.organ in allowed:
        return None
    return Refused(
        "other_organ",
        "这件事现在不在您的单位",
        "this matter is not with your organ now",
        who_could="、".join(sorted(allowed)),
    )


def _holder(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    del person, city
    return _organ_in(frozenset({file.case.organ}), standing)


def _settling(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    waiting = open_parts(file)
    return _holder(file, standing, person, city) or (
        Refused(
            "parts_open",
            "协办部分还没有办结",
            "assisting parts are still open",
            who_could="、".join(sorted(waiting)),
            instead="请等协办单位办结，或者催办",
            instead_en="wait for the assisting organs, or press them",
        )
        if waiting
        else None
    )


def _assisting(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    del person, city
    return _organ_in(open_parts(file), standing)


def steps_running(file: CaseFile) -> list[Clock]:
    """还没办完的步骤。 The clocks of steps of a staged limit that still run."""
    return [c for c in file.clocks if c.stage == Stage.HANDLE.value and c.step and c.ended_at is None]


def _stepping(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    none = (
        None
        if steps_running(file)
        else Refused("no_step", "没有分步的期限在走", "no step of a staged limit runs")
    )
    return none or _holder(file, standing, person, city)


def _checking(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    done_by = {step.facts.get("by") for step in file.steps if step.verb in HANDLING}
    if person in done_by:
        return Refused(
            "same_person",
            "这一步须由另一个人来做",
            "this step is for another person than the one before",
            instead="请同单位的另一位工作人员办理",
            instead_en="ask a colleague to do it",
        )
    return _organ_in(frozenset({file.case.organ, city.desk}), standing)


def _in_area(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    del person, city
    if standing.place in file.case.path:
        return None
    return Refused("other_place", "这个地点不在您单位的辖区", "this place is outside your organ's area")


def _concerned(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    del person
    return _organ_in(concerned(file, city), standing)


def _photographing(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    if file.case.person_help:
        return Refused(
            "person_help", "这是对人的帮助，不拍照", "this is an offer of help to a person: no photo"
        )
    return _concerned(file, standing, person, city)


def _changing(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    del person, city
    asked = {r.clock_id for r in file.requests if r.decided_at is None}
    own = [
        c for c in file.clocks if c.organ == standing.organ and c.stage in CHANGEABLE and c.ended_at is None
    ]
    if any(c.suspended_at is None and c.pk not in asked for c in own):
        return None
    return Refused(
        "no_clock",
        "没有可以改的期限：不在走，或者已有申请待审签",
        "there is no limit to change: none runs, or a request waits",
    )


def _resuming(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    del person, city
    if any(c.organ == standing.organ and c.suspended_at and c.ended_at is None for c in file.clocks):
        return None
    return Refused("no_clock", "贵单位没有中止的期限", "no limit of your organ is suspended")


def _deciding(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    waiting = [r for r in file.requests if r.decided_at is None]
    if not waiting:
        return Refused("no_request", "没有待审签的申请", "no request waits for a sign-off")
    if all(r.asked_by == person for r in waiting):
        return Refused(
            "same_person",
            "自己申请的，不能自己审签",
            "who asked cannot sign off",
            instead="请另一位负责人审签",
            instead_en="ask another lead officer",
        )
    return _in_area(file, standing, person, city)


def _proposing(file: CaseFile, standing: Standing, person: str, city: CityFacts) -> Reason:
    del standing, person, city
    if any(p.case_id == file.case.pk for p in file.precedents):
        return None
    return Refused("no_ruling", "这件事没有裁定过", "this case was never ruled on")


RULES: Final[Mapping[str, Callable[[CaseFile, Standing, str, CityFacts], Reason]]] = {
    "accept_case": _holder,
    "return_case": _holder,
    "dispatch_case": _holder,
    "rule_case": _holder,
    "ask_assistance": _holder,
    "settle_case": _settling,
    "settle_part": _assisting,
    "settle_step": _stepping,
    "check_case": _checking,
    "close_case": _in_area,
    "fold_case": _in_area,
    "hang_case": _in_area,
    "unhang_case": _in_area,
    "note_case": _concerned,
    "attach_evidence": _photographing,
    "request_clock_change": _changing,
    "resume_clock": _resuming,
    "decide_clock_change": _deciding,
    "propose_list_change": _proposing,
}


def may_consult(file: CaseFile, standing: Standing | None, city: CityFacts) -> bool:
    """能否查看报告人。 Whether an office may ask to look at the reporter's particulars."""
    return (
        standing is not None
        and standing.post in REGISTRY["consult_reporter"].by
        and standing.organ in concerned(file, city)
        and standing.post is not By.SUPERVISOR
    )
