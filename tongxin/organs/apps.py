from django.apps import AppConfig


class OrgansConfig(AppConfig):
    """机构。"""

    name = "tongxin.organs"
    label = "organs"
    verbose_name = "机构"
