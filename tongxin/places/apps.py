from django.apps import AppConfig


class PlacesConfig(AppConfig):
    """地点。"""

    name = "tongxin.places"
    label = "places"
    verbose_name = "地点"
