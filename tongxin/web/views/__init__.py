"""门口的页。 Pages of the door itself: home, signing in, the inbox, the ledger, and whether the house stands."""

from tongxin.web.views import (
    account,
    city_login,
    demo,
    health,
    home,
    identifying,
    impact,
    inbox,
    ledger,
    opening,
    outside,
    security,
)

urlpatterns = [
    *home.urlpatterns,
    *account.urlpatterns,
    *opening.urlpatterns,
    *outside.urlpatterns,
    *security.urlpatterns,
    *identifying.urlpatterns,
    *city_login.urlpatterns,
    *demo.urlpatterns,
    *inbox.urlpatterns,
    *ledger.urlpatterns,
    *health.urlpatterns,
    *impact.urlpatterns,
]
