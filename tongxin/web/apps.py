from django.apps import AppConfig


class WebConfig(AppConfig):
    """门面。 Sight and door."""

    name = "tongxin.web"
    label = "web"
    verbose_name = "门面"
