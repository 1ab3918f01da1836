"""异议、请求、暂缓的读取。 Reads of contests, requests and deferrals: the person's, and those an organ answers."""

from collections.abc import Collection
from datetime import datetime

from django.db import models

from tongxin.exchange.models import Contest, Deferral, Field, Grant, RightsRequest, Source, Term
from tongxin.exchange.terms import TermKind
from tongxin.identity.queries import refs_of
from tongxin.ledger.queries import contents_naming_any


def deferrals_of(*, organ: str, most: int = 100) -> list[Deferral]:
    """某机构的暂缓，新的在前。 The deferrals of an organ, newest first."""
    return list(Deferral.objects.filter(organ=organ).order_by("-id")[:most])


def deferral_numbered(*, number: str) -> Deferral | None:
    """某编号的暂缓。 The deferral of a number."""
    return Deferral.objects.filter(number=number).first()


def contests_on(*, person: str, entries: Collection[int]) -> dict[int, Contest]:
    """各行上最近的异议。 The newest contest on each of some lines of a person, by entry. Two statements."""
    rows = Contest.objects.filter(person__in=refs_of(person=person), line__in=list(entries)).order_by("id")
    return {row.line: row for row in rows}


def contest_of(*, person: str, number: str) -> Contest | None:
    """某人的某份异议。 A contest of a person by number. Two statements."""
    return Contest.objects.filter(person__in=refs_of(person=person), number=number).first()


def contests_by(*, person: str) -> list[Contest]:
    """某人的异议，新的在前。 A person's contests, newest first. Two statements."""
    return list(Contest.objects.filter(person__in=refs_of(person=person)).order_by("-id")[:200])


def request_of(*, person: str, number: str) -> RightsRequest | None:
    """某人的某项请求。 A request of a person by number. Two statements."""
    return RightsRequest.objects.filter(person__in=refs_of(person=person), number=number).first()


def requests_by(*, person: str) -> list[RightsRequest]:
    """某人的请求，新的在前。 A person's requests, newest first. Two statements."""
    return list(RightsRequest.objects.filter(person__in=refs_of(person=person)).order_by("-id")[:200])


def opened_for(*, representative: str, person: str, since: datetime) -> bool:
    """代理人打开过没有。 Whether a representative opened the person's record since then, as an act. Two statements."""
    found = contents_naming_any(persons=refs_of(person=person)).filter(
        entry__verb="open_record_for",
        entry__at__gte=since,
        content__actor=representative,
        content__for__in=list(refs_of(person=person)),
    )
    return found.exists()


def deferrals_ended(*, at: datetime, most: int) -> list[str]:
    """结束了还没有告知的暂缓。 Numbers of deferrals that have ended and of which those concerned were not told. One statement."""
    ended = models.Q(until__lte=at) | models.Q(ended_at__lte=at)
    rows = Deferral.objects.filter(ended, state=Deferral.State.GRANTED, told_at=None).order_by("id")
    return list(rows.values_list("number", flat=True)[:most])


def erasure_of(*, number: str) -> RightsRequest | None:
    """等着办的删除请求。 A deletion that waits to be carried out, by number: what a capability above erases, it asks for here."""
    return RightsRequest.objects.filter(
        number=number, kind=RightsRequest.Kind.DELETE, state=RightsRequest.State.OPEN
    ).first()


def field_labels(*, names: Collection[str]) -> dict[str, tuple[str, str]]:
    """字段的名称，中英。 What fields are called, by name; the same for every item, so that it tells of none. One statement."""
    rows = Field.objects.filter(name__in=list(names)).order_by("-id") if names else Field.objects.none()
    return {row.name: (row.label, row.label_en) for row in rows}


def users_of(*, grants: Collection[str]) -> dict[str, str]:
    """授权的使用方，按 `grant:…`。 Who holds some grants, by their references. One statement; none where nothing is asked."""
    numbers = [ref.removeprefix("grant:") for ref in grants]
    rows = Grant.objects.filter(number__in=numbers) if numbers else Grant.objects.none()
    return {row.ref: row.organ for row in rows}


def term_of(*, subject: str) -> Term | None:
    """最近的时限。 The newest clock of a thing, running or not. One statement."""
    return Term.objects.filter(subject=subject).order_by("-id").first()


def terms_of(*, subjects: Collection[str]) -> dict[str, Term]:
    """若干事的时限。 The newest clock of each of some things. One statement."""
    return {row.subject: row for row in Term.objects.filter(subject__in=list(subjects)).order_by("id")}


def items_to_ask() -> list[tuple[str, str]]:
    """可以请求的目录项。 The catalogue items that hold persons, with their source system. One statement."""
    rows = Source.objects.exclude(key_kind="").order_by("item")
    return list(rows.values_list("item", "system"))


def contests_with(*, organ: str, most: int = 200) -> list[Contest]:
    """某机构的异议，没答复的在前。 The contests an organ answers: those that wait first, then newest. One statement."""
    return list(Contest.objects.filter(organ=organ).order_by(_waiting("open", "raised"), "-id")[:most])


def requests_with(*, organ: str, most: int = 200) -> list[RightsRequest]:
    """某机构的请求，没答复的在前。 The requests an organ answers: those that wait first, then newest. One statement."""
    return list(RightsRequest.objects.filter(organ=organ).order_by(_waiting("open"), "-id")[:most])


def overdue_claims(*, at: datetime, most: int = 200) -> list[Term]:
    """逾期的异议和请求。 Contests and requests of every organ whose clock has run out, longest first. One statement."""
    kinds = [TermKind.CONTEST.value, TermKind.REQUEST.value]
    return list(Term.objects.filter(kind__in=kinds, ended_at=None, due_at__lt=at).order_by("due_at")[:most])


def claim_numbered(*, number: str) -> Contest | RightsRequest | None:
    """某编号的异议或者请求。 The contest or request of a number. One statement."""
    if number.startswith("Y"):
        return Contest.objects.filter(number=number).first()
    return RightsRequest.objects.filter(number=number).first()


def lines_of(*, deferral: Deferral) -> list[int]:
    """暂缓的各条。 The ledger entries whose lines a deferral names. One statement."""
    return list(deferral.lines.order_by("line").values_list("line", flat=True))


def _waiting(*states: str) -> models.Case:
    return models.Case(models.When(state__in=states, then=0), default=1, output_field=models.IntegerField())
