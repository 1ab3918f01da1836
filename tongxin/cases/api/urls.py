"""程序接口的网址。 Addresses of the interfaces for programs."""

from django.urls import URLPattern, path, re_path

from tongxin.cases.api import json_api, open311

_own = [
    path(f"api/{one.pattern}", json_api.one_shape(one.callback), name=f"api_{one.name}")
    for one in json_api.api.urls[0]
    if isinstance(one, URLPattern) and one.name != "api-root"
]
often: list[URLPattern] = [
    one for one in _own if str(one.pattern).startswith(("api/desk", "api/cases", "api/reports"))
]
urlpatterns: list[URLPattern] = [
    *open311.urlpatterns,
    path("api/docs", json_api.one_shape(json_api.guide), name="api_guide"),
    path("api/openapi.json", json_api.one_shape(json_api.openapi), name="api_openapi"),
    *(one for one in _own if one not in often),
    re_path(r"^api/.*$", json_api.nothing, name="api_nothing"),
]
