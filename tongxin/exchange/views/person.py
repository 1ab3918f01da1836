"""谁看过我的数据：本人的页。 Who looked at my data: the person's page, its lines, its exports, and the public count of what is deferred."""

import csv
import hashlib
import hmac
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongxin.acts.terms import Actor, InvalidInput, who
from tongxin.exchange import operations
from tongxin.exchange.forms.person import ParticularsForm
from tongxin.exchange.queries import claims
from tongxin.exchange.queries import person as read
from tongxin.exchange.queries.person import Filter
from tongxin.exchange.rules.person import Kind, Line
from tongxin.exchange.views import person_shown as shown
from tongxin.exchange.views.person_shown import Ground, Words
from tongxin.identity.operations import correct_particulars
from tongxin.identity.queries import own_particulars, represented_by
from tongxin.identity.terms import REPRESENTATION_LABELS, Powers
from tongxin.law.queries import cited
from tongxin.places.queries import city_day

OPEN_FOR: Final = timedelta(minutes=30)  # how long a record that was opened for somebody stays open
FEW: Final = 5  # of the folded kinds that many stand on the first page
WHOLE: Final = 100_000
CELLS_THAT_RUN: Final = ("=", "+", "-", "@", "\t", "\r")
COLUMNS: Final = (
    "when",
    "kind",
    "what",
    "organ",
    "office",
    "fields",
    "purpose",
    "clauses",
    "receipt",
    "contest",
    "deferred",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """谁在看谁的。 Who reads whose page: the actor in their own right, the person, and how far they may go."""

    actor: Actor
    person: str
    token: str = ""  # empty: one's own page
    name: str = ""
    may_act: bool = True
    opened: bool = True

    @property
    def suffix(self) -> str:
        """网址里说替谁。 The query that says for whom, for every address of the page."""
        return f"?for={self.token}" if self.token else ""


def reader_of(request: HttpRequest, at: datetime) -> Reader:
    """谁在看谁的。 The reader of a request; one who is not signed in must be sent away before. Raises Http404."""
    me = Actor(person=who(request).actor.person)
    token = request.GET.get("for", "")
    if not token:
        return Reader(actor=me, person=me.person)
    for one in represented(me.person, at):
        if hmac.compare_digest(one.token, token):
            opened = claims.opened_for(representative=me.person, person=one.person, since=at - OPEN_FOR)
            return Reader(
                actor=me, person=one.person, token=token, name=one.name, may_act=one.may_act, opened=opened
            )
    raise Http404("for")


@dataclass(frozen=True, slots=True)
class For:
    """可以替谁看。 One whose record may be read for them."""

    person: str
    token: str
    name: str
    kind: Any
    may_act: bool


def represented(person: str, at: datetime) -> list[For]:
    """可以替谁看。 For whom somebody may read, each under a word that says nothing to others."""
    found: dict[str, For] = {}
    for one in represented_by(representative=person, day=city_day(at)):
        held = own_particulars(person=one.person)
        able = one.powers is Powers.ACT or (one.person in found and found[one.person].may_act)
        name = held.name if held and held.name else gettext("没有登记姓名的人")
        found[one.person] = For(
            one.person, _token(person, one.person), name, REPRESENTATION_LABELS[one.kind], able
        )
    return list(found.values())


def _token(representative: str, person: str) -> str:
    said = f"for\x00{representative}\x00{person}".encode()
    return hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).hexdigest()[:24]


def gate(request: HttpRequest, ground: Ground) -> Reader | HttpResponse:
    """进门。 The reader, or the page they must pass first: signing in, or opening the record as an act."""
    if not who(request).signed_in:
        return shown.sign_in_first(request)
    reader = reader_of(request, ground.at)
    if reader.opened:
        return reader
    context = {"reader": reader, "basis": shown.basis_of("open_record_for", ground)}
    return render(request, "exchange/person_open.html", context, status=403)


# ---- The page ----------------------------------------------------------------------------------------------------------


@require_GET
@shown.private
def my_data(request: HttpRequest) -> HttpResponse:
    """谁看过我的数据。 Looks at my data first, other acts and my own folded; filters as words in the address. At most 26 statements."""
    ground = Ground.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    wanted, kind = _wanted(request)
    groups = _groups(reader, ground, wanted, kind)
    words = Words.of([line for _kind, lines, _more in groups for line in lines])
    numbers = [line.receipt for _kind, lines, _more in groups for line in lines if line.receipt]
    contests = claims.contests_on(person=reader.person, entries=numbers)
    own_contests = claims.contests_by(person=reader.person)
    by_handle = _general_contests(reader, ground, own_contests)
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


def _groups(reader: Reader, ground: Ground, wanted: Filter, kind: Kind | None) -> list[Group]:
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


def _paged(reader: Reader, ground: Ground, wanted: Filter, kind: Kind) -> Group:
    found = read.lines(person=reader.person, at=ground.at, wanted=wanted)
    size = wanted.size - 1
    return kind, found[:size], found[size - 1].handle if len(found) > size else ""


def _general_contests(reader: Reader, ground: Ground, own: Sequence[Any]) -> dict[str, Any]:
    """概括显示的行上的异议，按行的名字。 Contests on lines in general form, by the line's name: the entry stays unsaid."""
    marked = [contest for contest in own if contest.third]
    if not marked:
        return {}
    named = {row.entry: line.handle for row, line in read.third_rows(person=reader.person, at=ground.at)}
    return {named[contest.line]: contest for contest in reversed(marked) if contest.line in named}


def _query(request: HttpRequest, **changed: str) -> str:
    kept = {name: request.GET[name] for name in ("for", "kind", "organ", "year") if request.GET.get(name)}
    return "?" + urlencode({name: value for name, value in {**kept, **changed}.items() if value})


def _filters(
    request: HttpRequest, reader: Reader, ground: Ground, wanted: Filter, kind: Kind | None
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


@require_GET
@shown.private
def my_line(request: HttpRequest, handle: str) -> HttpResponse:
    """一行的全部。 One line whole: clauses with their text, why they apply, its receipt, its contest. At most twelve statements."""
    ground = Ground.now()
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


def line_or_404(reader: Reader, ground: Ground, handle: str) -> Any:
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
        return shown.sign_in_first(request)
    ground = Ground.now()
    reader = reader_of(request, ground.at)
    if not reader.token:
        raise Http404("for")
    operations.open_record_for(actor=reader.actor, at=ground.at, person=reader.person)
    return HttpResponseRedirect(reverse("my_data") + reader.suffix, status=303)


@require_http_methods(["GET", "POST"])
@shown.private
def particulars(request: HttpRequest) -> HttpResponse:
    """我的联系办法。 One's own particulars: read, put right, taken back."""
    if not who(request).signed_in:
        return shown.sign_in_first(request)
    ground, me = Ground.now(), Actor(person=who(request).actor.person)
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
        "basis": shown.basis_of("correct_particulars", ground),
    }
    return render(request, "exchange/particulars.html", context, status=400 if form.errors else 200)


# ---- Exports -----------------------------------------------------------------------------------------------------------


def exported(reader: Reader, ground: Ground) -> list[dict[str, Any]]:
    """全部的行，给文件用。 All lines of a person as a file has them: nothing that the page does not show. Eight statements."""
    kinds = [kind for kind in Kind if kind is not Kind.THIRD]
    plain = read.lines(person=reader.person, at=ground.at, wanted=Filter(kinds=kinds, size=WHOLE))
    every = [*plain, *read.third_lines(person=reader.person, at=ground.at)]
    words = Words.of(every)
    contests = claims.contests_on(person=reader.person, entries=[line.receipt for line in plain])
    general = _general_contests(reader, ground, claims.contests_by(person=reader.person))
    return [
        _exported(line, words, ground, contests.get(line.receipt) or general.get(line.handle))
        for line in every
    ]


def _exported(line: Line, words: Words, ground: Ground, contest: Any) -> dict[str, Any]:
    row = shown.shown_line(line, words, ground, contest, "")
    return {
        "when": line.at.isoformat() if line.at else f"{line.month:%Y-%m}",
        "kind": line.kind.value,
        "what": row["what"],
        "organ": row["who"] if line.general else ground.organ(line.organ),
        "office": words.office(line.office),
        "fields": row["fields"],
        "purpose": row["purpose"],
        "clauses": [
            {"ref": str(c.ref), "label": shown.clause_words(c), "text": c.text}
            for c in words.cited(line.clauses)
        ],
        "receipt": row["receipt_url"],
        "contest": {"number": contest.number, "state": contest.state} if contest else None,
        "deferred": [
            {"since": was.since.isoformat(), "until": was.until.isoformat(), "clauses": list(was.clauses)}
            for was in line.deferred
        ],
    }


@require_GET
@shown.private
def lines_csv(request: HttpRequest) -> HttpResponse:
    """下载 CSV。 All lines as a table (个人信息保护法 art. 45: 复制)."""
    ground = Ground.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for row in exported(reader, ground):
        cells = {
            **row,
            "fields": "、".join(row["fields"]),
            "clauses": " ".join(clause["ref"] for clause in row["clauses"]),
            "contest": f"{row['contest']['number']} {row['contest']['state']}" if row["contest"] else "",
            "deferred": " ".join(f"{was['since']}/{was['until']}" for was in row["deferred"]),
        }
        table.writerow([plain_cell(str(cells[name])) for name in COLUMNS])
    return _file("\ufeff" + out.getvalue(), "text/csv; charset=utf-8", "my-data.csv")


def plain_cell(value: str) -> str:
    """不会被当成公式的格子。 A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(CELLS_THAT_RUN) else value


@require_GET
@shown.private
def copy_json(request: HttpRequest) -> HttpResponse:
    """一份副本。 A machine-readable copy of what the platform holds of a person (个人信息保护法 art. 45): particulars, lines, claims."""
    ground = Ground.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    held = own_particulars(person=reader.person)
    body = {
        "made": ground.at.isoformat(),
        "particulars": {name: getattr(held, name) for name in ("name", "phone", "email", "language")} if held else {},
        "lines": exported(reader, ground),
        "contests": [
            {"number": c.number, "at": c.at.isoformat(), "ground": c.ground, "text": c.text, "state": c.state,
             "answer": c.answer, "measures": c.measures, "decision": c.decision}
            for c in claims.contests_by(person=reader.person)
        ],
        "requests": [
            {"number": r.number, "at": r.at.isoformat(), "kind": r.kind, "about": shown.about_words(r.about), "text": r.text,
             "state": r.state, "answer": r.answer}
            for r in claims.requests_by(person=reader.person)
        ],
    }  # fmt: skip
    text = json.dumps(body, ensure_ascii=False, indent=1)
    return _file(text, "application/json; charset=utf-8", "my-data.json")


def _file(text: str, kind: str, name: str) -> HttpResponse:
    said = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type=kind, headers=said)


# ---- In public ---------------------------------------------------------------------------------------------------------


@require_GET
def deferred(request: HttpRequest) -> HttpResponse:
    """暂缓显示的公开数。 In public: how many lines are deferred now, by organ and clause; whose, nobody learns here. Three statements."""
    ground = Ground.now()
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
    path("my-data/lines.csv", lines_csv, name="my_data_csv"),
    path("my-data/copy.json", copy_json, name="my_data_copy"),
    path("my-data/particulars/", particulars, name="my_data_particulars"),
    path("my-data/deferred/", deferred, name="my_data_deferred"),
    path("my-data/lines/<str:handle>/", my_line, name="my_data_line"),
]
