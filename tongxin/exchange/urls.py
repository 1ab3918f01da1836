"""数据共享的网址。 Addresses of lawful data; each module of views lists its own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []

from tongxin.exchange.views import collected, export, releases  # noqa: E402 - each module of views appends its own

urlpatterns += [*export.urlpatterns, *releases.urlpatterns, *collected.urlpatterns]
