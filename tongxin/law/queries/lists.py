"""清单的读取：各清单、各事项、为什么在用或停用、历次变动、申请。 Reads of the lists and of applications to them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import models

from tongxin.law.models import Binding, EntryApplication, ListChange, ListEntry, UpdateDuty
from tongxin.law.queries import CitedClause, cited_clause, entries_on, holding, in_force
from tongxin.law.queries.standing import states_on
from tongxin.organs.queries import organs_by_function

Entry = ListEntry  # what a capability above holds of the lists, read and never written


@dataclass(frozen=True, slots=True)
class Count:
    """一张清单的数。 How many entries a list has on a day, and how many of them are active."""

    listed: int = 0
    active: int = 0

    @property
    def idle(self) -> int:
        """停用的。 How many are idle."""
        return self.listed - self.active


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """一条依据此日的样子。 One binding as it stands on a day: the clause, and whether it holds."""

    clause: CitedClause
    mandatory: bool
    general: bool
    phrase: str
    holds: bool
    valid_from: date | None
    valid_to: date | None


def _on(day: date) -> models.Q:
    return models.Q(valid_from__lte=day) & (models.Q(valid_to__isnull=True) | models.Q(valid_to__gt=day))


def counts(*, day: date) -> Mapping[str, Count]:
    """各清单的数。 The count of every list on a day. Two statements."""
    states = states_on(day=day)
    found: dict[str, list[bool]] = {}
    for number, kind in ListEntry.objects.filter(_on(day)).values_list("id", "list"):
        found.setdefault(kind, []).append(states.get(number, False))
    return {kind: Count(len(active), sum(active)) for kind, active in found.items()}


def rows_of(*, kind: str, day: date) -> list[tuple[ListEntry, list[Held]]]:
    """一张清单的各行与其依据。 The entries of a list on a day, each with what it rests on. Two statements."""
    rows = list(entries_on(kind=kind, day=day))
    held = _held(models.Q(entry__list=kind), day)
    return [(row, held.get(row.pk, [])) for row in rows]


def held_by(*, entries: Iterable[ListEntry], day: date) -> Mapping[int, list[Held]]:
    """这些事项此日所依的条款。 What entries rest on on a day, by row id. One statement."""
    return _held(models.Q(entry__in=[entry.pk for entry in entries]), day)


def _held(which: models.Q, day: date) -> Mapping[int, list[Held]]:
    rows = (
        Binding.objects.filter(which & holding(day=day))
        .select_related("clause__version__instrument")
        .annotate(
            holds=models.Case(
                models.When(in_force(day=day, prefix="clause__"), then=models.Value(value=True)),
                default=models.Value(value=False),
                output_field=models.BooleanField(),
            )
        )
    )
    found: dict[int, list[Held]] = {}
    for row in rows.order_by("id"):
        found.setdefault(row.entry_id, []).append(
            Held(
                clause=cited_clause(row.clause),
                mandatory=row.mandatory,
                general=row.general,
                phrase=row.phrase,
                holds=row.holds,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
            )
        )
    return found


def entry_at(*, kind: str, code: str, day: date) -> ListEntry | None:
    """某代码此日的事项；不在清单上的，给最近一次。 The entry of a code on a day, with `active`; else the latest that had the code."""
    listed = entries_on(kind=kind, day=day).filter(code=code).first()
    return listed or ListEntry.objects.filter(list=kind, code=code).order_by("-valid_from").first()


def spans_of(*, kind: str, code: str) -> list[ListEntry]:
    """一个代码历次在清单上的时段。 The spans in which a code was listed, newest first."""
    return list(ListEntry.objects.filter(list=kind, code=code).order_by("-valid_from"))


def changes_of(*, kind: str, code: str) -> list[ListChange]:
    """一个代码的历次变动，新的在前。 Every change of a code, newest first."""
    rows = ListChange.objects.filter(list_entry__list=kind, list_entry__code=code)
    return list(rows.select_related("list_entry").order_by("-id"))


def changes_page(*, kind: str, before: int | None, most: int) -> list[ListChange]:
    """一张清单的变动，一页，新的在前。 A page of a list's changes, newest first, before a row id; one more than `most` if there is."""
    rows = ListChange.objects.filter(list_entry__list=kind).select_related("list_entry").order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return list(rows[: most + 1])


def newest_changes(*, most: int) -> list[ListChange]:
    """最近的变动。 The newest changes of all lists but the platform's own."""
    rows = ListChange.objects.exclude(list_entry__list=ListEntry.Kind.POWER)
    return list(rows.select_related("list_entry").order_by("-id")[:most])


def duty_of(*, entry: ListEntry) -> UpdateDuty | None:
    """未完成的更新时限。 The open duty to bring an entry up to date."""
    return UpdateDuty.objects.filter(list_entry=entry, done_at=None).first()


def applications_open(*, organ: str | None = None) -> list[EntryApplication]:
    """待审的申请，先来的在前。 The open applications, oldest first; of one organ, or of all."""
    rows = EntryApplication.objects.filter(state=EntryApplication.State.OPEN)
    return list((rows.filter(organ=organ) if organ else rows).order_by("id"))


def applications_decided(*, organ: str | None = None, most: int = 50) -> list[EntryApplication]:
    """已有结果的申请，新的在前。 Applications that were decided or withdrawn, newest first."""
    rows = EntryApplication.objects.exclude(state=EntryApplication.State.OPEN)
    return list((rows.filter(organ=organ) if organ else rows).order_by("-decided_at", "-id")[:most])


def application(*, number: int) -> EntryApplication | None:
    """一件申请。 The application of a number."""
    return EntryApplication.objects.select_related("list_entry").filter(pk=number).first()


def functions(*, revision: int) -> Sequence[tuple[str, str, str]]:
    """本市机构的职能与叫法。 The functions of the city's organs: word, Chinese and English name of one organ that has it.

    Where many organs have a function (streets, grid stations, committees) any of them would mislead, so the kind is said.
    """
    found: dict[str, tuple[str, str, str]] = {}
    for (function, _place), organ in organs_by_function(revision).items():
        if function not in found or organ.level == "city":
            found[function] = _SEVERAL.get(organ.kind) or (function, organ.name, organ.name_en)
    return sorted((function, zh, en) for function, (_word, zh, en) in found.items())


_SEVERAL: Mapping[str, tuple[str, str, str]] = {
    "street_office": ("street", "乡镇（街道）", "Townships and sub-districts"),
    "grid_station": ("grid", "网格站", "Grid stations"),
    "committee": ("committee", "村（居）民委员会", "Villagers' and residents' committees"),
}
