"""申请的读取：一件申请、缺什么、逾期的、一个单位的。 Reads of applications: one, what is missing in it, what is overdue, an organ's."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import models

from tongxin.exchange.models import Application, Assessment, ExchangeStep, Term
from tongxin.exchange.queries.catalogue import Item
from tongxin.exchange.rules.applying import Asking, kind_of
from tongxin.exchange.terms import OPEN_STATES, ApplicationState, RecipientKind
from tongxin.law.queries.proposals import clause_facts
from tongxin.organs.queries import organs_by_code
from tongxin.organs.terms import OrganFacts
from tongxin.places.queries import city

OPEN = tuple(state.value for state in OPEN_STATES)


def application(*, number: str) -> Application | None:
    """一件申请。 The application of a number."""
    return Application.objects.filter(number=number).first()


def organ_facts(*, code: str) -> OrganFacts:
    """一个机构的事实。 What is known of an organ. Raises KeyError when there is none."""
    return organs_by_code(city().revision)[code]


def recipient_kind(*, organ: OrganFacts) -> RecipientKind:
    """机构作为使用方的类别。 What kind of recipient an organ is."""
    return kind_of(organ.kind)


def asking_of(*, row: Application, item: Item, day: date) -> Asking:
    """按规则看的申请。 An application as the rules look at it on a day: clauses, fields, whether its impact was assessed. Three statements."""
    organ = organ_facts(code=row.organ)
    known = clause_facts(refs=row.clauses, day=day)
    return Asking(
        kind=RecipientKind(row.kind),
        function=organ.function,
        own_names=tuple(name for name in (organ.name, organ.name_en) if name),
        clauses={ref: known.get(ref) for ref in row.clauses},
        scenario=row.scenario,
        scope=row.scope,
        personal=item.personal(row.fields),
        sensitive=item.sensitive(row.fields),
        assessed=bool(row.number) and Assessment.objects.filter(subject=row.ref).exists(),
    )


def open_count(*, organ: str, item: str) -> int:
    """未结的申请有几件。 How many open applications an organ has for an item; answered from an index of open ones alone."""
    return Application.objects.filter(organ=organ, item=item, state__in=OPEN).count()


def applications_of(*, organ: str | None, before: int | None, most: int) -> list[Application]:
    """一个单位申请的和要它提供的，新的在前。 What an organ applied for or is asked for, newest first; all where None. One more than `most` if there is."""
    rows = Application.objects.order_by("-id")
    if organ is not None:
        mine = ~models.Q(state=ApplicationState.DRAFTED.value) & models.Q(provider=organ)
        rows = rows.filter(models.Q(organ=organ) | mine)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows[: most + 1])


def terms_overdue(*, at: datetime, organ: str | None = None, most: int = 200) -> list[Term]:
    """逾期的时限，久的在前。 Clocks that are past their end: those of an organ (on either side), or all. One statement."""
    rows = Term.objects.filter(ended_at=None, due_at__lt=at)
    if organ is not None:
        rows = rows.filter(models.Q(organ=organ) | models.Q(applicant=organ))
    return list(rows.order_by("due_at", "id")[:most])


def terms_untold(*, at: datetime, most: int = 500) -> list[int]:
    """逾期而还没有告知的。 The clocks that are past their end and that nobody was told of yet."""
    rows = Term.objects.filter(ended_at=None, told_at=None, due_at__lt=at).order_by("due_at")
    return list(rows.values_list("id", flat=True)[:most])


def terms_running(*, subjects: Sequence[str]) -> dict[str, list[Term]]:
    """在走的时限，按事。 The open clocks of several things, by subject. One statement."""
    found: dict[str, list[Term]] = {}
    for term in Term.objects.filter(subject__in=subjects, ended_at=None).order_by("due_at"):
        found.setdefault(term.subject, []).append(term)
    return found


def steps_of(*, subject: str) -> list[ExchangeStep]:
    """一件事的经过，新的在前。 What happened to a thing, newest first."""
    return list(ExchangeStep.objects.filter(subject=subject).order_by("-id")[:200])
