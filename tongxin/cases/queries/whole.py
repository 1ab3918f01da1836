"""全卷的一问。 The file of a case in one statement: the database hands over its rows together, as JSON, and they become rows again."""

import functools
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, TypeVar

from django.db import models

from tongxin.acts.queries import put
from tongxin.cases.models import Assignment, Case, CaseStep, Clock, ClockRequest, Photo, Precedent

M = TypeVar("M", bound=models.Model)
Row = Mapping[str, Any]
RULINGS: Final = 5
FOLDED: Final = 50

WHOLE: Final = f"""
SELECT to_json(c),
       (SELECT to_json(w) FROM cases_case w WHERE w.id = c.folded_into_id),
       (SELECT json_agg(s ORDER BY s.seq DESC) FROM cases_casestep s WHERE s.case_id = c.id),
       (SELECT json_agg(a ORDER BY a.id) FROM cases_assignment a WHERE a.case_id = c.id),
       (SELECT json_agg(k ORDER BY k.ended_at, k.due_at) FROM cases_clock k WHERE k.case_id = c.id),
       (SELECT json_agg(p ORDER BY p.id) FROM cases_photo p WHERE p.case_id = c.id),
       (SELECT json_agg(r ORDER BY r.id DESC) FROM cases_clockrequest r JOIN cases_clock k ON k.id = r.clock_id
         WHERE k.case_id = c.id),
       (SELECT json_agg(f ORDER BY f.id) FROM (SELECT * FROM cases_case f WHERE f.folded_into_id = c.id
         ORDER BY f.id LIMIT {FOLDED}) f),
       (SELECT json_agg(json_build_array(to_json(p), to_json(o))) FROM (SELECT * FROM cases_precedent p
         WHERE c.matter <> '' AND p.matter = c.matter ORDER BY p.district <> c.district, p.id DESC LIMIT {RULINGS}) p
         JOIN cases_case o ON o.id = p.case_id)
  FROM cases_case c WHERE c.number = %(number)s"""


@functools.cache
def _readers(model: type[models.Model]) -> tuple[tuple[str, str, Callable[[Any], Any] | None], ...]:
    """各列怎么读。 Attribute, column, and what makes the field's value of what JSON can say (None: it is that already)."""
    return tuple((field.attname, str(field.column), _reader(field)) for field in model._meta.concrete_fields)  # noqa: SLF001


def _reader(field: Any) -> Callable[[Any], Any] | None:
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat
    if isinstance(field, models.DateField):
        return date.fromisoformat
    if isinstance(field, models.DecimalField):
        places = Decimal(1).scaleb(-(field.decimal_places or 0))
        return lambda value: Decimal(str(value)).quantize(places)
    return float if isinstance(field, models.FloatField) else None  # 118.0 is written 118


def made(model: type[M], row: Row) -> M:
    """一行。 A row of a table again, from the JSON of `to_json`."""
    readers = _readers(model)
    values = [
        read(value) if read is not None and value is not None else value
        for value, read in ((row[column], read) for _name, column, read in readers)
    ]
    return model.from_db("default", [name for name, _column, _read in readers], values)


def whole(*, number: str) -> dict[str, Any] | None:
    """全卷的各部分。 The parts of a case's file by their names (files.CaseFile); None when there is no such number. One statement."""
    rows = put(WHOLE, number=number)
    if not rows:
        return None
    case_, into, steps, parts, clocks, photos, requests, folded, rulings = rows[0]
    case, main = made(Case, case_), made(Case, into) if into else None
    case.folded_into = main
    running = {clock.pk: clock for clock in (made(Clock, one) for one in clocks or ())}
    asked = [made(ClockRequest, one) for one in requests or ()]
    log = [made(CaseStep, one) for one in steps or ()]
    for request in asked:
        request.clock = running[request.clock_id]
    for clock in running.values():
        clock.case = case
    for step in log:
        step.case = case
    return {
        "case": case,
        "whole": main,
        "steps": log,
        "parts": [made(Assignment, one) for one in parts or ()],
        "clocks": list(running.values()),
        "photos": [made(Photo, one) for one in photos or ()],
        "requests": asked,
        "folded": [made(Case, one) for one in folded or ()],
        "precedents": [_ruling(one, of) for one, of in rulings or ()],
    }


def _ruling(row: Row, of: Row) -> Precedent:
    found = made(Precedent, row)
    found.case = made(Case, of)
    return found
