"""样式簿的地址。 Addresses of the pattern book."""

from django.urls import path

from tongxin.web.patterns import views

app_name = "patterns"
urlpatterns = [
    path("", views.index, name="index"),
    path("grids.geojson", views.grids, name="grids"),
    path("<slug:slug>", views.pattern, name="pattern"),
]
