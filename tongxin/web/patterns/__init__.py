"""样式簿：每个部件一页，各种状态，两种语言；只在演示时挂上。 The pattern book: a page per component, all states, both languages.

Mounted in demo mode only: `path("patterns/", include("tongxin.web.patterns"))`.
"""

from tongxin.web.patterns.urls import app_name, urlpatterns

__all__ = ["app_name", "urlpatterns"]
