"""谁看过我的数据：本人的页。 Who looked at my data: the person's page, its lines, its exports, and the public count of what is deferred."""

from collections.abc import Sequence
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.acts.terms import Actor, InvalidInput, who
from tongxin.exchange import operations
from tongxin.exchange.forms.person import ParticularsForm
from tongxin.exchange.queries import claims
from tongxin.exchange.queries import person as read
from tongxin.exchange.queries.person import Filter
from tongxin.exchange.rules.person import Kind, Line
from tongxin.exchange.views import person_shown as shown
from tongxin.exchange.views.data_shown import DataGround, basis_of, sign_in_first
from tongxin.exchange.views.person_files import general_contests
from tongxin.exchange.views.person_shown import Words
from tongxin.exchange.views.reader import Reader, gate, reader_of, represented
from tongxin.identity.operations import correct_particulars
from tongxin.identity.queries import own_particulars
from tongxin.law.queries import cited

FEW: Final = 5  # of the folded kinds that many stand on the first page


# ---- The page ----------------------------------------------------------------------------------------------------------


@require_safe
@shown.private
def my_data(request: HttpRequest) -> HttpResponse:
    """谁看过我的数据。 Looks at my data first, other acts and my own folded; filters as words in the address. At most 26 statements."""
    ground = DataGround.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    wanted, kind = _wanted(request)
    groups = _groups(reader, ground, wanted, kind)
    words = Words.of([line for _kind, lines, _more in groups for line in lines])
    numbers = [line.receipt for _kind, lines, _more in groups for line in lines if line.receipt]
    contests = claims.contests_on(person=reader.person, entries=numbers)
    own_contests = claims.contests_by(person=reader.person)
    by_handle = general_contests(reader, ground, own_contests)
    rows = {
        one.value: {
            "lines": [
                shown.shown_line(
                    line,
                    words,
                    ground,
                    contests.get(line.receipt) or by_handle.get(line.handle),
                    reader.suffix,
                )
                for line in lines
            ],
            "more": more,
        }
        for one, lines, more in groups
    }
    return render(
        request,
        "exchange/person.html",
        {
            "reader": reader,
            "represented": represented(reader.actor.person, ground.at),
            "rows": rows,
            "kind": kind.value if kind else "",
            "counts": {one.value: n for one, n in read.counts(person=reader.person, at=ground.at).items()},
            "filters": _filters(request, reader, ground, wanted, kind),
            "query": _query(request),
            "contests": [shown.contest_mark(row, ground, reader.suffix) for row in own_contests],
            "at": ground.at,
        },
    )


def _wanted(request: HttpRequest) -> tuple[Filter, Kind | None]:
    word, year, before = (request.GET.get(name, "") for name in ("kind", "year", "before"))
    kind = Kind(word) if word in set(Kind) else None
    return (
        Filter(
            kinds=[kind] if kind else [Kind.LOOK],
            organ=request.GET.get("organ", "")[:120].replace("\x00", ""),
            year=int(year) if year.isascii() and year.isdecimal() and len(year) == 4 else 0,
            before=int(before)
            if before.isascii() and before.isdecimal() and 0 < len(before) < 19
            else read.NEWEST,
            size=read.PAGE + 1,
        ),
        kind,
    )


Group = tuple[Kind, Sequence[Line], str]


def _groups(reader: Reader, ground: DataGround, wanted: Filter, kind: Kind | None) -> list[Group]:
    """各类的行。 The lines of each kind that this page shows, and the word of the next page, if there is one."""
    if kind is Kind.THIRD:
        return [(Kind.THIRD, read.third_lines(person=reader.person, at=ground.at), "")]
    if kind is not None:
        return [_paged(reader, ground, wanted, kind)]
    first = _paged(reader, ground, wanted, Kind.LOOK)
    if wanted.before != read.NEWEST:
        return [first]
    # Organ and year are not asked of lines in general form: the answer would tell what they leave out.
    third = [] if wanted.organ or wanted.year else read.third_lines(person=reader.person, at=ground.at)
    few = [
        _paged(reader, ground, Filter(kinds=[one], organ=wanted.organ, year=wanted.year, size=FEW + 1), one)
        for one in (Kind.ACT, Kind.OWN)
    ]
    return [first, (Kind.THIRD, third, ""), *few]


def _paged(reader: Reader, ground: DataGround, wanted: Filter, kind: Kind) -> Group:
    found = read.lines(person=reader.person, at=ground.at, wanted=wanted)
    size = wanted.size - 1
    return kind, found[:size], found[size - 1].handle if len(found) > size else ""


def _query(request: HttpRequest, **changed: str) -> str:
    kept = {name: request.GET[name] for name in ("for", "kind", "organ", "year") if request.GET.get(name)}
    return "?" + urlencode({name: value for name, value in {**kept, **changed}.items() if value})


def _filters(
    request: HttpRequest, reader: Reader, ground: DataGround, wanted: Filter, kind: Kind | None
) -> dict[str, Any]:
    organs, years = read.choices(person=reader.person, at=ground.at)
    every = gettext("全部")
    kinds = [(one.value, str(KIND_LABELS[one]())) for one in Kind]
    asked = (
        ("kind", gettext("哪一类"), kinds, kind.value if kind else ""),
        ("organ", gettext("哪个单位"), [(code, ground.organ(code)) for code in organs], wanted.organ),
        ("year", gettext("哪一年"), [(str(year), str(year)) for year in years], str(wanted.year or "")),
    )
    groups = [
        {
            "label": label,
            "choices": [
                {"label": every, "url": _query(request, **{name: ""}), "current": not current},
                *(
                    {"label": word, "url": _query(request, **{name: value}), "current": value == current}
                    for value, word in choices
                ),
            ],
        }
        for name, label, choices, current in asked
    ]
    narrowed = kind is not None or wanted.organ or wanted.year
    return {"groups": groups, "clear_url": reverse("my_data") + reader.suffix if narrowed else ""}


KIND_LABELS: Final = {
    Kind.LOOK: lambda: gettext("查看我的数据"),
    Kind.THIRD: lambda: gettext("因别人的事查到我"),
    Kind.ACT: lambda: gettext("办理我的事"),
    Kind.OWN: lambda: gettext("我自己做的"),
}


@require_safe
@shown.private
def my_line(request: HttpRequest, handle: str) -> HttpResponse:
    """一行的全部。 One line whole: clauses with their text, why they apply, its receipt, its contest. At most twelve statements."""
    ground = DataGround.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    row, line = line_or_404(reader, ground, handle)
    words = Words.of([line])
    contest = claims.contests_on(person=reader.person, entries=[row.entry]).get(row.entry)
    return render(
        request,
        "exchange/person_line.html",
        {
            "reader": reader,
            "row": shown.shown_line(line, words, ground, contest, reader.suffix),
            "line": line,
            "basis": {"clauses": words.cited(line.clauses)},
            "why": shown.why_of(line.verb, ground.day),
            "contestable": line.kind is not Kind.OWN and reader.may_act,
        },
    )


def line_or_404(reader: Reader, ground: DataGround, handle: str) -> Any:
    """某一行。 A row and its line. Raises Http404, the same for another's, a deferred one and none."""
    found = read.line_at(person=reader.person, at=ground.at, handle=handle) if "\x00" not in handle else None
    if found is None:
        raise Http404("line")
    return found


@require_POST
@shown.private
def open_for(request: HttpRequest) -> HttpResponse:
    """替人打开。 Opens somebody's record for them, as an act that they see."""
    if not who(request).signed_in:
        return sign_in_first(request)
    ground = DataGround.now()
    reader = reader_of(request, ground.at)
    if not reader.token:
        raise Http404("for")
    operations.open_record_for(actor=reader.actor, at=ground.at, person=reader.person)
    return HttpResponseRedirect(reverse("my_data") + reader.suffix, status=303)


@require_http_methods(["GET", "HEAD", "POST"])
@shown.private
def particulars(request: HttpRequest) -> HttpResponse:
    """我的联系办法。 One's own particulars: read, put right, taken back."""
    if not who(request).signed_in:
        return sign_in_first(request)
    ground, me = DataGround.now(), Actor(person=who(request).actor.person)
    held = own_particulars(person=me.person)
    if held is None:
        raise Http404("particulars")
    start = {"phone": held.phone, "email": held.email, "language": held.language}
    form = ParticularsForm(request.POST if request.method == "POST" else None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            correct_particulars(actor=me, at=ground.at, **form.cleaned_data)
            return HttpResponseRedirect("?done=1", status=303)
        except InvalidInput as wrong:
            shown.mark(form, wrong)
    context = {
        "form": form,
        "name": held.name,
        "done": "done" in request.GET,
        "basis": basis_of("correct_particulars", ground),
    }
    return render(request, "exchange/particulars.html", context, status=400 if form.errors else 200)


# ---- In public ---------------------------------------------------------------------------------------------------------


@require_safe
def deferred(request: HttpRequest) -> HttpResponse:
    """暂缓显示的公开数。 In public: how many lines are deferred now, by organ and clause; whose, nobody learns here. Three statements."""
    ground = DataGround.now()
    found = read.deferred_counts(at=ground.at)
    named = {str(c.ref): c for c in cited(refs=sorted({ref for one in found for ref in one.clauses}))}
    rows = [
        {
            "organ": ground.organ(one.organ),
            "clauses": [
                {"label": shown.clause_words(named[ref]), "url": named[ref].url}
                for ref in one.clauses
                if ref in named
            ],
            "lines": one.lines,
            "latest": one.latest,
        }
        for one in found
    ]
    context = {"rows": rows, "total": sum(one.lines for one in found), "at": ground.at}
    return render(request, "exchange/deferred.html", context)


urlpatterns = [
    path("my-data/", my_data, name="my_data"),
    path("my-data/open/", open_for, name="my_data_open"),
    path("my-data/particulars/", particulars, name="my_data_particulars"),
    path("my-data/deferred/", deferred, name="my_data_deferred"),
    path("my-data/lines/<str:handle>/", my_line, name="my_data_line"),
]
