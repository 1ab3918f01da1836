"""门口的页。 Pages of the door itself: home, signing in, the inbox, the ledger, and whether the house stands."""

from tongxin.web.views import account, demo, health, home, impact, inbox, ledger

urlpatterns = [
    *home.urlpatterns,
    *account.urlpatterns,
    *demo.urlpatterns,
    *inbox.urlpatterns,
    *ledger.urlpatterns,
    *health.urlpatterns,
    *impact.urlpatterns,
]
