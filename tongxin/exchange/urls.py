"""数据共享的网址。 Addresses of lawful data; each module of views lists its own."""

from tongxin.exchange.api import calls as interface
from tongxin.exchange.views import (
    applying,
    calls,
    catalogue,
    claims,
    collected,
    contests,
    doing,
    emergency,
    export,
    grants,
    person,
    person_files,
    releases,
)

urlpatterns = [
    *catalogue.urlpatterns,
    *applying.urlpatterns,
    *grants.urlpatterns,
    *doing.urlpatterns,
    *calls.urlpatterns,
    *emergency.urlpatterns,
    *export.urlpatterns,
    *releases.urlpatterns,
    *collected.urlpatterns,
    *person.urlpatterns,
    *person_files.urlpatterns,
    *contests.urlpatterns,
    *claims.urlpatterns,
    *interface.urlpatterns,
]
