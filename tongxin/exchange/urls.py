"""数据共享的网址。 Addresses of lawful data; each module of views lists its own."""

from tongxin.exchange.views import claims, collected, contests, export, person, person_files, releases

urlpatterns = [
    *person.urlpatterns,
    *person_files.urlpatterns,
    *contests.urlpatterns,
    *claims.urlpatterns,
    *export.urlpatterns,
    *releases.urlpatterns,
    *collected.urlpatterns,
]
