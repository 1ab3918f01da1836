"""地点的数据。 Boundaries of places for maps: the city's own, streamed, nothing from elsewhere."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Final

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from tongxin.places import queries
from tongxin.places.models import Place
from tongxin.places.terms import CityFacts

KEPT_FOR: Final = 600  # seconds


@require_safe
def geojson(request: HttpRequest, code: str) -> HttpResponseBase:
    """边界：市给各县区，县区给各网格。 Boundaries: of the districts for the city, else of the grids within. Two statements."""
    del request
    here = queries.city()
    day = timezone.localdate()
    if queries.spot(code=code, day=day, revision=here.revision) is None:
        raise Http404(code)
    response = StreamingHttpResponse(_collection(here, code, day), content_type="application/geo+json")
    patch_cache_control(response, max_age=KEPT_FOR, public=True)
    return response


def _collection(here: CityFacts, code: str, day: date) -> Iterator[str]:
    notice = json.dumps(str(here.settings.get("map_notice", "")), ensure_ascii=False)
    rows = (
        queries.districts(root=code, day=day) if code == here.root else queries.grids_in(code=code, day=day)
    )
    yield f'{{"type":"FeatureCollection","notice":{notice},"features":['
    between = ""
    for row in rows.iterator(chunk_size=500):
        if row.boundary:
            yield between + _feature(row)
            between = ","
    yield "]}"


def _feature(row: Place) -> str:
    properties = {"code": row.code, "name": row.name, "name_en": row.name_en or row.name}
    feature = {"type": "Feature", "properties": properties, "geometry": row.boundary}
    return json.dumps(feature, ensure_ascii=False, separators=(",", ":"))


urlpatterns = [path("map/<slug:code>.geojson", geojson, name="geojson")]
