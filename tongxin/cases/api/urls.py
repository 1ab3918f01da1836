"""程序接口的网址。 Addresses of the interfaces for programs."""

from django.urls import URLPattern, path, re_path

from tongxin.cases.api import json_api, open311

urlpatterns: list[URLPattern] = [
    *open311.urlpatterns,
    path("api/docs", json_api.one_shape(json_api.guide), name="api_guide"),
    path("api/openapi.json", json_api.one_shape(json_api.openapi), name="api_openapi"),
    *(
        path(f"api/{one.pattern}", json_api.one_shape(one.callback), name=f"api_{one.name}")
        for one in json_api.api.urls[0]
        if isinstance(one, URLPattern) and one.name != "api-root"
    ),
    re_path(r"^api/.*$", json_api.nothing, name="api_nothing"),
]
