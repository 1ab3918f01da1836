from django.apps import AppConfig


class ActsConfig(AppConfig):
    """行为与闸门。 Acts and their gate."""

    name = "tongxin.acts"
    label = "acts"
    verbose_name = "行为"
