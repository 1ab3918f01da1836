"""法律的网址。 Addresses of law; each module of views lists its own."""

from tongxin.law.views import book, lists

urlpatterns = [
    *book.urlpatterns,
    *lists.urlpatterns,
]
