"""目录的导出：DCAT-AP 3.0.1（JSON-LD、RDF/XML）与 CSV。 Exports of the catalogue, open to everybody; nothing of a person in them."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_safe

from tongxin.exchange.queries import export
from tongxin.exchange.rules.dcat import FIELD_HEAD, ITEM_HEAD, Catalogue, dcat_graph, item_rows
from tongxin.exchange.rules.rdf import json_ld, rdf_xml
from tongxin.law.rules.cells import csv_text
from tongxin.places.queries import city_day


def _catalogue(request: HttpRequest) -> Catalogue:
    return export.catalogue_on(day=city_day(timezone.now()), base=request.build_absolute_uri("/"))


def file_named(name: str, body: str | bytes, kind: str) -> HttpResponse:
    """一个文件。 A file to download."""
    return HttpResponse(
        body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


@require_safe
def catalogue_jsonld(request: HttpRequest) -> HttpResponse:
    """DCAT-AP 3.0.1，JSON-LD。 The catalogue as DCAT-AP 3.0.1 in JSON-LD."""
    return file_named("catalogue.jsonld", json_ld(dcat_graph(_catalogue(request))), "application/ld+json")


@require_safe
def catalogue_rdf(request: HttpRequest) -> HttpResponse:
    """DCAT-AP 3.0.1，RDF/XML。 The catalogue as DCAT-AP 3.0.1 in RDF/XML."""
    return file_named("catalogue.rdf", rdf_xml(dcat_graph(_catalogue(request))), "application/rdf+xml")


@require_safe
def catalogue_csv(request: HttpRequest) -> HttpResponse:
    """一项一行。 The catalogue, one row an item."""
    text = csv_text(ITEM_HEAD, item_rows(_catalogue(request).items))
    return file_named("catalogue.csv", text, "text/csv; charset=utf-8")


@require_safe
def fields_csv(request: HttpRequest) -> HttpResponse:
    """一个字段一行。 The fields of the catalogue's items, one row a field."""
    del request
    text = csv_text(FIELD_HEAD, export.field_rows(day=city_day(timezone.now())))
    return file_named("fields.csv", text, "text/csv; charset=utf-8")


urlpatterns = [
    path("data/catalogue.jsonld", catalogue_jsonld, name="data_catalogue_jsonld"),
    path("data/catalogue.rdf", catalogue_rdf, name="data_catalogue_rdf"),
    path("data/catalogue.csv", catalogue_csv, name="data_catalogue_csv"),
    path("data/fields.csv", fields_csv, name="data_fields_csv"),
]
