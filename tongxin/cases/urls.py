"""事项的网址。 Addresses of cases; each module of views lists its own."""

from tongxin.cases.api import urls as api
from tongxin.cases.views import act, desk, erasing, matter, mine, overview, report

urlpatterns = [
    *report.urlpatterns,
    *mine.urlpatterns,
    *erasing.urlpatterns,
    *matter.urlpatterns,
    *act.urlpatterns,
    *desk.urlpatterns,
    *overview.urlpatterns,
    *api.urlpatterns,
]
