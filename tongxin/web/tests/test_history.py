"""虚构的一年。 The synthetic year over a small made-up city, without a database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongxin.cases.rules import CLOSED_BY_LEAD, ESCALATED_STAGES, next_state, state_after_return
from tongxin.cases.terms import Channel, ClockGround, HistoricCase, Outcome, ReturnGround, Role, State
from tongxin.law.rules import add, build_calendar, due
from tongxin.law.terms import CalendarDay, ClauseRef, DayKind, Limit, MatterEntry, Stage, Unit
from tongxin.organs.terms import OrganFacts
from tongxin.places.terms import Spot
from tongxin.web.pack.history import BoundClause, GridSite, HistoryFacts, ListEdition, facts, historic_cases
from tongxin.web.pack.history.draws import Mix, Timing, arrivals, is_within, rings_of
from tongxin.web.pack.history.shape import Shape
from tongxin.web.pack.history.year import EACH_STATE_LEAST, OVERDUE_CLOCKS_MOST

CLAUSE = ClauseRef("x/rules", date(2021, 1, 1), "a2")
UNTIL = datetime(2026, 7, 2, 3, 0, tzinfo=UTC)
MIDYEAR = date(2026, 3, 1)
PARAMETERS = {
    "from": date(2025, 11, 1),
    "to": date(2026, 6, 30),
    "cases": 4_000,
    "seed": 7,
    "arrival": {"weekday": [1.2, 1.2, 1.2, 1.2, 1.2, 0.5, 0.5], "holiday": 0.4, "day_size": 30.0},
    "channels": {"basis": "made up", "hotline": 0.5, "web": 0.3, "field": 0.19, "feed": 0.01},
    "delay": {
        "at_once_share": 0.05,
        "left_open_share": 0.03,
        "parts": [
            {"weight": 0.54, "mu": -1.8141, "sigma": 2.8978},
            {"weight": 0.05, "mu": -0.0228, "sigma": 0.0865},
            {"weight": 0.41, "mu": -0.5116, "sigma": 1.2068},
        ],
    },
    "outcomes": {"duplicate": 0.04, "not_allowed": 0.02, "not_ours": 0.004},
    "repeats": {"after_closing_share": 0.09},
    "returns": {"share": 0.06},
    "assumed": {
        "answered_share": 0.45,
        "second_return_share": 0.3,
        "clock_change_share": 0.05,
        "assist_share": 0.06,
        "hung_share": 0.006,
    },
}


def matter(code: str, lead: str, *assist: str, active: bool = True, person_help: bool = False) -> MatterEntry:
    return MatterEntry(
        code=code,
        name=f"事项{code}",
        name_en=f"matter {code}",
        category="某类",
        category_en="some",
        lead=lead,
        assist=assist,
        on_call=(),
        person_help=person_help,
        filing_condition="",
        filing_condition_en="",
        closing_condition="",
        closing_condition_en="",
        active=active,
    )


def limit(stage: Stage, number: int, unit: Unit, step: str = "") -> Limit:
    return Limit(number=Decimal(number), unit=unit, stage=stage, step=step, clause=CLAUSE)


MATTERS = {
    m.code: m
    for m in (
        matter("litter", "cleaning"),
        matter("cover", "roads", "water"),
        matter("lamp", "roads"),
        matter("noise", "cleaning@district", "police"),
        matter("shed", "cleaning", "roads", "grid"),
        matter("new", "water"),
        matter("idle", "roads", active=False),
        matter("help", "cleaning", person_help=True),
    )
}
LIMITS = {
    ("*", Stage.ACCEPT): (limit(Stage.ACCEPT, 4, Unit.WORKING_HOUR),),
    ("*", Stage.RETURN): (limit(Stage.RETURN, 4, Unit.WORKING_HOUR),),
    ("*", Stage.RULE): (limit(Stage.RULE, 1, Unit.WORKING_DAY),),
    ("*", Stage.CHECK): (limit(Stage.CHECK, 1, Unit.WORKING_DAY),),
    ("*", Stage.CONFIRM): (limit(Stage.CONFIRM, 5, Unit.NATURAL_DAY),),
    ("*", Stage.HANDLE): (limit(Stage.HANDLE, 5, Unit.WORKING_DAY),),
    ("*", Stage.ASSIST): (limit(Stage.ASSIST, 3, Unit.WORKING_DAY),),
    ("litter", Stage.HANDLE): (limit(Stage.HANDLE, 2, Unit.HOUR),),
    ("cover", Stage.HANDLE): (
        limit(Stage.HANDLE, 2, Unit.HOUR, "警示"),
        limit(Stage.HANDLE, 24, Unit.HOUR, "补装"),
    ),
}
CALENDAR = build_calendar(
    zone="Asia/Shanghai",
    working_week=[1, 2, 3, 4, 5],
    hours=[["08:30", "12:00"], ["13:30", "17:30"]],
    days=[CalendarDay(day=date(2026, 2, 16) + timedelta(days=k), kind=DayKind.HOLIDAY) for k in range(7)]
    + [CalendarDay(day=date(2026, 2, 28), kind=DayKind.MAKEUP)],
    published=[2025, 2026],
)


def organ(
    code: str, function: str, place: str, level: str, kind: str = "department", parent: str | None = None
) -> OrganFacts:
    return OrganFacts(
        id=0,
        code=code,
        function=function,
        kind=kind,
        name=code,
        name_en=code,
        place=place,
        level=level,
        parent=parent,
    )


ORGANS = {
    o.code: o
    for o in (
        organ("lead", "lead", "city", "city", "lead_body"),
        organ("desk", "hotline", "city", "city", "hotline"),
        organ("gov", "government", "city", "city", "government"),
        *(
            organ(f"{place}/{word}", word, place, "district", parent="gov")
            for place in ("d1", "d2")
            for word in ("cleaning", "roads", "water")
        ),
        organ("police", "police", "city", "city", parent="gov"),
        organ("d1/grid", "grid", "d1", "district", "grid_station"),
        organ("d2/committee", "committee", "d2", "district", "committee"),
    )
}
GRIDS = [
    GridSite(
        spot=Spot(
            id=k,
            ref=f"place:s/g{k}@2024-01-01",
            code=f"g{k}",
            level="grid",
            name=f"第{k}网格",
            name_en="",
            path=(f"g{k}", f"d{k % 2 + 1}", "city"),
        ),
        rings=[[(k, 0.0), (k + 1.0, 0.0), (k + 1.0, 0.5), (k + 0.2, 0.9), (k, 0.0)]],
    )
    for k in range(6)
]
FACTS = HistoryFacts(
    root="city",
    lead_body="lead",
    desk="desk",
    calendar=CALENDAR,
    editions=[ListEdition(since=date(2025, 1, 1), matters=MATTERS, limits=LIMITS)],
    clauses={
        code: [
            BoundClause(
                ref=f"{CLAUSE}.{code}",
                in_force_to=None,
                in_force_from=MIDYEAR if code == "new" else date(2021, 1, 1),
            )
        ]
        for code in MATTERS
        if code != "idle"
    },
    organs=ORGANS,
    grids=GRIDS,
    exceptions={},
)


def made(until: datetime = UNTIL, facts: HistoryFacts = FACTS, **changed: object) -> list[HistoricCase]:
    return list(historic_cases(parameters={**PARAMETERS, **changed}, until=until, day_facts=facts))


@pytest.fixture(scope="module")
def cases() -> list[HistoricCase]:
    return made()


def local_day(at: datetime) -> date:
    return at.astimezone(CALENDAR.tz).date()


def verbs(case: HistoricCase) -> Counter[str]:
    return Counter(step.verb for step in case.steps)


# ---- The walk -------------------------------------------------------------------------------------------------------


def test_every_case_is_a_legal_walk_of_the_state_machine(cases):
    for case in cases:
        first, *rest = case.steps
        assert (first.verb, first.from_state, first.at) == ("report_case", "", case.reported_at)
        assert first.to_state is (State.DISPATCHED if case.listed else State.UNLISTED)
        state, returns = first.to_state, 0
        for step in rest:
            assert step.from_state == state.value
            expected = next_state(state, step.verb)
            assert expected is not None, (state, step.verb)
            if step.verb == "return_case":
                expected, returns = state_after_return(returns_before=returns), returns + 1
            failed = step.verb == "check_case" and step.to_state is State.HANDLING
            assert step.to_state is (State.HANDLING if failed else expected)
            state = step.to_state
        assert (state, returns) == (case.state, case.returns)


def test_steps_follow_in_time_and_nothing_happens_after_the_present(cases):
    for case in cases:
        moments = [step.at for step in case.steps]
        assert moments == sorted(moments)
        marks = [
            *moments,
            *(k.started_at for k in case.clocks),
            *(k.ended_at for k in case.clocks if k.ended_at),
        ]
        assert max(marks) <= UNTIL
        assert date(2025, 11, 1) <= local_day(case.reported_at) <= date(2026, 6, 30)
    assert [c.reported_at for c in cases] == sorted(c.reported_at for c in cases)


def test_what_a_case_says_of_itself_follows_from_its_steps(cases):
    for case in cases:
        said = replayed(case)
        assert said == {name: getattr(case, name) for name in said}, case.key


def replayed(case: HistoricCase) -> dict[str, object]:  # noqa: C901 - one branch a verb
    """The present of a case, worked out from its steps alone, as the operations would have left it."""
    now: dict[str, object] = {
        "outcome": "",
        "reopened": 0,
        "settled_at": None,
        "closed_at": None,
        "organ": "",
        "responsible": "",
        "returns": 0,
    }
    for step in case.steps:
        match step.verb:
            case "report_case":
                now |= {"organ": step.named, "responsible": step.named}
            case "dispatch_case" | "rule_case":
                now["organ"] = step.named
            case "return_case":
                now |= {
                    "organ": "lead" if step.to_state is State.RULING else "desk",
                    "returns": now["returns"] + 1,
                }
            case "accept_case":
                now["responsible"] = now["organ"]
            case "settle_case":
                now["settled_at"] = step.at
            case "check_case" if step.to_state is State.HANDLING:
                now["settled_at"] = None
            case "dispute_case":
                now |= {"outcome": "", "closed_at": None, "settled_at": None, "reopened": now["reopened"] + 1}
            case "hang_case":
                now["outcome"] = "hung"
            case "unhang_case":
                now["outcome"] = ""
            case "confirm_case":
                now |= {"outcome": "fixed", "closed_at": step.at}
            case "lapse_confirmation" | "close_case" | "fold_case":
                now |= {"outcome": step.ground, "closed_at": step.at}
    return now


def test_a_case_closed_by_the_lead_body_is_not_ours_or_not_allowed(cases):
    for case in cases:
        for step in case.steps:
            if step.verb == "close_case":
                by_lead = Outcome(step.ground) in CLOSED_BY_LEAD
                assert step.organ == ("lead" if by_lead else "")
                assert by_lead or step.ground == Outcome.WITHDRAWN.value


def test_a_case_is_disputed_only_while_confirming_or_within_the_days_after(cases):
    for case in cases:
        closed = None
        for step in case.steps:
            if step.verb == "dispute_case" and step.from_state == State.CLOSED.value:
                assert step.at <= closed + timedelta(days=30)
            closed = step.at if step.to_state is State.CLOSED else None


def test_a_return_has_a_ground_names_another_organ_and_comes_in_time(cases):
    twice = 0
    for case in cases:
        for step in case.steps:
            if step.verb == "return_case":
                assert ReturnGround(step.ground)
                assert step.named in ORGANS
                assert step.named != step.organ
                assert ORGANS[step.named].kind not in ("committee", "grid_station")
                assert len(step.note) >= 5
                clock = next(k for k in case.clocks if k.stage == "return" and k.ended_at == step.at)
                assert step.at <= clock.due_at
        twice += case.returns == 2
        assert verbs(case)["rule_case"] <= (case.returns == 2)
    assert twice > 10


def test_who_came_to_have_a_case_could_have_it(cases):
    for case in cases:
        for step in case.steps:
            if step.verb in ("dispatch_case", "rule_case"):
                assert ORGANS[step.named].kind == "department"
                assert step.organ == ("desk" if step.from_state == "returned" else "lead")


# ---- Clocks ---------------------------------------------------------------------------------------------------------


def test_every_clock_is_counted_by_the_law_on_the_real_calendar(cases):
    for case in cases:
        changed = verbs(case)["decide_clock_change"] > 0
        for clock in case.clocks:
            of = Limit(
                number=Decimal(clock.number), unit=Unit(clock.unit), stage=Stage(clock.stage), step=clock.step
            )
            ends = due(start=clock.started_at, limit=of, calendar=CALENDAR)
            assert (
                clock.due_at >= ends.at
                if changed
                else (clock.due_at, clock.provisional) == (ends.at, ends.beyond_known)
            )
            assert clock.clause == str(CLAUSE)
            assert clock.ended_at is None or clock.started_at <= clock.ended_at


def test_the_clocks_that_run_are_those_of_the_state(cases):
    expected = {
        State.UNLISTED: {"rule"},
        State.DISPATCHED: {"accept", "return", "handle"},
        State.RETURNED: {"accept", "handle"},
        State.RULING: {"rule", "handle"},
        State.HANDLING: {"handle"},
        State.CHECKING: {"check"},
        State.CONFIRMING: {"confirm"},
        State.HUNG: set(),
        State.CLOSED: set(),
    }
    for case in cases:
        live = {clock.stage for clock in case.clocks if clock.ended_at is None}
        assert live - {"assist"} == expected[case.state]
        assert "assist" not in live or case.state is State.HANDLING


def test_due_and_overdue_follow_from_the_clocks(cases):
    for case in cases:
        live = [k for k in case.clocks if k.ended_at is None and k.stage != "return"]
        assert case.due_at == min((k.due_at for k in live), default=None)
        watched = [k for k in case.clocks if Stage(k.stage) in ESCALATED_STAGES]
        assert case.overdue == any((k.ended_at or UNTIL) > k.due_at for k in watched)


def test_a_passed_limit_was_told_up_the_chain_while_its_clock_ran(cases):
    told = 0
    for case in cases:
        passed = [
            k
            for k in case.clocks
            if Stage(k.stage) in ESCALATED_STAGES and k.ended_at and k.ended_at > k.due_at
        ]
        for step in case.steps:
            if step.verb == "escalate_case":
                told += 1
                assert any(k.due_at < step.at < k.ended_at for k in passed)
                assert step.named in {*(k.organ for k in passed), "gov", "lead"}
    assert told > 500


def test_handling_runs_on_for_whoever_has_the_case(cases):
    for case in cases:
        if case.state is State.DISPATCHED and case.returns:
            assert {k.organ for k in case.clocks if k.stage == "handle"} == {case.organ}
            assert all(k.started_at == case.reported_at for k in case.clocks if k.stage == "handle")


def test_a_change_of_a_limit_is_decided_by_the_lead_body_before_the_work_is_done(cases):
    seen = Counter()
    for case in cases:
        seen += Counter(s.verb for s in case.steps if s.verb.endswith(("clock_change", "resume_clock")))
        for step in case.steps:
            if step.verb == "decide_clock_change":
                assert step.organ == "lead"
                assert ClockGround(step.ground)
    assert seen["request_clock_change"] == seen["decide_clock_change"] > seen["resume_clock"] > 0


# ---- Parts, law, places ---------------------------------------------------------------------------------------------


def test_a_case_has_one_leading_part_at_most_and_it_is_of_its_organ(cases):
    for case in cases:
        leads = [part for part in case.parts if part.role is Role.LEAD]
        assert len({part.organ for part in case.parts}) == len(case.parts)
        assert len(leads) <= 1
        if case.state in (State.UNLISTED, State.RETURNED, State.RULING):
            assert not leads
        elif leads:
            assert leads[0].organ == case.organ
            assert (leads[0].accepted_at is None) == (verbs(case)["accept_case"] == 0)


def test_assisting_organs_have_clocks_and_are_done_before_the_lead_settles(cases):
    assisted = [case for case in cases if verbs(case)["ask_assistance"]]
    assert 0.03 < len(assisted) / len(cases) < 0.09
    for case in assisted:
        assert case.matter in ("cover", "noise", "shed")
        assert case.settled_at is None or verbs(case)["ask_assistance"] == verbs(case)["settle_part"]


def test_a_case_claims_only_clauses_in_force_when_it_was_reported(cases):
    for case in cases:
        if case.listed:
            assert case.matter not in ("idle", "help", "")
            assert case.clauses == f"{CLAUSE}.{case.matter}"
            assert case.matter != "new" or local_day(case.reported_at) >= MIDYEAR
        else:
            assert case.matter in ("idle", "")
            assert case.clauses == ""
    assert any(case.matter == "new" for case in cases)


def test_every_point_lies_in_the_grid_that_is_named(cases):
    rings = {grid.spot.ref: grid.rings for grid in GRIDS}
    for case in cases:
        assert is_within((case.lon, case.lat), rings[case.place])
        assert case.path[0] == case.place.partition("@")[0].rpartition("/")[2]


def test_a_duplicate_is_folded_into_an_earlier_case_that_was_open(cases):
    known: dict[str, HistoricCase] = {}
    for case in cases:
        if case.folded_into:
            whole = known[case.folded_into]
            assert case.outcome == "duplicate"
            assert (whole.matter, whole.place, whole.lon, whole.lat) == (
                case.matter,
                case.place,
                case.lon,
                case.lat,
            )
            assert whole.outcome != "duplicate"
            closed = next((step.at for step in whole.steps if step.to_state is State.CLOSED), None)
            assert closed is None or closed > case.closed_at
        else:
            assert case.outcome != "duplicate"
        known[case.key] = case
    assert len(known) == len(cases)


def test_texts_say_that_they_are_invented(cases):
    assert all(case.synthetic and case.text.endswith("（虚构）") for case in cases)
    assert all(len(case.outcome_note) <= 400 for case in cases)


# ---- How many -------------------------------------------------------------------------------------------------------


def test_shares_are_near_those_asked_for(cases):
    total = len(cases)
    assert 3_600 < total < 4_400
    outcomes = Counter(case.outcome for case in cases)
    assert set(outcomes) == {"", *(outcome.value for outcome in Outcome)}
    assert 0.02 < outcomes["duplicate"] / total < 0.06
    assert 0.04 < sum(case.returns > 0 for case in cases) / total < 0.08
    assert 0.06 < sum(case.reopened > 0 for case in cases) / total < 0.11
    channels = Counter(case.channel for case in cases)
    assert 0.45 < channels[Channel.HOTLINE] / total < 0.55


def test_work_is_done_in_time_about_as_often_as_was_fitted(cases):
    in_time = []
    for case in cases:
        first = [k for k in case.clocks if k.stage == "handle" and k.started_at == case.reported_at]
        last = max(first, key=lambda clock: clock.due_at, default=None)
        if case.settled_at and last and last.ended_at and not verbs(case)["decide_clock_change"]:
            in_time.append(last.ended_at <= last.due_at)
    assert 0.67 < sum(in_time) / len(in_time) < 0.77


def test_every_open_state_has_work_and_the_sweep_has_not_too_much(cases):
    states = Counter(case.state for case in cases)
    assert all(states[state] >= EACH_STATE_LEAST for state in State)
    passed = sum(k.ended_at is None and k.due_at < UNTIL for case in cases for k in case.clocks)
    assert 0 < passed <= OVERDUE_CLOCKS_MOST


@pytest.mark.parametrize("until", [datetime(2026, 1, 15, 9, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)])
def test_at_another_present_every_state_still_has_work(until):
    found = made(until)
    assert all(Counter(case.state for case in found)[state] >= EACH_STATE_LEAST for state in State)
    assert all(case.reported_at < until for case in found)


def test_clocks_past_due_stay_few_in_a_city_that_is_always_late():
    slow = {
        "delay": {
            "at_once_share": 0.0,
            "left_open_share": 0.9,
            "parts": [{"weight": 1, "mu": 2.0, "sigma": 1.0}],
        }
    }
    found = made(**slow, cases=12_000)
    assert (
        sum(k.ended_at is None and k.due_at < UNTIL for case in found for k in case.clocks)
        <= OVERDUE_CLOCKS_MOST
    )


# ---- Draws ----------------------------------------------------------------------------------------------------------


def test_the_same_seed_makes_the_same_year_and_another_seed_another(cases):
    assert made() == cases
    assert made(seed=8) != cases


def test_an_earlier_present_sees_the_same_reports():
    early = made(datetime(2026, 2, 1, tzinfo=UTC))
    later = {case.key: case for case in made()}
    same = [later[case.key].reported_at == case.reported_at for case in early]
    assert all(same)


def test_fewer_report_on_days_of_rest():
    shape = Shape.of(PARAMETERS)
    days = Counter(local_day(at) for at in arrivals(shape=shape, calendar=CALENDAR, until=UNTIL))
    rest = [date(2026, 2, 16) + timedelta(days=k) for k in range(5)]
    plain = [date(2026, 3, 2) + timedelta(days=k) for k in range(5)]
    assert sum(days[day] for day in rest) < 0.7 * sum(days[day] for day in plain)


def test_named_matters_take_their_weight_and_the_rest_falls_off():
    entries = [matter(f"m{k}", "roads") for k in range(20)]
    shape = Shape.of({**PARAMETERS, "matters": {"rest": 0.25, "weight": {"m3": 9.0, "m4": 3.0}}})
    mix = Mix(entries, shape)
    share = {e.code: w / sum(mix.weights) for e, w in zip(mix.entries, mix.weights, strict=True)}
    assert share["m3"] == pytest.approx(0.5625)
    assert share["m4"] == pytest.approx(0.1875)
    assert max(w for code, w in share.items() if code not in ("m3", "m4")) > 0.05


def test_weights_that_leave_no_matter_are_refused():
    entries = [matter("a", "roads"), matter("b", "roads")]
    with pytest.raises(ValueError, match="weight"):
        Mix(entries, Shape.of({**PARAMETERS, "matters": {"category": {"另一类": 1.0}}}))


@given(minutes=st.integers(0, 300 * 24 * 60), hours=st.floats(0, 60))
@settings(max_examples=150, deadline=None)
def test_working_hours_are_counted_as_the_law_counts_them(minutes, hours):
    start = datetime(2025, 12, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    timing = Timing(CALENDAR, Shape.of(PARAMETERS))
    worked = timedelta(seconds=round(hours * 3600))
    assert timing.worked(start, hours) == add(start=start, working=worked, calendar=CALENDAR)


def test_a_city_whose_clocks_change_has_its_year_too():
    calendar = build_calendar(
        zone="America/New_York",
        working_week=[1, 2, 3, 4, 5],
        hours=[["09:00", "17:00"]],
        days=[],
        published=[2025, 2026],
    )
    found = made(facts=HistoryFacts(**{**vars(FACTS), "calendar": calendar}), cases=500)
    assert all(case.steps == tuple(sorted(case.steps, key=lambda step: step.at)) for case in found)


def test_holes_and_several_polygons_are_seen():
    square = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
    hole = [[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]]
    far = [[9, 9], [10, 9], [10, 10], [9, 10], [9, 9]]
    rings = rings_of({"type": "MultiPolygon", "coordinates": [[square, hole], [far]]})
    assert [is_within(p, rings) for p in [(0.5, 0.5), (2, 2), (9.5, 9.5), (6, 6)]] == [
        True,
        False,
        True,
        False,
    ]


def test_editions_begin_on_the_days_on_which_the_lists_change(monkeypatch):
    changes = [date(2026, 1, 17), date(2026, 1, 18), date(2026, 6, 30)]
    looked = []

    def matters(_revision, day):
        looked.append(day)
        return {"before": sum(day >= change for change in changes)}

    monkeypatch.setattr(facts.law, "matters", matters)
    monkeypatch.setattr(facts.law, "limits", lambda _revision, _day: {})
    found = facts._editions(1, date(2025, 11, 1), date(2026, 6, 30))
    assert [edition.since for edition in found] == [date(2025, 11, 1), *changes]
    assert len(set(looked)) < 40


# ---- Refusals -------------------------------------------------------------------------------------------------------


def test_a_naive_present_is_refused():
    with pytest.raises(ValueError, match="aware"):
        made(datetime(2026, 7, 1))  # noqa: DTZ001


def test_a_year_without_active_matters_or_grids_is_refused():
    idle = ListEdition(since=date(2025, 1, 1), matters={"idle": MATTERS["idle"]}, limits=LIMITS)
    with pytest.raises(ValueError, match="no matter"):
        made(facts=HistoryFacts(**{**vars(FACTS), "editions": [idle]}))
    with pytest.raises(ValueError, match="grids"):
        made(facts=HistoryFacts(**{**vars(FACTS), "grids": []}))


def test_parameters_that_are_none_are_refused():
    with pytest.raises(ValueError, match="12"):
        made(arrival={"month": [1.0, 2.0]})
    with pytest.raises(ValueError, match="wrong span"):
        made(to=date(2024, 1, 1))
    with pytest.raises(KeyError):
        list(historic_cases(parameters={}, until=UNTIL, day_facts=FACTS))


def test_parameters_may_be_read_only():
    assert list(
        historic_cases(parameters=MappingProxyType({**PARAMETERS, "cases": 50}), until=UNTIL, day_facts=FACTS)
    )
