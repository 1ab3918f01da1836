"""What happens in the city that the ledger is tried on: at least one row in every guarded table, by real acts."""

import contextlib
from datetime import datetime, timedelta

from tests.factories import NOW, accepted, checked, fresh, officer, reported, reporter, settled
from tongxin.acts.terms import ANONYMOUS, PLATFORM, Actor, Refused
from tongxin.cases import operations as cases
from tongxin.cases.operations import Purpose
from tongxin.cases.terms import (
    Channel,
    ClockChange,
    ClockGround,
    HistoricCase,
    HistoricStep,
    Outcome,
    ReturnGround,
    Role,
    State,
)
from tongxin.cases.terms import HistoricPart as Part
from tongxin.exchange import operations as exchange
from tongxin.exchange import tasks as exchange_tasks
from tongxin.exchange.rules.emergency import Disposal
from tongxin.exchange.terms import Came, Settled
from tongxin.exchange.tests.factories import (
    PERMITS,
    PROVIDER,
    assessed,
    data_officer,
    delivered,
    disputed,
    inspector,
    revising,
    used,
)
from tongxin.exchange.tests.lookers import deferred, look, resident
from tongxin.exchange.tests.statistics import ITEM, authority_head, statistics_scene
from tongxin.exchange.tests.test_emergency import broken, looked, rescuer
from tongxin.exchange.tests.test_person_acts import contested
from tongxin.identity import operations as identity
from tongxin.identity.terms import NewPerson, OutsideShown
from tongxin.identity.tests.factories import (
    DAY,
    EXAMPLE,
    ME,
    a_key,
    a_representation,
    begin,
    clerk,
    mine,
    person,
    with_key,
)
from tongxin.law import operations as law
from tongxin.law.tests.makers import answered, commented, open_rule
from tongxin.law.tests.test_changing import enter, late_repeal, note
from tongxin.law.tests.test_listing import applied
from tongxin.ledger import rules
from tongxin.ledger.operations import accept_cosignature
from tongxin.ledger.queries import newest_checkpoint
from tongxin.ledger.tests.small import WITNESS, WITNESS_KEY, WITNESS_SEED
from tongxin.web import ground, witnessing

LEAD, DESK, WATER = "bz/lead", "bz/hotline", "bz/371602/water"


def happen() -> None:
    """What happens there."""
    case = checked(name="王芳", phone="13900000000")
    cases.confirm_case(actor=reporter(case), at=NOW, number=case.number)
    ground.sequence_all(at=NOW)
    _ruling()
    _clock()
    case = settled()
    cases.attach_evidence(actor=officer(case.organ), at=NOW, number=case.number, photo="a" * 64)
    cases.consult_reporter(actor=officer(case.organ), at=NOW, number=case.number, purpose=Purpose.CONTACT)
    cases.note_case(actor=officer(case.organ), at=NOW, number=case.number, note="现场已复看")
    _law()
    _person()
    _calls()
    _shared()
    statistics_scene()
    exchange.set_budget(actor=authority_head(), at=NOW, item=ITEM, total=1_000_000)
    _signing_in()
    _papers()
    cases.import_history(actor=PLATFORM, at=NOW, cases=[past(str(n)) for n in range(4)])
    for password in ("first", "second"):
        identity.open_account(
            actor=PLATFORM,
            at=NOW,
            person=NewPerson(ref="person:keeper", name="", login="keeper", password=password),
        )
    ground.sequence_all(at=NOW)
    try:
        cases.note_case(
            actor=Actor(person="person:nobody", office="office:none"), at=NOW, number=case.number, note="无权"
        )
    except Refused:
        ground.sequence_all(at=NOW + timedelta(minutes=1))
    _witness(NOW + timedelta(minutes=1))


def _witness(at: datetime) -> None:
    """A witness that this city knows cosigns the newest checkpoint."""
    newest = newest_checkpoint()
    assert newest is not None
    body, _ = rules.read_note(newest.note)
    witnessing.remember([WITNESS_KEY])
    line = rules.cosigned(body, WITNESS, WITNESS_SEED, int(at.timestamp()))
    accept_cosignature(size=newest.size, line=line, key=WITNESS_KEY, at=at)


def _calls() -> None:
    """A glass that is broken, a look under it, one refused, rows given back, its end and what follows."""
    row = broken()
    did = looked(row, 1, 2)
    settled_call = Settled(call=did.call, came=Came.ANSWERED, rows=1, took_ms=3)
    exchange.settle_calls(actor=PLATFORM, at=NOW, settled=[settled_call])
    with contextlib.suppress(Refused):
        looked(row, 1, actor=officer("bz/health", "data_officer"))
    exchange.close_emergency(actor=rescuer(), at=NOW, number=row.number, reason="被困人员全部找到，险情解除")
    exchange_tasks.sweep(at=NOW)
    exchange.dispose_emergency(
        actor=rescuer(), at=NOW, number=row.number, how=Disposal.DESTROYED, note="已由两人监销，工作电脑清除"
    )


def _shared() -> None:
    """A grant that is used, passed on, erred in, disputed and suspended; an assessment; a revision that waits."""
    grant = delivered()
    used(grant)
    disputed(grant)
    exchange.suspend_grant(actor=inspector(), at=NOW, grant=grant.number, reason="超出使用范围", days=10)
    assessed(PERMITS, data_officer(PROVIDER))
    revising()


def _signing_in() -> None:
    """Somebody adds a key and an account elsewhere, signs in, lets a system know who it is, and asks for the account back."""
    account = mine().login
    begin(a_key(with_key()))
    identity.link_outside(
        actor=ME, at=NOW, login=account, outside=OutsideShown(provider="province", subject="abc")
    )
    identity.register_client(
        actor=officer(LEAD, "lead_officer"), at=NOW, number="parks", name="公园预约",
        addresses=("https://parks.example/back",), secret="a secret of the system",
    )  # fmt: skip
    identity.consent_client(actor=ME, at=NOW, login=account, client="parks", scopes=["openid", "profile"])
    identity.request_recovery(actor=ANONYMOUS, at=NOW, login=account, token="t" * 43)


def _papers() -> None:
    """A number is registered, and its person lets another act."""
    mother, _ = person("person:mother"), person("person:daughter")
    identity.register_identifier(
        actor=clerk(), at=NOW, person=mother.person, kind="resident_id", value=EXAMPLE, evidence="居民身份证"
    )
    identity.authorise_representative(actor=mother, at=NOW, new=a_representation(), day=DAY)


def _law() -> None:
    """A day, an application, a rule with a comment and its answer, a clause suspended, an act to be reviewed."""
    law.begin_day(actor=PLATFORM, at=NOW)
    applied()
    answered(commented(open_rule(NOW), NOW, name="李强", phone="13900000001"))
    number = note(enter(key="cn/binzhou/pausing"), "suspend", "a36")
    law.confirm_effects(actor=officer(LEAD, "legal_officer"), at=NOW, effects=[number])
    late_repeal()


def _person() -> None:
    """A look that is contested, one that is deferred, a request."""
    me = resident()
    contested(look(me.person))
    deferred([look(me.person)])
    exchange.file_request(actor=me, at=NOW, person=me.person, kind="access", about="person")


def _ruling() -> None:
    case = reported()
    for named in (WATER, case.organ):
        organ = fresh(case).organ
        cases.return_case(
            actor=officer(organ),
            at=NOW,
            number=case.number,
            ground=ReturnGround.OUTSIDE_DUTY,
            named=named,
            note="这个井盖属于供水设施",
        )
        if fresh(case).state == State.RETURNED:
            cases.dispatch_case(actor=officer(DESK, "hotline_clerk"), at=NOW, number=case.number, organ=WATER)
    lead = officer(LEAD, "lead_officer")
    precedent = cases.rule_case(
        actor=lead, at=NOW, number=case.number, organ=WATER, reason="供水井盖由水务部门管养"
    )
    cases.propose_list_change(actor=lead, at=NOW, precedent=precedent, text="建议供水井盖改列水务")


def _clock() -> None:
    case = accepted()
    clock = case.clocks.filter(stage="handle", ended_at=None).order_by("-due_at").first()
    asked = cases.request_clock_change(
        actor=officer(case.organ),
        at=NOW,
        clock=clock.pk,
        change=ClockChange.SUSPEND,
        ground=ClockGround.EXPERT_TEST,
        note="需要检测地下管线",
    )
    cases.decide_clock_change(actor=officer(LEAD, "lead_officer"), at=NOW, request=asked, granted=True)


def past(key: str) -> HistoricCase:
    """A case of the past, with three steps."""
    began = NOW - timedelta(days=30)
    steps = (
        ("report_case", "", State.DISPATCHED),
        ("accept_case", "dispatched", State.HANDLING),
        ("confirm_case", "confirming", State.CLOSED),
    )
    return HistoricCase(
        key=f"past-{key}",
        channel=Channel.HOTLINE,
        matter="m01001",
        matter_name="井盖",
        matter_name_en="cover",
        clauses="",
        place="",
        place_name="",
        path=("371602", "371600"),
        lon=None,
        lat=None,
        text="",
        state=State.CLOSED,
        outcome=Outcome.FIXED.value,
        outcome_note="",
        organ=WATER,
        responsible=WATER,
        returns=0,
        reopened=0,
        overdue=False,
        due_at=None,
        provisional=False,
        reported_at=began,
        settled_at=began,
        closed_at=began + timedelta(days=3),
        steps=tuple(
            HistoricStep(
                verb=verb, at=began + timedelta(days=n), from_state=before, to_state=after, organ=WATER
            )
            for n, (verb, before, after) in enumerate(steps)
        ),
        parts=(Part(organ=WATER, role=Role.LEAD, given_at=began),),
        clocks=(),
        synthetic=True,
    )
