"""法典的导出。 Exports of the book: open to everybody, nothing personal in them."""

from collections.abc import Mapping, Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import re_path
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.law import queries
from tongxin.law.models import Clause, Suspension, Version
from tongxin.law.queries import clauses as reading
from tongxin.law.rules.akoma_ntoso import (
    Expression,
    Provision,
    Spans,
    akoma_ntoso,
    first_adopted,
    language_of,
)
from tongxin.law.terms import ClauseKind
from tongxin.places.queries import city_day


@require_safe
def akn_xml(request: HttpRequest, key: str, date: str) -> HttpResponse:
    """一个版本的 Akoma Ntoso。 A version as Akoma Ntoso 3.0; not found where its text is not held. Four statements."""
    del request
    versions = reading.versions_known(key=key)
    version = next((row for row in versions if row.adopted.isoformat() == date and row.has_text), None)
    if version is None:
        raise Http404(key)
    clauses = list(queries.clauses_of(version=version))
    suspended = reading.suspensions_in(version=version)
    body = akoma_ntoso(
        expression=_expression(version, versions, clauses),
        provisions=[_provision(clause, version, suspended) for clause in clauses],
        generated=city_day(timezone.now()),
    )
    name = f"{key.replace('/', '-')}@{date}.xml"
    return HttpResponse(
        body,
        content_type="application/akn+xml; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


def _expression(version: Version, versions: Sequence[Version], clauses: Sequence[Clause]) -> Expression:
    instrument = version.instrument
    return Expression(
        key=instrument.key,
        title=instrument.title,
        level=instrument.level,
        issuer=instrument.issuer,
        work_date=first_adopted(
            prefaces=[row.preamble for row in versions], adopted=[row.adopted for row in versions]
        ),
        adopted=version.adopted,
        in_force=Spans(version.in_force_from, version.in_force_to),
        preface=tuple(line for line in version.preamble.split("\n") if line),
        followed=any(row.adopted > version.adopted for row in versions),
        language=language_of("".join(clause.text for clause in clauses)),
    )


def _provision(clause: Clause, version: Version, suspended: Mapping[int, Sequence[Suspension]]) -> Provision:
    spans = tuple((row.since, row.until) for row in suspended.get(clause.pk, ()))
    own = None
    if clause.in_force_from or clause.in_force_to or spans:
        own = Spans(
            clause.in_force_from or version.in_force_from, clause.in_force_to or version.in_force_to, spans
        )
    return Provision(
        key=clause.key,
        kind=ClauseKind(clause.kind),
        parent=clause.parent,
        number=clause.number,
        heading=clause.heading,
        text=clause.text,
        own=own,
    )


urlpatterns = [
    re_path(r"^law/(?P<key>[a-z0-9/-]+)@(?P<date>\d{4}-\d{2}-\d{2})/akn\.xml$", akn_xml, name="akn_xml"),
]
