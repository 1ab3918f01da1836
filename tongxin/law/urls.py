"""法律的网址。 Addresses of law; each module of views lists its own."""

from tongxin.law.views import book, clause, compare, entries, export, keeping, listing, lists, report, search

urlpatterns = [
    *book.urlpatterns,
    *listing.urlpatterns,  # before the lists: `apply` and `changes` are no codes of matters
    *entries.urlpatterns,
    *lists.urlpatterns,
    *export.urlpatterns,
    *compare.urlpatterns,
    *search.urlpatterns,
    *keeping.urlpatterns,
    *report.urlpatterns,
    *clause.urlpatterns,  # last: an instrument's key may be any words with a stroke between
]
