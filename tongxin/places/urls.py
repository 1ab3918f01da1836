"""地点的网址。 Addresses of places."""

from tongxin.places import views

urlpatterns = views.urlpatterns
