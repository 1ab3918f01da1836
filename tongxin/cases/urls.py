"""事项的网址。 Addresses of cases; each module of views lists its own."""

from tongxin.cases.api import urls as api
from tongxin.cases.views import act, desk, erasing, matter, mine, overview, report

# What is asked for most, before everything else: an address is looked for from the top (web/urls.py).
often = [*api.often, *matter.urlpatterns, desk.first]

urlpatterns = [
    *report.urlpatterns,
    *mine.urlpatterns,
    *erasing.urlpatterns,
    *act.urlpatterns,
    *desk.urlpatterns,
    *overview.urlpatterns,
    *api.urlpatterns,
]
