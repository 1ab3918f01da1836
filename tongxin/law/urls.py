"""法律的网址。 Addresses of law; each module of views lists its own."""

from tongxin.law.views import (
    book,
    clause,
    compare,
    entries,
    export,
    keeping,
    listing,
    lists,
    making,
    making_comment,
    making_do,
    making_drafts,
    report,
    search,
)

urlpatterns = [
    *making_do.urlpatterns,
    *making_comment.urlpatterns,
    *making_drafts.urlpatterns,
    *making.urlpatterns,  # last: a number may be any word
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
