"""数据共享的网址。 Addresses of lawful data; each module of views lists its own."""

from django.urls import URLPattern

from tongxin.exchange.views import applying, catalogue, doing, grants

urlpatterns: list[URLPattern] = []
urlpatterns += [
    *catalogue.urlpatterns,
    *applying.urlpatterns,
    *grants.urlpatterns,
    *doing.urlpatterns,
]
