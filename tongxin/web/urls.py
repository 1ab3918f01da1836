"""网址。 Addresses."""

urlpatterns: list[object] = []
