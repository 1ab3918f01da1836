"""数据共享的网址。 Addresses of lawful data; each module of views lists its own."""

from django.urls import URLPattern

from tongxin.exchange.api import calls as calls_api
from tongxin.exchange.views import applying, calls, catalogue, doing, emergency, grants

urlpatterns: list[URLPattern] = []
urlpatterns += [
    *catalogue.urlpatterns,
    *applying.urlpatterns,
    *grants.urlpatterns,
    *doing.urlpatterns,
]
urlpatterns += [*calls.urlpatterns, *emergency.urlpatterns, *calls_api.urlpatterns]
