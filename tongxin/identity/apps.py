from django.apps import AppConfig


class IdentityConfig(AppConfig):
    """身份。"""

    name = "tongxin.identity"
    label = "identity"
    verbose_name = "身份"
