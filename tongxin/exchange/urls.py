"""数据共享的网址。 Addresses of lawful data; each module of views lists its own."""

from django.urls import URLPattern

from tongxin.exchange.views import claims as claims_pages
from tongxin.exchange.views import contests as contests_pages
from tongxin.exchange.views import person as person_pages
from tongxin.exchange.views import person_files

urlpatterns: list[URLPattern] = []
urlpatterns += [
    *person_pages.urlpatterns,
    *person_files.urlpatterns,
    *contests_pages.urlpatterns,
    *claims_pages.urlpatterns,
]
