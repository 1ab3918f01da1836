"""网址。 Addresses: those of the door itself and those of each capability."""

from django.conf import settings
from django.urls import include, path

from tongxin.cases.urls import often
from tongxin.web import views

handler500 = "tongxin.web.views.health.broke"
urlpatterns = [
    *often,
    *views.urlpatterns,
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("tongxin.exchange.urls")),  # before cases, which answers whatever else begins with api/
    path("", include("tongxin.cases.urls")),
    path("", include("tongxin.law.urls")),
    path("", include("tongxin.places.urls")),
]
if settings.DEMO:
    urlpatterns += [path("patterns/", include("tongxin.web.patterns.urls"))]
