"""本人的记录作成文件。 A person's record as files: all lines as a table, and a full copy for machines (个人信息保护法 art. 45)."""

import json
from collections.abc import Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe

from tongxin.exchange.queries import claims
from tongxin.exchange.queries import person as read
from tongxin.exchange.queries.person import Filter
from tongxin.exchange.rules.person import Kind, Line
from tongxin.exchange.views import person_shown as shown
from tongxin.exchange.views.data_shown import DataGround
from tongxin.exchange.views.person_shown import Words
from tongxin.exchange.views.reader import Reader, gate
from tongxin.identity.queries import own_particulars
from tongxin.law.rules.cells import csv_text

WHOLE: Final = 100_000
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


def general_contests(reader: Reader, ground: DataGround, own: Sequence[Any]) -> dict[str, Any]:
    """概括显示的行上的异议，按行的名字。 Contests on lines in general form, by the line's name: the entry stays unsaid."""
    marked = [contest for contest in own if contest.third]
    if not marked:
        return {}
    named = {row.entry: line.handle for row, line in read.third_rows(person=reader.person, at=ground.at)}
    return {named[contest.line]: contest for contest in reversed(marked) if contest.line in named}


def exported(reader: Reader, ground: DataGround) -> list[dict[str, Any]]:
    """全部的行，给文件用。 All lines of a person as a file has them: nothing that the page does not show. Eight statements."""
    kinds = [kind for kind in Kind if kind is not Kind.THIRD]
    plain = read.lines(person=reader.person, at=ground.at, wanted=Filter(kinds=kinds, size=WHOLE))
    every = [*plain, *read.third_lines(person=reader.person, at=ground.at)]
    words = Words.of(every)
    contests = claims.contests_on(person=reader.person, entries=[line.receipt for line in plain])
    general = general_contests(reader, ground, claims.contests_by(person=reader.person))
    return [
        _exported(line, words, ground, contests.get(line.receipt) or general.get(line.handle))
        for line in every
    ]


def _exported(line: Line, words: Words, ground: DataGround, contest: Any) -> dict[str, Any]:
    row = shown.shown_line(line, words, ground, contest, "")
    return {
        "when": line.at.isoformat() if line.at else f"{line.month:%Y-%m}",
        "kind": line.kind.value,
        "what": row["what"],
        "organ": row["who"] if line.general else ground.organ(words.organ(line)),
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


@require_safe
@shown.private
def lines_csv(request: HttpRequest) -> HttpResponse:
    """下载 CSV。 All lines as a table (个人信息保护法 art. 45: 复制)."""
    ground = DataGround.now()
    reader = gate(request, ground)
    if isinstance(reader, HttpResponse):
        return reader
    rows = []
    for row in exported(reader, ground):
        cells = {
            **row,
            "fields": "、".join(row["fields"]),
            "clauses": " ".join(clause["ref"] for clause in row["clauses"]),
            "contest": f"{row['contest']['number']} {row['contest']['state']}" if row["contest"] else "",
            "deferred": " ".join(f"{was['since']}/{was['until']}" for was in row["deferred"]),
        }
        rows.append([str(cells[name]) for name in COLUMNS])
    return _file(csv_text(COLUMNS, rows), "text/csv; charset=utf-8", "my-data.csv")


@require_safe
@shown.private
def copy_json(request: HttpRequest) -> HttpResponse:
    """一份副本。 A machine-readable copy of what the platform holds of a person (个人信息保护法 art. 45): particulars, lines, claims."""
    ground = DataGround.now()
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


urlpatterns = [
    path("my-data/lines.csv", lines_csv, name="my_data_csv"),
    path("my-data/copy.json", copy_json, name="my_data_copy"),
]
