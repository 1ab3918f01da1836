"""法律的网址。 Addresses of law."""

from tongxin.law import views

urlpatterns = views.urlpatterns
