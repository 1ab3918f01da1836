"""数据共享的网址。 Addresses of lawful data; each module of views lists its own."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
