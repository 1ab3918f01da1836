from django.apps import AppConfig


class CasesConfig(AppConfig):
    """事项。"""

    name = "tongxin.cases"
    label = "cases"
    verbose_name = "事项"
